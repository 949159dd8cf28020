//! What may happen to messages: sent only by who claimed them, in time, and once where the receiver cannot tell.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use pd::domain::id::IncidentNumber;
use pd::domain::incident::{NotifyOutcome, PageId, Status};
use pd::domain::incidents;
use pd::domain::incidents::fact::UserPaged;
use pd::domain::notify::state::State;
use pd::domain::notify::{Fact, NotificationId};
use pd::domain::time::Timestamp;
use pd::domain::user::Channel;
use pd::journal::Seq;
use pd::notify::transport::{About, Message};
use uuid::Uuid;

/// See the module.
#[derive(Clone, Default)]
pub(super) struct Messages {
    /// Who was to be told of what.
    paged: BTreeMap<PageId, (IncidentNumber, Timestamp)>,
    planned: BTreeSet<PageId>,
    /// The last claim of each message by each process.
    claims: BTreeMap<(NotificationId, Uuid), Arc<Claim>>,
    /// How often a provider took each message, and which.
    taken: BTreeMap<NotificationId, u32>,
    /// How often each message was handed to a provider.
    handed: BTreeMap<NotificationId, u32>,
    /// What was handed over in a time that was lost by a restore.
    lost: BTreeSet<NotificationId>,
    /// The processes of that time.
    ended: BTreeSet<Uuid>,
}

struct Claim {
    ids: Vec<NotificationId>,
    deadline: Timestamp,
    seq: Seq,
}

impl Messages {
    /// Everything since this was lost, and these processes have ended; but messages that were sent stay sent.
    pub(super) fn lost_since(&mut self, then: &Self, ended: impl Iterator<Item = Uuid>) {
        let before = |id| then.handed.get(id).copied().unwrap_or(0);
        let lost: Vec<_> = self.handed.iter().filter(|(id, n)| **n > before(id)).map(|(id, _)| *id).collect();
        self.lost.extend(lost);
        self.ended.extend(ended);
        self.paged.clone_from(&then.paged);
        self.planned.clone_from(&then.planned);
    }

    /// A process hands a message over whose claim may be lost.
    pub(super) fn hands(&mut self, process: Uuid, message: &Message) {
        let claim = self.claims.get(&(message.id, process)).map(|claim| claim.ids.clone());
        for id in claim.unwrap_or_else(|| vec![message.id]) {
            *self.handed.entry(id).or_default() += 1;
        }
    }

    /// The incidents stage has somebody paged.
    pub(super) fn paged(&mut self, page: &UserPaged) {
        self.paged.insert(page.page, (page.number, page.at));
    }

    /// The pages made before `since` that the notify stage has not taken over.
    pub(super) fn unplanned(&self, since: Timestamp) -> Vec<PageId> {
        let before = self.paged.iter().filter(|(_, (_, at))| *at < since);
        before.map(|(page, _)| *page).filter(|page| !self.planned.contains(page)).collect()
    }

    /// What is wrong with a fact that follows this state.
    pub(super) fn holds(&mut self, state: &State, fact: &Fact, seq: Seq) -> Option<String> {
        match fact {
            Fact::PagePlanned(page) => {
                if !self.paged.contains_key(&page.page) {
                    return Some(format!("the page {:?} is planned, but nobody asked for it", page.page));
                }
                (!self.planned.insert(page.page))
                    .then(|| format!("the page {:?} is planned twice", page.page))
            }
            Fact::NotificationsClaimed { ids, process, deadline, .. } => {
                let claim = Arc::new(Claim { ids: ids.clone(), deadline: *deadline, seq });
                for id in ids {
                    self.claims.insert((*id, *process), Arc::clone(&claim));
                }
                let is_planned = |id: &&NotificationId| {
                    state.messages.get(*id).is_some_and(|message| message.is_planned())
                };
                let wrong = ids.iter().find(|id| !is_planned(id));
                wrong.map(|id| format!("the message {id} is claimed, but does not wait"))
            }
            Fact::NotificationEnded { id, outcome, .. } => {
                if !state.messages.contains_key(id) {
                    return Some(format!("the message {id} ends, but was not open"));
                }
                let sent = matches!(outcome, NotifyOutcome::Sent { .. });
                (sent && !self.taken.contains_key(id))
                    .then(|| format!("the message {id} is said to be sent, but no provider took it"))
            }
            Fact::NotificationPostponed { ids, .. } => {
                let wrong = ids.iter().find(|id| {
                    let tells = state.messages.get(*id).is_some_and(|m| m.contact.channel.tells_repeats());
                    !tells && self.taken.contains_key(id)
                });
                wrong.map(|id| format!("the message {id} is to be sent again, but was taken"))
            }
            _ => None,
        }
    }

    /// What is wrong with handing a message over now, by the process's own clock and by what it knows.
    pub(super) fn sends(
        &self,
        process: Uuid,
        message: &Message,
        now: Timestamp,
        known: Option<&incidents::state::State>,
    ) -> Vec<String> {
        let Some(claim) = self.claims.get(&(message.id, process)) else {
            return vec![format!("the message {} is sent without a claim", message.id)];
        };
        if now > claim.deadline {
            let late = now.since(claim.deadline);
            return vec![format!(
                "the message {} is sent {} ms after the deadline of its claim in notify {}",
                message.id,
                late.as_millis(),
                claim.seq
            )];
        }
        if let Some(id) = self.about(claim, message).into_iter().find(|id| self.lost.contains(id)) {
            return vec![format!(
                "the message {id} is sent, but was sent in the time that was lost by the restore"
            )];
        }
        let over = |about: &&About| {
            let known = known.and_then(|state| state.incidents.get(&about.incident.number));
            known.is_some_and(|incident| incident.status != Status::Triggered)
        };
        let over = message.about.iter().find(over);
        let says = |about: &About| {
            let number = about.incident.number;
            format!("the message {} is sent about #{number}, which the process knows to be over", message.id)
        };
        over.map(says).into_iter().collect()
    }

    /// What is wrong with a provider taking a message.
    pub(super) fn takes(&mut self, process: Uuid, channel: Channel, message: &Message) -> Vec<String> {
        let Some(claim) = self.claims.get(&(message.id, process)) else { return Vec::new() };
        // What was on its way when the time was lost that it was sent in is only counted: who sent it could not know.
        let ended = self.ended.contains(&process);
        let ids = if ended { claim.ids.clone() } else { self.about(claim, message) };
        let mut found = Vec::new();
        for id in ids {
            let times = self.taken.entry(id).or_default();
            *times += 1;
            if *times > 1 && !ended && !channel.tells_repeats() {
                found.push(format!("the message {id} was sent {times} times by {channel:?}"));
            }
        }
        found
    }

    /// Which of the claimed messages this one is.
    fn about(&self, claim: &Claim, message: &Message) -> Vec<NotificationId> {
        let about = |id: &&NotificationId| {
            let number = self.paged.get(&id.page).map(|(number, _)| number);
            message.about.iter().any(|about| Some(&about.incident.number) == number)
        };
        claim.ids.iter().filter(about).copied().collect()
    }

    /// Whether a provider took a message.
    pub(super) fn was_taken(&self, id: NotificationId) -> bool {
        self.taken.contains_key(&id)
    }
}
