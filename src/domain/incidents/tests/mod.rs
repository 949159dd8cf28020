//! The rules, tried out: scripts with what is expected of them, and properties over random inputs.
#![allow(clippy::unwrap_used, reason = "tests")]

mod commands;
mod heartbeats;
mod properties;
mod rules;
mod script;
mod stories;
mod told;
mod watch;
mod windows;
mod world;
