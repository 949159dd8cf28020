//! Filters: typed, tried at every key, kept for each screen.

use crossterm::event::{Event, KeyCode, KeyEvent};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler as _;

use crate::tui::model::filter::MAX;
use crate::tui::model::{Filter, Model, Overlay};

/// Begins to type a filter.
pub(super) fn open(model: &mut Model) {
    model.detail = None;
    let before = model.filter().clone();
    // What is typed replaces what was there, as a search does elsewhere; it comes back with escape.
    model.overlay = Some(Overlay::Filter { input: Input::default(), before, problem: None });
}

/// A key while a filter is typed.
pub(super) fn press(model: &mut Model, event: &KeyEvent) {
    let Some(Overlay::Filter { input, before, problem }) = &mut model.overlay else { return };
    match event.code {
        KeyCode::Esc => {
            let before = before.clone();
            model.overlay = None;
            set(model, before);
        }
        KeyCode::Enter => match problem.take() {
            Some(said) => *problem = Some(said),
            None => {
                // Nothing typed: no filter.
                let typed = input.value().to_owned();
                model.overlay = None;
                if let Ok(filter) = Filter::parse(&typed) {
                    set(model, filter);
                }
            }
        },
        KeyCode::Backspace if input.value().is_empty() => {
            model.overlay = None;
            set(model, Filter::default());
        }
        _ if input.value().chars().count() >= MAX && matches!(event.code, KeyCode::Char(_)) => {}
        _ => {
            input.handle_event(&Event::Key(*event));
            typed(model);
        }
    }
}

/// What was typed so far is tried.
pub(super) fn typed(model: &mut Model) {
    let Some(Overlay::Filter { input, problem, .. }) = &mut model.overlay else { return };
    match Filter::parse(input.value()) {
        Ok(filter) => {
            *problem = None;
            set(model, filter);
        }
        // The one before stays until it makes sense.
        Err(said) => *problem = Some(said),
    }
}

/// Has another filter.
pub(super) fn set(model: &mut Model, filter: Filter) {
    if let Some(pane) = model.pane_mut() {
        pane.filter = filter;
        pane.at = 0;
        return;
    }
    if model.list.filter != filter {
        model.list.filter = filter;
        rebuild(model);
    }
}

/// Makes the rows anew.
pub(super) fn rebuild(model: &mut Model) {
    let me = model.data.me().map(str::to_owned);
    model.list.rebuild(&model.data.incidents, me.as_deref());
}
