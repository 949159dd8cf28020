//! What a stage has read of its sources and not yet decided.

use std::collections::VecDeque;
use std::sync::Arc;

use futures_util::future::join_all;
use imbl::OrdMap;
use uuid::Uuid;

use super::ground::check_cursor;
use super::{Arrival, Cursor, Error, Place, Signal, Stage};
use crate::domain::time::Timestamp;
use crate::journal::{self, Journal, LogName, Read, Seq};

/// How much of one source is read at a time, and so about how much of it is held undecided.
const READ_BYTES: usize = 1 << 20;

/// So many reads of the other stage's journal make one look.
const LOOKS_MAX: usize = 4;

/// An input with its place.
struct Item<I> {
    seq: Seq,
    index: u32,
    /// Where the source's cursor stands once this is consumed.
    after: Cursor,
    accepted_at: Timestamp,
    input: Option<I>,
}

struct Source<I> {
    log: LogName,
    goes_first: bool,
    /// The entry that is read next.
    next: Seq,
    /// The id of the entry before it.
    previous: Uuid,
    /// How many inputs of the next entry were consumed already.
    skip: u32,
    waiting: VecDeque<Item<I>>,
    /// Whether there may be something to read.
    hinted: bool,
    /// Whether everything that will ever be in it has been read.
    ended: bool,
    /// Whether the ground under its cursor was checked.
    checked: bool,
}

/// All sources of a stage.
pub(super) struct Sources<S: Stage> {
    sources: Vec<Source<S::Input>>,
}

/// Some inputs, in the order in which they are decided.
pub(super) struct Batch<I> {
    pub(super) inputs: Vec<I>,
    /// The place of each input.
    pub(super) places: Vec<Place>,
    /// Where the cursors stand once all of it is consumed.
    pub(super) cursors: Vec<(LogName, Cursor)>,
}

impl<S: Stage> Sources<S> {
    pub(super) fn new() -> Self {
        Self { sources: Vec::new() }
    }

    /// Consumes these journals from now on, from where the replica's cursors stand.
    pub(super) fn set(&mut self, stage: &S, logs: &[LogName], cursors: &OrdMap<LogName, Cursor>) {
        if self.sources.iter().map(|source| &source.log).eq(logs) {
            return;
        }
        let mut old = std::mem::take(&mut self.sources);
        self.sources = logs
            .iter()
            .map(|log| match old.iter().position(|source| source.log == *log) {
                Some(at) => old.swap_remove(at),
                None => Source::at(log, stage.goes_first(log), cursors.get(log)),
            })
            .collect();
    }

    /// The journals that have a cursor and are not consumed any more.
    pub(super) fn dropped(&self, cursors: &OrdMap<LogName, Cursor>) -> Vec<LogName> {
        let consumed = |log: &&LogName| self.sources.iter().any(|source| source.log == **log);
        cursors.keys().filter(|log| !consumed(log)).cloned().collect()
    }

    /// Forgets what was read and begins again where the cursors stand.
    pub(super) fn rewind(&mut self, cursors: &OrdMap<LogName, Cursor>) {
        for source in &mut self.sources {
            let checked = source.checked;
            *source = Source::at(&source.log, source.goes_first, cursors.get(&source.log));
            source.checked = checked;
        }
    }

    /// Says that these sources may have something new.
    pub(super) fn hint(&mut self, new: impl Fn(&LogName) -> bool) {
        for source in &mut self.sources {
            source.hinted |= !source.ended && new(&source.log);
        }
    }

    /// Whether something can be decided or read.
    pub(super) fn has_work(&self) -> bool {
        self.sources.iter().any(|source| source.hinted || !source.waiting.is_empty())
    }

    pub(super) fn waiting(&self) -> usize {
        self.sources.iter().map(|source| source.waiting.len()).sum()
    }

    pub(super) fn oldest(&self) -> Option<Timestamp> {
        self.sources
            .iter()
            .filter_map(|source| {
                source.waiting.iter().find(|item| item.input.is_some()).map(|item| item.accepted_at)
            })
            .min()
    }

    /// The sources that have ended and whose inputs were all taken.
    pub(super) fn drained(&self) -> Vec<LogName> {
        self.sources
            .iter()
            .filter(|source| source.ended && source.waiting.is_empty())
            .map(|source| source.log.clone())
            .collect()
    }

    /// Reads what is new, up to a bound per source. A source whose store does not answer does not hold up the others;
    /// it is tried again at the next poll, and the last such failure is returned.
    pub(super) async fn refill(
        &mut self,
        stage: &S,
        store: impl Fn(&LogName) -> Arc<dyn Journal>,
    ) -> Result<Option<journal::Error>, Error> {
        let hungry = |source: &&mut Source<S::Input>| source.hinted && source.waiting.len() < WAITING_MAX;
        let reads = self.sources.iter_mut().filter(hungry).map(|source| {
            let journal = store(&source.log);
            async move {
                let read = source.refill(stage, &*journal, READ_BYTES).await;
                if matches!(read, Err(Error::Store(_))) {
                    source.hinted = false;
                }
                read
            }
        });
        settled(join_all(reads).await)
    }

    /// Looks, with a small read of each source, whether there is something to decide. Of the other stage's journal more is
    /// read, because what does not concern this one may stand before what does.
    pub(super) async fn look(
        &mut self,
        stage: &S,
        store: impl Fn(&LogName) -> Arc<dyn Journal>,
    ) -> Result<Option<journal::Error>, Error> {
        let idle = self.sources.iter_mut().filter(|source| !source.ended && source.waiting.is_empty());
        let looks = idle.map(|source| {
            let journal = store(&source.log);
            async move { source.look(stage, &*journal).await }
        });
        settled(join_all(looks).await)
    }

    /// Checks every source's ground again at the next read.
    pub(super) fn check_again(&mut self) {
        for source in &mut self.sources {
            source.checked = false;
            source.hinted |= !source.ended;
        }
    }

    /// Takes at most `max` inputs: those that go first, then the others by when they were accepted. The order within a
    /// source is kept.
    pub(super) fn take(&mut self, max: usize) -> Batch<S::Input> {
        let mut batch = Batch { inputs: Vec::new(), places: Vec::new(), cursors: Vec::new() };
        let mut moved: Vec<Option<Cursor>> = vec![None; self.sources.len()];
        while batch.inputs.len() < max {
            let head = |source: &Source<S::Input>| {
                source.waiting.front().map(|item| (!source.goes_first, item.accepted_at))
            };
            let first = (0..self.sources.len())
                .filter_map(|at| head(&self.sources[at]).map(|order| (order, at)))
                .min();
            let Some((_, at)) = first else { break };
            let source = &mut self.sources[at];
            let Some(item) = source.waiting.pop_front() else { break };
            moved[at] = Some(item.after);
            if let Some(input) = item.input {
                batch.inputs.push(input);
                batch.places.push(Place { log: source.log.clone(), seq: item.seq, index: item.index });
            }
        }
        batch.cursors = self
            .sources
            .iter()
            .zip(moved)
            .filter_map(|(source, cursor)| Some((source.log.clone(), cursor?)))
            .collect();
        batch
    }
}

/// The last failure of a store, unless something else is wrong.
fn settled(reads: Vec<Result<(), Error>>) -> Result<Option<journal::Error>, Error> {
    let mut failure = None;
    for read in reads {
        match read {
            Ok(()) => {}
            Err(Error::Store(error)) => failure = Some(error),
            Err(error) => return Err(error),
        }
    }
    Ok(failure)
}

/// How many inputs of one source are held undecided before no more are read.
const WAITING_MAX: usize = 16 * 1024;

impl<I> Source<I> {
    fn at(log: &LogName, goes_first: bool, cursor: Option<&Cursor>) -> Self {
        let cursor = cursor.cloned().unwrap_or_default();
        Self {
            log: log.clone(),
            goes_first,
            next: cursor.next,
            previous: cursor.previous,
            skip: cursor.skip,
            waiting: VecDeque::new(),
            hinted: true,
            ended: false,
            checked: false,
        }
    }

    /// Reads until there is something that concerns the stage, but not much.
    async fn look<S: Stage<Input = I>>(&mut self, stage: &S, journal: &dyn Journal) -> Result<(), Error> {
        if Signal::of(&self.log) != Signal::Stage {
            return self.refill(stage, journal, 1).await;
        }
        for _ in 0..LOOKS_MAX {
            self.refill(stage, journal, READ_BYTES).await?;
            while self.waiting.front().is_some_and(|item| item.input.is_none()) {
                self.waiting.pop_front();
            }
            if !self.hinted || !self.waiting.is_empty() {
                break;
            }
        }
        Ok(())
    }

    async fn refill<S: Stage<Input = I>>(
        &mut self,
        stage: &S,
        journal: &dyn Journal,
        bytes_max: usize,
    ) -> Result<(), Error> {
        let ground = Cursor { next: self.next, skip: 0, previous: self.previous };
        if !self.checked {
            check_cursor(journal, &self.log, &ground).await?;
            self.checked = true;
        }
        match journal.read(&self.log, self.next, bytes_max).await? {
            Read::Run { entries, closed } => {
                self.hinted = !entries.is_empty() && !closed;
                self.ended = closed;
                for entry in entries {
                    self.push(stage, &entry)?;
                }
                Ok(())
            }
            Read::Truncated { first } => Err(Error::Restored {
                log: self.log.clone(),
                next: self.next,
                expected: self.previous,
                found: format!("everything below {first} is gone, although it was not consumed"),
            }),
        }
    }

    fn push<S: Stage<Input = I>>(&mut self, stage: &S, entry: &journal::Entry) -> Result<(), Error> {
        let seq = self.next;
        let mut arrivals = stage.read(&self.log, seq, entry)?;
        if arrivals.is_empty() {
            arrivals.push(Arrival { accepted_at: entry.at, input: None });
        }
        let last = arrivals.len() - 1;
        let skip = std::mem::take(&mut self.skip) as usize;
        for (at, arrival) in arrivals.into_iter().enumerate().skip(skip) {
            let index = u32::try_from(at).unwrap_or(u32::MAX);
            let after = if at == last {
                Cursor { next: seq.next(), skip: 0, previous: entry.id }
            } else {
                Cursor { next: seq, skip: index + 1, previous: self.previous }
            };
            let Arrival { accepted_at, input } = arrival;
            self.waiting.push_back(Item { seq, index, after, accepted_at, input });
        }
        self.next = seq.next();
        self.previous = entry.id;
        Ok(())
    }
}
