//! Nouns, facts and rules. Everything here is pure and synchronous: `now` is a parameter, there is no I/O, no clock and
//! no chance, and nothing outside `domain` is named.
//!
//! Reading order: [`time`] and [`id`], the nouns ([`event`], [`user`], [`service`] with [`support_hours`], [`policy`],
//! [`schedule`], [`incident`] with [`responder`], [`purpose`] and [`action`], [`expression`] and [`rule`],
//! [`maintenance`], [`heartbeat`], [`team`], [`access`], [`audit`]), what may be asked ([`command`], and [`wanted`] for many things at once), then the two
//! state machines, [`incidents`] and [`notify`]; at last [`proof`], which asks both.

pub mod access;
pub mod action;
pub mod audit;
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
pub mod proof;
pub mod purpose;
pub mod responder;
pub mod rule;
pub mod schedule;
pub mod sealed;
pub mod service;
pub mod support_hours;
pub mod team;
pub mod time;
pub mod token;
pub mod user;
pub mod wanted;
