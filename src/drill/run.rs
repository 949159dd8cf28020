//! The task that carries out one drill at a time.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::plan::{Kind, Plan};
use super::records::{Records, put};
use super::rules::{self, Facts, LATE};
use super::tally::{Phase, Tally, verdict};
use super::{Ground, Guard};
use crate::clock::{SharedClock, within};
use crate::domain::id::IncidentNumber;
use crate::ids::SharedIds;
use crate::wire::rest::drill::{Drill, DrillKind, NewDrill};

/// How many orders may wait.
const ORDERS: usize = 16;
/// How often it is judged, at least.
const LOOK: Duration = Duration::from_millis(100);
/// So many canaries are sent before, and after.
const BESIDE: u32 = 5;
/// How long those before may take: a pipeline that is slow already is left alone.
const FIRST_MAX: Duration = Duration::from_secs(30);
/// How long anything else may take that is asked of the process itself.
const STEP_MAX: Duration = Duration::from_secs(30);
/// How long it is waited for canaries at the end: then those that are late are known, and the rest is lost.
const LAST_MAX: Duration = Duration::from_secs(LATE.as_secs() + 30);
/// How often the resolve of a canary is sent at most.
const RESOLVES_MAX: u32 = 8;

/// What runs drills, for whoever asks.
#[derive(Clone, Debug)]
pub struct Drills {
    orders: mpsc::Sender<Order>,
    known: watch::Receiver<Arc<Vec<Drill>>>,
}

/// Why nothing is done.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// It makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// Not now.
    #[error("{0}")]
    NotNow(String),
    /// There is none with this id.
    #[error("no drill with the id {0}")]
    Unknown(String),
}

#[derive(Debug)]
enum Order {
    Start(Box<NewDrill>, oneshot::Sender<Result<Drill, Refused>>),
    Stop(String, oneshot::Sender<Result<Drill, Refused>>),
    Kinds(oneshot::Sender<Vec<DrillKind>>),
}

impl Drills {
    /// All that are known, the oldest first.
    pub fn all(&self) -> Arc<Vec<Drill>> {
        Arc::clone(&self.known.borrow())
    }

    /// The one that runs.
    pub fn running(&self) -> Option<Drill> {
        self.known.borrow().iter().find(|drill| drill.ended_at.is_none()).cloned()
    }

    /// What can be made, and why not.
    ///
    /// # Errors
    /// When the process is ending.
    pub async fn kinds(&self) -> Result<Vec<DrillKind>, Refused> {
        let (reply, answer) = oneshot::channel();
        self.order(Order::Kinds(reply)).await?;
        answer.await.map_err(|_| ending())
    }

    /// Begins a drill; returns once it is on record.
    ///
    /// # Errors
    /// Why it is not begun.
    pub async fn start(&self, asked: NewDrill) -> Result<Drill, Refused> {
        let (reply, answer) = oneshot::channel();
        self.order(Order::Start(Box::new(asked), reply)).await?;
        answer.await.map_err(|_| ending())?
    }

    /// Ends a drill: what it makes ends at once; its report follows.
    ///
    /// # Errors
    /// When there is none, or it is over.
    pub async fn stop(&self, id: String) -> Result<Drill, Refused> {
        let (reply, answer) = oneshot::channel();
        self.order(Order::Stop(id, reply)).await?;
        answer.await.map_err(|_| ending())?
    }

    async fn order(&self, order: Order) -> Result<(), Refused> {
        self.orders.send(order).await.map_err(|_| ending())
    }
}

fn ending() -> Refused {
    Refused::NotNow("the process is ending".to_owned())
}

/// What it takes.
pub struct Parts {
    /// What drills stand on.
    pub ground: Arc<dyn Ground>,
    /// Time. What is measured is measured by its monotonic side, which no drill makes wrong.
    pub clock: SharedClock,
    /// For ids.
    pub ids: SharedIds,
    /// What the process is called.
    pub node: String,
    /// Where they are kept.
    pub records: Records,
    /// Ends it; a drill that is going on is found at the next start.
    pub shutdown: CancellationToken,
}

/// The task; see [`Task::run`].
pub struct Task {
    parts: Parts,
    orders: mpsc::Receiver<Order>,
    known: watch::Sender<Arc<Vec<Drill>>>,
}

/// Drills, and the task that runs them.
pub fn drills(parts: Parts) -> (Drills, Task) {
    let (orders, ordered) = mpsc::channel(ORDERS);
    let kept = parts.records.read().unwrap_or_else(|error| {
        tracing::error!(%error, "the records of past drills cannot be read; they are replaced by the next");
        Vec::new()
    });
    let (publish, known) = watch::channel(Arc::new(kept));
    (Drills { orders, known }, Task { parts, orders: ordered, known: publish })
}

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

impl Task {
    /// Runs until the shutdown.
    pub async fn run(mut self) {
        let shutdown = self.parts.shutdown.clone();
        tokio::select! {
            biased;
            () = shutdown.cancelled() => {}
            () = self.serve() => {}
        }
    }

    async fn serve(&mut self) {
        self.close_interrupted().await;
        while let Some(order) = self.orders.recv().await {
            match order {
                Order::Start(asked, reply) => match self.begin(&asked).await {
                    Ok((drill, plan, facts)) => {
                        let _ = reply.send(Ok(drill.clone()));
                        Running::new(self, drill, plan, facts).carry_out().await;
                    }
                    Err(refused) => _ = reply.send(Err(refused)),
                },
                other => self.answer(other),
            }
        }
    }

    /// Answers what is asked while nothing can be begun.
    fn answer(&self, order: Order) {
        match order {
            Order::Start(_, reply) => {
                let running = "a drill is going on here: `pd drill report` shows it".to_owned();
                _ = reply.send(Err(Refused::NotNow(running)));
            }
            Order::Stop(id, reply) => {
                let is_known = self.known.borrow().iter().any(|drill| drill.id == id);
                let refused = if is_known {
                    Refused::NotNow("this drill is over".to_owned())
                } else {
                    Refused::Unknown(id)
                };
                _ = reply.send(Err(refused));
            }
            Order::Kinds(reply) => _ = reply.send(self.kinds()),
        }
    }

    fn kinds(&self) -> Vec<DrillKind> {
        let facts = self.parts.ground.look();
        let kind = |kind: Kind| {
            let asked = NewDrill {
                kind: kind.name().to_owned(),
                seconds: rules::ALONE_MAX.as_secs(),
                ..NewDrill::default()
            };
            let why_not = match Plan::of(&asked, &facts) {
                Ok(plan) => rules::refusal(&plan, &facts),
                Err(reason) => Some(reason),
            };
            DrillKind { id: kind.name().to_owned(), does: kind.does().to_owned(), why_not }
        };
        Kind::ALL.into_iter().map(kind).collect()
    }

    /// Judges what is asked, and puts it on record.
    async fn begin(&self, asked: &NewDrill) -> Result<(Drill, Plan, Facts), Refused> {
        let facts = self.parts.ground.look();
        let plan = Plan::of(asked, &facts).map_err(Refused::Invalid)?;
        if let Some(reason) = rules::refusal(&plan, &facts) {
            return Err(Refused::NotNow(reason));
        }
        let now = self.parts.clock.now();
        let drill = Drill {
            id: self.parts.ids.uuid(now).simple().to_string(),
            kind: plan.effect.kind().name().to_owned(),
            does: plan.effect.does(),
            node: self.parts.node.clone(),
            seconds: plan.lasts.as_secs(),
            phase: "preparing".to_owned(),
            begun_at: now.to_iso_millis(),
            ..Drill::default()
        };
        // What is not on record is not begun: nobody would know of it after a crash.
        self.keep(&drill).await.map_err(|error| {
            Refused::NotNow(format!("the record of the drill cannot be written: {error}"))
        })?;
        tracing::warn!(drill = drill.id, kind = drill.kind, does = drill.does, "a drill begins");
        Ok((drill, plan, facts))
    }

    fn show(&self, drill: &Drill) {
        self.known.send_modify(|known| put(Arc::make_mut(known), drill.clone()));
    }

    async fn keep(&self, drill: &Drill) -> std::io::Result<()> {
        self.show(drill);
        let (records, drills) = (self.parts.records.clone(), self.known.borrow().to_vec());
        let written = tokio::task::spawn_blocking(move || records.write(&drills)).await;
        written.unwrap_or_else(|error| Err(std::io::Error::other(error)))
    }

    /// What ran when the process before this ended: its failure ended with that process, and its alerts are resolved.
    async fn close_interrupted(&self) {
        let open: Vec<_> =
            self.known.borrow().iter().filter(|drill| drill.ended_at.is_none()).cloned().collect();
        for mut drill in open {
            let reason = "the process ended meanwhile; what was made ended with it";
            tracing::warn!(drill = drill.id, kind = drill.kind, reason, "a drill was cut short");
            drill.phase = "ended".to_owned();
            (drill.verdict, drill.reason) = (Some("interrupted".to_owned()), Some(reason.to_owned()));
            drill.ended_at = Some(self.parts.clock.now().to_iso_millis());
            if let Err(error) = self.keep(&drill).await {
                tracing::error!(%error, "the record of a drill cannot be written");
            }
            while self.parts.ground.look().failing.is_some() {
                self.parts.ground.changed(STEP_MAX).await;
            }
            for key in self.parts.ground.open(&announced(&drill.id)) {
                if let Err(reason) = self.parts.ground.send(&key, None).await {
                    tracing::warn!(key, reason, "an alert of a drill that was cut short stays open");
                }
            }
        }
    }
}

/// The key of the alert that announces a drill; those of its canaries begin with it.
fn announced(id: &str) -> String {
    format!("drill/{id}")
}

/// What comes of something that was sent.
enum Came {
    /// A canary was answered.
    Answered(u64, Result<(), String>),
    /// A resolve is done with.
    Resolved,
}

/// One drill.
struct Running<'a> {
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
    fn new(task: &'a mut Task, drill: Drill, plan: Plan, before: Facts) -> Self {
        let next_at = task.parts.clock.monotonic();
        let (tally, on_their_way) = (Tally::default(), FuturesUnordered::new());
        Self { task, drill, plan, before, tally, on_their_way, next_at, stopped: false }
    }

    async fn carry_out(mut self) {
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
