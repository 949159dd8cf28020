//! The rules of a journal, applied inside one transaction. Each operation may be refused without harm to its neighbours.

use rusqlite::Connection;

use super::tables::{self, Log, Logs};
use crate::journal::{
    Append, ENTRY_BYTES_MAX, Entry, Error, Extent, LogName, SEGMENT, Seq, Snapshot, may_begin,
};

/// Rows of up to a MiB deleted in one step: about what one big append costs.
const SWEEP_ROWS: u32 = 8;

/// What an operation comes to: the outer error fails the whole transaction, the inner one this operation alone.
type Judged<T> = Result<Result<T, Error>, rusqlite::Error>;

/// A transaction that is being filled.
pub(super) struct Batch<'a> {
    pub(super) conn: &'a Connection,
    /// How far the journals reach, with what this transaction adds.
    pub(super) logs: Logs,
    /// Whether anything was written.
    pub(super) dirty: bool,
}

impl Batch<'_> {
    pub(super) fn append(&mut self, name: &LogName, at: Seq, entry: &Entry) -> Judged<Append> {
        if entry.body.len() > ENTRY_BYTES_MAX {
            return Ok(Err(too_large("entry", entry.body.len())));
        }
        let Extent { first, next, closed, .. } = self.extent(name);
        if at < first || (at >= next && closed) {
            return Ok(Ok(Append::Sealed));
        }
        if at < next {
            return self.occupied(name, at, entry).map(Ok);
        }
        if at > next || at.0 >= tables::SLOTS_MAX {
            return Ok(Err(Error::Invalid(format!(
                "slot {at} of {name} is not the next one, which is {next}"
            ))));
        }
        let mut log = self.open(name)?;
        tables::insert_entry(self.conn, log.id, at, entry)?;
        log.extent.next = at.next();
        log.extent.bytes += u64::try_from(entry.body.len()).unwrap_or(0);
        self.keep(name, log);
        Ok(Ok(Append::Appended))
    }

    fn occupied(&self, name: &LogName, at: Seq, entry: &Entry) -> Result<Append, rusqlite::Error> {
        let log = self.log(name).map_or(0, |log| log.id);
        if tables::id_at(self.conn, log, at)? == entry.id {
            return Ok(Append::Appended);
        }
        tables::entry_at(self.conn, log, at).map(Append::Taken)
    }

    pub(super) fn truncate(&mut self, name: &LogName, below: Seq) -> Judged<Seq> {
        let Some(mut log) = self.log(name) else { return Ok(Ok(Seq::FIRST)) };
        let bound = Seq(below.min(log.extent.next).0 / SEGMENT * SEGMENT);
        if bound > log.extent.first {
            let gone = tables::bytes_between(self.conn, log.id, log.extent.first, bound)?;
            log.extent.first = bound;
            log.extent.bytes = log.extent.bytes.saturating_sub(gone);
            tables::update_log(self.conn, &log)?;
            self.keep(name, log);
        }
        Ok(Ok(log.extent.first))
    }

    pub(super) fn begin_at(&mut self, name: &LogName, first: Seq) -> Judged<()> {
        let extent = self.extent(name);
        if extent.first == first {
            return Ok(Ok(()));
        }
        if let Err(error) = may_begin(name, extent, first) {
            return Ok(Err(error));
        }
        if first.0 >= tables::SLOTS_MAX {
            return Ok(Err(Error::Invalid(format!("{name} cannot begin at {first}"))));
        }
        let mut log = self.open(name)?;
        (log.extent.first, log.extent.next) = (first, first);
        tables::update_log(self.conn, &log)?;
        self.keep(name, log);
        Ok(Ok(()))
    }

    pub(super) fn close(&mut self, name: &LogName) -> Judged<Seq> {
        let mut log = self.open(name)?;
        if !log.extent.closed {
            log.extent.closed = true;
            tables::update_log(self.conn, &log)?;
            self.keep(name, log);
        }
        Ok(Ok(log.extent.next))
    }

    pub(super) fn drop_closed(&mut self, name: &LogName) -> Judged<()> {
        let Some(mut log) = self.log(name).filter(|log| log.extent.closed) else {
            return Ok(Err(Error::Invalid(format!("journal {name} is not closed, so it cannot be dropped"))));
        };
        if !log.dropped {
            log.dropped = true;
            log.extent.first = log.extent.next;
            log.extent.bytes = 0;
            tables::update_log(self.conn, &log)?;
            self.keep(name, log);
        }
        Ok(Ok(()))
    }

    pub(super) fn sweep(&mut self, name: &LogName) -> Judged<bool> {
        let Some(log) = self.log(name) else { return Ok(Ok(false)) };
        let swept = tables::sweep_entries(self.conn, log.id, log.extent.first, SWEEP_ROWS)?;
        self.dirty |= swept > 0;
        Ok(Ok(swept > 0))
    }

    pub(super) fn put_part(&mut self, name: &LogName, at: Seq, part: u32, bytes: &[u8]) -> Judged<()> {
        if bytes.len() > ENTRY_BYTES_MAX {
            return Ok(Err(too_large("snapshot part", bytes.len())));
        }
        let log = self.open(name)?;
        if tables::snapshot_at(self.conn, log.id, at)?.is_none() {
            tables::put_part(self.conn, log.id, at, part, bytes)?;
            self.dirty = true;
        } else if tables::part(self.conn, log.id, at, part)?.is_none_or(|there| there != bytes) {
            return Ok(Err(Error::Invalid(format!(
                "the snapshot of {name} at {at} is sealed with another part {part}"
            ))));
        }
        Ok(Ok(()))
    }

    pub(super) fn seal_snapshot(&mut self, name: &LogName, snapshot: &Snapshot) -> Judged<()> {
        let (at, log) = (snapshot.at, self.log(name).map_or(0, |log| log.id));
        if let Some(there) = tables::snapshot_at(self.conn, log, at)? {
            let same = (there.parts, there.digest) == (snapshot.parts, snapshot.digest);
            let other = || Error::Invalid(format!("another snapshot of {name} at {at} is sealed"));
            return Ok(if same { Ok(()) } else { Err(other()) });
        }
        let put = tables::parts_put(self.conn, log, at, snapshot.parts)?;
        if put < snapshot.parts || snapshot.parts == 0 {
            return Ok(Err(Error::Invalid(format!(
                "the snapshot of {name} at {at} has {put} of {} parts",
                snapshot.parts
            ))));
        }
        tables::insert_snapshot(self.conn, log, snapshot)?;
        self.dirty = true;
        Ok(Ok(()))
    }

    pub(super) fn drop_snapshots(&mut self, name: &LogName, below: Seq) -> Judged<bool> {
        let Some(log) = self.log(name) else { return Ok(Ok(false)) };
        let swept = tables::sweep_snapshots(self.conn, log.id, below, SWEEP_ROWS)?;
        self.dirty = true;
        Ok(Ok(swept > 0))
    }

    fn log(&self, name: &LogName) -> Option<Log> {
        self.logs.get(name).copied()
    }

    fn extent(&self, name: &LogName) -> Extent {
        self.log(name).map_or_else(Extent::default, |log| log.extent)
    }

    /// The journal, named in the tables if it was not yet.
    fn open(&mut self, name: &LogName) -> Result<Log, rusqlite::Error> {
        if let Some(log) = self.log(name) {
            return Ok(log);
        }
        let id = tables::create_log(self.conn, name)?;
        let log = Log { id, extent: Extent::default(), dropped: false };
        self.keep(name, log);
        Ok(log)
    }

    fn keep(&mut self, name: &LogName, log: Log) {
        self.logs.insert(name.clone(), log);
        self.dirty = true;
    }
}

fn too_large(what: &str, bytes: usize) -> Error {
    Error::Invalid(format!("the {what} has {bytes} bytes, more than the {ENTRY_BYTES_MAX} allowed"))
}
