//! One process of `pd serve`, with what it prints.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::poll;

/// Ends with the value.
pub(super) struct Server {
    child: Child,
    said: Arc<Mutex<String>>,
}

impl Server {
    /// With its output on a terminal, or else into a pipe.
    pub(super) fn start(mut command: Command, terminal: bool) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let said = Arc::new(Mutex::new(String::new()));
        if terminal {
            let (ours, theirs) = pseudo_terminal();
            command.stdout(theirs);
            keep(ours, &said);
        }
        let mut child = command.spawn().unwrap();
        if let Some(stdout) = child.stdout.take() {
            keep(stdout, &said);
        }
        keep(child.stderr.take().unwrap(), &said);
        Self { child, said }
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Everything printed so far, both streams line by line.
    pub(super) fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Where it listens, once it says so; else what it said instead.
    pub(super) fn address(&mut self, limit: Duration) -> Result<String, String> {
        let mut found = None;
        poll(limit, || {
            found = listening(&self.said());
            found.is_some() || self.child.try_wait().unwrap().is_some()
        });
        found.ok_or_else(|| {
            let ended = self.child.try_wait().unwrap();
            // Its last words may still be on their way.
            poll(Duration::from_millis(500), || !self.said().is_empty());
            format!("{ended:?}\n{}", self.said())
        })
    }

    pub(super) fn ended(&mut self, limit: Duration) -> Option<ExitStatus> {
        let mut status = None;
        poll(limit, || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        status
    }

    pub(super) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// The exit code after SIGTERM; `None` if it had to be killed.
    pub(super) fn term(mut self, limit: Duration) -> Option<i32> {
        self.signal(rustix::process::Signal::TERM);
        self.ended(limit)?.code()
    }

    pub(super) fn signal(&self, signal: rustix::process::Signal) {
        let id = i32::try_from(self.child.id()).unwrap();
        let process = rustix::process::Pid::from_raw(id).unwrap();
        rustix::process::kill_process(process, signal).unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address behind `http://` on the line that says so.
fn listening(said: &str) -> Option<String> {
    let line =
        said.split_inclusive('\n').find(|line| line.contains("listening on ") && line.ends_with('\n'))?;
    let address = line.split_once("http://")?.1;
    let end = address.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ':')).unwrap_or(address.len());
    Some(address[..end].to_owned())
}

/// Both ends of a terminal: that of who looks at it, and that of who writes.
pub(crate) fn pseudo_terminal() -> (File, File) {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let path = ptsname(&ours, Vec::new()).unwrap().into_string().unwrap();
    let theirs = File::options().read(true).write(true).open(path).unwrap();
    (File::from(ours), theirs)
}

fn keep(stream: impl Read + Send + 'static, said: &Arc<Mutex<String>>) {
    let said = Arc::clone(said);
    std::thread::spawn(move || {
        let mut lines = BufReader::new(stream);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            said.lock().unwrap().push_str(&String::from_utf8_lossy(&line));
            line.clear();
        }
    });
}
