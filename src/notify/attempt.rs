//! One attempt at one claim: it waits for its turn, takes the last look, and sends once.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::compose::{self, Look, Pens};
use super::room::Place;
use super::sender::{Claim, Means};
use super::transport::{self, Message, Transport};
use crate::clock::within;
use crate::domain::notify::NotificationId;
use crate::domain::notify::input::Outcome;
use crate::domain::notify::limits::PROVIDER_TIMEOUT_MAX;
use crate::mutants::{self, Mutant};
use crate::overload::UnderWay;

/// How often a state that is not new enough is looked at again.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// A transport answers within its own time-out; it gets this much more before it is given up.
const GRACE: Duration = Duration::from_secs(1);

/// Where an attempt waits for its turn.
#[derive(Clone)]
pub(super) struct Queues {
    pub(super) destination: Arc<Semaphore>,
    pub(super) channel: Arc<Semaphore>,
}

/// What came of a claim: each of its messages is in one of these.
pub(super) struct Done {
    pub(super) claim: Claim,
    pub(super) place: Place,
    pub(super) outcomes: Vec<(Vec<NotificationId>, Outcome)>,
    /// Whose circuit it says something about.
    pub(super) destination: Option<String>,
    /// Held while it is not known what came of it, if it was tried again.
    pub(super) retry: Option<UnderWay>,
}

impl Done {
    /// The same came of the whole claim, and nobody was asked.
    pub(super) fn at_once(claim: Claim, place: Place, outcome: Outcome) -> Self {
        let outcomes = vec![(claim.ids().collect(), outcome)];
        Self { claim, place, outcomes, destination: None, retry: None }
    }
}

/// Waits until the state knows of the claim's pages. `false` if that takes longer than the claim's deadline.
pub(super) async fn until_known(claim: &Claim, means: &Means) -> bool {
    let known = async {
        while !compose::knows(&(means.incidents)(), claim) {
            means.clock.sleep(LOOK_AGAIN).await;
        }
    };
    within(&*means.clock, time_left(claim, means), known).await.is_some()
}

/// Sends a claim once, or says why not.
pub(super) async fn attempt(
    claim: &Claim,
    means: &Means,
    transport: &dyn Transport,
    queues: Queues,
) -> Vec<(Vec<NotificationId>, Outcome)> {
    let Some(_turn) = turn(claim, means, queues).await else {
        return vec![(claim.ids().collect(), late())];
    };
    let state = (means.incidents)();
    let Look { needed, not_needed } = compose::look(&state, claim);
    let not_needed = not_needed.into_iter().map(|(reason, ids)| (ids, Outcome::NotNeeded { reason }));
    let mut outcomes: Vec<_> = not_needed.collect();
    if needed.is_empty() {
        return outcomes;
    }
    let ids = needed.iter().map(|needed| needed.id).collect();
    let user = state.users.get(&claim.user).map(|user| compose::address(user, claim, &means.keyring));
    let pens = Pens { keyring: &means.keyring, links: &means.links };
    let outcome = match user {
        Some(Ok(to)) => match compose::message(&state, claim, &needed, to, &pens, means.clock.now()) {
            Some(message) => {
                // A slow provider is no reason to keep what may be a large state alive.
                drop(state);
                send(&message, claim, means, transport).await
            }
            None => {
                Outcome::NotTried { after: Duration::ZERO, reason: Arc::from("the account is not known") }
            }
        },
        Some(Err(error)) => cannot_open(&error),
        None => Outcome::NotTried { after: Duration::ZERO, reason: Arc::from("the user is not known") },
    };
    outcomes.push((ids, outcome));
    outcomes
}

async fn turn(
    claim: &Claim,
    means: &Means,
    queues: Queues,
) -> Option<(OwnedSemaphorePermit, OwnedSemaphorePermit)> {
    let both = async {
        // The destination first: who waits for a slow one must not hold a place that others could use.
        let destination = queues.destination.acquire_owned().await.ok()?;
        Some((destination, queues.channel.acquire_owned().await.ok()?))
    };
    within(&*means.clock, time_left(claim, means), both).await.flatten()
}

async fn send(message: &Message, claim: &Claim, means: &Means, transport: &dyn Transport) -> Outcome {
    if time_left(claim, means).is_zero() {
        return late();
    }
    let limit = transport.timeout().saturating_add(GRACE).min(PROVIDER_TIMEOUT_MAX);
    match within(&*means.clock, limit, transport.send(message)).await {
        Some(outcome) => outcome.into(),
        None => {
            let reason = format!("no answer within {} s", limit.as_secs());
            Outcome::Unknown { reason: Arc::from(reason) }
        }
    }
}

/// How long the sending may still be begun: by the wall clock, which others judge the claim by, and by the time that
/// has passed here, should that clock have been put back.
fn time_left(claim: &Claim, means: &Means) -> Duration {
    if mutants::is(Mutant::DeadlineIgnored) {
        return PROVIDER_TIMEOUT_MAX;
    }
    let by_wall = claim.deadline.since(means.clock.now());
    by_wall.min(claim.give_up_at.saturating_sub(means.clock.monotonic()))
}

/// The claim's deadline has passed: it must not be sent any more.
pub(super) fn late() -> Outcome {
    let reason = Arc::from("this process was too busy to send it before its deadline");
    Outcome::NotTried { after: Duration::ZERO, reason }
}

/// The key file is not the one that the address was sealed with.
pub(super) fn cannot_open(error: &crate::keyring::Error) -> Outcome {
    Outcome::Permanent { reason: Arc::from(format!("the address cannot be opened: {error}")) }
}

impl From<transport::Outcome> for Outcome {
    fn from(outcome: transport::Outcome) -> Self {
        match outcome {
            transport::Outcome::Sent { receipt } => Self::Sent { receipt },
            transport::Outcome::Retry { after, reason } => Self::Retry { after, reason },
            transport::Outcome::Permanent { reason } => Self::Permanent { reason },
            transport::Outcome::Unknown { reason } => Self::Unknown { reason },
        }
    }
}
