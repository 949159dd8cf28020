//! Files: locks, synced writes, digests.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::Error;

/// Makes a folder that only its owner may use, with those above it.
pub(super) fn make_folder(path: &Path) -> Result<(), Error> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(Error::of(path))
}

/// Takes the lock `path`, which a server holds while it runs; it is freed when the result is dropped.
pub(super) fn lock(path: &Path) -> Result<File, Error> {
    let file =
        File::options().create(true).truncate(false).write(true).open(path).map_err(Error::of(path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse(path.to_owned())),
        Err(TryLockError::Error(source)) => Err(Error::File { path: path.to_owned(), source }),
    }
}

/// The path with something added to its name.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Writes a new file, synced, that only its owner may read.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let written = || {
        let mut file = File::options().create(true).truncate(true).write(true).mode(0o600).open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    written().map_err(Error::of(path))
}

/// Copies a file, synced, for its owner only.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    let mut source = File::open(from).map_err(Error::of(from))?;
    let mut copied = || {
        let mut file = File::options().create_new(true).write(true).mode(0o600).open(to)?;
        std::io::copy(&mut source, &mut file)?;
        file.sync_all()
    };
    copied().map_err(Error::of(to))
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(path: &Path) -> Result<(), Error> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(Error::of(path))
}

/// The folder of a file.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// How many bytes a file has, and their SHA-256 in hexadecimal digits.
pub(super) fn digest(path: &Path) -> Result<(u64, String), Error> {
    let mut file = File::open(path).map_err(Error::of(path))?;
    let (mut digest, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 20]);
    loop {
        let read = file.read(&mut buffer).map_err(Error::of(path))?;
        if read == 0 {
            break;
        }
        digest.update(&buffer[..read]);
        bytes += read as u64;
    }
    let hex = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((bytes, hex))
}

/// Renames, if it is there. Whether it was.
pub(super) fn rename(from: &Path, to: &Path) -> Result<bool, Error> {
    match fs::rename(from, to) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !from.exists() => Ok(false),
        Err(source) => Err(Error::File { path: from.to_owned(), source }),
    }
}
