//! The task that carries out one drill at a time.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::Ground;
use super::carry::Running;
use super::plan::{Kind, Plan};
use super::records::{Records, put};
use super::rules::{self, Facts};
use crate::clock::SharedClock;
use crate::ids::SharedIds;
use crate::wire::rest::drill::{Drill, DrillKind, NewDrill};

/// How many orders may wait.
const ORDERS: usize = 16;
/// For how long it is looked for open alerts of a drill that was cut short: its last events may not be decided yet, and
/// were accepted by a clock that may have been ahead.
const SWEEP: Duration = Duration::from_secs(120);
/// How often.
const SWEEP_EVERY: Duration = Duration::from_secs(2);

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
pub(super) enum Order {
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
    pub(super) parts: Parts,
    pub(super) orders: mpsc::Receiver<Order>,
    known: watch::Sender<Arc<Vec<Drill>>>,
    /// The keys of alerts that a process before this left, and until when they are looked for.
    left: Vec<(String, Duration)>,
}

/// Drills, and the task that runs them.
pub fn drills(parts: Parts) -> (Drills, Task) {
    let (orders, ordered) = mpsc::channel(ORDERS);
    let kept = parts.records.read().unwrap_or_else(|error| {
        tracing::error!(%error, "the records of past drills cannot be read; they are replaced by the next");
        Vec::new()
    });
    let (publish, known) = watch::channel(Arc::new(kept));
    (Drills { orders, known }, Task { parts, orders: ordered, known: publish, left: Vec::new() })
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
        loop {
            let clock = Arc::clone(&self.parts.clock);
            let order = tokio::select! {
                biased;
                order = self.orders.recv() => order,
                () = clock.sleep(SWEEP_EVERY), if !self.left.is_empty() => {
                    self.sweep().await;
                    continue;
                }
            };
            let Some(order) = order else { return };
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
    pub(super) fn answer(&self, order: Order) {
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

    pub(super) fn show(&self, drill: &Drill) {
        self.known.send_modify(|known| put(Arc::make_mut(known), drill.clone()));
    }

    pub(super) async fn keep(&self, drill: &Drill) -> std::io::Result<()> {
        self.show(drill);
        let (records, drills) = (self.parts.records.clone(), self.known.borrow().to_vec());
        let written = tokio::task::spawn_blocking(move || records.write(&drills)).await;
        written.unwrap_or_else(|error| Err(std::io::Error::other(error)))
    }

    /// What ran when the process before this ended: its failure ended with that process, and its alerts are resolved.
    async fn close_interrupted(&mut self) {
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
            self.left.push((announced(&drill.id), self.parts.clock.monotonic() + SWEEP));
        }
    }

    /// Resolves what a drill that was cut short left open.
    async fn sweep(&mut self) {
        let now = self.parts.clock.monotonic();
        self.left.retain(|(_, until)| now < *until);
        for (prefix, _) in &self.left {
            for key in self.parts.ground.open(prefix) {
                if let Err(reason) = self.parts.ground.send(&key, None).await {
                    tracing::debug!(key, reason, "an alert of a drill that was cut short is still open");
                }
            }
        }
    }
}

/// The key of the alert that announces a drill; those of its canaries begin with it.
pub(super) fn announced(id: &str) -> String {
    format!("drill/{id}")
}
