//! What the model becomes when something happens. Pure: what is to be done in the outside world is answered as commands.

mod acts;
mod browse;
mod filter;
mod keyboard;
mod mouse;
mod moves;
mod palette;
mod picker;
mod screens;
mod stream;

use super::message::{Command, Message};
use super::model::detail::Loaded;
use super::model::{Link, Model, Screen};
use super::view::layout;
use std::time::Duration;

/// Notices are shown for so long.
const NOTICE: Duration = Duration::from_secs(8);
/// Those that say what went wrong.
const COMPLAINT: Duration = Duration::from_secs(20);

/// What the model becomes, and what is to be done.
pub fn update(model: &mut Model, message: Message) -> Vec<Command> {
    let mut commands = Vec::new();
    // Changes come by the thousand: what follows from them for the screen waits for the tick before the next frame.
    let settles = !matches!(message, Message::Change(_));
    match message {
        Message::Tick(now) => tick(model, now),
        Message::Key(event) => keyboard::press(model, &event, &mut commands),
        Message::Paste(text) => picker::paste(model, &text),
        Message::Mouse(event) => mouse::event(model, event),
        Message::Resize(width, height) => {
            model.width = width;
            model.height = height;
        }
        Message::Focus(watched) => model.watched = watched,
        Message::Change(change) => stream::change(model, change),
        Message::Lost { reason, retry_in } => stream::lost(model, reason, retry_in),
        Message::Refused { reason } => model.link = Link::Refused { reason },
        Message::Timeline { number, result } => {
            model.timelines.asking = None;
            model.timelines.put(number, result.map_or_else(Loaded::Failed, Loaded::Ready));
        }
        Message::Alerts { number, result } => {
            if let Some(detail) = model.detail.as_mut().filter(|detail| detail.number == number) {
                detail.alerts = result.map_or_else(Loaded::Failed, Loaded::Ready);
            }
        }
        Message::Assignees(result) => picker::assignees(model, result),
        Message::Roster { window, result } => {
            let now = model.now;
            model.roster.answered(window, result, now);
        }
        Message::Acted { ticket, outcome } => acts::answered(model, ticket, outcome),
        Message::Written { targets, text } => acts::written(model, &targets, text),
        Message::Said { text, bad: true } => model.complain(text),
        Message::Said { text, bad: false } => model.say(text),
    }
    send(model, &mut commands);
    if model.acts.queue.is_empty()
        && !model.quit
        && let Some(end) = model.leaving.take()
    {
        model.quit = true;
        commands.push(end);
    }
    if settles {
        settle(model, &mut commands);
    }
    commands
}

/// The next act is sent, if the server is there.
fn send(model: &mut Model, commands: &mut Vec<Command>) {
    if matches!(model.link, Link::Live)
        && let Some(act) = model.acts.send(model.now)
    {
        commands.push(Command::Act(act));
    }
}

fn tick(model: &mut Model, now: crate::domain::time::Timestamp) {
    model.now = now;
    let over =
        |notice: &super::model::Notice| now.since(notice.at) > if notice.bad { COMPLAINT } else { NOTICE };
    if model.notice.as_ref().is_some_and(over) {
        model.notice = None;
    }
}

/// What follows from whatever happened: what is looked at is asked for, cursors stay on the screen.
fn settle(model: &mut Model, commands: &mut Vec<Command>) {
    ask_for_timeline(model, commands);
    moves::stay_at_end(model);
    let layout = layout::of(model);
    model.list.scroll(usize::from(layout.rows()));
    screens::settle(model, commands);
}

fn ask_for_timeline(model: &mut Model, commands: &mut Vec<Command>) {
    let wanted = model.screen == Screen::Incidents && matches!(model.link, Link::Live);
    if !wanted || model.timelines.asking.is_some() {
        return;
    }
    if model.detail.is_none() && layout::of(model).timeline.is_none() {
        return;
    }
    let Some(incident) = model.current() else { return };
    if model.timelines.get(incident.number).is_some() {
        return;
    }
    let (number, id) = (incident.number, incident.id.clone());
    model.timelines.asking = Some(number);
    model.timelines.put(number, Loaded::Loading);
    commands.push(Command::Timeline { number, id });
}
