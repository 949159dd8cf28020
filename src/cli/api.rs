//! `pd api`: asks the API for anything.

use std::path::PathBuf;

use anyhow::Context as _;
use http::Method;
use serde_json::{Map, Value};

use super::error::{Complaint, Exit};
use super::output::{Format, pretty};
use super::session::{Session, stdin};
use crate::client::{Client, Request, pages};

const EXAMPLES: &str = "\
Examples:
  $ pd api GET /users/me
  $ pd api GET /incidents -f statuses[]=triggered --paginate -o jsonl
  $ pd api POST /services --input service.json
  $ pd api GET /services --paginate --jq '.[].name'
  $ pd api PUT /incidents/12 -f incident[type]=incident -f incident[status]=acknowledged";

/// Pages are followed up to here.
const ITEMS_MAX: usize = 10_000;

/// Ask the API for anything
///
/// Fields go into the query of GET and DELETE, and into the JSON body of the others.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// GET, POST, PUT, DELETE, …
    #[arg(value_name = "METHOD", value_parser = method)]
    method: Method,
    /// Such as /incidents
    #[arg(value_name = "PATH")]
    path: String,
    /// A field as text: KEY=VALUE, or KEY[KEY]=VALUE for one within another; may be given several times
    #[arg(short, long, value_name = "FIELD", value_parser = field)]
    field: Vec<(String, String)>,
    /// A field as JSON: KEY=5, KEY=true, KEY=[1,2]; may be given several times
    #[arg(short = 'F', long, value_name = "FIELD", value_parser = typed_field)]
    typed_field: Vec<(String, Value)>,
    /// Send this file as the body; `-` sends standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["field", "typed_field"])]
    input: Option<PathBuf>,
    /// Get all pages of a list, and print its items
    #[arg(long)]
    paginate: bool,
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let path = if args.path.starts_with('/') { args.path.clone() } else { format!("/{}", args.path) };
    let mut request = Request::get(path);
    request.repeatable = matches!(args.method, Method::GET | Method::HEAD | Method::PUT | Method::DELETE);
    request.method = args.method.clone();
    if matches!(args.method, Method::GET | Method::HEAD | Method::DELETE) {
        request.query = args.field.clone();
        request.query.extend(args.typed_field.iter().map(|(key, value)| (key.clone(), value.to_string())));
    } else {
        request.body = body_of_fields(&args)?;
    }
    if let Some(input) = &args.input {
        request.body = Some(read(input)?);
    }
    if args.paginate {
        return paginate(session, &client, &request).await;
    }
    let answer = client.send(&request).await?;
    match answer.json::<Value>() {
        Ok(value) => print(session, &value, Format::Json)?,
        // Metrics and pages are no JSON; they are printed as they are.
        Err(_) => session.out.raw(&answer.body)?,
    }
    Ok(Exit::Ok)
}

async fn paginate(session: &mut Session, client: &Client, request: &Request) -> anyhow::Result<Exit> {
    if request.method != Method::GET {
        anyhow::bail!(Complaint::usage("--paginate goes with GET only", "leave it out"));
    }
    // The last part of the path is what lists are called.
    let path = request.path.split('?').next().unwrap_or_default();
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let listed = pages::list(client, request, name, ITEMS_MAX).await?;
    print(session, &Value::Array(listed.items), Format::Jsonl)?;
    if listed.more {
        session.out.note(&format!("there are more than {ITEMS_MAX}: narrow the question"));
    }
    Ok(Exit::Ok)
}

/// Prints an answer. With `lines` as [`Format::Jsonl`] a list is printed item by item.
fn print(session: &mut Session, value: &Value, lines: Format) -> anyhow::Result<()> {
    let now = session.now();
    let plain = session.out.is_plain();
    match (session.out.format(), value) {
        (Format::Jsonl, Value::Array(items)) if lines == Format::Jsonl && plain => {
            session.out.list("item", items, &[], now)
        }
        (Format::Csv | Format::Name, _) if plain => {
            let hint = "use -o json, jsonl or yaml, --columns with fields, --jq or --template";
            Err(Complaint::usage("what the API answers has neither columns nor a name", hint).into())
        }
        // The API has no tables.
        _ => session.out.object("answer", value, |_| pretty(value), now),
    }
}

fn body_of_fields(args: &Args) -> anyhow::Result<Option<Value>> {
    let texts = args.field.iter().map(|(key, value)| (key, Value::from(value.as_str())));
    let fields: Vec<_> =
        texts.chain(args.typed_field.iter().map(|(key, value)| (key, value.clone()))).collect();
    if fields.is_empty() {
        return Ok(None);
    }
    let mut body = Value::Object(Map::new());
    for (key, value) in fields {
        place(&mut body, key, value).map_err(|message| {
            Complaint::usage(
                message,
                "fields within others are written KEY[KEY]=VALUE; use --input for the rest",
            )
        })?;
    }
    Ok(Some(body))
}

/// Puts `value` where `key`, such as `incident[status]`, says.
fn place(body: &mut Value, key: &str, value: Value) -> Result<(), String> {
    let mut at = body;
    for part in key.split('[').map(|part| part.trim_end_matches(']')) {
        let Value::Object(map) = at else {
            return Err(format!("`{key}` is within a field that has a value"));
        };
        if part.is_empty() {
            return Err(format!("`{key}` has an empty part"));
        }
        at = map.entry(part).or_insert_with(|| Value::Object(Map::new()));
    }
    *at = value;
    Ok(())
}

fn read(path: &std::path::Path) -> anyhow::Result<Value> {
    let text = if path.as_os_str() == "-" {
        stdin()?
    } else {
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?
    };
    serde_json::from_str(&text).map_err(|error| {
        Complaint::usage(format!("{}: {error}", path.display()), "the body must be JSON").into()
    })
}

fn method(text: &str) -> Result<Method, String> {
    text.to_uppercase().parse().map_err(|_| "expected GET, POST, PUT, PATCH or DELETE".to_owned())
}

fn field(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE".to_owned()),
    }
}

fn typed_field(text: &str) -> Result<(String, Value), String> {
    let (key, value) = field(text)?;
    serde_json::from_str(&value).map(|value| (key, value)).map_err(|error| format!("not JSON: {error}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn fields_find_their_place() {
        let mut body = Value::Object(Map::new());
        place(&mut body, "incident[status]", "acknowledged".into()).unwrap();
        place(&mut body, "incident[service][id]", "P1".into()).unwrap();
        place(&mut body, "n", 5.into()).unwrap();
        assert_eq!(body.to_string(), r#"{"incident":{"service":{"id":"P1"},"status":"acknowledged"},"n":5}"#);
        assert!(place(&mut body, "n[x]", 5.into()).is_err());
        assert!(place(&mut body, "list[]", 5.into()).is_err());
    }
}
