//! The rules, tried out: scripts with what is expected of them, and properties over random inputs.
#![allow(clippy::unwrap_used, reason = "tests")]

mod acknowledged;
mod commands;
mod heartbeats;
mod people;
mod properties;
mod rules;
mod schedules;
pub(in crate::domain) mod script;
mod settled;
mod stories;
mod together;
mod told;
mod undo;
mod undo_override;
mod undone;
mod watch;
mod windows;
pub(in crate::domain) mod world;
