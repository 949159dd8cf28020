//! Scheduled work: what it removes, what it keeps, whatever happens in between, and at which pace.
#![allow(clippy::unwrap_used, reason = "tests")]

pub(crate) mod bench;
mod keep;
mod pace;
mod truncate;
