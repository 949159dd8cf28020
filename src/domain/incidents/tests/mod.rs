//! The rules, tried out: scripts with what is expected of them, and properties over random inputs.
#![allow(clippy::unwrap_used, reason = "tests")]

mod acknowledged;
mod commands;
mod people;
mod properties;
mod schedules;
mod script;
mod stories;
mod undo;
mod undone;
mod world;
