//! The shapes of what goes over the wire: serde only, no rules.

pub mod webhook;
