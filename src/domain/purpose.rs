//! Why somebody is told of an incident.

use serde::{Deserialize, Serialize};

/// Why a user is paged. All but the last three are pages of the escalation: somebody is to look, and if nobody can be
/// reached, escalation goes on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// It was opened.
    #[default]
    Triggered,
    /// Another level is paged, the last resort, or the same level again with a higher urgency.
    Escalated,
    /// Its acknowledgement has ended.
    Unacknowledged,
    /// It was given to the user by hand, or handed over at the end of somebody's shift.
    Reassigned,
    /// It had been resolved, and triggered again.
    Reopened,
    /// Somebody asks for the user's help.
    Responder,
    /// The user acknowledged it, and it is still open.
    Reminder,
    /// Somebody wrote to its subscribers.
    StatusUpdate {
        /// The index of the log entry that says what.
        entry: u32,
    },
}

impl Purpose {
    /// Whether the page is one of the escalation.
    pub fn escalates(self) -> bool {
        !matches!(self, Self::Responder | Self::Reminder | Self::StatusUpdate { .. })
    }

    /// Whether it is the plainest one, which is not written down.
    pub fn is_triggered(&self) -> bool {
        *self == Self::Triggered
    }
}
