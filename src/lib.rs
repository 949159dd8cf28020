//! `pd`: a self-hosted on-call alerting appliance.
//!
//! The map, in reading order:
//!
//! - [`domain`]: nouns, facts and rules; pure.
//! - [`clock`], [`ids`]: the seams for time and chance.
//! - [`journal`], [`archive`]: what is kept, and what stores promise.

pub mod archive;
pub mod clock;
pub mod domain;
pub mod ids;
pub mod journal;
