//! The picker on the terminal: keys in, a few lines on standard error, which are gone when it ends.

use std::io::{self, Write};

use crossterm::cursor::{MoveDown, MoveToColumn, MoveUp};
use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::queue;
use crossterm::style::{Attribute, Color as Ink, Print, SetAttribute, SetForegroundColor};
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, disable_raw_mode, enable_raw_mode, size,
};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};

use super::model::{Message, Model, Outcome};
use super::view;

/// Keys come one by one, and are not shown by themselves, as long as this lives.
struct Raw;

impl Raw {
    fn begin() -> io::Result<Self> {
        enable_raw_mode()?;
        Ok(Self)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // Nothing could be done about it.
        let _ = disable_raw_mode();
    }
}

/// Asks until there is an answer.
pub(super) fn run(mut model: Model, color: bool) -> io::Result<Outcome> {
    let _raw = Raw::begin()?;
    let mut out = io::stderr().lock();
    let mut room = 0;
    loop {
        room = draw(&mut out, &model, color, room)?;
        let Some(message) = next()? else { continue };
        if let Some(outcome) = model.update(message) {
            queue!(out, MoveToColumn(0), Clear(ClearType::FromCursorDown))?;
            out.flush()?;
            return Ok(outcome);
        }
    }
}

/// What the next key means; `None` if nothing, or if only the size has changed.
fn next() -> io::Result<Option<Message>> {
    match event::read()? {
        Event::Key(key) if key.kind != KeyEventKind::Release => Ok(meaning(key)),
        _ => Ok(None),
    }
}

fn meaning(key: KeyEvent) -> Option<Message> {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return match key.code {
            KeyCode::Char('c' | 'd' | 'g') => Some(Message::Cancel),
            KeyCode::Char('a') => Some(Message::MarkAll),
            KeyCode::Char('n' | 'j') => Some(Message::Down),
            KeyCode::Char('p' | 'k') => Some(Message::Up),
            KeyCode::Char('u') => Some(Message::Clear),
            KeyCode::Char('w') => Some(Message::BackWord),
            KeyCode::Char('h') => Some(Message::Back),
            KeyCode::Char('m') => Some(Message::Pick),
            _ => None,
        };
    }
    match key.code {
        KeyCode::Enter => Some(Message::Pick),
        KeyCode::Esc => Some(Message::Cancel),
        KeyCode::Up => Some(Message::Up),
        KeyCode::Down => Some(Message::Down),
        KeyCode::PageUp => Some(Message::PageUp),
        KeyCode::PageDown => Some(Message::PageDown),
        KeyCode::Home => Some(Message::First),
        KeyCode::End => Some(Message::Last),
        KeyCode::Tab => Some(Message::Mark),
        KeyCode::Backspace => Some(Message::Back),
        KeyCode::Char(c) => Some(Message::Type(c)),
        _ => None,
    }
}

/// Draws it from the line where the cursor is downwards, and puts the cursor back there. `had` lines are free already;
/// how many are now.
fn draw(out: &mut impl Write, model: &Model, color: bool, had: u16) -> io::Result<u16> {
    let (width, height) = match size() {
        Ok((width, height)) if width > 0 && height > 0 => (width, height),
        // A terminal that does not say.
        _ => (80, 24),
    };
    let lines = view::height(model, height);
    let area = Rect::new(0, 0, width, lines);
    let mut buffer = Buffer::empty(area);
    let cursor = view::draw(model, area, &mut buffer);
    queue!(out, BeginSynchronizedUpdate)?;
    if lines > had {
        // At the bottom of the screen this makes the room.
        for _ in 1..lines {
            queue!(out, Print("\n"))?;
        }
        queue!(out, MoveUp(lines - 1))?;
    }
    queue!(out, MoveToColumn(0))?;
    for y in 0..lines {
        if y > 0 {
            queue!(out, MoveDown(1), MoveToColumn(0))?;
        }
        line(out, (0..width).map(|x| &buffer[(x, y)]), color)?;
        queue!(out, Clear(ClearType::UntilNewLine))?;
    }
    queue!(out, MoveUp(lines - 1), MoveToColumn(cursor), EndSynchronizedUpdate)?;
    out.flush()?;
    Ok(lines.max(had))
}

/// One line, without the empty places at its end: a full one would have the cursor wrap.
fn line<'c>(out: &mut impl Write, cells: impl Iterator<Item = &'c Cell>, color: bool) -> io::Result<()> {
    let cells: Vec<&Cell> = cells.collect();
    let plain = |cell: &&Cell| cell.symbol() == " " && cell.modifier.is_empty();
    let end = cells.iter().rposition(|cell| !plain(cell)).map_or(0, |last| last + 1);
    let mut style = (Modifier::empty(), Color::Reset);
    for cell in &cells[..end.min(cells.len().saturating_sub(1))] {
        let wanted = (cell.modifier, if color { cell.fg } else { Color::Reset });
        if wanted != style {
            restyle(out, wanted)?;
            style = wanted;
        }
        queue!(out, Print(cell.symbol()))?;
    }
    queue!(out, SetAttribute(Attribute::Reset))
}

fn restyle(out: &mut impl Write, (modifier, color): (Modifier, Color)) -> io::Result<()> {
    queue!(out, SetAttribute(Attribute::Reset))?;
    for (bit, attribute) in [
        (Modifier::BOLD, Attribute::Bold),
        (Modifier::DIM, Attribute::Dim),
        (Modifier::REVERSED, Attribute::Reverse),
    ] {
        if modifier.contains(bit) {
            queue!(out, SetAttribute(attribute))?;
        }
    }
    match color {
        Color::Red => queue!(out, SetForegroundColor(Ink::DarkRed)),
        Color::Yellow => queue!(out, SetForegroundColor(Ink::DarkYellow)),
        Color::Green => queue!(out, SetForegroundColor(Ink::DarkGreen)),
        _ => Ok(()),
    }
}
