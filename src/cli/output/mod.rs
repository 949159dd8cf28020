//! The one place where the command line writes: data to standard output, messages to standard error.
//!
//! On a terminal: relative times, fitted columns, a header, colour. Piped: tabs, no header, exact times, nothing cut.

mod escape;
mod progress;
mod table;
mod time;

use std::io::{self, IsTerminal as _, Write as _};

use anstream::{AutoStream, ColorChoice};
use serde_json::Value;

pub(super) use escape::{escape, escape_json};
pub(super) use progress::Bar;
pub(super) use table::{Cell, Column, Tone};
pub(super) use time::Moment;

use crate::domain::time::Timestamp;

/// The form of data.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(super) enum Format {
    /// Columns, or text for people.
    Table,
    /// More columns.
    Wide,
    /// PagerDuty's objects, as the API gives them.
    Json,
    /// The same, each on one line.
    Jsonl,
    /// The same as YAML.
    Yaml,
    /// All columns, separated by commas.
    Csv,
    /// The kind and the id: `incident/Q1A2B3C4D5E6F7`.
    Name,
}

/// When to use colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub(super) enum When {
    /// On a terminal, unless the environment asks for none.
    #[default]
    Auto,
    /// Also into files and pipes.
    Always,
    /// Not at all.
    Never,
}

/// What the user asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Wishes {
    /// The form of data.
    pub(super) format: Option<Format>,
    /// Ids only.
    pub(super) quiet: bool,
    /// A header above columns, on a terminal and in CSV.
    pub(super) header: bool,
    /// Colour.
    pub(super) color: When,
}

/// Both streams.
#[derive(Debug)]
pub(super) struct Output {
    wishes: Wishes,
    data: AutoStream<io::Stdout>,
    messages: AutoStream<io::Stderr>,
    terminal: bool,
    /// What is written once before everything that comes one by one was written.
    headed: bool,
}

impl Output {
    /// The process's streams.
    pub(super) fn new(wishes: Wishes) -> Self {
        let choice = match wishes.color {
            When::Auto => ColorChoice::Auto,
            When::Always => ColorChoice::Always,
            When::Never => ColorChoice::Never,
        };
        let terminal = io::stdout().is_terminal();
        Self {
            wishes,
            data: AutoStream::new(io::stdout(), choice),
            messages: AutoStream::new(io::stderr(), choice),
            terminal,
            headed: false,
        }
    }

    /// The form of data; a table unless another is asked for.
    pub(super) fn format(&self) -> Format {
        self.wishes.format.unwrap_or(Format::Table)
    }

    /// Whether text for people is wanted, rather than a form for programs.
    pub(super) fn is_text(&self) -> bool {
        !self.wishes.quiet && matches!(self.format(), Format::Table | Format::Wide)
    }

    /// Whether objects are wanted whole, with all that programs may look at.
    pub(super) fn is_whole(&self) -> bool {
        !self.wishes.quiet && matches!(self.format(), Format::Json | Format::Jsonl | Format::Yaml)
    }

    /// Whether only ids are wanted.
    pub(super) fn is_quiet(&self) -> bool {
        self.wishes.quiet
    }

    /// How times are shown.
    pub(super) fn moment(&self, now: Timestamp) -> Moment {
        Moment { now, relative: self.terminal && self.is_text() }
    }

    /// How many characters a line of the terminal has.
    pub(super) fn width(&self) -> usize {
        table::width()
    }

    /// Writes lines of text, which may have colour; control characters must be escaped already.
    ///
    /// # Errors
    /// Those of the stream.
    pub(super) fn text(&mut self, text: &str) -> io::Result<()> {
        if !text.is_empty() {
            writeln!(self.data, "{}", text.trim_end_matches('\n'))?;
        }
        self.data.flush()
    }

    /// Writes bytes as they are.
    ///
    /// # Errors
    /// Those of the stream.
    pub(super) fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        // Past the stream that strips colour: a page or a script is no terminal text.
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes)?;
        stdout.flush()
    }

    /// Writes a list of objects of one kind.
    ///
    /// # Errors
    /// Those of the stream.
    pub(super) fn list(
        &mut self,
        kind: &str,
        items: &[Value],
        columns: &[Column],
        now: Timestamp,
    ) -> io::Result<()> {
        let id = |item: &Value| escape(item["id"].as_str().unwrap_or_default());
        if self.wishes.quiet {
            return self.text(&items.iter().map(id).collect::<Vec<_>>().join("\n"));
        }
        let text = match self.format() {
            Format::Name => {
                items.iter().map(|item| format!("{kind}/{}", id(item))).collect::<Vec<_>>().join("\n")
            }
            Format::Json => pretty(&Value::Array(items.to_vec())),
            Format::Jsonl => {
                items.iter().map(|item| escape_json(&item.to_string())).collect::<Vec<_>>().join("\n")
            }
            Format::Yaml => yaml(&Value::Array(items.to_vec()))?,
            Format::Csv => table::csv(items, columns, &self.moment(now), self.wishes.header)?,
            format @ (Format::Table | Format::Wide) => {
                let columns: Vec<_> =
                    columns.iter().filter(|column| format == Format::Wide || !column.wide).collect();
                let moment = self.moment(now);
                if self.terminal {
                    table::fitted(items, &columns, &moment, self.wishes.header, None)
                } else {
                    table::tabbed(items, &columns, &moment)
                }
            }
        };
        self.text(&text)
    }

    /// Writes one of many objects that come one by one, on a line of its own.
    ///
    /// # Errors
    /// Those of the stream.
    pub(super) fn line(
        &mut self,
        kind: &str,
        item: &Value,
        columns: &[Column],
        now: Timestamp,
    ) -> io::Result<()> {
        let id = || escape(item["id"].as_str().unwrap_or_default());
        if self.wishes.quiet {
            return self.text(&id());
        }
        let moment = self.moment(now);
        let text = match self.format() {
            Format::Name => format!("{kind}/{}", id()),
            Format::Json | Format::Jsonl => escape_json(&item.to_string()),
            Format::Yaml => format!("---\n{}", yaml(item)?),
            Format::Csv => {
                let header = self.wishes.header && !std::mem::replace(&mut self.headed, true);
                table::csv(std::slice::from_ref(item), columns, &moment, header)?
            }
            format @ (Format::Table | Format::Wide) => {
                let columns: Vec<_> =
                    columns.iter().filter(|column| format == Format::Wide || !column.wide).collect();
                if self.terminal {
                    table::spaced(item, &columns, &moment)
                } else {
                    table::tabbed(std::slice::from_ref(item), &columns, &moment)
                }
            }
        };
        self.text(&text)
    }

    /// Whether text for people goes to a terminal, so that it may be drawn anew.
    pub(super) fn is_screen(&self) -> bool {
        self.terminal && self.is_text()
    }

    /// Draws a list over the one before, with a line below it. What does not fit is counted.
    ///
    /// # Errors
    /// Those of the stream.
    pub(super) fn screen(
        &mut self,
        items: &[Value],
        columns: &[Column],
        below: &str,
        now: Timestamp,
    ) -> io::Result<()> {
        let wide = self.format() == Format::Wide;
        let columns: Vec<_> = columns.iter().filter(|column| wide || !column.wide).collect();
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
        self.raw(format!("\x1b[?2026h{first}\x1b[H{lines}\x1b[J\x1b[?2026l").as_bytes())
    }

    /// Writes one object: in a form for programs, or as the text that `describe` makes.
    ///
    /// # Errors
    /// Those of the stream.
    pub(super) fn object(
        &mut self,
        kind: &str,
        object: &Value,
        describe: impl FnOnce(&Moment) -> String,
        now: Timestamp,
    ) -> io::Result<()> {
        let id = escape(object["id"].as_str().unwrap_or_default());
        if self.wishes.quiet {
            return self.text(&id);
        }
        let text = match self.format() {
            Format::Name => format!("{kind}/{id}"),
            Format::Json => pretty(object),
            Format::Jsonl => escape_json(&object.to_string()),
            Format::Yaml => yaml(object)?,
            Format::Csv => table::csv_of_object(object, self.wishes.header)?,
            Format::Table | Format::Wide => describe(&self.moment(now)),
        };
        self.text(&text)
    }

    /// A bar for work that takes long.
    pub(super) fn progress(&self) -> Bar {
        Bar::new(self.is_text())
    }

    /// Asks a question that is answered with yes or no. Where nobody can answer, it is yes.
    ///
    /// # Errors
    /// Those of standard input.
    pub(super) fn confirm(&mut self, question: &str) -> io::Result<bool> {
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Ok(true);
        }
        let _ = write!(self.messages, "{question} [y/N] ");
        let _ = self.messages.flush();
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
    }

    /// Says something that is no data.
    pub(super) fn note(&mut self, text: &str) {
        // Nobody listens to messages: that is no reason to fail.
        let _ = writeln!(self.messages, "{text}");
    }

    /// Says what the user should know before it hurts.
    pub(super) fn warn(&mut self, text: &str) {
        let style = anstyle::Style::new().bold().fg_color(Some(anstyle::AnsiColor::Yellow.into()));
        let _ = writeln!(self.messages, "{style}warning:{style:#} {text}");
    }

    /// Says what went wrong, and perhaps what to do.
    pub(super) fn error(&mut self, code: &str, exit: u8, message: &str, hint: Option<&str>) {
        if matches!(self.format(), Format::Json | Format::Jsonl) {
            let mut error = serde_json::json!({"code": code, "exit": exit, "message": message});
            if let Some(hint) = hint {
                error["hint"] = hint.into();
            }
            let _ = writeln!(
                self.messages,
                "{}",
                escape_json(&serde_json::json!({ "error": error }).to_string())
            );
            return;
        }
        let bold = anstyle::Style::new().bold();
        let red = bold.fg_color(Some(anstyle::AnsiColor::Red.into()));
        for line in message.lines() {
            // An indented line says more about the one before.
            let _ = match line.strip_prefix(' ') {
                Some(_) => writeln!(self.messages, "{}", escape(line)),
                None => writeln!(self.messages, "{red}error:{red:#} {}", escape(line)),
            };
        }
        if let Some(hint) = hint {
            let _ = writeln!(self.messages, "{bold}hint:{bold:#} {hint}");
        }
    }
}

/// JSON on several lines.
pub(super) fn pretty(value: &Value) -> String {
    escape_json(&format!("{value:#}"))
}

fn yaml(value: &Value) -> io::Result<String> {
    serde_saphyr::to_string(value).map(|text| escape::escape_lines(&text)).map_err(io::Error::other)
}
