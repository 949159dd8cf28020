//! The one place where the command line writes: data to standard output, messages to standard error.
//!
//! On a terminal: relative times, fitted columns, a header, colour. Piped: tabs, no header, exact times, nothing cut.

mod columns;
mod escape;
mod jq;
mod live;
mod pager;
mod progress;
mod table;
mod template;
mod time;

use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Write as _};

use anstream::{AutoStream, ColorChoice};
use serde_json::Value;

pub(super) use columns::Sort;
pub(super) use escape::{escape, escape_json};
pub(super) use jq::Filter;
pub(super) use progress::Bar;
pub(super) use table::{Cell, Column, Tone};
pub(super) use template::Template;
pub(super) use time::{Moment, span};

use super::error::Complaint;
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

/// What is made of the data, instead of a form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// What a filter lets through.
    Jq(Filter),
    /// What a template says.
    Template(Template),
}

/// What the user asked for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Wishes {
    /// The form of data.
    pub(super) format: Option<Format>,
    /// What is made of the data, instead of a form.
    pub(super) shape: Option<Shape>,
    /// The columns of lists, or the fields of an object; the usual ones if empty.
    pub(super) columns: Vec<String>,
    /// The order of lists.
    pub(super) sort: Option<Sort>,
    /// Columns of lists, and the text that they have.
    pub(super) filter: Vec<(String, String)>,
    /// Whether what is longer than the terminal may go through a pager.
    pub(super) pager: bool,
    /// Whether questions may be asked.
    pub(super) input: bool,
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
    /// Whether what is printed next may be read in a pager.
    long: bool,
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
            long: false,
        }
    }

    /// The form of data; a table unless another is asked for. Filters and templates work on JSON.
    pub(super) fn format(&self) -> Format {
        let usual = if self.wishes.shape.is_some() { Format::Json } else { Format::Table };
        self.wishes.format.filter(|_| self.wishes.shape.is_none()).unwrap_or(usual)
    }

    /// Whether text for people is wanted, rather than a form for programs.
    pub(super) fn is_text(&self) -> bool {
        !self.wishes.quiet && matches!(self.format(), Format::Table | Format::Wide)
    }

    /// Whether objects are wanted whole, with all that programs may look at.
    pub(super) fn is_whole(&self) -> bool {
        let whole = matches!(self.format(), Format::Json | Format::Jsonl | Format::Yaml);
        !self.wishes.quiet && (whole || self.wishes.shape.is_some())
    }

    /// Whether sentences for people are wanted: text, and no columns of the user's choice.
    pub(super) fn is_prose(&self) -> bool {
        self.is_text() && self.wishes.columns.is_empty()
    }

    /// Whether what is printed is what the API gives, in the order that it gives.
    pub(super) fn is_plain(&self) -> bool {
        let wishes = &self.wishes;
        let as_it_comes = wishes.sort.is_none() && wishes.filter.is_empty();
        wishes.shape.is_none() && wishes.columns.is_empty() && as_it_comes
    }

    /// What follows may be long: on a terminal it goes through the user's pager if it does not fit.
    pub(super) fn expect_long(&mut self) {
        self.long = true;
    }

    /// Complains now about columns that will not be there, before anything is done.
    ///
    /// # Errors
    /// A name that none has.
    pub(super) fn expect_columns(&self, columns: &[Column]) -> Result<(), Complaint> {
        columns::check(columns, &self.wishes.columns, self.wishes.sort.as_ref(), &self.wishes.filter)
    }

    /// Whether only ids are wanted.
    pub(super) fn is_quiet(&self) -> bool {
        self.wishes.quiet
    }

    /// How times are shown.
    pub(super) fn moment(&self, now: Timestamp) -> Moment {
        Moment { now, relative: self.terminal && self.is_text() }
    }

    /// Whether messages have colour.
    pub(super) fn has_color(&self) -> bool {
        self.messages.current_choice() != ColorChoice::Never
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
        if text.is_empty() {
            return self.data.flush();
        }
        let text = text.trim_end_matches('\n');
        if std::mem::take(&mut self.long) && self.paged(text)? {
            return Ok(());
        }
        writeln!(self.data, "{text}")?;
        self.data.flush()
    }

    /// Shows `text` in a pager if it does not fit; whether it did.
    fn paged(&mut self, text: &str) -> io::Result<bool> {
        let (_, height) = terminal_size();
        if !self.terminal || !self.wishes.pager || !self.is_text() || text.lines().count() < height {
            return Ok(false);
        }
        let Some(line) = pager::wanted(|name| std::env::var(name).ok()) else { return Ok(false) };
        let plain = self.data.current_choice() == ColorChoice::Never;
        let text = if plain { anstream::adapter::strip_str(text).to_string() } else { text.to_owned() };
        pager::show(&line, &format!("{text}\n"))
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
    /// Those of the stream; columns that there are not; what a filter or a template complains about.
    pub(super) fn list(
        &mut self,
        kind: &str,
        items: &[Value],
        columns: &[Column],
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let picked = self.picked(items, columns, now)?;
        let items = &*picked;
        if let Some(shape) = &self.wishes.shape {
            let text = self.shaped(shape, &Value::Array(items.to_vec()), now)?;
            return Ok(self.text(&text)?);
        }
        let id = |item: &Value| escape(item["id"].as_str().unwrap_or_default());
        if self.wishes.quiet {
            return Ok(self.text(&items.iter().map(id).collect::<Vec<_>>().join("\n"))?);
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
            Format::Csv => {
                let columns = self.chosen(columns, true)?;
                table::csv(items, &columns, &self.moment(now), self.wishes.header)?
            }
            format @ (Format::Table | Format::Wide) => {
                let columns = self.chosen(columns, format == Format::Wide)?;
                let moment = self.moment(now);
                if self.terminal {
                    table::fitted(items, &columns, &moment, self.wishes.header, None)
                } else {
                    table::tabbed(items, &columns, &moment)
                }
            }
        };
        Ok(self.text(&text)?)
    }

    /// The lines that are asked for, in the order that is asked for.
    fn picked<'i>(
        &self,
        items: &'i [Value],
        columns: &[Column],
        now: Timestamp,
    ) -> Result<Cow<'i, [Value]>, Complaint> {
        let mut picked = Cow::Borrowed(items);
        if !self.wishes.filter.is_empty() {
            picked = Cow::Owned(columns::filtered(&picked, columns, &self.wishes.filter, now)?);
        }
        if let Some(sort) = &self.wishes.sort {
            picked = Cow::Owned(columns::sorted(&picked, columns, sort, now)?);
        }
        Ok(picked)
    }

    /// The columns that are asked for, or else the usual ones.
    fn chosen<'c>(&self, columns: &'c [Column], wide: bool) -> Result<Vec<&'c Column>, Complaint> {
        if self.wishes.columns.is_empty() {
            return Ok(columns.iter().filter(|column| wide || !column.wide).collect());
        }
        columns::choose(columns, &self.wishes.columns)
    }

    /// What the filter or the template makes of the data.
    fn shaped(&self, shape: &Shape, value: &Value, now: Timestamp) -> anyhow::Result<String> {
        let (option, made) = match shape {
            Shape::Jq(filter) => ("--jq", filter.run(value, self.terminal)),
            Shape::Template(template) => ("--template", template.fill(value, now)),
        };
        made.map_err(|why| {
            let hint = "`-o json` prints what it works on; `pd help formatting` has examples";
            Complaint::usage(format!("{option}: {}", escape(&why)), hint).into()
        })
    }

    /// Writes one object: in a form for programs, or as the text that `describe` makes.
    ///
    /// # Errors
    /// As [`Output::list`].
    pub(super) fn object(
        &mut self,
        kind: &str,
        object: &Value,
        describe: impl FnOnce(&Moment) -> String,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        if let Some(shape) = &self.wishes.shape {
            let text = self.shaped(shape, object, now)?;
            return Ok(self.text(&text)?);
        }
        let id = escape(object["id"].as_str().unwrap_or_default());
        if self.wishes.quiet {
            return Ok(self.text(&id)?);
        }
        let text = match self.format() {
            Format::Name => format!("{kind}/{id}"),
            Format::Json => pretty(object),
            Format::Jsonl => escape_json(&object.to_string()),
            Format::Yaml => yaml(object)?,
            format if !self.wishes.columns.is_empty() => {
                let fields = columns::fields(object, &self.wishes.columns)?;
                if format == Format::Csv {
                    table::csv_of_fields(&self.wishes.columns, &fields, self.wishes.header)?
                } else {
                    fields.iter().map(|field| escape(field)).collect::<Vec<_>>().join("\t")
                }
            }
            Format::Csv => table::csv_of_object(object, self.wishes.header)?,
            Format::Table | Format::Wide => describe(&self.moment(now)),
        };
        Ok(self.text(&text)?)
    }

    /// A bar for work that takes long.
    pub(super) fn progress(&self) -> Bar {
        Bar::new(self.is_text())
    }

    /// Whether somebody is there to answer a question.
    pub(super) fn can_ask(&self) -> bool {
        self.wishes.input && io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks a question that is answered with yes or no. Where nobody can answer, it is yes.
    ///
    /// # Errors
    /// Those of standard input; with --no-input, that an answer is needed.
    pub(super) fn confirm(&mut self, question: &str) -> anyhow::Result<bool> {
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Ok(true);
        }
        if !self.wishes.input {
            let message = format!("nobody is to be asked: {question}");
            return Err(Complaint::usage(message, "add --yes, or leave --no-input out").into());
        }
        let _ = write!(self.messages, "{question} [y/N] ");
        let _ = self.messages.flush();
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
    }

    /// Asks for a line of text. Where nobody can answer, there is none.
    ///
    /// # Errors
    /// Those of standard input.
    pub(super) fn ask(&mut self, question: &str) -> io::Result<String> {
        let mut answer = String::new();
        if io::stdin().is_terminal() && io::stderr().is_terminal() {
            let _ = write!(self.messages, "{question} ");
            let _ = self.messages.flush();
            io::stdin().read_line(&mut answer)?;
        }
        Ok(answer.trim().to_owned())
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
        if matches!(self.wishes.format, Some(Format::Json | Format::Jsonl)) {
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

/// Columns and lines of the terminal; 80 and 24 if it does not say.
fn terminal_size() -> (usize, usize) {
    // Some terminals say that they are nothing by nothing.
    let size = crossterm::terminal::size().ok().filter(|(columns, lines)| *columns > 0 && *lines > 0);
    size.map_or((80, 24), |(columns, lines)| (columns.into(), lines.into()))
}

fn yaml(value: &Value) -> io::Result<String> {
    serde_saphyr::to_string(value).map(|text| escape::escape_lines(&text)).map_err(io::Error::other)
}
