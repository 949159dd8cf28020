//! What lies between two configurations: which objects come, go and change, field by field.

use std::collections::BTreeMap;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::keyring::hex;
use crate::wire::configuration::{Change, Configuration, Field};

/// The kinds that are objects of their own: the list, what one is called, and the field by which it is recognised.
const KINDS: [(&str, &str, &str); 7] = [
    ("users", "user", "email"),
    ("teams", "team", "name"),
    ("schedules", "schedule", "name"),
    ("escalation_policies", "escalation policy", "name"),
    ("services", "service", "name"),
    ("heartbeats", "heartbeat", "name"),
    ("maintenance_windows", "maintenance window", "description"),
];
/// Lists that are told as a whole, on one line.
const TOLD_WHOLE: [&str; 6] = ["users", "members", "teams", "targets", "restrictions", "notification_rules"];
/// The order in which the parts of such an item are told.
const TOLD_FIRST: [&str; 9] =
    ["urgency", "delay", "contact_method", "user", "role", "schedule", "day", "start", "duration"];
/// How much of a text is shown, in characters.
const SHOWN_MAX: usize = 200;

/// What has to change for `before` to become `after`: what comes and changes in an order in which it may be done, then
/// what goes.
pub fn changes(before: &Configuration, after: &Configuration) -> Vec<Change> {
    let (before, after) = (json(before), json(after));
    let mut changes = Vec::new();
    for (list, kind, key) in KINDS {
        let (old, new) = (by_name(&before[list], key), by_name(&after[list], key));
        for (folded, (name, value)) in &new {
            match old.get(folded) {
                None => changes.push(change("create", kind, name, Vec::new())),
                Some((_, known)) => {
                    let mut fields = Vec::new();
                    between("", Some(known), Some(value), &mut fields);
                    if !fields.is_empty() {
                        changes.push(change("update", kind, name, fields));
                    }
                }
            }
        }
        if list == "services" {
            let mut fields = Vec::new();
            between("", before.get("event_rules"), after.get("event_rules"), &mut fields);
            if !fields.is_empty() {
                changes.push(change("update", "global event rules", "", fields));
            }
        }
    }
    for (list, kind, key) in KINDS.into_iter().rev() {
        let (old, new) = (by_name(&before[list], key), by_name(&after[list], key));
        let gone = old.iter().filter(|(folded, _)| !new.contains_key(*folded));
        changes.extend(gone.map(|(_, (name, _))| change("remove", kind, name, Vec::new())));
    }
    changes
}

/// The same for the same changes.
pub fn digest(changes: &[Change]) -> String {
    let text = serde_json::to_vec(changes).expect("texts only");
    hex(&Sha256::digest(&text))[..16].to_owned()
}

fn json(configuration: &Configuration) -> Value {
    serde_json::to_value(configuration).expect("texts, numbers and lists only")
}

fn change(action: &str, kind: &str, name: &str, fields: Vec<Field>) -> Change {
    Change { action: action.to_owned(), kind: kind.to_owned(), name: name.to_owned(), fields }
}

/// An object: its name as it is written, for people, and what it is.
type Named<'a> = (String, &'a Value);

/// Objects by their name regardless of case; of several with one name, those after the first are counted.
fn by_name<'a>(list: &'a Value, key: &str) -> BTreeMap<String, Named<'a>> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut found = BTreeMap::new();
    for item in list.as_array().into_iter().flatten() {
        let name = item[key].as_str().unwrap_or_default();
        let count = seen.entry(name.to_lowercase()).or_default();
        *count += 1;
        let suffix = if *count == 1 { String::new() } else { format!(" ({count})") };
        found.insert(format!("{}{suffix}", name.to_lowercase()), (format!("{name}{suffix}"), item));
    }
    found
}

fn between(path: &str, before: Option<&Value>, after: Option<&Value>, fields: &mut Vec<Field>) {
    if before == after {
        return;
    }
    let last = path.rsplit(['.', ']']).next().unwrap_or(path);
    match (before, after) {
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            let names: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for name in names {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                between(&path, old.get(name), new.get(name), fields);
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new)))
            if !TOLD_WHOLE.contains(&last) && old.iter().chain(new).all(Value::is_object) =>
        {
            items(path, old, new, fields);
        }
        _ => fields.push(Field { path: path.to_owned(), before: before.map(told), after: after.map(told) }),
    }
}

/// Lists of objects, each by its name if they have some, else by its place.
fn items(path: &str, old: &[Value], new: &[Value], fields: &mut Vec<Field>) {
    let named = |list: &[Value]| {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let name = |(index, item): (usize, &Value)| match item["name"].as_str().or(item["address"].as_str()) {
            Some(name) => {
                let count = seen.entry(name.to_owned()).or_default();
                *count += 1;
                if *count == 1 { format!("[\"{name}\"]") } else { format!("[\"{name}\" ({count})]") }
            }
            None => format!("[{index}]"),
        };
        list.iter().enumerate().map(name).collect::<Vec<String>>()
    };
    let (old_names, new_names) = (named(old), named(new));
    for (name, item) in new_names.iter().zip(new) {
        let known = old_names.iter().position(|known| known == name);
        between(&format!("{path}{name}"), known.map(|place| &old[place]), Some(item), fields);
    }
    for (name, item) in old_names.iter().zip(old).filter(|(name, _)| !new_names.contains(name)) {
        between(&format!("{path}{name}"), Some(item), None, fields);
    }
    // What both have may have changed places.
    let kept = |names: &[String], others: &[String]| -> Vec<String> {
        names.iter().filter(|name| others.contains(name)).cloned().collect()
    };
    let (before, after) = (kept(&old_names, &new_names), kept(&new_names, &old_names));
    if before != after {
        let joined = |names: &[String]| {
            names.iter().map(|name| name.trim_matches(['[', ']', '"'])).collect::<Vec<_>>().join(", ")
        };
        let path = if path.is_empty() { "order".to_owned() } else { format!("{path} order") };
        fields.push(Field { path, before: Some(joined(&before)), after: Some(joined(&after)) });
    }
}

/// On one line.
fn told(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(told).collect::<Vec<_>>().join(", "),
        Value::Object(parts) => {
            let place = |name: &str| TOLD_FIRST.iter().position(|known| *known == name).unwrap_or(usize::MAX);
            let mut parts: Vec<_> = parts.iter().collect();
            parts.sort_by_key(|(name, _)| place(name));
            let part = |(name, value): &(&String, &Value)| match value {
                Value::Bool(true) => (*name).clone(),
                value if place(name) < usize::MAX || name.as_str() == "name" => told(value),
                value => format!("{name} {}", told(value)),
            };
            parts.iter().map(part).collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    };
    if text.chars().count() <= SHOWN_MAX {
        return text;
    }
    let cut: String = text.chars().take(SHOWN_MAX).collect();
    format!("{cut}…")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use serde_json::json;

    use super::*;

    fn said(before: Value, after: Value) -> Vec<String> {
        let read = |value| serde_json::from_value::<Configuration>(value).unwrap();
        let line = |change: Change| {
            let head = format!("{} {} {}", change.action, change.kind, change.name);
            let field = |it: &Field| {
                let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "-".to_owned());
                format!("{}: {} > {}", it.path, side(&it.before), side(&it.after))
            };
            let fields: Vec<_> = change.fields.iter().map(field).collect();
            format!("{head} {}", fields.join("; ")).trim().to_owned()
        };
        changes(&read(before), &read(after)).into_iter().map(line).collect()
    }

    #[test]
    fn every_kind_of_change_is_told_where_it_is() {
        let layer = |name: &str, users: &[&str]| json!({"name": name, "users": users, "rotation_start": "2026-01-05T09:00", "turn": "7d"});
        let schedule = |layers: Vec<Value>| json!({"schedules": [{"name": "primary", "time_zone": "UTC", "layers": layers}]});
        let service = |more: Value| {
            let mut service = json!({"name": "api", "escalation_policy": "default"});
            service.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            json!({"services": [service]})
        };
        let level = |delay: &str, user: &str| json!({"delay": delay, "targets": [{"user": user}]});
        let policy =
            |levels: Vec<Value>| json!({"escalation_policies": [{"name": "default", "levels": levels}]});
        for (before, after, expected) in [
            (json!({}), json!({}), vec![]),
            (json!({}), schedule(vec![]), vec!["create schedule primary"]),
            (schedule(vec![]), json!({}), vec!["remove schedule primary"]),
            (
                schedule(vec![layer("Weekly", &["ann", "bob"])]),
                schedule(vec![layer("Weekly", &["bob", "ann"])]),
                vec!["update schedule primary layers[\"Weekly\"].users: ann, bob > bob, ann"],
            ),
            (
                schedule(vec![layer("a", &["ann"]), layer("b", &["ann"])]),
                schedule(vec![layer("b", &["ann"]), layer("a", &["ann"])]),
                vec!["update schedule primary layers order: a, b > b, a"],
            ),
            (
                schedule(vec![layer("a", &["ann"]), layer("a", &["bob"])]),
                schedule(vec![layer("a", &["ann"]), layer("a", &["cid"])]),
                vec!["update schedule primary layers[\"a\" (2)].users: bob > cid"],
            ),
            (
                service(json!({"auto_pause": "5m"})),
                service(json!({"disabled": true})),
                vec!["update service api auto_pause: 5m > -; disabled: - > true"],
            ),
            (
                policy(vec![level("5m", "ann")]),
                policy(vec![level("5m", "bob"), level("10m", "cid")]),
                vec![
                    "update escalation policy default levels[0].targets: ann > bob; levels[1]: - > 10m targets cid",
                ],
            ),
            (
                json!({"event_rules": []}),
                json!({"event_rules": [{"name": "noise", "drop": true}]}),
                vec!["update global event rules  [\"noise\"]: - > drop noise"],
            ),
        ] {
            assert_eq!(said(before.clone(), after.clone()), expected, "{before} {after}");
        }
    }

    #[test]
    fn objects_are_recognised_regardless_of_case_and_a_change_of_case_is_one() {
        let named = |name: &str| json!({"services": [{"name": name, "escalation_policy": "default"}]});
        assert_eq!(said(named("api"), named("API")), ["update service API name: api > API"]);
    }

    #[test]
    fn the_digest_is_that_of_the_changes() {
        let one = vec![change("create", "user", "ann", Vec::new())];
        assert_eq!(digest(&one), digest(&one.clone()));
        assert_ne!(digest(&one), digest(&[]));
        assert_eq!(digest(&[]).len(), 16);
    }
}
