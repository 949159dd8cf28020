//! A stage's state at one position of its journal, and how it gets there: from a snapshot and the entries since.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use imbl::OrdMap;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::ground::check_cursor;
use super::suspicion::panic_text;
use super::{Body, Cursor, Error, Stage};
use crate::journal::{Entry, Journal, LogName, Read, Seq, Snapshot};
use crate::mutants::{self, Mutant};

/// How much is read of a journal at a time.
const READ_BYTES: usize = 4 << 20;

/// A stage's state at one position of its journal. A value: a clone is cheap.
#[derive(Debug)]
pub struct Replica<S: Stage> {
    /// The slot that the next entry goes to.
    pub next: Seq,
    /// The id of the entry before `next`; nil at 0.
    pub previous: Uuid,
    /// How far each source has been consumed.
    pub cursors: OrdMap<LogName, Cursor>,
    /// What all facts so far amount to.
    pub state: Arc<S::State>,
}

impl<S: Stage> Clone for Replica<S> {
    fn clone(&self) -> Self {
        Self {
            next: self.next,
            previous: self.previous,
            cursors: self.cursors.clone(),
            state: Arc::clone(&self.state),
        }
    }
}

impl<S: Stage> Default for Replica<S> {
    fn default() -> Self {
        Self {
            next: Seq::FIRST,
            previous: Uuid::nil(),
            cursors: OrdMap::new(),
            state: Arc::new(S::State::default()),
        }
    }
}

/// What others have appended.
pub(super) enum News<S: Stage> {
    /// These entries, from `next` on; perhaps none.
    Entries(Vec<Entry>),
    /// So much that the beginning is gone: this is a later value.
    Jumped(Box<Replica<S>>),
}

/// A snapshot is lines of JSON; the first one is this, the others are the stage's records.
#[derive(Serialize, Deserialize)]
struct Header {
    next: Seq,
    previous: Uuid,
    cursors: Vec<(LogName, Cursor)>,
}

impl<S: Stage> Replica<S> {
    /// The newest state that the journal holds.
    ///
    /// # Errors
    /// When the store does not answer, or what it holds cannot be used.
    pub async fn load(journal: &dyn Journal, log: &LogName) -> Result<Self, Error> {
        let mut replica = Self::load_snapshot(journal, log).await?;
        while replica.follow(journal, log).await? {}
        Ok(replica)
    }

    /// Applies some entries that others (or an earlier process) have appended. Whether there were any.
    ///
    /// # Errors
    /// When the store does not answer, or an entry cannot be read or applied; then this value is not to be used again.
    pub async fn follow(&mut self, journal: &dyn Journal, log: &LogName) -> Result<bool, Error> {
        match self.news(journal, log).await? {
            News::Entries(entries) => {
                for entry in &entries {
                    self.apply(log, entry)?;
                }
                Ok(!entries.is_empty())
            }
            News::Jumped(replica) => {
                *self = *replica;
                Ok(true)
            }
        }
    }

    /// What others have appended since.
    pub(super) async fn news(&self, journal: &dyn Journal, log: &LogName) -> Result<News<S>, Error> {
        match journal.read(log, self.next, READ_BYTES).await? {
            Read::Run { entries, .. } => Ok(News::Entries(entries)),
            Read::Truncated { .. } if mutants::is(Mutant::TruncatedIsNothingNew) => {
                Ok(News::Entries(Vec::new()))
            }
            // We slept for so long that what we would read next is gone.
            Read::Truncated { .. } => self.jump(journal, log).await,
        }
    }

    /// Begins again from a snapshot.
    pub(super) async fn jump(&self, journal: &dyn Journal, log: &LogName) -> Result<News<S>, Error> {
        Ok(News::Jumped(Box::new(Self::load_snapshot(journal, log).await?)))
    }

    /// Applies the entry at `next`, and gives what it holds.
    ///
    /// # Errors
    /// When it cannot be read; nothing of it is applied then. When the rules fail on it; then this value is not to be
    /// used again.
    pub fn apply(&mut self, log: &LogName, entry: &Entry) -> Result<Body<S::Fact>, Error> {
        let body = Body::<S::Fact>::decode(log, self.next, entry)?;
        let state = Arc::make_mut(&mut self.state);
        let applied =
            catch_unwind(AssertUnwindSafe(|| body.facts.iter().for_each(|fact| S::evolve(state, fact))));
        if let Err(panic) = applied {
            let reason = panic_text(&*panic).to_owned();
            return Err(Error::Fails { log: log.clone(), seq: self.next, reason });
        }
        self.advance(entry.id, &body.cursors, &body.dropped);
        Ok(body)
    }

    /// Moves on by an entry whose facts are in the state already.
    pub(super) fn advance(&mut self, id: Uuid, cursors: &[(LogName, Cursor)], dropped: &[LogName]) {
        self.cursors.extend(cursors.iter().cloned());
        for log in dropped {
            self.cursors.remove(log);
        }
        self.next = self.next.next();
        self.previous = id;
    }

    /// The lines of a snapshot of this value.
    pub fn lines(&self) -> impl Iterator<Item = Vec<u8>> + Send + '_ {
        let cursors = self.cursors.iter().map(|(log, cursor)| (log.clone(), cursor.clone())).collect();
        let header = line(&Header { next: self.next, previous: self.previous, cursors });
        std::iter::once(header).chain(S::records(&self.state).map(|record| line(&record)))
    }

    async fn load_snapshot(journal: &dyn Journal, log: &LogName) -> Result<Self, Error> {
        let mut sealed = journal.snapshots(log).await?;
        loop {
            let error = match Self::load_one_of(journal, log, &sealed).await {
                Err(error @ (Error::NoSnapshot { .. } | Error::Restored { .. })) => error,
                loaded => return loaded,
            };
            // While this was slow to read, others may have put newer ones in their place, and truncated what was below.
            let newer = journal.snapshots(log).await?;
            if newer == sealed {
                return Err(error);
            }
            sealed = newer;
        }
    }

    async fn load_one_of(journal: &dyn Journal, log: &LogName, sealed: &[Snapshot]) -> Result<Self, Error> {
        let mut reason = String::from("there is none");
        for snapshot in sealed {
            match Self::read_snapshot(journal, log, snapshot).await? {
                Ok(replica) => {
                    replica.check_ground(journal, log).await?;
                    return Ok(replica);
                }
                Err(damage) => {
                    tracing::error!(%log, at = %snapshot.at, damage, "a snapshot cannot be used");
                    reason = damage;
                }
            }
        }
        match journal.read(log, Seq::FIRST, 1).await? {
            Read::Run { .. } => Ok(Self::default()),
            Read::Truncated { .. } => Err(Error::NoSnapshot { log: log.clone(), reason }),
        }
    }

    async fn read_snapshot(
        journal: &dyn Journal,
        log: &LogName,
        snapshot: &Snapshot,
    ) -> Result<Result<Self, String>, Error> {
        let mut digest = Sha256::new();
        let mut rest = Vec::new();
        let mut header: Option<Header> = None;
        let mut records = Vec::new();
        for part in 0..snapshot.parts {
            let Some(bytes) = journal.snapshot_part(log, snapshot.at, part).await? else {
                return Ok(Err(format!("part {part} is missing")));
            };
            digest.update(&bytes);
            rest.extend_from_slice(&bytes);
            let Some(end) = rest.iter().rposition(|byte| *byte == b'\n') else { continue };
            for text in rest[..end].split(|byte| *byte == b'\n') {
                let parsed = if header.is_none() {
                    serde_json::from_slice(text).map(|first| header = Some(first))
                } else {
                    serde_json::from_slice(text).map(|record| records.push(record))
                };
                if let Err(error) = parsed {
                    return Ok(Err(format!("a line of part {part} cannot be read: {error}")));
                }
            }
            rest.drain(..=end);
        }
        let is_whole = <[u8; 32]>::from(digest.finalize()) == snapshot.digest;
        if !is_whole && !mutants::is(Mutant::SnapshotWithoutDigest) {
            return Ok(Err("its digest is another".to_owned()));
        }
        let Some(header) = header.filter(|_| rest.is_empty()) else {
            return Ok(Err("it is not whole".to_owned()));
        };
        Ok(Ok(Self {
            next: header.next,
            previous: header.previous,
            cursors: header.cursors.into_iter().collect(),
            state: Arc::new(S::restore(&mut records.into_iter())),
        }))
    }

    /// Whether the journal still goes on from where this state was taken.
    pub(super) async fn check_ground(&self, journal: &dyn Journal, log: &LogName) -> Result<(), Error> {
        check_cursor(journal, log, &self.cursor()).await
    }

    /// Where this value stands in its journal.
    pub(super) fn cursor(&self) -> Cursor {
        Cursor { next: self.next, skip: 0, previous: self.previous }
    }
}

/// The digest that a snapshot of these lines has.
pub fn snapshot_digest(lines: impl Iterator<Item = Vec<u8>>) -> [u8; 32] {
    let mut digest = Sha256::new();
    for line in lines {
        digest.update(&line);
    }
    digest.finalize().into()
}

fn line<T: Serialize>(value: &T) -> Vec<u8> {
    let mut line = serde_json::to_vec(value).expect("records have string keys and no failing serialisers");
    line.push(b'\n');
    line
}
