//! Moves incidents that have been closed for long from the state to the archive.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::try_join_all;
use tokio::sync::mpsc::error::TrySendError;

use super::{Parts, Settings};
use crate::archive::Archive;
use crate::clock::SharedClock;
use crate::domain::id::{IncidentNumber, UserId};
use crate::domain::incident::{Agent, ClosedIncident, Happening, Incident};
use crate::domain::incidents::input::Input;
use crate::domain::incidents::state::State;
use crate::domain::time::Timestamp;
use crate::door::Whole;
use crate::pacer::{Error, Job, Pace};
use crate::stage::{Handle, Stage};

/// Incidents put into the archive in one step.
const BATCH: usize = 16;

/// How long the incidents stage may take to let go of what was archived, before it is archived once more.
const PATIENCE: Duration = Duration::from_secs(60);

/// The job of archiving.
pub(super) struct Archiving<I: Stage> {
    archive: Arc<dyn Archive>,
    whole: Whole,
    incidents: Handle<I>,
    clock: SharedClock,
    settings: Settings,
    /// The last incident that the stage was told of, and when.
    told: Option<(IncidentNumber, u32, Timestamp)>,
}

impl<I: Stage<State = State, Input = Input>> Archiving<I> {
    pub(super) fn new<N: Stage>(parts: &Parts<I, N>) -> Self {
        Self {
            archive: Arc::clone(&parts.archive),
            whole: Whole::new(Arc::clone(&parts.world.doors), Arc::clone(&parts.archive)),
            incidents: parts.incidents.clone(),
            clock: Arc::clone(&parts.world.clock),
            settings: parts.settings,
            told: None,
        }
    }

    /// Whether the stage has not yet done what it was told.
    fn stage_is_behind(&self, state: &State) -> bool {
        self.told.is_some_and(|(number, revision, at)| {
            at.plus(PATIENCE) > self.clock.now()
                && state.incidents.get(&number).is_some_and(|incident| incident.revision == revision)
        })
    }

    /// The incident with everything that is needed to read it when the state knows nothing of it any more.
    async fn closed(&self, state: &State, incident: &Incident) -> Result<ClosedIncident, Error> {
        let addresses: BTreeSet<_> =
            incident.alerts.iter().flat_map(|alert| [alert.first, alert.latest]).collect();
        let mut events = Vec::new();
        for address in addresses {
            match self.whole.event(address).await? {
                Some(event) => events.push(event),
                None => {
                    tracing::warn!(%address, number = %incident.number, "an event to be archived is gone")
                }
            }
        }
        let service = state.services.get(&incident.service);
        let service_name =
            service.map_or_else(|| Arc::from(incident.service.to_string()), |service| service.name.clone());
        let users = mentioned(incident);
        let users =
            users.into_iter().filter_map(|id| Some((id, state.users.get(&id)?.name.clone()))).collect();
        Ok(ClosedIncident { incident: incident.clone(), service_name, users, events })
    }

    /// Puts these into the archive, in two steps.
    async fn put(&self, state: &State, batch: &[&Arc<Incident>], mut pace: Pace) -> Result<(), Error> {
        let gathered = pace.step(async {
            let mut closed = Vec::new();
            for incident in batch {
                closed.push(Arc::new(self.closed(state, incident).await?));
            }
            Ok(closed)
        });
        let closed = gathered.await?;
        pace.step(async { Ok(self.archive.put(closed).await?) }).await
    }

    /// Tells the stage what is in the archive. `false` when it takes nothing at present.
    fn tell(&mut self, incident: &Incident) -> Result<bool, Error> {
        let (number, revision) = (incident.number, incident.revision);
        match self.incidents.local.try_send(Input::Archived { number, revision }) {
            Ok(()) => {
                self.told = Some((number, revision, self.clock.now()));
                Ok(true)
            }
            Err(TrySendError::Full(_)) => Ok(false),
            Err(TrySendError::Closed(_)) => Err(Error::Failed("the incidents stage has stopped".to_owned())),
        }
    }
}

#[async_trait]
impl<I: Stage<State = State, Input = Input>> Job for Archiving<I> {
    fn name(&self) -> &'static str {
        "archiving"
    }

    fn every(&self) -> Duration {
        self.settings.every
    }

    async fn round(&mut self, pace: &mut Pace) -> Result<(), Error> {
        let state = Arc::clone(&self.incidents.replica.borrow().state);
        if self.stage_is_behind(&state) {
            pace.waits_for("the incidents stage to let go of what was archived");
            return Ok(());
        }
        let before = self.clock.now().minus(self.settings.incidents);
        let mut due = state
            .closed
            .iter()
            .take_while(|(at, _)| *at <= before)
            .filter_map(|(_, n)| state.incidents.get(n));
        loop {
            let batches: Vec<Vec<_>> = (0..pace.at_once())
                .map(|_| due.by_ref().take(BATCH).collect())
                .take_while(|batch: &Vec<_>| !batch.is_empty())
                .collect();
            if batches.is_empty() {
                return Ok(());
            }
            try_join_all(batches.iter().map(|batch| self.put(&state, batch, pace.clone()))).await?;
            for incident in batches.into_iter().flatten() {
                if !self.tell(incident)? {
                    pace.waits_for("the incidents stage, which is behind");
                    return Ok(());
                }
            }
        }
    }
}

/// Everybody whom an incident names.
fn mentioned(incident: &Incident) -> BTreeSet<UserId> {
    let mut users = BTreeSet::new();
    let mut agents = vec![incident.status_changed_by];
    agents.extend(incident.acknowledgements.iter().map(|acknowledgement| acknowledgement.by));
    users.extend(incident.assignments.iter().map(|assignment| assignment.user));
    users.extend(incident.escalation.pages.iter().map(|page| page.user));
    users.extend(incident.responders.iter().map(|responder| responder.user));
    users.extend(incident.subscribers.iter().copied());
    agents.extend(incident.responders.iter().map(|responder| responder.requested_by));
    for entry in &incident.timeline {
        agents.push(entry.agent);
        match &entry.what {
            Happening::Escalated { users: paged, .. } | Happening::Assigned { users: paged } => {
                users.extend(paged.iter().copied());
            }
            Happening::Reminded { users: told } | Happening::RespondersRequested { users: told, .. } => {
                users.extend(told.iter().copied());
            }
            Happening::SubscribersChanged { added, removed } => {
                users.extend(added.iter().chain(removed).copied());
            }
            Happening::FallbackPaged { user }
            | Happening::ResponderReplied { user, .. }
            | Happening::Notified { user, .. }
            | Happening::NotificationsCancelled { user, .. } => {
                users.insert(*user);
            }
            Happening::Triggered { .. }
            | Happening::Repeated { .. }
            | Happening::AlertAdded { .. }
            | Happening::AlertResolved { .. }
            | Happening::Acknowledged
            | Happening::Unacknowledged { .. }
            | Happening::Resolved { .. }
            | Happening::PathRepeated { .. }
            | Happening::PathExhausted
            | Happening::NobodyReached { .. }
            | Happening::Annotated { .. }
            | Happening::TitleChanged { .. }
            | Happening::UrgencyChanged { .. }
            | Happening::PriorityChanged { .. }
            | Happening::PolicyChanged { .. }
            | Happening::NoteDeleted { .. }
            | Happening::Linked { .. }
            | Happening::LinkRemoved { .. }
            | Happening::StatusUpdated { .. }
            | Happening::Snoozed { .. }
            | Happening::MergedFrom { .. }
            | Happening::MergeTakenBack { .. }
            | Happening::Reopened { .. }
            | Happening::Undone { .. }
            | Happening::RuleApplied { .. }
            | Happening::Held { .. }
            | Happening::Released { .. }
            | Happening::Omitted { .. } => {}
        }
    }
    users.extend(agents.into_iter().filter_map(|agent| match agent {
        Agent::User(user) => Some(user),
        Agent::Integration(_) | Agent::Service(_) | Agent::Account => None,
    }));
    users
}
