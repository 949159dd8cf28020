//! `pd`: a self-hosted on-call alerting appliance.
//!
//! The map, in reading order:
//!
//! - [`domain`]: nouns, facts and rules; pure.
//! - [`clock`], [`ids`], [`keyring`]: the seams for time, chance and secrets.
//! - [`journal`], [`archive`]: what is kept, and what stores promise.
//! - [`overload`]: who waits, who is turned away, and when scheduled work rests; pure.
//! - [`stage`]: the one loop that both stages share.
//! - [`door`], [`ingest`]: what comes in, made durable, then answered.
//! - [`incidents`]: the stage that turns events and commands into incidents.
//! - [`notify`]: the stage that turns pages into messages.
//! - [`deliver`]: the channels by which messages reach people.
//! - [`watch`]: `pd` watches itself.
//! - [`drill`]: failures that are made on purpose.
//! - [`wire`]: the shapes that travel; [`api`]: REST.
//! - [`config`]: the server's configuration file.
//! - [`configuration`]: users, schedules, services and the like as files hold them.
//! - [`daemon`]: the server, built of all that; [`offline`]: what is done while it does not run.
//! - [`mutants`]: deliberate bugs, for tests of the tests.
//! - [`client`], [`cli`], [`tui`]: the API from outside, the command line on top of it, and the terminal.

pub mod api;
pub mod archive;
pub mod cassandra;
pub mod cli;
pub mod client;
pub mod clock;
pub mod config;
pub mod configuration;
pub mod daemon;
pub mod deliver;
mod disk;
pub mod domain;
pub mod door;
pub mod drill;
pub mod ids;
pub mod incidents;
pub mod ingest;
pub mod journal;
pub mod keyring;
pub mod lockfile;
pub mod mutants;
pub mod notify;
pub mod offline;
pub mod overload;
pub mod pacer;
pub mod purge;
pub mod stage;
pub mod tui;
pub mod watch;
pub mod wire;
