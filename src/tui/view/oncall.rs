//! Who is on call: a screen, a line below the header, and a pane beside the timeline.

use std::collections::BTreeMap;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::cells::{put, rule};
use super::layout::Layout;
use crate::tui::model::Model;
use crate::tui::text::{cut, width};

mod chart;
mod schedule;

pub(super) use chart::standing;
pub use chart::view_window;

/// What names the rows of the screen.
pub(super) fn ids(model: &Model) -> Vec<String> {
    match model.roster.open {
        Some(_) => (0..schedule::lines(model).len()).map(|n| format!("line {n}")).collect(),
        None => chart::all(model).into_iter().map(|row| row.id).collect(),
    }
}

/// The schedule that the row under the cursor is about.
pub fn schedule_here(model: &Model) -> Option<String> {
    chart::all(model).into_iter().nth(model.oncall.at)?.schedule
}

/// The screen.
pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, layout: &Layout) {
    match model.roster.open {
        Some(_) => schedule::draw(model, frame, layout),
        None => chart::draw(model, frame, layout),
    }
}

/// The names of one level of a policy.
type Level = (u64, Vec<String>);

/// By policy: the names of each level.
fn by_policy(model: &Model) -> Vec<(String, Vec<Level>)> {
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
