//! `pd config check`: reads the server's configuration as `pd serve` would.

use super::error::Exit;
use super::serve::Place;
use super::session::Session;

/// Look into the server's configuration
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
}

const EXAMPLES: &str = "\
Examples:
  $ pd config check --config pd.toml";

pub(super) fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let Command::Check(place) = args.command;
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
