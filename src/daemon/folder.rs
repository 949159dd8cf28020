//! The data folder: who uses it, how it is laid out, what the node is called, and the key file.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::disk;
use crate::ids::Ids;
use crate::keyring::{self, Keyring};
use crate::lockfile::{Lockfile, Refused};

/// The layout of the folder that this release makes and reads.
const LAYOUT: u32 = 1;

/// Why the data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system says no.
    #[error("cannot use {}: {reason}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// Another process uses it.
    #[error("the data folder {} is in use by another process{}", path.display(), holder.as_ref().map_or(String::new(), |pid| format!(" ({pid})")))]
    InUse {
        /// The folder.
        path: PathBuf,
        /// The other's process id.
        holder: Option<u32>,
    },
    /// A newer release made it.
    #[error("the data folder {} has the layout {found}, and this release knows {LAYOUT}", path.display())]
    Layout {
        /// The folder.
        path: PathBuf,
        /// What it says.
        found: String,
    },
    /// The key file cannot be used.
    #[error(transparent)]
    Key(#[from] keyring::Error),
    /// There are data, but no key that opens them.
    #[error("the data folder {} has a store but no key file: put the installation's `key` back", .0.display())]
    KeyMissing(PathBuf),
}

/// An open data folder. The lock is held until it is dropped.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// Made at the first start, or given by the configuration.
    pub(super) node: String,
    pub(super) keyring: Arc<Keyring>,
    _lock: Lockfile,
}

impl Folder {
    /// Opens the folder, or makes it.
    pub(super) fn open(path: &Path, node: Option<&str>, ids: &dyn Ids) -> Result<Self, Error> {
        let at = |file: &str| path.join(file);
        if !path.exists() {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
            made.map_err(|reason| Error::File { path: path.to_owned(), reason })?;
        }
        let lock = lock(path)?;
        let layout = read(&at("layout"))?;
        match layout.as_deref() {
            None => write(&at("layout"), &LAYOUT.to_string())?,
            Some(found) if found.parse() == Ok(LAYOUT) => {}
            Some(found) => {
                return Err(Error::Layout { path: path.to_owned(), found: found.to_owned() });
            }
        }
        let key = at("key");
        let keyring = match (key.exists(), layout) {
            (true, _) => Keyring::load(&key)?,
            (false, None) => Keyring::create(&key, ids)?,
            (false, Some(_)) if at("pd.db").exists() => return Err(Error::KeyMissing(path.to_owned())),
            (false, Some(_)) => Keyring::create(&key, ids)?,
        };
        let node = match (node, read(&at("node"))?) {
            (Some(given), _) => given.to_owned(),
            (None, Some(known)) => known,
            (None, None) => {
                let name = host_name();
                write(&at("node"), &name)?;
                name
            }
        };
        Ok(Self { path: path.to_owned(), node, keyring: Arc::new(keyring), _lock: lock })
    }

    /// Makes what was created or removed in it durable.
    pub(super) fn sync(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }

    /// A file or folder in it.
    pub(super) fn at(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path.join(name)
    }
}

fn lock(folder: &Path) -> Result<Lockfile, Error> {
    let path = folder.join("lock");
    Lockfile::take(&path).map_err(|refused| match refused {
        Refused::Held(holder) => Error::InUse { path: folder.to_owned(), holder },
        Refused::Io(reason) => Error::File { path, reason },
    })
}

/// The first line of a small file; `None` if it is not there or empty.
fn read(path: &Path) -> Result<Option<String>, Error> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text.lines().next().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(reason) => Err(Error::File { path: path.to_owned(), reason }),
    }
}

fn write(path: &Path, line: &str) -> Result<(), Error> {
    disk::replace(path, format!("{line}\n").as_bytes())
        .map_err(|reason| Error::File { path: path.to_owned(), reason })
}

fn host_name() -> String {
    let uname = rustix::system::uname();
    let name = uname.nodename().to_string_lossy().into_owned();
    let clean: String =
        name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')).take(63).collect();
    if clean.is_empty() { "pd".to_owned() } else { clean }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;
    use crate::ids::SystemIds;

    #[test]
    fn a_folder_is_made_once_and_used_by_one() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("a/b");
        let open = || Folder::open(&path, None, &SystemIds);
        let first = open().unwrap();
        let node = first.node.clone();
        let busy = open().unwrap_err();
        assert_eq!(
            busy.to_string(),
            format!(
                "the data folder {} is in use by another process ({})",
                path.display(),
                std::process::id()
            )
        );
        drop(first);
        assert_eq!(open().unwrap().node, node);
        assert_eq!(Folder::open(&path, Some("db-1"), &SystemIds).unwrap().node, "db-1");

        fs::write(path.join("pd.db"), "").unwrap();
        fs::remove_file(path.join("key")).unwrap();
        assert!(matches!(open(), Err(Error::KeyMissing(_))));
        fs::write(path.join("layout"), "2").unwrap();
        assert!(matches!(open(), Err(Error::Layout { .. })));
    }
}
