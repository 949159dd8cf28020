//! What is left after the worst: kills, power cuts, a full disk and a read-only one, each under load.
#![allow(clippy::unwrap_used, reason = "tests")]

mod cuts;
mod disk;
mod judge;
mod kills;
mod refusal;
mod world;
