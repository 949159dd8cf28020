//! `pd store`: makes, checks and moves the stores of an installation.

mod check;
mod copy;
mod init;

use std::path::PathBuf;

use super::error::{Complaint, Exit};
use super::serve::Place;
use super::session::Session;
use crate::config::{Config, StoreUrl, Stores};

/// Make, check and move the stores of an installation
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Init(init::Args),
    Check(check::Args),
    Copy(copy::Args),
}

pub(super) fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    match args.command {
        Command::Init(args) => session.wait_for(async |session| init::run(session, args).await),
        Command::Check(args) => session.wait_for(async |session| check::run(session, args).await),
        Command::Copy(args) => session.wait_for(async |session| copy::run(session, args).await),
    }
}

/// The stores that `url` names, or else those of the configuration, which also says how clusters are reached.
fn stores(place: &Place, url: Option<StoreUrl>) -> anyhow::Result<Stores> {
    let configured = place.read()?.store;
    Ok(match url {
        Some(url) => Stores::of(url, configured.cassandra),
        None => configured,
    })
}

/// One side of a move.
#[derive(Clone, Debug)]
enum Side {
    /// As `[store] default` would be.
    Url(StoreUrl),
    /// A configuration, whose `[store]` is meant.
    File(PathBuf),
}

impl std::str::FromStr for Side {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(url) => Ok(Self::Url(url)),
            Err(_) if text.ends_with(".toml") => Ok(Self::File(PathBuf::from(text))),
            Err(expected) => Err(format!("{expected}, or a configuration file that ends in .toml")),
        }
    }
}

impl Side {
    fn stores(self, place: &Place) -> anyhow::Result<Stores> {
        match self {
            Self::Url(url) => stores(place, Some(url)),
            Self::File(path) if path.is_file() => Ok(Config::load(&path)?.store),
            Self::File(path) => {
                let message = format!("there is no file {}", path.display());
                Err(Complaint::usage(message, "name a store's address, or a configuration file").into())
            }
        }
    }
}
