//! The demo's server: `pd serve` in a temporary folder, on a free port and a terminal of its own, gone when it is dropped.

use std::fs::{self, DirBuilder, File};
use std::io::{BufRead as _, BufReader, ErrorKind};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

use super::super::error::Complaint;
use crate::clock::{Clock, within};

/// How long it may take to listen.
const START: Duration = Duration::from_secs(30);
/// How long a server that does not listen may take to be gone, before it counts as one that hangs.
const GONE: Duration = Duration::from_secs(2);
/// How long an orderly end may take.
const STOP: Duration = Duration::from_secs(10);
/// How often its folder is tried to be removed, and the pause between two times.
const REMOVALS: usize = 20;
const REMOVE_AGAIN: Duration = Duration::from_millis(25);
/// How much of its last words is told.
const LAST_WORDS: usize = 20;

/// A folder that goes with this.
#[derive(Debug)]
struct Folder(PathBuf);

impl Folder {
    fn make(name: &str) -> anyhow::Result<Self> {
        let path = std::env::temp_dir().join(name);
        let made = DirBuilder::new().mode(0o700).create(&path);
        made.with_context(|| format!("cannot make the folder {}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A server that had to be killed may still be writing. At the end nobody could do anything about it.
        for _ in 0..REMOVALS {
            match fs::remove_dir_all(&self.0) {
                Err(error) if error.kind() != ErrorKind::NotFound => std::thread::sleep(REMOVE_AGAIN),
                _ => break,
            }
        }
    }
}

/// A running server. Dropping it kills it; [`Server::end`] is kinder.
#[derive(Debug)]
pub(super) struct Server {
    // In this order: the process goes before what it writes to.
    child: Child,
    folder: Folder,
}

impl Server {
    /// Starts one, and waits until it listens.
    pub(super) async fn start(clock: &dyn Clock, name: &str) -> anyhow::Result<Self> {
        let folder = Folder::make(name)?;
        let config = folder.0.join("pd.toml");
        fs::write(&config, "# A demo has nothing to configure.\n").context("cannot write")?;
        let log = File::create(folder.0.join("log")).context("cannot write")?;
        // The console is the terminal of `pd serve`: without one, no page would get through.
        let (ours, theirs) = terminal().context("cannot make a terminal for the server")?;
        let mut command = Command::new(std::env::current_exe().context("cannot find this program")?);
        command
            .args(["serve", "--listen", "127.0.0.1:0"])
            .arg("--config")
            .arg(&config)
            .arg("--data")
            .arg(folder.0.join("data"))
            .env("PD_CONFIG", folder.0.join("config.toml"))
            .env("USER", "ann")
            .stdin(Stdio::null())
            .stdout(theirs)
            .stderr(log)
            // Ctrl-C is for the demo, which ends the server in its own time.
            .process_group(0)
            .kill_on_drop(true);
        let child = command.spawn().context("cannot start the server")?;
        // With our copy of its terminal open, we would never learn that the server has gone.
        drop(command);
        let mut server = Self { child, folder };
        if within(clock, START, listens(ours)).await == Some(true) {
            return Ok(server);
        }
        // Its terminal is closed a little before it is gone.
        let status = within(clock, GONE, server.child.wait()).await.and_then(Result::ok);
        let ended = status.map_or_else(|| "does not listen".to_owned(), |status| format!("ended: {status}"));
        Err(Complaint::failed(format!("the demo's server {ended}\n{}", server.last_words())).into())
    }

    /// Where its contexts are.
    pub(super) fn contexts(&self) -> PathBuf {
        self.folder.0.join("config.toml")
    }

    /// What it said last, each line a further line of a message.
    pub(super) fn last_words(&self) -> String {
        let log = fs::read_to_string(self.folder.0.join("log")).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        let last = &lines[lines.len().saturating_sub(LAST_WORDS)..];
        last.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
    }

    /// Returns when it has ended by itself, with how.
    pub(super) async fn gone(&mut self) -> String {
        match self.child.wait().await {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        }
    }

    /// Ends it in an orderly way, or else by force, and removes what it left.
    pub(super) async fn end(mut self, clock: &dyn Clock) {
        if let Some(pid) = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw) {
            let _ = kill_process(pid, Signal::TERM);
        }
        if within(clock, STOP, self.child.wait()).await.is_none() {
            let _ = self.child.kill().await;
        }
    }
}

/// Whether the server says that it listens, before it is gone. What it prints later is read and thrown away, so that it
/// is never held up.
async fn listens(terminal: File) -> bool {
    let (tell, told) = oneshot::channel();
    let mut tell = Some(tell);
    std::thread::spawn(move || {
        let mut lines = BufReader::new(terminal);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            if String::from_utf8_lossy(&line).contains(" listening on ")
                && let Some(tell) = tell.take()
            {
                // Whoever waited may have given up.
                let _ = tell.send(());
            }
            line.clear();
        }
    });
    told.await.is_ok()
}

/// Both ends of a terminal: ours and the server's.
fn terminal() -> std::io::Result<(File, File)> {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    rustix::io::fcntl_setfd(&ours, rustix::io::FdFlags::CLOEXEC)?;
    grantpt(&ours)?;
    unlockpt(&ours)?;
    let path = ptsname(&ours, Vec::new())?.into_string().map_err(std::io::Error::other)?;
    let theirs = File::options().read(true).write(true).open(path)?;
    Ok((File::from(ours), theirs))
}
