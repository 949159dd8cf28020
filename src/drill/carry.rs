//! One drill from its announcement to its report.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt as _};

use super::plan::Plan;
use super::rules::{self, Facts, LATE};
use super::run::{Order, Task, announced};
use super::tally::{Phase, Tally, verdict};
use super::{Ground, Guard};
use crate::clock::within;
use crate::domain::id::IncidentNumber;
use crate::wire::rest::drill::Drill;

/// How often it is judged, at least.
const LOOK: Duration = Duration::from_millis(100);
/// So many canaries are sent before, and after.
const BESIDE: u32 = 5;
/// How long those before may take: a pipeline that is slow already is left alone. E-mail is bundled for half a minute.
const FIRST_MAX: Duration = Duration::from_secs(60);
/// How long anything else may take that is asked of the process itself.
const STEP_MAX: Duration = Duration::from_secs(30);
/// How long it is waited for canaries at the end: then those that are late are known, and the rest is lost.
const LAST_MAX: Duration = Duration::from_secs(LATE.as_secs() + 30);
/// How often the resolve of a canary is sent at most.
const RESOLVES_MAX: u32 = 8;

/// How a drill came to its end.
enum End {
    /// As it was planned.
    Planned,
    /// Somebody ended it.
    Stopped,
    /// It was dangerous.
    Aborted(String),
    /// It could not begin.
    Failed(String),
}

/// What comes of something that was sent.
enum Came {
    /// A canary was answered.
    Answered(u64, Result<(), String>),
    /// A resolve is done with.
    Resolved,
}

/// One drill.
pub(super) struct Running<'a> {
    task: &'a mut Task,
    drill: Drill,
    plan: Plan,
    /// How things were before.
    before: Facts,
    tally: Tally,
    on_their_way: FuturesUnordered<BoxFuture<'static, Came>>,
    /// When the next canary is due.
    next_at: Duration,
    stopped: bool,
}

impl<'a> Running<'a> {
    pub(super) fn new(task: &'a mut Task, drill: Drill, plan: Plan, before: Facts) -> Self {
        let next_at = task.parts.clock.monotonic();
        let (tally, on_their_way) = (Tally::default(), FuturesUnordered::new());
        Self { task, drill, plan, before, tally, on_their_way, next_at, stopped: false }
    }

    /// Carries it out; it is on record.
    pub(super) async fn carry_out(mut self) {
        let end = match self.announce().await {
            Ok(()) => self.phases().await,
            Err(reason) => End::Failed(reason),
        };
        self.end(end).await;
    }

    fn ground(&self) -> Arc<dyn Ground> {
        Arc::clone(&self.task.parts.ground)
    }

    fn now(&self) -> Duration {
        self.task.parts.clock.monotonic()
    }

    /// Nothing is made before everybody can see that it will be.
    async fn announce(&mut self) -> Result<(), String> {
        let (ground, clock) = (self.ground(), Arc::clone(&self.task.parts.clock));
        let key = announced(&self.drill.id);
        let (kind, node, does, secs) =
            (&self.drill.kind, &self.drill.node, &self.drill.does, self.drill.seconds);
        let summary = format!("drill {kind} on {node}: {does}, for {secs} s");
        let announce = async {
            ground.prepare(self.plan.effect.channel()).await?;
            ground.send(&key, Some(&summary)).await?;
            loop {
                if let Some(number) = ground.sight(&key, None).number {
                    return Ok::<_, String>(number);
                }
                ground.changed(LOOK).await;
            }
        };
        let number = within(&*clock, STEP_MAX, announce)
            .await
            .unwrap_or_else(|| Err("this process did not open its incident in time".to_owned()))?;
        self.drill.incident_number = Some(number.0);
        self.note("announced: canaries are sent before, during and after").await;
        Ok(())
    }

    async fn phases(&mut self) -> End {
        let beside = self.plan.every() * BESIDE;
        self.enter(Phase::Before).await;
        if let Some(end) = self.watch(Phase::Before, beside, None).await {
            return end;
        }
        if let Some(end) = self.settle(FIRST_MAX).await {
            return end;
        }
        if self.tally.waiting() > 0
            || verdict(&[&self.tally.figures(Phase::Before, self.now(), false)]).is_err()
        {
            return End::Failed("canaries did not come through before anything was made".to_owned());
        }
        let first = self.tally.figures(Phase::Before, self.now(), false);
        if first.refused * 2 > first.sent {
            return End::Failed("canaries were refused before anything was made".to_owned());
        }
        let ended = self.during().await;
        self.enter(Phase::After).await;
        let after = self.watch(Phase::After, beside, None).await;
        let settled = self.settle(LAST_MAX).await;
        ended.or(after).or(settled).unwrap_or(End::Planned)
    }

    async fn during(&mut self) -> Option<End> {
        self.drill.on_at = Some(self.task.parts.clock.now().to_iso_millis());
        self.enter(Phase::During).await;
        self.note(&format!("begins now: {}", self.drill.does)).await;
        let guard = self.ground().make(&self.plan.effect);
        let ended = self.watch(Phase::During, self.plan.lasts, Some(guard)).await;
        // The clock is right again from here on.
        self.drill.off_at = Some(self.task.parts.clock.now().to_iso_millis());
        let why = match &ended {
            Some(End::Aborted(reason)) => format!("aborted: {reason}"),
            Some(End::Stopped) => "stopped by hand".to_owned(),
            _ => "is over, as planned".to_owned(),
        };
        self.note(&format!("{why}; nothing is made any more")).await;
        ended
    }

    async fn enter(&mut self, phase: Phase) {
        self.drill.phase = phase.name().to_owned();
        self.next_at = self.now();
        if let Err(error) = self.task.keep(&self.drill).await {
            tracing::warn!(%error, "the record of the drill is not kept up to date");
        }
    }

    /// Sends canaries for so long; `made` is dropped at the end. Why it ended early, if it did.
    async fn watch(&mut self, phase: Phase, lasts: Duration, made: Option<Guard>) -> Option<End> {
        let until = self.now() + lasts;
        let dangerous = made.is_some();
        while self.now() < until {
            if self.now() >= self.next_at {
                self.send(phase);
                self.next_at += self.plan.every();
            }
            self.step(until.min(self.next_at)).await;
            if phase != Phase::After && std::mem::take(&mut self.stopped) {
                return Some(End::Stopped);
            }
            if dangerous {
                let (facts, progress) = (self.ground().look(), self.tally.progress(self.now()));
                if let Some(reason) = rules::danger(&self.plan.effect, &self.before, &facts, &progress) {
                    tracing::error!(drill = self.drill.id, reason, "a drill is aborted");
                    return Some(End::Aborted(reason));
                }
            }
        }
        None
    }

    /// Waits until every canary has come to its end, for so long at most.
    async fn settle(&mut self, limit: Duration) -> Option<End> {
        let until = self.now() + limit;
        while !self.tally.is_settled() && self.now() < until {
            self.step(until).await;
        }
        std::mem::take(&mut self.stopped).then_some(End::Stopped)
    }

    /// Waits for something to happen, at the latest until `until`, and takes it in.
    async fn step(&mut self, until: Duration) {
        let limit = until.saturating_sub(self.now()).min(LOOK);
        let ground = self.ground();
        let changed = pin!(ground.changed(limit));
        tokio::select! {
            biased;
            Some(came) = self.on_their_way.next() => self.came(came),
            Some(order) = self.task.orders.recv() => self.order(order),
            () = changed => {}
        }
        let (ground, key) = (self.ground(), announced(&self.drill.id));
        let sight = |n: u64, number: Option<IncidentNumber>| ground.sight(&format!("{key}/{n}"), number);
        let reached = self.tally.look(self.now(), sight);
        for n in reached {
            self.resolve(format!("{key}/{n}"));
        }
        self.figures(false);
        self.task.show(&self.drill);
    }

    fn order(&mut self, order: Order) {
        match order {
            Order::Stop(id, reply) if id == self.drill.id => {
                self.stopped = true;
                _ = reply.send(Ok(self.drill.clone()));
            }
            other => self.task.answer(other),
        }
    }

    fn came(&mut self, came: Came) {
        if let Came::Answered(n, answer) = came {
            if let Err(reason) = &answer {
                tracing::warn!(drill = self.drill.id, canary = n, reason, "a canary was not accepted");
            }
            self.tally.answered(n, answer.is_ok(), self.now());
        }
    }

    fn send(&mut self, phase: Phase) {
        let n = self.tally.sent(phase, self.now());
        let (ground, key) = (self.ground(), format!("{}/{n}", announced(&self.drill.id)));
        let summary = format!("canary {n} of the drill {}", self.drill.kind);
        self.on_their_way
            .push(Box::pin(async move { Came::Answered(n, ground.send(&key, Some(&summary)).await) }));
    }

    /// Nobody is to be bothered by a canary for longer than it takes.
    fn resolve(&self, key: String) {
        let (ground, clock) = (self.ground(), Arc::clone(&self.task.parts.clock));
        self.on_their_way.push(Box::pin(async move {
            for _ in 0..RESOLVES_MAX {
                if ground.send(&key, None).await.is_ok() {
                    break;
                }
                clock.sleep(Duration::from_secs(2)).await;
            }
            Came::Resolved
        }));
    }

    /// Writes into the timeline of the announcement.
    fn note(&self, text: &str) -> BoxFuture<'static, ()> {
        let (ground, clock) = (self.ground(), Arc::clone(&self.task.parts.clock));
        let (number, text) = (self.drill.incident_number, text.to_owned());
        Box::pin(async move {
            let Some(number) = number else { return };
            let noted = within(&*clock, STEP_MAX, ground.note(IncidentNumber(number), &text)).await;
            if let Some(Err(reason)) = noted {
                tracing::warn!(reason, "a note about a drill was not written");
            }
        })
    }

    fn figures(&mut self, over: bool) {
        let now = self.now();
        let of = |phase| self.tally.figures(phase, now, over);
        (self.drill.before, self.drill.during, self.drill.after) =
            (of(Phase::Before), of(Phase::During), of(Phase::After));
    }

    async fn end(mut self, end: End) {
        self.figures(true);
        let figures = verdict(&[&self.drill.before, &self.drill.during, &self.drill.after]);
        let (name, reason) = match (end, figures) {
            (End::Failed(reason), _) | (End::Planned, Err(reason)) => ("failed", Some(reason)),
            (End::Aborted(reason), figures) => {
                let found = figures.err().map_or(String::new(), |found| format!("; {found}"));
                ("aborted", Some(format!("{reason}{found}")))
            }
            (End::Stopped, figures) => ("stopped", figures.err()),
            (End::Planned, Ok(())) => ("passed", None),
        };
        (self.drill.verdict, self.drill.reason) = (Some(name.to_owned()), reason.clone());
        let said = reason.map_or(String::new(), |reason| format!(": {reason}"));
        self.note(&format!("{name}{said}")).await;
        for key in self.ground().open(&announced(&self.drill.id)) {
            self.resolve(key);
        }
        let clock = Arc::clone(&self.task.parts.clock);
        let (ground, key) = (self.ground(), announced(&self.drill.id));
        let resolved = async {
            while self.on_their_way.next().await.is_some() {}
            // Seen too: the next drill is refused while this one is announced.
            while !ground.open(&key).is_empty() {
                ground.changed(LOOK).await;
            }
        };
        within(&*clock, STEP_MAX, resolved).await;
        self.drill.phase = "ended".to_owned();
        self.drill.ended_at = Some(clock.now().to_iso_millis());
        if let Err(error) = self.task.keep(&self.drill).await {
            tracing::error!(%error, "the report of the drill cannot be written");
        }
        tracing::warn!(drill = self.drill.id, verdict = name, "a drill has ended");
    }
}
