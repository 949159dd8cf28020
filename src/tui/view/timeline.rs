//! The timeline of the incident under the cursor, the newest line at the bottom.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::cells::{put, rule};
use crate::tui::model::data::LogLine;
use crate::tui::model::detail::Loaded;
use crate::tui::model::{Focus, Model};
use crate::tui::text::wrap;
use crate::tui::theme::Theme;

/// All lines of the timeline under the cursor, wrapped to a width.
pub fn lines(model: &Model, width: u16) -> Vec<Line<'static>> {
    let faint = |text: &str| vec![Line::from(Span::styled(format!(" {text}"), model.settings.theme.faint))];
    let Some(incident) = model.current() else { return Vec::new() };
    match model.timelines.get(incident.number) {
        None if model.is_stale() => faint("not known: offline"),
        None | Some(Loaded::Loading) => faint("..."),
        Some(Loaded::Failed(reason)) => {
            vec![Line::from(Span::styled(format!(" cannot show it: {reason}"), model.settings.theme.bad))]
        }
        Some(Loaded::Ready(log)) => {
            let mut lines = Vec::new();
            let mut day = None;
            for line in log {
                let today = model.settings.zoned(line.at).map(|at| at.date());
                if day.is_some_and(|day| day != today) || (day.is_none() && !is_today(model, line)) {
                    let text = today.map(|day| format!(" {day}")).unwrap_or_default();
                    lines.push(Line::from(Span::styled(text, model.settings.theme.faint)));
                }
                day = Some(today);
                lines.extend(entry(model, line, usize::from(width)));
            }
            lines
        }
    }
}

fn is_today(model: &Model, line: &LogLine) -> bool {
    let day = |at| model.settings.zoned(at).map(|at| at.date());
    day(line.at) == day(model.now)
}

/// A line of the log: `12:01:33 what happened`, continued below its words.
pub(super) fn entry(model: &Model, line: &LogLine, width: usize) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    let time = format!(" {} ", model.settings.seconds(line.at));
    let (indent, style) = (time.len(), style(theme, line));
    let mut lines = Vec::new();
    for (n, text) in wrap(&line.words(), width.saturating_sub(indent + 1)).into_iter().enumerate() {
        let before = if n == 0 { time.clone() } else { " ".repeat(indent) };
        lines.push(Line::from(vec![Span::styled(before, theme.faint), Span::styled(text, style)]));
    }
    lines
}

/// What went wrong, and what changed the status, stands out.
pub(super) fn style(theme: &Theme, line: &LogLine) -> Style {
    if line.notification.as_ref().is_some_and(|it| it.status == "failed") {
        return theme.bad;
    }
    match line.kind.as_str() {
        "trigger" => theme.triggered,
        "acknowledge" | "snooze" => theme.acknowledged,
        "resolve" => theme.resolved,
        _ => theme.plain,
    }
}

/// The pane beside or below the list.
pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let title = match model.current() {
        Some(incident) => incident.headline(),
        None => "timeline".to_owned(),
    };
    let buffer = frame.buffer_mut();
    let focused = model.focus == Focus::Timeline;
    if area.x > 0 {
        let bar = if model.settings.icons { "│" } else { "|" };
        for row in 0..area.height {
            put(
                buffer,
                Rect { x: area.x - 1, width: 1, ..area },
                row,
                &Line::from(Span::styled(bar, model.settings.theme.rule)),
            );
        }
    }
    put(buffer, area, 0, &rule(&model.settings, &title, focused, usize::from(area.width)));
    let area = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let lines = lines(model, area.width);
    let height = usize::from(area.height);
    let last = lines.len().saturating_sub(height);
    let first = last.saturating_sub(model.timelines.scrolled);
    for (row, line) in lines.iter().skip(first).take(height).enumerate() {
        put(buffer, area, u16::try_from(row).unwrap_or(u16::MAX), line);
    }
}
