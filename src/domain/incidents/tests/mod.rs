//! The rules, tried out: scripts with what is expected of them, and properties over random inputs.
#![allow(clippy::unwrap_used, reason = "tests")]

mod commands;
mod properties;
mod script;
mod stories;
mod told;
mod watch;
mod world;
