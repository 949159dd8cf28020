//! The pace of scheduled work.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use pd::clock::{Clock as _, SharedClock};
use pd::ids::SystemIds;
use pd::journal::memory::{Fault, MemoryStore, Op};
use pd::journal::{Journal, LogName};
use pd::pacer::{Error, Job, Pace, Pacer, Settings};
use tokio_util::sync::CancellationToken;

use super::bench::TestClock;

/// Reads for ever.
struct Reading(Arc<dyn Journal>, &'static str);

#[async_trait]
impl Job for Reading {
    fn name(&self) -> &'static str {
        self.1
    }

    fn every(&self) -> Duration {
        Duration::from_secs(10)
    }

    async fn round(&mut self, pace: &mut Pace) -> Result<(), Error> {
        for _ in 0..100_000 {
            pace.step(async { Ok(self.0.extent(&LogName::incidents()).await?) }).await?;
        }
        Ok(())
    }
}

/// How many steps two jobs take in a minute on a store of this latency, and the longest time between the first steps.
async fn steps_in_a_minute(latency: Duration) -> u64 {
    let clock = TestClock::new();
    let store = MemoryStore::with_faults(
        move |_: &Op| if latency.is_zero() { Fault::None } else { Fault::Stall(latency) },
        Arc::clone(&clock) as SharedClock,
    );
    let shutdown = CancellationToken::new();
    let (pacer, statuses) = Pacer::new(
        Arc::clone(&clock) as SharedClock,
        Arc::new(SystemIds),
        shutdown.clone(),
        Settings::default(),
    );
    let journal: Arc<dyn Journal> = Arc::new(store.handle(0));
    let job = |name| Box::new(Reading(Arc::clone(&journal), name)) as Box<dyn Job>;
    let running = tokio::spawn(pacer.run(vec![job("one"), job("two")]));
    // The phases are over.
    clock.sleep(Duration::from_secs(20)).await;
    let steps = || statuses.borrow().values().map(|status| status.steps).sum::<u64>();
    let before = steps();
    clock.sleep(Duration::from_secs(60)).await;
    let taken = steps() - before;
    shutdown.cancel();
    running.await.unwrap();
    taken
}

#[tokio::test(start_paused = true)]
async fn a_slow_store_is_left_in_peace() {
    let fast = steps_in_a_minute(Duration::ZERO).await;
    let slow = steps_in_a_minute(Duration::from_millis(50)).await;
    let slower = steps_in_a_minute(Duration::from_millis(500)).await;
    // Two jobs, a step each 50 ms; then one step at a time and ten times its duration of rest, for both together.
    assert!((2000..=2400).contains(&fast), "{fast}");
    assert!((100..=110).contains(&slow), "{slow}");
    assert!((10..=11).contains(&slower), "{slower}");
}

/// Fails, panics, then works; a round each time.
struct Failing(u32);

#[async_trait]
impl Job for Failing {
    fn name(&self) -> &'static str {
        "failing"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(1)
    }

    async fn round(&mut self, pace: &mut Pace) -> Result<(), Error> {
        self.0 += 1;
        let round = self.0;
        pace.step(async {
            match round {
                1 => Err(Error::Failed("no luck".to_owned())),
                2 => panic!("a defect"),
                _ => Ok(()),
            }
        })
        .await
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_round_is_told_and_tried_again() {
    let clock = TestClock::new();
    let shutdown = CancellationToken::new();
    let (pacer, mut statuses) = Pacer::new(
        Arc::clone(&clock) as SharedClock,
        Arc::new(SystemIds),
        shutdown.clone(),
        Settings::default(),
    );
    let running = tokio::spawn(pacer.run(vec![Box::new(Failing(0))]));
    for expected in [Some("no luck"), Some("it panicked"), None] {
        let seen = statuses.wait_for(|all| {
            all.get("failing").is_some_and(|status| {
                status.failure.as_deref() == expected && (expected.is_some() || status.rounds > 0)
            })
        });
        tokio::time::timeout(Duration::from_secs(600), seen).await.unwrap().unwrap();
    }
    shutdown.cancel();
    running.await.unwrap();
}
