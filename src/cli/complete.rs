//! What shells are told when somebody presses Tab: commands and options from the definition, names from the server.
//!
//! Nothing is printed but the answer, and it comes within [`PATIENCE`]: from the server, else from what it said last, else
//! there is none.

mod cache;
mod names;

use std::ffi::{OsStr, OsString};
use std::process::ExitCode;
use std::sync::mpsc::channel;
use std::time::Duration;

use clap::builder::StyledStr;
use clap::{CommandFactory as _, FromArgMatches as _};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::CompleteEnv;

use super::Cli;
use super::error::Exit;
use super::global::Global;
use super::session::{Session, env};
use names::{Kind, Name};

/// How long the answer may take, of what a person feels as at once.
const PATIENCE: Duration = Duration::from_millis(150);

/// Answers the shell, if it is one that asks.
pub(super) fn answer(args: &[OsString]) -> Option<ExitCode> {
    let shell = env("COMPLETE").filter(|shell| shell != "0")?;
    let here = std::env::current_dir().ok();
    let bash = shell.rsplit('/').next() == Some("bash");
    let asked = Asked { bash, option: types_option(args) };
    match CompleteEnv::with_factory(|| knowing(Cli::command(), &[], asked))
        .try_complete(args, here.as_deref())
    {
        Ok(_) => Some(ExitCode::SUCCESS),
        Err(problem) => {
            // A closed pipe is none of our business.
            let _ = problem.print();
            Some(ExitCode::from(Exit::Usage.code()))
        }
    }
}

/// Who asks, and for what.
#[derive(Clone, Copy)]
struct Asked {
    bash: bool,
    /// Whether the word begins as an option does.
    option: bool,
}

/// Whether the word that is completed begins as an option does. Shells that do not say which word it is ask for the last.
fn types_option(args: &[OsString]) -> bool {
    let Some(begin) = args.iter().position(|arg| arg == "--") else { return false };
    let words = &args[begin + 1..];
    let place = env("_CLAP_COMPLETE_INDEX").and_then(|place| place.parse().ok());
    let word = words.get(place.unwrap_or(words.len().saturating_sub(1)));
    word.is_some_and(|word| word.as_encoded_bytes().starts_with(b"-"))
}

/// The definition, with names for every argument that takes one. Options are offered to whoever begins one, and where
/// there is nothing else.
fn knowing(command: clap::Command, above: &[String], asked: Asked) -> clap::Command {
    let mut path = above.to_vec();
    path.push(command.get_name().to_owned());
    let words: Vec<&str> = path.iter().skip(1).map(String::as_str).collect();
    // The parser's own options cannot be hidden, but left out.
    let command =
        if asked.option { command } else { command.disable_help_flag(true).disable_version_flag(true) };
    let command = command.mut_args(|arg| {
        let arg = if asked.option || arg.is_positional() { arg } else { arg.hide(true) };
        let id = arg.get_id().as_str().to_owned();
        let value =
            arg.get_value_names().and_then(|names| names.first()).map(|name| name.as_str().to_owned());
        match Kind::of(&words, &id, value.as_deref().unwrap_or_default()) {
            Some(kind) => {
                arg.add(ArgValueCompleter::new(move |typed: &OsStr| complete(kind, typed, asked.bash)))
            }
            None => arg,
        }
    });
    command.mut_subcommands(|sub| knowing(sub, &path, asked))
}

/// The names of this kind that begin with what is typed.
fn complete(kind: Kind, typed: &OsStr, bash: bool) -> Vec<CompletionCandidate> {
    let Some(typed) = typed.to_str() else { return Vec::new() };
    let begun = if bash { typed.replace('\\', "") } else { typed.to_owned() };
    let known = known(kind);
    let fitting = known.iter().filter_map(|name| name.fitting(&begun).map(|word| (word, &name.help)));
    let candidate = |(n, (word, help)): (usize, (&str, &String))| {
        // Bash puts words into the line as they are.
        let word = if bash { quoted(word)? } else { word.to_owned() };
        let help = (!help.is_empty()).then(|| StyledStr::from(help.clone()));
        Some(CompletionCandidate::new(word).help(help).display_order(Some(n)))
    };
    fitting.enumerate().filter_map(candidate).collect()
}

/// The word as it is typed in bash; `None`: bash itself takes it apart (at `:` and `=`), and would garble it.
fn quoted(word: &str) -> Option<String> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '@' | '+' | ',' | '%');
    if word.contains([':', '=', '\'', '"', '\\', '\n']) {
        return None;
    }
    Some(word.chars().fold(String::new(), |mut quoted, c| {
        if !plain(c) {
            quoted.push('\\');
        }
        quoted.push(c);
        quoted
    }))
}

/// What there is of this kind. The server is asked in a thread that is left behind when it does not answer in time.
fn known(kind: Kind) -> Vec<Name> {
    let (tell, told) = channel();
    std::thread::spawn(move || {
        // Nobody may listen any more.
        let _ = tell.send(names::asked(&session(), kind, PATIENCE));
    });
    let session = session();
    match told.recv_timeout(PATIENCE) {
        Ok(names::Answer::Names(names)) => {
            cache::keep(&session, kind, &names);
            names
        }
        Ok(names::Answer::Refused) => Vec::new(),
        Ok(names::Answer::Away) | Err(_) => cache::kept(&session, kind),
    }
}

/// With the options of every command that are in the line already: another context has other names.
fn session() -> Session {
    let words: Vec<OsString> = std::env::args_os().skip_while(|word| word != "--").skip(1).collect();
    let matches = Cli::command().ignore_errors(true).try_get_matches_from(words);
    let global = matches.ok().and_then(|matches| Global::from_arg_matches(&matches).ok());
    Session::new(global.unwrap_or_else(|| Global::words_only(true)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_bash_or_left_out() {
        for (word, expected) in [
            ("12", Some("12")),
            ("disk-db-1", Some("disk-db-1")),
            ("nightly backup", Some("nightly\\ backup")),
            ("ann@example.org", Some("ann@example.org")),
            ("$(reboot)", Some("\\$\\(reboot\\)")),
            ("host=a", None),
            ("it's", None),
        ] {
            assert_eq!(quoted(word).as_deref(), expected, "{word}");
        }
    }
}
