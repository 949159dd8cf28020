//! The one loop that both stages share: inputs and due timers become facts, facts become an entry, and only an entry
//! that is durable becomes state.
//!
//! A stage consumes other journals by cursor. Its cursors are in the same entry as the facts that were decided from what
//! they passed, so nothing is ever consumed twice or skipped, whoever dies when.

mod append;
mod bell;
mod body;
mod company;
mod error;
mod follow;
mod ground;
mod landmark;
mod latency;
mod load;
mod mark;
mod note;
mod replica;
mod run;
mod size;
mod source;
mod standing;
mod status;
mod suspicion;
mod turn;
mod unrecorded;
mod watchdog;
mod world;

use std::fmt::Debug;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use bell::{Bell, Signal};
pub use body::{Body, Cursor, FORMAT, wanted_facts};
pub use company::{Company, Lane, Lanes, Many};
pub use error::Error;
pub use landmark::Landmarks;
pub use mark::{FileMark, Mark, NoMark, Suspects};
pub use replica::{Replica, snapshot_digest};
pub use run::Loop;
pub use standing::Duty;
pub use status::Status;
pub use watchdog::{DECIDE_MAX, Watchdog};
pub use world::{Handle, Settings, World};

use crate::domain::time::Timestamp;
use crate::journal::{Entry, LogName, Seq};

/// An input as it was read from a source.
#[derive(Clone, Debug)]
pub struct Arrival<I> {
    /// When it was accepted; what has been read in one round is ordered by it.
    pub accepted_at: Timestamp,
    /// What it says; an entry that means nothing to this stage still moves the cursor.
    pub input: Option<I>,
}

/// Where an input stands in its source.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Place {
    /// Which journal.
    pub log: LogName,
    /// Which entry.
    pub seq: Seq,
    /// Which of that entry's inputs, from 0.
    pub index: u32,
}

/// What is particular to one stage. The first half is pure and is the same in every process; the second half is this
/// process's own.
pub trait Stage: Send + 'static {
    /// A value that is cheap to clone.
    type State: Clone + Default + Send + Sync + 'static;
    /// What has happened.
    type Fact: Serialize + DeserializeOwned + Send + Sync + 'static;
    /// What is decided about.
    type Input: Clone + Debug + Send + Sync + 'static;
    /// One element of a snapshot.
    type Record: Serialize + DeserializeOwned + Send + 'static;

    /// Decides about a batch and whatever is due, on a scratch value. Pure.
    fn decide(state: &Self::State, batch: &[Self::Input], now: Timestamp) -> (Vec<Self::Fact>, Self::State);

    /// Makes a fact true. Pure; never fails.
    fn evolve(state: &mut Self::State, fact: &Self::Fact);

    /// The state, element by element.
    fn records(state: &Self::State) -> Box<dyn Iterator<Item = Self::Record> + Send + '_>;

    /// The state that these elements are of.
    fn restore(records: &mut dyn Iterator<Item = Self::Record>) -> Self::State;

    /// When somebody has to decide at the latest although nothing comes in: the earliest timer.
    fn next_due(&self, state: &Self::State) -> Option<Timestamp>;

    /// The stage's own journal.
    fn log(&self) -> LogName;

    /// The journals that it consumes, those whose inputs go first in front.
    fn sources(&self, state: &Self::State) -> Vec<LogName>;

    /// Whether the inputs of this source go before those of the others, whenever they were accepted.
    fn goes_first(&self, log: &LogName) -> bool;

    /// Reads an entry of a source into inputs. What somebody outside sent and cannot be read becomes an input that says
    /// so: nothing is dropped.
    ///
    /// # Errors
    /// When a newer release wrote the entry: the stage stops rather than pass over it.
    fn read(&self, log: &LogName, seq: Seq, entry: &Entry) -> Result<Vec<Arrival<Self::Input>>, Error>;

    /// What to decide instead of an input that makes `decide` panic, or that killed the process twice.
    fn poison(&self, place: &Place, input: &Self::Input, reason: Arc<str>) -> Option<Self::Input>;

    /// What to decide when these sources are closed and everything in them has been consumed.
    fn drained(&self, state: &Self::State, closed: &[LogName]) -> Vec<Self::Input>;

    /// Work beside consuming and timers, of kinds that are judged by themselves; only what this process can serve now.
    /// Each kind once.
    fn lanes(&self, state: &Self::State) -> Vec<Lane> {
        let _ = state;
        Vec::new()
    }

    /// Since when the oldest of the work of all lanes is due that only waits for its turn, whether this process can serve
    /// it now or not.
    fn waits_since(&self, state: &Self::State) -> Option<Timestamp> {
        self.lanes(state).iter().map(|lane| lane.due).min()
    }

    /// The lane that this fact, which `state` includes, shows somebody serving.
    fn lane_of(state: &Self::State, fact: &Self::Fact) -> Option<u8> {
        let _ = (state, fact);
        None
    }

    /// Inputs that belong to every batch of this process, such as how much it could send now on these lanes.
    fn offers(&mut self, state: &Self::State, lanes: &Lanes) -> Vec<Self::Input>;

    /// These facts were appended by this process, in this order, and `state` includes them.
    fn appended(&mut self, facts: &[Self::Fact], state: &Arc<Self::State>);
}
