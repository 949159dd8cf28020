//! The palette: every screen and everything that can be done, by name.

use super::keyboard;
use crate::tui::keys::{Action, Group, TABLE};
use crate::tui::message::Command;
use crate::tui::model::overlay::{Line, Picker};
use crate::tui::model::{Model, Overlay, Screen};
use crate::tui::theme::Name;

/// Begins to type a line.
pub(super) fn open(model: &mut Model) {
    model.overlay = Some(Overlay::Palette(Picker::new(lines(model))));
}

/// All lines: screens first, then what is done, then other contexts and themes.
fn lines(model: &Model) -> Vec<(String, Line)> {
    let screens = Screen::ALL.into_iter().map(|screen| (screen.name().to_owned(), Line::Go(screen)));
    let useful = |group| !matches!(group, Group::Move | Group::Screen);
    let actions = TABLE.iter().filter(|entry| useful(entry.group) && entry.action != Action::Palette);
    let actions = actions.map(|entry| (entry.name.to_owned(), Line::Do(entry.action)));
    let themes = Name::ALL.into_iter().map(|name| (format!("theme {}", name.as_str()), Line::Wear(name)));
    let others = model.settings.contexts.iter().filter(|name| **name != model.settings.server);
    let contexts = others.map(|name| (format!("context {name}"), Line::Turn(name.clone())));
    screens.chain(actions).chain(contexts).chain(themes).collect()
}

/// What a typed line means: a name or an alias as it is, else the line under the cursor.
fn meant(picker: &Picker<Line>) -> Option<Line> {
    let typed = picker.input.value().trim();
    let alias = Screen::ALL.into_iter().find(|screen| screen.aliases().contains(&typed));
    if let Some(screen) = alias {
        return Some(Line::Go(screen));
    }
    if typed == "q" {
        return Some(Line::Do(Action::Quit));
    }
    let exact = picker.choices.iter().find(|(name, _)| name == typed);
    exact.or_else(|| picker.current()).map(|(_, line)| line.clone())
}

/// Does what was typed.
pub(super) fn enter(model: &mut Model, picker: &Picker<Line>, commands: &mut Vec<Command>) {
    match meant(picker) {
        Some(Line::Go(screen)) => keyboard::go(model, screen),
        Some(Line::Do(action)) => keyboard::perform(model, action, None, commands),
        Some(Line::Wear(name)) => keyboard::wear(model, name),
        Some(Line::Turn(name)) => keyboard::leave(model, Command::Turn(name), commands),
        None => {
            let typed = crate::tui::text::clean(picker.input.value());
            model.complain(format!("nothing is called `{typed}`"));
        }
    }
}
