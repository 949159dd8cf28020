//! What incidents look like to people. Reads what the API gives leniently: a field that is missing is an empty place.

use serde_json::Value;

use super::output::{Cell, Column, Moment, Tone, escape};
use crate::offline::Summary;

/// The columns of lists of incidents.
pub(super) const INCIDENTS: [Column; 11] = [
    Column { title: "NUMBER", wide: false, gives_way: false, cell: |it, _| Cell::new(number(it)) },
    Column { title: "STATUS", wide: false, gives_way: false, cell: |it, _| status(it) },
    Column { title: "URGENCY", wide: false, gives_way: false, cell: |it, _| Cell::new(text(&it["urgency"])) },
    Column {
        title: "SERVICE",
        wide: false,
        gives_way: false,
        cell: |it, _| Cell::new(text(&it["service"]["summary"])),
    },
    Column { title: "TITLE", wide: false, gives_way: true, cell: |it, _| Cell::new(text(&it["title"])) },
    Column { title: "CREATED", wide: false, gives_way: false, cell: |it, at| time(&it["created_at"], at) },
    Column { title: "ASSIGNED", wide: false, gives_way: false, cell: |it, _| Cell::new(assigned(it)) },
    Column { title: "ID", wide: true, gives_way: false, cell: |it, _| Cell::new(text(&it["id"])) },
    Column {
        title: "ALERTS",
        wide: true,
        gives_way: false,
        cell: |it, _| Cell::new(count(&it["alert_counts"]["all"])),
    },
    Column {
        title: "CHANGED",
        wide: true,
        gives_way: false,
        cell: |it, at| time(&it["last_status_change_at"], at),
    },
    Column { title: "KEY", wide: true, gives_way: true, cell: |it, _| Cell::new(text(&it["incident_key"])) },
];

/// The columns of timelines.
pub(super) const LOG: [Column; 4] = [
    Column { title: "WHEN", wide: false, gives_way: false, cell: |it, at| time(&it["created_at"], at) },
    Column { title: "WHAT", wide: false, gives_way: true, cell: |it, at| Cell::new(happened(it, at)) },
    Column {
        title: "WHO",
        wide: true,
        gives_way: false,
        cell: |it, _| Cell::new(text(&it["agent"]["summary"])),
    },
    Column { title: "ID", wide: true, gives_way: false, cell: |it, _| Cell::new(text(&it["id"])) },
];

/// `#12 disk full`.
pub(super) fn headline(incident: &Value) -> String {
    format!("{} {}", number(incident), escape(text(&incident["title"])))
}

/// `#12, #13`.
pub(super) fn numbers(incidents: &[Value]) -> String {
    incidents.iter().map(number).collect::<Vec<_>>().join(", ")
}

/// What happened, in words; repeats are counted.
pub(super) fn happened(entry: &Value, moment: &Moment) -> String {
    let kind = || text(&entry["type"]).trim_end_matches("_log_entry").replace('_', " ");
    let mut words = match text(&entry["summary"]) {
        "" => kind(),
        summary => summary.to_owned(),
    };
    if let Some(note) = entry["note"].as_str().filter(|note| !words.contains(*note)) {
        words = format!("{words}: {note}");
    }
    if let Some(repeats) = entry["repeats"]["count"].as_u64() {
        let last = text(&entry["repeats"]["last_at"]);
        words = format!("{words} ({repeats} times, the last one {})", moment.when(last));
    }
    words
}

/// What a backup or restore went through.
pub(super) fn summary(did: &str, summary: &Summary) -> String {
    format!("{did} {}: {} files, {} bytes", summary.path.display(), summary.files, summary.bytes)
}

/// A status in its tone.
pub(super) fn status(incident: &Value) -> Cell {
    let status = text(&incident["status"]);
    // Why nobody is paged says more than that it is triggered.
    match text(&incident["hold"]["type"]) {
        "" => Cell::new(status).tone(tone(status)),
        hold => Cell::new(hold).tone(Tone::Faint),
    }
}

/// The tone of a status.
pub(super) fn tone(status: &str) -> Tone {
    match status {
        "triggered" => Tone::Bad,
        "acknowledged" => Tone::Watched,
        "resolved" => Tone::Good,
        _ => Tone::Plain,
    }
}

/// Who is responsible.
pub(super) fn assigned(incident: &Value) -> String {
    let names = items(&incident["assignments"]).map(|assignment| text(&assignment["assignee"]["summary"]));
    names.collect::<Vec<_>>().join(", ")
}

/// The items of a list; none if it is no list.
pub(super) fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A text, empty if it is none.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn number(incident: &Value) -> String {
    incident["incident_number"].as_u64().map(|number| format!("#{number}")).unwrap_or_default()
}

fn count(value: &Value) -> String {
    value.as_u64().map(|count| count.to_string()).unwrap_or_default()
}

pub(super) fn time(value: &Value, moment: &Moment) -> Cell {
    value.as_str().map(|iso| Cell::new(moment.show(iso))).unwrap_or_default()
}
