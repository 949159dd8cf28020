//! `pd completions`: what shells need to complete the command line: one line that has them ask `pd` itself.

use std::path::PathBuf;

use anyhow::Context as _;

use super::error::Exit;
use super::session::Session;

const EXAMPLES: &str = "\
Examples:
  For this shell and the next ones:
  $ pd completions bash >> ~/.bashrc
  $ pd completions zsh >> ~/.zshrc
  $ pd completions fish > ~/.config/fish/completions/pd.fish

  For a package, one file for each shell:
  $ pd completions --dir completions";

/// Print what a shell needs to complete `pd`, or write it for all shells
///
/// Commands, options, and names from the server: incidents with their titles, services, users, schedules. When it does not
/// answer within a moment, what it said last is offered.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// The shell
    #[arg(value_name = "SHELL", required_unless_present = "dir", conflicts_with = "dir")]
    shell: Option<Shell>,
    /// Write those of all shells into this folder
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// The shells that completions are made for.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
}

impl Shell {
    /// Where the shell looks for the file of a package.
    fn file(self) -> &'static str {
        match self {
            Self::Bash => "pd.bash",
            Self::Zsh => "_pd",
            Self::Fish => "pd.fish",
        }
    }

    /// What it has to run. How it asks changes with `pd`, so that is asked for anew when a shell begins.
    fn line(self) -> &'static str {
        match self {
            Self::Bash => "source <(COMPLETE=bash pd)\n",
            Self::Zsh => "source <(COMPLETE=zsh pd)\n",
            Self::Fish => "COMPLETE=fish pd | source\n",
        }
    }

    /// The same as a file that is read when `pd` is completed for the first time.
    fn content(self) -> String {
        match self {
            // There the function that is called first is the file itself.
            Self::Zsh => format!("#compdef pd\n{}_clap_dynamic_completer_pd \"$@\"\n", self.line()),
            Self::Bash | Self::Fish => self.line().to_owned(),
        }
    }
}

pub(super) fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    if let Some(dir) = args.dir {
        let write = || {
            std::fs::create_dir_all(&dir)?;
            [Shell::Bash, Shell::Zsh, Shell::Fish]
                .into_iter()
                .try_for_each(|shell| std::fs::write(dir.join(shell.file()), shell.content()))
        };
        write().with_context(|| format!("cannot write to {}", dir.display()))?;
    }
    if let Some(shell) = args.shell {
        session.out.raw(shell.line().as_bytes())?;
    }
    Ok(Exit::Ok)
}
