//! Doubles of the outside: real servers on ports of their own, which misbehave as told and remember what they got.
//!
//! Each runs on a thread of its own, so that tests with and without a runtime can use them. Dropping one ends it and
//! closes its connections.

pub(crate) mod http;
mod server;
pub(crate) mod smtp;
