//! A program on a terminal of its own: keys go in, and what a user sees comes out.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::{Rig, poll, pseudo_terminal};

/// How long anything that should happen at once may take on a busy machine.
const SOON: Duration = Duration::from_secs(40);

/// A terminal, and who sits before it.
pub(crate) struct Screen {
    child: Child,
    keys: File,
    seen: Arc<Mutex<vt100::Parser>>,
}

impl Screen {
    /// Runs the command, with the variables that it was given and no others, on a terminal of 80 columns and 24 lines.
    pub(crate) fn of(command: &Command) -> Self {
        Self::sized(command, 80, 24)
    }

    /// Runs `pd` with these arguments and variables against the server of `rig`.
    pub(crate) fn start(
        rig: &Rig,
        columns: u16,
        rows: u16,
        arguments: &[&str],
        vars: &[(&str, &str)],
    ) -> Self {
        let mut pd = rig.command();
        pd.args(arguments).env("PD_URL", rig.url()).env("PD_TOKEN", &rig.context().token);
        pd.envs(vars.iter().copied());
        Self::sized(&pd, columns, rows)
    }

    /// The same on a terminal of this size.
    pub(crate) fn sized(command: &Command, columns: u16, rows: u16) -> Self {
        let (ours, theirs) = pseudo_terminal();
        let end = || Stdio::from(theirs.try_clone().unwrap());
        let script = format!("stty rows {rows} cols {columns} && exec \"$@\"");
        // A session of its own, which this terminal controls.
        let mut session = Command::new("setsid");
        session.args(["-c", "sh", "-c", &script, "sh"]).arg(command.get_program()).args(command.get_args());
        session.env_clear().env("TERM", "xterm-256color");
        session.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        if let Some(folder) = command.get_current_dir() {
            session.current_dir(folder);
        }
        let child = session.stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
        let size = |number| NonZeroU16::new(number).unwrap();
        let seen = Arc::new(Mutex::new(vt100::Parser::new(size(rows), size(columns), 100)));
        let (mut output, parser) = (ours.try_clone().unwrap(), Arc::clone(&seen));
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = output.read(&mut bytes) {
                parser.lock().unwrap().process(&bytes[..read]);
            }
        });
        Self { child, keys: ours, seen }
    }

    /// Types.
    pub(crate) fn press(&self, keys: &str) {
        (&self.keys).write_all(keys.as_bytes()).unwrap();
    }

    /// What is on the screen.
    pub(crate) fn text(&self) -> String {
        self.seen.lock().unwrap().screen().contents()
    }

    /// Whether the program has the screen, rather than the shell.
    pub(crate) fn is_taken(&self) -> bool {
        self.seen.lock().unwrap().screen().alternate_screen()
    }

    /// Waits until the screen shows something.
    pub(crate) fn sees(&self, text: &str) {
        assert!(poll(SOON, || self.text().contains(text)), "no {text:?} on:\n{}", self.text());
    }

    /// Waits until the screen shows something no more.
    pub(crate) fn sees_no(&self, text: &str) {
        assert!(poll(SOON, || !self.text().contains(text)), "still {text:?} on:\n{}", self.text());
    }

    /// Waits for anything else.
    pub(crate) fn wait(&self, what: &str, condition: impl FnMut() -> bool) {
        assert!(poll(SOON, condition), "{what}:\n{}", self.text());
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Whether it is stopped, as the system says.
    pub(crate) fn is_stopped(&self) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        stat.rsplit(") ").next().unwrap().starts_with('T')
    }

    /// The processor time that it has used, in ticks of a hundredth of a second.
    pub(crate) fn used(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
        fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
    }

    /// How it ended.
    pub(crate) fn ended(&mut self) -> Option<i32> {
        let mut status = None;
        poll(SOON, || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        status.and_then(|status| status.code())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
