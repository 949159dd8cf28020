//! The bounds of notifications: how long, how often, how many.

use std::time::Duration;

/// From a claim until the sending must have begun.
pub const CLAIM_DEADLINE: Duration = Duration::from_secs(10);

/// The longest that any provider may take for its answer. A transport that allows itself more is cut off.
pub const PROVIDER_TIMEOUT_MAX: Duration = Duration::from_secs(40);

/// How long an answer is waited for from the deadline of a claim on, before somebody else sends the message, where the
/// receiver can tell a repetition: whoever is slower than this may be asked again, and a person waits no longer.
pub const ANSWER_TELLING: Duration = Duration::from_secs(5);

/// How far the clocks of two processes may be apart.
pub const CLOCK_BOUND: Duration = Duration::from_secs(2);

/// The most messages that one bundle joins.
pub const BUNDLE_MAX: usize = 200;

/// At most one message (of at most [`BUNDLE_MAX`] pages; more only if more wait) goes to a contact within this time, on
/// channels that bundle.
pub const BUNDLE_WINDOW: Duration = Duration::from_secs(30);

/// A page is its service's first for that user when there was none for this long.
pub const FIRST_PAGE_QUIET: Duration = Duration::from_secs(300);

/// The most messages to one contact that may be claimed at a time, on channels that do not bundle.
pub const CONTACT_CLAIMS_MAX: u32 = 128;

/// How often a message is tried at most.
pub const ATTEMPTS_MAX: u32 = 8;

/// How long after its first attempt a message is tried again at the latest.
pub const RETRY_AGE_MAX: Duration = Duration::from_secs(600);

/// The upper end of the first pause before a message is tried again; it doubles with each attempt.
pub const RETRY_BASE: Duration = Duration::from_secs(1);

/// The upper end of every such pause.
pub const RETRY_CAP: Duration = Duration::from_secs(60);

/// The longest pause that a provider may wish for.
pub const RETRY_WISH_MAX: Duration = Duration::from_secs(300);
