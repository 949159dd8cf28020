//! What a store in memory holds, and the rules of the seam over it: pure, and cheap to copy.

use bytes::Bytes;
use imbl::{OrdMap, Vector};

use crate::journal::{Append, ENTRY_BYTES_MAX, Entry, Error, Extent, LogName, Read, Seq, Snapshot};
use crate::mutants::{self, Mutant};

/// All journals and snapshots.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    logs: OrdMap<LogName, Log>,
}

#[derive(Clone, Debug, Default)]
struct Log {
    first: Seq,
    /// From `first` on.
    entries: Vector<Entry>,
    bytes: u64,
    closed: bool,
    dropped: bool,
    parts: OrdMap<(Seq, u32), Bytes>,
    sealed: OrdMap<Seq, Snapshot>,
}

impl Log {
    fn next(&self) -> Seq {
        Seq(self.first.0 + u64::try_from(self.entries.len()).unwrap_or(0))
    }

    /// The entry in a slot that is not truncated.
    fn at(&self, at: Seq) -> Option<&Entry> {
        usize::try_from(at.0.checked_sub(self.first.0)?).ok().and_then(|index| self.entries.get(index))
    }

    fn cut(&mut self, first: Seq) {
        while self.first < first
            && let Some(entry) = self.entries.pop_front()
        {
            self.bytes -= length(&entry.body);
            self.first = self.first.next();
        }
    }
}

impl State {
    pub(super) fn append(&mut self, name: &LogName, at: Seq, entry: &Entry) -> Result<Append, Error> {
        if entry.body.len() > ENTRY_BYTES_MAX {
            return Err(too_large("entry", entry.body.len()));
        }
        let Extent { first, next, closed, .. } = self.extent(name);
        if at < first && mutants::is(Mutant::NoSealOnTruncation) {
            return Ok(Append::Appended);
        }
        if at < first || (at >= next && closed) {
            return Ok(Append::Sealed);
        }
        if let Some(there) = self.logs.get(name).and_then(|log| log.at(at)) {
            let mine = there.id == entry.id;
            return Ok(if mine { Append::Appended } else { Append::Taken(there.clone()) });
        }
        if at != next {
            return Err(Error::Invalid(format!("slot {at} of {name} is not the next one, which is {next}")));
        }
        let log = self.logs.entry(name.clone()).or_default();
        log.bytes += length(&entry.body);
        log.entries.push_back(entry.clone());
        Ok(Append::Appended)
    }

    pub(super) fn read(&self, name: &LogName, from: Seq, bytes_max: usize) -> Read {
        let nothing = Log::default();
        let log = self.logs.get(name).unwrap_or(&nothing);
        if from < log.first {
            return Read::Truncated { first: log.first };
        }
        let (mut entries, mut bytes, mut at) = (Vec::new(), 0, from);
        while let Some(entry) = log.at(at) {
            bytes += entry.body.len();
            if !entries.is_empty() && bytes > bytes_max {
                break;
            }
            entries.push(entry.clone());
            at = at.next();
        }
        Read::Run { entries, closed: log.closed && at >= log.next() }
    }

    pub(super) fn extent(&self, name: &LogName) -> Extent {
        self.logs.get(name).map_or_else(Extent::default, |log| Extent {
            first: log.first,
            next: log.next(),
            bytes: log.bytes,
            closed: log.closed,
        })
    }

    pub(super) fn names(&self) -> Vec<LogName> {
        let written = |log: &Log| !log.dropped && (log.closed || log.next() > Seq::FIRST);
        self.logs.iter().filter(|(_, log)| written(log)).map(|(name, _)| name.clone()).collect()
    }

    pub(super) fn truncate(&mut self, name: &LogName, below: Seq, segment: u64) -> Seq {
        let Some(log) = self.logs.get_mut(name) else { return Seq::FIRST };
        log.cut(Seq(below.min(log.next()).0 / segment * segment));
        log.first
    }

    pub(super) fn close(&mut self, name: &LogName) -> Seq {
        let log = self.logs.entry(name.clone()).or_default();
        log.closed = true;
        log.next()
    }

    pub(super) fn drop_closed(&mut self, name: &LogName) -> Result<(), Error> {
        let Some(log) = self.logs.get_mut(name).filter(|log| log.closed) else {
            return Err(Error::Invalid(format!("journal {name} is not closed, so it cannot be dropped")));
        };
        log.cut(log.next());
        log.parts.clear();
        log.sealed.clear();
        log.dropped = true;
        Ok(())
    }

    pub(super) fn put_part(&mut self, name: &LogName, at: Seq, part: u32, bytes: Bytes) -> Result<(), Error> {
        if bytes.len() > ENTRY_BYTES_MAX {
            return Err(too_large("snapshot part", bytes.len()));
        }
        let log = self.logs.entry(name.clone()).or_default();
        if !log.sealed.contains_key(&at) {
            log.parts.insert((at, part), bytes);
        } else if log.parts.get(&(at, part)) != Some(&bytes) {
            return Err(Error::Invalid(format!(
                "the snapshot of {name} at {at} is sealed with another part {part}"
            )));
        }
        Ok(())
    }

    pub(super) fn seal_snapshot(&mut self, name: &LogName, snapshot: &Snapshot) -> Result<(), Error> {
        let (at, parts) = (snapshot.at, snapshot.parts);
        let nothing = Log::default();
        let log = self.logs.get(name).unwrap_or(&nothing);
        if let Some(there) = log.sealed.get(&at) {
            let same = (there.parts, there.digest) == (parts, snapshot.digest);
            let other = || Error::Invalid(format!("another snapshot of {name} at {at} is sealed"));
            return if same { Ok(()) } else { Err(other()) };
        }
        let put = log.parts.range((at, 0)..(at, parts)).count();
        if parts == 0 || put < usize::try_from(parts).unwrap_or(usize::MAX) {
            return Err(Error::Invalid(format!("the snapshot of {name} at {at} has {put} of {parts} parts")));
        }
        self.logs.entry(name.clone()).or_default().sealed.insert(at, snapshot.clone());
        Ok(())
    }

    pub(super) fn snapshots(&self, name: &LogName) -> Vec<Snapshot> {
        self.logs.get(name).map_or_else(Vec::new, |log| log.sealed.values().rev().cloned().collect())
    }

    pub(super) fn part(&self, name: &LogName, at: Seq, part: u32) -> Option<Bytes> {
        let log = self.logs.get(name)?;
        log.sealed.get(&at)?;
        log.parts.get(&(at, part)).cloned()
    }

    pub(super) fn damage(&mut self, name: &LogName, at: Seq, part: u32, bytes: Bytes) {
        if let Some(there) = self.logs.get_mut(name).and_then(|log| log.parts.get_mut(&(at, part))) {
            *there = bytes;
        }
    }

    pub(super) fn drop_snapshots(&mut self, name: &LogName, below: Seq) {
        if let Some(log) = self.logs.get_mut(name) {
            log.parts = log.parts.iter().filter(|((at, _), _)| *at >= below).map(cloned).collect();
            log.sealed = log.sealed.iter().filter(|(at, _)| **at >= below).map(cloned).collect();
        }
    }
}

fn cloned<K: Clone, V: Clone>((key, value): (&K, &V)) -> (K, V) {
    (key.clone(), value.clone())
}

fn length(body: &Bytes) -> u64 {
    u64::try_from(body.len()).unwrap_or(u64::MAX)
}

fn too_large(what: &str, bytes: usize) -> Error {
    Error::Invalid(format!("the {what} has {bytes} bytes, more than the {ENTRY_BYTES_MAX} allowed"))
}
