//! What comes one by one, or is drawn again and again.

use anstream::ColorChoice;
use serde_json::Value;

use super::super::error::Complaint;
use super::{Column, Format, Output, Tone, escape, escape_json, table, yaml};
use crate::domain::time::Timestamp;

impl Output {
    /// Writes one of many objects that come one by one, on a line of its own.
    ///
    /// # Errors
    /// Those of the stream; a column that is not known, a filter or a template that fails.
    pub(in crate::cli) fn line(
        &mut self,
        kind: &str,
        item: &Value,
        columns: &[Column],
        now: Timestamp,
    ) -> anyhow::Result<()> {
        if self.wishes.sort.is_some() {
            let hint = "leave out --sort, or print the list once";
            return Err(Complaint::usage("what comes one by one cannot be sorted", hint).into());
        }
        if self.picked(std::slice::from_ref(item), columns, now)?.is_empty() {
            return Ok(());
        }
        let id = || escape(item["id"].as_str().unwrap_or_default());
        if self.wishes.quiet {
            return Ok(self.text(&id())?);
        }
        if let Some(shape) = self.wishes.shape.clone() {
            let text = self.shaped(&shape, item, now)?;
            return Ok(self.text(&text)?);
        }
        let moment = self.moment(now);
        let one = std::slice::from_ref(item);
        let text = match self.format() {
            Format::Name => format!("{kind}/{}", id()),
            Format::Json | Format::Jsonl => escape_json(&item.to_string()),
            Format::Yaml => format!("---\n{}", yaml(item)?),
            Format::Csv => {
                let header = self.wishes.header && !std::mem::replace(&mut self.headed, true);
                table::csv(one, &self.chosen(columns, true)?, &moment, header)?
            }
            format @ (Format::Table | Format::Wide) => {
                let columns = self.chosen(columns, format == Format::Wide)?;
                if self.terminal {
                    table::spaced(item, &columns, &moment)
                } else {
                    table::tabbed(one, &columns, &moment)
                }
            }
        };
        Ok(self.text(&text)?)
    }

    /// Whether text for people goes to a terminal, so that it may be drawn anew.
    pub(in crate::cli) fn is_screen(&self) -> bool {
        self.terminal && self.is_text()
    }

    /// Draws a list over the one before, with a line below it. What does not fit is counted.
    ///
    /// # Errors
    /// Those of the stream.
    pub(in crate::cli) fn screen(
        &mut self,
        items: &[Value],
        columns: &[Column],
        below: &str,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let items = self.picked(items, columns, now)?;
        let columns = self.chosen(columns, self.format() == Format::Wide)?;
        let rows = crossterm::terminal::size().map_or(24, |(_, rows)| usize::from(rows));
        let most = rows.saturating_sub(4).max(1);
        let shown = &items[..items.len().min(most)];
        let table = table::fitted(shown, &columns, &self.moment(now), self.wishes.header, None);
        let more = items.len() - shown.len();
        let more = if more > 0 { format!("… and {more} more\n") } else { String::new() };
        let mut text = format!("{table}{more}{}", Tone::Faint.paint(below));
        if self.data.current_choice() == ColorChoice::Never {
            text = anstream::adapter::strip_str(&text).to_string();
        }
        // What is not drawn over is cleared after it, not before, so that nothing flickers.
        let first = if std::mem::replace(&mut self.headed, true) { "" } else { "\x1b[2J" };
        let lines = text.lines().map(|line| format!("{line}\x1b[K\r\n")).collect::<String>();
        self.raw(format!("\x1b[?2026h{first}\x1b[H{lines}\x1b[J\x1b[?2026l").as_bytes())?;
        Ok(())
    }
}
