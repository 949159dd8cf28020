//! An archive in memory: for simulation, and the plain model that the conformance suite compares others with.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::facets::Facets;
use super::{Archive, Filter, Row, Sort, SortBy};
use crate::domain::event::{DedupKey, EventAddress};
use crate::domain::id::IncidentNumber;
use crate::domain::incident::{ClosedIncident, KeptEvent};
use crate::domain::time::Timestamp;
use crate::journal::{Error, Outcome};

/// An archive in memory that can be told to fail. It says in a few plain lines what every archive must answer.
#[derive(Debug, Default)]
pub struct MemoryArchive {
    kept: Mutex<Kept>,
}

#[derive(Clone, Debug, Default)]
struct Kept {
    incidents: BTreeMap<IncidentNumber, (Facets, Arc<ClosedIncident>)>,
    events: BTreeMap<EventAddress, KeptEvent>,
    failure: Option<Error>,
}

/// What an archive held at one moment.
#[derive(Clone, Debug)]
pub struct MemoryArchiveCopy(Kept);

impl MemoryArchive {
    /// An empty archive.
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on every call answers this error; `None`: works again. A call that fails with an unknown outcome has
    /// taken place, any other has not.
    pub fn fail_with(&self, failure: Option<Error>) {
        self.lock().failure = failure;
    }

    /// What it holds now: a backup.
    pub fn copy(&self) -> MemoryArchiveCopy {
        MemoryArchiveCopy(self.lock().clone())
    }

    /// Puts an older copy in place of what it holds. It goes on failing as it does.
    pub fn restore(&self, copy: &MemoryArchiveCopy) {
        let mut kept = self.lock();
        let failure = kept.failure.take();
        *kept = Kept { failure, ..copy.0.clone() };
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        // Nothing here panics half-way through a change.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reading<T>(&self, read: impl FnOnce(&Kept) -> T) -> Result<T, Error> {
        let kept = self.lock();
        kept.failure.clone().map_or_else(|| Ok(read(&kept)), Err)
    }

    fn writing<T>(&self, write: impl FnOnce(&mut Kept) -> T) -> Result<T, Error> {
        let mut kept = self.lock();
        match kept.failure.clone() {
            None => Ok(write(&mut kept)),
            Some(failure) => {
                if failure.outcome() == Outcome::Unknown {
                    write(&mut kept);
                }
                Err(failure)
            }
        }
    }
}

impl Kept {
    fn put(&mut self, facets: Facets, closed: Arc<ClosedIncident>) {
        let newer =
            self.incidents.get(&facets.number).is_none_or(|(present, _)| present.revision < facets.revision);
        if newer {
            self.incidents.insert(facets.number, (facets, closed));
        }
    }

    fn matching<'a>(&'a self, filter: &'a Filter) -> impl Iterator<Item = &'a Facets> {
        self.incidents.values().map(|(facets, _)| facets).filter(|facets| matches(filter, facets))
    }

    fn expire(&mut self, before: Timestamp, max: usize) -> u64 {
        let mut incidents: Vec<_> =
            self.matching(&Filter::default()).map(|facets| (facets.resolved_at, facets.number)).collect();
        incidents.retain(|(at, _)| *at < before);
        incidents.sort();
        incidents.truncate(max);
        for (_, number) in &incidents {
            self.incidents.remove(number);
        }
        let mut events: Vec<_> =
            self.events.values().map(|event| (event.accepted_at, event.address)).collect();
        events.retain(|(at, _)| *at < before);
        events.sort();
        events.truncate(max);
        for (_, address) in &events {
            self.events.remove(address);
        }
        (incidents.len() + events.len()) as u64
    }
}

fn matches(filter: &Filter, facets: &Facets) -> bool {
    let any_or = |empty: bool, holds: bool| empty || holds;
    any_or(filter.services.is_empty(), filter.services.contains(&facets.service))
        && any_or(filter.urgencies.is_empty(), filter.urgencies.contains(&facets.urgency))
        && any_or(filter.users.is_empty(), filter.users.iter().any(|user| facets.users.contains(user)))
        && filter.key.as_ref().is_none_or(|key| facets.keys.contains(key))
        && filter.since.is_none_or(|since| since <= facets.created_at)
        && filter.until.is_none_or(|until| facets.created_at < until)
}

#[async_trait]
impl Archive for MemoryArchive {
    async fn put(&self, incidents: Vec<Arc<ClosedIncident>>) -> Result<(), Error> {
        let incidents = incidents
            .into_iter()
            .map(|closed| Ok((Facets::of(&closed)?, closed)))
            .collect::<Result<Vec<_>, Error>>()?;
        self.writing(|kept| {
            for (facets, closed) in incidents {
                kept.put(facets, closed);
            }
        })
    }

    async fn get(&self, number: IncidentNumber) -> Result<Option<ClosedIncident>, Error> {
        self.reading(|kept| kept.incidents.get(&number).map(|(_, closed)| closed.as_ref().clone()))
    }

    async fn by_key(&self, key: &DedupKey, max: usize) -> Result<Vec<IncidentNumber>, Error> {
        let filter = Filter { key: Some(key.clone()), ..Filter::default() };
        let sort = Sort { by: SortBy::Number, descending: true };
        Ok(self.rows(&filter, sort, max).await?.iter().map(|row| row.number).collect())
    }

    async fn rows(&self, filter: &Filter, sort: Sort, max: usize) -> Result<Vec<Row>, Error> {
        self.reading(|kept| {
            let mut rows: Vec<Row> = kept
                .matching(filter)
                .map(|facets| Row {
                    number: facets.number,
                    urgency: facets.urgency,
                    resolved_at: facets.resolved_at,
                })
                .collect();
            match sort.by {
                SortBy::Number => rows.sort_by_key(|row| row.number),
                SortBy::ResolvedAt => rows.sort_by_key(|row| (row.resolved_at, row.number)),
                SortBy::Urgency => rows.sort_by_key(|row| (row.urgency, row.number)),
            }
            if sort.descending {
                rows.reverse();
            }
            rows.truncate(max);
            rows
        })
    }

    async fn count(&self, filter: &Filter) -> Result<u64, Error> {
        self.reading(|kept| kept.matching(filter).count() as u64)
    }

    async fn put_events(&self, events: Vec<KeptEvent>) -> Result<(), Error> {
        self.writing(|kept| {
            for event in events {
                kept.events.entry(event.address).or_insert(event);
            }
        })
    }

    async fn event(&self, address: EventAddress) -> Result<Option<KeptEvent>, Error> {
        self.reading(|kept| kept.events.get(&address).cloned())
    }

    async fn expire(&self, before: Timestamp, max: usize) -> Result<u64, Error> {
        self.writing(|kept| kept.expire(before, max))
    }
}
