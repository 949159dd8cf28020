//! `pd doctor`: looks at this machine and at the server, and says what is not as it should be and what to do about it.

mod machine;
mod server;

use serde_json::{Value, json};

use super::error::Exit;
use super::output::{Tone, escape};
use super::session::Session;

const EXAMPLES: &str = "\
Examples:
  $ pd doctor

  For an issue, or for a program; no token and no key is in it:
  $ pd doctor -o json

  Of another server:
  $ pd doctor --context prod

Exit code: 0 nothing fails (there may be warnings), 1 something does.";

/// Look for what is wrong: this machine, the way to the server, the server, and who can be reached
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {}

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum State {
    Ok,
    Warn,
    Fail,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }

    fn tone(self) -> Tone {
        match self {
            Self::Ok => Tone::Good,
            Self::Warn => Tone::Watched,
            Self::Fail => Tone::Bad,
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Finding {
    /// What, in a word or two.
    what: &'static str,
    state: State,
    /// How it is.
    says: String,
    /// What to do, if anything.
    todo: Option<String>,
}

impl Finding {
    fn ok(what: &'static str, says: impl Into<String>) -> Self {
        Self { what, state: State::Ok, says: says.into(), todo: None }
    }

    fn warn(what: &'static str, says: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { what, state: State::Warn, says: says.into(), todo: Some(todo.into()) }
    }

    fn fail(what: &'static str, says: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { what, state: State::Fail, says: says.into(), todo: Some(todo.into()) }
    }
}

pub(super) async fn run(session: &mut Session, _: Args) -> anyhow::Result<Exit> {
    let mut findings = machine::look(session);
    findings.extend(server::look(session).await);
    let worst = findings.iter().map(|finding| finding.state).max().unwrap_or(State::Ok);
    let report = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "at": session.now().to_iso(),
        "state": worst.word(),
        "findings": findings.iter().map(object).collect::<Vec<_>>(),
    });
    let now = session.now();
    session.out.object("report", &report, |_| told(&findings), now)?;
    Ok(if worst == State::Fail { Exit::Failed } else { Exit::Ok })
}

fn object(finding: &Finding) -> Value {
    json!({
        "what": finding.what, "state": finding.state.word(), "says": finding.says, "todo": finding.todo,
    })
}

/// A line for each, and below it what to do; at the end what it comes to.
fn told(findings: &[Finding]) -> String {
    let width = findings.iter().map(|finding| finding.what.len()).max().unwrap_or(0);
    let mut lines = vec![format!("pd {} on {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS)];
    for finding in findings {
        let state = finding.state.tone().paint(&format!("{:<4}", finding.state.word()));
        lines.push(format!("{state}  {:<width$}  {}", finding.what, escape(&finding.says)));
        if let Some(todo) = &finding.todo {
            lines.push(format!(
                "      {:<width$}  {}",
                "",
                Tone::Faint.paint(&format!("-> {}", escape(todo)))
            ));
        }
    }
    let count = |state: State| findings.iter().filter(|finding| finding.state == state).count();
    lines.push(format!(
        "{} ok, {} to look at, {} failed",
        count(State::Ok),
        count(State::Warn),
        count(State::Fail)
    ));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_reads_line_by_line() {
        let findings =
            [Finding::ok("spool", "nothing waits"), Finding::fail("server", "cannot be reached", "start it")];
        let told = anstream::adapter::strip_str(&told(&findings)).to_string();
        let lines: Vec<_> = told.lines().skip(1).collect();
        assert_eq!(
            lines,
            [
                "ok    spool   nothing waits",
                "fail  server  cannot be reached",
                "              -> start it",
                "1 ok, 0 to look at, 1 failed",
            ]
        );
    }
}
