//! The task that owns one of a door's journals: what waits becomes one entry.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::{Admission, Parts, Refused, keeper};
use crate::clock::{SharedClock, within};
use crate::domain::service::RoutingKey;
use crate::door;
use crate::journal::{Append, Entry, Error, LogName, Outcome, Seq};
use crate::mutants::{self, Mutant};
use crate::overload::{Budget, Ticket};
use crate::stage::Signal;

/// A batch aims at this many bytes. One input is never split; the largest has half a mebibyte.
const BATCH_BYTES: usize = 256 << 10;

/// Inputs in one entry at most.
const BATCH_INPUTS: usize = 4096;

/// How many inputs may wait in the task's queue; admission is the real bound, and it is lower in bytes.
const QUEUE: usize = 32 * 1024;

/// For how long an append that did not take place is tried again before those who wait are told.
const PATIENCE: Duration = Duration::from_secs(5);

const RETRY_FIRST: Duration = Duration::from_millis(20);
const RETRY_CAP: Duration = Duration::from_secs(1);

/// Where something was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Written {
    /// By which door.
    pub door: Uuid,
    /// In which entry.
    pub seq: Seq,
    /// Which of its inputs.
    pub index: u32,
}

struct Input {
    sender: Option<RoutingKey>,
    record: Vec<u8>,
    came_at: Duration,
    ticket: Ticket,
    reply: oneshot::Sender<Result<Written, Refused>>,
}

/// Whoever waits. When that ends, for whatever reason, what has not begun is not begun any more.
struct Waiting(Ticket);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.give_up();
    }
}

/// Which of a door's journals a writer owns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Events,
    Commands,
}

impl Kind {
    pub(super) fn log(self, door: Uuid) -> LogName {
        match self {
            Self::Events => LogName::door_events(door),
            Self::Commands => LogName::door_commands(door),
        }
    }
}

/// Hands inputs to the task.
#[derive(Clone, Debug)]
pub struct Writer {
    inputs: mpsc::Sender<Input>,
    clock: SharedClock,
}

impl Writer {
    /// A writer of this door's events, and its task, which ends when all writers are dropped and everything is written.
    /// Without a door it registers one when there is something to write. What appends take is told to `admission`.
    pub fn events(
        parts: Parts,
        door: Option<Uuid>,
        admission: Admission,
    ) -> (Self, impl Future<Output = ()> + Send) {
        Self::new(parts, door, Kind::Events, admission)
    }

    /// A writer of this door's commands, and its task.
    pub fn commands(
        parts: Parts,
        door: Option<Uuid>,
        admission: Admission,
    ) -> (Self, impl Future<Output = ()> + Send) {
        Self::new(parts, door, Kind::Commands, admission)
    }

    fn new(
        parts: Parts,
        door: Option<Uuid>,
        kind: Kind,
        admission: Admission,
    ) -> (Self, impl Future<Output = ()> + Send) {
        let (sender, inputs) = mpsc::channel(QUEUE);
        let clock = Arc::clone(&parts.clock);
        let budget = Budget::default();
        let task = Task { parts, door, kind, next: Seq::FIRST, inputs, admission, budget };
        (Self { inputs: sender, clock }, task.run())
    }

    /// Makes an input durable; `Ok` only when it is. What is not begun after `patience`, or when the caller goes away,
    /// is never stored.
    ///
    /// # Errors
    /// With the reason, and whether it may be stored nevertheless.
    pub async fn write(
        &self,
        sender: Option<RoutingKey>,
        record: Vec<u8>,
        patience: Duration,
    ) -> Result<Written, Refused> {
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting(Ticket::default());
        let (came_at, ticket) = (self.clock.monotonic(), waiting.0.clone());
        let input = Input { sender, record, came_at, ticket, reply };
        match self.inputs.try_send(input) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(_)) => return Err(Refused::Overloaded),
            Err(mpsc::error::TrySendError::Closed(_)) => return Err(Refused::ShuttingDown),
        }
        match within(&*self.clock, patience, answer).await {
            Some(answer) => answer.unwrap_or(Err(Refused::ShuttingDown)),
            None if waiting.0.give_up() => Err(Refused::Late),
            None => Err(Refused::Unknown),
        }
    }
}

struct Task {
    parts: Parts,
    /// `None`: it has to be registered first.
    door: Option<Uuid>,
    kind: Kind,
    next: Seq,
    inputs: mpsc::Receiver<Input>,
    /// Told what appends take.
    admission: Admission,
    /// Of the retries of appends.
    budget: Budget,
}

/// What became of an entry.
enum Settled {
    /// It is in this slot.
    Written(Seq),
    /// It is in no slot of this journal and never will be: the journal is closed.
    Closed,
    /// It was not written, and those who wait have been told.
    Refused,
}

impl Task {
    async fn run(mut self) {
        let mut waiting: Vec<Input> = Vec::new();
        let mut left = None;
        while let Some(first) = match left.take() {
            Some(input) => Some(input),
            None => self.inputs.recv().await,
        } {
            let mut bytes = first.record.len();
            waiting.push(first);
            while waiting.len() < BATCH_INPUTS && bytes < BATCH_BYTES {
                let Ok(input) = self.inputs.try_recv() else { break };
                if bytes + input.record.len() > BATCH_BYTES {
                    left = Some(input);
                    break;
                }
                bytes += input.record.len();
                waiting.push(input);
            }
            self.drop_forsaken(&mut waiting);
            if !waiting.is_empty() {
                self.write(&mut waiting).await;
            }
        }
    }

    /// Begins those that somebody still waits for. The others' senders were told to try again, or have gone: storing
    /// them would be work that nobody uses, and at the worst time.
    fn drop_forsaken(&self, waiting: &mut Vec<Input>) {
        waiting.retain(|input| {
            let begun = input.ticket.begin();
            if !begun {
                self.admission.dropped();
            }
            begun
        });
    }

    /// Writes one entry and answers everybody who waits for it.
    async fn write(&mut self, waiting: &mut Vec<Input>) {
        let mut body = Vec::with_capacity(waiting.iter().map(|input| input.record.len()).sum());
        for input in waiting.iter() {
            body.extend_from_slice(&input.record);
        }
        let body = Bytes::from(body);
        loop {
            let door = match self.door {
                Some(door) => door,
                None => match self.open().await {
                    Ok(door) => door,
                    Err(error) => {
                        self.failed();
                        return refuse(waiting, &Refused::Store(error.to_string()));
                    }
                },
            };
            if mutants::is(Mutant::AnswerBeforeAppend) {
                for (index, input) in (0..).zip(waiting.drain(..)) {
                    let _ = input.reply.send(Ok(Written { door, seq: self.next, index }));
                }
            }
            match self.settle(door, body.clone(), waiting).await {
                Settled::Written(seq) => {
                    self.admission.stored(door, seq, waiting.iter().map(|input| input.sender));
                    self.parts.ring(Signal::Doors);
                    for (index, input) in (0..).zip(waiting.drain(..)) {
                        // Who has given up waiting will ask again with the same key.
                        let _ = input.reply.send(Ok(Written { door, seq, index }));
                    }
                    return;
                }
                // It was silent for so long that it was closed: go on in a fresh door.
                Settled::Closed => self.door = None,
                Settled::Refused => return,
            }
        }
    }

    /// Appends until it is known what became of the entry.
    async fn settle(&mut self, door: Uuid, body: Bytes, waiting: &mut Vec<Input>) -> Settled {
        let clock = Arc::clone(&self.parts.clock);
        let log = self.kind.log(door);
        let now = clock.now();
        let mut entry = Entry {
            id: self.parts.ids.uuid(now),
            writer: self.parts.process,
            at: now,
            format: door::FORMAT,
            body,
        };
        let began = clock.monotonic();
        let first = waiting.iter().map(|input| input.came_at).min().unwrap_or(began);
        let inputs = waiting.len();
        let mut pause = RETRY_FIRST;
        let mut unknown = false;
        loop {
            let answer = match self.parts.journal.append(&log, self.next, entry.clone()).await {
                Ok(Append::Sealed) if unknown => self.has_landed(&log).await,
                answer => answer,
            };
            match answer {
                Ok(Append::Appended) => {
                    self.admission.appended(first, began, inputs);
                    self.budget.succeeded(clock.monotonic());
                    return self.written();
                }
                // Nobody else writes here; but an entry of ours whose fate was unknown may have taken the slot.
                Ok(Append::Taken(_)) => self.next = self.next.next(),
                Ok(Append::Sealed) => return Settled::Closed,
                Err(error) => {
                    self.failed();
                    let now = clock.monotonic();
                    let patient = now.saturating_sub(began) < PATIENCE && self.budget.allows(now);
                    unknown |= error.outcome() == Outcome::Unknown;
                    if mutants::is(Mutant::RepeatedWithNewId) {
                        entry.id = self.parts.ids.uuid(clock.now());
                    }
                    if !patient
                        || matches!(error, Error::NoSpace { .. } | Error::Invalid(_) | Error::Damaged(_))
                    {
                        tracing::warn!(%log, %error, "cannot write what came in");
                        let told = if unknown { Refused::Unknown } else { Refused::Store(error.to_string()) };
                        refuse(waiting, &told);
                        if !unknown {
                            return Settled::Refused;
                        }
                    }
                    clock.sleep(self.parts.ids.jitter(pause)).await;
                    pause = (pause * 2).min(RETRY_CAP);
                }
            }
        }
    }

    fn failed(&mut self) {
        self.admission.failed();
        self.budget.failed(self.parts.clock.monotonic());
    }

    /// What became of an entry whose fate is unknown, now that nothing can be appended to its slot any more.
    async fn has_landed(&self, log: &LogName) -> Result<Append, Error> {
        // Nobody else writes here, so what stands below the end is ours; the end of a journal that was closed, read and
        // dropped is kept.
        let landed = self.parts.newest.consumed(log) > self.next
            || self.parts.journal.extent(log).await?.next > self.next;
        Ok(if landed { Append::Appended } else { Append::Sealed })
    }

    fn written(&mut self) -> Settled {
        let seq = self.next;
        self.next = seq.next();
        Settled::Written(seq)
    }

    async fn open(&mut self) -> Result<Uuid, Error> {
        let door = keeper::register(&self.parts).await?;
        self.door = Some(door);
        self.next = Seq::FIRST;
        Ok(door)
    }
}

fn refuse(waiting: &mut Vec<Input>, why: &Refused) {
    for input in waiting.drain(..) {
        let _ = input.reply.send(Err(why.clone()));
    }
}
