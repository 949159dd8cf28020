//! Asks which incident is meant, where a command lacks nothing else and somebody sits at the terminal.

mod model;
mod screen;
mod view;

use std::ffi::OsString;
use std::io::IsTerminal as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, FromArgMatches as _};

use super::error::{Complaint, Exit};
use super::global::Global;
use super::session::Session;
use super::view::text;
use crate::client::{Client, Request, pages};
use model::{Model, Outcome, Row};

/// How many incidents may be picked from: the newest.
const MOST: usize = 500;

/// What a command line lacks.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Lack {
    /// The option that takes it, such as `--into`.
    option: Option<String>,
    /// Whether it takes several.
    many: bool,
}

/// A command line that lacks nothing but incidents.
#[derive(Debug)]
pub(super) struct Incomplete {
    args: Vec<OsString>,
    global: Global,
    command: String,
    lacks: Vec<Lack>,
}

/// What came of asking.
pub(super) enum Picked {
    /// The whole command line.
    Args(Vec<OsString>),
    /// Nothing: it ends like this.
    Nothing(Exit),
}

/// Whether to ask, rather than to say that something is missing.
pub(super) fn incomplete(problem: &clap::Error, args: &[OsString]) -> Option<Incomplete> {
    // The list is drawn on standard error: standard output may go elsewhere.
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return None;
    }
    // Where nobody is to be asked, this is a mistake like any other.
    if args.iter().any(|arg| arg == "--no-input")
        || std::env::var_os("TERM").is_some_and(|term| term == "dumb")
    {
        return None;
    }
    let lacks = lacks(problem)?;
    let matches = super::Cli::command().ignore_errors(true).try_get_matches_from(args).ok()?;
    let global = Global::from_arg_matches(&matches).ok()?;
    let command = matches.subcommand_name()?.to_owned();
    Some(Incomplete { args: args.to_vec(), global, command, lacks })
}

/// What is missing, if all of it are incidents.
fn lacks(problem: &clap::Error) -> Option<Vec<Lack>> {
    if problem.kind() != ErrorKind::MissingRequiredArgument {
        return None;
    }
    let Some(ContextValue::Strings(missing)) = problem.get(ContextKind::InvalidArg) else { return None };
    missing.iter().map(|missing| lack(missing)).collect()
}

/// `<INCIDENT>...`, `<INCIDENT>` or `--into <INCIDENT>`.
fn lack(missing: &str) -> Option<Lack> {
    let (before, rest) = missing.split_once("<INCIDENT>")?;
    let option = Some(before.trim()).filter(|option| !option.is_empty());
    if option.is_some_and(|option| !option.starts_with("--")) {
        return None;
    }
    Some(Lack { option: option.map(str::to_owned), many: rest == "..." })
}

impl Incomplete {
    /// The options of every command that were given.
    pub(super) fn global(&self) -> Global {
        self.global.clone()
    }

    /// Asks for each thing that is missing.
    pub(super) fn ask(self, session: &mut Session) -> anyhow::Result<Picked> {
        let mut rows = Vec::new();
        let command = self.command.clone();
        let exit = session.wait_for(async |session| {
            let client = session.client().await?;
            rows = incidents(&client, &command).await?;
            Ok(Exit::Ok)
        })?;
        if exit != Exit::Ok {
            return Ok(Picked::Nothing(exit));
        }
        if rows.is_empty() {
            let message = format!("there is no incident to {}", self.command);
            return Err(
                Complaint::not_found(message, "`pd list --all` shows which incidents there are").into()
            );
        }
        let mut args = self.args;
        for lack in self.lacks {
            let title = match &lack.option {
                Some(option) => format!("{} {option} which?", self.command),
                None => format!("{} which?", self.command),
            };
            let model = Model::new(title, rows.clone(), lack.many);
            let Outcome::Picked(ids) = screen::run(model, session.out.has_color())? else {
                return Ok(Picked::Nothing(Exit::Interrupted));
            };
            // What was picked for one place is not offered for the next.
            rows.retain(|row| !ids.contains(&row.id));
            args.extend(lack.option.map(OsString::from));
            args.extend(ids.into_iter().map(OsString::from));
        }
        Ok(Picked::Args(args))
    }
}

/// The incidents that the command may be about.
async fn incidents(client: &Client, command: &str) -> anyhow::Result<Vec<Row>> {
    let statuses: &[&str] = match command {
        "ack" => &["triggered"],
        "unack" => &["acknowledged"],
        "show" | "log" | "explain" | "note" | "link" => &[],
        _ => &["triggered", "acknowledged"],
    };
    let mut request =
        Request::get("/incidents").with("sort_by", "incident_number:desc").with("date_range", "all");
    for status in statuses {
        request = request.with("statuses[]", *status);
    }
    let found = pages::list(client, &request, "incidents", MOST).await?.items;
    Ok(found.iter().filter(|it| !text(&it["id"]).is_empty()).map(Row::of).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn only_what_lacks_nothing_but_incidents_is_asked_for() {
        let check = |line: &str, expected: Option<&[(Option<&str>, bool)]>| {
            let problem = super::super::Cli::command().try_get_matches_from(line.split(' ')).unwrap_err();
            let found = lacks(&problem);
            let expected = expected.map(|lacks| {
                let lack = |(option, many): &(Option<&str>, bool)| Lack {
                    option: option.map(str::to_owned),
                    many: *many,
                };
                lacks.iter().map(lack).collect::<Vec<_>>()
            });
            assert_eq!(found, expected, "{line}");
        };
        check("pd ack", Some(&[(None, true)]));
        check("pd resolve", Some(&[(None, true)]));
        check("pd show", Some(&[(None, false)]));
        check("pd note", Some(&[(None, false)]));
        check("pd assign --to ann", Some(&[(None, true)]));
        check("pd assign", None);
        check("pd urgency high", Some(&[(None, true)]));
        check("pd merge", Some(&[(Some("--into"), false), (None, true)]));
        check("pd merge 12", Some(&[(Some("--into"), false)]));
        check("pd ack --nope", None);
        check("pd context use", None);
    }
}
