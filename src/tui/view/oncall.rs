//! Who is on call: a screen, a line below the header, and a pane beside the timeline.

use std::collections::BTreeMap;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::cells::{put, rule};
use super::plain::{self, Column, Sheet};
use crate::tui::model::Model;
use crate::tui::text::{cut, width};

/// Each that is on call.
pub(super) fn sheet(model: &Model) -> Sheet {
    let theme = &model.settings.theme;
    let clock = |at: Option<crate::domain::time::Timestamp>| match at {
        Some(at) => model.settings.clock(at, model.now),
        None => "always".to_owned(),
    };
    let rows = model.data.oncalls.iter().map(|it| {
        vec![
            (it.policy.name.clone(), theme.plain),
            (it.level.to_string(), theme.faint),
            (it.user.name.clone(), theme.plain),
            (it.schedule.as_ref().map(|it| it.name.clone()).unwrap_or_default(), theme.faint),
            (clock(it.start), theme.faint),
            (clock(it.end), theme.faint),
        ]
    });
    let columns = [
        Column("POLICY", 0),
        Column("LEVEL", 5),
        Column("USER", 18),
        Column("SCHEDULE", 16),
        Column("FROM", 12),
        Column("UNTIL", 12),
    ];
    Sheet::new(model, &columns, rows.collect(), "nobody is on call")
}

/// The screen.
pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    plain::draw(model, frame, area, &sheet(model));
}

/// By policy: the names of each level.
fn by_policy(model: &Model) -> Vec<(String, Vec<(u64, Vec<String>)>)> {
    let mut policies: BTreeMap<&str, BTreeMap<u64, Vec<String>>> = BTreeMap::new();
    for it in &model.data.oncalls {
        let names = policies.entry(&it.policy.name).or_default().entry(it.level).or_default();
        if !names.contains(&it.user.name) {
            names.push(it.user.name.clone());
        }
    }
    policies.into_iter().map(|(policy, levels)| (policy.to_owned(), levels.into_iter().collect())).collect()
}

/// `on call  default: ann → bob   database: carol`
pub(super) fn line(model: &Model, columns: usize) -> Line<'static> {
    let theme = &model.settings.theme;
    let mut spans = vec![Span::styled(" on call  ", theme.faint)];
    if model.data.oncalls.is_empty() {
        let text = if model.data.as_of.is_some() { "nobody" } else { "..." };
        spans.push(Span::styled(text, theme.faint));
    }
    let mut left = columns.saturating_sub(10);
    for (policy, levels) in by_policy(model) {
        let names = in_levels(model, &levels);
        let taken = width(&policy) + width(&names) + 5;
        if taken > left {
            spans.push(Span::styled(cut(&format!("{policy}: {names}"), left), theme.plain));
            break;
        }
        left -= taken;
        spans.push(Span::styled(format!("{policy}: "), theme.faint));
        spans.push(Span::styled(format!("{names}   "), theme.plain));
    }
    Line::from(spans)
}

/// `ann → bob, carol`
fn in_levels(model: &Model, levels: &[(u64, Vec<String>)]) -> String {
    let arrow = if model.settings.icons { " → " } else { " > " };
    levels.iter().map(|(_, names)| names.join(", ")).collect::<Vec<_>>().join(arrow)
}

/// How many lines the pane would like to have.
pub(super) fn lines_beside(model: &Model) -> usize {
    by_policy(model).len().max(1)
}

/// The pane.
pub(super) fn beside(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let (theme, buffer) = (&model.settings.theme, frame.buffer_mut());
    let columns = usize::from(area.width);
    put(buffer, area, 0, &rule(&model.settings, "on call", false, columns));
    let bar = if model.settings.icons { "│" } else { "|" };
    for row in 0..area.height {
        let place = Rect { x: area.x.saturating_sub(1), width: 1, ..area };
        put(buffer, place, row, &Line::from(Span::styled(bar, theme.rule)));
    }
    for (row, (policy, levels)) in (1..area.height).zip(by_policy(model)) {
        let text = cut(&in_levels(model, &levels), columns.saturating_sub(width(&policy) + 4));
        let spans = vec![Span::styled(format!(" {policy}: "), theme.faint), Span::styled(text, theme.plain)];
        put(buffer, area, row, &Line::from(spans));
    }
}
