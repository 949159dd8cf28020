//! Drills: a failure that is made on purpose, on one node, while canary events go through the whole pipeline, and a
//! report of what became of them.
//!
//! What is made lives in this process's memory only, behind a guard: it ends by the clock, by whoever stops it, by what
//! endangers the promise, and with the process. The record of a drill is written before it begins, so the next start
//! knows of one that was cut short.
//!
//! - [`plan`]: what can be made, as it is asked for; pure.
//! - [`rules`]: when a drill is refused, and when it is aborted; pure.
//! - [`tally`]: what became of the canaries; pure.
//! - [`records`]: the file of past drills.
//! - [`run`]: the task that carries one out at a time, on what [`Ground`] gives it; `carry` is one of them.

mod carry;
pub mod plan;
pub mod records;
pub mod rules;
pub mod run;
pub mod tally;

use std::any::Any;
use std::time::Duration;

use async_trait::async_trait;

use self::plan::Effect;
use self::rules::Facts;
use crate::domain::id::IncidentNumber;
use crate::domain::user::Channel;

/// What is behind a failure that is being made; dropping it ends the failure.
pub type Guard = Box<dyn Any + Send>;

/// What is seen of one canary.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sight {
    /// The incident that it opened.
    pub number: Option<IncidentNumber>,
    /// How many messages about it were taken.
    pub taken: u64,
    /// How many of these were taken beyond the first by the same way.
    pub repeated: u64,
}

/// What a drill stands on: the parts of this process, and its own door.
#[async_trait]
pub trait Ground: Send + Sync + 'static {
    /// How the process and its stores are.
    fn look(&self) -> Facts;

    /// Makes the service, the policy and the user that canaries are for, as far as they are not there; the user is
    /// reached by `first`, if it is given, and otherwise by the console.
    ///
    /// # Errors
    /// What could not be made.
    async fn prepare(&self, first: Option<Channel>) -> Result<(), String>;

    /// Sends an event through this process's own door: triggers `key` with this summary, or resolves it.
    ///
    /// # Errors
    /// Why it was not accepted.
    async fn send(&self, key: &str, summary: Option<&str>) -> Result<(), String>;

    /// Writes into the timeline of an incident.
    ///
    /// # Errors
    /// Why it was not written.
    async fn note(&self, incident: IncidentNumber, text: &str) -> Result<(), String>;

    /// The keys of open alerts of drills that begin with `prefix`.
    fn open(&self, prefix: &str) -> Vec<String>;

    /// What is seen of the alert with this key. Its incident is looked up by the number, once that is known.
    fn sight(&self, key: &str, number: Option<IncidentNumber>) -> Sight;

    /// Makes the failure, until the guard is dropped.
    fn make(&self, effect: &Effect) -> Guard;

    /// Returns when what is seen may have changed, at the latest after `limit`.
    async fn changed(&self, limit: Duration);
}
