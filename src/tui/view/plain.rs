//! A plain table: columns, rows, a cursor, the filter of the screen.

#![allow(missing_docs, reason = "the names say what they are")]

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::cells::put;
use crate::tui::model::Model;
use crate::tui::text::fit;

/// A column: its heading, and how wide it is; one of no width takes what is left.
#[derive(Clone, Copy, Debug)]
pub struct Column(pub &'static str, pub usize);

/// A cell: its text and its style.
pub type Cell = (String, Style);

/// A table.
#[derive(Clone, Debug)]
pub struct Sheet {
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
    /// What is said if there are no rows.
    pub empty: &'static str,
}

impl Sheet {
    /// A table of those rows that the filter of the screen lets through.
    pub fn new(model: &Model, columns: &[Column], rows: Vec<Vec<Cell>>, empty: &'static str) -> Self {
        let filter = model.filter();
        let text = |row: &Vec<Cell>| {
            row.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>().join(" ").to_lowercase()
        };
        let rows = if filter.is_empty() {
            rows
        } else {
            rows.into_iter().filter(|row| filter.lets_text(&text(row))).collect()
        };
        Self { columns: columns.to_vec(), rows, empty }
    }
}

/// Draws a table, its cursor included.
pub fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect, sheet: &Sheet) {
    let (theme, buffer) = (&model.settings.theme, frame.buffer_mut());
    let fixed: usize = sheet.columns.iter().map(|column| column.1 + 1).sum();
    let left = usize::from(area.width).saturating_sub(fixed + 2).max(8);
    let width = |column: &Column| if column.1 == 0 { left } else { column.1 };
    let headings: String =
        sheet.columns.iter().map(|column| fit(column.0, width(column)) + " ").collect::<String>();
    let layout = super::layout::of(model);
    let mut rows_area = area;
    if layout.has_headings() {
        put(buffer, area, 0, &Line::from(Span::styled(format!("  {headings}"), theme.title)));
        rows_area.y += 1;
        rows_area.height = rows_area.height.saturating_sub(1);
    }
    if sheet.rows.is_empty() {
        let text = if model.filter().is_empty() { sheet.empty } else { "nothing goes with the filter" };
        return put(buffer, rows_area, 0, &Line::from(Span::styled(format!("  {text}"), theme.faint)));
    }
    let (at, offset) = model.pane().map_or((0, 0), |pane| (pane.at, pane.offset));
    let shown = sheet.rows.iter().enumerate().skip(offset).take(usize::from(rows_area.height));
    for (place, (index, row)) in shown.enumerate() {
        let Ok(place) = u16::try_from(place) else { break };
        let mark = match (index == at, model.settings.icons) {
            (true, true) => "▸ ",
            (true, false) => "> ",
            _ => "  ",
        };
        let mut spans = vec![Span::styled(mark, theme.key)];
        for (column, (text, style)) in sheet.columns.iter().zip(row) {
            spans.push(Span::styled(fit(text, width(column)) + " ", *style));
        }
        put(buffer, rows_area, place, &Line::from(spans));
        if index == at {
            let line = Rect { y: rows_area.y + place, height: 1, ..rows_area };
            buffer.set_style(line, theme.cursor);
        }
    }
}
