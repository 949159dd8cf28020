//! `pd` and `pd tui`: what is open, as it happens.

use std::io::IsTerminal as _;
use std::time::Duration;

use ratatui::style::Color;

use super::error::{Complaint, Exit};
use super::output::When;
use super::session::{Session, env};
use crate::client::{Client, Patience};
use crate::tui::config::File;
use crate::tui::model::Settings;
use crate::tui::theme::{Name, Theme};
use crate::tui::{self, Ended};

/// The longest wait for an answer to the stream's first request.
const CONNECT: Duration = Duration::from_secs(10);

const EXAMPLES: &str = "\
`pd` alone does the same, on a terminal and with a server set up.

Examples:
  $ pd tui

  Only look:
  $ pd tui --read-only

  On a light terminal, with the mouse:
  $ pd tui --theme light --mouse

Press ? for the keys. `[tui]` in the file of contexts keeps these options, and `[tui.keys]` gives other keys:
  [tui]
  theme = \"light\"
  [tui.keys]
  acknowledge = [\"a\", \"f2\"]

";

/// Show what is open as it happens, and act on it
///
/// The screen follows the server: incidents with their timelines, who is on call, services, notifications, the rate of
/// events, nodes and stores. While the server is away, what is shown is dimmed, and what is done is queued.
#[derive(Debug, Default, clap::Args)]
#[command(after_long_help = help())]
pub(super) struct Args {
    /// Change nothing
    #[arg(long)]
    read_only: bool,
    /// default, light, colour-blind or mono
    #[arg(long, value_name = "THEME", hide_possible_values = true)]
    theme: Option<Name>,
    /// Use the mouse: the terminal's own selection then needs shift
    #[arg(long)]
    mouse: bool,
    /// Draw plain letters only
    #[arg(long)]
    no_icons: bool,
}

fn help() -> String {
    format!("{EXAMPLES}Keys:\n{}", crate::tui::keys::manual())
}

/// Whether `pd` alone opens the screen: somebody sits there, and a server is set up.
pub(super) fn is_meant(session: &Session) -> bool {
    let sits = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    sits && session.has_target()
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        let hint = "`pd list` prints what is open";
        anyhow::bail!(Complaint::usage("this is no terminal", hint));
    }
    let (mut client, mut settings) = begin(session, &args, None)?;
    loop {
        let name = match tui::run(client.clone(), session.ids().clone(), settings.clone()).await? {
            Ended::Quit => return Ok(Exit::Ok),
            Ended::Signal => return Ok(Exit::Interrupted),
            Ended::Turn(name) => name,
        };
        // The terminal is as it was: the command that has its token may ask for a password.
        match begin(session, &args, Some(&name)) {
            Ok(other) => (client, settings) = other,
            Err(error) => settings.complaint = Some(error.to_string()),
        }
    }
}

/// Whom to ask, and how it is shown; with a name it is that context, and no token that was given for another one.
fn begin(session: &mut Session, args: &Args, name: Option<&str>) -> anyhow::Result<(Client, Settings)> {
    let settings = settings(session, args, name)?;
    let target = match name {
        Some(name) => session.contexts()?.get(name)?.resolve()?,
        None => session.target()?,
    };
    // It is connected again for ever, with a banner that says so; one attempt at a time.
    let patience = Patience { attempt: CONNECT, total: Duration::ZERO };
    Ok((session.client_with(target, patience)?, settings))
}

/// Options, then the file, then what is usual.
fn settings(session: &mut Session, args: &Args, name: Option<&str>) -> anyhow::Result<Settings> {
    let file = File::load(&session.contexts_file()?)?;
    let (server, read_only, accent) = whom(session, name)?;
    let plain = session.global.color == When::Never
        || session.global.color == When::Auto && (env("NO_COLOR").is_some() || env("PD_NO_COLOR").is_some());
    let theme = match (args.theme, plain) {
        (Some(name), _) => name,
        (None, true) => Name::Mono,
        (None, false) => file.theme.unwrap_or_default(),
    };
    // Sixteen digits; the number of the act is the other half.
    let seed: String = session.fresh_key().chars().rev().take(16).collect();
    let links = !plain && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout);
    let contexts = session.contexts()?.all().map(|context| context.name.clone()).collect();
    let dumb = env("TERM").is_some_and(|term| term == "linux");
    Ok(Settings {
        server,
        contexts,
        links,
        complaint: None,
        theme: Theme::of(theme).with_accent(accent),
        accent,
        icons: !args.no_icons && file.icons.unwrap_or(!dumb),
        mouse: args.mouse || file.mouse.unwrap_or(false),
        read_only: args.read_only || read_only,
        keymap: file.keymap,
        zone: jiff::tz::TimeZone::system(),
        seed,
    })
}

/// What the server is called, whether nothing is to be changed there, and its colour.
fn whom(session: &mut Session, name: Option<&str>) -> anyhow::Result<(String, bool, Option<Color>)> {
    let (context, urls) = match name {
        Some(name) => (Some(name.to_owned()), Vec::new()),
        None => session.asked()?,
    };
    if !urls.is_empty() {
        let host = urls[0].host_str().unwrap_or_default();
        let port = urls[0].port().map(|port| format!(":{port}")).unwrap_or_default();
        return Ok((format!("{host}{port}"), false, None));
    }
    let contexts = session.contexts()?;
    let Some(name) = context.as_deref().or(contexts.current()) else {
        return Ok((String::new(), false, None));
    };
    let context = contexts.get(name)?;
    let accent = context.accent.as_deref().and_then(|text| crate::tui::theme::accent(text).ok());
    Ok((name.to_owned(), context.read_only, accent))
}
