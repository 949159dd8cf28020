//! The command that is run for each incident that opens: a few at a time, none for ever.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::AsFd as _;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::task::JoinSet;

use super::super::view::text;
use crate::clock::{SharedClock, within};

/// How many run at a time.
const RUNNING: usize = 4;
/// How many may wait.
const WAITING: usize = 1_000;

/// The commands that run, and those that wait.
#[derive(Debug)]
pub(super) struct Jobs {
    command: OsString,
    limit: Duration,
    clock: SharedClock,
    running: JoinSet<Option<String>>,
    waiting: VecDeque<Job>,
}

/// One command.
#[derive(Debug)]
struct Job {
    /// `#12`.
    name: String,
    environment: Vec<(&'static str, String)>,
    input: Vec<u8>,
}

impl Jobs {
    pub(super) fn new(command: OsString, limit: Duration, clock: SharedClock) -> Self {
        Self { command, limit, clock, running: JoinSet::new(), waiting: VecDeque::new() }
    }

    /// Runs the command for this incident, now or when there is room.
    pub(super) fn add(&mut self, incident: &Value) -> Result<(), String> {
        let job = Job::of(incident);
        if self.waiting.len() >= WAITING {
            return Err(format!("{}: the command is not run: {WAITING} wait already", job.name));
        }
        self.waiting.push_back(job);
        self.start();
        Ok(())
    }

    /// The next failure of a command; waits for ever where there is none.
    pub(super) async fn ended(jobs: &mut Option<Self>) -> String {
        let Some(jobs) = jobs else { return std::future::pending().await };
        loop {
            match jobs.running.join_next().await {
                Some(ended) => {
                    jobs.start();
                    if let Some(failure) = ended.unwrap_or_else(|error| Some(error.to_string())) {
                        return failure;
                    }
                }
                // Nothing runs, so nothing waits; it is asked again when something was added.
                None => return std::future::pending().await,
            }
        }
    }

    fn start(&mut self) {
        while self.running.len() < RUNNING
            && let Some(job) = self.waiting.pop_front()
        {
            let (command, limit, clock) = (self.command.clone(), self.limit, self.clock.clone());
            self.running.spawn(async move {
                let failure = job.run(&command, limit, &clock).await.err()?;
                Some(format!("{}: the command failed: {failure}", job.name))
            });
        }
    }
}

impl Job {
    fn of(incident: &Value) -> Self {
        let number = incident["incident_number"].as_u64().unwrap_or_default();
        // The environment cannot hold NUL.
        let plain = |value: &Value| text(value).replace('\0', "");
        Self {
            name: format!("#{number}"),
            environment: vec![
                ("PD_INCIDENT_ID", plain(&incident["id"])),
                ("PD_INCIDENT_NUMBER", number.to_string()),
                ("PD_INCIDENT_TITLE", plain(&incident["title"])),
                ("PD_INCIDENT_STATUS", plain(&incident["status"])),
                ("PD_INCIDENT_URGENCY", plain(&incident["urgency"])),
                ("PD_INCIDENT_SERVICE", plain(&incident["service"]["summary"])),
                ("PD_INCIDENT_KEY", plain(&incident["incident_key"])),
                ("PD_INCIDENT_URL", plain(&incident["html_url"])),
            ],
            input: format!("{incident}\n").into_bytes(),
        }
    }

    async fn run(&self, command: &OsStr, limit: Duration, clock: &SharedClock) -> Result<(), String> {
        // Standard output is for what `pd` itself says.
        let output = io::stderr().as_fd().try_clone_to_owned().map_err(|error| error.to_string())?;
        let mut child = Command::new("/bin/sh")
            .arg("-c")
            .arg(command)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::from(output))
            // A group of its own, so that what it starts ends with it.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("cannot run /bin/sh: {error}"))?;
        let group = Group(child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw));
        let input = child.stdin.take();
        let work = async {
            if let Some(mut input) = input {
                // It need not read what it is given.
                let _ = input.write_all(&self.input).await;
            }
            child.wait().await
        };
        let ended = within(&**clock, limit, work).await;
        let Some(ended) = ended else {
            drop(group);
            return Err(format!("it took longer than {} s and was ended", limit.as_secs()));
        };
        let status: ExitStatus = ended.map_err(|error| error.to_string())?;
        group.keep();
        if status.success() { Ok(()) } else { Err(status.to_string()) }
    }
}

/// A process and those it has started; ended when this is dropped.
struct Group(Option<Pid>);

impl Group {
    /// It has ended by itself; what it left running on purpose goes on.
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(pid) = self.0 {
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
}
