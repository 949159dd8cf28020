//! What the controls of overload promise, as seen from outside: little is tried again where much fails, scheduled work
//! that was missed is not made up for, nobody pushes aside who works, and doors take no more than is worked off.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use pd::domain::notify::NotificationId;
use pd::domain::user::Channel;
use pd::journal::LogName;
use uuid::Uuid;

use crate::simulation::overload::LASTS;
use crate::simulation::process::short;

/// Retries are allowed while more than half of ten tokens are there; what the sender has not heard of yet is forgiven.
const TOKENS_MAX: f64 = 10.0;
const TOKENS_NEEDED: f64 = 3.0;
const PER_SUCCESS: f64 = 0.1;
const REFILL_EVERY: Duration = Duration::from_secs(10);

/// Nobody is patient for less than this.
const PATIENCE: Duration = Duration::from_secs(4);
/// So long an event may wait for the stages, where nothing has stood still: what doors allow, and what they do not know yet.
const LINE_MAX: Duration = Duration::from_secs(90);
/// What stands still for as long as this may be taken by a door for something that nobody does.
const STILL: Duration = Duration::from_secs(9);
/// For how long after work stood still several may find that they step in.
const UNSETTLED: Duration = Duration::from_secs(30);

/// See the module.
#[derive(Clone, Default)]
pub(super) struct Controls {
    handed: BTreeSet<NotificationId>,
    buckets: BTreeMap<(Uuid, Channel), Bucket>,
    /// When the last round of each process's jobs ended, and how long it is to the next.
    rounds: BTreeMap<(Uuid, &'static str), (Duration, Duration)>,
    work: BTreeMap<&'static str, Work>,
    /// The journals of events of doors.
    lines: BTreeMap<LogName, Line>,
}

/// What waits in a journal.
#[derive(Clone, Copy)]
struct Line {
    moved_at: Duration,
    /// The stages stood still while something waited, and what came then is not worked off yet.
    stood_still: bool,
}

#[derive(Clone)]
struct Bucket {
    tokens: f64,
    at: Duration,
}

/// Who does the work of a stage.
#[derive(Clone, Copy)]
struct Work {
    by: Uuid,
    moved_at: Duration,
    stood_still_at: Duration,
}

impl Controls {
    /// A process begins to send a message.
    pub(super) fn sends(
        &mut self,
        process: Uuid,
        channel: Channel,
        message: NotificationId,
        now: Duration,
    ) -> Option<String> {
        let bucket = self.bucket(process, channel, now);
        let left = bucket.tokens;
        let again = !self.handed.insert(message);
        (again && left < TOKENS_NEEDED).then(|| {
            format!(
                "{} sends the message {message} again, although its budget for {channel:?} is at {left:.1}",
                short(process)
            )
        })
    }

    /// What came of a message.
    pub(super) fn sent(&mut self, process: Uuid, channel: Channel, worked: bool, now: Duration) {
        let bucket = self.bucket(process, channel, now);
        let change = if worked { PER_SUCCESS } else { -1.0 };
        bucket.tokens = (bucket.tokens + change).clamp(0.0, TOKENS_MAX);
    }

    /// A process begins a round of a job.
    pub(super) fn round_begins(&mut self, process: Uuid, job: &'static str, now: Duration) -> Option<String> {
        let (ended, every) = *self.rounds.get(&(process, job))?;
        let pause = now.saturating_sub(ended);
        (pause < every.mul_f64(0.99)).then(|| {
            let (process, pause, every) = (short(process), pause.as_millis(), every.as_millis());
            format!("{process} begins with `{job}` again after {pause} ms instead of {every}")
        })
    }

    /// A round of a job has ended.
    pub(super) fn round_ends(&mut self, process: Uuid, job: &'static str, every: Duration, now: Duration) {
        self.rounds.insert((process, job), (now, every));
    }

    /// The sources of a stage were worked on.
    pub(super) fn works(&mut self, stage: &'static str, by: Uuid, now: Duration) -> Option<String> {
        let before = self.work.get(stage).copied().unwrap_or(Work { by, moved_at: now, stood_still_at: now });
        let stands_still = now.saturating_sub(before.moved_at) >= PATIENCE;
        let stood_still_at = if stands_still { now } else { before.stood_still_at };
        self.work.insert(stage, Work { by, moved_at: now, stood_still_at });
        // How long others are waited for follows from how long things took lately.
        let became_slow = (LASTS.start..LASTS.start + UNSETTLED).contains(&now);
        let settled = !became_slow && now.saturating_sub(stood_still_at) > UNSETTLED;
        (by != before.by && settled).then(|| {
            let (by, before) = (short(by), short(before.by));
            format!("{by} works on {stage}, although {before} does and nothing has stood still")
        })
    }

    /// The incidents stage has taken something from a door's journal of events, the oldest of which had waited so long;
    /// `drained`: nothing waits there any more.
    pub(super) fn takes(
        &mut self,
        log: &LogName,
        waited: Duration,
        drained: bool,
        now: Duration,
    ) -> Option<String> {
        let still = self.work.get("notify").is_some_and(|work| now.saturating_sub(work.moved_at) >= STILL);
        let line = self.lines.entry(log.clone()).or_insert(Line { moved_at: now, stood_still: false });
        let stood = now.saturating_sub(line.moved_at).min(waited) >= STILL;
        line.stood_still |= still || stood;
        let late = waited > LINE_MAX && !line.stood_still;
        line.moved_at = now;
        line.stood_still &= !drained;
        late.then(|| {
            format!("an event in {log} has waited for {} s: too many were accepted", waited.as_secs())
        })
    }

    fn bucket(&mut self, process: Uuid, channel: Channel, now: Duration) -> &mut Bucket {
        let bucket = self.buckets.entry((process, channel)).or_insert(Bucket { tokens: TOKENS_MAX, at: now });
        let passed = now.saturating_sub(bucket.at).as_secs_f64() / REFILL_EVERY.as_secs_f64();
        bucket.tokens = (bucket.tokens + passed).min(TOKENS_MAX);
        bucket.at = now;
        bucket
    }
}
