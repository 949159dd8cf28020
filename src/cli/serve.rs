//! `pd serve`: runs a server.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::error::Exit;
use super::session::Session;
use crate::config::{Config, data_folder};
use crate::daemon::{self, ServeOptions};

/// Where the server's configuration is unless another file is asked for.
const SYSTEM_CONFIG: &str = "/etc/pd/pd.toml";

const EXAMPLES: &str = "\
Examples:
  A first try, with everything in your home folder:
  $ pd serve

  A machine that serves others:
  $ pd serve --config /etc/pd/pd.toml --data /var/lib/pd";

/// Run a server
///
/// At its first start on an empty data folder it sets up a user, a service and an escalation policy, and a context for
/// this command line. SIGTERM lets it finish what it is doing; a second one ends it at once.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    place: Place,
    /// Serve HTTP here, rather than where the configuration says
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Make this process's clock wrong by so many milliseconds, to see what a wrong clock does
    #[arg(
        long,
        value_name = "MILLISECONDS",
        hide = true,
        default_value_t = 0,
        allow_negative_numbers = true
    )]
    clock_offset: i64,
    /// Run without what keeps overload from becoming an outage, to see what it is for
    #[arg(long, hide = true)]
    without_controls: bool,
}

/// Which installation a command is about.
#[derive(Debug, clap::Args)]
pub(super) struct Place {
    /// The server's configuration [default: /etc/pd/pd.toml, if it is there]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The data folder [default: ~/.local/share/pd]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Place {
    /// The file that is used, if there is one.
    pub(super) fn file(&self) -> Option<PathBuf> {
        let system = || Some(PathBuf::from(SYSTEM_CONFIG)).filter(|path| path.exists());
        self.config.clone().or_else(system)
    }

    /// The checked configuration.
    pub(super) fn read(&self) -> anyhow::Result<Config> {
        Ok(self.file().as_deref().map(Config::load).transpose()?.unwrap_or_default())
    }

    /// The data folder; an asked one needs no home folder.
    pub(super) fn data(&self, session: &Session) -> anyhow::Result<PathBuf> {
        match self.data.as_deref() {
            Some(asked) => Ok(Path::to_path_buf(asked)),
            None => Ok(data_folder(None, &session.folders()?)),
        }
    }

    /// The configuration and the data folder.
    pub(super) fn installation(&self, session: &Session) -> anyhow::Result<crate::offline::Installation> {
        Ok(crate::offline::Installation { config: self.read()?, data: self.data(session)? })
    }
}

pub(super) fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let mut config = args.place.read()?;
    if let Some(listen) = args.listen {
        config.listen = listen;
    }
    daemon::run(ServeOptions {
        config,
        config_file: args.place.file(),
        data: args.place.data(session)?,
        contexts: session.contexts_file().ok(),
        clock_offset: args.clock_offset,
        controls: !args.without_controls,
    })?;
    Ok(Exit::Ok)
}
