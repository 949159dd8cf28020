//! The rules of overload: how much may wait, who may, who is turned away first and for how long, and what is given up.
//!
//! Pure: values that are told the time (of [`crate::clock::Clock::monotonic`]) and what happened, and say what follows.
//! Whoever does the work asks them, so that each rule has one place, and a simulation can run it.
//!
//! - [`Limit`]: how much may wait for the next append, from how long things have to wait.
//! - [`Room`]: what waits, and whether one more of this sender may.
//! - [`Backlog`]: what was accepted and is not worked off yet, and whether more may come; [`Relay`]: how far that is.
//! - [`Drain`]: how fast that becomes less, and what who is refused is told.
//! - [`Budget`]: how many retries there may be, of all that is tried.
//! - [`Latency`]: what an append takes at present, and what it usually takes.
//! - [`Pressure`]: what is turned away first; [`pace`]: when scheduled work rests.
//! - [`Ticket`]: work that nobody waits for any more is not begun.

mod backlog;
mod budget;
mod drain;
mod latency;
mod limit;
pub mod pace;
mod pressure;
mod relay;
mod room;
mod ticket;

pub use backlog::Backlog;
pub use budget::{Budget, UnderWay};
pub use drain::{Drain, RETRY_AFTER_MAX};
pub use latency::Latency;
pub use limit::{Bound, Limit};
pub use pressure::{Pressure, Signs, reads_allowed};
pub use relay::{Relay, Standpoint};
pub use room::{Full, Room};
pub use ticket::Ticket;
