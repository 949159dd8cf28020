//! The mouse, if it is asked for: the wheel scrolls, a click chooses a row.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::moves::{self, Move};
use crate::tui::model::{Focus, Model, Screen};
use crate::tui::view::layout;

/// The mouse moved, or was clicked.
pub(super) fn event(model: &mut Model, event: MouseEvent) {
    if model.overlay.is_some() {
        return;
    }
    match event.kind {
        MouseEventKind::ScrollDown => moves::go(model, Move::By(3)),
        MouseEventKind::ScrollUp => moves::go(model, Move::By(-3)),
        MouseEventKind::Down(MouseButton::Left) if model.detail.is_none() => click(model, event),
        _ => {}
    }
}

fn click(model: &mut Model, event: MouseEvent) {
    let at = Position::new(event.column, event.row);
    let layout = layout::of(model);
    if model.screen == Screen::Incidents && layout.timeline.is_some_and(|area| area.contains(at)) {
        model.focus = Focus::Timeline;
        return;
    }
    let (area, offset, rows) = match model.pane() {
        Some(pane) => (layout.pane_area(), pane.offset, crate::tui::view::rows(model)),
        None => (layout.list_area(), model.list.offset, model.list.rows.len()),
    };
    let row = offset + usize::from(event.row.saturating_sub(area.y));
    if area.contains(at) && row < rows {
        model.focus = Focus::List;
        moves::to_row(model, row);
    }
}
