//! The heartbeat: somebody outside misses it when work is late, when nothing can be stored, or when the process is gone.

use std::time::Duration;

use super::Ground;
use super::rules::Seen;
use crate::clock::{SharedClock, within};
use crate::ids::SharedIds;
use crate::pacer::Reporter;

/// How long one may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How it beats.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Beat {
    /// The pause between two beats, before jitter: up to a tenth less.
    pub every: Duration,
    /// Work that is older than this is late.
    pub late: Duration,
}

impl Beat {
    /// Why no heartbeat is sent now; `None`: one is.
    pub fn withheld(&self, seen: &Seen) -> Option<String> {
        if let Some(reason) = &seen.failing {
            return Some(format!("withheld: nothing can be stored: {reason}"));
        }
        let late = seen.stages.iter().find(|(_, age)| *age >= self.late)?;
        Some(format!("withheld: the stage {} is {} s behind", late.0, late.1.as_secs()))
    }

    /// Beats for ever. What was withheld or did not arrive is not made up for.
    pub(super) async fn run(
        self,
        ground: &dyn Ground,
        clock: &SharedClock,
        ids: &SharedIds,
        reporter: &Reporter,
    ) {
        let mut pause = ids.jitter(self.every);
        loop {
            let next = clock.now().plus(pause);
            reporter.modify(|status| (status.every, status.next_round_at) = (self.every, Some(next)));
            clock.sleep(pause).await;
            pause = self.every - ids.jitter(self.every / 10);
            reporter.modify(|status| status.next_round_at = None);
            let withheld = self.withheld(&ground.look());
            if withheld.is_some() {
                reporter.modify(|status| status.waits_for = withheld);
                continue;
            }
            let began = clock.monotonic();
            let sent = within(&**clock, TIMEOUT, ground.beat()).await;
            let failure =
                sent.unwrap_or_else(|| Err(format!("no answer within {} s", TIMEOUT.as_secs()))).err();
            let (took, now) = (clock.monotonic().saturating_sub(began), clock.now());
            reporter.modify(|status| {
                status.steps += 1;
                status.round_steps = 1;
                status.rounds += u64::from(failure.is_none());
                (status.stepped_at, status.step_took) = (Some(now), took);
                (status.waits_for, status.failure) = (None, failure);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_withheld_when_work_is_late_or_nothing_can_be_stored() {
        let beat = Beat { every: Duration::from_secs(60), late: Duration::from_secs(60) };
        let seen = |incidents, failing: Option<&str>| Seen {
            stages: vec![("incidents", Duration::from_secs(incidents)), ("notify", Duration::ZERO)],
            failing: failing.map(str::to_owned),
            ..Seen::default()
        };
        for (seen, withheld) in [
            (seen(0, None), None),
            (seen(59, None), None),
            (seen(60, None), Some("withheld: the stage incidents is 60 s behind")),
            (seen(0, Some("read-only")), Some("withheld: nothing can be stored: read-only")),
        ] {
            assert_eq!(beat.withheld(&seen).as_deref(), withheld);
        }
    }
}
