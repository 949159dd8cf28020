//! How much room a store has, so that intake can stop before the disk is full.

use super::reader::Query;
use super::{PAGE_BYTES, SqliteStore, open};
use crate::journal::{Error, Outcome};

/// The room of a store, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Space {
    /// Free on the file system, for this user.
    pub disk_free: u64,
    /// Free inside the file: it does not shrink, but what was truncated is used again before it grows.
    pub reusable: u64,
}

impl Space {
    /// What may still be written before the store has to refuse.
    pub fn free(self) -> u64 {
        self.disk_free.saturating_add(self.reusable)
    }
}

impl SqliteStore {
    /// How much room there is. Cheap enough to ask every second.
    pub async fn space(&self) -> Result<Space, Error> {
        let pages = self.query(|reply| Query::FreePages { reply }).await?;
        Ok(Space { disk_free: self.disk_free()?, reusable: pages.saturating_mul(u64::from(PAGE_BYTES)) })
    }

    /// What is free on the file system: all of the room that changes while nothing is committed.
    pub fn disk_free(&self) -> Result<u64, Error> {
        let disk = rustix::fs::statvfs(open::folder_of(&self.path))
            .map_err(|error| Error::Unavailable { reason: error.to_string(), outcome: Outcome::NotDone })?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
}
