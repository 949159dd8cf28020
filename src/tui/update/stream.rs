//! What the server says, and that it is away.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use crate::tui::model::data::{INCIDENTS_MAX, LOG_MAX, LogLine, MINUTES, Oncall, RESOLVED_MAX, Service};
use crate::tui::model::{Incident, Link, Model, Status};
use crate::wire::stream::{Change, Hello};

/// The server said something.
pub(super) fn change(model: &mut Model, change: Change) {
    model.data.as_of = Some(model.now);
    match change {
        Change::Hello(said) => hello(model, said),
        Change::Synced => synced(model),
        Change::Incident(value) => {
            if let Some(incident) = Incident::read(&value) {
                put(model, incident);
            }
        }
        Change::IncidentGone(value) => {
            if let Some(number) = value["incident_number"].as_u64() {
                remove(model, number);
            }
        }
        Change::LogEntry(value) => {
            if let Some(line) = LogLine::read(&value) {
                log(model, line);
            }
        }
        Change::Oncalls(value) => {
            model.data.oncalls = Oncall::read_all(&value);
            model.roster.changed();
        }
        Change::Services(value) => model.data.services = Service::read_all(&value),
        Change::Status(value) => status(model, &value),
        Change::Traffic(value) => {
            let events = value["events"].as_array().into_iter().flatten();
            model.data.traffic = events.take(MINUTES).map(|it| it.as_u64().unwrap_or(0)).collect();
        }
        Change::Other(_) => {}
    }
}

/// The connection ended.
pub(super) fn lost(model: &mut Model, reason: String, retry_in: Duration) {
    let since = match &model.link {
        Link::Offline { since, .. } => *since,
        Link::Connecting { since } => *since,
        Link::Live | Link::Refused { .. } => model.now,
    };
    model.link =
        Link::Offline { since, retry_at: model.now.plus(retry_in), reason: crate::tui::text::clean(&reason) };
}

fn hello(model: &mut Model, hello: Hello) {
    // What is shown stays until it is known what of it is left.
    model.data.seen_anew = (!hello.resumed).then(BTreeSet::new);
    if hello.resumed {
        live(model);
    } else {
        model.timelines.forget();
    }
    let before = model.data.me().map(str::to_owned);
    model.data.hello = Some(hello);
    if before.as_deref() != model.data.me() {
        // A filter may ask for what is assigned to whoever asks.
        super::filter::rebuild(model);
    }
}

fn synced(model: &mut Model) {
    if let Some(seen) = model.data.seen_anew.take() {
        let gone: Vec<u64> =
            model.data.incidents.keys().filter(|number| !seen.contains(number)).copied().collect();
        for number in gone {
            remove(model, number);
        }
    }
    if !model.data.synced {
        model.data.synced = true;
        // While they came in, the cursor stayed on the first that came.
        model.list.go_to(0);
    }
    live(model);
}

fn live(model: &mut Model) {
    if matches!(model.link, Link::Offline { .. }) {
        model.say("connected again");
        model.acts.not_before = None;
    }
    model.link = Link::Live;
}

fn put(model: &mut Model, incident: Incident) {
    let number = incident.number;
    if let Some(seen) = &mut model.data.seen_anew {
        seen.insert(number);
    }
    let data = &mut model.data;
    let before = data.incidents.insert(number, incident.clone());
    if let Some(before) = &before {
        data.count(before, -1);
    }
    data.count(&incident, 1);
    let was_resolved = before.as_ref().is_some_and(|it| it.status == Status::Resolved);
    if incident.status == Status::Resolved && !was_resolved {
        data.resolved.push_back(number);
    } else if incident.status != Status::Resolved && was_resolved {
        data.resolved.retain(|it| *it != number);
    }
    let me = data.me().map(str::to_owned);
    model.list.changed(&model.data.incidents, before.as_ref(), &incident, me.as_deref());
    bound(model);
}

/// Forgets what is too much: the oldest of those that are resolved, then the oldest of all.
fn bound(model: &mut Model) {
    while model.data.resolved.len() > RESOLVED_MAX {
        if let Some(oldest) = model.data.resolved.front().copied() {
            remove(model, oldest);
        }
    }
    while model.data.incidents.len() > INCIDENTS_MAX {
        if let Some(oldest) = model.data.incidents.keys().next().copied() {
            remove(model, oldest);
        }
    }
}

fn remove(model: &mut Model, number: u64) {
    model.data.resolved.retain(|it| *it != number);
    if let Some(before) = model.data.incidents.remove(&number) {
        model.data.count(&before, -1);
        model.list.gone(&model.data.incidents, &before);
    }
    if model.detail.as_ref().is_some_and(|detail| detail.number == number) {
        model.detail = None;
        model.say(format!("#{number} is in the archive now"));
    }
}

fn log(model: &mut Model, line: LogLine) {
    model.timelines.add(&line);
    let log = &mut model.data.log;
    match log.iter().rposition(|it| it.id == line.id) {
        Some(place) => log[place] = line,
        None => {
            log.push_back(line);
            if log.len() > LOG_MAX {
                log.pop_front();
            }
        }
    }
}

fn status(model: &mut Model, value: &Value) {
    let inside = value.get("status").unwrap_or(value);
    // One that cannot be read is of a later release: the one before says more than none.
    if let Ok(status) = serde_json::from_value(inside.clone()) {
        model.data.status = Some(status);
    }
}
