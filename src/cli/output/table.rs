//! Columns: fitted to the terminal, separated by tabs, or as CSV.

use std::io;

use anstyle::{AnsiColor, Style};
use comfy_table::{ColumnConstraint, ContentArrangement, Row, Table, Width};
use serde_json::Value;

use super::escape::escape;
use super::time::Moment;

/// What a colour means; it only enhances what the text says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Tone {
    /// Nothing special.
    #[default]
    Plain,
    /// Somebody must look.
    Bad,
    /// Somebody looks.
    Watched,
    /// All is well.
    Good,
    /// Less important.
    Faint,
}

impl Tone {
    /// The tone as colour.
    pub(crate) fn style(self) -> Style {
        let color = |color: AnsiColor| Style::new().fg_color(Some(color.into()));
        match self {
            Self::Plain => Style::new(),
            Self::Bad => color(AnsiColor::Red).bold(),
            Self::Watched => color(AnsiColor::Yellow),
            Self::Good => color(AnsiColor::Green),
            Self::Faint => Style::new().dimmed(),
        }
    }

    /// `text` in this tone.
    pub(crate) fn paint(self, text: &str) -> String {
        let style = self.style();
        format!("{style}{text}{style:#}")
    }
}

/// What is in one place of a table.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    /// A cell with `text`, whose control characters are escaped here.
    pub(crate) fn new(text: impl AsRef<str>) -> Self {
        Self { text: escape(text.as_ref()), tone: Tone::Plain }
    }

    /// In this tone.
    pub(crate) fn tone(self, tone: Tone) -> Self {
        Self { tone, ..self }
    }
}

impl std::fmt::Display for Cell {
    /// Without colour.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// How many characters a line of the terminal has; 80 if it does not say.
pub(super) fn width() -> usize {
    Table::new().width().map_or(80, usize::from)
}

/// A column of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// Above it.
    pub(crate) title: &'static str,
    /// Whether only `-o wide` and CSV have it.
    pub(crate) wide: bool,
    /// Whether it gives way when the terminal is narrow.
    pub(crate) gives_way: bool,
    /// What is in it.
    pub(crate) cell: fn(&Value, &Moment) -> Cell,
}

/// Lines as wide as the terminal, or as `width`; what does not fit is cut with `…`.
pub(super) fn fitted(
    items: &[Value],
    columns: &[&Column],
    moment: &Moment,
    header: bool,
    width: Option<u16>,
) -> String {
    if items.is_empty() {
        return String::new();
    }
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    if let Some(width) = width {
        table.set_width(width);
    }
    if header {
        table.set_header(columns.iter().map(|column| column.title));
    }
    let mut tones = Vec::new();
    for item in items {
        let cells: Vec<_> = columns.iter().map(|column| (column.cell)(item, moment)).collect();
        tones.push(cells.iter().map(|cell| cell.tone).collect::<Vec<_>>());
        let mut row = Row::from(cells.into_iter().map(|cell| cell.text));
        row.max_height(1);
        table.add_row(row);
    }
    for (n, column) in columns.iter().enumerate() {
        if let Some(shape) = table.column_mut(n) {
            shape.set_padding(if n == 0 { (0, 1) } else { (1, 1) });
            if column.gives_way {
                shape.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(12)));
            } else {
                shape.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
    }
    table
        .lines()
        .zip(with_header(tones, header))
        .map(|(line, tone)| tone.paint(line.trim_end()) + "\n")
        .collect()
}

/// The tone of each line: that of its most telling cell.
fn with_header(rows: Vec<Vec<Tone>>, header: bool) -> impl Iterator<Item = Tone> {
    let lines = rows.into_iter().map(|row| {
        let tells = |tone: &Tone| matches!(tone, Tone::Bad | Tone::Watched | Tone::Good | Tone::Faint);
        row.into_iter().find(tells).unwrap_or_default()
    });
    header.then_some(Tone::Faint).into_iter().chain(lines)
}

/// Lines with tabs between the cells.
pub(super) fn tabbed(items: &[Value], columns: &[&Column], moment: &Moment) -> String {
    let line = |item: &Value| {
        columns.iter().map(|column| (column.cell)(item, moment).text).collect::<Vec<_>>().join("\t") + "\n"
    };
    items.iter().map(line).collect()
}

/// One line for a terminal, in the tone of its most telling cell; it is as long as it is.
pub(super) fn spaced(item: &Value, columns: &[&Column], moment: &Moment) -> String {
    let cells: Vec<_> = columns.iter().map(|column| (column.cell)(item, moment)).collect();
    let tone = with_header(vec![cells.iter().map(|cell| cell.tone).collect()], false).next();
    let texts = cells.into_iter().map(|cell| cell.text).filter(|text| !text.is_empty());
    tone.unwrap_or_default().paint(&texts.collect::<Vec<_>>().join("  "))
}

/// All columns as CSV.
pub(super) fn csv(items: &[Value], columns: &[Column], moment: &Moment, header: bool) -> io::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    if header {
        writer.write_record(columns.iter().map(|column| column.title.to_lowercase()))?;
    }
    for item in items {
        writer.write_record(columns.iter().map(|column| (column.cell)(item, moment).text))?;
    }
    finish(writer)
}

/// The fields of an object that are no lists and no objects.
pub(super) fn csv_of_object(object: &Value, header: bool) -> io::Result<String> {
    let simple: Vec<_> = object
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, value)| !value.is_array() && !value.is_object())
        .collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    if header {
        writer.write_record(simple.iter().map(|(key, _)| escape(key)))?;
    }
    writer.write_record(simple.iter().map(|(_, value)| match value {
        Value::String(text) => escape(text),
        Value::Null => String::new(),
        other => other.to_string(),
    }))?;
    finish(writer)
}

fn finish(writer: csv::Writer<Vec<u8>>) -> io::Result<String> {
    let bytes = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::time::Timestamp;

    const NAME: Column = Column {
        title: "NAME",
        wide: false,
        gives_way: false,
        cell: |it, _| Cell::new(it["name"].as_str().unwrap_or("")),
    };
    const TEXT: Column = Column {
        title: "TEXT",
        wide: false,
        gives_way: true,
        cell: |it, _| Cell::new(it["text"].as_str().unwrap_or("")).tone(Tone::Bad),
    };

    fn items() -> Vec<Value> {
        vec![
            json!({"name": "a", "text": "short"}),
            json!({"name": "longer", "text": "a text that is longer than the terminal is wide\x1b[2J"}),
        ]
    }

    fn moment() -> Moment {
        Moment { now: Timestamp::EPOCH, relative: true }
    }

    #[test]
    fn fits_the_terminal() {
        let text = fitted(&items(), &[&NAME, &TEXT], &moment(), true, Some(40));
        let plain = anstream::adapter::strip_str(&text).to_string();
        insta::assert_snapshot!(plain, @r"
        NAME    TEXT
        a       short
        longer  a text that is longer than the…
        ");
        let coloured: Vec<_> = text.lines().map(|line| line.contains("\x1b[31m")).collect();
        assert_eq!(coloured, [false, true, true]);
    }

    #[test]
    fn cuts_nothing_when_piped() {
        let text = tabbed(&items(), &[&NAME, &TEXT], &moment());
        assert_eq!(text, "a\tshort\nlonger\ta text that is longer than the terminal is wide\\x1b[2J\n");
    }
}
