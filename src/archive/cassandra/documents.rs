//! The documents of closed incidents, and their keys.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use scylla::response::PagingState;
use uuid::Uuid;

use super::catalog::{Catalog, Change};
use super::{AT_ONCE, CassandraArchive};
use crate::archive::facets::Facets;
use crate::cassandra::{Failure, pack, unpack};
use crate::domain::event::DedupKey;
use crate::domain::id::IncidentNumber;
use crate::domain::incident::ClosedIncident;
use crate::journal::Error;

/// The largest document that is read back. What is written is bounded by what an incident may hold, far below.
const DOCUMENT_MAX: usize = 64 << 20;
/// Incidents that one entry of the index names at most: some 300 bytes each, far below an entry's limit.
const NAMED_MAX: usize = 1024;
/// Rows of a key that are read at once.
const KEYED_PAGE: i32 = 500;

/// A document's row: the entry that names it, and the number.
type Document = (Uuid, IncidentNumber);

impl CassandraArchive {
    pub(super) async fn put_incidents(
        &self,
        incidents: Vec<Arc<ClosedIncident>>,
        facets: Vec<Facets>,
    ) -> Result<(), Error> {
        let catalog = self.fresh().await?;
        let mut wanted: BTreeMap<IncidentNumber, (Facets, Arc<ClosedIncident>)> = BTreeMap::new();
        for (facets, closed) in facets.into_iter().zip(incidents).filter(|(facets, _)| catalog.wants(facets))
        {
            let newer = |(present, _): &(Facets, _)| present.revision < facets.revision;
            if wanted.get(&facets.number).is_none_or(newer) {
                wanted.insert(facets.number, (facets, closed));
            }
        }
        let wanted: Vec<_> = wanted.into_values().collect();
        for some in wanted.chunks(NAMED_MAX) {
            self.put_some(some).await?;
        }
        Ok(())
    }

    async fn put_some(&self, some: &[(Facets, Arc<ClosedIncident>)]) -> Result<(), Error> {
        let id = self.id();
        let writing = stream::iter(some.to_vec()).map(|(facets, closed)| self.write(id, facets, closed));
        writing.buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await?;
        let changed = self
            .change(id, |catalog| {
                let kept: Vec<Facets> = some
                    .iter()
                    .map(|(facets, _)| facets)
                    .filter(|facets| catalog.wants(facets))
                    .cloned()
                    .collect();
                (!kept.is_empty()).then(|| Change { kept, ..Change::default() })
            })
            .await?;
        // What was there before, or what somebody else was quicker to archive.
        let numbers = some.iter().map(|(facets, _)| facets.number);
        let gone: Vec<Document> = match &changed {
            None => numbers.map(|number| (id, number)).collect(),
            Some((before, after)) => numbers
                .filter_map(|number| match after.document(number) {
                    Some((_, put)) if put == id => before.document(number).map(|(_, old)| (old, number)),
                    _ => Some((id, number)),
                })
                .collect(),
        };
        self.delete_documents(gone).await
    }

    async fn write(&self, id: Uuid, facets: Facets, closed: Arc<ClosedIncident>) -> Result<(), Error> {
        let number = facets.number.0.cast_signed();
        let body = serde_json::to_vec(closed.as_ref())
            .map_err(|error| Error::Invalid(format!("incident {}: {error}", facets.number)))?;
        for key in &facets.keys {
            self.store.write(&self.statements.put_key, (stored(key), number, id)).await?;
        }
        self.store.write(&self.statements.put, (id, number, pack(&body))).await?;
        Ok(())
    }

    /// Deletes documents that no entry names any more, with their keys.
    pub(super) async fn delete_documents(&self, documents: Vec<Document>) -> Result<(), Error> {
        let deleting = stream::iter(documents).map(|(id, number)| async move {
            let Some(closed) = self.read_document(id, number).await? else { return Ok(()) };
            let row = number.0.cast_signed();
            for key in Facets::of(&closed)?.keys {
                self.store.write(&self.statements.delete_key, (stored(&key), row, id)).await?;
            }
            self.store.write(&self.statements.delete, (id, row)).await?;
            Ok::<(), Error>(())
        });
        deleting.buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await.map(drop)
    }

    pub(super) async fn get_incident(&self, number: IncidentNumber) -> Result<Option<ClosedIncident>, Error> {
        let known = self.fresh().await?.document(number);
        if let Some((_, id)) = known
            && let Some(found) = self.read_document(id, number).await?
        {
            return Ok(Some(found));
        }
        // It may have come, or gone, or been replaced since.
        let Some((_, id)) = self.newest().await?.document(number) else { return Ok(None) };
        match self.read_document(id, number).await? {
            Some(found) => Ok(Some(found)),
            None => Err(Error::Damaged(format!("the document of the archived incident {number} is missing"))),
        }
    }

    async fn read_document(&self, id: Uuid, number: IncidentNumber) -> Result<Option<ClosedIncident>, Error> {
        let answer = self.store.read(&self.statements.get, (id, number.0.cast_signed())).await?;
        let Some((body,)) = answer.first::<(Vec<u8>,)>()? else { return Ok(None) };
        let body = unpack(&body, DOCUMENT_MAX).map_err(Failure::unreadable)?;
        let document = serde_json::from_slice(&body);
        document.map(Some).map_err(|error| Error::Damaged(format!("the archived incident {number}: {error}")))
    }

    /// The newest `max` incidents of `catalog` with this key, newest first.
    pub(super) async fn keyed(
        &self,
        catalog: &Catalog,
        key: &DedupKey,
        max: usize,
    ) -> Result<Vec<IncidentNumber>, Error> {
        let (mut found, mut page) = (Vec::new(), PagingState::start());
        loop {
            let asked = (stored(key),);
            let (answer, state) = self.store.page(&self.statements.keyed, asked, KEYED_PAGE, page).await?;
            for (number, put) in answer.rows::<(i64, Uuid)>()? {
                if found.len() >= max {
                    return Ok(found);
                }
                let number = IncidentNumber(number.cast_unsigned());
                if catalog.document(number).is_some_and(|(_, current)| current == put) {
                    found.push(number);
                }
            }
            match state.into_paging_control_flow() {
                ControlFlow::Break(()) => return Ok(found),
                ControlFlow::Continue(next) => page = next,
            }
        }
    }
}

/// A key as it is stored: never empty.
fn stored(key: &DedupKey) -> String {
    format!("={}", key.0)
}
