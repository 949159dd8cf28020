//! The stage loop over the journal in memory, on a clock that leaps over every wait.
#![allow(clippy::unwrap_used, reason = "tests")]

mod agree;
mod bounds;
mod crash;
mod door;
mod fleet;
mod ground;
mod line;
mod many;
mod poison;
mod quiet;
mod race;
mod rate;
mod real;
mod tally;
mod together;
mod world;
