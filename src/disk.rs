//! What the disk under a store does with what is written: whether it takes it, and whether it holds it.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::io::Errno;

/// Bytes of a log that are in memory at a time.
const CHUNK: usize = 1 << 20;

/// Written, and removed again, to find out.
const PROBE: &str = ".pd-write-probe";

/// Why the file system that holds `folder` takes no writes, if that is a reason that may pass: it is full, or read-only.
/// Found out by writing; `None` also when the attempt fails for another reason.
pub(crate) fn refusal(folder: &Path) -> Option<&'static str> {
    let probe = folder.join(PROBE);
    let tried = std::fs::write(&probe, [0; 4096]);
    let removed = std::fs::remove_file(&probe);
    [tried, removed].into_iter().filter_map(Result::err).find_map(|error| passing(&error))
}

/// Makes or replaces a small file at once and for good, readable by its owner only: whatever happens meanwhile, there is
/// the old one or the new one, whole. Others that replace the same file at the same time must be kept out.
///
/// # Errors
/// When it cannot be written; the old one is still there then.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = folder.join(name);
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    // A crash may have left one with other permissions.
    file.set_permissions(Permissions::from_mode(0o600))?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    File::open(folder)?.sync_all()
}

/// Makes the disk hold what is read of the write-ahead log of the database `path`. After a failed sync the system may show
/// bytes that the disk has not: a log that goes on behind them would end before them after a loss of power. To be called
/// before the database is opened, by who has its lock; there is a log only after a crash.
///
/// # Errors
/// When the log cannot be read or written; a disk that still fails says so here.
pub(crate) fn settle_log(path: &Path) -> io::Result<()> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let file = match File::options().read(true).write(true).open(PathBuf::from(log)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    let mut chunk = vec![0; CHUNK];
    let mut at = 0;
    loop {
        let read = file.read_at(&mut chunk, at)?;
        if read == 0 {
            return file.sync_all();
        }
        file.write_all_at(&chunk[..read], at)?;
        at += read as u64;
    }
}

fn passing(error: &io::Error) -> Option<&'static str> {
    match Errno::from_io_error(error) {
        Some(Errno::NOSPC) => Some(FULL),
        Some(Errno::DQUOT) => Some("the disk quota is used up: free some of it, or raise it"),
        Some(Errno::ROFS) => Some(READ_ONLY),
        _ => None,
    }
}

/// What is said of a disk without room.
pub(crate) const FULL: &str = "the disk is full: free some space";

/// What is said of a disk that takes no writes at all.
pub(crate) const READ_ONLY: &str =
    "the disk is read-only: look into the system's log for why, and mount it for writing again";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_disk_that_takes_writes_keeps_nothing_of_the_probe() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(refusal(folder.path()), None);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_log_is_settled_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        settle_log(&path).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "a log was made");
        let log = folder.path().join("a.db-wal");
        for size in [0, 1, CHUNK, 2 * CHUNK + 7] {
            let bytes: Vec<u8> = (0..size).map(|at| at.to_le_bytes()[at % 3]).collect();
            std::fs::write(&log, &bytes).unwrap();
            settle_log(&path).unwrap();
            assert!(std::fs::read(&log).unwrap() == bytes, "{size}");
        }
    }

    #[test]
    fn only_what_may_pass_is_a_refusal() {
        let of = |errno: Errno| passing(&io::Error::from(errno));
        assert_eq!(of(Errno::NOSPC), Some(FULL));
        assert_eq!(of(Errno::ROFS), Some(READ_ONLY));
        assert!(of(Errno::DQUOT).unwrap().contains("quota"));
        for other in [Errno::IO, Errno::ACCESS, Errno::NOENT] {
            assert_eq!(of(other), None, "{other:?}");
        }
    }
}
