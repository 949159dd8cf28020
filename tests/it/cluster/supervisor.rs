//! The process that keeps those of a cluster, so that they end with this one, however it ends.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use rustix::process::{Pid, Signal};

use crate::rig::poll;

/// What the folder of a cluster is called; the process id and a random word follow.
const PREFIX: &str = "pd-cluster-";
/// How long the end of a process may take after it was killed.
const END: Duration = Duration::from_secs(60);

/// Ends with the value: every process and the folder.
pub(super) struct Supervisor {
    folder: PathBuf,
    child: Child,
    /// Everything it was told to run.
    processes: Mutex<Vec<i32>>,
    /// `None` once it was told to end.
    pipes: Mutex<Option<(ChildStdin, BufReader<ChildStdout>)>>,
}

/// A process of the cluster.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Process(Pid);

impl Supervisor {
    /// With a folder of its own. Clears away what runs before this one could not.
    pub(super) fn start() -> Self {
        clear();
        let prefix = format!("{PREFIX}{}-", std::process::id());
        // The supervisor removes it: it outlives this process.
        let folder = tempfile::Builder::new().prefix(&prefix).tempdir().unwrap().keep();
        // Until the supervisor has the lock itself.
        let lock = File::create(folder.join("lock")).unwrap();
        lock.lock_shared().unwrap();
        // It keeps this process's standard error without using it: whoever reads a run's output to its end has waited
        // for the end of the cluster. Its own group keeps an interrupt at the terminal away from it.
        let mut child = Command::new("bash")
            .arg(super::files().join("supervisor.sh"))
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let pipes = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let supervisor = Self { folder, child, processes: Mutex::default(), pipes: Mutex::new(Some(pipes)) };
        // The first answer comes when the lock is held.
        supervisor.run("hello", "exit 0");
        supervisor
    }

    /// Where the cluster keeps everything.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs a shell script. What it prints is in `<name>.out`.
    pub(super) fn run(&self, name: &str, script: &str) -> Process {
        fs::write(self.folder.join(name).with_extension("sh"), script).unwrap();
        let mut pipes = self.pipes.lock().unwrap();
        let (input, output) = pipes.as_mut().expect("not stopped yet");
        writeln!(input, "{name}").unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let id = line.trim().parse().unwrap_or_else(|_| panic!("the supervisor has ended: {line:?}"));
        self.processes.lock().unwrap().push(id);
        Process(Pid::from_raw(id).unwrap())
    }

    /// Its process id.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The ids of every process it was ever told to run.
    pub(super) fn processes(&self) -> Vec<i32> {
        self.processes.lock().unwrap().clone()
    }

    /// The last lines that a process printed or logged.
    pub(super) fn tail(&self, file: &str) -> String {
        let text = fs::read_to_string(self.folder.join(file)).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }

    /// Ends every process and removes the folder, and waits for it.
    pub(super) fn stop(&mut self) {
        drop(self.pipes.lock().unwrap().take());
        // Killed itself, it has nothing to say.
        let _ = self.child.wait();
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Process {
    pub(super) fn id(self) -> i32 {
        self.0.as_raw_nonzero().get()
    }

    /// Whether it has not ended yet.
    pub(super) fn lives(self) -> bool {
        // The state follows the name, which is in brackets and may hold anything.
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.id())).unwrap_or_default();
        stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
    }

    /// A process that has ended already gets nothing.
    pub(super) fn signal(self, signal: Signal) {
        if self.lives() {
            // It may end between the two.
            let _ = rustix::process::kill_process(self.0, signal);
        }
    }

    /// Kills it and waits for its end.
    pub(super) fn kill(self) {
        self.signal(Signal::KILL);
        assert!(poll(END, || !self.lives()), "process {} does not end", self.id());
    }
}

/// Removes the folders of runs that were killed together with their supervisor. One in use is locked.
pub(super) fn clear() {
    let entries = fs::read_dir(std::env::temp_dir()).unwrap().flatten();
    for folder in entries.map(|entry| entry.path()) {
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some((process, _)) = name.strip_prefix(PREFIX).and_then(|rest| rest.split_once('-')) else {
            continue;
        };
        // One that is just being made has no lock yet, but a process.
        let made_by_the_living = Path::new("/proc").join(process).exists();
        let unused = match File::open(folder.join("lock")) {
            Ok(lock) => lock.try_lock().is_ok(),
            Err(_) => true,
        };
        if unused && !made_by_the_living {
            // Another run may be clearing it too.
            let _ = fs::remove_dir_all(folder);
        }
    }
}
