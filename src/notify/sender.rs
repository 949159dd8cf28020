//! The task that owns sending: it gets what this process has claimed, and says what came of it.
//!
//! A claim is handed over only after the append that made it was answered, and is sent at most once. Everything that
//! is claimed gets an outcome, unless the process ends first: then the claim's deadline settles it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::attempt::{self, Done, Queues};
use super::breaker::Breaker;
use super::compose::{self, Links};
use super::metrics::Metrics;
use super::room::{Bounds, CHANNELS, Place, Room};
use super::transport::Transport;
use crate::clock::SharedClock;
use crate::domain::id::{IncidentNumber, UserId};
use crate::domain::incidents;
use crate::domain::incidents::fact::PageContact;
use crate::domain::notify::input::{Input, Outcome};
use crate::domain::notify::limits::CLAIM_DEADLINE;
use crate::domain::notify::state::State;
use crate::domain::notify::{Fact, NotificationId};
use crate::domain::purpose::Purpose;
use crate::domain::time::Timestamp;
use crate::domain::user::Channel;
use crate::ids::SharedIds;
use crate::keyring::Keyring;
use crate::mutants::{self, Mutant};
use crate::overload::Budget;

/// How many destinations are remembered; more only while they are busy or left alone.
const DESTINATIONS_MAX: usize = 4096;

/// Retries that the budget of their channel postpones are spread over this time more.
const RETRY_SPREAD: Duration = Duration::from_secs(10);

/// Tells the newest state of the incidents that this process knows.
pub type NewestIncidents = Arc<dyn Fn() -> Arc<incidents::state::State> + Send + Sync>;

/// All that sending needs.
pub struct Means {
    /// This process, as claims name it.
    pub process: Uuid,
    /// For deadlines and limits.
    pub clock: SharedClock,
    /// For jitter.
    pub ids: SharedIds,
    /// Opens addresses, signs links.
    pub keyring: Arc<Keyring>,
    /// What messages link to.
    pub links: Links,
    /// For the last look.
    pub incidents: NewestIncidents,
    /// Who sends, by channel. What is for another channel fails.
    pub transports: BTreeMap<Channel, Arc<dyn Transport>>,
}

/// One message of a claim.
#[derive(Clone, Copy)]
pub(super) struct Item {
    pub(super) id: NotificationId,
    pub(super) number: IncidentNumber,
    pub(super) purpose: Purpose,
}

/// Messages that this process has claimed, for one contact method of one user.
pub(super) struct Claim {
    /// In order of claiming; the first names the message.
    pub(super) items: Vec<Item>,
    pub(super) user: UserId,
    pub(super) contact: PageContact,
    pub(super) may_repeat: bool,
    /// Whether any of it was tried before.
    pub(super) retry: bool,
    pub(super) deadline: Timestamp,
    /// The deadline in monotonic time, at the latest.
    pub(super) give_up_at: Duration,
}

impl Claim {
    pub(super) fn ids(&self) -> impl Iterator<Item = NotificationId> {
        self.items.iter().map(|item| item.id)
    }

    /// The claim that these ids are, as the state says; `None` if it knows nothing of them.
    fn read(ids: &[NotificationId], deadline: Timestamp, state: &State, monotonic: Duration) -> Option<Self> {
        let known = |id: &NotificationId| Some((*id, state.messages.get(id)?, state.pages.get(&id.page)?));
        let known: Vec<_> = ids.iter().filter_map(known).collect();
        let (_, message, page) = known.first()?;
        Some(Self {
            items: known
                .iter()
                .map(|(id, _, page)| Item { id: *id, number: page.number, purpose: page.purpose })
                .collect(),
            user: page.user,
            contact: message.contact.clone(),
            may_repeat: known.iter().any(|(_, message, page)| message.may_repeat || page.may_repeat),
            // This attempt is counted already.
            retry: known.iter().any(|(_, message, _)| message.attempts > 1),
            deadline,
            give_up_at: monotonic + CLAIM_DEADLINE,
        })
    }
}

/// How the stage speaks with the task. Its methods do not wait.
#[derive(Clone)]
pub struct Sender {
    process: Uuid,
    clock: SharedClock,
    room: Arc<Room>,
    metrics: Arc<Metrics>,
    /// The channels that have a provider here.
    providers: Arc<BTreeSet<Channel>>,
    claims: mpsc::Sender<(Claim, Place)>,
}

impl Sender {
    /// What this process could send now. To be part of every batch that is decided.
    pub fn offer(&self) -> Input {
        let now = self.clock.monotonic();
        let channels = CHANNELS.map(|channel| (channel, self.room.free(channel, now)));
        Input::Offer { process: self.process, channels: channels.to_vec(), leaves: Arc::default() }
    }

    /// How many messages this process could send now on this channel.
    pub(super) fn room(&self, channel: Channel) -> usize {
        self.room.free(channel, self.clock.monotonic())
    }

    /// Whether what waits on this channel could be sent as soon as it is its turn: its circuit is closed.
    pub(super) fn sends_on(&self, channel: Channel) -> bool {
        self.room.is_open(channel)
    }

    /// Whether there is a provider for this channel; what is claimed for another one fails.
    pub(super) fn has_provider(&self, channel: Channel) -> bool {
        self.providers.contains(&channel)
    }

    /// This process.
    pub(super) fn process(&self) -> Uuid {
        self.process
    }

    /// The wall clock, for what is left to others.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// These facts were appended, by this process, and the answer has come; `state` includes them. What they claim is
    /// sent.
    pub fn claimed(&self, facts: &[Fact], state: &State) {
        for fact in facts {
            let Fact::NotificationsClaimed { ids, process, deadline, .. } = fact else { continue };
            if *process != self.process {
                continue;
            }
            let Some(claim) = Claim::read(ids, *deadline, state, self.clock.monotonic()) else { continue };
            let place = self.room.take(claim.contact.channel);
            if let Err(error) = self.claims.try_send((claim, place)) {
                // Only when the task is gone. The claims' deadlines settle them.
                tracing::error!(%error, ?ids, "claimed messages cannot be sent");
            }
        }
    }

    /// What sending came to.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }
}

/// The task; see [`Task::run`].
pub struct Task {
    means: Arc<Means>,
    room: Arc<Room>,
    metrics: Arc<Metrics>,
    claims: mpsc::Receiver<(Claim, Place)>,
    attempts: JoinSet<Step>,
    channels: BTreeMap<Channel, Arc<Semaphore>>,
    destinations: BTreeMap<(Channel, String), Destination>,
    /// Of the retries of each channel, so that they stay a small share of what is sent.
    budgets: BTreeMap<Channel, Budget>,
}

/// Who is sent to.
struct Destination {
    queue: Arc<Semaphore>,
    circuit: Breaker,
}

/// What a spawned piece of work ends with.
enum Step {
    /// The state knows of the claim now.
    Known(Claim, Place),
    /// There is an outcome.
    Done(Done),
}

/// The task that sends, and the handle by which the stage speaks with it.
pub fn sender(means: Means) -> (Sender, Task) {
    // Never full: the room for claims is less, and one decision claims no more than there is room for.
    let capacity = CHANNELS.iter().map(|channel| 2 * Bounds::of(*channel).claimed_most).sum();
    let (claims, claimed) = mpsc::channel(capacity);
    let (room, metrics) = (Arc::new(Room::new()), Arc::new(Metrics::default()));
    let sender = Sender {
        process: means.process,
        clock: Arc::clone(&means.clock),
        room: Arc::clone(&room),
        metrics: Arc::clone(&metrics),
        providers: Arc::new(means.transports.keys().copied().collect()),
        claims,
    };
    let channels = CHANNELS.map(|c| (c, Arc::new(Semaphore::new(Bounds::of(c).sending)))).into();
    let task = Task {
        means: Arc::new(means),
        room,
        metrics,
        claims: claimed,
        attempts: JoinSet::new(),
        channels,
        destinations: BTreeMap::new(),
        budgets: BTreeMap::new(),
    };
    (sender, task)
}

impl Task {
    /// Sends until `shutdown`; from then on nothing more is claimed, and what was is brought to its end, which takes
    /// at most a claim's deadline and the longest time-out. `outcomes` leads to the stage, which must run until then.
    pub async fn run(mut self, outcomes: mpsc::Sender<Input>, shutdown: CancellationToken) {
        let (mut closing, mut stage_lives) = (false, true);
        while !(closing && self.claims.is_empty() && self.attempts.is_empty()) {
            tokio::select! {
                biased;
                () = shutdown.cancelled(), if !closing => {
                    closing = true;
                    self.room.close();
                }
                Some(step) = self.attempts.join_next() => self.step(step, &outcomes).await,
                claim = self.claims.recv(), if stage_lives => match claim {
                    Some((claim, place)) => {
                        if let Some(done) = self.begin(claim, place) {
                            self.finish(done, &outcomes).await;
                        }
                    }
                    // What is being sent is waited for; asking once more would be answered at once, for ever.
                    None => (closing, stage_lives) = (true, false),
                },
            }
        }
    }

    async fn step(&mut self, step: Result<Step, JoinError>, outcomes: &mpsc::Sender<Input>) {
        let done = match step {
            Ok(Step::Done(done)) => Some(done),
            Ok(Step::Known(claim, place)) => self.begin(claim, place),
            Err(error) => {
                // Whether it was sent is not known; the claim's deadline says so in time.
                tracing::error!(%error, "sending a message failed unexpectedly");
                None
            }
        };
        if let Some(done) = done {
            self.finish(done, outcomes).await;
        }
    }

    /// Begins the attempt at a claim; or says at once what came of it.
    fn begin(&mut self, claim: Claim, place: Place) -> Option<Done> {
        let channel = claim.contact.channel;
        let Some(transport) = self.means.transports.get(&channel).map(Arc::clone) else {
            return Some(Done::at_once(claim, place, no_provider(channel)));
        };
        let means = Arc::clone(&self.means);
        let state = (means.incidents)();
        if !compose::knows(&state, &claim) {
            self.attempts.spawn(async move {
                if attempt::until_known(&claim, &means).await {
                    Step::Known(claim, place)
                } else {
                    Step::Done(Done::at_once(claim, place, attempt::late()))
                }
            });
            return None;
        }
        let destination =
            match state.users.get(&claim.user).map(|u| compose::address(u, &claim, &means.keyring)) {
                Some(Ok(to)) => compose::destination(channel, &to.address),
                Some(Err(error)) => return Some(Done::at_once(claim, place, attempt::cannot_open(&error))),
                // The last look says what that means.
                None => String::new(),
            };
        let now = self.means.clock.monotonic();
        let budget = self.budgets.entry(channel).or_default();
        let retry = if claim.retry { budget.begin(now) } else { None };
        if claim.retry && retry.is_none() && !mutants::is(Mutant::RetryWithoutBudget) {
            let after = budget.wait(now) + self.means.ids.jitter(RETRY_SPREAD);
            let reason = Arc::from("too many messages of this channel are being tried again");
            return Some(Done::at_once(claim, place, Outcome::NotTried { after, reason }));
        }
        let queues = match self.admit(channel, &destination) {
            Ok(queues) => queues,
            Err(after) => {
                let reason = Arc::from("its receiver did not answer lately and is left alone for a while");
                return Some(Done::at_once(claim, place, Outcome::NotTried { after, reason }));
            }
        };
        self.attempts.spawn(async move {
            let outcomes = attempt::attempt(&claim, &means, &*transport, queues).await;
            Step::Done(Done { claim, place, outcomes, destination: Some(destination), retry })
        });
        None
    }

    fn admit(&mut self, channel: Channel, destination: &str) -> Result<Queues, Duration> {
        let now = self.means.clock.monotonic();
        self.forget_destinations(now);
        let key = (channel, destination.to_owned());
        let destination = self.destinations.entry(key).or_insert_with(|| Destination {
            queue: Arc::new(Semaphore::new(Bounds::of(channel).per_destination)),
            circuit: Breaker::default(),
        });
        destination.circuit.admit(now)?;
        let queue = Arc::clone(&destination.queue);
        self.channels
            .get(&channel)
            .map(|channel| Queues { destination: queue, channel: Arc::clone(channel) })
            .ok_or(Duration::ZERO)
    }

    /// Keeps the number of destinations within its bound: those that are idle, and not left alone at present, go.
    fn forget_destinations(&mut self, now: Duration) {
        if self.destinations.len() >= DESTINATIONS_MAX {
            let busy = |d: &Destination| Arc::strong_count(&d.queue) > 1;
            let left_alone = |d: &Destination| d.circuit.open_until().is_some_and(|until| until > now);
            self.destinations.retain(|_, destination| busy(destination) || left_alone(destination));
        }
    }

    async fn finish(&mut self, done: Done, outcomes: &mpsc::Sender<Input>) {
        let Done { claim, place, outcomes: came_of_it, destination, retry } = done;
        let channel = claim.contact.channel;
        if let Some(destination) = destination {
            self.note_circuit((channel, destination), &came_of_it);
        }
        drop(retry);
        // Before the outcomes, so that the stage, which they wake, sees the room.
        drop(place);
        for (ids, outcome) in came_of_it {
            self.metrics.count(channel, &outcome);
            if matches!(outcome, Outcome::Sent { .. }) {
                self.room.note_sent(channel, 1, self.means.clock.monotonic());
            }
            let (process, chance) = (self.means.process, self.means.ids.random());
            if outcomes.send(Input::Outcome { ids, process, outcome, chance }).await.is_err() {
                tracing::warn!("the outcome of a message is lost: the stage has stopped");
            }
        }
    }

    fn note_circuit(&mut self, key: (Channel, String), came_of_it: &[(Vec<NotificationId>, Outcome)]) {
        let now = self.means.clock.monotonic();
        let budget = self.budgets.entry(key.0).or_default();
        for (_, outcome) in came_of_it {
            match outcome {
                Outcome::Sent { .. } | Outcome::Permanent { .. } => budget.succeeded(now),
                Outcome::Retry { .. } | Outcome::Unknown { .. } => budget.failed(now),
                Outcome::NotTried { .. } | Outcome::NotNeeded { .. } => {}
            }
        }
        let Some(destination) = self.destinations.get_mut(&key) else { return };
        let circuit = &mut destination.circuit;
        let asked = came_of_it.iter().map(|(_, outcome)| outcome);
        let answered = asked.clone().any(|o| matches!(o, Outcome::Sent { .. } | Outcome::Permanent { .. }));
        let silent = asked.clone().any(|o| matches!(o, Outcome::Retry { .. } | Outcome::Unknown { .. }));
        match (answered, silent) {
            (true, _) => circuit.succeeded(),
            (false, true) => circuit.failed(now),
            (false, false) => circuit.not_asked(now),
        }
        if key.0 != Channel::Webhook {
            // One provider for the whole channel: while it is left alone, nothing needs to be claimed.
            self.room.note_circuit(key.0, circuit.open_until());
        }
        // Attempts that still run hold the queue.
        if circuit.is_fresh() && Arc::strong_count(&destination.queue) == 1 {
            self.destinations.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests;

fn no_provider(channel: Channel) -> Outcome {
    let name = match channel {
        Channel::Email => "e-mail",
        Channel::Webhook => "webhooks",
        Channel::Console => "the console",
        Channel::Sms => "SMS",
        Channel::Phone => "voice calls",
        Channel::Push => "push notifications",
    };
    Outcome::Permanent { reason: Arc::from(format!("no provider for {name} is configured")) }
}
