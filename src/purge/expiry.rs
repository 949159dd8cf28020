//! Removes from the archive what has been kept for long enough.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::{Parts, Settings};
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
    settings: Settings,
}

impl Expiry {
    pub(super) fn new<I: Stage, N: Stage>(parts: &Parts<I, N>) -> Self {
        Self {
            archive: Arc::clone(&parts.archive),
            clock: Arc::clone(&parts.world.clock),
            settings: parts.settings,
        }
    }
}

#[async_trait]
impl Job for Expiry {
    fn name(&self) -> &'static str {
        "archive expiry"
    }

    #[expect(clippy::misnamed_getters, reason = "the other jobs have a pace of their own")]
    fn every(&self) -> Duration {
        self.settings.expiry_every
    }

    async fn round(&mut self, pace: &mut Pace) -> Result<(), Error> {
        let before = self.clock.now().minus(self.settings.archive);
        while pace.step(async { Ok(self.archive.expire(before, BATCH).await?) }).await? > 0 {}
        Ok(())
    }
}
