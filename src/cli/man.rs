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
  $ pd man pd.toml
  $ pd man concepts

  Write them all:
  $ pd man --dir man";

/// Pages that are about no command: what they go by, their file, and their text.
const OTHERS: [(&str, &str, &str); 2] = [
    ("pd.toml", "pd.toml.5", include_str!("man/pd.toml.5")),
    ("concepts", "pd-concepts.7", include_str!("man/pd-concepts.7")),
];

/// Print a manual page, or write them all
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// The command to read about; `pd.toml` is about the configuration, `concepts` about what is behind it all
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    command: Vec<String>,
    /// Write all pages into this folder
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub(super) fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    if let Some(dir) = args.dir {
        let write = || {
            std::fs::create_dir_all(&dir)?;
            clap_mangen::generate_to(super::Cli::command(), &dir)?;
            OTHERS.iter().try_for_each(|(_, file, text)| std::fs::write(dir.join(file), text))
        };
        write().with_context(|| format!("cannot write to {}", dir.display()))?;
        return Ok(Exit::Ok);
    }
    if let [name] = args.command.as_slice()
        && let Some((.., text)) = OTHERS.iter().find(|(known, ..)| known == name)
    {
        session.out.raw(text.as_bytes())?;
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// The keys that the README's table lists, with the table of the file that they stand in: `("[watch]", "late")`.
    fn keys_of_the_readme() -> Vec<(String, String)> {
        let readme = include_str!("../../README.md");
        let rows = readme.lines().skip_while(|line| *line != "| key | default | |").skip(2);
        let mut keys = Vec::new();
        for row in rows.take_while(|line| line.starts_with('|')) {
            let cell = row.split('|').nth(1).unwrap();
            let mut table = String::new();
            for name in cell.split('`').skip(1).step_by(2) {
                let name = match name.split_once("] ") {
                    Some((within, key)) => {
                        table = format!("{within}]");
                        key
                    }
                    None => name,
                };
                keys.push((table.clone(), name.to_owned()));
            }
        }
        keys
    }

    #[test]
    fn the_page_of_the_configuration_has_every_key() {
        let page = OTHERS[0].2.replace("\\-", "-");
        let section = |title: &str| {
            let title = title.to_uppercase();
            let mut parts = page.split(".SH ").filter(|part| part.lines().next().unwrap().contains(&title));
            parts.next().unwrap_or_else(|| panic!("no section {title}")).to_owned()
        };
        let keys = keys_of_the_readme();
        assert!(keys.len() > 40, "the table of the README was not found: {keys:?}");
        for (table, key) in keys {
            let title = if table.is_empty() { "SERVER: THE TOP" } else { &table };
            assert!(section(title).contains(&format!("\\fB{key}\\fR \\fI=")), "{table} {key}");
        }
        let of_context = ["url", "token", "token_file", "token_command", "routing_key", "from", "server"];
        let of_terminal = ["accent", "read_only", "theme", "mouse", "icons"];
        for key in ["current"].iter().chain(&of_context).chain(&of_terminal) {
            assert!(section("CONFIG.TOML").contains(&format!("\\fB{key}\\fR \\fI=")), "{key}");
        }
    }

    #[test]
    fn pages_name_commands_that_there_are() {
        let command = super::super::Cli::command();
        for (name, _, text) in OTHERS {
            let text = text.replace("\\-", "-");
            for named in text.split("\\fBpd ").skip(1) {
                let word = named.split([' ', '\\']).next().unwrap();
                assert!(command.find_subcommand(word).is_some(), "{name} names `pd {word}`");
            }
        }
    }
}
