//! Rows with a cursor, as the screens other than that of incidents have them.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::cells::put;
use super::layout::Layout;
use crate::tui::model::Model;
use crate::tui::text::{fit, fit_right, wrap};

/// The columns that the mark of the cursor takes.
pub(super) const MARK: u16 = 2;

/// Cells of a row, or of the headings.
#[derive(Default)]
pub(super) struct Cells(Vec<Span<'static>>);

impl Cells {
    /// A cell to the left, with a space after it; of no width: it is left out.
    pub(super) fn left(&mut self, text: &str, width: usize, style: Style) {
        if width > 0 {
            self.0.push(Span::styled(fit(text, width) + " ", style));
        }
    }

    /// The same to the right.
    pub(super) fn right(&mut self, text: &str, width: usize, style: Style) {
        if width > 0 {
            self.0.push(Span::styled(fit_right(text, width) + " ", style));
        }
    }

    /// What is drawn already.
    pub(super) fn spans(&mut self, spans: Vec<Span<'static>>) {
        self.0.extend(spans);
    }

    /// What is left of `width`, if columns of these widths are taken.
    pub(super) fn rest(width: usize, taken: &[usize]) -> usize {
        let used: usize = taken.iter().filter(|it| **it > 0).map(|it| it + 1).sum();
        width.saturating_sub(used)
    }

    pub(super) fn line(self) -> Line<'static> {
        Line::from(self.0)
    }
}

/// The width that a row has for itself.
pub(super) fn width(layout: &Layout) -> usize {
    usize::from(layout.body.width.saturating_sub(MARK))
}

/// Draws the headings, if there is room for them.
pub(super) fn headings(frame: &mut Frame<'_>, layout: &Layout, line: &Line<'_>) {
    if layout.has_headings() {
        let area = layout.body;
        let area = Rect { x: area.x + MARK.min(area.width), width: area.width.saturating_sub(MARK), ..area };
        put(frame.buffer_mut(), area, 0, line);
    }
}

/// Draws those of so many rows that are seen: `each` is given a place of one line and the number of the row.
pub(super) fn draw(
    model: &Model,
    frame: &mut Frame<'_>,
    layout: &Layout,
    rows: usize,
    empty: &str,
    mut each: impl FnMut(&mut Buffer, Rect, usize),
) {
    let (theme, buffer, area) = (&model.settings.theme, frame.buffer_mut(), layout.pane_area());
    if rows == 0 {
        let text = if model.filter().is_empty() { empty } else { "nothing goes with the filter" };
        let lines = wrap(text, usize::from(area.width.saturating_sub(4)));
        for (row, text) in (0..area.height).zip(lines) {
            put(buffer, area, row, &Line::from(Span::styled(format!("  {text}"), theme.faint)));
        }
        return;
    }
    let (at, offset) = model.pane().map_or((0, 0), |pane| (pane.at, pane.offset));
    for (row, index) in (0..area.height).zip(offset..rows) {
        let line = Rect { y: area.y + row, height: 1, ..area };
        let inner = Rect { x: line.x + MARK.min(line.width), width: line.width.saturating_sub(MARK), ..line };
        each(buffer, inner, index);
        if index == at {
            let mark = if model.settings.icons { "▸" } else { ">" };
            put(buffer, line, 0, &Line::from(Span::styled(mark, theme.key)));
            buffer.set_style(line, theme.cursor);
        }
    }
}

/// The heights of bars.
const HEIGHTS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// A bar of so many eighths, one cell high.
pub(super) fn eighths(eighths: usize, icons: bool) -> &'static str {
    match (eighths, icons) {
        (0, _) => " ",
        (n, true) => HEIGHTS[n.min(8) - 1],
        (1..4, false) => ".",
        (4..8, false) => ":",
        (_, false) => "#",
    }
}

/// A small number in one cell: its height, or its digit.
pub(super) fn cell(number: usize, icons: bool) -> &'static str {
    const DIGITS: [&str; 11] = [".", "1", "2", "3", "4", "5", "6", "7", "8", "9", "+"];
    match (number, icons) {
        (0, true) => "·",
        (_, false) => DIGITS[number.min(10)],
        (1..=4, true) => HEIGHTS[number - 1],
        (5..=6, true) => HEIGHTS[4],
        (7..=9, true) => HEIGHTS[5],
        (10..=19, true) => HEIGHTS[6],
        _ => HEIGHTS[7],
    }
}
