//! What a change was, for people: each field that is another on a line of its own, cut to the terminal.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::cli::output::escape;
use crate::cli::view::{items, text};
use crate::domain::time::Timestamp;

/// Fields whose numbers are instants, in milliseconds.
const INSTANTS: [&str; 5] = ["start", "end", "until", "expires_at", "rotation_virtual_start"];
/// Parts that say nothing to people.
const SILENT: [&str; 2] = ["id", "created_at"];
/// How many lines there are of one field.
const LINES_MAX: usize = 20;
/// How much of a value is shown however narrow the terminal is.
const SHOWN_MIN: usize = 12;

/// Something that is another than before.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Leaf {
    path: String,
    before: String,
    after: String,
}

/// `layers[0].users: P1A2B3C -> P4D5E6F`, one for each part of each field of an update; nothing of what came or went, as
/// all that it had would be too much.
pub(super) fn lines(record: &Value, width: usize) -> Vec<String> {
    if text(&record["action"]) != "update" {
        return Vec::new();
    }
    let mut lines = Vec::new();
    for field in items(&record["details"]["fields"]) {
        let side = |name: &str| field[name].as_str().map(read);
        let mut leaves = Vec::new();
        differ(text(&field["name"]), side("before_value").as_ref(), side("value").as_ref(), &mut leaves);
        let more = leaves.len().saturating_sub(LINES_MAX);
        lines.extend(leaves.iter().take(LINES_MAX).map(|leaf| leaf.line(width)));
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
    }
    lines
}

/// What is no JSON any more, because it was cut, is a text.
fn read(value: &str) -> Value {
    serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()))
}

fn differ(path: &str, before: Option<&Value>, after: Option<&Value>, leaves: &mut Vec<Leaf>) {
    match (before, after) {
        (before, after) if before == after => {}
        (Some(Value::Object(old)), Some(Value::Object(new))) if seconds(old).or(seconds(new)).is_none() => {
            let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for name in names {
                differ(&format!("{path}.{name}"), old.get(name), new.get(name), leaves);
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) if !old.iter().chain(new).all(is_plain) => {
            let (old, new) = (keyed(old), keyed(new));
            let find =
                |all: &[(String, &'_ Value)], key: &str| all.iter().position(|(known, _)| known == key);
            for (key, item) in &new {
                let known = find(&old, key).map(|place| old[place].1);
                differ(&format!("{path}{}", label(key, item)), known, Some(item), leaves);
            }
            for (key, item) in old.iter().filter(|(key, _)| find(&new, key).is_none()) {
                differ(&format!("{path}{}", label(key, item)), Some(item), None, leaves);
            }
        }
        (before, after) => {
            let side = |value: Option<&Value>| value.map_or("none".to_owned(), |it| told(path, it));
            leaves.push(Leaf { path: path.to_owned(), before: side(before), after: side(after) });
        }
    }
}

/// Each item by its id, so that it is found where it has moved to; by its place if it has none.
fn keyed(list: &[Value]) -> Vec<(String, &Value)> {
    let key = |(place, item): (usize, &Value)| item["id"].as_str().map_or(place.to_string(), str::to_owned);
    list.iter().enumerate().map(|(place, item)| (key((place, item)), item)).collect()
}

/// By its name if it has one.
fn label(key: &str, item: &Value) -> String {
    item["name"].as_str().map_or_else(|| format!("[{key}]"), |name| format!("[\"{name}\"]"))
}

fn is_plain(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}

/// The whole seconds of a length of time.
fn seconds(parts: &Map<String, Value>) -> Option<u64> {
    parts.get("secs").filter(|_| parts.len() == 2 && parts.contains_key("nanos"))?.as_u64()
}

fn told(path: &str, value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => {
            let between = if items.iter().all(is_plain) { ", " } else { "; " };
            items.iter().map(|item| told(path, item)).collect::<Vec<_>>().join(between)
        }
        Value::Object(parts) => match seconds(parts) {
            Some(seconds) => format!("{seconds} s"),
            None => {
                let loud = parts.iter().filter(|(name, _)| !SILENT.contains(&name.as_str()));
                loud.map(|(name, part)| format!("{name} {}", told(name, part))).collect::<Vec<_>>().join(", ")
            }
        },
        Value::Number(number) => {
            let is_instant = INSTANTS.contains(&path.rsplit('.').next().unwrap_or(path));
            match number.as_i64().filter(|_| is_instant) {
                Some(millis) => Timestamp::from_millis(millis).to_iso(),
                None => number.to_string(),
            }
        }
        Value::Bool(is) => is.to_string(),
    }
}

impl Leaf {
    fn line(&self, width: usize) -> String {
        let (path, before, after) = (escape(&self.path), escape(&self.before), escape(&self.after));
        let arrows = path.chars().count() + ": ".len() + " -> ".len();
        let room = width.saturating_sub(arrows).max(2 * SHOWN_MIN);
        let length = |text: &str| text.chars().count();
        // What one of them does not need is the other's.
        let share = |other: &str| room.saturating_sub(length(other)).max(room / 2);
        let same = before.chars().zip(after.chars()).take_while(|(a, b)| a == b).count();
        format!(
            "{path}: {} -> {}",
            around(&before, same, share(&after)),
            around(&after, same, share(&before))
        )
    }
}

/// As much as there is room for; of what is longer the part where it begins to differ.
fn around(text: &str, same: usize, room: usize) -> String {
    let length = text.chars().count();
    if length <= room {
        return text.to_owned();
    }
    // A few characters before, so that it can be found, and as late as fills the room.
    let from = if same < room / 2 { 0 } else { (same - room / 4).min(length - room + 1) };
    let head = if from > 0 { "…" } else { "" };
    let kept = room - head.chars().count();
    let tail = if from + kept < length { "…" } else { "" };
    let middle: String = text.chars().skip(from).take(kept - tail.chars().count()).collect();
    format!("{head}{middle}{tail}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_part_that_is_another_is_told_on_a_line() {
        let check = |before: Option<Value>, after: Option<Value>, expected: &[&str]| {
            let side = |value: &Option<Value>| match value {
                Some(Value::String(text)) => json!(text),
                Some(other) => json!(other.to_string()),
                None => Value::Null,
            };
            let field = json!({"name": "it", "before_value": side(&before), "value": side(&after)});
            let record = json!({"action": "update", "details": {"fields": [field]}});
            assert_eq!(lines(&record, 80), expected, "{before:?} {after:?}");
        };
        check(Some(json!("a")), Some(json!("b")), &["it: a -> b"]);
        check(None, Some(json!("b")), &["it: none -> b"]);
        check(Some(json!(["a", "b"])), Some(json!([])), &["it: a, b -> none"]);
        let rule =
            |secs: u64, user: &str| json!({"delay": {"secs": secs, "nanos": 0}, "targets": [{"user": user}]});
        check(
            Some(json!([rule(60, "P1")])),
            Some(json!([rule(90, "P1"), {"n": 1}])),
            &["it[0].delay: 60 s -> 90 s", "it[1]: none -> n 1"],
        );
        // What has an id is found where it has moved to.
        let shift = |id: &str, user: &str| json!({"id": id, "created_at": 5, "user": user, "start": 1_767_225_600_000_i64});
        check(
            Some(json!([shift("P1", "ann"), shift("P2", "bob")])),
            Some(json!([shift("P2", "cid")])),
            &["it[P2].user: bob -> cid", "it[P1]: start 2026-01-01T00:00:00Z, user ann -> none"],
        );
        check(None, Some(json!([shift("P1", "ann")])), &["it: none -> start 2026-01-01T00:00:00Z, user ann"]);
        let layer = |turn: u64| json!([{"id": "P1", "name": "Weekly", "turn": turn}]);
        check(Some(layer(1)), Some(layer(2)), &["it[\"Weekly\"].turn: 1 -> 2"]);
        check(
            Some(json!([rule(60, "P1")])),
            Some(json!([rule(60, "P2")])),
            &["it[0].targets[0].user: P1 -> P2"],
        );
        check(
            Some(json!({"start": 1_767_225_600_000_i64})),
            Some(json!({"start": null})),
            &["it.start: 2026-01-01T00:00:00Z -> none"],
        );
        check(Some(json!("a\u{1b}")), Some(json!("b")), &["it: a\\x1b -> b"]);
        let many = |n: usize| json!((0..30).map(|k| json!({"n": k + n})).collect::<Vec<_>>());
        let record = json!({"action": "update", "details": {"fields": [
            {"name": "it", "before_value": many(0).to_string(), "value": many(1).to_string()}]}});
        assert_eq!(lines(&record, 80).len(), LINES_MAX + 1);
        assert_eq!(lines(&json!({"action": "create", "details": {"fields": []}}), 80), [""; 0]);
    }

    #[test]
    fn what_is_wide_is_cut_to_where_it_differs() {
        let check = |text: &str, same: usize, room: usize, expected: &str| {
            let cut = around(text, same, room);
            assert_eq!(cut, expected);
            assert!(cut.chars().count() <= room.max(text.chars().count().min(room)), "{cut}");
        };
        check("abcdefgh", 3, 8, "abcdefgh");
        check("abcdefghijklmnop", 0, 8, "abcdefg…");
        check("abcdefghijklmnop", 8, 8, "…ghijkl…");
        check("abcdefghijklmnop", 15, 8, "…jklmnop");
        check("ääääääääääääääää", 0, 4, "äää…");
    }
}
