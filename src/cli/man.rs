//! `pd man`: manual pages, made from the same definition as `--help`.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::CommandFactory as _;

use super::error::{Complaint, Exit};
use super::session::Session;

const EXAMPLES: &str = "\
Examples:
  Read one:
  $ pd man trigger

  Write them all:
  $ pd man --dir /usr/local/share/man/man1";

/// Print a manual page, or write them all
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// The command to read about
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    command: Vec<String>,
    /// Write all pages into this folder
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub(super) fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    if let Some(dir) = args.dir {
        std::fs::create_dir_all(&dir)
            .and_then(|()| clap_mangen::generate_to(super::Cli::command(), &dir))
            .with_context(|| format!("cannot write to {}", dir.display()))?;
        return Ok(Exit::Ok);
    }
    let mut root = super::Cli::command();
    root.build();
    let mut command = &root;
    let mut name = "pd".to_owned();
    for part in &args.command {
        command = command.find_subcommand(part).ok_or_else(|| {
            Complaint::usage(format!("there is no command `{name} {part}`"), "`pd --help` lists them all")
        })?;
        name = format!("{name}-{}", command.get_name());
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).title(name).render(&mut page)?;
    session.out.raw(&page)?;
    Ok(Exit::Ok)
}
