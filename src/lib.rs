//! `pd`: a self-hosted on-call alerting appliance.
//!
//! The map, in reading order:
//!
//! - [`domain`]: nouns, facts and rules; pure.
//! - [`clock`], [`ids`], [`keyring`]: the seams for time, chance and secrets.
//! - [`journal`], [`archive`]: what is kept, and what stores promise.
//! - [`stage`]: the one loop that both stages share.
//! - [`door`]: what doors write, and how it is read back.
//! - [`notify`]: the stage that turns pages into messages.
//! - [`ingest`]: the doors.
//! - [`deliver`]: the channels by which messages reach people.
//! - [`wire`]: what travels over HTTP.
//! - [`config`]: the server's configuration file.
//! - [`client`]: the API from outside.
//! - [`daemon`], [`offline`]: a server that runs, and what is done while none does.
//! - [`client`], [`cli`]: the API from outside, and the command line on top of it.
//! - [`wire`]: the shapes that travel.

pub mod archive;
pub mod cli;
pub mod client;
pub mod clock;
pub mod config;
pub mod deliver;
pub mod daemon;
pub mod domain;
pub mod door;
pub mod ids;
pub mod ingest;
pub mod journal;
pub mod keyring;
pub mod notify;
pub mod stage;
pub mod offline;
pub mod wire;
