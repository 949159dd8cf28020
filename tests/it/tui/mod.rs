//! The real binary on a pseudo-terminal, before a real server.
#![allow(clippy::unwrap_used, reason = "tests")]

mod life;
mod screens;
mod walk;
