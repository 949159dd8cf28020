//! Whether the file system under a store takes writes, and why not.

use std::io;
use std::path::Path;

use rustix::io::Errno;

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
