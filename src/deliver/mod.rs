//! The channels by which messages reach people, a folder or file each.
//!
//! All of them implement [`Transport`](crate::notify::transport::Transport): one attempt, an answer in bounded time,
//! and an honest [`Outcome`](crate::notify::transport::Outcome). Only what may have been taken without our knowing is
//! `Unknown`; what was surely not taken is `Retry` or `Permanent`.

pub mod console;
pub mod email;
pub mod plain;
mod text;
pub mod webhook;

#[cfg(test)]
mod fixture;
#[cfg(test)]
use crate::{domain, notify::transport};
