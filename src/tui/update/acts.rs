//! Acts: asked for, confirmed if they are many, queued, answered, undone.

use crate::tui::keys::Key;
use crate::tui::message::{Command, Outcome};
use crate::tui::model::act::{Deed, Target, WAITING_MAX, shown};
use crate::tui::model::overlay::Picker;
use crate::tui::model::{Incident, Link, Model, Overlay, Screen, Status};
use crate::tui::text::clean;

/// The incidents that an act is meant for, as far as it can be done to them; says why if to none.
fn targets(model: &mut Model, fits: impl Fn(&Incident) -> bool, otherwise: &str) -> Option<Vec<Target>> {
    if let Some(why) = model.read_only() {
        model.complain(format!("{why}: nothing can be changed from here"));
        return None;
    }
    if model.screen != Screen::Incidents {
        model.complain("acts are for incidents: press 1");
        return None;
    }
    let numbers = match &model.detail {
        Some(detail) => vec![detail.number],
        None => model.list.targets(),
    };
    let meant: Vec<&Incident> =
        numbers.iter().filter_map(|number| model.data.incidents.get(number)).collect();
    let one = (meant.len() == 1).then(|| meant[0].number);
    let targets: Vec<_> = meant.iter().filter(|it| fits(it)).map(|it| target(it)).collect();
    if targets.is_empty() {
        model.say(match one {
            Some(number) => format!("#{number} {otherwise}"),
            None if meant.is_empty() => "nothing is under the cursor".to_owned(),
            None => format!("each of them {otherwise}"),
        });
        return None;
    }
    Some(targets)
}

fn target(incident: &Incident) -> Target {
    Target { number: incident.number, id: incident.id.clone(), level: incident.level }
}

fn is_open(incident: &Incident) -> bool {
    incident.status.is_open()
}

/// Acknowledge, resolve or escalate.
pub(super) fn ask(model: &mut Model, deed: Deed, key: Option<Key>) {
    let found = match deed {
        Deed::Acknowledge => {
            let fits = |it: &Incident| matches!(it.status, Status::Triggered | Status::Held);
            let otherwise = already(model);
            targets(model, fits, &otherwise)
        }
        _ => targets(model, is_open, "is resolved already"),
    };
    if let Some(targets) = found {
        meant(model, deed, targets, key);
    }
}

/// `is acknowledged already by ann`
fn already(model: &Model) -> String {
    let by = model.current().map(|it| &it.acknowledged_by).filter(|by| !by.is_empty());
    let resolved = model.current().is_some_and(|it| !it.status.is_open());
    let names = by.map(|by| by.iter().map(|who| who.name.as_str()).collect::<Vec<_>>().join(", "));
    match names {
        _ if resolved => "is resolved already".to_owned(),
        Some(names) => format!("is acknowledged already by {names}"),
        None => "is acknowledged already".to_owned(),
    }
}

/// Asks whom to give them to.
pub(super) fn assign(model: &mut Model, commands: &mut Vec<Command>) {
    let Some(targets) = targets(model, is_open, "is resolved already") else { return };
    if !matches!(model.link, Link::Live) {
        return model.complain("offline: whom to assign to is not known");
    }
    let picker = Picker::new(Vec::new());
    model.overlay = Some(Overlay::Assign { targets, picker, chosen: Vec::new(), asking: true });
    commands.push(Command::Assignees);
}

/// Asks for how long.
pub(super) fn snooze(model: &mut Model) {
    if let Some(targets) = targets(model, is_open, "is resolved already") {
        model.overlay = Some(Overlay::Snooze { targets, picker: super::picker::durations() });
    }
}

/// Has a note written.
pub(super) fn note(model: &mut Model, commands: &mut Vec<Command>) {
    let Some(targets) = targets(model, |_| true, "") else { return };
    let about = match targets.as_slice() {
        [one] => model.data.incidents.get(&one.number).map(Incident::headline).unwrap_or_default(),
        many => shown(many),
    };
    commands.push(Command::Write { targets, about });
}

/// What was written.
pub(super) fn written(model: &mut Model, targets: &[Target], text: Result<Option<String>, String>) {
    match text {
        Err(reason) => model.complain(format!("no note was written: {reason}")),
        Ok(None) => model.say("nothing was written: no note"),
        Ok(Some(text)) => queue(model, &Deed::Note(text), targets),
    }
}

/// Merges those that are selected into the one under the cursor.
pub(super) fn merge(model: &mut Model, key: Option<Key>) {
    let Some(mut targets) = targets(model, is_open, "is resolved already") else { return };
    let into = model.current().filter(|it| is_open(it)).map(target);
    let Some(into) = into.filter(|_| model.detail.is_none() && !model.list.selected.is_empty()) else {
        return model.say("select what to merge with space, go to the one that stays, and merge then");
    };
    targets.retain(|it| it.number != into.number);
    if targets.is_empty() {
        return model.say(format!("select more than #{}, which stays", into.number));
    }
    confirm(model, Deed::Merge(into), targets, key);
}

/// Does it, or asks first if it is a lot.
pub(super) fn meant(model: &mut Model, deed: Deed, targets: Vec<Target>, key: Option<Key>) {
    if targets.len() > 1 || deed == Deed::Resolve {
        confirm(model, deed, targets, key);
    } else {
        queue(model, &deed, &targets);
    }
}

fn confirm(model: &mut Model, deed: Deed, targets: Vec<Target>, again: Option<Key>) {
    model.overlay = Some(Overlay::Confirm { deed, targets, again });
}

/// Puts it into the queue, from where it is sent at once if the server is there.
pub(super) fn queue(model: &mut Model, deed: &Deed, targets: &[Target]) {
    if !model.acts.add(deed, targets, model.now) {
        return model.complain(format!("{WAITING_MAX} acts wait already: nothing was queued"));
    }
    model.list.selected.clear();
    model.list.range = None;
    if !matches!(model.link, Link::Live) {
        let what = deed.asks(targets);
        model.say(format!("queued: {what}; sent when the server is back"));
    }
}

/// Takes back what waits, or has the server undo what it did last.
pub(super) fn undo(model: &mut Model) {
    if let Some(why) = model.read_only() {
        return model.complain(format!("{why}: nothing can be changed from here"));
    }
    if let Some(act) = model.acts.take_back() {
        let what = act.deed.asks(&act.targets);
        return model.say(format!("taken back before it was sent: {what}"));
    }
    if !matches!(model.link, Link::Live) {
        return model.complain("offline: only the server can undo what it did");
    }
    queue(model, &Deed::Undo, &[]);
}

/// What came of an act.
pub(super) fn answered(model: &mut Model, ticket: u64, outcome: Outcome) {
    match outcome {
        Outcome::Away { reason, again_in } => {
            model.acts.put_back(ticket, model.now, again_in);
            model.complain(format!("the server is away, it will be sent later: {}", clean(&reason)));
        }
        Outcome::Done(said) => {
            let Some(act) = model.acts.answered(ticket) else { return };
            let undo = if act.deed.can_be_undone() {
                let key = model.settings.keymap.first(crate::tui::keys::Action::Undo);
                key.map(|key| format!(" ({key} undoes it)")).unwrap_or_default()
            } else {
                String::new()
            };
            let done = said.map_or_else(|| act.deed.tells(&act.targets), |it| clean(&it));
            model.say(done + &undo);
        }
        Outcome::Failed(reason) => {
            let Some(act) = model.acts.answered(ticket) else { return };
            let what = act.deed.asks(&act.targets);
            model.complain(format!("cannot {what}: {}", clean(&reason)));
        }
    }
}
