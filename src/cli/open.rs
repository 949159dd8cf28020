//! `pd open`: an incident's page in the browser.

use std::process::{Command, Stdio};

use serde_json::Value;

use super::error::{Complaint, Exit};
use super::output::escape;
use super::session::{Session, env, names};
use super::settle;
use super::view::{self, text};

const EXAMPLES: &str = "\
Examples:
  $ pd open 12

  Only its address:
  $ pd open 12 --print";

/// How many are opened at once.
const MOST: usize = 10;

/// Open an incident's page in the browser
///
/// The browser is that of BROWSER, or the desktop's. Without one the address is printed.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// Numbers, ids or dedup keys; `-` reads them from standard input, one a line
    #[arg(value_name = "INCIDENT", required = true)]
    incidents: Vec<String>,
    /// Print the address rather than open it
    #[arg(long)]
    print: bool,
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let names = names(args.incidents)?;
    if names.len() > MOST && !args.print {
        let message = format!("{} pages are more than a browser should open at once", names.len());
        return Err(Complaint::usage(message, "--print prints their addresses").into());
    }
    let client = session.client().await?;
    let mut found = Vec::new();
    for incident in settle::find_all(&client, &names).await {
        found.push(incident?);
    }
    for incident in &found {
        let url = page(incident)?;
        let opened = !args.print && browse(url);
        if opened && session.out.is_prose() {
            session.out.note(&format!("opened {} in the browser", view::headline(incident)));
        } else {
            let now = session.now();
            let object = serde_json::json!({"id": incident["id"], "html_url": url, "opened": opened});
            session.out.object("incident", &object, |_| escape(url), now)?;
        }
    }
    Ok(Exit::Ok)
}

/// The address of the page: one that a browser may be given.
fn page(incident: &Value) -> anyhow::Result<&str> {
    let url = text(&incident["html_url"]);
    if url.starts_with("http://") || url.starts_with("https://") {
        return Ok(url);
    }
    let message = format!("{} has no page on the web", view::headline(incident));
    Err(Complaint::usage(message, "`pd show` shows it here").into())
}

/// Whether a browser took the address.
fn browse(url: &str) -> bool {
    let named = env("BROWSER");
    let on_desktop =
        cfg!(target_os = "macos") || env("DISPLAY").is_some() || env("WAYLAND_DISPLAY").is_some();
    let usual = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let program = match &named {
        Some(program) => program.as_str(),
        None if on_desktop => usual,
        None => return false,
    };
    // Not through a shell: what is in an address is none of its business.
    let mut parts = program.split_whitespace();
    let Some(program) = parts.next() else { return false };
    let opened = Command::new(program)
        .args(parts)
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    opened.is_ok_and(|status| status.success())
}
