//! The terminal: what is open, as it happens, and what is done about it.
//!
//! - [`model`]: all that is shown. [`message`]: what happens to it, and what it wants done.
//! - [`update`]: what it becomes; pure. [`view`]: what of it is seen; pure.
//! - [`keys`], [`theme`]: the one table of keys, and styles by role.
//! - `run`: the only place that waits, with `feed` (the stream of changes), `work` (requests) and `terminal` beside it.

pub mod config;
mod editor;
mod feed;
pub mod keys;
pub mod message;
pub mod model;
mod run;
pub mod screen_keys;
mod terminal;
#[cfg(test)]
mod tests;
pub mod text;
pub mod theme;
pub mod update;
pub mod view;
mod work;

pub use run::{Ended, Error, run};
