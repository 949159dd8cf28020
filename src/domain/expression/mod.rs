//! Conditions and templates over the fields of an event: MiniJinja's expressions, with a fixed set of tests and filters.
//!
//! An expression has no loop, no assignment, no function and no regular expression; it is at most 1,000 characters long
//! and may take at most [`FUEL`] steps. So it ends soon, holds little, and says the same wherever it is evaluated. What
//! an event does not have is undefined: it is equal to nothing and contains nothing.
//!
//! `severity == 'critical' and source is startingwith('db-')`
//! `custom_details.env|default('prod') == 'prod' and 'timeout' in summary|lower`

mod check;
mod fields;
mod language;

use std::fmt;
use std::sync::Arc;

use minijinja::{Environment, Expression};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use fields::{Fields, NAMES};
pub use language::{FILTERS, TESTS};

/// How many characters an expression or a template has at most.
pub const CHARS_MAX: usize = 1_000;
/// How many steps an evaluation takes at most.
pub const FUEL: u64 = 10_000;
/// How many bytes of text a template makes at most; more is cut.
pub const TEXT_BYTES_MAX: usize = 4_096;

/// Why an expression is refused, and where.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{reason} at character {at}: {hint}")]
pub struct Invalid {
    /// What is wrong.
    pub reason: String,
    /// Where, from 1.
    pub at: usize,
    /// What to do.
    pub hint: String,
}

/// A condition, compiled. It is written and compared as its text.
#[derive(Clone)]
pub struct Condition {
    source: Arc<str>,
    compiled: Result<Arc<Expression<'static, 'static>>, Invalid>,
}

impl Condition {
    /// Compiles. A condition that cannot be compiled keeps its error, see [`Self::invalid`], and holds never.
    pub fn new(source: &str) -> Self {
        let compiled = check::expression(source).and_then(|()| {
            let compiled = language::environment().compile_expression_owned(source.to_owned());
            compiled.map(Arc::new).map_err(|error| check::syntax(&error, source, 0))
        });
        Self { source: source.into(), compiled }
    }

    /// The text.
    pub fn source(&self) -> &Arc<str> {
        &self.source
    }

    /// Why it cannot be compiled.
    pub fn invalid(&self) -> Option<&Invalid> {
        self.compiled.as_ref().err()
    }

    /// Whether it holds.
    ///
    /// # Errors
    /// When it cannot be evaluated for these fields: a text is added to a number, say.
    pub fn holds(&self, fields: &Fields) -> Result<bool, String> {
        let compiled = self.compiled.as_ref().map_err(ToString::to_string)?;
        let value = compiled.eval(fields.value()).map_err(|error| failure(&error))?;
        Ok(value.is_true())
    }
}

/// A text with `{{ … }}` in it, compiled. It is written and compared as its text.
#[derive(Clone)]
pub struct Template {
    source: Arc<str>,
    compiled: Result<Compiled, Invalid>,
}

#[derive(Clone)]
enum Compiled {
    /// Nothing is to be filled in.
    Plain,
    Filled(Arc<Environment<'static>>),
}

/// What the one template of an environment is called.
const NAME: &str = "text";

impl Template {
    /// Compiles. A template that cannot be compiled keeps its error, see [`Self::invalid`].
    pub fn new(source: &str) -> Self {
        Self { source: source.into(), compiled: compile(source) }
    }

    /// The text.
    pub fn source(&self) -> &Arc<str> {
        &self.source
    }

    /// Why it cannot be compiled.
    pub fn invalid(&self) -> Option<&Invalid> {
        self.compiled.as_ref().err()
    }

    /// The text with these fields filled in, at most [`TEXT_BYTES_MAX`] of it.
    ///
    /// # Errors
    /// When it cannot be evaluated for these fields.
    pub fn render(&self, fields: &Fields) -> Result<Arc<str>, String> {
        match &self.compiled {
            Err(invalid) => Err(invalid.to_string()),
            Ok(Compiled::Plain) => Ok(self.source.clone()),
            Ok(Compiled::Filled(environment)) => {
                let template = environment.get_template(NAME).map_err(|error| failure(&error))?;
                let text = template.render(fields.value()).map_err(|error| failure(&error))?;
                Ok(super::event::ellipsis(&text, TEXT_BYTES_MAX))
            }
        }
    }
}

fn compile(source: &str) -> Result<Compiled, Invalid> {
    check::template(source)?;
    if !source.contains("{{") {
        return Ok(Compiled::Plain);
    }
    let mut environment = language::environment().clone();
    environment
        .add_template_owned(NAME, source.to_owned())
        .map_err(|error| check::syntax(&error, source, 0))?;
    Ok(Compiled::Filled(Arc::new(environment)))
}

fn failure(error: &minijinja::Error) -> String {
    error.detail().map_or_else(|| error.kind().to_string(), |detail| format!("{}: {detail}", error.kind()))
}

macro_rules! as_text {
    ($($name:ident),+) => {$(
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool { self.source == other.source }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.source.fmt(f) }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.source)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                std::borrow::Cow::<'de, str>::deserialize(deserializer).map(|source| Self::new(&source))
            }
        }
    )+};
}
as_text!(Condition, Template);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    fn fields() -> Fields {
        let body = br#"{"routing_key":"k","event_action":"trigger","dedup_key":"d1","client":"prom",
            "payload":{"summary":"Disk full on db-1","source":"db-1","severity":"critical","component":"sda",
            "custom_details":{"env":"prod","load":"7.5","n":3,"tags":["a","b"],"nested":{"x":null}}}}"#;
        Fields::of_body(body)
    }

    fn check(condition: &str, expected: bool) {
        let condition = Condition::new(condition);
        assert_eq!(condition.invalid(), None);
        assert_eq!(condition.holds(&fields()), Ok(expected), "{condition:?}");
    }

    fn refused(condition: &str, expected: &str) {
        let condition = Condition::new(condition);
        let error = condition.invalid().map(ToString::to_string).unwrap_or_default();
        assert!(error.starts_with(expected), "{condition:?}: {error}");
    }

    #[test]
    fn conditions_hold_or_do_not() {
        check("true", true);
        check("severity == 'critical'", true);
        check("severity in ['warning', 'info']", false);
        check("severity == 'critical' and source is startingwith('db-')", true);
        check("source is endingwith '-2'", false);
        check("'full' in summary", true);
        check("'disk' in summary|lower", true);
        check("source is matching('db-?')", true);
        check("source is matching('web-*')", false);
        check("not (component == 'sda')", false);
        check("custom_details.env == 'prod' and custom_details.n >= 3", true);
        check("custom_details.load|float > 7", true);
        check("'b' in custom_details.tags", true);
        check("custom_details.tags|length == 2", true);
        check("event.client == client and client == 'prom'", true);
        check("action == 'trigger' and dedup_key == 'd1'", true);
    }

    #[test]
    fn what_is_missing_is_undefined() {
        check("group is defined", false);
        check("group == 'x'", false);
        check("'x' in group", false);
        check("group is startingwith('x')", false);
        check("custom_details.no.such.thing == 'x'", false);
        check("custom_details.nested.x is none", true);
        check("custom_details.team|default('ops') == 'ops'", true);
    }

    #[test]
    fn what_cannot_be_evaluated_says_so() {
        let told = |text: &str| Condition::new(text).holds(&fields()).unwrap_err();
        assert!(told("summary + 1 > 2").contains("operation"), "{}", told("summary + 1 > 2"));
        assert!(told("summary|int > 2").starts_with("invalid operation"), "{}", told("summary|int > 2"));
    }

    #[test]
    fn bad_ones_are_refused_with_their_place() {
        refused("severity == ", "unexpected end of input");
        refused("severity = 'x'", "unexpected");
        refused("sevrity == 'critical'", "unknown name `sevrity` at character 1: did you mean `severity`?");
        refused("source is like('x')", "unknown test `like` at character 11: use one of");
        refused("source is not like('x')", "unknown test `like` at character 15");
        refused("summary|upcase == 'x'", "unknown filter `upcase` at character 9: use one of");
        refused("range(10)", "`range(…)` is no part of the language at character 1");
        refused("summary.upper() == 'X'", "`upper(…)` is no part of the language at character 9");
        refused("'ab' * 1000000000 == 'x'", "`*` is no part of the language at character 6");
        refused("2 ** 100", "`*` is no part of the language");
        refused("", "the condition is empty");
        refused(&"a".repeat(1_001), "1001 characters");
        refused(&"(".repeat(500), "");
        assert!(Condition::new(&"(".repeat(500)).invalid().is_some());
        assert_eq!(Condition::new("'*' in summary").invalid(), None);
        assert_eq!(Condition::new("source == \"a(\\\"b|c(\"").invalid(), None);
    }

    #[test]
    fn templates_are_filled_in() {
        let check = |source: &str, expected: &str| {
            let template = Template::new(source);
            assert_eq!(template.invalid(), None);
            assert_eq!(template.render(&fields()).unwrap().as_ref(), expected, "{source}");
        };
        check("plain", "plain");
        check("{{ source }}/{{ component }}", "db-1/sda");
        check("{{ custom_details.team|default('ops') }}: {{ summary|upper }}", "ops: DISK FULL ON DB-1");
        check("{{ group }}", "");
        check("100 % sure * 2", "100 % sure * 2");
    }

    #[test]
    fn bad_templates_are_refused() {
        let check = |source: &str, expected: &str| {
            let found = Template::new(source).invalid().map(ToString::to_string).unwrap_or_default();
            assert!(found.starts_with(expected), "{source}: {found}");
        };
        check("{% for x in y %}{% endfor %}", "`{%` is no part of the language at character 1");
        check("a {# x #}", "`{#` is no part of the language at character 3");
        check("x {{ souce }}", "unknown name `souce` at character 6");
        check("x {{ source|nope }}", "unknown filter `nope` at character 13");
        check("x {{ source * 2 }}", "`*` is no part of the language at character 13");
        check("x {{ source ", "unexpected end");
        check("", "the template is empty");
    }

    #[test]
    fn a_condition_is_its_text() {
        let condition = Condition::new("severity == 'critical'");
        let text = serde_json::to_string(&condition).unwrap();
        assert_eq!(text, "\"severity == 'critical'\"");
        assert_eq!(serde_json::from_str::<Condition>(&text).unwrap(), condition);
    }
}
