//! How many events came in, minute by minute, the newest first.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::plain::{self, Column, Sheet};
use crate::tui::model::Model;

/// Each minute of the last hour.
pub(super) fn sheet(model: &Model) -> Sheet {
    let theme = &model.settings.theme;
    let rows = model.data.traffic.iter().rev().enumerate().map(|(ago, events)| {
        let when = if ago == 0 { "this minute".to_owned() } else { format!("{ago}m ago") };
        vec![(when, theme.faint), (events.to_string(), theme.plain)]
    });
    let columns = [Column("MINUTE", 12), Column("EVENTS", 0)];
    Sheet::new(model, &columns, rows.collect(), "not known yet")
}

/// The screen.
pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    plain::draw(model, frame, area, &sheet(model));
}
