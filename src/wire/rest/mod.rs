//! PagerDuty's REST API v2, as far as `pd` speaks it: bodies of requests and responses.
//!
//! Every response type can be read as well, and every request type written, so that clients use the same shapes.
//! Times are ISO 8601 text in UTC. Unknown fields are ignored when read. In the requests `None` is "not given", which
//! keeps what is; where null means something else than that, the field is an `Option<Option<_>>`.

#![allow(missing_docs, reason = "the names are PagerDuty's, and mean what its reference says they mean")]

pub mod alert;
pub mod audit;
pub mod contact_method;
pub mod drill;
pub mod envelope;
pub mod error;
pub mod escalation_policy;
pub mod event;
pub mod event_rule;
pub mod feed;
pub mod heartbeat;
pub mod incident;
pub mod integration;
pub mod link;
pub mod log_entry;
pub mod maintenance_window;
pub mod note;
pub mod notification_rule;
pub mod oncall;
pub mod priority;
pub mod proof;
pub mod reference;
pub mod responder;
pub mod schedule;
pub mod service;
pub mod small;
pub mod status_update;
pub mod team;
pub mod token;
pub mod undo;
pub mod user;
