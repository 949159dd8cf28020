//! `pd`: a self-hosted on-call alerting appliance.
//!
//! The map, in reading order:
//!
//! - [`domain`]: nouns, facts and rules; pure.
//! - [`clock`], [`ids`], [`keyring`]: the seams for time, chance and secrets.
//! - [`journal`], [`archive`]: what is kept, and what stores promise.
//! - [`notify`]: the stage that turns pages into messages.
//! - [`wire`]: the shapes that travel; [`api`]: REST.

pub mod api;
pub mod archive;
pub mod clock;
pub mod domain;
pub mod ids;
pub mod journal;
pub mod keyring;
pub mod notify;
pub mod wire;
