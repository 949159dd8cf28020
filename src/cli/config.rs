//! `pd config`: reads the server's configuration as `pd serve` would, and shows what this command line goes by.

use clap::parser::ValueSource;
use serde_json::{Value, json};

use super::error::Exit;
use super::output::{Cell, Column, Tone};
use super::serve::Place;
use super::session::{Session, env};
use super::view::text;
use crate::client::contexts::{Contexts, TokenSource};

/// Look into the server's configuration, and this command line's
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Check a configuration without starting anything
    #[command(after_long_help = EXAMPLES)]
    Check(Place),
    View(View),
}

/// Show what this command line goes by: context, server, options; no token and no key
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:\n  $ pd config view\n  $ pd config view --origin --context prod")]
struct View {
    /// Show where each value comes from, too
    #[arg(long)]
    origin: bool,
}

const EXAMPLES: &str = "\
Examples:
  $ pd config check --config pd.toml";

pub(super) fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    match args.command {
        Command::Check(place) => check(session, &place),
        Command::View(args) => view(session, args.origin),
    }
}

fn check(session: &mut Session, place: &Place) -> anyhow::Result<Exit> {
    let config = place.read()?;
    let name =
        place.file().map_or_else(|| "no file, all defaults".to_owned(), |path| path.display().to_string());
    let secure = if config.tls.is_some() { "https" } else { "http" };
    let email = match &config.email {
        Some(email) => email.relays.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        None => "none".to_owned(),
    };
    let object = serde_json::json!({
        "file": name,
        "ok": true,
        "listen": format!("{secure}://{}", config.listen),
        "data": place.data(session)?.display().to_string(),
        "incidents": config.store.incidents.to_string(),
        "email": email,
    });
    let field = |key: &str| object[key].as_str().unwrap_or_default().to_owned();
    let describe = |_: &super::output::Moment| {
        format!(
            "{name}: ok\nlisten\t{}\ndata\t{}\nincidents\t{}\ne-mail\t{email}",
            field("listen"),
            field("data"),
            field("incidents"),
        )
    };
    let now = session.now();
    session.out.object("configuration", &object, describe, now)?;
    Ok(Exit::Ok)
}

const KEY: Column =
    Column { title: "KEY", wide: false, gives_way: false, cell: |it, _| Cell::new(text(&it["id"])) };
const VALUE: Column =
    Column { title: "VALUE", wide: false, gives_way: true, cell: |it, _| Cell::new(text(&it["value"])) };
const ORIGIN: Column = Column {
    title: "ORIGIN",
    wide: false,
    gives_way: false,
    cell: |it, _| Cell::new(text(&it["origin"])).tone(Tone::Faint),
};

fn view(session: &mut Session, origin: bool) -> anyhow::Result<Exit> {
    let mut rows = place(session)?;
    rows.extend(options(session));
    let rows: Vec<Value> = rows
        .into_iter()
        .map(|(key, value, origin)| json!({"id": key, "value": value, "origin": origin}))
        .collect();
    let columns: &[Column] = if origin { &[KEY, VALUE, ORIGIN] } else { &[KEY, VALUE] };
    session.out.list("setting", &rows, columns, session.now())?;
    Ok(Exit::Ok)
}

type Setting = (&'static str, String, String);

/// The file, and what it comes to: which server, and as whom.
fn place(session: &mut Session) -> anyhow::Result<Vec<Setting>> {
    let path = session.contexts_file()?;
    let from = if env("PD_CONFIG").is_some() { "PD_CONFIG" } else { "default" };
    let mut rows = vec![("config", path.display().to_string(), from.to_owned())];
    let contexts: Contexts = session.contexts()?;
    let (asked, urls) = session.asked()?;
    let name = match (&session.global.context, &asked, contexts.current()) {
        _ if !urls.is_empty() => None,
        (Some(name), ..) => Some((name.clone(), "--context")),
        (None, Some(name), _) => Some((name.clone(), "PD_CONTEXT")),
        (None, None, Some(name)) => Some((name.to_owned(), "config")),
        (None, None, None) => None,
    };
    let (context, place) = match &name {
        Some((name, from)) => {
            rows.push(("context", name.clone(), (*from).to_owned()));
            (Some(contexts.get(name)?), format!("context {name}"))
        }
        None => (None, String::new()),
    };
    let shown = |urls: &[url::Url]| {
        urls.iter().map(|url| url.as_str().trim_end_matches('/')).collect::<Vec<_>>().join(", ")
    };
    if !urls.is_empty() {
        let from = if session.global.url.is_empty() { "PD_URL" } else { "--url" };
        rows.push(("url", shown(&urls), from.to_owned()));
    } else if let Some(context) = context {
        rows.push(("url", shown(&context.urls), place.clone()));
    }
    let token = context.and_then(|context| context.token.as_ref());
    rows.push(match (&session.global.token_file, env("PD_TOKEN"), token) {
        (Some(file), ..) => ("token", format!("in {}", file.display()), "--token-file".to_owned()),
        (None, Some(_), _) => ("token", "set".to_owned(), "PD_TOKEN".to_owned()),
        (None, None, Some(TokenSource::Inline(_))) => ("token", "set".to_owned(), place.clone()),
        (None, None, Some(TokenSource::File(file))) => {
            ("token", format!("in {}", file.display()), place.clone())
        }
        (None, None, Some(TokenSource::Command(command))) => {
            ("token", format!("printed by `{command}`"), place.clone())
        }
        (None, None, None) => ("token", "none".to_owned(), "default".to_owned()),
    });
    rows.push(if env("PD_ROUTING_KEY").is_some() {
        ("routing_key", "set".to_owned(), "PD_ROUTING_KEY".to_owned())
    } else if context.is_some_and(|context| context.routing_key.is_some()) {
        ("routing_key", "set".to_owned(), place)
    } else {
        ("routing_key", "none".to_owned(), "default".to_owned())
    });
    Ok(rows)
}

/// Options that may be in the environment as well.
fn options(session: &Session) -> Vec<Setting> {
    let global = &session.global;
    let named = |value: &dyn std::fmt::Debug| format!("{value:?}").to_lowercase();
    let settings = [
        ("output", named(&session.out.format())),
        ("color", named(&global.color)),
        ("timeout", format!("{:?}", global.timeout)),
        (
            "retry",
            global.retry.map_or_else(|| "5s for events, 2s for the rest".to_owned(), |it| format!("{it:?}")),
        ),
    ];
    settings
        .into_iter()
        .map(|(name, value)| {
            let origin = match global.sources.get(name) {
                Some(ValueSource::CommandLine) => format!("--{name}"),
                Some(ValueSource::EnvVariable) => format!("PD_{}", name.to_uppercase()),
                _ => "default".to_owned(),
            };
            (name, value, origin)
        })
        .collect()
}
