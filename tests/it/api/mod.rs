//! REST without sockets: the real router over a real state, whose commands are judged by the real rules.
#![allow(clippy::unwrap_used, reason = "tests")]

mod access;
mod as_code;
mod audit;
mod configuration;
mod incidents;
mod life;
mod lists;
mod proof;
mod rules;
mod schedules;
mod stream;
mod teams;
mod traps;
mod world;
