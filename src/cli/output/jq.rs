//! `--jq`: a filter in the language of jq, run in this process on what `-o json` would print.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use jaq_core::data::JustLut;
use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Vars, compile, unwrap_valr};
use jaq_json::write::Pp;
use jaq_json::{Val, read, write};
use serde_json::Value;

use super::escape::{escape_json, escape_lines};

/// How long a filter may work.
const PATIENCE: Duration = Duration::from_secs(5);
/// How much it may say.
const OUTPUT_MAX: usize = 64 << 20;
/// Filters that call themselves need room; it is not taken before it is used.
const STACK: usize = 128 << 20;

/// What jq has and the library leaves to its program.
const FORMATS: &str = r#"
def @tsv: map(
    if type == "string" then
      (split("\\") | join("\\\\")) | (split("\t") | join("\\t")) | (split("\n") | join("\\n")) | (split("\r") | join("\\r"))
    elif . == null then "" else tostring end
  ) | join("\t");
def @csv: map(
    if type == "string" then "\"" + (split("\"") | join("\"\"")) + "\"" elif . == null then "" else tostring end
  ) | join(",");
"#;

type Data = JustLut<Val>;

/// A filter whose syntax is right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Filter(String);

impl Filter {
    /// Understands a filter.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        compiled(text).map(|_| Self(text.to_owned()))
    }

    /// What the filter makes of `input`: each result on lines of its own, texts without quotes.
    ///
    /// # Errors
    /// What the filter complains about; or it takes too long, or says too much.
    pub(super) fn run(&self, input: &Value, pretty: bool) -> Result<String, String> {
        self.run_for(input, pretty, PATIENCE)
    }

    /// In a thread of its own: a filter that never ends cannot be stopped from outside, only left behind.
    fn run_for(&self, input: &Value, pretty: bool, patience: Duration) -> Result<String, String> {
        let (text, input) = (self.0.clone(), input.to_string());
        let (sender, answer) = mpsc::sync_channel(1);
        let work = move || {
            // Nobody listens any more if it took too long.
            let _ = sender.send(filtered(&text, &input, pretty));
        };
        thread::Builder::new()
            .name("jq".to_owned())
            .stack_size(STACK)
            .spawn(work)
            .map_err(|error| format!("cannot start: {error}"))?;
        match answer.recv_timeout(patience) {
            Ok(done) => done,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                Err(format!("it did not end within {} s", patience.as_secs_f32()))
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => Err("it ended without an answer".to_owned()),
        }
    }
}

fn filtered(text: &str, input: &str, pretty: bool) -> Result<String, String> {
    let filter = compiled(text)?;
    let input = read::parse_single(input.as_bytes()).map_err(|error| error.to_string())?;
    let context = Ctx::<Data>::new(&filter.lut, Vars::new([]));
    let mut out = String::new();
    for result in filter.id.run((context, input)).map(unwrap_valr) {
        out += &shown(&result.map_err(|error| short(&error.to_string()))?, pretty)?;
        out.push('\n');
        if out.len() > OUTPUT_MAX {
            return Err(format!("it says more than {} MiB", OUTPUT_MAX >> 20));
        }
    }
    Ok(out)
}

/// A complaint without the middle of the value that it is about.
fn short(complaint: &str) -> String {
    const BEGIN: usize = 100;
    const END: usize = 60;
    let count = complaint.chars().count();
    if count <= BEGIN + END {
        return complaint.to_owned();
    }
    let begin: String = complaint.chars().take(BEGIN).collect();
    let end: String = complaint.chars().skip(count - END).collect();
    format!("{begin} … {end}")
}

/// A text as it is, anything else as JSON.
fn shown(value: &Val, pretty: bool) -> Result<String, String> {
    if let Val::TStr(text) = value {
        return Ok(escape_lines(&String::from_utf8_lossy(text)));
    }
    let indent = pretty.then(|| "  ".to_owned());
    let style = Pp { indent, sep_space: pretty, ..Pp::default() };
    let mut json = Vec::new();
    write::write(&mut json, &style, 0, value).map_err(|error| error.to_string())?;
    Ok(escape_json(&String::from_utf8_lossy(&json)))
}

fn compiled(text: &str) -> Result<jaq_core::Filter<Data>, String> {
    let arena = Arena::default();
    let formats = load::parse(FORMATS, |parser| parser.defs()).unwrap_or_default();
    let defs = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs()).chain(formats);
    let program = File { code: text, path: () };
    let modules = Loader::new(defs)
        .load(&arena, program)
        .map_err(|errors| first(errors.into_iter().map(|(file, error)| of_load(file.code, error))))?;
    let funs = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    Compiler::default().with_funs(funs).compile(modules).map_err(|errors| {
        first(errors.into_iter().map(|(file, errors)| {
            first(errors.into_iter().map(|(found, what)| undefined(file.code, found, &what)))
        }))
    })
}

fn first(mut messages: impl Iterator<Item = String>) -> String {
    messages.next().unwrap_or_else(|| "it is no filter".to_owned())
}

fn of_load(code: &str, error: load::Error<&str>) -> String {
    match error {
        load::Error::Io(errors) => {
            first(errors.into_iter().map(|(path, why)| format!("cannot load {path}: {why}")))
        }
        load::Error::Lex(errors) => first(
            errors
                .into_iter()
                .map(|(wanted, found)| format!("{}: expected {}", place(code, found), wanted.as_str())),
        ),
        load::Error::Parse(errors) => first(
            errors
                .into_iter()
                .map(|(wanted, found)| format!("{}: expected {}", place(code, found), wanted.as_str())),
        ),
    }
}

fn undefined(code: &str, found: &str, what: &compile::Undefined) -> String {
    let arity = match what {
        compile::Undefined::Filter(arity) if *arity > 0 => format!("/{arity}"),
        _ => String::new(),
    };
    format!("{}: there is no {} `{found}{arity}`", place(code, found), what.as_str())
}

/// `column 5`, or `line 2, column 5`.
fn place(code: &str, part: &str) -> String {
    let before = &code[..load::span(code, part).start.min(code.len())];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    if code.contains('\n') { format!("line {line}, column {column}") } else { format!("column {column}") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;

    fn run(filter: &str, input: &Value) -> Result<String, String> {
        Filter::parse(filter)?.run(input, false)
    }

    #[test]
    fn filters_what_is_printed() {
        let list = json!([
            {"id": "Q1", "n": 2, "title": "disk \"full\"\u{1b}[31m", "s": null},
            {"id": "Q2", "n": 1.5, "title": "b\tc"},
        ]);
        for (filter, expected) in [
            (".[].id", "Q1\nQ2\n"),
            (".[] | .title", "disk \"full\"\\x1b[31m\nb\tc\n"),
            ("map(.n) | add", "3.5\n"),
            (".[0] | {id, s}", "{\"id\":\"Q1\",\"s\":null}\n"),
            (".[] | select(.n > 1.6) | [.id, .n] | @tsv", "Q1\t2\n"),
            ("[.[1].title, 1, null, \"x\\\\y\"] | @tsv", "b\\tc\t1\t\tx\\\\y\n"),
            ("[\"a\\\"b\", 1, null, true] | @csv", "\"a\"\"b\",1,,true\n"),
            ("length", "2\n"),
            (".[] | .title | test(\"^b\")", "false\ntrue\n"),
            ("empty", ""),
        ] {
            assert_eq!(run(filter, &list).unwrap(), expected, "{filter}");
        }
        let pretty = Filter::parse(".[0] | {n}").unwrap().run(&list, true).unwrap();
        assert_eq!(pretty, "{\n  \"n\": 2\n}\n");
    }

    #[test]
    fn mistakes_have_a_place() {
        for (filter, expected) in [
            (".[", "column 3: expected closing bracket"),
            (".a |", "column 5: expected term"),
            (".a | nope(1)", "column 6: there is no filter `nope/1`"),
            (".a\n| $x", "line 2, column 3: there is no variable `$x`"),
            ("", "column 1: expected term"),
        ] {
            assert_eq!(Filter::parse(filter).unwrap_err(), expected, "{filter:?}");
        }
        let error = run(".a.b", &json!({"a": 5})).unwrap_err();
        assert!(error.contains("cannot index 5"), "{error}");
    }

    #[test]
    fn a_complaint_is_no_longer_than_a_line_or_two() {
        let long: Vec<u32> = (0..1_000).collect();
        let error = run(".a", &json!(long)).unwrap_err();
        assert!(error.chars().count() < 170 && error.starts_with("cannot index [0,1,2"), "{error}");
        assert!(error.contains(" … ") && error.ends_with("with \"a\""), "{error}");
    }

    #[test]
    fn it_ends() {
        let endless = Filter::parse("last(repeat(1))").unwrap();
        let error = endless.run_for(&json!(null), false, Duration::from_millis(50)).unwrap_err();
        assert_eq!(error, "it did not end within 0.05 s");
    }
}
