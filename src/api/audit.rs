//! `/audit/records`: who changed what in the configuration.

use http::StatusCode;

use super::context::Context;
use super::error::{Error, Reply};
use super::reply;
use super::view::View;
use crate::domain::audit::Change;
use crate::domain::time::Timestamp;
use crate::wire::rest::audit as wire;
use crate::wire::rest::reference::Reference;

const LIMIT_DEFAULT: usize = 100;
const LIMIT_MAX: usize = 1_000;
/// The type of a resource in the plural, as it stands in filters and paths, and in the singular.
const TYPES: [(&str, &str); 11] = [
    ("users", "user"),
    ("services", "service"),
    ("escalation_policies", "escalation_policy"),
    ("schedules", "schedule"),
    ("feeds", "feed"),
    ("calendars", "calendar"),
    ("tokens", "token"),
    ("event_rules", "event_rules"),
    ("maintenance_windows", "maintenance_window"),
    ("heartbeats", "heartbeat"),
    ("teams", "team"),
];

/// `GET /audit/records`, the newest first
pub(super) async fn records(cx: Context) -> Reply {
    let asked = Asked::of(&cx)?;
    let view = cx.view()?;
    let mut found: Vec<&Change> = Vec::new();
    for change in cx.state.audit.iter().rev() {
        if asked.wants(change) {
            found.push(change);
        }
        // One more than is shown, to know whether there are more.
        if found.len() > asked.limit {
            break;
        }
    }
    let more = found.len() > asked.limit;
    found.truncate(asked.limit);
    let next = found.last().filter(|_| more).map(|last| last.number.to_string());
    let answer = wire::Records {
        records: found.iter().map(|change| shown(&view, change)).collect(),
        limit: u32::try_from(asked.limit).unwrap_or(u32::MAX),
        next_cursor: next,
    };
    Ok(reply::json(StatusCode::OK, &answer))
}

/// What is asked for.
struct Asked {
    limit: usize,
    /// Only changes before this one.
    before: u64,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    actions: Vec<String>,
    kinds: Vec<&'static str>,
}

impl Asked {
    fn of(cx: &Context) -> Result<Self, Error> {
        let query = &cx.query;
        let wrong = |name: &str, text: &str, expected: &str| {
            Error::invalid(format!("{name}: `{text}` is not {expected}"))
        };
        let limit = match query.one("limit") {
            None => LIMIT_DEFAULT,
            Some(text) => {
                let limit = text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
                limit.ok_or_else(|| wrong("limit", text, "a number from 1 to 1000"))?
            }
        };
        let before = match query.one("cursor").filter(|text| !text.is_empty()) {
            None => u64::MAX,
            Some(text) => text.parse().map_err(|_| wrong("cursor", text, "one that an answer gave"))?,
        };
        let time = |name: &str| {
            let text = query.one(name);
            let expected = "a time in ISO 8601";
            text.map(|text| Timestamp::parse(text).ok_or_else(|| wrong(name, text, expected))).transpose()
        };
        let actions: Vec<String> = query.all("actions").map(str::to_owned).collect();
        if let Some(text) = actions.iter().find(|it| !["create", "update", "delete"].contains(&it.as_str())) {
            return Err(wrong("actions[]", text, "one of create, update, delete"));
        }
        let kind = |text: &str| {
            let known = TYPES.into_iter().find(|(many, one)| *many == text || *one == text);
            let all = TYPES.map(|(many, _)| many).join(", ");
            known
                .map(|(_, one)| one)
                .ok_or_else(|| wrong("root_resource_types[]", text, &format!("one of {all}")))
        };
        let kinds = query.all("root_resource_types").map(kind).collect::<Result<_, _>>()?;
        Ok(Self { limit, before, since: time("since")?, until: time("until")?, actions, kinds })
    }

    fn wants(&self, change: &Change) -> bool {
        change.number < self.before
            && self.since.is_none_or(|since| change.at >= since)
            && self.until.is_none_or(|until| change.at < until)
            && (self.actions.is_empty() || self.actions.iter().any(|it| it == change.action.as_str()))
            && (self.kinds.is_empty() || self.kinds.contains(&&*change.kind))
    }
}

fn shown(view: &View<'_>, change: &Change) -> wire::Record {
    let actor = change.actor.user.map_or_else(|| view.account(), |user| view.user_reference(user));
    let token = change.actor.token.map(|id| {
        let label = view.state.tokens.get(&id).map(|token| token.label.to_string());
        label.unwrap_or_else(|| format!("token {id}, which is revoked"))
    });
    let collection = TYPES.into_iter().find(|(_, one)| *one == &*change.kind).map_or("", |(many, _)| many);
    let resource = match change.object {
        Some(id) => view.reference(&change.kind, collection, id, Some(&change.name)),
        None => Reference {
            id: change.kind.to_string(),
            kind: format!("{}_reference", change.kind),
            summary: Some(change.name.to_string()),
            ..Reference::default()
        },
    };
    let text = |side: &Option<std::sync::Arc<str>>| side.as_deref().map(str::to_owned);
    let field = |field: &crate::domain::audit::Field| wire::Field {
        name: field.name.to_string(),
        before_value: text(&field.before),
        value: text(&field.after),
    };
    wire::Record {
        id: change.number.to_string(),
        execution_time: change.at.to_iso(),
        actors: vec![actor],
        method: wire::Method {
            kind: if token.is_some() { "api_token" } else { "none" }.to_owned(),
            description: token,
        },
        root_resource: resource.clone(),
        action: change.action.as_str().to_owned(),
        details: wire::Details { resource, fields: change.fields.iter().map(field).collect() },
    }
}
