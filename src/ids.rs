//! The seam for chance: ids, keys, jitter. Nothing else in `pd` draws random numbers, so that a simulation can repeat a
//! run from its seed.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use crate::domain::time::Timestamp;

/// A source of chance.
pub trait Ids: Debug + Send + Sync + 'static {
    /// Fills `bytes` with numbers fit for keys.
    fn fill(&self, bytes: &mut [u8]);

    /// A number of 64 random bits.
    fn random(&self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// A UUID v7: its order is about that of time.
    fn uuid(&self, now: Timestamp) -> Uuid {
        let mut random = [0; 10];
        self.fill(&mut random);
        uuid::Builder::from_unix_timestamp_millis(u64::try_from(now.as_millis()).unwrap_or(0), &random)
            .into_uuid()
    }

    /// Somewhere in `0..=limit`, each instant equally likely: full jitter.
    fn jitter(&self, limit: Duration) -> Duration {
        let limit = u64::try_from(limit.as_micros()).unwrap_or(u64::MAX - 1);
        Duration::from_micros(self.random() % (limit + 1))
    }
}

/// A source that can be handed round.
pub type SharedIds = Arc<dyn Ids>;

/// The operating system's random numbers.
#[derive(Debug, Default)]
pub struct SystemIds;

impl Ids for SystemIds {
    #[expect(clippy::disallowed_methods, reason = "this is the seam")]
    fn fill(&self, bytes: &mut [u8]) {
        // From the kernel: the TLS library's own source measures jitter for 30 ms before its first number, which is longer
        // than most commands take.
        getrandom::fill(bytes).expect("the operating system gives random numbers");
    }
}
