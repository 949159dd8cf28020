//! Proof and explanation: whether everybody who should be reached is, who would be paged, and why somebody was or was not.
//!
//! [`check()`](check::check) looks at the whole of a time ahead, by the intervals between changes of the schedules;
//! [`simulate()`](simulation::simulate) lets an event run through both state machines on a copy of the state;
//! [`explain()`](explanation::explain) reads an incident's timeline person by person.

pub mod check;
pub mod explanation;
mod level;
mod passed_over;
pub mod reach;
pub mod simulation;
mod spans;

#[cfg(test)]
mod tests;
