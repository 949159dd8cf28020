//! A program on a terminal: keys go in, and what is on the screen is read.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{poll, pseudo_terminal};

/// How long something may take to be on the screen. Generous: the machine may be busy with other tests.
const SOON: Duration = Duration::from_secs(30);

/// A program on a terminal of 80 columns and 24 lines. Dropping it ends the program.
pub(crate) struct Screen {
    child: Child,
    keys: File,
    shown: Arc<Mutex<vt100::Parser>>,
}

fn size(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).unwrap()
}

impl Screen {
    /// Runs the command there.
    pub(crate) fn of(command: &mut Command) -> Self {
        let (ours, theirs) = pseudo_terminal();
        let stream = || Stdio::from(theirs.try_clone().unwrap());
        command.env("TERM", "xterm-256color").stdin(stream()).stdout(stream()).stderr(stream());
        let child = command.spawn().unwrap();
        let shown = Arc::new(Mutex::new(vt100::Parser::new(size(24), size(80), 100)));
        let (mut reading, parser) = (ours.try_clone().unwrap(), Arc::clone(&shown));
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = reading.read(&mut bytes) {
                parser.lock().unwrap().process(&bytes[..read]);
            }
        });
        Self { child, keys: ours, shown }
    }

    /// What is on the screen, line by line, without the spaces at their ends.
    pub(crate) fn text(&self) -> String {
        self.shown.lock().unwrap().screen().contents()
    }

    /// Types.
    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until this is on the screen.
    ///
    /// # Panics
    /// When it does not come; shows the screen.
    pub(crate) fn shows(&self, what: &str) {
        assert!(poll(SOON, || self.text().contains(what)), "no {what:?} on the screen:\n{}", self.text());
    }

    /// The exit code, once the program has ended.
    ///
    /// # Panics
    /// When it does not end, or a signal ended it.
    pub(crate) fn code(&mut self) -> i32 {
        let mut status = None;
        poll(SOON, || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap_or_else(|| panic!("it does not end:\n{}", self.text())).code().unwrap()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
