//! How much room a store has, so that intake can stop before the disk is full.

use rustix::fs::StatVfsMountFlags;

use super::reader::Query;
use super::{PAGE_BYTES, SqliteStore, open};
use crate::journal::{Error, Outcome};

/// The room of a store, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Space {
    /// Free on the file system, for this user.
    pub disk_free: u64,
    /// Whether the file system is mounted read-only.
    pub read_only: bool,
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
        self.space_with(pages.saturating_mul(u64::from(PAGE_BYTES)))
    }

    /// How much room there is when `reusable` bytes are free inside the file: all of it that changes while nothing is
    /// committed.
    pub fn space_with(&self, reusable: u64) -> Result<Space, Error> {
        let disk = rustix::fs::statvfs(open::folder_of(&self.path))
            .map_err(|error| Error::Unavailable { reason: error.to_string(), outcome: Outcome::NotDone })?;
        Ok(Space {
            disk_free: disk.f_bavail.saturating_mul(disk.f_frsize),
            read_only: disk.f_flag.contains(StatVfsMountFlags::RDONLY),
            reusable,
        })
    }
}
