//! `pd exec`: runs a command and tells its heartbeat how it went.

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

use super::error::Exit;
use super::output::escape;
use super::session::Session;
use super::trigger::{self, Delivery};
use crate::clock::within;
use crate::config;
use crate::domain::time::Timestamp;

const EXAMPLES: &str = "\
Examples:
  $ pd exec --heartbeat 0123456789abcdef0123456789abcdef -- /usr/local/bin/backup --all
  $ pd exec --heartbeat 0123456789abcdef0123456789abcdef --limit 1h -- make nightly";

/// What a shell answers for a command that it cannot find or cannot run.
const NOT_FOUND: u8 = 127;
const NOT_RUN: u8 = 126;
/// How long a command that has reached its limit has to end by itself.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// Run a command and tell its heartbeat that it begins, and how it ended
///
/// The command has the streams and the signals of `pd`, and `pd` ends with its exit code (128 and the signal's number if
/// a signal ended it). Pings wait on this machine while the server is away.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// The heartbeat's key, as `pd heartbeat list -o wide` shows it
    #[arg(long, value_name = "KEY", value_parser = key, env = "PD_HEARTBEAT", hide_env_values = true)]
    heartbeat: String,
    /// End the command when it takes longer: it gets SIGTERM, ten seconds later SIGKILL
    #[arg(long, value_name = "DURATION", value_parser = config::duration)]
    limit: Option<Duration>,
    /// Lose a ping rather than keep it on this machine while the server is away
    #[arg(long)]
    no_spool: bool,
    /// The command and its arguments
    #[arg(value_name = "COMMAND", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<OsString>,
}

fn key(text: &str) -> Result<String, String> {
    let fine = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if fine {
        Ok(text.to_owned())
    } else {
        Err("expected the 32 letters and digits of a heartbeat's key".to_owned())
    }
}

/// Runs it. Ctrl-C is the command's to answer.
pub(super) fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start")?;
    runtime.block_on(run_within(session, args))
}

async fn run_within(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let started = session.now();
    let shown = args.command.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    let mut command = Command::new(&args.command[0]);
    command.args(&args.command[1..]);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            let status = if error.kind() == std::io::ErrorKind::NotFound { NOT_FOUND } else { NOT_RUN };
            let detail = format!("{shown}: it could not be started: {error}");
            session.out.warn(&escape(&detail));
            let at = session.now();
            tell(session, &args, ping(&args.heartbeat, "exit", Some(status), at, &detail)).await;
            return Ok(Exit::Child(status));
        }
    };
    let clock = session.clock().clone();
    let begin = ping(&args.heartbeat, "start", None, started, &shown);
    // The command does not wait for the server.
    let (ended, ()) = tokio::join!(wait(&mut child, args.limit, &*clock), tell(session, &args, begin));
    let (status, late) = ended.context("cannot wait for the command")?;
    let code = code(status);
    let at = session.now();
    let took = at.since(started).as_secs();
    let why = if late { "it took too long and was ended" } else { "it ended" };
    let detail = format!("{shown}: {why} with status {code} after {took} s");
    tell(session, &args, ping(&args.heartbeat, "exit", Some(code), at, &detail)).await;
    Ok(Exit::Child(code))
}

/// As it is sent, and as it waits in the spool.
fn ping(key: &str, kind: &str, status: Option<u8>, at: Timestamp, detail: &str) -> Value {
    json!({
        "heartbeat": key,
        "event_action": format!("ping {kind}"),
        "dedup_key": format!("heartbeat {}…", &key[..4]),
        "path": status.map_or_else(|| kind.to_owned(), |status| status.to_string()),
        "at": at.to_iso_millis(),
        "detail": detail,
    })
}

/// Sends a ping or puts it aside. Whatever comes of it, the command's exit code stays what it is.
async fn tell(session: &mut Session, args: &Args, ping: Value) {
    let delivery = Delivery { routing_key: None, no_spool: args.no_spool };
    let sent = match session.client_for_events() {
        Ok(client) => trigger::deliver(session, &client, ping, &delivery).await.map(drop),
        Err(error) => Err(error),
    };
    if let Err(error) = sent {
        session.out.warn(&escape(&format!("the heartbeat was not told: {error:#}")));
    }
}

/// Waits for the end, and passes signals on meanwhile; says whether the limit was reached.
async fn wait(
    child: &mut Child,
    limit: Option<Duration>,
    clock: &dyn crate::clock::Clock,
) -> std::io::Result<(ExitStatus, bool)> {
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    let forward = forward(pid);
    tokio::pin!(forward);
    let ended = async {
        tokio::select! {
            biased;
            ended = child.wait() => ended,
            error = &mut forward => Err(error),
        }
    };
    let Some(limit) = limit else { return Ok((ended.await?, false)) };
    if let Some(ended) = within(clock, limit, ended).await {
        return Ok((ended?, false));
    }
    send(pid, Signal::TERM);
    if let Some(ended) = within(clock, LAST_WORDS, child.wait()).await {
        return Ok((ended?, true));
    }
    child.start_kill()?;
    Ok((child.wait().await?, true))
}

/// Passes signals on for ever; ends only when it cannot listen. What a terminal's keys send, the command gets from the
/// terminal itself.
async fn forward(pid: Option<Pid>) -> std::io::Error {
    let listen = || -> std::io::Result<_> {
        Ok((
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
            signal(SignalKind::interrupt())?,
            signal(SignalKind::quit())?,
            signal(SignalKind::user_defined1())?,
            signal(SignalKind::user_defined2())?,
        ))
    };
    let (mut term, mut hup, mut int, mut quit, mut usr1, mut usr2) = match listen() {
        Ok(signals) => signals,
        Err(error) => return error,
    };
    let keys = std::io::stdin().is_terminal();
    loop {
        tokio::select! {
            biased;
            _ = term.recv() => send(pid, Signal::TERM),
            _ = hup.recv() => send(pid, Signal::HUP),
            _ = int.recv() => if !keys { send(pid, Signal::INT) },
            _ = quit.recv() => if !keys { send(pid, Signal::QUIT) },
            _ = usr1.recv() => send(pid, Signal::USR1),
            _ = usr2.recv() => send(pid, Signal::USR2),
        }
    }
}

/// The child is not waited for yet, so its number is still its own; one that has just ended does not mind.
fn send(pid: Option<Pid>, signal: Signal) {
    if let Some(pid) = pid {
        let _ = kill_process(pid, signal);
    }
}

fn code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    u8::try_from(code).unwrap_or(u8::MAX)
}
