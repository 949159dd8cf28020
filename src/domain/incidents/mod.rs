//! The rules of incidents: `decide` turns inputs into facts, `evolve` turns facts into state.
//!
//! Reading order: [`fact`], [`input`], [`state`], then [`evolve()`](evolve::evolve) and [`decide()`](decide::decide), and
//! [`snapshot`].

pub mod decide;
pub mod evolve;
pub mod fact;
pub mod input;
pub mod oncall;
pub mod snapshot;
pub mod state;

#[cfg(test)]
pub(in crate::domain) mod tests;
