//! What keys do where nothing is asked over the screen.

use crossterm::event::{KeyEvent, KeyEventKind};

use super::moves::{self, Move};
use super::{acts, browse, filter, palette, picker, screens};
use crate::tui::keys::{Action, Key};
use crate::tui::message::Command;
use crate::tui::model::act::Deed;
use crate::tui::model::{Expanded, Focus, Link, Model, Overlay, Screen};
use crate::tui::text::count;
use crate::tui::theme::{Name, Theme};

/// A key was pressed.
pub(super) fn press(model: &mut Model, event: &KeyEvent, commands: &mut Vec<Command>) {
    if event.kind == KeyEventKind::Release {
        return;
    }
    let key = Key::of(event);
    let action = model.settings.keymap.action(key);
    if model.overlay.is_some() {
        return picker::press(model, event, key, action, commands);
    }
    if let Some(action) = action {
        perform(model, action, Some(key), commands);
    }
}

/// Does what a key or the palette asked for.
pub(super) fn perform(model: &mut Model, action: Action, key: Option<Key>, commands: &mut Vec<Command>) {
    use Action as A;
    if !matches!(action, A::Quit | A::Palette) {
        model.leaving = None;
    }
    if screens::perform(model, action, commands) {
        return;
    }
    match action {
        A::Down => moves::go(model, Move::By(1)),
        A::Up => moves::go(model, Move::By(-1)),
        A::Top => moves::go(model, Move::First),
        A::Bottom => moves::go(model, Move::Last),
        A::HalfPageDown => moves::go(model, Move::Pages(1, 2)),
        A::HalfPageUp => moves::go(model, Move::Pages(-1, 2)),
        A::PageDown => moves::go(model, Move::Pages(1, 1)),
        A::PageUp => moves::go(model, Move::Pages(-1, 1)),
        A::NextPane => focus(model, if model.focus == Focus::List { Focus::Timeline } else { Focus::List }),
        A::Left => focus(model, Focus::List),
        A::Right => focus(model, Focus::Timeline),
        A::Acknowledge => acts::ask(model, Deed::Acknowledge, key),
        A::Resolve => acts::ask(model, Deed::Resolve, key),
        A::Escalate => acts::ask(model, Deed::Escalate, key),
        A::Assign => acts::assign(model, commands),
        A::Snooze => acts::snooze(model),
        A::Note => acts::note(model, commands),
        A::Merge => acts::merge(model, key),
        A::Undo => acts::undo(model),
        A::Select | A::SelectRange | A::SelectAll => select(model, action),
        A::Filter => filter::open(model),
        A::Palette => palette::open(model),
        A::Sort | A::Freeze | A::ShowResolved => arrange(model, action),
        A::Expand => {
            model.expanded = match model.expanded {
                Expanded::Both => Expanded::Focused,
                Expanded::Focused => Expanded::Both,
            };
        }
        A::Wider => model.say("only who is on call is shown for a longer or a shorter time"),
        A::Open => browse::detail(model, commands),
        A::Back => back(model),
        A::Browse => browse::browse(model, commands),
        A::Copy => browse::copy(model),
        A::Incidents => go(model, Screen::Incidents),
        A::Oncall => go(model, Screen::Oncall),
        A::Services => go(model, Screen::Services),
        A::Notifications => go(model, Screen::Notifications),
        A::Rate => go(model, Screen::Rate),
        A::Nodes => go(model, Screen::Nodes),
        A::Theme => next_theme(model),
        A::Reconnect => {
            model.say("connecting");
            commands.push(Command::Reconnect);
        }
        A::Redraw => commands.push(Command::Redraw),
        A::Help => model.overlay = Some(Overlay::Help { offset: 0 }),
        A::Suspend => commands.push(Command::Suspend),
        A::Quit => leave(model, Command::Quit, commands),
    }
}

/// Shows another screen.
pub(super) fn go(model: &mut Model, screen: Screen) {
    model.detail = None;
    model.screen = screen;
}

/// Wears another theme.
pub(super) fn wear(model: &mut Model, name: Name) {
    model.settings.theme = Theme::of(name).with_accent(model.settings.accent);
    model.say(format!("theme {}", name.as_str()));
}

fn next_theme(model: &mut Model) {
    let at = Name::ALL.iter().position(|name| *name == model.settings.theme.name).unwrap_or(0);
    wear(model, Name::ALL[(at + 1) % Name::ALL.len()]);
}

/// Ends the screen, for good or for another context; what is under way is waited for first.
pub(super) fn leave(model: &mut Model, end: Command, commands: &mut Vec<Command>) {
    if !model.acts.queue.is_empty() && model.leaving.as_ref() != Some(&end) {
        let acts = count(model.acts.queue.len(), "act");
        let live = matches!(model.link, Link::Live);
        let text = match (&end, live) {
            (Command::Turn(name), true) => {
                format!("{acts} under way: goes to {name} then; once more goes at once")
            }
            (_, true) => format!("{acts} under way: quits then; quit again quits at once"),
            (Command::Turn(_), false) => {
                format!("{acts} not sent yet would be lost: once more if that is meant")
            }
            (_, false) => format!("{acts} not sent yet would be lost: quit again if that is meant"),
        };
        model.leaving = Some(end);
        return if live { model.say(text) } else { model.complain(text) };
    }
    model.quit = true;
    commands.push(end);
}

fn focus(model: &mut Model, focus: Focus) {
    if model.screen == Screen::Incidents {
        model.focus = focus;
    }
}

fn select(model: &mut Model, action: Action) {
    if model.screen != Screen::Incidents || model.detail.is_some() {
        return;
    }
    match action {
        Action::SelectRange => model.list.toggle_range(),
        Action::SelectAll => model.list.toggle_all(),
        _ => {
            model.list.toggle();
            model.list.go(1);
        }
    }
}

fn arrange(model: &mut Model, action: Action) {
    if model.screen != Screen::Incidents {
        return model.say("only incidents are sorted and frozen");
    }
    match action {
        Action::Sort => {
            model.list.sort = model.list.sort.next();
            model.list.frozen = None;
            model.say(format!("sorted by {}", model.list.sort.as_str()));
        }
        Action::Freeze => {
            model.list.frozen = match model.list.frozen.take() {
                None => Some(Default::default()),
                Some(_) => None,
            };
            if model.list.frozen.is_some() {
                // Nothing moves by freezing.
                return;
            }
        }
        _ => model.list.show_resolved = !model.list.show_resolved,
    }
    filter::rebuild(model);
}

/// One step back: out of what is shown whole, out of a range, of the selection, of the filter, to the incidents.
fn back(model: &mut Model) {
    if model.detail.take().is_some() {
        return;
    }
    if model.screen == Screen::Incidents {
        if model.list.range.take().is_some() {
            return;
        }
        if !model.list.selected.is_empty() {
            model.list.selected.clear();
            return;
        }
    }
    if !model.filter().is_empty() {
        return filter::set(model, Default::default());
    }
    if model.focus == Focus::Timeline {
        model.focus = Focus::List;
        return;
    }
    go(model, Screen::Incidents);
}
