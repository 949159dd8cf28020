//! Puts a backup in the place of an installation's data.
//!
//! Everything is copied beside its place first. Then what was there is moved aside and the copies take their names: if
//! that fails half-way, it is undone. The marker that begins an epoch is there before any of it, so that a server that
//! starts after a power loss in between sends nothing again either.

use std::path::{Path, PathBuf};

use super::manifest::Manifest;
use super::stores;
use super::{Error, Installation, RESTORED, Summary, files};
use crate::clock::{Clock as _, SystemClock};

/// What may lie beside a store's file and belongs to it.
const STORE_FILES: [&str; 3] = ["", "-wal", "-shm"];

/// A file of the backup and its place in the installation.
struct Placed {
    from: PathBuf,
    to: PathBuf,
}

pub(super) fn run(of: &Installation, from: &Path, replace: bool) -> Result<Summary, Error> {
    let manifest = Manifest::verify(from)?;
    let places = places(of, from, &manifest)?;
    files::make_folder(&of.data)?;
    let mut locks = vec![files::lock(&of.data.join("lock"))?];
    let archive = stores::archive(of)?;
    let mut there: Vec<PathBuf> = vec![of.data.join("key")];
    for store in stores::journals(of)?.into_iter().map(|(path, _)| path).chain([archive]) {
        files::make_folder(files::folder_of(&store))?;
        locks.push(files::lock(&files::beside(&store, ".lock"))?);
        there.extend(STORE_FILES.map(|suffix| files::beside(&store, suffix)));
    }
    there.retain(|path| path.exists());
    if let Some(path) = there.first().filter(|_| !replace) {
        return Err(Error::Exists(path.clone()));
    }
    let staged = |placed: &Placed| files::beside(&placed.to, ".restoring");
    for placed in &places {
        let copy = staged(placed);
        drop(std::fs::remove_file(&copy));
        files::copy(&placed.from, &copy)?;
    }
    let now = SystemClock::new().now();
    files::write(&of.data.join(RESTORED), format!("{}\n", now.to_iso()).as_bytes())?;
    files::sync_folder(&of.data)?;
    let mut moves: Vec<(PathBuf, PathBuf)> = Vec::new();
    if !there.is_empty() {
        let aside = of.data.join(format!("replaced-{}", now.as_millis()));
        files::make_folder(&aside)?;
        let number = |(at, path): (usize, &PathBuf)| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            // Stores of different folders may have the same name.
            let taken = there[..at].iter().any(|other| other.file_name() == path.file_name());
            (path.clone(), aside.join(if taken { format!("{at}-{name}") } else { name }))
        };
        moves.extend(there.iter().enumerate().map(number));
    }
    moves.extend(places.iter().map(|placed| (staged(placed), placed.to.clone())));
    carry_out(&moves)?;
    for placed in &places {
        files::sync_folder(files::folder_of(&placed.to))?;
    }
    let bytes = manifest.files.iter().map(|part| part.bytes).sum();
    Ok(Summary { path: of.data.clone(), files: places.len() as u64, bytes })
}

/// Where the files of the backup belong. The configured stores must be divided as those of the backup were.
fn places(of: &Installation, from: &Path, manifest: &Manifest) -> Result<Vec<Placed>, Error> {
    let missing = |what: &str| Error::NotABackup {
        path: from.to_owned(),
        reason: format!("none of its files holds `{what}`"),
    };
    let mut places = Vec::new();
    for (to, roles) in stores::journals(of)? {
        let role = roles.first().map_or("doors", String::as_str);
        let part = manifest.holding(role).ok_or_else(|| missing(role))?;
        if part.holds != roles {
            let (theirs, ours) = (part.holds.join(" and "), roles.join(" and "));
            let reason = format!("it has one store for {theirs}, and the configuration has one for {ours}");
            return Err(Error::OtherStores(reason));
        }
        places.push(Placed { from: from.join(&part.name), to });
    }
    // An installation that never opened its archive has none.
    if let Some(part) = manifest.holding("archive") {
        places.push(Placed { from: from.join(&part.name), to: stores::archive(of)? });
    }
    let key = manifest.holding("key").ok_or_else(|| missing("key"))?;
    places.push(Placed { from: from.join(&key.name), to: of.data.join("key") });
    Ok(places)
}

/// Renames all, or none.
fn carry_out(moves: &[(PathBuf, PathBuf)]) -> Result<(), Error> {
    for (at, (from, to)) in moves.iter().enumerate() {
        if let Err(error) = std::fs::rename(from, to) {
            for (from, to) in moves[..at].iter().rev() {
                if let Err(error) = files::rename(to, from) {
                    tracing::error!(%error, "what was moved aside could not be put back");
                }
            }
            return Err(Error::File { path: from.clone(), source: error });
        }
    }
    Ok(())
}
