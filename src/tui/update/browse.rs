//! Looking closer: the whole of an incident, its page, a copy of what names it.

use crate::tui::message::Command;
use crate::tui::model::detail::{Detail, Loaded};
use crate::tui::model::overlay::Picker;
use crate::tui::model::{Model, Overlay, Screen};

/// Shows the incident under the cursor whole.
pub(super) fn detail(model: &mut Model, commands: &mut Vec<Command>) {
    if model.screen != Screen::Incidents || model.detail.is_some() {
        return;
    }
    if let Some(number) = model.current().map(|incident| incident.number) {
        whole(model, number, commands);
    }
}

/// Shows an incident whole.
pub(super) fn whole(model: &mut Model, number: u64, commands: &mut Vec<Command>) {
    let Some(id) = model.data.incidents.get(&number).map(|incident| incident.id.clone()) else { return };
    model.timelines.retry(number);
    model.detail = Some(Detail { number, offset: 0, at_end: false, alerts: Loaded::Loading });
    commands.push(Command::Alerts { number, id });
}

/// Opens the page of the incident under the cursor.
pub(super) fn browse(model: &mut Model, commands: &mut Vec<Command>) {
    if model.screen != Screen::Incidents {
        return;
    }
    match model.current().map(|incident| incident.html_url.clone()) {
        None => model.say("nothing is under the cursor"),
        Some(url) if url.is_empty() => model.complain("the server says no address of its page"),
        Some(url) => commands.push(Command::Browse(url)),
    }
}

/// Asks what to copy.
pub(super) fn copy(model: &mut Model) {
    if model.screen != Screen::Incidents {
        return;
    }
    let Some(incident) = model.current() else { return };
    let mut choices = vec![
        ("id".to_owned(), incident.id.clone()),
        ("number".to_owned(), incident.number.to_string()),
        ("title".to_owned(), incident.title.clone()),
    ];
    if !incident.html_url.is_empty() {
        choices.push(("url".to_owned(), incident.html_url.clone()));
    }
    if let Some(key) = &incident.key {
        choices.push(("key".to_owned(), key.clone()));
    }
    model.overlay = Some(Overlay::Copy(Picker::new(choices)));
}

/// Copies what was chosen.
pub(super) fn copied(model: &mut Model, picker: &Picker<String>, commands: &mut Vec<Command>) {
    if let Some((name, text)) = picker.current() {
        model.say(format!("copied the {name}: {text}"));
        commands.push(Command::Copy(text.clone()));
    }
}
