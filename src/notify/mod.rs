//! The notify stage: pages become messages, which are planned, claimed, sent once, and settled.

pub mod transport;
