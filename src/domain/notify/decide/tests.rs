//! Scripts with the facts that they lead to, and what must hold for all of them.

#![expect(clippy::unwrap_used, reason = "a test")]

mod properties;
mod scripts;

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::{Decision, decide};
use crate::domain::id::{ContactMethodId, IdKey, IncidentNumber, ObjectId, ServiceId, UserId};
use crate::domain::incident::{Agent, CancelReason, NotifyOutcome, PageId, ResolveReason};
use crate::domain::incidents::fact::{Fact as Said, PageContact, PageStep, UserPaged};
use crate::domain::notify::input::{Input, Outcome};
use crate::domain::notify::state::State;
use crate::domain::notify::{Fact, NotificationId};
use crate::domain::purpose::Purpose;
use crate::domain::sealed::Sealed;
use crate::domain::time::Timestamp;
use crate::domain::user::{Channel, Urgency};

/// The processes of these tests.
const US: Uuid = Uuid::from_u128(1);
const THEM: Uuid = Uuid::from_u128(2);

fn object(n: u64) -> ObjectId {
    IdKey([1, 2]).object(n)
}

fn user(n: u64) -> UserId {
    UserId(object(1_000 + n))
}

fn service(n: u64) -> ServiceId {
    ServiceId(object(2_000 + n))
}

/// A contact method of a user, one per channel.
fn contact(of: u64, channel: Channel) -> PageContact {
    PageContact {
        id: ContactMethodId(object(3_000 + of * 10 + channel as u64)),
        channel,
        address: Sealed { text: Arc::from("sealed"), fingerprint: Arc::from("print") },
        secret: None,
    }
}

fn page_id(n: u64) -> PageId {
    PageId { epoch: 0, n }
}

/// The page `n`, about the incident `n`, of the service `n % 10`, for the user `n / 1000`.
fn paged(n: u64, at: Timestamp, steps: &[(u64, Channel)], spare: &[Channel]) -> UserPaged {
    let of = n / 1_000;
    let step = |(delay_s, channel): &(u64, Channel)| PageStep {
        rule: None,
        due: at.plus(Duration::from_secs(*delay_s)),
        contact: contact(of, *channel),
    };
    UserPaged {
        page: page_id(n),
        number: IncidentNumber(n),
        service: service(n % 10),
        user: user(of),
        urgency: Urgency::High,
        purpose: Purpose::Triggered,
        at,
        may_repeat: false,
        steps: steps.iter().map(step).collect(),
        spare: spare.iter().map(|channel| contact(of, *channel)).collect(),
    }
}

fn acknowledged(n: u64, at: Timestamp) -> Said {
    Said::IncidentAcknowledged {
        number: IncidentNumber(n),
        by: Agent::Account,
        at,
        unacknowledge_at: None,
        remind_at: None,
        hand_over_at: None,
    }
}

fn resolved(n: u64, at: Timestamp) -> Said {
    let (number, by, reason) = (IncidentNumber(n), Agent::Account, ResolveReason::Requested);
    Said::IncidentResolved { number, by, reason, at }
}

/// Facts in short, joined by `; `. The epoch is left out of ids unless it is not 0.
fn show(facts: &[Fact]) -> String {
    facts.iter().map(show_one).collect::<Vec<_>>().join("; ")
}

fn show_one(fact: &Fact) -> String {
    match fact {
        Fact::PagePlanned(paged) => format!("page {}", paged.page.n),
        Fact::NotificationPlanned { id, contact, may_repeat, .. } => {
            format!("plan {} {:?}{}", ids(&[*id]), contact.channel, if *may_repeat { " again" } else { "" })
        }
        Fact::NotificationsClaimed { ids: of, process, .. } => {
            format!("{} claims {}", if *process == US { "us" } else { "them" }, ids(of))
        }
        Fact::NotificationAdvanced { id, .. } => format!("advance {}", ids(&[*id])),
        Fact::NotificationPostponed { ids: of, due, at, .. } => {
            format!("postpone {} {}ms", ids(of), due.since(*at).as_millis())
        }
        Fact::NotificationEnded { id, outcome, .. } => {
            let what = match outcome {
                NotifyOutcome::Sent { .. } => "sent",
                NotifyOutcome::Failed { .. } => "failed",
                NotifyOutcome::Unknown { .. } => "unknown",
            };
            format!("{what} {}", ids(&[*id]))
        }
        Fact::NotificationsCancelled { ids: of, reason, .. } => format!("cancel {} {reason:?}", ids(of)),
        Fact::PageSettled { page, reached, unknown, .. } => {
            let what = if *reached { "reached" } else { "unreached" };
            format!("{what} {}{}", page.n, if *unknown { " unknown" } else { "" })
        }
        Fact::EpochStarted { epoch, .. } => format!("epoch {epoch}"),
    }
}

fn ids(ids: &[NotificationId]) -> String {
    ids.iter().map(|id| format!("{}-{}", id.page.n, id.n)).collect::<Vec<_>>().join(",")
}

fn parse(text: &str) -> Vec<NotificationId> {
    text.split(',').map(|id| format!("0-{id}").parse().unwrap()).collect()
}

/// Decides, and checks that the facts alone lead to the same state.
fn step(state: &State, inputs: &[Input], now: Timestamp) -> Decision {
    let decision = decide(state, inputs, now);
    let mut replayed = state.clone();
    for fact in &decision.facts {
        crate::domain::notify::evolve(&mut replayed, fact);
    }
    assert_eq!(replayed, decision.state, "replay differs from decide");
    assert_eq!(decide(state, inputs, now), decision, "deciding again differs");
    decision
}
