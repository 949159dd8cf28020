//! Copies an installation while its server runs.
//!
//! All journals are copied as they were at one moment. Stores in several files cannot be looked at in the very same
//! instant; so it is checked that every cursor fits, and if an entry got in between, the looks are taken again. The
//! archive is copied last: the journals refer to it, and never the other way round.

use std::path::Path;

use super::manifest::{self, Manifest, Part};
use super::stores::{self, Journals};
use super::{Error, Installation, Summary, files, recover};
use crate::archive;
use crate::clock::{Clock as _, SystemClock};

/// How often looks are taken again until they fit. More is of no use: then the stores themselves do not fit, and the
/// backup is one of an installation that needs `pd recover`.
const LOOKS_MAX: u32 = 20;

pub(super) fn run(of: &Installation, to: &Path) -> Result<Summary, Error> {
    if to.exists() {
        return Err(Error::Exists(to.to_owned()));
    }
    files::make_folder(to)?;
    let made = fill(of, to);
    if made.is_err() {
        // What is left of a failed backup is of no use; if it cannot be removed, the error that we have says more.
        drop(std::fs::remove_dir_all(to));
    }
    made
}

fn fill(of: &Installation, to: &Path) -> Result<Summary, Error> {
    let mut parts = Vec::new();
    let mut looks = stores::look(of)?;
    for _ in 1..LOOKS_MAX {
        let journals = Journals::new(&looks);
        if looks.len() == 1 || stores::wait(recover::mismatches(&journals))?.is_empty() {
            break;
        }
        looks = stores::look(of)?;
    }
    for (look, roles) in &looks {
        let name = format!("{}.db", roles.join("-"));
        look.copy_to(&to.join(&name))?;
        parts.push(Part::of(to, &name, roles.clone())?);
    }
    drop(looks);
    let from = stores::archive(of)?;
    if from.is_file() {
        archive::sqlite::copy_file(&from, &to.join("archive.db"))?;
        parts.push(Part::of(to, "archive.db", vec!["archive".to_owned()])?);
    }
    files::copy(&of.data.join("key"), &to.join("key"))?;
    parts.push(Part::of(to, "key", vec!["key".to_owned()])?);
    let (files, bytes) = (parts.len() as u64 + 1, parts.iter().map(|part| part.bytes).sum::<u64>());
    let manifest = Manifest::new(SystemClock::new().now().to_iso(), parts).encode();
    files::write(&to.join(manifest::NAME), &manifest)?;
    files::sync_folder(to)?;
    files::sync_folder(files::folder_of(to))?;
    Ok(Summary { path: to.to_owned(), files, bytes: bytes + manifest.len() as u64 })
}
