//! A mark on this process's own disk that says what is being decided, so that a process that dies while deciding knows
//! at its next start which inputs to be careful with.
//!
//! The mark is not synced: it has to survive the death of the process, not that of the machine.

use std::fmt::Debug;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Place;
use crate::journal::{LogName, Seq};

/// What was being decided when a process died.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Suspects {
    /// Nothing: it did not die while deciding.
    #[default]
    None,
    /// Some of many: decide one by one up to these places.
    Some(Vec<Place>),
    /// This one, which was decided alone because it was suspected already.
    One(Place),
}

/// Where the mark is kept.
pub trait Mark: Debug + Send + 'static {
    /// Says that these inputs are being decided; the places are the last of each source.
    fn begin(&mut self, places: &[Place], alone: bool);
    /// Says that it is done.
    fn end(&mut self);
    /// What the process before was deciding when it died.
    fn suspects(&self) -> Suspects;
}

/// No mark: for processes whose death is simulated.
#[derive(Debug, Default)]
pub struct NoMark;

impl Mark for NoMark {
    fn begin(&mut self, _: &[Place], _: bool) {}
    fn end(&mut self) {}
    fn suspects(&self) -> Suspects {
        Suspects::None
    }
}

/// A mark in a file of a fixed size.
#[derive(Debug)]
pub struct FileMark {
    file: File,
    found: Suspects,
}

/// Enough for a hundred sources; a longer mark is cut to those that fit, and decided one by one all the same.
const MARK_BYTES: usize = 16 * 1024;

#[derive(Serialize, Deserialize)]
struct Written {
    alone: bool,
    places: Vec<(LogName, Seq, u32)>,
}

impl FileMark {
    /// Opens or makes the mark, and reads what the process before left there.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::options().create(true).truncate(false).read(true).write(true).open(path)?;
        let mut bytes = vec![0; MARK_BYTES];
        let read = file.read_at(&mut bytes, 0)?;
        let line = bytes[..read].split(|byte| *byte == b'\n').next().unwrap_or_default();
        let found = serde_json::from_slice::<Written>(line).map_or(Suspects::None, |written| {
            let mut places: Vec<_> =
                written.places.into_iter().map(|(log, seq, index)| Place { log, seq, index }).collect();
            match places.len() {
                0 => Suspects::None,
                1 if written.alone => Suspects::One(places.remove(0)),
                _ => Suspects::Some(places),
            }
        });
        let mark = Self { file, found };
        mark.write(b"\n");
        Ok(mark)
    }

    fn write(&self, line: &[u8]) {
        // A mark that cannot be written costs care after a death, nothing else.
        if let Err(error) = self.file.write_at(line, 0) {
            tracing::debug!(%error, "the mark of what is being decided could not be written");
        }
    }
}

impl Mark for FileMark {
    fn begin(&mut self, places: &[Place], alone: bool) {
        let mut places: Vec<_> = places.iter().map(|p| (p.log.clone(), p.seq, p.index)).collect();
        loop {
            let written = Written { alone, places };
            let mut line = serde_json::to_vec(&written).expect("names and numbers");
            line.push(b'\n');
            if line.len() <= MARK_BYTES {
                return self.write(&line);
            }
            places = written.places;
            places.truncate(places.len() / 2);
        }
    }

    fn end(&mut self) {
        self.write(b"\n");
    }

    fn suspects(&self) -> Suspects {
        self.found.clone()
    }
}

/// The last place of each source.
pub(super) fn last_places(places: &[Place]) -> Vec<Place> {
    let mut last: Vec<Place> = Vec::new();
    for place in places.iter().rev() {
        if !last.iter().any(|other| other.log == place.log) {
            last.push(place.clone());
        }
    }
    last
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    #[test]
    fn tells_what_was_being_decided() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deciding");
        let place = |seq| Place { log: LogName::notify(), seq: Seq(seq), index: 3 };

        let mut mark = FileMark::open(&path).unwrap();
        assert_eq!(mark.suspects(), Suspects::None);
        mark.begin(&[place(1), place(2)], false);

        let mut mark = FileMark::open(&path).unwrap();
        assert_eq!(mark.suspects(), Suspects::Some(vec![place(1), place(2)]));
        mark.begin(&[place(1)], true);

        let mut mark = FileMark::open(&path).unwrap();
        assert_eq!(mark.suspects(), Suspects::One(place(1)));
        mark.begin(&[place(1)], true);
        mark.end();
        assert_eq!(FileMark::open(&path).unwrap().suspects(), Suspects::None);
    }
}
