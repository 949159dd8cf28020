//! `pd context`: the servers that the user knows.

use std::path::PathBuf;

use serde_json::{Value, json};
use url::Url;

use super::dry::Dry;
use super::error::{Complaint, Exit};
use super::output::{Cell, Column, escape};
use super::session::{Session, stdin};
use super::view::text;
use crate::client::contexts::{Context, Contexts, TokenSource};
use crate::client::{Secret, Target};

/// Choose between servers
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Show(Show),
    List(List),
    Use(Use),
    Add(Add),
    Rename(Rename),
    Remove(Remove),
}

/// Show the context that is used; with -o json its token, too
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:\n  $ pd context show\n  $ pd context show prod -o json")]
struct Show {
    /// Another context
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

/// List the contexts
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:\n  $ pd context list")]
struct List {}

/// Use a context from now on
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:\n  $ pd context use prod")]
struct Use {
    /// Its name
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    dry: Dry,
}

const ADD_EXAMPLES: &str = "\
Examples:
  $ pd context add prod --url https://a.example.com,https://b.example.com --token-command 'pass pd'
  $ pass pd | pd context add prod --url https://pd.example.com --token-file -";

/// Add a server
#[derive(Debug, clap::Args)]
#[command(after_long_help = ADD_EXAMPLES)]
struct Add {
    /// What to call it
    #[arg(value_name = "NAME", value_parser = name)]
    name: String,
    /// A command that prints its token, each time the context is used
    #[arg(long, value_name = "COMMAND", conflicts_with = "token_file")]
    token_command: Option<String>,
    /// Where events go unless they say otherwise
    #[arg(long, value_name = "KEY")]
    routing_key: Option<String>,
    /// In whose name PagerDuty is asked, if the server is PagerDuty and the token the account's
    #[arg(long, value_name = "EMAIL")]
    from: Option<String>,
    /// Use it from now on
    #[arg(long = "use")]
    choose: bool,
    /// Replace a context of the same name
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    dry: Dry,
}

/// Call a context something else
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:\n  $ pd context rename local laptop")]
struct Rename {
    /// Its name
    #[arg(value_name = "NAME")]
    name: String,
    /// What to call it from now on
    #[arg(value_name = "NEW", value_parser = name)]
    new: String,
    #[command(flatten)]
    dry: Dry,
}

/// Forget a context: its address, token and routing key
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:\n  $ pd context remove laptop")]
struct Remove {
    /// Its name
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    dry: Dry,
}

pub(super) fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    match args.command {
        Command::Show(args) => show(session, args.name),
        Command::List(_) => list(session),
        Command::Use(args) => {
            let mut contexts = session.contexts()?;
            contexts.get(&args.name)?;
            if let Some(exit) =
                would(session, args.dry, &args.name, &format!("use {} from now on", args.name))?
            {
                return Ok(exit);
            }
            contexts.choose(&args.name)?;
            session.out.note(&format!("using {} from now on", escape(&args.name)));
            Ok(Exit::Ok)
        }
        Command::Add(args) => add(session, args),
        Command::Rename(args) => {
            let mut contexts = session.contexts()?;
            contexts.get(&args.name)?;
            if contexts.get(&args.new).is_err() {
                let what = format!("call {} {}", args.name, args.new);
                if let Some(exit) = would(session, args.dry, &args.name, &what)? {
                    return Ok(exit);
                }
            }
            contexts.rename(&args.name, &args.new)?;
            session.out.note(&format!("{} is called {} now", escape(&args.name), escape(&args.new)));
            Ok(Exit::Ok)
        }
        Command::Remove(args) => remove(session, &args),
    }
}

fn show(session: &mut Session, name: Option<String>) -> anyhow::Result<Exit> {
    let target = match name {
        Some(name) => session.contexts()?.get(&name)?.resolve()?,
        None => session.target()?,
    };
    let object = object(&target);
    let now = session.now();
    if session.out.is_quiet() {
        session.out.text(&escape(text(&object["name"])))?;
        return Ok(Exit::Ok);
    }
    session.out.object("context", &object, |_| describe(&target), now)?;
    Ok(Exit::Ok)
}

/// A stable form: `url` is the first of `urls`.
fn object(target: &Target) -> Value {
    let urls: Vec<_> = target.urls.iter().map(|url| url.as_str().trim_end_matches('/')).collect();
    json!({
        "name": target.context,
        "url": urls.first(),
        "urls": urls,
        "token": target.token.as_ref().map(Secret::reveal),
        "routing_key": target.routing_key.as_ref().map(Secret::reveal),
    })
}

fn describe(target: &Target) -> String {
    // Screens are looked at by others: enough to tell one from another is enough.
    let hint = |secret: &Option<Secret>| match secret {
        Some(secret) => {
            format!("{}… (-o json shows it)", escape(&secret.reveal().chars().take(4).collect::<String>()))
        }
        None => "none".to_owned(),
    };
    format!(
        "name\t{}\nurl\t{}\ntoken\t{}\nrouting key\t{}",
        escape(target.context.as_deref().unwrap_or("none")),
        target.shown(),
        hint(&target.token),
        hint(&target.routing_key),
    )
}

const COLUMNS: [Column; 4] = [
    Column {
        title: "CURRENT",
        wide: false,
        gives_way: false,
        cell: |it, _| Cell::new(if it["current"] == json!(true) { "*" } else { "" }),
    },
    Column { title: "NAME", wide: false, gives_way: false, cell: |it, _| Cell::new(text(&it["name"])) },
    Column { title: "URL", wide: false, gives_way: true, cell: |it, _| Cell::new(text(&it["url"])) },
    Column { title: "TOKEN", wide: true, gives_way: false, cell: |it, _| Cell::new(text(&it["token_from"])) },
];

fn list(session: &mut Session) -> anyhow::Result<Exit> {
    let contexts = session.contexts()?;
    let current = session.asked()?.0.or_else(|| contexts.current().map(str::to_owned));
    let items: Vec<_> = contexts
        .all()
        .map(|context| {
            json!({
                "id": context.name,
                "name": context.name,
                "url": context.urls.first().map(|url| url.as_str().trim_end_matches('/')),
                "urls": context.urls.iter().map(|url| url.as_str().trim_end_matches('/')).collect::<Vec<_>>(),
                "current": Some(&context.name) == current.as_ref(),
                "token_from": match &context.token {
                    Some(TokenSource::Inline(_)) => "the file",
                    Some(TokenSource::File(_)) => "another file",
                    Some(TokenSource::Command(_)) => "a command",
                    None => "nowhere",
                },
            })
        })
        .collect();
    session.out.list("context", &items, &COLUMNS, session.now())?;
    if items.is_empty() {
        session.out.note("no contexts: `pd context add NAME --url URL --token-file FILE`");
    }
    Ok(Exit::Ok)
}

/// As [`Dry::says`], of a context that is called `name`.
fn would(session: &mut Session, dry: Dry, name: &str, what: &str) -> anyhow::Result<Option<Exit>> {
    dry.says(session, "context", &json!({"id": name, "name": name}), &escape(what))
}

fn add(session: &mut Session, args: Add) -> anyhow::Result<Exit> {
    let urls: Vec<Url> = session.asked()?.1;
    if urls.is_empty() {
        anyhow::bail!(Complaint::usage("a context needs an address", "give --url URL"));
    }
    let token = match (args.token_command, session.global.token_file.clone()) {
        (Some(command), _) => Some(TokenSource::Command(command)),
        (None, Some(file)) if file.as_os_str() == "-" => Some(TokenSource::Inline(read_token()?)),
        (None, Some(file)) => Some(TokenSource::File(std::path::absolute(&file).unwrap_or(file))),
        (None, None) => super::session::env("PD_TOKEN").map(|token| TokenSource::Inline(Secret::new(&token))),
    };
    let routing_key = args.routing_key.as_deref().map(Secret::new);
    let context = Context {
        name: args.name.clone(),
        urls,
        token,
        routing_key,
        from: args.from,
        server: None,
        read_only: false,
        accent: None,
    };
    let path: PathBuf = session.contexts_file()?;
    let mut contexts = Contexts::load(&path)?;
    if args.force || contexts.get(&args.name).is_err() {
        let what = format!("add {} to {}", args.name, path.display());
        if let Some(exit) = would(session, args.dry, &args.name, &what)? {
            return Ok(exit);
        }
    }
    contexts.add(context, args.force)?;
    if args.choose {
        contexts.choose(&args.name)?;
    }
    session.out.note(&format!("added {} to {}", escape(&args.name), path.display()));
    if contexts.current() != Some(&args.name) {
        session.out.note(&format!("`pd context use {}` makes it the one that is asked", escape(&args.name)));
    }
    Ok(Exit::Ok)
}

fn remove(session: &mut Session, args: &Remove) -> anyhow::Result<Exit> {
    let name = args.name.as_str();
    let mut contexts = session.contexts()?;
    contexts.get(name)?;
    if let Some(exit) = would(session, args.dry, name, &format!("forget {name}"))? {
        return Ok(exit);
    }
    let current = contexts.current() == Some(name);
    contexts.remove(name)?;
    session.out.note(&format!("forgot {}", escape(name)));
    match contexts.current() {
        Some(other) if current => {
            session.out.note(&format!("{} is used from now on: it is the only one", escape(other)));
        }
        None if contexts.all().next().is_some() => {
            session.out.note("no context is current now: `pd context use NAME` chooses one");
        }
        _ => {}
    }
    Ok(Exit::Ok)
}

fn read_token() -> anyhow::Result<Secret> {
    let secret = Secret::new(&stdin()?);
    if secret.reveal().is_empty() {
        anyhow::bail!(Complaint::usage("standard input has no token", "pipe it in"));
    }
    Ok(secret)
}

fn name(text: &str) -> Result<String, String> {
    let valid = (1..=63).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let expected = "expected 1 to 63 letters, digits, dots, hyphens or underscores";
    if valid { Ok(text.to_owned()) } else { Err(expected.to_owned()) }
}
