//! What came in: every accepted event is in a door, every entry of a door is decided exactly once.

use std::collections::{BTreeMap, BTreeSet};

use pd::domain::event::{Action, DedupKey, EventAddress};
use pd::domain::id::IntegrationId;
use pd::domain::incidents::fact::{Cause, Fact};
use pd::domain::incidents::state::State;
use pd::domain::service::RoutingKey;
use pd::domain::time::Timestamp;
use pd::door;
use pd::journal::memory::MemoryJournal;
use pd::journal::{Entry, Journal as _, LogName, Read, Seq};
use pd::stage::Cursor;
use uuid::Uuid;

use super::ghost::at_once;
use crate::simulation::monitoring::marker;

/// What stands in a door's journal.
#[derive(Clone, Default)]
struct Book {
    entries: Vec<Vec<Event>>,
    /// Which of them the stage has been through, over all time.
    previous: Vec<Uuid>,
}

#[derive(Clone)]
struct Event {
    routing_key: Option<RoutingKey>,
    dedup_key: DedupKey,
    action: Option<Action>,
    marker: Option<String>,
}

/// See the module.
#[derive(Clone)]
pub(super) struct Doors {
    store: MemoryJournal,
    books: BTreeMap<LogName, Book>,
    /// The markers of everything that is in some door.
    written: BTreeSet<String>,
    /// Triggers that the cursors have passed in the entry that is being looked at, and what was decided of them.
    passed: BTreeMap<(RoutingKey, DedupKey), u64>,
    decided: BTreeMap<(IntegrationId, DedupKey), u64>,
    /// Commands that are judged.
    found: Vec<(String, EventAddress)>,
}

impl Doors {
    pub(super) fn new(store: MemoryJournal) -> Self {
        Self {
            store,
            books: BTreeMap::new(),
            written: BTreeSet::new(),
            passed: BTreeMap::new(),
            decided: BTreeMap::new(),
            found: Vec::new(),
        }
    }

    /// Reads what is new in one journal.
    fn read(&mut self, log: &LogName) -> Option<String> {
        let book = self.books.entry(log.clone()).or_default();
        loop {
            let next = Seq(book.entries.len() as u64);
            match at_once(self.store.read(log, next, 1 << 20)) {
                Ok(Read::Run { entries, .. }) if entries.is_empty() => return None,
                Ok(Read::Run { entries, .. }) => {
                    for entry in &entries {
                        let events = events(log, entry);
                        for marker in events.iter().filter_map(|event| event.marker.clone()) {
                            if self.written.contains(&marker) {
                                return Some(format!(
                                    "the event {marker} came in once, but is in doors twice"
                                ));
                            }
                            self.written.insert(marker);
                        }
                        book.entries.push(events);
                        book.previous.push(entry.id);
                    }
                }
                Ok(Read::Truncated { first }) => {
                    return Some(format!("{log} was truncated up to {first}, but {next} was not consumed"));
                }
                Err(what) => return Some(what),
            }
        }
    }

    /// Whether an accepted event is durable.
    pub(super) fn holds(&mut self, marker: &str) -> Vec<String> {
        if self.written.contains(marker) {
            return Vec::new();
        }
        let logs = at_once(self.store.logs()).unwrap_or_default();
        let mut found: Vec<String> = logs.iter().filter_map(|log| self.read(log)).collect();
        if !self.written.contains(marker) {
            found.push(format!("the event {marker} was accepted, but is in no door"));
        }
        found
    }

    /// A cursor moves.
    pub(super) fn consumed(&mut self, log: &LogName, from: &Cursor, to: &Cursor) -> Vec<String> {
        let mut found: Vec<String> = self.read(log).into_iter().collect();
        if (to.next, to.skip) < (from.next, from.skip) {
            found.push(format!("the cursor into {log} goes back from {from:?} to {to:?}"));
            return found;
        }
        let Some(book) = self.books.get(log) else { return found };
        let index = |seq: Seq| usize::try_from(seq.0).unwrap_or(usize::MAX);
        if to.next > Seq::FIRST && book.previous.get(index(to.next) - 1) != Some(&to.previous) {
            found.push(format!("the cursor {to:?} into {log} does not name the entry before it"));
            return found;
        }
        let door = door_of(log);
        for seq in from.next.0..=to.next.0 {
            let Some(events) = book.entries.get(index(Seq(seq))) else { continue };
            for (at, event) in (0u32..).zip(events) {
                let here = (Seq(seq), at);
                if here < (from.next, from.skip) || here >= (to.next, to.skip) {
                    continue;
                }
                if let (Some(marker), Some(door)) = (&event.marker, door) {
                    let address = EventAddress { door, seq, index: at };
                    self.found.push((marker.clone(), address));
                }
                if let (Some(Action::Trigger), Some(key)) = (event.action, event.routing_key) {
                    *self.passed.entry((key, event.dedup_key.clone())).or_default() += 1;
                }
            }
        }
        found
    }

    /// Whether nothing is in this journal, as far as it was read, that this cursor has not passed.
    pub(super) fn is_drained(&self, log: &LogName, cursor: &Cursor) -> bool {
        self.books.get(log).is_none_or(|book| book.entries.len() as u64 <= cursor.next.0)
    }

    /// A journal is not consumed any more: it must be closed and read to its end.
    pub(super) fn dropped(&mut self, log: &LogName, cursor: &Cursor) -> Option<String> {
        let extent = at_once(self.store.extent(log)).ok()?;
        (!extent.closed || cursor.next != extent.next)
            .then(|| format!("{log} is given up at {}, but reaches to {extent:?}", cursor.next))
    }

    /// What a fact says of events.
    pub(super) fn decided(&mut self, state: &State, fact: &Fact) {
        match fact {
            Fact::IncidentOpened(opened) => {
                if let Cause::Event { integration, dedup_key, .. } = &opened.cause {
                    *self.decided.entry((*integration, dedup_key.clone())).or_default() += 1;
                }
            }
            Fact::AlertRepeated { number, alert, count, .. } => {
                let alert = usize::try_from(*alert).unwrap_or(usize::MAX);
                if let Some(alert) = state.incidents.get(number).and_then(|i| i.alerts.get(alert)) {
                    let key = (alert.integration, alert.dedup_key.clone());
                    *self.decided.entry(key).or_default() += count;
                }
            }
            _ => {}
        }
    }

    /// Whether what the cursors passed in this entry is what was decided in it.
    pub(super) fn balanced(&mut self, state: &State) -> Vec<String> {
        let passed = std::mem::take(&mut self.passed);
        let mut decided = std::mem::take(&mut self.decided);
        let mut found = Vec::new();
        for ((routing_key, dedup_key), count) in passed {
            let Some((_, integration)) = state.routing.get(&routing_key) else {
                found.push(format!("{dedup_key} came in by a key that leads nowhere"));
                continue;
            };
            let there = decided.remove(&(*integration, dedup_key.clone())).unwrap_or(0);
            if there != count {
                found.push(format!("{count} triggers of {dedup_key} were passed, but {there} were decided"));
            }
        }
        found.extend(
            decided.into_iter().map(|((_, key), count)| {
                format!("{count} triggers of {key} were decided, but none was passed")
            }),
        );
        found
    }

    /// The events that were passed since the last call, with their places.
    pub(super) fn take_found(&mut self) -> Vec<(String, EventAddress)> {
        std::mem::take(&mut self.found)
    }

    /// When an entry was written; `None` if it is not there.
    pub(super) fn written(&self, log: &LogName, at: Seq) -> Option<Timestamp> {
        match at_once(self.store.read(log, at, 1)) {
            Ok(Read::Run { entries, .. }) => entries.first().map(|entry| entry.at),
            Ok(Read::Truncated { .. }) | Err(_) => None,
        }
    }

    /// Which journals of doors there are, and how far they reach.
    pub(super) fn extents(&self) -> Result<Vec<(LogName, pd::journal::Extent)>, String> {
        let logs = at_once(self.store.logs())?;
        logs.into_iter().map(|log| Ok((log.clone(), at_once(self.store.extent(&log))?))).collect()
    }
}

fn door_of(log: &LogName) -> Option<Uuid> {
    log.as_str().strip_prefix("door/")?.split_once('/')?.0.parse().ok()
}

/// The events of an entry; commands and registrations are counted only.
fn events(log: &LogName, entry: &Entry) -> Vec<Event> {
    if !log.as_str().ends_with("/events") {
        let nothing =
            || Event { routing_key: None, dedup_key: DedupKey("".into()), action: None, marker: None };
        return door::lines(&entry.body).map(|_| nothing()).collect();
    }
    door::records(&entry.body)
        .map(|record| {
            let record = record.expect("a door writes whole records");
            let parsed = door::parse(record.body, false).expect("a door takes only what can be read");
            let given = parsed.dedup_key.map(|key| DedupKey(key.into()));
            Event {
                routing_key: parsed.routing_key,
                dedup_key: given.or(record.head.dedup_key).expect("every event has a key"),
                action: Some(parsed.action),
                marker: marker(record.body),
            }
        })
        .collect()
}
