//! The words of the language: which tests and filters there are, and what they do.

use std::sync::LazyLock;

use minijinja::value::Value;
use minijinja::{Environment, UndefinedBehavior, filters, tests};

/// What may stand after `is`.
pub const TESTS: &[&str] =
    &["defined", "undefined", "none", "string", "number", "in", "startingwith", "endingwith", "matching"];

/// What may stand after `|`. None makes a text longer than it was, but for `default`.
pub const FILTERS: &[&str] = &[
    "lower", "upper", "trim", "length", "default", "int", "float", "string", "first", "last", "abs", "round",
];

/// What expressions are compiled for.
pub(super) fn environment() -> &'static Environment<'static> {
    static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(build);
    &ENVIRONMENT
}

fn build() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_debug(false);
    environment.set_fuel(Some(super::FUEL));
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.add_test("defined", tests::is_defined);
    environment.add_test("undefined", tests::is_undefined);
    environment.add_test("none", tests::is_none);
    environment.add_test("string", tests::is_string);
    environment.add_test("number", tests::is_number);
    environment.add_test("in", tests::is_in);
    environment.add_test("startingwith", |text: &Value, other: &Value| {
        both(text, other).is_some_and(|(text, other)| text.starts_with(other))
    });
    environment.add_test("endingwith", |text: &Value, other: &Value| {
        both(text, other).is_some_and(|(text, other)| text.ends_with(other))
    });
    environment.add_test("matching", |text: &Value, pattern: &Value| {
        both(text, pattern).is_some_and(|(text, pattern)| matches(text, pattern))
    });
    environment.add_filter("lower", filters::lower);
    environment.add_filter("upper", filters::upper);
    environment.add_filter("trim", filters::trim);
    environment.add_filter("length", filters::length);
    environment.add_filter("default", filters::default);
    environment.add_filter("int", filters::int);
    environment.add_filter("float", filters::float);
    environment.add_filter("string", filters::string);
    environment.add_filter("first", filters::first);
    environment.add_filter("last", filters::last);
    environment.add_filter("abs", filters::abs);
    environment.add_filter("round", filters::round);
    environment
}

fn both<'a>(text: &'a Value, other: &'a Value) -> Option<(&'a str, &'a str)> {
    Some((text.as_str()?, other.as_str()?))
}

/// Whether the whole text is as the pattern says: `*` stands for any text, `?` for one character. A pattern has at most
/// as many `*` as an expression has characters, and only the last of them is ever tried again.
pub(super) fn matches(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
    let (mut at, mut of) = (0, 0);
    // Where to go on when what follows the last `*` does not fit: one character further in the text.
    let mut again: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(of) {
            Some('*') => {
                of += 1;
                again = Some((at, of));
            }
            Some('?') => (at, of) = (at + 1, of + 1),
            Some(c) if *c == text[at] => (at, of) = (at + 1, of + 1),
            _ => {
                let Some((from, star)) = again else { return false };
                again = Some((from + 1, star));
                (at, of) = (from + 1, star);
            }
        }
    }
    pattern[of..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests_of_words {
    use super::*;

    #[test]
    fn patterns() {
        for (text, pattern, expected) in [
            ("db-1", "db-*", true),
            ("db-1", "db-?", true),
            ("db-10", "db-?", false),
            ("", "*", true),
            ("", "?", false),
            ("abcabd", "*abd", true),
            ("abcabd", "a*c*d", true),
            ("abcabd", "a*x*d", false),
            ("Ä.example", "?.example", true),
            ("a", "a**", true),
        ] {
            assert_eq!(matches(text, pattern), expected, "{text} {pattern}");
        }
    }

    #[test]
    fn every_word_is_there_and_no_other() {
        for word in TESTS {
            let with = if ["startingwith", "endingwith", "matching"].contains(word) { " 'a'" } else { "" };
            let with = if *word == "in" { " ['a']" } else { with };
            let text = format!("'a' is {word}{with}");
            let compiled = environment().compile_expression_owned(text.clone());
            assert!(compiled.is_ok_and(|compiled| compiled.eval(()).is_ok()), "{text}");
        }
        for word in FILTERS {
            let value = if ["int", "float", "abs", "round"].contains(word) { "1" } else { "'a'" };
            let text = format!("{value}|{word}");
            let compiled = environment().compile_expression_owned(text.clone());
            assert!(compiled.is_ok_and(|compiled| compiled.eval(()).is_ok()), "{text}");
        }
    }
}
