//! The last look before sending, and what a message says: both by the newest known state of the incidents.

use std::cmp::Reverse;
use std::sync::Arc;

use super::sender::{Claim, Item};
use super::transport::{About, Message};
use crate::domain::id::{IdKey, IncidentNumber, LongId, UserId};
use crate::domain::incident::{Agent, CancelReason, Happening, Incident, Status};
use crate::domain::incidents::state::State;
use crate::domain::notify::NotificationId;
use crate::domain::purpose::Purpose;
use crate::domain::responder::{Reply, Responder};
use crate::domain::time::Timestamp;
use crate::domain::user::{Channel, Urgency, User};
use crate::keyring::{self, Keyring};
use crate::mutants::{self, Mutant};

/// Where this installation is found from outside.
#[derive(Clone, Debug)]
pub struct Links {
    public_url: Arc<str>,
}

impl Links {
    /// Links below this URL.
    pub fn new(public_url: &str) -> Self {
        Self { public_url: Arc::from(public_url.trim_end_matches('/')) }
    }

    /// The incident's page for people, signed.
    pub fn page(&self, number: IncidentNumber, keyring: &Keyring) -> String {
        format!("{}/i/{number}?s={}", self.public_url, keyring.sign_link(number))
    }

    /// The incident in REST, by its `Q` id.
    pub fn resource(&self, id: &str) -> String {
        format!("{}/incidents/{id}", self.public_url)
    }
}

/// Whether the state is as new as the pages that the claim is about; else it cannot say that they are not needed.
pub(super) fn knows(state: &State, claim: &Claim) -> bool {
    let epoch = state.account.as_ref().map_or(0, |account| account.epoch);
    claim.ids().all(|id| (epoch, state.pages) >= (id.page.epoch, id.page.n))
}

/// A message that is still to be told.
pub(super) struct Needed {
    pub(super) id: NotificationId,
    pub(super) incident: Arc<Incident>,
    pub(super) purpose: Purpose,
}

/// What the last look found.
#[derive(Default)]
pub(super) struct Look {
    /// Still to be told, most urgent first.
    pub(super) needed: Vec<Needed>,
    /// Not needed any more.
    pub(super) not_needed: Vec<(CancelReason, Vec<NotificationId>)>,
}

/// Looks whether the messages of a claim are still needed.
pub(super) fn look(state: &State, claim: &Claim) -> Look {
    let mut look = Look::default();
    for item in &claim.items {
        match still_needed(state, claim, item) {
            Ok(incident) => look.needed.push(Needed { id: item.id, incident, purpose: item.purpose }),
            Err(reason) => match look.not_needed.iter_mut().find(|(why, _)| *why == reason) {
                Some((_, ids)) => ids.push(item.id),
                None => look.not_needed.push((reason, vec![item.id])),
            },
        }
    }
    look.needed
        .sort_by_key(|Needed { incident, .. }| (Reverse(incident.urgency == Urgency::High), incident.number));
    look
}

fn still_needed(state: &State, claim: &Claim, item: &Item) -> Result<Arc<Incident>, CancelReason> {
    // One that is gone was closed, and is in the archive by now.
    let incident = state.incidents.get(&item.number).ok_or(CancelReason::Resolved)?;
    match (item.purpose, &incident.status) {
        _ if mutants::is(Mutant::NoLastLook) => {}
        (Purpose::StatusUpdate { .. }, _) => {}
        (_, Status::Resolved { .. }) => return Err(CancelReason::Resolved),
        (Purpose::Responder, _) => {
            let asked = |known: &Responder| known.user == claim.user && known.reply == Reply::Pending;
            if !incident.responders.iter().any(asked) {
                return Err(CancelReason::Answered);
            }
        }
        (Purpose::Reminder, Status::Triggered) => return Err(CancelReason::Unacknowledged),
        (Purpose::Reminder, Status::Acknowledged) | (_, Status::Triggered) => {}
        (_, Status::Acknowledged) => return Err(CancelReason::Acknowledged),
    }
    let user = state.users.get(&claim.user).ok_or(CancelReason::ContactRemoved)?;
    user.contact_method(claim.contact.id).ok_or(CancelReason::ContactRemoved)?;
    Ok(Arc::clone(incident))
}

/// Where a claim goes to: the address, and the secret that a webhook is signed with.
pub(super) struct Address {
    pub(super) address: String,
    pub(super) secret: Option<String>,
}

/// Opens the newest address of the claim's contact method; that of the page if the method is of another kind by now.
pub(super) fn address(user: &User, claim: &Claim, keyring: &Keyring) -> Result<Address, keyring::Error> {
    let newest =
        user.contact_method(claim.contact.id).filter(|method| method.channel == claim.contact.channel);
    let (address, secret) = newest
        .map_or((&claim.contact.address, &claim.contact.secret), |method| (&method.address, &method.secret));
    Ok(Address {
        address: keyring.open(&user.key, address)?,
        secret: secret.as_ref().map(|secret| keyring.open(&user.key, secret)).transpose()?,
    })
}

/// Whose failures count together: a webhook's host; otherwise the channel's one provider.
pub(super) fn destination(channel: Channel, address: &str) -> String {
    if channel != Channel::Webhook {
        return String::new();
    }
    let url = url::Url::parse(address).ok();
    let host = |url: &url::Url| {
        Some(format!("{}:{}", url.host_str()?, url.port_or_known_default().unwrap_or_default()))
    };
    url.as_ref().and_then(host).unwrap_or_default()
}

/// What a message is made with, besides the state.
pub(super) struct Pens<'a> {
    pub(super) keyring: &'a Keyring,
    pub(super) links: &'a Links,
}

/// Writes the message about `needed`, which is not empty. `None`: the installation is not founded.
pub(super) fn message(
    state: &State,
    claim: &Claim,
    needed: &[Needed],
    to: Address,
    pens: &Pens<'_>,
    at: Timestamp,
) -> Option<Message> {
    let id_key = state.account.as_ref()?.id_key;
    // The first in order of claiming names the message, whatever is told first.
    let id = claim.ids().find(|id| needed.iter().any(|needed| needed.id == *id))?;
    Some(Message {
        id,
        user: claim.user,
        user_name: Arc::clone(&state.users.get(&claim.user)?.name),
        address: to.address,
        secret: to.secret,
        may_repeat: claim.may_repeat,
        at,
        about: needed.iter().map(|needed| about(state, needed, claim.user, id_key, pens)).collect(),
    })
}

fn about(state: &State, needed: &Needed, user: UserId, id_key: IdKey, pens: &Pens<'_>) -> About {
    let incident = &needed.incident;
    let id = id_key.seal(LongId::Incident(incident.number));
    let gone = || Arc::from("(removed)");
    let name_of = |user| state.users.get(&user).map_or_else(gone, |user| Arc::clone(&user.name));
    About {
        self_url: pens.links.resource(&id),
        html_url: pens.links.page(incident.number, pens.keyring),
        id,
        service_name: state.services.get(&incident.service).map_or_else(gone, |s| Arc::clone(&s.name)),
        policy_name: state.policies.get(&incident.policy).map_or_else(gone, |p| Arc::clone(&p.name)),
        assignees: incident.assignments.iter().map(|a| (a.user, name_of(a.user))).collect(),
        purpose: needed.purpose,
        why: why(state, needed, user),
        incident: Arc::clone(incident),
    }
}

/// Why the user is told, where that is not plain: in a sentence.
fn why(state: &State, needed: &Needed, user: UserId) -> Option<String> {
    let incident = &needed.incident;
    let with = |text: &str| if text.is_empty() { String::new() } else { format!(": {text}") };
    Some(match needed.purpose {
        Purpose::Triggered | Purpose::Escalated => return None,
        Purpose::Unacknowledged => "it is not acknowledged any more".to_owned(),
        Purpose::Reassigned => "it was given to you".to_owned(),
        Purpose::Reopened => "it had been resolved, and triggered again".to_owned(),
        Purpose::Reminder => "it is acknowledged, and still open".to_owned(),
        Purpose::Responder => {
            let asked = incident.responders.iter().find(|known| known.user == user)?;
            format!("{} asks for your help{}", agent_name(state, asked.requested_by), with(&asked.message))
        }
        Purpose::StatusUpdate { entry } => {
            let entry = incident.log_entry(entry)?;
            let Happening::StatusUpdated { subject, message, .. } = &entry.what else { return None };
            format!("update by {}{}: {message}", agent_name(state, entry.agent), with(subject))
        }
    })
}

fn agent_name(state: &State, agent: Agent) -> Arc<str> {
    match agent {
        Agent::User(id) => state.users.get(&id).map_or_else(|| "(removed)".into(), |user| user.name.clone()),
        Agent::Integration(_) | Agent::Service(_) | Agent::Account => "the account".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhooks_host_and_port_are_its_destination() {
        for (channel, address, expected) in [
            (Channel::Webhook, "https://hooks.example.org/a?b=c", "hooks.example.org:443"),
            (Channel::Webhook, "http://127.0.0.1:8080/x", "127.0.0.1:8080"),
            (Channel::Webhook, "not a url", ""),
            (Channel::Email, "ann@example.org", ""),
        ] {
            assert_eq!(destination(channel, address), expected, "{address}");
        }
    }

    #[test]
    fn links_lead_below_the_public_url() {
        let (links, keyring) = (Links::new("https://pd.example.org/"), Keyring::new([1; 32]));
        let number = IncidentNumber(7);
        let signature = keyring.sign_link(number);
        assert_eq!(links.page(number, &keyring), format!("https://pd.example.org/i/7?s={signature}"));
        assert_eq!(links.resource("Q1"), "https://pd.example.org/incidents/Q1");
    }
}
