//! Boxes over the screen: choices, the palette, the help.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Widget as _};

use super::cells::put;
use super::help;
use super::layout::Layout;
use crate::tui::model::act::shown;
use crate::tui::model::overlay::{Assignee, Picker};
use crate::tui::model::{Model, Overlay};
use crate::tui::text::{fit, width};

/// The box, if something is asked that needs one.
pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, layout: &Layout) {
    match &model.overlay {
        None | Some(Overlay::Filter { .. } | Overlay::Confirm { .. }) => {}
        Some(Overlay::Palette(picker)) => {
            let area = above(layout.body, 40, picker.shown.len().min(10));
            choices(model, frame, area, "go to, or do", picker, |_| false);
        }
        Some(Overlay::Snooze { targets, picker }) => {
            let area = centre(layout.area, 40, picker.shown.len().max(1) + 1);
            let title = format!("snooze {} for", shown(targets));
            typed(model, frame, area, &title, picker, "type a span, such as 45m", |_| false);
        }
        Some(Overlay::Copy(picker)) => {
            let area = centre(layout.area, 40, picker.choices.len());
            choices(model, frame, area, "copy its", picker, |_| false);
        }
        Some(Overlay::Assign { targets, picker, chosen, asking }) => {
            let area = centre(layout.area, 50, 12);
            let title = format!("assign {} to", shown(targets));
            let hint = if *asking { "..." } else { "type a name" };
            let marked = |it: &Assignee| matches!(it, Assignee::User(user) if chosen.contains(user));
            typed(model, frame, area, &title, picker, hint, marked);
        }
        Some(Overlay::Help { offset }) => {
            let lines = help::lines(model);
            let area = centre(layout.area, 90, lines.len());
            let inner = boxed(model, frame, area, "keys");
            for (row, line) in lines.iter().skip(*offset).take(usize::from(inner.height)).enumerate() {
                put(frame.buffer_mut(), inner, u16::try_from(row).unwrap_or(u16::MAX), line);
            }
        }
    }
}

/// In the middle, as large as is wanted and possible; borders not counted.
fn centre(area: Rect, width: u16, height: usize) -> Rect {
    let height =
        u16::try_from(height).unwrap_or(u16::MAX).saturating_add(2).min(area.height.saturating_sub(2));
    let width = width.saturating_add(2).min(area.width);
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

/// At the bottom left, above what is typed.
fn above(area: Rect, width: u16, height: usize) -> Rect {
    let height = u16::try_from(height).unwrap_or(u16::MAX).saturating_add(2).min(area.height);
    let width = width.min(area.width);
    Rect { x: area.x, y: area.y + area.height - height, width, height }
}

/// Clears a place and draws a border; answers with what is within.
fn boxed(model: &Model, frame: &mut Frame<'_>, area: Rect, title: &str) -> Rect {
    let theme = &model.settings.theme;
    let kind = if model.settings.icons { BorderType::Rounded } else { BorderType::Plain };
    let title = crate::tui::text::cut(title, usize::from(area.width.saturating_sub(4)));
    let block = Block::bordered()
        .border_type(kind)
        .border_style(theme.rule)
        .style(theme.popup)
        .title(Line::from(Span::styled(format!(" {title} "), theme.title)));
    let inner = block.inner(area);
    spare_wide(frame.buffer_mut(), area);
    Clear.render(area, frame.buffer_mut());
    block.render(area, frame.buffer_mut());
    inner
}

/// A wide character of which the box would cover the second half is taken away: a terminal would draw it over the border.
fn spare_wide(buffer: &mut Buffer, area: Rect) {
    let Some(x) = area.x.checked_sub(1) else { return };
    for y in area.y..area.bottom() {
        if let Some(cell) = buffer.cell_mut((x, y)).filter(|cell| width(cell.symbol()) > 1) {
            cell.set_symbol(" ");
        }
    }
}

/// A list to choose from.
fn choices<T>(
    model: &Model,
    frame: &mut Frame<'_>,
    area: Rect,
    title: &str,
    picker: &Picker<T>,
    marked: impl Fn(&T) -> bool,
) {
    let inner = boxed(model, frame, area, title);
    list(model, frame, inner, picker, "nothing is called that", marked);
}

/// The same with a line above that is typed into.
fn typed<T>(
    model: &Model,
    frame: &mut Frame<'_>,
    area: Rect,
    title: &str,
    picker: &Picker<T>,
    hint: &str,
    marked: impl Fn(&T) -> bool,
) {
    let inner = boxed(model, frame, area, title);
    if inner.is_empty() {
        return;
    }
    let sign = Span::styled("> ", model.settings.theme.key);
    let value = picker.input.value().to_owned();
    let text = if value.is_empty() {
        Span::styled(hint.to_owned(), model.settings.theme.faint)
    } else {
        Span::raw(value)
    };
    put(frame.buffer_mut(), inner, 0, &Line::from(vec![sign, text]));
    let column = u16::try_from(picker.input.visual_cursor()).unwrap_or(0).saturating_add(2);
    frame.set_cursor_position((inner.x + column.min(inner.width.saturating_sub(1)), inner.y));
    let below = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    let none = if picker.input.value().is_empty() { "" } else { "nothing is called that" };
    list(model, frame, below, picker, none, marked);
}

fn list<T>(
    model: &Model,
    frame: &mut Frame<'_>,
    area: Rect,
    picker: &Picker<T>,
    hint: &str,
    marked: impl Fn(&T) -> bool,
) {
    let theme = &model.settings.theme;
    if picker.shown.is_empty() {
        return put(frame.buffer_mut(), area, 0, &Line::from(Span::styled(format!(" {hint}"), theme.faint)));
    }
    let height = usize::from(area.height).max(1);
    let first = (picker.at + 1).saturating_sub(height);
    for (row, place) in picker.shown.iter().enumerate().skip(first).take(height) {
        let Some((name, what)) = picker.choices.get(*place) else { continue };
        let mark = if row == picker.at { "> " } else { "  " };
        let chosen = if marked(what) { "* " } else { "" };
        let text = fit(&format!("{mark}{chosen}{name}"), usize::from(area.width));
        let style = if row == picker.at { theme.cursor } else { theme.plain };
        let at = u16::try_from(row - first).unwrap_or(u16::MAX);
        put(frame.buffer_mut(), area, at, &Line::from(Span::styled(text, style)));
    }
}
