//! Events that are kept: by address, and by the day of their acceptance.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{self, StreamExt, TryStreamExt};
use uuid::Uuid;

use super::catalog::{Catalog, Change, Mark};
use super::{AT_ONCE, CassandraArchive};
use crate::cassandra::{Failure, pack, unpack};
use crate::domain::event::EventAddress;
use crate::domain::incident::KeptEvent;
use crate::domain::time::Timestamp;
use crate::journal::{ENTRY_BYTES_MAX, Error};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The day of an instant, since 1970.
pub(super) fn day(at_ms: i64) -> i32 {
    i32::try_from(at_ms.div_euclid(DAY_MS)).unwrap_or(if at_ms < 0 { i32::MIN } else { i32::MAX })
}

/// Whether all of a day is before that instant.
pub(super) fn is_past(day: i32, before_ms: i64) -> bool {
    (i64::from(day) + 1).saturating_mul(DAY_MS) <= before_ms
}

/// Where an event stands in the order in which they expire.
pub(super) fn mark(event: &KeptEvent) -> Mark {
    let EventAddress { door, seq, index } = event.address;
    Mark {
        accepted_at: event.accepted_at.as_millis(),
        door,
        seq: seq.cast_signed(),
        item: index.cast_signed(),
    }
}

impl CassandraArchive {
    pub(super) async fn keep_events(&self, events: Vec<KeptEvent>) -> Result<(), Error> {
        let mut entries: BTreeMap<(Uuid, u64), BTreeMap<u32, KeptEvent>> = BTreeMap::new();
        for event in events {
            let EventAddress { door, seq, index } = event.address;
            entries.entry((door, seq)).or_default().entry(index).or_insert(event);
        }
        let looking = stream::iter(entries).map(|((door, seq), events)| async move {
            let there = self.items(door, seq).await?;
            Ok::<_, Error>(events.into_values().filter(move |event| !there.contains(&event.address.index)))
        });
        let new: Vec<KeptEvent> =
            looking.buffer_unordered(AT_ONCE).try_collect::<Vec<_>>().await?.into_iter().flatten().collect();
        self.announce(&new).await?;
        let writing = stream::iter(new).map(|event| self.keep(event));
        writing.buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await.map(drop)
    }

    /// Which events of an entry are there.
    async fn items(&self, door: Uuid, seq: u64) -> Result<BTreeSet<u32>, Error> {
        let asked = (self.shelf.0, door, seq.cast_signed());
        let rows: Vec<(i32,)> = self.store.read(&self.statements.items, asked).await?.rows()?;
        Ok(rows.into_iter().map(|(item,)| item.cast_unsigned()).collect())
    }

    /// Makes sure that whoever expires events will look where these are.
    async fn announce(&self, events: &[KeptEvent]) -> Result<(), Error> {
        let news = |catalog: &Catalog| {
            let days: BTreeSet<i32> = events.iter().map(|event| day(event.accepted_at.as_millis())).collect();
            let days: Vec<i32> = days.into_iter().filter(|day| !catalog.has_day(*day)).collect();
            // One that comes later than those of its time have expired: they begin again there.
            let late = events.iter().map(mark).filter(|event| *event <= catalog.mark()).min();
            let mark = late.map(|event| Mark::before(event.accepted_at));
            (!days.is_empty() || mark.is_some()).then(|| Change { days, mark, ..Change::default() })
        };
        if news(self.fresh().await?.as_ref()).is_some() {
            self.change(self.id(), news).await?;
        }
        Ok(())
    }

    async fn keep(&self, event: KeptEvent) -> Result<(), Error> {
        let Mark { accepted_at, door, seq, item } = mark(&event);
        let shelf = self.shelf.0;
        // The day first: an event that it does not list would never expire.
        let listed = (shelf, day(accepted_at), accepted_at, door, seq, item);
        self.store.write(&self.statements.put_day, listed).await?;
        let row = (shelf, door, seq, item, accepted_at, pack(event.body.as_bytes()));
        self.store.write(&self.statements.put_event, row).await?;
        Ok(())
    }

    pub(super) async fn kept_event(&self, address: EventAddress) -> Result<Option<KeptEvent>, Error> {
        let EventAddress { door, seq, index } = address;
        let asked = (self.shelf.0, door, seq.cast_signed(), index.cast_signed());
        let row: Option<(i64, Vec<u8>)> = self.store.read(&self.statements.event, asked).await?.first()?;
        let Some((accepted_at, body)) = row else { return Ok(None) };
        let body = unpack(&body, ENTRY_BYTES_MAX).map_err(Failure::unreadable)?;
        let body = std::str::from_utf8(&body).map_err(Failure::unreadable)?.into();
        Ok(Some(KeptEvent { address, accepted_at: Timestamp::from_millis(accepted_at), body }))
    }
}
