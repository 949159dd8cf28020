//! The file of past drills in the data folder: what was begun is there before it begins.

use std::io;
use std::path::{Path, PathBuf};

use crate::disk;
use crate::wire::rest::drill::Drill;

/// So many are kept; the oldest go.
pub const KEPT: usize = 50;

/// The file.
#[derive(Clone, Debug)]
pub struct Records(PathBuf);

impl Records {
    /// In this file, which need not be there.
    pub fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// All of them, the oldest first.
    ///
    /// # Errors
    /// When the file cannot be read, or is not one of these.
    pub fn read(&self) -> io::Result<Vec<Drill>> {
        match std::fs::read(&self.0) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(io::Error::other),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Replaces them; durable when it returns.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn write(&self, drills: &[Drill]) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(drills).map_err(io::Error::other)?;
        disk::replace(&self.0, &text)
    }
}

/// Adds a drill or replaces the one with its id; the oldest beyond [`KEPT`] go.
pub fn put(drills: &mut Vec<Drill>, drill: Drill) {
    match drills.iter_mut().find(|known| known.id == drill.id) {
        Some(known) => *known = drill,
        None => drills.push(drill),
    }
    let beyond = drills.len().saturating_sub(KEPT);
    drills.drain(..beyond);
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn drill(n: usize) -> Drill {
        Drill { id: n.to_string(), ..Drill::default() }
    }

    #[test]
    fn what_was_written_is_read_and_the_oldest_go() {
        let folder = tempfile::tempdir().unwrap();
        let records = Records::at(&folder.path().join("drills.json"));
        assert_eq!(records.read().unwrap(), Vec::new());
        let mut drills = Vec::new();
        for n in 0..KEPT + 3 {
            put(&mut drills, drill(n));
        }
        put(&mut drills, Drill { verdict: Some("passed".to_owned()), ..drill(10) });
        records.write(&drills).unwrap();
        let read = records.read().unwrap();
        assert_eq!(read, drills);
        assert_eq!((read.len(), read[0].id.as_str()), (KEPT, "3"));
        assert_eq!(read.iter().filter(|drill| drill.verdict.is_some()).count(), 1);
    }

    #[test]
    fn a_file_of_something_else_is_not_overwritten_unseen() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("drills.json");
        std::fs::write(&path, "[{").unwrap();
        assert!(Records::at(&path).read().is_err());
    }
}
