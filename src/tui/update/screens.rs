//! What keys do on the screens beside that of incidents, and what these screens ask the server for.

use super::{browse, filter, keyboard};
use crate::tui::keys::Action;
use crate::tui::message::Command;
use crate::tui::model::pane::Frozen;
use crate::tui::model::read::Named;
use crate::tui::model::{Filter, Focus, Link, Model, Screen};
use crate::tui::view::{self, layout, notifications, oncall, services};

/// Does what an action means on this screen only; whether it means anything.
pub(super) fn perform(model: &mut Model, action: Action, commands: &mut Vec<Command>) -> bool {
    if model.detail.is_some() {
        return false;
    }
    match (model.screen, action) {
        (Screen::Oncall, Action::Left) => model.roster.scroll(-1),
        (Screen::Oncall, Action::Right) => model.roster.scroll(1),
        (Screen::Oncall, Action::Expand) => zoom(model, -1),
        (Screen::Oncall, Action::Wider) => zoom(model, 1),
        (Screen::Oncall, Action::Open) => open_schedule(model),
        (Screen::Oncall, Action::Back) => return back(model),
        (Screen::Services, Action::Open) => incidents_of_service(model),
        (Screen::Notifications, Action::Open) => incident_of_message(model, commands),
        (Screen::Notifications, Action::Freeze) => freeze(model),
        _ => return false,
    }
    true
}

fn zoom(model: &mut Model, by: isize) {
    model.roster.zoom = model.roster.zoom.step(by);
    model.say(format!("{} on the screen", model.roster.zoom.name()));
}

/// Out of the schedule, then back to the present.
fn back(model: &mut Model) -> bool {
    if let Some(id) = model.roster.open.take() {
        model.oncall.at = 0;
        let rows = view::ids(model);
        let heading = format!("schedule {id}");
        model.oncall.at = rows.iter().position(|row| *row == heading).unwrap_or(0);
        return true;
    }
    std::mem::take(&mut model.roster.scroll) != 0
}

fn open_schedule(model: &mut Model) {
    if model.roster.open.is_some() {
        return;
    }
    match oncall::schedule_here(model) {
        Some(id) => {
            model.roster.open = Some(id);
            model.oncall.at = 0;
        }
        None => model.say("the row is not about a schedule"),
    }
}

fn incidents_of_service(model: &mut Model) {
    let at = model.services.at;
    let here = services::sorted(model).get(at).map(|it| Named { id: it.id.clone(), name: it.name.clone() });
    let Some(service) = here else { return };
    keyboard::go(model, Screen::Incidents);
    model.focus = Focus::List;
    filter::set(model, Filter::of_service(&service));
    model.list.go_to(0);
}

/// Puts the cursor on the incident if the list shows it; otherwise it is shown whole.
fn incident_of_message(model: &mut Model, commands: &mut Vec<Command>) {
    let at = model.notifications.at;
    let Some(number) = notifications::lines(model).get(at).and_then(|line| line.number) else { return };
    if !model.data.incidents.contains_key(&number) {
        return model.complain(format!("#{number} is not known here any more: `pd show {number}`"));
    }
    keyboard::go(model, Screen::Incidents);
    model.focus = Focus::List;
    match model.list.rows.iter().position(|it| *it == number) {
        Some(row) => model.list.go_to(row),
        None => browse::whole(model, number, commands),
    }
}

fn freeze(model: &mut Model) {
    if model.notifications.frozen.take().is_some() {
        return;
    }
    // All of them, so that a filter may still be changed.
    let lines = model.data.log.iter().rev().filter(|line| notifications::is_about(line)).cloned().collect();
    model.notifications.frozen = Some(Frozen { lines, new: 0 });
}

/// The rows are what they are now: cursors go with theirs, and what is to be seen is asked for.
pub(super) fn settle(model: &mut Model, commands: &mut Vec<Command>) {
    if model.screen == Screen::Incidents {
        return;
    }
    count_new(model);
    let height = usize::from(layout::of(model).pane_rows());
    let ids = view::ids(model);
    let newest = model.screen == Screen::Notifications;
    if let Some(pane) = model.pane_mut() {
        pane.follow(&ids, newest);
        pane.scroll(height, ids.len());
    }
    if model.screen == Screen::Oncall && matches!(model.link, Link::Live) {
        ask_for_roster(model, commands);
    }
}

/// How many messages came since the screen was frozen.
fn count_new(model: &mut Model) {
    let Some(frozen) = &mut model.notifications.frozen else { return };
    let newest = frozen.lines.first().map(|line| line.id.as_str());
    let since = model.data.log.iter().rev().take_while(|line| Some(line.id.as_str()) != newest);
    frozen.new = since.filter(|line| notifications::is_about(line)).count();
}

fn ask_for_roster(model: &mut Model, commands: &mut Vec<Command>) {
    let wanted = model.roster.wanted(oncall::view_window(model), model.now);
    if let Some(window) = wanted {
        model.roster.ask(window);
        commands.push(Command::Roster { window, tries: model.roster.tries() });
    }
}
