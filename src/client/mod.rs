//! The API from outside: who to ask, how to ask, and what to do while nobody answers.
//!
//! - [`contexts`]: the servers that the user knows, with their tokens.
//! - [`Client`]: requests, with time-outs, bounded retries and typed errors.
//! - [`events`], [`incidents`]: what is asked most.
//! - [`pagerduty`]: an account elsewhere, read whole.
//! - [`stream`]: what changes, as it changes.
//! - [`token`]: where a token comes from.
//! - [`spool`]: events kept on disk while the server is away.

pub mod contexts;
mod error;
pub mod events;
mod http;
pub mod incidents;
mod ours;
pub mod pagerduty;
pub mod pages;
pub mod spool;
pub mod stream;
mod target;
pub mod token;

pub use error::Error;
pub use http::{Answer, Client, Patience, Request};
pub use target::{Secret, Server, Target};
