//! Stores made, checked and moved: by what the command line calls, and by the real program.
#![allow(clippy::unwrap_used, reason = "tests")]

mod binary;
mod content;
mod moves;
