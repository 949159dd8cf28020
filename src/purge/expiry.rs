//! Removes from the archive what has been kept for long enough.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::Parts;
use crate::archive::Archive;
use crate::clock::SharedClock;
use crate::pacer::{Error, Job, Pace};
use crate::stage::Stage;

/// Incidents, and events, removed in one step.
const BATCH: usize = 100;

/// The job of expiry.
pub(super) struct Expiry {
    archive: Arc<dyn Archive>,
    clock: SharedClock,
    /// For how long it is kept.
    keep: Duration,
    every: Duration,
}

impl Expiry {
    pub(super) fn new<I: Stage, N: Stage>(parts: &Parts<I, N>) -> Self {
        Self {
            archive: Arc::clone(&parts.archive),
            clock: Arc::clone(&parts.world.clock),
            keep: parts.settings.archive,
            every: parts.settings.expiry_every,
        }
    }
}

#[async_trait]
impl Job for Expiry {
    fn name(&self) -> &'static str {
        "archive expiry"
    }

    fn every(&self) -> Duration {
        self.every
    }

    async fn round(&mut self, pace: &mut Pace) -> Result<(), Error> {
        let before = self.clock.now().minus(self.keep);
        while pace.step(async { Ok(self.archive.expire(before, BATCH).await?) }).await? > 0 {}
        Ok(())
    }
}
