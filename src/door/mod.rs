//! What doors write into their journals, and how the incidents stage reads it back.
//!
//! An entry of `door/<door>/events` is the bodies of a batch as they were received, each behind a line that says when and
//! how it came; nothing is parsed and written anew. An entry of `door/<door>/commands` is a line of JSON per command, and
//! one of `door/index` a line per door.

mod event;
mod index;
mod record;
mod whole;

pub use event::{EventError, Parsed, parse};
pub use index::Registered;
pub use record::{EVENT_BYTES_MAX, Head, Pinged, Record, encode, lines, records};
pub use whole::{Whole, kept};

/// The format of the entries that this release writes into doors' journals.
pub const FORMAT: u16 = 1;
