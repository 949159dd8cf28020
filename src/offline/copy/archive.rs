//! Copies the archive: incidents, and the events that these and the state refer to.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::{Meter, Work};
use crate::archive::{Archive, Filter, Row, Sort};
use crate::domain::event::EventAddress;
use crate::domain::id::IncidentNumber;
use crate::domain::incident::{ClosedIncident, Incident, KeptEvent};
use crate::domain::incidents::state::State;
use crate::incidents::Incidents;
use crate::journal::{self, LogName};
use crate::offline::Error;
use crate::stage::Replica;

/// Incidents and events that are put at once.
const BATCH: usize = 64;
/// Reads at once.
pub(super) const AT_ONCE: usize = 16;

impl Work<'_> {
    /// Copies every archived incident that is not there, and all events.
    pub(super) async fn copy_archive(&self, meter: &Meter<'_>) -> Result<(), Error> {
        let (Some(source), Some(target)) = (&self.from.archive, &self.to.archive) else { return Ok(()) };
        let (rows, there) = (self.rows(source.as_ref()).await?, self.rows(target.as_ref()).await?);
        if let Some(other) = there.iter().find(|row| !held(&rows, row)) {
            let (what, reason) = (format!("incident {}", other.number), "it is not that of the source");
            let store = self.to.names.last().cloned().unwrap_or_default();
            return Err(Error::OtherContent { store, what, reason: reason.to_owned() });
        }
        let mut addresses = references(&*self.state().await?);
        for some in rows.chunks(BATCH) {
            let documents = self.documents(source.as_ref(), some).await?;
            addresses.extend(documents.iter().flat_map(|closed| of_incident(&closed.incident)));
            let missing = documents.into_iter().zip(some).filter(|(_, row)| !held(&there, row));
            let missing: Vec<_> = missing.map(|(closed, _)| Arc::new(closed)).collect();
            if !missing.is_empty() {
                self.again(|| target.put(missing.clone())).await?;
            }
            self.copy_events(std::mem::take(&mut addresses)).await?;
            meter.add(some.len());
        }
        self.copy_events(addresses).await
    }

    async fn copy_events(&self, addresses: BTreeSet<EventAddress>) -> Result<(), Error> {
        let (Some(source), Some(target)) = (&self.from.archive, &self.to.archive) else { return Ok(()) };
        let addresses: Vec<EventAddress> = addresses.into_iter().collect();
        for some in addresses.chunks(BATCH) {
            let events: Vec<KeptEvent> =
                self.kept(source.as_ref(), some).await?.into_iter().flatten().collect();
            if !events.is_empty() {
                self.again(|| target.put_events(events.clone())).await?;
            }
        }
        Ok(())
    }

    /// All incidents of an archive, in order of number.
    pub(super) async fn rows(&self, archive: &dyn Archive) -> Result<Vec<Row>, Error> {
        Ok(self
            .again(|| async { archive.rows(&Filter::default(), Sort::default(), usize::MAX).await })
            .await?)
    }

    /// The documents of these incidents, in the same order.
    pub(super) async fn documents(
        &self,
        archive: &dyn Archive,
        rows: &[Row],
    ) -> Result<Vec<ClosedIncident>, Error> {
        let reading =
            stream::iter(rows.iter().map(|row| row.number)).map(|number| self.document(archive, number));
        reading.buffered(AT_ONCE).try_collect().await
    }

    async fn document(&self, archive: &dyn Archive, number: IncidentNumber) -> Result<ClosedIncident, Error> {
        let found = self.again(|| archive.get(number)).await?;
        let missing = || journal::Error::Damaged(format!("the archived incident {number} is missing"));
        Ok(found.ok_or_else(missing)?)
    }

    /// The events at these addresses, in the same order, as far as they are kept.
    pub(super) async fn kept(
        &self,
        archive: &dyn Archive,
        addresses: &[EventAddress],
    ) -> Result<Vec<Option<KeptEvent>>, Error> {
        let reading = stream::iter(addresses.to_vec())
            .map(|address| async move { Ok(self.again(|| archive.event(address)).await?) });
        reading.buffered(AT_ONCE).try_collect().await
    }

    /// What the source's journal of incidents amounts to.
    pub(super) async fn state(&self) -> Result<Arc<State>, Error> {
        let log = LogName::incidents();
        let replica = Replica::<Incidents>::load(self.from.of(&log).journal(), &log).await?;
        Ok(replica.state)
    }
}

/// Whether the row is among these, which are in order of number.
fn held(rows: &[Row], row: &Row) -> bool {
    rows.binary_search_by_key(&row.number, |other| other.number).is_ok_and(|at| rows[at] == *row)
}

/// The events that a state refers to.
pub(super) fn references(state: &State) -> BTreeSet<EventAddress> {
    let quarantined = state.quarantine.iter().filter(|quarantined| !quarantined.command);
    let incidents = state.incidents.values().flat_map(|incident| of_incident(incident));
    quarantined.map(|quarantined| quarantined.address).chain(incidents).collect()
}

/// The events that an incident refers to.
pub(super) fn of_incident(incident: &Incident) -> impl Iterator<Item = EventAddress> + '_ {
    incident.alerts.iter().flat_map(|alert| [alert.first, alert.latest])
}
