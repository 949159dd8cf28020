//! Asking a store again that did not answer: everything that a copy does may be done twice.

use std::time::Duration;

use super::Work;
use crate::journal;

/// Attempts of one operation in all; a store repeats by itself before it says that it does not answer.
const ATTEMPTS: u32 = 6;
/// The longest pause before the second attempt; it doubles with each.
const PAUSE: Duration = Duration::from_millis(250);

impl Work<'_> {
    /// Does it, again and again for some seconds while the store is not available.
    pub(super) async fn again<T, F>(&self, attempt: impl Fn() -> F + Send) -> Result<T, journal::Error>
    where
        F: Future<Output = Result<T, journal::Error>> + Send,
    {
        let mut tried = 1;
        loop {
            match attempt().await {
                Err(journal::Error::Unavailable { .. }) if tried < ATTEMPTS => {
                    self.clock.sleep(self.ids.jitter(PAUSE * 2u32.pow(tried))).await;
                    tried += 1;
                }
                answer => return answer,
            }
        }
    }
}
