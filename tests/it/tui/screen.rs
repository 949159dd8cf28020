//! `pd` on a terminal of its own: keys go in, and what a user sees comes out.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::rig::{Rig, poll};

/// How long anything that should happen at once may take on a busy machine.
const SOON: Duration = Duration::from_secs(40);

/// A terminal, and who sits before it.
pub(super) struct Screen {
    child: Child,
    keys: File,
    seen: Arc<Mutex<vt100::Parser>>,
}

impl Screen {
    /// Runs `pd` with these arguments and variables against the server of `rig`.
    pub(super) fn start(
        rig: &Rig,
        columns: u16,
        rows: u16,
        arguments: &[&str],
        vars: &[(&str, &str)],
    ) -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let path = ptsname(&ours, Vec::new()).unwrap().into_string().unwrap();
        let end = || Stdio::from(File::options().read(true).write(true).open(&path).unwrap());
        let pd = rig.command();
        let script = format!("stty rows {rows} cols {columns} && exec \"$@\"");
        // A session of its own, which this terminal controls.
        let mut command = Command::new("setsid");
        command.args(["-c", "sh", "-c", &script, "sh"]).arg(pd.get_program()).args(arguments).env_clear();
        command.envs(pd.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command
            .env("TERM", "xterm-256color")
            .env("PD_URL", rig.url())
            .env("PD_TOKEN", &rig.context().token)
            .envs(vars.iter().copied())
            .current_dir(rig.home())
            .stdin(end())
            .stdout(end())
            .stderr(end());
        let child = command.spawn().unwrap();
        let size = |number| NonZeroU16::new(number).unwrap();
        let seen = Arc::new(Mutex::new(vt100::Parser::new(size(rows), size(columns), 0)));
        let ours = File::from(ours);
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
    pub(super) fn press(&self, keys: &str) {
        (&self.keys).write_all(keys.as_bytes()).unwrap();
    }

    /// What is on the screen.
    pub(super) fn text(&self) -> String {
        self.seen.lock().unwrap().screen().contents()
    }

    /// Whether the program has the screen, rather than the shell.
    pub(super) fn is_taken(&self) -> bool {
        self.seen.lock().unwrap().screen().alternate_screen()
    }

    /// Waits until the screen shows something.
    pub(super) fn sees(&self, text: &str) {
        assert!(poll(SOON, || self.text().contains(text)), "no {text:?} on:\n{}", self.text());
    }

    /// Waits until the screen shows something no more.
    pub(super) fn sees_no(&self, text: &str) {
        assert!(poll(SOON, || !self.text().contains(text)), "still {text:?} on:\n{}", self.text());
    }

    /// Waits for anything else.
    pub(super) fn wait(&self, what: &str, condition: impl FnMut() -> bool) {
        assert!(poll(SOON, condition), "{what}:\n{}", self.text());
    }

    pub(super) fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Whether it is stopped, as the system says.
    pub(super) fn is_stopped(&self) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        stat.rsplit(") ").next().unwrap().starts_with('T')
    }

    /// The processor time that it has used, in ticks of a hundredth of a second.
    pub(super) fn used(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
        fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
    }

    /// How it ended.
    pub(super) fn ended(&mut self) -> Option<i32> {
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
