//! Three real servers, one beside each datacenter, on the five nodes: what they promise, while all sorts of things fail.
//!
//! The benchmark `datacenter` runs every scenario and holds all bounds; the test here runs four, and holds what must
//! never happen, however slow the machine is.
#![allow(clippy::unwrap_used, reason = "tests")]

mod drills;
#[cfg(test)]
mod equal;
mod figures;
mod fronts;
mod installation;
mod replay;
mod scenario;
#[cfg(test)]
mod tests;

pub(crate) use drills::drill;
pub(crate) use figures::Figures;
pub(crate) use installation::{Installation, configuration};
pub(crate) use replay::{Course, Seen, Trouble, replay, warm_up};
pub(crate) use scenario::{Failure, Pace, run};
