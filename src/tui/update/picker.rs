//! What keys do where something is asked over the screen.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use tui_input::backend::crossterm::EventHandler as _;

use super::{acts, browse, filter, palette};
use crate::tui::keys::{Action, Key};
use crate::tui::message::Command;
use crate::tui::model::act::Deed;
use crate::tui::model::filter::MAX;
use crate::tui::model::overlay::{Assignee, Picker};
use crate::tui::model::{Model, Overlay};
use crate::tui::text::{clean, span};

/// The longest that one may snooze.
const SNOOZE_MAX: u64 = 7 * 86_400;

/// A key was pressed.
pub(super) fn press(
    model: &mut Model,
    event: &KeyEvent,
    key: Key,
    action: Option<Action>,
    commands: &mut Vec<Command>,
) {
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    if control && event.code == KeyCode::Char('z') {
        return commands.push(Command::Suspend);
    }
    let gives_up = event.code == KeyCode::Esc || control && event.code == KeyCode::Char('c');
    if matches!(model.overlay, Some(Overlay::Filter { .. })) {
        let escape = KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE);
        return filter::press(model, if gives_up { &escape } else { event });
    }
    let Some(overlay) = model.overlay.take() else { return };
    if gives_up {
        return;
    }
    match overlay {
        Overlay::Confirm { deed, targets, again } => {
            let yes = matches!(event.code, KeyCode::Enter | KeyCode::Char('y')) || Some(key) == again;
            if yes {
                acts::queue(model, &deed, &targets);
            } else if !matches!(event.code, KeyCode::Char('n' | 'q')) {
                // Another key is no answer.
                model.overlay = Some(Overlay::Confirm { deed, targets, again });
            }
        }
        Overlay::Help { offset } => help(model, offset, action),
        Overlay::Palette(mut picker) => match event.code {
            KeyCode::Enter => palette::enter(model, &picker, commands),
            KeyCode::Backspace if picker.input.value().is_empty() => {}
            KeyCode::Tab => {
                if let Some(name) = picker.current().map(|(name, _)| name.clone()) {
                    picker.input = picker.input.with_value(name);
                    picker.narrow();
                }
                model.overlay = Some(Overlay::Palette(picker));
            }
            _ => {
                edit(&mut picker, event);
                model.overlay = Some(Overlay::Palette(picker));
            }
        },
        Overlay::Assign { targets, mut picker, mut chosen, asking } => match event.code {
            KeyCode::Enter => {
                let picked = picker.current().map(|(_, assignee)| assignee.clone());
                let deed = match picked {
                    _ if !chosen.is_empty() => Deed::AssignUsers(chosen),
                    Some(Assignee::User(user)) => Deed::AssignUsers(vec![user]),
                    Some(Assignee::Policy(policy)) => Deed::AssignPolicy(policy),
                    None => {
                        model.overlay = Some(Overlay::Assign { targets, picker, chosen, asking });
                        return;
                    }
                };
                acts::meant(model, deed, targets, None);
            }
            KeyCode::Tab => {
                if let Some((_, Assignee::User(user))) = picker.current() {
                    match chosen.iter().position(|it| it == user) {
                        Some(place) => drop(chosen.remove(place)),
                        None => chosen.push(user.clone()),
                    }
                    picker.go(1);
                }
                model.overlay = Some(Overlay::Assign { targets, picker, chosen, asking });
            }
            _ => {
                edit(&mut picker, event);
                model.overlay = Some(Overlay::Assign { targets, picker, chosen, asking });
            }
        },
        Overlay::Snooze { targets, mut picker } => match event.code {
            KeyCode::Enter => match duration(&picker) {
                Some(seconds) => acts::meant(model, Deed::Snooze(seconds), targets, None),
                None => {
                    model.complain("expected 1s to 7d, such as 45m or 8h");
                    model.overlay = Some(Overlay::Snooze { targets, picker });
                }
            },
            _ => {
                edit(&mut picker, event);
                model.overlay = Some(Overlay::Snooze { targets, picker });
            }
        },
        Overlay::Copy(mut picker) => match event.code {
            KeyCode::Enter => browse::copied(model, &picker, commands),
            KeyCode::Char(c) => {
                let hot = |(name, _): &(String, String)| name.starts_with(c.to_ascii_lowercase());
                match picker.choices.iter().position(hot) {
                    Some(at) => {
                        picker.at = at;
                        browse::copied(model, &picker, commands);
                    }
                    None => model.overlay = Some(Overlay::Copy(picker)),
                }
            }
            _ => {
                edit(&mut picker, event);
                model.overlay = Some(Overlay::Copy(picker));
            }
        },
        Overlay::Filter { .. } => {}
    }
}

/// Moves in a list, or types what narrows it.
fn edit<T>(picker: &mut Picker<T>, event: &KeyEvent) {
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    match event.code {
        KeyCode::Down => picker.go(1),
        KeyCode::Up => picker.go(-1),
        KeyCode::Char('n') if control => picker.go(1),
        KeyCode::Char('p') if control => picker.go(-1),
        KeyCode::PageDown => picker.go(10),
        KeyCode::PageUp => picker.go(-10),
        KeyCode::Char(_) if picker.input.value().chars().count() >= MAX => {}
        _ => {
            if picker.input.handle_event(&Event::Key(*event)).is_some_and(|changed| changed.value) {
                picker.narrow();
            }
        }
    }
}

/// What is typed as a span, or the one that is chosen.
fn duration(picker: &Picker<u64>) -> Option<u64> {
    let typed = picker.input.value().trim();
    let seconds = match crate::config::duration(typed) {
        Ok(typed) => typed.as_secs(),
        Err(_) => picker.current()?.1,
    };
    (1..=SNOOZE_MAX).contains(&seconds).then_some(seconds)
}

/// The spans that are offered.
pub(super) fn durations() -> Picker<u64> {
    const MINUTE: u64 = 60;
    let offered = [15, 30, 60, 120, 240, 480, 720, 1440, 2880, 10_080].map(|minutes| minutes * MINUTE);
    Picker::new(offered.into_iter().map(|seconds| (span(seconds), seconds)).collect())
}

fn help(model: &mut Model, offset: usize, action: Option<Action>) {
    let last = crate::tui::view::help::lines(model).len().saturating_sub(1);
    let page = usize::from(model.height / 2).max(1);
    let offset = match action {
        Some(Action::Down) => offset + 1,
        Some(Action::Up) => offset.saturating_sub(1),
        Some(Action::PageDown | Action::HalfPageDown) => offset + page,
        Some(Action::PageUp | Action::HalfPageUp) => offset.saturating_sub(page),
        Some(Action::Top) => 0,
        Some(Action::Bottom) => last,
        // Any other key closes it, and does nothing else.
        _ => return,
    };
    model.overlay = Some(Overlay::Help { offset: offset.min(last) });
}

/// Text was pasted.
pub(super) fn paste(model: &mut Model, text: &str) {
    let text: String = clean(text).chars().take(MAX).collect();
    let typed = |input: &mut tui_input::Input| {
        let joined: String = (input.value().to_owned() + &text).chars().take(MAX).collect();
        *input = tui_input::Input::new(joined);
    };
    match &mut model.overlay {
        Some(Overlay::Filter { input, .. }) => {
            typed(input);
            filter::typed(model);
        }
        Some(Overlay::Palette(picker)) => {
            typed(&mut picker.input);
            picker.narrow();
        }
        Some(Overlay::Assign { picker, .. }) => {
            typed(&mut picker.input);
            picker.narrow();
        }
        Some(Overlay::Snooze { picker, .. }) => {
            typed(&mut picker.input);
            picker.narrow();
        }
        // Pasted text must not be taken for keys that act.
        _ => {}
    }
}

/// Whom incidents can be given to.
pub(super) fn assignees(model: &mut Model, result: Result<Vec<Assignee>, String>) {
    let Some(Overlay::Assign { picker, asking, .. }) = &mut model.overlay else { return };
    *asking = false;
    match result {
        Ok(all) => {
            let name = |it: &Assignee| match it {
                Assignee::User(user) => user.name.clone(),
                Assignee::Policy(policy) => format!("{} (escalation policy)", policy.name),
            };
            picker.choices = all.into_iter().map(|it| (name(&it), it)).collect();
            picker.narrow();
        }
        Err(reason) => {
            model.overlay = None;
            model.complain(format!("cannot list users: {reason}"));
        }
    }
}
