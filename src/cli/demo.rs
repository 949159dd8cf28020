//! `pd demo`: a throw-away server with a small team, and a story that unfolds on it.

mod act;
mod server;
mod story;

use std::io::IsTerminal as _;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::signal::unix::{Signal as Signals, SignalKind, signal};

use super::error::{Complaint, Exit};
use super::output::{Tone, escape_json};
use super::session::Session;
use crate::clock::{Clock, within};
use act::Cast;
use server::Server;
use story::{Pace, STORY};

const EXAMPLES: &str = "\
Examples:
  $ pd demo

  Only tell the story, twice as fast, and end with it:
  $ pd demo --no-tui --speed 2 --exit

While it runs, from another terminal, with the line that it prints:
  PD_CONFIG=/tmp/pd-demo-…/config.toml pd list";

/// How long the terminal view may take to leave the terminal as it was.
const VIEW_ENDS: Duration = Duration::from_secs(3);

/// See what this is: a server with a small team, and incidents that unfold
///
/// It runs in a temporary folder and on a free port of this machine; nobody is paged but on a console of its own, and
/// nothing is left when it ends.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// Tell the story in lines, rather than open the terminal view
    #[arg(long)]
    no_tui: bool,
    /// How many times as fast the story goes
    #[arg(long, value_name = "TIMES", default_value = "1", value_parser = story::pace)]
    speed: Pace,
    /// End with the story, rather than at Ctrl-C
    #[arg(long)]
    exit: bool,
}

pub(super) fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start")?;
    runtime.block_on(play(session, args))
}

/// From the start of the server to its end.
async fn play(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let clock = session.clock().clone();
    let mut ends = Ends::watch()?;
    let name = format!("pd-demo-{}", &session.fresh_key()[20..]);
    let mut server = tokio::select! {
        biased;
        () = ends.next() => return Ok(Exit::Interrupted),
        server = Server::start(&*clock, &name) => server?,
    };
    let came = tokio::select! {
        biased;
        () = ends.next() => Ok(Exit::Ok),
        came = perform(session, &args, &mut server) => came,
    };
    server.end(&*clock).await;
    came
}

/// What there is to see, while the server lives.
async fn perform(session: &mut Session, args: &Args, server: &mut Server) -> anyhow::Result<Exit> {
    let contexts = server.contexts();
    let cast = act::prepare(session, &contexts, args.speed).await?;
    let view = !args.no_tui && std::io::stdout().is_terminal() && std::io::stdin().is_terminal();
    let came = tokio::select! {
        biased;
        how = server.gone() => Err(how),
        came = async {
            if view { show(session, args, &cast, &contexts).await } else { tell(session, args, &cast, &contexts).await }
        } => Ok(came),
    };
    came.unwrap_or_else(|how| {
        let message = format!("the demo's server ended by itself: {how}\n{}", server.last_words());
        Err(Complaint::failed(message).into())
    })
}

/// Tells the story line by line.
async fn tell(session: &mut Session, args: &Args, cast: &Cast, contexts: &Path) -> anyhow::Result<Exit> {
    let said = format!(
        "A server is up, with ann, bob and carol. Look at it from another terminal:\n  PD_CONFIG={} pd list\n",
        contexts.display()
    );
    if session.out.is_text() {
        session.out.text(&said)?;
    } else {
        session.out.note(&said);
    }
    let clock = session.clock().clone();
    unfold(&*clock, cast, args.speed, |at, says| line(session, at, says)).await?;
    if args.exit {
        return Ok(Exit::Ok);
    }
    session.out.note(
        "The story ends here. The server stays until Ctrl-C: acknowledge, resolve, trigger what you like.",
    );
    std::future::pending().await
}

/// One line of the story.
fn line(session: &mut Session, at: u64, says: &str) -> anyhow::Result<()> {
    let text = if session.out.is_text() {
        format!("{}  {says}", Tone::Faint.paint(&format!("{:>2}:{:02}", at / 60, at % 60)))
    } else {
        escape_json(&serde_json::json!({"at_seconds": at, "says": says}).to_string())
    };
    Ok(session.out.text(&text)?)
}

/// Does one step after the other, each in its time, and says so when it is done.
async fn unfold(
    clock: &dyn Clock,
    cast: &Cast,
    pace: Pace,
    mut says: impl FnMut(u64, &str) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let began = clock.monotonic();
    for step in STORY {
        let due = began + pace.lived(Duration::from_secs(step.at));
        clock.sleep(due.saturating_sub(clock.monotonic())).await;
        cast.perform(step.deed).await?;
        says(step.at, step.says)?;
    }
    Ok(())
}

/// Opens the terminal view on the story, and ends with it.
async fn show(session: &mut Session, args: &Args, cast: &Cast, contexts: &Path) -> anyhow::Result<Exit> {
    let mut view = View::open(contexts)?;
    let clock = session.clock().clone();
    let mut broken = None;
    let story = async {
        if let Err(error) = unfold(&*clock, cast, args.speed, |_, _| Ok(())).await {
            broken = Some(error);
        } else if args.exit {
            return;
        }
        std::future::pending().await
    };
    let ended = tokio::select! {
        biased;
        ended = view.child.wait() => Some(ended.context("cannot wait for the terminal view")?),
        () = story => None,
    };
    view.end(&*clock).await;
    if let Some(error) = broken {
        return Err(error);
    }
    match ended {
        Some(status) if !status.success() => {
            Err(Complaint::failed(format!("the terminal view ended: {status}")).into())
        }
        _ => Ok(Exit::Ok),
    }
}

/// `pd tui` on the demo's server. When it is dropped, it is asked to leave the terminal as it was.
struct View {
    child: Child,
}

impl View {
    fn open(contexts: &Path) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("cannot find this program")?;
        let mut command = Command::new(program);
        command.arg("tui").env("PD_CONFIG", contexts).env("PD_CONTEXT", "local");
        // What is set for another server would lead there.
        for name in ["PD_URL", "PD_TOKEN", "PD_ROUTING_KEY"] {
            command.env_remove(name);
        }
        Ok(Self { child: command.spawn().context("cannot open the terminal view")? })
    }

    fn ask_to_end(&self) {
        let pid = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(pid) = pid {
            let _ = kill_process(pid, Signal::TERM);
        }
    }

    async fn end(&mut self, clock: &dyn Clock) {
        self.ask_to_end();
        if within(clock, VIEW_ENDS, self.child.wait()).await.is_none() {
            let _ = self.child.kill().await;
        }
    }
}

impl Drop for View {
    fn drop(&mut self) {
        self.ask_to_end();
    }
}

/// The signals that end the demo.
struct Ends {
    interrupt: Signals,
    terminate: Signals,
    hang_up: Signals,
}

impl Ends {
    fn watch() -> anyhow::Result<Self> {
        let watch = |kind| signal(kind).context("cannot watch for signals");
        Ok(Self {
            interrupt: watch(SignalKind::interrupt())?,
            terminate: watch(SignalKind::terminate())?,
            hang_up: watch(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }
}
