//! How far a backup or a restore is, as its files tell: what copies them does not.

use std::path::Path;

use super::{Installation, files, stores};

/// Bytes that a backup has written, and about how many there will be.
pub(super) fn of_backup(of: &Installation, to: &Path) -> (u64, u64) {
    let journals = stores::journals(of).unwrap_or_default().into_iter().map(|(path, _)| path);
    let total = journals.chain(stores::archive(of)).map(|path| size(&path)).sum();
    (folder(to), total)
}

/// Bytes that a restore has copied beside their places, and how many there will be.
pub(super) fn of_restore(of: &Installation, from: &Path) -> (u64, u64) {
    let journals = stores::journals(of).unwrap_or_default().into_iter().map(|(path, _)| path);
    let places = journals.chain(stores::archive(of)).chain([of.data.join("key")]);
    let done = places.map(|path| size(&files::beside(&path, ".restoring"))).sum();
    (done, folder(from))
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |meta| meta.len())
}

/// All files of a folder.
fn folder(path: &Path) -> u64 {
    let files = std::fs::read_dir(path).into_iter().flatten().flatten();
    files.map(|file| size(&file.path())).sum()
}
