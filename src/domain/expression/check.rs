//! What is refused before it is compiled: words that the language does not have, and names that no event has.

use std::collections::BTreeSet;

use super::language::{FILTERS, TESTS, environment};
use super::{CHARS_MAX, Invalid, NAMES};

/// Words that are neither names nor calls.
const KEYWORDS: &[&str] =
    &["and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False", "None"];

pub(super) fn expression(source: &str) -> Result<(), Invalid> {
    if source.trim().is_empty() {
        return Err(invalid("the condition is empty", 1, "leave it out for a rule that always applies"));
    }
    length(source)?;
    words(source, 0)?;
    let compiled = environment()
        .compile_expression_owned(source.to_owned())
        .map_err(|error| syntax(&error, source, 0))?;
    let names: BTreeSet<String> = compiled.undeclared_variables(false).into_iter().collect();
    known(&names, source)
}

pub(super) fn template(source: &str) -> Result<(), Invalid> {
    if source.is_empty() {
        return Err(invalid(
            "the template is empty",
            1,
            "write a text, with {{ source }} and the like in it",
        ));
    }
    length(source)?;
    for mark in ["{%", "{#"] {
        if let Some(at) = source.find(mark) {
            let reason = format!("`{mark}` is no part of the language");
            return Err(invalid(reason, place(source, at), "only {{ … }} is filled in"));
        }
    }
    let mut rest = 0;
    while let Some(open) = source[rest..].find("{{").map(|at| rest + at + 2) {
        let close = end_of(source, open).unwrap_or(source.len());
        words(&source[..close], open)?;
        rest = close;
    }
    let compiled =
        environment().template_from_str_owned_names(source).map_err(|error| syntax(&error, source, 0))?;
    known(&compiled, source)
}

/// The names that a template asks for.
trait Names {
    fn template_from_str_owned_names(&self, source: &str) -> Result<BTreeSet<String>, minijinja::Error>;
}

impl Names for minijinja::Environment<'static> {
    fn template_from_str_owned_names(&self, source: &str) -> Result<BTreeSet<String>, minijinja::Error> {
        let mut own = self.clone();
        own.add_template_owned(super::NAME, source.to_owned())?;
        let names = own.get_template(super::NAME)?.undeclared_variables(false);
        Ok(names.into_iter().collect())
    }
}

/// What the library says about a text.
pub(super) fn syntax(error: &minijinja::Error, source: &str, offset: usize) -> Invalid {
    let at = error.range().map_or(source.len(), |range| range.start + offset);
    let reason = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    invalid(reason, place(source, at), "`pd rule --help` has examples")
}

fn length(source: &str) -> Result<(), Invalid> {
    let chars = source.chars().count();
    if chars > CHARS_MAX {
        let reason = format!("{chars} characters");
        return Err(invalid(reason, CHARS_MAX + 1, format!("at most {CHARS_MAX} are allowed")));
    }
    Ok(())
}

fn known(names: &BTreeSet<String>, source: &str) -> Result<(), Invalid> {
    let Some(unknown) = names.iter().find(|name| !NAMES.contains(&name.as_str())) else { return Ok(()) };
    let at = find_word(source, unknown).unwrap_or(0);
    let hint = match nearest(unknown) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("an event has {}", NAMES.join(", ")),
    };
    Err(invalid(format!("unknown name `{unknown}`"), place(source, at), hint))
}

/// The known name that differs by no more than two characters.
fn nearest(name: &str) -> Option<&'static str> {
    NAMES
        .iter()
        .copied()
        .map(|known| (distance(name, known), known))
        .filter(|(d, _)| *d <= 2)
        .min()
        .map(|f| f.1)
}

fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in (1..).zip(a.chars()) {
        let mut diagonal = row[0];
        row[0] = i;
        for (j, y) in b.iter().enumerate() {
            let cost = if x == *y { diagonal } else { 1 + diagonal.min(row[j]).min(row[j + 1]) };
            diagonal = std::mem::replace(&mut row[j + 1], cost);
        }
    }
    row[b.len()]
}

/// Looks through the words of an expression, from `start` to the end of the text.
fn words(source: &str, start: usize) -> Result<(), Invalid> {
    let mut tokens = Tokens { source, at: start };
    let (mut before, mut before_that) = (Token::Other(' '), Token::Other(' '));
    while let Some((at, token)) = tokens.next() {
        let word = |token: &Token<'_>, word: &str| matches!(token, Token::Word(w) if *w == word);
        match token {
            Token::Other('*') => {
                let hint = "there is no multiplication: compare with a number instead";
                return Err(invalid("`*` is no part of the language", place(source, at), hint));
            }
            Token::Word(name) if matches!(before, Token::Other('|')) => {
                one_of("filter", name, FILTERS, source, at)?;
            }
            Token::Word(name) if word(&before, "is") && name != "not" => {
                one_of("test", name, TESTS, source, at)?;
            }
            Token::Word(name) if word(&before, "not") && word(&before_that, "is") => {
                one_of("test", name, TESTS, source, at)?;
            }
            Token::Word(name) if !KEYWORDS.contains(&name) && tokens.is_call() => {
                let reason = format!("`{name}(…)` is no part of the language");
                let hint = "there are no functions: use a filter after `|` or a test after `is`";
                return Err(invalid(reason, place(source, at), hint));
            }
            Token::Word(_) | Token::Text | Token::Other(_) => {}
        }
        (before_that, before) = (before, token);
    }
    Ok(())
}

fn one_of(what: &str, name: &str, known: &[&str], source: &str, at: usize) -> Result<(), Invalid> {
    // `is in`, `is none` and the like are words of the language and tests at once.
    if known.contains(&name) {
        return Ok(());
    }
    let hint = format!("use one of {}", known.join(", "));
    Err(invalid(format!("unknown {what} `{name}`"), place(source, at), hint))
}

fn invalid(reason: impl Into<String>, at: usize, hint: impl Into<String>) -> Invalid {
    Invalid { reason: reason.into(), at, hint: hint.into() }
}

/// The character at this byte, from 1.
fn place(source: &str, byte: usize) -> usize {
    source.get(..byte).map_or_else(|| source.chars().count(), |before| before.chars().count() + 1)
}

fn find_word(source: &str, word: &str) -> Option<usize> {
    let mut tokens = Tokens { source, at: source.find("{{").unwrap_or(0) };
    std::iter::from_fn(|| tokens.next()).find_map(|(at, token)| match token {
        Token::Word(found) if found == word => Some(at),
        _ => None,
    })
}

/// Where the `}}` is that ends what is filled in from `open` on.
fn end_of(source: &str, open: usize) -> Option<usize> {
    let mut tokens = Tokens { source, at: open };
    let mut last = None;
    while let Some((at, token)) = tokens.next() {
        match (last, &token) {
            (Some(before), Token::Other('}')) if before + 1 == at => return Some(before),
            (_, Token::Other('}')) => last = Some(at),
            _ => last = None,
        }
    }
    None
}

enum Token<'a> {
    Word(&'a str),
    Text,
    Other(char),
}

/// Words, quoted texts and single other characters, without the white space between them.
struct Tokens<'a> {
    source: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    fn next(&mut self) -> Option<(usize, Token<'a>)> {
        let rest = &self.source[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        let (from, rest) = (self.at, rest.trim_start());
        let first = rest.chars().next()?;
        if first == '\'' || first == '"' {
            self.at += quoted(rest, first);
            return Some((from, Token::Text));
        }
        let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        if word > 0 {
            self.at += word;
            return Some((from, Token::Word(&rest[..word])));
        }
        self.at += first.len_utf8();
        Some((from, Token::Other(first)))
    }

    /// Whether what follows opens the arguments of a call.
    fn is_call(&self) -> bool {
        self.source[self.at..].trim_start().starts_with('(')
    }
}

/// How long the quoted text is at the beginning of `rest`.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}
