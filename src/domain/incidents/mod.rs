//! The rules of incidents: `decide` turns inputs into facts, `evolve` turns facts into state.

pub mod fact;
pub mod input;
pub mod state;
