//! The small resources without which clients stop: abilities, licences, priorities, vendors.

use axum::extract::Path;
use http::StatusCode;

use super::context::Context;
use super::error::{Error, Reply};
use super::fields::contains;
use super::reply;
use crate::domain::id::PriorityId;
use crate::wire::rest::reference::Reference;
use crate::wire::rest::small::{Abilities, License, Vendor};

/// What PagerDuty calls that which this installation can do.
const ABILITIES: [&str; 5] = ["manage_api_keys", "manage_schedules", "read_only_users", "teams", "urgencies"];

/// What PagerDuty knows besides, which answers 402 rather than 404.
const OTHER_ABILITIES: [&str; 10] = [
    "advanced_reports",
    "coordinated_responding",
    "event_rules",
    "invisible_teams",
    "preview_intelligent_alert_grouping",
    "response_operations",
    "service_support_hours",
    "sso",
    "team_responders",
    "time_based_alert_grouping",
];

/// `GET /abilities`
pub(super) async fn abilities(_: Context) -> Reply {
    let abilities = ABILITIES.map(str::to_owned).to_vec();
    Ok(reply::json(StatusCode::OK, &Abilities { abilities }))
}

/// `GET /abilities/{name}`
pub(super) async fn ability(_: Context, Path(name): Path<String>) -> Reply {
    match name.as_str() {
        name if ABILITIES.contains(&name) => reply::nothing(),
        name if OTHER_ABILITIES.contains(&name) => Err(Error::no_ability(name)),
        name => Err(Error::not_found(format!("no ability called `{name}`"))),
    }
}

/// `GET /licenses`
pub(super) async fn licenses(cx: Context) -> Reply {
    reply::many(vec![license(&cx, Some(cx.state.users.len() as u64))?])
}

/// The one licence that there is, which costs nothing and is for everybody.
pub(super) fn license(cx: &Context, users: Option<u64>) -> Result<License, Error> {
    let id = cx.view()?.license_id().to_string();
    Ok(License {
        head: Reference {
            kind: "license".to_owned(),
            summary: Some("Everybody".to_owned()),
            self_url: Some(cx.links.api("licenses", &id)),
            html_url: None,
            id,
        },
        name: "Everybody".to_owned(),
        description: "every user of this installation".to_owned(),
        role_group: "FullUser".to_owned(),
        valid_roles: [
            "owner",
            "admin",
            "user",
            "limited_user",
            "observer",
            "read_only_user",
            "read_only_limited_user",
            "restricted_access",
        ]
        .map(str::to_owned)
        .to_vec(),
        current_value: users,
        allocations_available: None,
    })
}

/// `GET /priorities`, most important first
pub(super) async fn priorities(cx: Context) -> Reply {
    let (priorities, page) = cx.query.page()?.cut(cx.view()?.priorities());
    reply::paged(priorities, page)
}

/// `GET /priorities/{id}`: an addition of `pd`, because `self` leads there.
pub(super) async fn priority(cx: Context, Path(id): Path<String>) -> Reply {
    let found =
        id.parse::<PriorityId>().ok().map(|key| cx.view().map(|view| view.priority(key))).transpose()?;
    reply::one(found.flatten().ok_or_else(|| Error::no_such("priority", &id))?)
}

/// Those whose senders were tried with this API; an integration works without one.
const VENDORS: [(&str, &str); 4] = [
    ("Alertmanager", "https://prometheus.io/docs/alerting/latest/alertmanager/"),
    ("Grafana", "https://grafana.com/"),
    ("Sensu", "https://sensu.io/"),
    ("Zabbix", "https://www.zabbix.com/"),
];

fn vendor_list(cx: &Context) -> Result<Vec<Vendor>, Error> {
    let view = cx.view()?;
    let vendors = (0u64..).zip(VENDORS).map(|(n, (name, website))| {
        let id = view.vendor_id(n).to_string();
        Vendor {
            head: Reference {
                kind: "vendor".to_owned(),
                summary: Some(name.to_owned()),
                self_url: Some(cx.links.api("vendors", &id)),
                html_url: None,
                id,
            },
            name: name.to_owned(),
            description: None,
            website_url: Some(website.to_owned()),
            logo_url: None,
            thumbnail_url: None,
            integration_guide_url: None,
        }
    });
    Ok(vendors.collect())
}

/// `GET /vendors`
pub(super) async fn vendors(cx: Context) -> Reply {
    let query = cx.query.one("query").unwrap_or("");
    let wanted = vendor_list(&cx)?.into_iter().filter(|vendor| contains(&vendor.name, query)).collect();
    let (vendors, page) = cx.query.page()?.cut(wanted);
    reply::paged(vendors, page)
}

/// `GET /vendors/{id}`
pub(super) async fn vendor(cx: Context, Path(id): Path<String>) -> Reply {
    let found = vendor_list(&cx)?.into_iter().find(|vendor| vendor.head.id == id);
    reply::one(found.ok_or_else(|| Error::no_such("vendor", &id))?)
}
