//! Asks for everything that can be carried over, page by page.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::text;
use crate::client::{Client, Error, Request, pages};
use crate::domain::time::Timestamp;

/// PagerDuty gives no more of a list than this.
const LIST_MAX: usize = 10_000;
/// For how much of a schedule's overrides is asked at once, and how often.
const OVERRIDES_SPAN: Duration = Duration::from_secs(90 * 24 * 60 * 60);
const OVERRIDES_SPANS: u32 = 4;

/// What an account answered, as it came.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Account {
    /// With their contact methods and notification rules.
    pub users: Vec<Value>,
    /// Teams, with their members under `members`.
    pub teams: Vec<Value>,
    /// With their layers.
    pub schedules: Vec<Value>,
    /// Of each schedule, in the same order, for a year.
    pub overrides: Vec<Vec<Value>>,
    /// With their levels.
    pub policies: Vec<Value>,
    /// With their integrations.
    pub services: Vec<Value>,
    /// Those that are not over.
    pub windows: Vec<Value>,
    /// Lists that were longer than the API gives.
    pub cut: Vec<&'static str>,
}

/// Asks for all of it; `progress` hears what is read, how much of it, and of how much.
///
/// # Errors
/// As the API answered. That it is asked too often is waited out, as long as the client's patience lasts.
pub async fn fetch(
    client: &Client,
    now: Timestamp,
    mut progress: impl FnMut(&'static str, u64, u64),
) -> Result<Account, Error> {
    let mut account = Account::default();
    progress("users", 0, 1);
    let users =
        Request::get("/users").with("include[]", "contact_methods").with("include[]", "notification_rules");
    account.users = list(client, &users, "users", &mut account.cut).await?;
    progress("teams", 0, 1);
    account.teams = list(client, &Request::get("/teams"), "teams", &mut account.cut).await?;
    for team in &mut account.teams {
        let members = Request::get(format!("/teams/{}/members", text(&team["id"])));
        team["members"] = list(client, &members, "members", &mut account.cut).await?.into();
    }
    let known = list(client, &Request::get("/schedules"), "schedules", &mut account.cut).await?;
    for (done, schedule) in (0u64..).zip(&known) {
        progress("schedules", done, known.len() as u64);
        let id = text(&schedule["id"]);
        let mut whole: Value = client.send(&Request::get(format!("/schedules/{id}"))).await?.json()?;
        account.schedules.push(whole["schedule"].take());
        account.overrides.push(overrides(client, id, now).await?);
    }
    progress("escalation policies", 0, 1);
    account.policies =
        list(client, &Request::get("/escalation_policies"), "escalation_policies", &mut account.cut).await?;
    progress("services", 0, 1);
    let services = Request::get("/services").with("include[]", "integrations");
    account.services = list(client, &services, "services", &mut account.cut).await?;
    progress("maintenance windows", 0, 1);
    let windows = Request::get("/maintenance_windows").with("filter", "open");
    account.windows = list(client, &windows, "maintenance_windows", &mut account.cut).await?;
    Ok(account)
}

async fn list(
    client: &Client,
    request: &Request,
    name: &'static str,
    cut: &mut Vec<&'static str>,
) -> Result<Vec<Value>, Error> {
    let listed = pages::list(client, request, name, LIST_MAX).await?;
    if listed.more {
        cut.push(name);
    }
    Ok(listed.items)
}

/// Those that are not over, for a year; each once.
async fn overrides(client: &Client, schedule: &str, now: Timestamp) -> Result<Vec<Value>, Error> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for span in 0..OVERRIDES_SPANS {
        let since = now.plus(OVERRIDES_SPAN * span);
        let request = Request::get(format!("/schedules/{schedule}/overrides"))
            .with("since", since.to_iso())
            .with("until", since.plus(OVERRIDES_SPAN).to_iso())
            // Whole, also where they reach beyond what is asked for.
            .with("overflow", "true");
        let mut body: Value = client.send(&request).await?.json()?;
        let Value::Array(part) = body["overrides"].take() else { continue };
        found.extend(part.into_iter().filter(|it| seen.insert(text(&it["id"]).to_owned())));
    }
    Ok(found)
}
