//! What went out to people, and what came of it, the newest first.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::plain::{self, Column, Sheet};
use super::timeline;
use crate::tui::model::Model;

/// Each line of a timeline that is about a message.
pub(super) fn sheet(model: &Model) -> Sheet {
    let theme = &model.settings.theme;
    let sent = model.data.log.iter().rev().filter(|it| it.kind == "notify");
    let rows = sent.map(|it| {
        let (kind, status) = match &it.notification {
            Some(sent) => (sent.kind.clone(), sent.status.clone()),
            None => Default::default(),
        };
        let style = timeline::style(theme, it);
        vec![
            (model.settings.seconds(it.at), theme.faint),
            (it.number.map(|number| format!("#{number}")).unwrap_or_default(), theme.faint),
            (kind, theme.faint),
            (status, style),
            (it.words(), style),
        ]
    });
    let columns =
        [Column("WHEN", 8), Column("#", 6), Column("BY", 8), Column("OUTCOME", 9), Column("WHAT", 0)];
    Sheet::new(model, &columns, rows.collect(), "nothing went out since this began")
}

/// The screen.
pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    plain::draw(model, frame, area, &sheet(model));
}
