//! Proofs, simulations and explanations as a person would ask for them.
#![allow(clippy::unwrap_used, reason = "tests")]

mod checks;
mod explanations;
mod simulations;
