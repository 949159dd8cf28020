//! What a backup says of itself.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Error, files};

/// The manifest's name in the folder of a backup. It is written last: a folder without it is not a whole backup.
pub(super) const NAME: &str = "backup.json";

/// The format that this release writes and reads.
const FORMAT: u32 = 1;

/// What the folder holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    format: u32,
    /// Which release of `pd` wrote it.
    pub(super) version: String,
    /// When, ISO 8601.
    pub(super) at: String,
    pub(super) files: Vec<Part>,
}

/// One file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Part {
    /// In the folder.
    pub(super) name: String,
    /// What it is: `key`, `archive`, or the journals that it holds: `doors`, `incidents`, `notify`.
    pub(super) holds: Vec<String>,
    pub(super) bytes: u64,
    sha256: String,
}

impl Part {
    /// Of a file that was written.
    pub(super) fn of(folder: &Path, name: &str, holds: Vec<String>) -> Result<Self, Error> {
        let (bytes, sha256) = files::digest(&folder.join(name))?;
        Ok(Self { name: name.to_owned(), holds, bytes, sha256 })
    }
}

impl Manifest {
    pub(super) fn new(at: String, files: Vec<Part>) -> Self {
        Self { format: FORMAT, version: env!("CARGO_PKG_VERSION").to_owned(), at, files }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("names and numbers")
    }

    /// Reads the manifest of a backup and compares every file with it.
    pub(super) fn verify(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(NAME);
        let not = |path: &Path, reason: String| Error::NotABackup { path: path.to_owned(), reason };
        let text = std::fs::read(&path).map_err(|error| not(folder, format!("{NAME}: {error}")))?;
        let manifest: Self =
            serde_json::from_slice(&text).map_err(|error| not(folder, format!("{NAME}: {error}")))?;
        if manifest.format != FORMAT {
            let reason = format!("its format is {}, and this release reads {FORMAT}", manifest.format);
            return Err(not(folder, reason));
        }
        for part in &manifest.files {
            let path = folder.join(&part.name);
            if Path::new(&part.name).components().count() != 1 || !path.is_file() {
                return Err(not(folder, format!("`{}` is missing", part.name)));
            }
            if files::digest(&path)? != (part.bytes, part.sha256.clone()) {
                return Err(not(&path, "it is not what was written".to_owned()));
            }
        }
        Ok(manifest)
    }

    /// The file that is, or holds, this.
    pub(super) fn holding(&self, what: &str) -> Option<&Part> {
        self.files.iter().find(|part| part.holds.iter().any(|held| held == what))
    }
}
