//! `--template`: a Jinja template, filled with what `-o json` would print.

use std::io;

use minijinja::value::{Serde, ValueKind};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value, context};

use super::escape::escape_lines;
use super::time::Moment;
use crate::domain::time::Timestamp;

/// How many steps a template may take.
const FUEL: u64 = 20_000_000;
/// How much it may say.
const OUTPUT_MAX: usize = 64 << 20;

/// A template whose syntax is right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Template(String);

impl Template {
    /// Understands a template.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        environment(Timestamp::EPOCH).template_from_str(text).map_err(|error| told(&error))?;
        Ok(Self(text.to_owned()))
    }

    /// What the template makes of `input`: the fields of an object by their names, a list as `items`.
    ///
    /// # Errors
    /// What the template complains about; or it takes too many steps, or says too much.
    pub(super) fn fill(&self, input: &serde_json::Value, now: Timestamp) -> Result<String, String> {
        let environment = environment(now);
        let template = environment.template_from_str(&self.0).map_err(|error| told(&error))?;
        let given = match input {
            serde_json::Value::Object(_) => Value::from(Serde(input)),
            list => context! { items => Value::from(Serde(list)) },
        };
        let mut out = Bounded(Vec::new());
        template.render_captured_to(given, &mut out).map_err(|error| told(&error))?;
        Ok(String::from_utf8_lossy(&out.0).into_owned())
    }
}

/// Takes so much and no more.
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > OUTPUT_MAX {
            return Err(io::Error::other(format!("it says more than {} MiB", OUTPUT_MAX >> 20)));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn environment<'s>(now: Timestamp) -> Environment<'s> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    // What others wrote is shown, not obeyed; only what a filter here has coloured is as it is.
    environment.set_formatter(|out, _, value| {
        let text = match value.kind() {
            ValueKind::Undefined | ValueKind::None => return Ok(()),
            ValueKind::String if value.is_safe() => value.to_string(),
            _ => escape_lines(&value.to_string()),
        };
        out.write_str(&text).map_err(Error::from)
    });
    environment.add_filter("timeago", move |text: Value| {
        Moment { now, relative: true }.show(text.as_str().unwrap_or_default())
    });
    environment.add_filter("timefmt", timefmt);
    environment.add_filter("color", color);
    environment.add_filter("truncate", truncate);
    environment.add_filter("json", |value: Value| {
        serde_json::to_string(&value).map_err(|error| invalid(error.to_string()))
    });
    environment
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

/// A time, in UTC, by a pattern such as `%Y-%m-%d %H:%M`.
fn timefmt(text: Value, pattern: String) -> Result<String, Error> {
    let text = text.as_str().unwrap_or_default();
    if text.is_empty() {
        return Ok(String::new());
    }
    let at = Timestamp::parse(text).ok_or_else(|| invalid(format!("`{text}` is no time")))?;
    let at = jiff::Timestamp::from_millisecond(at.as_millis()).map_err(|error| invalid(error.to_string()))?;
    jiff::fmt::strtime::format(&pattern, &at.to_zoned(jiff::tz::TimeZone::UTC))
        .map_err(|error| invalid(error.to_string()))
}

/// A text in a colour, or in several styles: `red+bold`.
fn color(value: Value, styles: String) -> Result<Value, Error> {
    let mut style = anstyle::Style::new();
    for word in styles.split('+') {
        let named = |color: anstyle::AnsiColor| style.fg_color(Some(color.into()));
        style = match word {
            "black" => named(anstyle::AnsiColor::Black),
            "red" => named(anstyle::AnsiColor::Red),
            "green" => named(anstyle::AnsiColor::Green),
            "yellow" => named(anstyle::AnsiColor::Yellow),
            "blue" => named(anstyle::AnsiColor::Blue),
            "magenta" => named(anstyle::AnsiColor::Magenta),
            "cyan" => named(anstyle::AnsiColor::Cyan),
            "white" => named(anstyle::AnsiColor::White),
            "bold" => style.bold(),
            "dim" => style.dimmed(),
            "underline" => style.underline(),
            other => {
                let known = "black, red, green, yellow, blue, magenta, cyan, white, bold, dim, underline";
                return Err(invalid(format!("no colour is called `{other}`; there are {known}")));
            }
        };
    }
    let text = if value.is_none() || value.is_undefined() { String::new() } else { value.to_string() };
    let text = if value.is_safe() { text } else { escape_lines(&text) };
    Ok(Value::from_safe_string(format!("{style}{text}{style:#}")))
}

/// At most so many characters, the last of them `…` if some are missing.
fn truncate(value: Value, length: usize) -> String {
    let text = if value.is_none() || value.is_undefined() { String::new() } else { value.to_string() };
    if text.chars().count() <= length {
        return text;
    }
    let kept: String = text.chars().take(length.saturating_sub(1)).collect();
    if length == 0 { kept } else { kept + "…" }
}

fn told(error: &Error) -> String {
    let what = match error.kind() {
        ErrorKind::OutOfFuel => "it takes too many steps".to_owned(),
        _ => match (error.detail(), std::error::Error::source(error)) {
            (_, Some(source)) => source.to_string(),
            (Some(detail), None) => detail.to_owned(),
            (None, None) => error.kind().to_string(),
        },
    };
    match error.line() {
        Some(line) => format!("line {line}: {what}"),
        None => what,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;

    fn fill(template: &str, input: &serde_json::Value) -> Result<String, String> {
        let now = Timestamp::parse("2026-01-05T08:00:00Z").unwrap();
        Template::parse(template)?.fill(input, now)
    }

    #[test]
    fn fills_in_what_is_printed() {
        let one = json!({"title": "disk\u{1b}[31m", "at": "2026-01-05T07:00:00Z", "none": null, "n": 3,
            "service": {"summary": "db"}});
        for (template, expected) in [
            ("{{ title }} on {{ service.summary }}", "disk\\x1b[31m on db"),
            ("{{ at | timeago }}, {{ at | timefmt('%d.%m. %H:%M') }}", "60m ago, 05.01. 07:00"),
            ("{{ title | color('red+bold') }}", "\u{1b}[1m\u{1b}[31mdisk\\x1b[31m\u{1b}[0m"),
            ("{{ title | truncate(3) }}", "di…"),
            ("[{{ none }}{{ missing.deeper }}]", "[]"),
            ("{{ service | json }}", "{\"summary\":\"db\"}"),
            ("{% if n > 2 %}many{% endif %}", "many"),
        ] {
            assert_eq!(fill(template, &one).unwrap(), expected, "{template}");
        }
        let list = json!([{"n": 1}, {"n": 2}]);
        assert_eq!(fill("{% for it in items %}{{ it.n }}\n{% endfor %}", &list).unwrap(), "1\n2\n");
    }

    #[test]
    fn mistakes_have_a_place() {
        for (template, expected) in [
            ("{{ a", "line 1: unexpected end of input, expected end of variable block"),
            ("\n{{ a | nope }}", "line 2: filter nope is unknown"),
            ("{{ 'x' | color('pink') }}", "line 1: no colour is called `pink`"),
            ("{{ 'x' | timefmt('%Y') }}", "line 1: `x` is no time"),
        ] {
            let error = fill(template, &json!({})).unwrap_err();
            assert!(error.starts_with(expected), "{template}: {error}");
        }
    }

    #[test]
    fn it_ends() {
        let endless = "{% for a in range(9999) %}{% for b in range(9999) %}{{ b }}{% endfor %}{% endfor %}";
        assert!(fill(endless, &json!({})).unwrap_err().contains("too many steps"));
    }
}
