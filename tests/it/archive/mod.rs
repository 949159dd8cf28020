//! What every archive promises, held against each implementation.
#![allow(clippy::unwrap_used, reason = "tests")]

mod cases;
pub(crate) mod fixture;
mod model;
mod sqlite;

use std::path::Path;
use std::sync::Arc;

use pd::archive::sqlite::SqliteArchive;
use pd::clock::SystemClock;

fn open(folder: &Path) -> SqliteArchive {
    SqliteArchive::open(&folder.join("archive.db"), Arc::new(SystemClock::new())).unwrap()
}
