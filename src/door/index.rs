//! The list of doors: a line per door that a process has opened.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::time::Timestamp;

/// A process has opened a door, and writes into no journal that it did not register here.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Registered {
    /// The door.
    pub door: Uuid,
    /// The process.
    pub process: Uuid,
    /// When.
    pub at: Timestamp,
    /// What the process's machine is called.
    pub node: String,
}
