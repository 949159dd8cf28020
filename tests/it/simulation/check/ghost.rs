//! A stage's journal as it is, read by nobody's process.

use futures_util::FutureExt as _;
use pd::domain::time::Timestamp;
use pd::journal::memory::MemoryJournal;
use pd::journal::{Entry, Journal as _, LogName, Read, Seq};
use pd::stage::{Body, Cursor, Replica, Stage};

/// What an operation without faults answers, which it does at once.
pub(in crate::simulation) fn at_once<T, E: std::fmt::Display>(
    operation: impl Future<Output = Result<T, E>>,
) -> Result<T, String> {
    match operation.now_or_never() {
        Some(Ok(done)) => Ok(done),
        Some(Err(error)) => Err(format!("the checks cannot use the store: {error}")),
        None => Err("the checks had to wait for the store".to_owned()),
    }
}

/// A stage at every position of its journal.
pub(super) struct Ghost<S: Stage> {
    log: LogName,
    store: MemoryJournal,
    now: Replica<S>,
    /// After so many entries.
    past: Vec<Replica<S>>,
    /// When each entry was written.
    written: Vec<Timestamp>,
    unread: std::collections::VecDeque<Entry>,
}

impl<S: Stage> Clone for Ghost<S> {
    fn clone(&self) -> Self {
        Self {
            log: self.log.clone(),
            store: self.store.clone(),
            now: self.now.clone(),
            past: self.past.clone(),
            written: self.written.clone(),
            unread: self.unread.clone(),
        }
    }
}

/// An entry, and what it says.
type Said<S> = (Entry, Body<<S as Stage>::Fact>);

impl<S: Stage> Ghost<S>
where
    S::State: PartialEq,
{
    pub(super) fn new(log: LogName, store: MemoryJournal) -> Self {
        let now = Replica::default();
        Self {
            log,
            store,
            past: vec![now.clone()],
            written: Vec::new(),
            now,
            unread: std::collections::VecDeque::new(),
        }
    }

    /// The next entry; it is to be taken in by [`Ghost::evolve`] and [`Ghost::advance`].
    pub(super) fn read(&mut self) -> Result<Option<Said<S>>, String> {
        if self.unread.is_empty() {
            match at_once(self.store.read(&self.log, self.now.next, 1 << 20))? {
                Read::Run { entries, .. } => self.unread.extend(entries),
                Read::Truncated { first } => {
                    return Err(format!("{} was truncated up to {first} at once", self.log));
                }
            }
        }
        let Some(entry) = self.unread.pop_front() else { return Ok(None) };
        let body = Body::decode(&self.log, self.now.next, &entry).map_err(|error| error.to_string())?;
        Ok(Some((entry, body)))
    }

    pub(super) fn next(&self) -> Seq {
        self.now.next
    }

    pub(super) fn state(&self) -> &S::State {
        &self.now.state
    }

    pub(super) fn cursor(&self, log: &LogName) -> Cursor {
        self.now.cursors.get(log).cloned().unwrap_or_default()
    }

    pub(super) fn cursors(&self) -> impl Iterator<Item = (&LogName, &Cursor)> {
        self.now.cursors.iter()
    }

    pub(super) fn evolve(&mut self, fact: &S::Fact) {
        S::evolve(std::sync::Arc::make_mut(&mut self.now.state), fact);
    }

    pub(super) fn advance(&mut self, entry: &Entry, cursors: Vec<(LogName, Cursor)>, dropped: &[LogName]) {
        self.now.cursors.extend(cursors);
        for log in dropped {
            self.now.cursors.remove(log);
        }
        self.now.next = self.now.next.next();
        self.now.previous = entry.id;
        self.written.push(entry.at);
        self.past.push(self.now.clone());
    }

    /// When the entry in this slot was written, if there is one.
    pub(super) fn written(&self, at: Seq) -> Option<Timestamp> {
        self.written.get(usize::try_from(at.0).unwrap_or(usize::MAX)).copied()
    }

    fn at(&self, at: Seq) -> Option<&Replica<S>> {
        self.past.get(usize::try_from(at.0).unwrap_or(usize::MAX))
    }

    /// What is wrong with a cursor into this journal.
    pub(super) fn does_not_have(&self, cursor: &Cursor) -> Option<String> {
        // The other journal may be read a moment later, so what is not read yet is looked up.
        let Some(there) = self.at(cursor.next) else {
            let before = Seq(cursor.next.0.saturating_sub(1));
            let ahead = self.unread.get(usize::try_from(before.0 - self.now.next.0).unwrap_or(usize::MAX));
            let read = || match at_once(self.store.read(&self.log, before, 1)) {
                Ok(Read::Run { entries, .. }) => entries.first().map(|entry| entry.id),
                Ok(Read::Truncated { .. }) | Err(_) => None,
            };
            let id = ahead.map(|entry| entry.id).or_else(read);
            return (id != Some(cursor.previous))
                .then(|| format!("the cursor {cursor:?} into {} points to what is not there", self.log));
        };
        (there.previous != cursor.previous)
            .then(|| format!("the cursor {cursor:?} into {} names another entry", self.log))
    }

    /// What is wrong with somebody's replica; `full` compares all of it.
    pub(super) fn equals(&self, theirs: &Replica<S>, full: bool) -> Option<String> {
        let (log, next) = (&self.log, theirs.next);
        let Some(ours) = self.at(next) else {
            return Some(format!("its {log} is at {next}, but the journal ends at {}", self.now.next));
        };
        if ours.previous != theirs.previous {
            return Some(format!("its {log} at {next} came from an entry that is not in the journal"));
        }
        if full && (ours.state != theirs.state || ours.cursors != theirs.cursors) {
            return Some(format!("its {log} at {next} is another than that of the journal"));
        }
        None
    }
}
