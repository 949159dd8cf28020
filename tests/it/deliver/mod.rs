//! The channels against real servers: what comes of an attempt, whatever the other side does.

mod email;
#[path = "../../../src/deliver/fixture.rs"]
mod fixture;
mod tls;
mod webhook;

// For the fixture, which the channels' own tests share.
use pd::{domain, notify::transport};

use std::sync::Arc;

use pd::clock::{SharedClock, SystemClock};
use pd::notify::transport::Outcome;

fn clock() -> SharedClock {
    Arc::new(SystemClock::new())
}

/// What came of it in one word, and what was said.
fn spoken(outcome: &Outcome) -> (&'static str, String) {
    match outcome {
        Outcome::Sent { receipt } => ("sent", receipt.to_string()),
        Outcome::Retry { reason, .. } => ("retry", reason.to_string()),
        Outcome::Permanent { reason } => ("permanent", reason.to_string()),
        Outcome::Unknown { reason } => ("unknown", reason.to_string()),
    }
}
