//! What schedules promise: as a person would say it, over every change of every clock, and for any schedule.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod cases;
mod clocks;
mod properties;
mod words;
