//! What the screens draw with: glyphs, spans, lines on the buffer.

use std::num::NonZeroU16;

use ratatui::buffer::{Buffer, CellDiffOption, CellWidth as _};
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::tui::model::{Settings, Status};
use crate::tui::theme::Theme;

/// Puts a line on a row of an area, cut to it.
pub(super) fn put(buffer: &mut Buffer, area: Rect, row: u16, line: &Line<'_>) {
    if row < area.height {
        buffer.set_line(area.x, area.y + row, line, area.width);
    }
}

/// Makes what is drawn on a row, from a column on and so many columns wide, lead to an address.
///
/// Cells are drawn in any order and number, so each one begins and ends its own link.
pub(super) fn link(buffer: &mut Buffer, row: Rect, url: &str) {
    let safe = url.starts_with("https://") || url.starts_with("http://");
    if !safe || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return;
    }
    for x in row.left()..row.right() {
        let Some(cell) = buffer.cell_mut((x, row.y)) else { continue };
        let Some(width) = NonZeroU16::new(cell.cell_width()) else { continue };
        let text = format!("\x1b]8;;{url}\x1b\\{}\x1b]8;;\x1b\\", cell.symbol());
        cell.set_symbol(&text).set_diff_option(CellDiffOption::ForcedWidth(width));
    }
}

/// Puts a line at the right of a row.
pub(super) fn put_right(buffer: &mut Buffer, area: Rect, row: u16, line: &Line<'_>) {
    let width = u16::try_from(line.width()).unwrap_or(u16::MAX).min(area.width);
    put(buffer, Rect { x: area.x + area.width - width, width, ..area }, row, line);
}

/// The glyph of a status; its letter stands beside it.
pub(super) fn status_glyph(status: Status, icons: bool) -> &'static str {
    match (status, icons) {
        (Status::Triggered, true) => "●",
        (Status::Acknowledged, true) => "◐",
        (Status::Snoozed, true) => "◔",
        (Status::Held, true) => "◌",
        (Status::Resolved, true) => "✓",
        (Status::Triggered, false) => "!",
        (Status::Acknowledged, false) => "~",
        (Status::Snoozed, false) => "z",
        (Status::Held, false) => "-",
        (Status::Resolved, false) => "+",
    }
}

/// The style of a status.
pub(super) fn status_style(theme: &Theme, status: Status) -> Style {
    match status {
        Status::Triggered => theme.triggered,
        Status::Acknowledged | Status::Snoozed => theme.acknowledged,
        Status::Held => theme.held,
        Status::Resolved => theme.resolved,
    }
}

/// `●T`
pub(super) fn status(settings: &Settings, status: Status) -> Span<'static> {
    let text = format!("{}{}", status_glyph(status, settings.icons), status.letter());
    Span::styled(text, status_style(&settings.theme, status))
}

/// `▲H`
pub(super) fn urgency(settings: &Settings, high: bool) -> Span<'static> {
    let theme = &settings.theme;
    match (high, settings.icons) {
        (true, true) => Span::styled("▲H", theme.high),
        (true, false) => Span::styled("^H", theme.high),
        (false, true) => Span::styled("▽L", theme.low),
        (false, false) => Span::styled("vL", theme.low),
    }
}

/// Something is under way: it turns with the seconds.
pub(super) fn spinner(second: i64, icons: bool) -> &'static str {
    let turns = if icons { ["◜", "◝", "◞", "◟"] } else { ["|", "/", "-", "\\"] };
    turns[usize::try_from(second.rem_euclid(4)).unwrap_or(0)]
}

/// `── title ─────`, as wide as it is told.
pub(super) fn rule(settings: &Settings, title: &str, focused: bool, width: usize) -> Line<'static> {
    let theme = &settings.theme;
    let dash = if settings.icons { "─" } else { "-" };
    let title = crate::tui::text::cut(title, width.saturating_sub(5));
    let used = 4 + crate::tui::text::width(&title);
    Line::from(vec![
        Span::styled(format!("{dash}{dash} "), theme.rule),
        Span::styled(title, if focused { theme.title } else { theme.faint }),
        Span::styled(format!(" {}", dash.repeat(width.saturating_sub(used))), theme.rule),
    ])
}
