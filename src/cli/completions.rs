//! `pd completions`: what shells need to complete the command line.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap_complete::{Shell, generate, generate_to};

use super::error::Exit;
use super::session::Session;

const EXAMPLES: &str = "\
Examples:
  $ pd completions bash
  $ pd completions --dir completions";

/// Print what a shell needs to complete `pd`, or write it for all shells
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// The shell
    #[arg(value_name = "SHELL", required_unless_present = "dir", conflicts_with = "dir")]
    shell: Option<Known>,
    /// Write those of all shells into this folder
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// The shells that completions are made for.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Known {
    Bash,
    Zsh,
    Fish,
}

impl From<Known> for Shell {
    fn from(shell: Known) -> Self {
        match shell {
            Known::Bash => Self::Bash,
            Known::Zsh => Self::Zsh,
            Known::Fish => Self::Fish,
        }
    }
}

pub(super) fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let mut command = super::Cli::command();
    if let Some(dir) = args.dir {
        let failed = || format!("cannot write to {}", dir.display());
        std::fs::create_dir_all(&dir).with_context(failed)?;
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            generate_to(shell, &mut command, "pd", &dir).with_context(failed)?;
        }
    }
    if let Some(shell) = args.shell {
        let mut script = Vec::new();
        generate(Shell::from(shell), &mut command, "pd", &mut script);
        session.out.raw(&script)?;
    }
    Ok(Exit::Ok)
}
