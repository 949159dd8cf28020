//! The notify stage: pages become messages, which are planned, claimed, sent once, and settled.
//!
//! Reading order: [`transport`], the seam to the outside; [`compose`], the last look and what a message says;
//! [`breaker`], [`room`] and [`metrics`], the bounds and the counts; [`sender`], the task that sends, one
//! attempt at a time.

mod attempt;
pub mod breaker;
pub mod compose;
mod left;
pub mod metrics;
pub mod room;
pub mod sender;
pub mod stage;
mod standpoint;
pub mod transport;

pub use standpoint::standpoint;
