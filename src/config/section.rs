//! Reads one TOML file key by key, remembers which keys were asked for, and collects everything that is wrong.

use std::cell::RefCell;
use std::ops::{Range, RangeInclusive};

use toml::de::{DeTable, DeValue};

use super::problem::{Error, Problem};
use super::suggest::nearest;

/// One file being read.
#[derive(Debug)]
pub struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    problems: RefCell<Vec<Problem>>,
}

/// One table of a file. [`Section::finish`] complains about keys that nobody asked for.
#[derive(Debug)]
pub struct Section<'r, 'a> {
    reader: &'r Reader<'a>,
    /// As written between brackets; empty for the top.
    path: String,
    table: Option<&'r DeTable<'a>>,
    asked: Vec<&'static str>,
}

impl<'a> Reader<'a> {
    /// A reader of `text`, which `file` names in messages.
    pub fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, problems: RefCell::default() }
    }

    /// Reads the whole file with `read`.
    ///
    /// # Errors
    /// Everything that is wrong with it, in order of position.
    pub fn read<T>(self, read: impl FnOnce(&mut Section<'_, 'a>) -> T) -> Result<T, Error> {
        let table = match DeTable::parse(self.text) {
            Ok(table) => table,
            Err(error) => {
                let message = error.message().lines().collect::<Vec<_>>().join(", ");
                self.report(error.span().unwrap_or(0..0), message, None);
                return Err(Error::Invalid(self.problems.into_inner()));
            }
        };
        let mut top =
            Section { reader: &self, path: String::new(), table: Some(table.get_ref()), asked: Vec::new() };
        let value = read(&mut top);
        top.finish();
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| (problem.line, problem.column));
        if problems.is_empty() { Ok(value) } else { Err(Error::Invalid(problems)) }
    }

    fn report(&self, span: Range<usize>, message: String, hint: Option<String>) {
        let problem = Problem::at(self.file, self.text, span, message, hint);
        self.problems.borrow_mut().push(problem);
    }
}

impl<'r, 'a> Section<'r, 'a> {
    /// The value of `key` as text, understood by `parse`, whose error says what would be right.
    pub fn text<T>(&mut self, key: &'static str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let (span, value) = self.take(key)?;
        self.understand(key, span, value, parse)
    }

    /// The value of `key`, a list of text. One text alone is taken as a list of one.
    pub fn texts<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let (span, value) = self.take(key)?;
        let Some(items) = value.as_array() else {
            return self.understand(key, span, value, parse).map(|one| vec![one]);
        };
        items.iter().map(|item| self.understand(key, item.span(), item.get_ref(), &parse)).collect()
    }

    /// The value of `key` as a whole number within `range`.
    pub fn integer(&mut self, key: &'static str, range: RangeInclusive<u64>) -> Option<u64> {
        let (span, value) = self.take(key)?;
        let number = value
            .as_integer()
            .and_then(|digits| u64::from_str_radix(&digits.as_str().replace('_', ""), digits.radix()).ok());
        match number.filter(|number| range.contains(number)) {
            Some(number) => Some(number),
            None => {
                let message = format!("`{key}` is {}", shown(value));
                let hint = format!("expected a whole number from {} to {}", range.start(), range.end());
                self.reader.report(span, message, Some(hint));
                None
            }
        }
    }

    /// The value of `key`: `true` or `false`.
    pub fn truth(&mut self, key: &'static str) -> Option<bool> {
        let (span, value) = self.take(key)?;
        let truth = value.as_bool();
        if truth.is_none() {
            let hint = "expected true or false, without quotes".to_owned();
            self.reader.report(span, format!("`{key}` is {}", shown(value)), Some(hint));
        }
        truth
    }

    /// Leaves `key` to another reader of the same file.
    pub fn leave(&mut self, key: &'static str) {
        self.asked.push(key);
    }

    /// The table called `key`; one without keys if it is absent.
    pub fn section(&mut self, key: &'static str) -> Section<'r, 'a> {
        let path = self.join(key);
        let table = self.take(key).and_then(|(span, value)| {
            let table = value.as_table();
            if table.is_none() {
                let hint =
                    format!("expected a table: write [{path}] on a line of its own, and its keys below");
                self.reader.report(span, format!("`{key}` is {}", shown(value)), Some(hint));
            }
            table
        });
        Section { reader: self.reader, path, table, asked: Vec::new() }
    }

    /// The tables within the table called `key`, with names that the user chose, in order of name.
    pub fn named(&mut self, key: &'static str) -> Vec<(String, Section<'r, 'a>)> {
        let outer = self.section(key);
        let mut found = Vec::new();
        for (name, value) in outer.table.into_iter().flatten() {
            let path = format!("{key}.{}", name.get_ref());
            let table = value.get_ref().as_table();
            if table.is_none() {
                let message = format!("`{}` is {}", name.get_ref(), shown(value.get_ref()));
                self.reader.report(value.span(), message, Some(format!("expected a table: [{path}]")));
            }
            let section = Section { reader: self.reader, path, table, asked: Vec::new() };
            found.push((name.get_ref().to_string(), section));
        }
        found
    }

    /// Whether the file has this table at all.
    pub fn is_present(&self) -> bool {
        self.table.is_some()
    }

    /// Whether the file has this key, right or wrong.
    pub fn has(&self, key: &str) -> bool {
        self.table.is_some_and(|table| table.contains_key(key))
    }

    /// Says that `key` must be there, or that what is there does not go with the rest.
    pub fn complain(&self, key: &str, message: impl Into<String>, hint: impl Into<String>) {
        let span = self.table.and_then(|table| table.get_key_value(key)).map(|(key, _)| key.span());
        let span = span.or_else(|| self.first_span()).unwrap_or(0..0);
        self.reader.report(span, message.into(), Some(hint.into()));
    }

    /// Says which keys nobody knows.
    pub fn finish(&self) {
        for key in self.table.into_iter().flat_map(|table| table.keys()) {
            let name: &str = key.get_ref();
            if self.asked.contains(&name) {
                continue;
            }
            let place = if self.path.is_empty() { String::new() } else { format!(" in [{}]", self.path) };
            let hint = match nearest(name, self.asked.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("known keys: {}", self.asked.join(", ")),
            };
            self.reader.report(key.span(), format!("unknown key `{name}`{place}"), Some(hint));
        }
    }

    fn take(&mut self, key: &'static str) -> Option<(Range<usize>, &'r DeValue<'a>)> {
        self.asked.push(key);
        self.table?.get(key).map(|value| (value.span(), value.get_ref()))
    }

    fn understand<T>(
        &self,
        key: &str,
        span: Range<usize>,
        value: &DeValue<'_>,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let parsed = match value.as_str() {
            Some(text) => parse(text),
            None => Err("expected text in quotes".to_owned()),
        };
        parsed
            .map_err(|hint| self.reader.report(span, format!("`{key}` is {}", shown(value)), Some(hint)))
            .ok()
    }

    fn join(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn first_span(&self) -> Option<Range<usize>> {
        self.table?.keys().map(toml::Spanned::span).min_by_key(|span| span.start)
    }
}

fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("{text:?}"),
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(truth) => truth.to_string(),
        DeValue::Datetime(at) => at.to_string(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}
