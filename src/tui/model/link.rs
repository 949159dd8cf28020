//! How the connection to the server is.

use crate::domain::time::Timestamp;

/// How the connection to the server is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Link {
    /// Nothing came yet.
    Connecting { since: Timestamp },
    /// What is shown is as it is now.
    Live,
    /// The server is away.
    Offline { since: Timestamp, retry_at: Timestamp, reason: String },
    /// The server does not accept the token: asking again is of no use.
    Refused { reason: String },
}
