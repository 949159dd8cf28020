//! Removing what is older than the retention.

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::catalog::{Catalog, Change, Mark};
use super::events::{day, is_past};
use super::{AT_ONCE, CassandraArchive};
use crate::archive::query::Query;
use crate::archive::{Filter, Sort, SortBy};
use crate::domain::id::IncidentNumber;
use crate::domain::time::Timestamp;
use crate::journal::{Error, Journal};

/// Incidents or events that one call removes at most.
const MAX: usize = 1024;

/// Events that have expired.
#[derive(Default)]
struct Expired {
    events: Vec<Mark>,
    past_days: Vec<i32>,
}

impl CassandraArchive {
    pub(super) async fn expire_both(&self, before: Timestamp, max: usize) -> Result<u64, Error> {
        let max = max.min(MAX);
        let catalog = self.newest().await?;
        let expired = self.expired(&catalog, before, max).await?;
        // Their rows before the mark: what a crash leaves is begun again, and counted again as it is gone.
        self.delete_events(&expired.events).await?;
        let mut mark = expired.events.last().copied();
        let past_days = expired.past_days;
        if incidents(&catalog, before, max).is_empty() && mark.is_none() && past_days.is_empty() {
            return Ok(0);
        }
        mark = mark.filter(|mark| *mark > catalog.mark());
        let change = |newest: &Catalog| {
            let dropped = incidents(newest, before, max);
            let past_days = past_days.iter().copied().filter(|day| newest.has_day(*day)).collect();
            let change = Change { dropped, past_days, mark, ..Change::default() };
            (change != Change::default()).then_some(change)
        };
        let mut removed = expired.events.len();
        if let Some((before_it, after)) = self.change(self.id(), change).await? {
            let dropped = incidents(&before_it, before, max);
            removed += dropped.len();
            let documents =
                dropped.into_iter().filter_map(|number| Some((before_it.document(number)?.1, number)));
            self.delete_documents(documents.collect()).await?;
            self.journal.truncate(&Self::log(), after.oldest()).await?;
        }
        Ok(removed as u64)
    }

    /// The first `max` events that were accepted before `before`.
    async fn expired(&self, catalog: &Catalog, before: Timestamp, max: usize) -> Result<Expired, Error> {
        let before = before.as_millis();
        let mut expired = Expired::default();
        for day in catalog.days().take_while(|of| *of <= day(before)) {
            let left = max - expired.events.len();
            if left == 0 {
                break;
            }
            let limit = i32::try_from(left).expect("a call removes a bounded number");
            let from = catalog.mark();
            let asked = (self.shelf.0, day, from.accepted_at, from.door, from.seq, from.item, before, limit);
            let rows: Vec<(i64, uuid::Uuid, i64, i32)> =
                self.store.read(&self.statements.day, asked).await?.rows()?;
            if rows.len() < left && is_past(day, before) {
                expired.past_days.push(day);
            }
            let marks =
                rows.into_iter().map(|(accepted_at, door, seq, item)| Mark { accepted_at, door, seq, item });
            expired.events.extend(marks);
        }
        Ok(expired)
    }

    async fn delete_events(&self, events: &[Mark]) -> Result<(), Error> {
        let deleting =
            stream::iter(events.to_vec()).map(|Mark { accepted_at, door, seq, item }| async move {
                let shelf = self.shelf.0;
                self.store.write(&self.statements.delete_event, (shelf, door, seq, item)).await?;
                let listed = (shelf, day(accepted_at), accepted_at, door, seq, item);
                self.store.write(&self.statements.delete_day, listed).await?;
                Ok::<(), Error>(())
            });
        deleting.buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await.map(drop)
    }
}

/// The first `max` incidents that were resolved before `before`.
fn incidents(catalog: &Catalog, before: Timestamp, max: usize) -> Vec<IncidentNumber> {
    let oldest_first = Sort { by: SortBy::ResolvedAt, descending: false };
    let filter = Filter::default();
    let rows = Query::new(&catalog.index, &filter, None).rows(oldest_first, max);
    rows.into_iter().take_while(|row| row.resolved_at < before).map(|row| row.number).collect()
}
