//! Asks who is on call when: the policies, the schedules, and the shifts of each, one after the other.

use std::time::Duration;

use serde_json::Value;

use crate::client::{Client, Error, Request, pages};
use crate::ids::SharedIds;
use crate::tui::message::Message;
use crate::tui::model::read::{Named, text};
use crate::tui::model::roster::{Answer, POLICIES_MAX, Policy, SCHEDULES_MAX, Schedule, Told, Window};
use crate::tui::text::clean;

/// The first pause before it is asked again is at most this; each further one at most twice the one before.
const PAUSE: Duration = Duration::from_secs(4);
/// No pause is longer.
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// No pause is shorter.
const PAUSE_MIN: Duration = Duration::from_secs(1);

/// Asks; `tries` attempts have failed.
pub(in crate::tui) async fn roster(client: Client, ids: SharedIds, window: Window, tries: u32) -> Message {
    let result = ask(&client, window).await.map_err(|error| {
        let limit = PAUSE.saturating_mul(1 << tries.min(5)).min(PAUSE_MAX);
        (clean(&error.to_string()), ids.jitter(limit).max(PAUSE_MIN))
    });
    Message::Roster { window, result }
}

async fn ask(client: &Client, window: Window) -> Result<Answer, Error> {
    let policies = Request::get("/escalation_policies");
    let policies = pages::list(client, &policies, "escalation_policies", POLICIES_MAX).await?;
    let listed = pages::list(client, &Request::get("/schedules"), "schedules", SCHEDULES_MAX).await?;
    let mut schedules = Vec::new();
    for it in &listed.items {
        let request = Request::get(format!("/schedules/{}", text(&it["id"])))
            .with("since", window.from.to_iso())
            .with("until", window.until.to_iso())
            .with("time_zone", "UTC");
        match client.send(&request).await.and_then(|answer| answer.json::<Value>()) {
            Ok(answer) => schedules.push(Told::Shifts(Schedule::read(&answer))),
            // It was removed meanwhile.
            Err(Error::NotFound { .. }) => {}
            // The rest would not be answered either.
            Err(error) if error.is_away() => return Err(error),
            Err(error) => {
                let schedule = Named { id: text(&it["id"]), name: text(&it["name"]) };
                schedules.push(Told::Failed { schedule, reason: clean(&error.to_string()) });
            }
        }
    }
    let policies = policies.items.iter().map(Policy::read).collect();
    Ok(Answer { schedules, policies, more: listed.more })
}
