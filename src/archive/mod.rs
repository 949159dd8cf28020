//! Closed incidents with their timelines, and the bodies of events whose door segment was truncated.
//!
//! Everything here is idempotent, so that whoever archives may do it again after a crash.

pub mod cassandra;
mod facets;
mod index;
pub mod memory;
mod query;
pub mod sqlite;

use std::sync::Arc;

use async_trait::async_trait;

use crate::domain::event::{DedupKey, EventAddress};
use crate::domain::id::{IncidentNumber, ServiceId, UserId};
use crate::domain::incident::{ClosedIncident, KeptEvent};
use crate::domain::time::Timestamp;
use crate::domain::user::Urgency;
use crate::journal::Error;

/// Which incidents a list is about. Empty lists and `None` mean "any".
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// Of these services.
    pub services: Vec<ServiceId>,
    /// Of these urgencies.
    pub urgencies: Vec<Urgency>,
    /// With this incident key or this dedup key of an alert.
    pub key: Option<DedupKey>,
    /// That these users were assigned to, acknowledged or resolved. (PagerDuty lists only open ones by user.)
    pub users: Vec<UserId>,
    /// Opened at or after.
    pub since: Option<Timestamp>,
    /// Opened before.
    pub until: Option<Timestamp>,
}

/// What a list is ordered by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SortBy {
    /// By number, which is the order of opening.
    #[default]
    Number,
    /// By when it was resolved, then by number.
    ResolvedAt,
    /// By urgency, then by number.
    Urgency,
}

/// An order and a direction.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sort {
    /// By what.
    pub by: SortBy,
    /// Largest first.
    pub descending: bool,
}

/// What a list is merged by: enough to order an archived incident among open ones without reading it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row {
    /// Which incident.
    pub number: IncidentNumber,
    /// Its urgency.
    pub urgency: Urgency,
    /// When it was resolved.
    pub resolved_at: Timestamp,
}

/// A store of closed incidents and kept events.
#[async_trait]
pub trait Archive: Send + Sync + 'static {
    /// Keeps these incidents; of two with the same number the one with the higher revision stays. Durable when it
    /// returns.
    async fn put(&self, incidents: Vec<Arc<ClosedIncident>>) -> Result<(), Error>;

    /// The incident with this number.
    async fn get(&self, number: IncidentNumber) -> Result<Option<ClosedIncident>, Error>;

    /// The newest incidents with this incident key or dedup key of an alert, newest first, at most `max`.
    async fn by_key(&self, key: &DedupKey, max: usize) -> Result<Vec<IncidentNumber>, Error>;

    /// The first `max` rows of the list that `filter` and `sort` describe.
    async fn rows(&self, filter: &Filter, sort: Sort, max: usize) -> Result<Vec<Row>, Error>;

    /// How many incidents `filter` describes.
    async fn count(&self, filter: &Filter) -> Result<u64, Error>;

    /// Keeps these events. Durable when it returns.
    async fn put_events(&self, events: Vec<KeptEvent>) -> Result<(), Error>;

    /// An event that was kept.
    async fn event(&self, address: EventAddress) -> Result<Option<KeptEvent>, Error>;

    /// Removes some incidents that were resolved before `before` and some events that were accepted before it, at most
    /// `max` of each, oldest first. Returns how many were removed; 0 means that nothing is left to remove.
    async fn expire(&self, before: Timestamp, max: usize) -> Result<u64, Error>;
}
