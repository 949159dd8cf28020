//! Things that people name: services, users, schedules, policies, teams, by id, name, e-mail address or the beginning of
//! one of them.

use serde_json::Value;

use super::error::Complaint;
use super::output::escape;
use super::view::text;
use crate::client::{self, Client, Request, incidents, pages};
use crate::config::nearest;

/// How many are looked through at most.
const MOST: usize = 10_000;
/// How many candidates are told.
const CANDIDATES: usize = 10;

/// A kind of thing that has a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Kind {
    /// In sentences: `schedule`.
    pub(super) what: &'static str,
    /// In paths: `schedules`.
    pub(super) collection: &'static str,
    /// In envelopes, and before the id in `-o name`: `schedule`.
    pub(super) one: &'static str,
    /// What lists them.
    pub(super) list: &'static str,
}

pub(super) const SERVICE: Kind =
    Kind { what: "service", collection: "services", one: "service", list: "pd service list" };
pub(super) const USER: Kind = Kind { what: "user", collection: "users", one: "user", list: "pd user list" };
pub(super) const SCHEDULE: Kind =
    Kind { what: "schedule", collection: "schedules", one: "schedule", list: "pd schedule list" };
pub(super) const POLICY: Kind = Kind {
    what: "escalation policy",
    collection: "escalation_policies",
    one: "escalation_policy",
    list: "pd policy list",
};
pub(super) const TEAM: Kind = Kind { what: "team", collection: "teams", one: "team", list: "pd team list" };
pub(super) const PRIORITY: Kind =
    Kind { what: "priority", collection: "priorities", one: "priority", list: "pd api GET /priorities" };
pub(super) const KEY: Kind =
    Kind { what: "API token", collection: "tokens", one: "token", list: "pd key list" };

/// All that have names to be found by.
const KINDS: [Kind; 7] = [SERVICE, USER, SCHEDULE, POLICY, TEAM, PRIORITY, KEY];

/// The kind of what is in a collection of the API.
pub(super) fn kind_of(collection: &str) -> Option<Kind> {
    KINDS.into_iter().find(|kind| kind.collection == collection)
}

/// What to do if a path of the API is not found: the command that lists what there is.
pub(super) fn listing(path: &str) -> String {
    const OTHERS: [(&str, &str); 11] = [
        ("incidents", "`pd list --all` shows which incidents there are"),
        ("overrides", "`pd override list SCHEDULE` shows which overrides there are"),
        ("notes", "`pd api GET /incidents/INCIDENT/notes` shows which notes there are"),
        ("links", "`pd show INCIDENT -o json` shows what it is linked to"),
        ("maintenance_windows", "`pd maintenance list` shows which windows there are"),
        ("heartbeats", "`pd heartbeat list` shows which heartbeats there are"),
        ("feeds", "`pd feed list` shows which feeds there are"),
        ("calendars", "`pd calendar list` shows which calendars there are"),
        ("drills", "`pd drill list` shows which drills there were"),
        ("event_rules", "`pd rule list` shows which rules there are"),
        ("undo", "what you did can be undone for 10 minutes, unless somebody else acted on it since"),
    ];
    let known = |part: &str| {
        let other = OTHERS.iter().find(|(collection, _)| *collection == part);
        let kind = || kind_of(part).map(|kind| format!("`{}` shows them all", kind.list));
        other.map(|(_, hint)| (*hint).to_owned()).or_else(kind)
    };
    // What is deepest is what was not found.
    path.rsplit('/').find_map(known).unwrap_or_else(|| "the server knows no such path".to_owned())
}

/// The thing itself.
///
/// # Errors
/// None or several have that name.
pub(super) async fn find(client: &Client, kind: Kind, name: &str) -> anyhow::Result<Value> {
    // `user/P1A2B3C` is what `-o name` prints.
    let name = name.strip_prefix(kind.one).and_then(|rest| rest.strip_prefix('/')).unwrap_or(name);
    if is_id(name) {
        match client.send(&Request::get(format!("/{}/{name}", kind.collection))).await {
            Ok(answer) => return Ok(incidents::take(answer.json()?, kind.one, &answer.url)?),
            // A name may look like an id.
            Err(client::Error::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let request = Request::get(format!("/{}", kind.collection));
    let found = pages::list(client, &request, kind.collection, MOST).await?.items;
    Ok(pick(kind, &found, name)?.clone())
}

/// The id of something; one that looks like an id is taken as it is.
///
/// # Errors
/// As [`find`].
pub(super) async fn id(client: &Client, kind: Kind, name: &str) -> anyhow::Result<String> {
    let name = name.strip_prefix(kind.one).and_then(|rest| rest.strip_prefix('/')).unwrap_or(name);
    if is_id(name) {
        return Ok(name.to_owned());
    }
    Ok(text(&find(client, kind, name).await?["id"]).to_owned())
}

/// Their ids.
///
/// # Errors
/// As [`find`].
pub(super) async fn ids(client: &Client, kind: Kind, names: &[String]) -> anyhow::Result<Vec<String>> {
    let mut ids = Vec::with_capacity(names.len());
    for name in names {
        ids.push(id(client, kind, name).await?);
    }
    Ok(ids)
}

fn is_id(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    name.len() == 7 && name.starts_with('P') && name.chars().all(plain)
}

/// The one that is meant: by its whole id, name or e-mail address, else by how one of them begins, else by a part of its
/// name. The first of these that fits something decides.
fn pick<'v>(kind: Kind, found: &'v [Value], name: &str) -> Result<&'v Value, Complaint> {
    let wanted = name.trim().to_lowercase();
    let names = |it: &Value| {
        // An API token has a label.
        ["id", "name", "email", "label"].map(|field| text(&it[field]).to_lowercase())
    };
    let whole = |it: &Value| names(it).contains(&wanted);
    let begins = |it: &Value| names(it).iter().any(|name| name.starts_with(&wanted));
    let part = |it: &Value| [&names(it)[1], &names(it)[3]].iter().any(|name| name.contains(&wanted));
    let fits: [&dyn Fn(&Value) -> bool; 3] = [&whole, &begins, &part];
    for fits in fits.into_iter().filter(|_| !wanted.is_empty()) {
        let fitting: Vec<&Value> = found.iter().filter(|it| fits(it)).collect();
        match fitting.as_slice() {
            [] => {}
            [one] => return Ok(one),
            several => return Err(ambiguous(kind, name, several)),
        }
    }
    let known = found.iter().map(called);
    let meant = nearest(name, known).map(|meant| format!("did you mean `{}`? ", escape(meant)));
    let hint = format!("{}`{}` shows them all", meant.unwrap_or_default(), kind.list);
    Err(Complaint::not_found(format!("no {} is called `{}`", kind.what, escape(name)), hint))
}

fn called(thing: &Value) -> &str {
    thing["name"].as_str().unwrap_or_else(|| text(&thing["label"]))
}

fn ambiguous(kind: Kind, name: &str, several: &[&Value]) -> Complaint {
    let mut message = format!("`{}` may be any of {}", escape(name), several.len());
    for it in several.iter().take(CANDIDATES) {
        let email = it["email"].as_str().map(|email| format!(", {}", escape(email))).unwrap_or_default();
        message += &format!("\n  {} {}{email}", escape(text(&it["id"])), escape(called(it)));
    }
    if several.len() > CANDIDATES {
        message += &format!("\n  and {} more", several.len() - CANDIDATES);
    }
    let hint = format!("give more of the name, or the id; `{}` shows them all", kind.list);
    Complaint::usage(message, hint)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_understood() {
        let found = [
            json!({"id": "P000001", "name": "database", "email": null}),
            json!({"id": "P000002", "name": "Database backup"}),
            json!({"id": "PAB0003", "name": "web front"}),
            json!({"id": "PAC0004", "name": "Ann", "email": "ann@example.org"}),
            json!({"id": "PX00005", "name": "twin"}),
            json!({"id": "PX00006", "name": "Twin"}),
        ];
        let check = |name: &str, expected: Result<&str, &str>| {
            let came = pick(SERVICE, &found, name);
            let came = came.map(|it| text(&it["id"])).map_err(|error| error.whole());
            assert_eq!(came, expected.map_err(str::to_owned), "{name}");
        };
        check("P000001", Ok("P000001"));
        check("p000001", Ok("P000001"));
        check("DATABASE", Ok("P000001"));
        check("database b", Ok("P000002"));
        check("web", Ok("PAB0003"));
        check("front", Ok("PAB0003"));
        check("pab", Ok("PAB0003"));
        check("ann@", Ok("PAC0004"));
        check("ANN@example.org", Ok("PAC0004"));
        check(
            "data",
            Err(
                "`data` may be any of 2\n  P000001 database\n  P000002 Database backup: give more of the name, or the id; \
                 `pd service list` shows them all",
            ),
        );
        check(
            "twin",
            Err("`twin` may be any of 2\n  PX00005 twin\n  PX00006 Twin: give more of the name, or the id; \
                 `pd service list` shows them all"),
        );
        check(
            "PX",
            Err("`PX` may be any of 2\n  PX00005 twin\n  PX00006 Twin: give more of the name, or the id; \
                 `pd service list` shows them all"),
        );
        check(
            "datebase",
            Err("no service is called `datebase`: did you mean `database`? `pd service list` shows them all"),
        );
        check("", Err("no service is called ``: `pd service list` shows them all"));
    }

    #[test]
    fn only_some_candidates_are_told() {
        let many: Vec<Value> =
            (0..13).map(|n| json!({"id": format!("P{n:06}"), "name": format!("x{n}")})).collect();
        let error = pick(USER, &many, "x").unwrap_err().whole();
        assert!(error.contains("any of 13") && error.contains("x9") && !error.contains("x10"), "{error}");
        assert!(error.contains("and 3 more"), "{error}");
    }
}
