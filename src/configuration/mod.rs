//! Configuration as files hold it, and the state: shows what is there, reads what is wanted, and says what lies between.
//!
//! Nothing here waits or asks anybody: [`shown()`] is a function of a state, [`read()`] of a file and a state, and
//! [`changes`] of two files. What an update changes is found by comparing what is shown before and after it was tried out by
//! the very rules that will judge it, so a plan cannot say anything else than what happens.

mod address;
mod effect;
mod plan;
mod read;
mod shown;
mod text;
mod unnamed;

use std::collections::BTreeMap;

pub use address::{address, email};
pub use effect::{Effects, effects};
pub use plan::{changes, digest};
pub use read::{Read, read};
pub use shown::{marked, shown};
pub use unnamed::{Nameless, unnamed};

use crate::domain::id::PriorityId;
use crate::domain::incidents::state::State;
use crate::domain::time::Timestamp;
use crate::ids::Ids;
use crate::keyring::Keyring;

/// What files are read and shown by.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    /// What is there.
    pub state: &'a State,
    /// Seals and opens contact data.
    pub keyring: &'a Keyring,
    /// Draws keys.
    pub ids: &'a dyn Ids,
    /// The priorities by name.
    pub priorities: &'a BTreeMap<String, PriorityId>,
    /// What is over by then is neither shown nor read.
    pub now: Timestamp,
}
