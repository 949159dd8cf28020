//! How the list of the picker looks: what is asked, the rows, the keys.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::model::{Model, Row};

/// Rows of the list at most; with what is asked and the keys it is two lines more.
const ROWS_MAX: u16 = 10;

/// How many lines it takes on a terminal of so many.
pub(super) fn height(model: &Model, terminal: u16) -> u16 {
    let rows = u16::try_from(model.rows.len()).unwrap_or(ROWS_MAX).clamp(1, ROWS_MAX);
    (rows + 2).min(terminal.max(3))
}

/// Draws it, and says where the cursor belongs.
pub(super) fn draw(model: &Model, area: Rect, buffer: &mut Buffer) -> u16 {
    let width = usize::from(area.width);
    let asked = format!("{} ", model.title);
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let (after, _) = buffer.set_stringn(area.x, area.y, &asked, width, bold);
    let room = usize::from(area.right().saturating_sub(after));
    let (cursor, _) = buffer.set_stringn(after, area.y, &model.typed, room, Style::new());

    let lines = area.height.saturating_sub(2);
    let first = model.at.saturating_sub(usize::from(lines).saturating_sub(1));
    let rows = model.shown.iter().enumerate().skip(first).take(usize::from(lines));
    let number = model.rows.iter().map(|row| row.number).max().unwrap_or(0).to_string().len();
    let service = model.rows.iter().map(|row| row.service.chars().count()).max().unwrap_or(0).min(16);
    for ((place, row), y) in rows.zip(area.y + 1..) {
        let Some(it) = model.rows.get(*row) else { continue };
        let here = place == model.at;
        let marked = model.marked.contains(row);
        let text = line(it, here, model.many.then_some(marked), (number, service));
        let style = if here { Style::new().add_modifier(Modifier::REVERSED) } else { Style::new() };
        buffer.set_stringn(area.x, y, &text, width, style);
        if !here && let Some(color) = color(&it.status) {
            let start = 2 + if model.many { 4 } else { 0 } + number + 3;
            let start = area.x.saturating_add(u16::try_from(start).unwrap_or(u16::MAX)).min(area.right());
            let end = start.saturating_add(u16::try_from(it.status.len()).unwrap_or(0)).min(area.right());
            buffer.set_style(Rect::new(start, y, end - start, 1), Style::new().fg(color));
        }
    }
    if model.shown.is_empty() && lines > 0 {
        buffer.set_stringn(area.x, area.y + 1, "  nothing fits", width, Style::new());
    }
    if area.height > 1 {
        let faint = Style::new().add_modifier(Modifier::DIM);
        buffer.set_stringn(area.x, area.bottom() - 1, keys(model), width, faint);
    }
    cursor.min(area.right().saturating_sub(1))
}

fn line(it: &Row, here: bool, marked: Option<bool>, (number, service): (usize, usize)) -> String {
    let cursor = if here { "> " } else { "  " };
    let mark = match marked {
        Some(true) => "[x] ",
        Some(false) => "[ ] ",
        None => "",
    };
    let number_ = format!("#{}", it.number);
    let name: String = it.service.chars().take(service).collect();
    let number = number + 1;
    format!("{cursor}{mark}{number_:<number$}  {:<12}  {name:<service$}  {}", it.status, it.title)
}

fn color(status: &str) -> Option<Color> {
    match status {
        "triggered" => Some(Color::Red),
        "acknowledged" => Some(Color::Yellow),
        "resolved" => Some(Color::Green),
        _ => None,
    }
}

fn keys(model: &Model) -> String {
    let count = format!("{} of {}", model.shown.len(), model.rows.len());
    if model.many {
        let marked = match model.marked.len() {
            0 => String::new(),
            marked => format!(", {marked} marked"),
        };
        format!("{count}{marked} · Enter takes, Space marks, Ctrl-A all, Esc leaves; type to search")
    } else {
        format!("{count} · Enter takes, Esc leaves; type to search")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::model::Message;
    use super::super::model::tests::rows;
    use super::*;
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    fn drawn(model: &Model, width: u16, height: u16) -> Vec<String> {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal
            .draw(|frame| {
                let area = frame.area();
                draw(model, area, frame.buffer_mut());
            })
            .unwrap();
        let buffer = terminal.backend().buffer();
        (0..height)
            .map(|y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned())
            .collect()
    }

    #[test]
    fn several_have_marks() {
        let mut model = Model::new("ack which?".to_owned(), rows(), true);
        model.update(Message::Mark);
        assert_eq!(
            drawn(&model, 70, 5),
            [
                "ack which?",
                "  [x] #14  triggered     database  disk full on db-1",
                "> [ ] #13  acknowledged  checkout  31 % of payments are declined",
                "  [ ] #12  triggered     search    index is behind",
                "3 of 3, 1 marked · Enter takes, Space marks, Ctrl-A all, Esc leaves; t",
            ]
        );
    }

    #[test]
    fn one_has_none_and_what_is_typed_is_shown() {
        let mut model = Model::new("show which?".to_owned(), rows(), false);
        "pay".chars().for_each(|c| drop(model.update(Message::Type(c))));
        assert_eq!(
            drawn(&model, 60, 5),
            [
                "show which? pay",
                "> #13  acknowledged  checkout  31 % of payments are declined",
                "",
                "",
                "1 of 3 · Enter takes, Esc leaves; type to search",
            ]
        );
        model.update(Message::Type('!'));
        assert_eq!(drawn(&model, 60, 3)[1], "  nothing fits");
    }

    #[test]
    fn no_size_is_too_small() {
        let model = Model::new("show which?".to_owned(), rows(), true);
        for (width, height) in [(1, 1), (5, 2), (20, 3), (300, 40)] {
            assert_eq!(drawn(&model, width, height).len(), usize::from(height));
        }
        assert_eq!(height(&model, 24), 5);
        assert_eq!(height(&model, 4), 4);
    }
}
