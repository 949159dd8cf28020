//! `pd`: a self-hosted on-call alerting appliance.
//!
//! The map, in reading order:
//!
//! - [`domain`]: nouns, facts and rules; pure.
//! - [`clock`], [`ids`], [`keyring`]: the seams for time, chance and secrets.
//! - [`journal`], [`archive`]: what is kept, and what stores promise.
//! - [`notify`]: the stage that turns pages into messages.
//! - [`config`]: the server's configuration file.
//! - [`daemon`], [`offline`]: a server that runs, and what is done while none does.
//! - [`client`], [`cli`]: the API from outside, and the command line on top of it.
//! - [`wire`]: the shapes that travel.

pub mod archive;
pub mod cli;
pub mod client;
pub mod clock;
pub mod config;
pub mod daemon;
pub mod domain;
pub mod ids;
pub mod journal;
pub mod keyring;
pub mod notify;
pub mod offline;
pub mod wire;
