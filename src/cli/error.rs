//! Every error of the command line: its message, a hint, and the exit code.

use std::io;

use crate::client::{self, contexts, spool};
use crate::{config, daemon, offline};

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Exit {
    /// Done.
    Ok,
    /// Not done.
    Failed,
    /// Not understood.
    Usage,
    /// Nothing to do, and `--error-unchanged` was given.
    Unchanged,
    /// The server does not accept the token.
    Auth,
    /// There is no such thing.
    NotFound,
    /// The server is away or too slow.
    Away,
    /// Some of it is done.
    Partly,
    /// Kept on this machine; the server has not accepted it yet.
    Spooled,
    /// What was looked for was found: somebody is not reached.
    Found,
    /// Ctrl-C.
    Interrupted,
    /// As the command that was run ended.
    Child(u8),
}

impl Exit {
    /// The process's exit code.
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Unchanged => 3,
            Self::Auth => 4,
            Self::NotFound => 5,
            Self::Away => 6,
            Self::Partly => 7,
            Self::Spooled => 8,
            Self::Found => 9,
            Self::Interrupted => 130,
            Self::Child(code) => code,
        }
    }

    /// The name in JSON errors.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::Unchanged => "unchanged",
            Self::Auth => "auth",
            Self::NotFound => "not_found",
            Self::Away => "unreachable",
            Self::Partly => "partly_done",
            Self::Spooled => "spooled",
            Self::Found => "found",
            Self::Interrupted => "interrupted",
            Self::Child(_) => "command",
        }
    }
}

/// An error that the command line itself finds.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(super) struct Complaint {
    message: String,
    hint: Option<String>,
    exit: Exit,
}

impl Complaint {
    /// Something is wrong with what the user typed or set up.
    pub(super) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: Some(hint.into()), exit: Exit::Usage }
    }

    /// There is no such thing.
    pub(super) fn not_found(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: Some(hint.into()), exit: Exit::NotFound }
    }

    /// It cannot be done.
    pub(super) fn failed(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, exit: Exit::Failed }
    }

    /// What was waited for did not come in time.
    pub(super) fn late(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, exit: Exit::Away }
    }

    /// The server is away.
    pub(super) fn away(message: impl Into<String>) -> Self {
        let hint = "`pd spool flush` says why";
        Self { message: message.into(), hint: Some(hint.to_owned()), exit: Exit::Away }
    }
}

/// An error as it is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Report {
    /// The exit code.
    pub(super) exit: Exit,
    /// What went wrong; several lines for several things.
    pub(super) message: String,
    /// What to do.
    pub(super) hint: Option<String>,
}

/// How `error` is shown; `None` if it is none: nobody reads the output any more.
pub(super) fn report(error: &anyhow::Error) -> Option<Report> {
    if error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>()).any(is_broken_pipe) {
        return None;
    }
    let (exit, hint) = judge(error);
    Some(Report { exit, message: format!("{error:#}"), hint })
}

fn judge(error: &anyhow::Error) -> (Exit, Option<String>) {
    if let Some(error) = error.downcast_ref::<Complaint>() {
        return (error.exit, error.hint.clone());
    }
    if let Some(error) = error.downcast_ref::<client::Error>() {
        return of_client(error);
    }
    if let Some(error) = error.downcast_ref::<contexts::Error>() {
        return of_contexts(error);
    }
    if let Some(error) = error.downcast_ref::<spool::Error>() {
        return (Exit::Failed, of_spool(error).map(str::to_owned));
    }
    if error.is::<config::Error>() {
        // What is wrong with a configuration comes with what would be right.
        return (Exit::Usage, None);
    }
    if let Some(error) = error.downcast_ref::<daemon::Error>() {
        return (Exit::Failed, error.hint());
    }
    if let Some(error) = error.downcast_ref::<offline::Error>() {
        return (Exit::Failed, error.hint());
    }
    (Exit::Failed, None)
}

fn of_client(error: &client::Error) -> (Exit, Option<String>) {
    use client::Error;
    match error {
        Error::Unreachable { .. } => (
            Exit::Away,
            Some("is `pd serve` running there? `pd context show` says which server is asked".to_owned()),
        ),
        Error::Unavailable { status: 429, .. } => {
            (Exit::Away, Some("the server is busy: try again in a moment".to_owned()))
        }
        Error::Unavailable { .. } => {
            (Exit::Away, Some("`pd status` may say why; `pd serve` prints its reasons, too".to_owned()))
        }
        Error::Auth { .. } => (
            Exit::Auth,
            Some(
                "set a token in PD_TOKEN, or with `pd context add NAME --url URL --token-file FILE`"
                    .to_owned(),
            ),
        ),
        Error::NotFound { .. } => {
            (Exit::NotFound, Some("`pd list --all` shows which incidents there are".to_owned()))
        }
        Error::Refused { .. } => (Exit::Failed, None),
        Error::Garbled { .. } => {
            (Exit::Failed, Some("is this the address of a `pd` server? see `pd context show`".to_owned()))
        }
        Error::Setup(_) => (Exit::Failed, Some("install root certificates, or set SSL_CERT_FILE".to_owned())),
    }
}

fn of_contexts(error: &contexts::Error) -> (Exit, Option<String>) {
    use contexts::Error;
    match error {
        Error::Invalid(_) => {
            (Exit::Usage, Some("correct the file, or point PD_CONFIG to another".to_owned()))
        }
        Error::Unwritable { .. } => (Exit::Failed, None),
        Error::Unknown { name, known } => {
            let near = config::nearest(name, known.iter().map(String::as_str));
            let meant = near.map(|name| format!("did you mean `{name}`? "));
            (Exit::Usage, Some(format!("{}`pd context list` shows them all", meant.unwrap_or_default())))
        }
        Error::Taken(name) => (Exit::Usage, Some(format!("`pd context add {name} --force` replaces it"))),
        Error::NoToken { .. } => (Exit::Auth, None),
    }
}

fn of_spool(error: &spool::Error) -> Option<&'static str> {
    match error {
        spool::Error::Disk { .. } => None,
        spool::Error::Full => Some("`pd spool flush` sends what waits, `pd spool drop` gives it up"),
        spool::Error::Busy => Some("try again in a moment"),
    }
}

fn is_broken_pipe(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn errors_have_codes_and_hints() {
        let check = |error: anyhow::Error, code: u8, hint: &str| {
            let report = report(&error).unwrap();
            assert_eq!(report.exit.code(), code, "{error:#}");
            assert!(report.hint.unwrap_or_default().contains(hint), "{error:#}");
        };
        let url = || "http://a".to_owned();
        let unavailable = |status| client::Error::Unavailable {
            url: url(),
            status,
            message: String::new(),
            retry_after: None,
        };
        check(Complaint::usage("no", "do this").into(), 2, "do this");
        check(Complaint::away("no").into(), 6, "pd spool flush");
        check(anyhow::anyhow!("no"), 1, "");
        check(client::Error::Unreachable { url: url(), reason: "r".into() }.into(), 6, "pd serve");
        check(unavailable(503).into(), 6, "pd status");
        check(unavailable(429).into(), 6, "busy");
        check(client::Error::Auth { message: "m".into() }.into(), 4, "PD_TOKEN");
        check(client::Error::NotFound { message: "m".into() }.into(), 5, "pd list");
        check(client::Error::Refused { status: 400, message: "m".into(), errors: Vec::new() }.into(), 1, "");
        let unknown = contexts::Error::Unknown { name: "prd".into(), known: vec!["prod".into()] };
        check(unknown.into(), 2, "did you mean `prod`?");
        check(contexts::Error::Taken("a".into()).into(), 2, "--force");
        check(spool::Error::Full.into(), 1, "pd spool flush");
        check(config::Error::Invalid(Vec::new()).into(), 2, "");
    }

    #[test]
    fn a_closed_pipe_is_no_error() {
        let broken = io::Error::from(io::ErrorKind::BrokenPipe);
        assert_eq!(report(&anyhow::Error::from(broken).context("cannot write")), None);
        assert!(report(&io::Error::from(io::ErrorKind::PermissionDenied).into()).is_some());
    }
}
