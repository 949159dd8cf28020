//! Nouns, facts and rules. Everything here is pure and synchronous: `now` is a parameter, there is no I/O, no clock and
//! no chance, and nothing outside `domain` is named.
//!
//! Reading order: [`time`] and [`id`], the nouns ([`event`], [`user`], [`service`], [`policy`], [`incident`],
//! [`expression`] and [`rule`], [`maintenance`], [`heartbeat`]), what may be asked ([`command`]), then the two state machines, [`incidents`] and [`notify`].

pub mod command;
pub mod event;
pub mod expression;
pub mod heartbeat;
pub mod id;
pub mod incident;
pub mod incidents;
pub mod maintenance;
pub mod notify;
pub mod policy;
pub mod rule;
pub mod sealed;
pub mod service;
pub mod time;
pub mod token;
pub mod user;
