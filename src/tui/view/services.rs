//! The services, and how each is.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::plain::{self, Column, Sheet};
use crate::tui::model::Model;
use crate::tui::text::age;

/// Each service.
pub(super) fn sheet(model: &Model) -> Sheet {
    let theme = &model.settings.theme;
    let rows = model.data.services.iter().map(|it| {
        let style = match it.status.as_str() {
            "critical" => theme.triggered,
            "warning" => theme.acknowledged,
            "active" => theme.good,
            _ => theme.faint,
        };
        let teams: Vec<_> = it.teams.iter().map(|team| team.name.as_str()).collect();
        vec![
            (it.status.clone(), style),
            (it.name.clone(), theme.plain),
            (it.policy.name.clone(), theme.faint),
            (teams.join(", "), theme.faint),
            (it.last_incident_at.map(|at| age(model.now, at)).unwrap_or_default(), theme.faint),
        ]
    });
    let columns = [
        Column("STATUS", 11),
        Column("SERVICE", 0),
        Column("POLICY", 18),
        Column("TEAMS", 14),
        Column("LAST", 5),
    ];
    Sheet::new(model, &columns, rows.collect(), "there are no services")
}

/// The screen.
pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    plain::draw(model, frame, area, &sheet(model));
}
