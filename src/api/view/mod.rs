//! Shows what is in the state as PagerDuty's objects: references, names, and one file per kind of object.

mod alert;
mod event_rule;
mod heartbeat;
mod incident;
mod maintenance_window;
mod policy;
mod responder;
mod schedule;
mod service;
mod timeline;
mod token;
mod user;

pub(crate) use alert::alert_status;
pub(crate) use incident::urgency;
pub(crate) use schedule::Rendering;
pub(crate) use timeline::{channel_name, is_overview};
pub(crate) use user::contact_kind;

use std::fmt::Display;

use super::links::Links;
use super::query::Query;
use crate::domain::id::{
    IdKey, IncidentNumber, IntegrationId, LongId, ObjectId, PolicyId, PriorityId, ScheduleId, ServiceId,
    UserId,
};
use crate::domain::incident::{Agent, ClosedIncident};
use crate::domain::incidents::state::State;
use crate::domain::service::Integration;
use crate::domain::team::Team;
use crate::keyring::Keyring;
use crate::wire::rest::priority::Priority;
use crate::wire::rest::reference::Reference;

/// One consistent moment, and how it is to be shown.
pub(crate) struct View<'a> {
    pub(crate) state: &'a State,
    pub(crate) id_key: IdKey,
    pub(crate) keyring: &'a Keyring,
    pub(crate) links: &'a Links,
    pub(crate) query: &'a Query,
    /// The archived incident that is shown, if it is one: it knows the names of what is gone since.
    pub(crate) closed: Option<&'a ClosedIncident>,
}

/// How many configuration objects an account can ever have.
const OBJECTS: u64 = 36u64.pow(6);

/// The built-in priorities: name, what it means, colour.
const PRIORITIES: [(&str, &str, &str); 5] = [
    ("P1", "everything stops until this is fixed", "a8171c"),
    ("P2", "customers suffer", "eb6016"),
    ("P3", "customers could suffer soon", "f9b406"),
    ("P4", "an inconvenience", "555555"),
    ("P5", "good to know", "555555"),
];

impl<'a> View<'a> {
    /// A reference to an object of this `kind` (`service`), which is in this `collection` (`services`).
    pub(crate) fn reference(
        &self,
        kind: &str,
        collection: &str,
        id: impl Display,
        summary: Option<&str>,
    ) -> Reference {
        Reference { kind: format!("{kind}_reference"), ..self.head(kind, collection, id, summary) }
    }

    /// The fields that an object begins with.
    pub(super) fn head(
        &self,
        kind: &str,
        collection: &str,
        id: impl Display,
        summary: Option<&str>,
    ) -> Reference {
        Reference {
            kind: kind.to_owned(),
            summary: summary.map(str::to_owned),
            self_url: Some(self.links.api(collection, &id)),
            html_url: Some(self.links.html(format_args!("{collection}/{id}"))),
            id: id.to_string(),
        }
    }

    /// The id of a thing that every installation has. Objects are counted from 0 upwards; these count down from the end,
    /// so they could only meet when 2,176,782,330 objects had been made.
    fn built_in(&self, n: u64) -> ObjectId {
        self.id_key.object(OBJECTS - 1 - n)
    }

    /// The teams of which this is true.
    fn teams(&self, has: impl Fn(&Team) -> bool) -> Vec<Reference> {
        let teams = self.state.teams.values().filter(|team| has(team));
        teams.map(|team| self.reference("team", "teams", team.id, Some(&team.name))).collect()
    }

    /// The account itself.
    pub(crate) fn account(&self) -> Reference {
        Reference {
            id: self.built_in(0).to_string(),
            kind: "account_reference".to_owned(),
            summary: Some("the account".to_owned()),
            ..Reference::default()
        }
    }

    /// The id of the one licence that there is.
    pub(crate) fn license_id(&self) -> ObjectId {
        self.built_in(1)
    }

    /// The id of the n-th vendor.
    pub(crate) fn vendor_id(&self, n: u64) -> ObjectId {
        self.built_in(100 + n)
    }

    /// The priorities, most important first.
    pub(crate) fn priorities(&self) -> Vec<Priority> {
        (0u64..).zip(PRIORITIES).map(|(n, priority)| self.priority_at(n, priority)).collect()
    }

    /// The priority with this id.
    pub(crate) fn priority(&self, id: PriorityId) -> Option<Priority> {
        let (n, priority) = (0u64..).zip(PRIORITIES).find(|(n, _)| self.built_in(10 + n) == id.0)?;
        Some(self.priority_at(n, priority))
    }

    fn priority_at(&self, n: u64, (name, description, color): (&str, &str, &str)) -> Priority {
        let id = self.built_in(10 + n);
        Priority {
            head: Reference { html_url: None, ..self.head("priority", "priorities", id, Some(name)) },
            name: name.to_owned(),
            description: Some(description.to_owned()),
            // The larger, the more important, as PagerDuty has it.
            order: 1 << (PRIORITIES.len() as u64 - n),
            color: color.to_owned(),
        }
    }

    /// The id of an incident.
    pub(crate) fn incident_id(&self, number: IncidentNumber) -> String {
        self.id_key.seal(LongId::Incident(number))
    }

    /// The name of a user, also of one that is gone, as far as it is known.
    pub(crate) fn user_name(&self, id: UserId) -> &'a str {
        let gone = || self.closed.and_then(|closed| closed.users.iter().find(|(user, _)| *user == id));
        match self.state.users.get(&id) {
            Some(user) => &user.name,
            None => gone().map_or("a removed user", |(_, name)| name),
        }
    }

    /// The names of users, as a list in a sentence.
    pub(crate) fn user_names(&self, ids: &[UserId]) -> String {
        ids.iter().map(|id| self.user_name(*id)).collect::<Vec<_>>().join(", ")
    }

    /// The name of a service, also of one that is gone, as far as it is known.
    pub(crate) fn service_name(&self, id: ServiceId) -> &'a str {
        let gone = || self.closed.filter(|closed| closed.incident.service == id);
        match self.state.services.get(&id) {
            Some(service) => &service.name,
            None => gone().map_or("a removed service", |closed| &closed.service_name),
        }
    }

    /// The name of an escalation policy.
    pub(crate) fn policy_name(&self, id: PolicyId) -> &'a str {
        self.state.policies.get(&id).map_or("a removed escalation policy", |policy| &policy.name)
    }

    /// The name of a schedule.
    pub(crate) fn schedule_name(&self, id: ScheduleId) -> &'a str {
        self.state.schedules.get(&id).map_or("a removed schedule", |schedule| &schedule.name)
    }

    /// An integration, most likely of this service.
    pub(crate) fn integration_of(&self, service: ServiceId, id: IntegrationId) -> Option<&'a Integration> {
        let own = self.state.services.get(&service).and_then(|service| service.integration(id));
        // By a merge or a rule an incident has alerts of other services too; those are few, so all are looked at.
        own.or_else(|| self.state.services.values().find_map(|service| service.integration(id)))
    }

    /// A reference to a user.
    pub(crate) fn user_reference(&self, id: UserId) -> Reference {
        self.reference("user", "users", id, Some(self.user_name(id)))
    }

    /// A reference to a service.
    pub(crate) fn service_reference(&self, id: ServiceId) -> Reference {
        self.reference("service", "services", id, Some(self.service_name(id)))
    }

    /// A reference to an escalation policy.
    pub(crate) fn policy_reference(&self, id: PolicyId) -> Reference {
        self.reference("escalation_policy", "escalation_policies", id, Some(self.policy_name(id)))
    }

    /// A reference to an integration.
    pub(crate) fn integration_reference(&self, service: ServiceId, id: IntegrationId) -> Reference {
        let collection = format!("services/{service}/integrations");
        let integration = self.integration_of(service, id);
        let kind = integration.map_or("inbound_integration", |integration| &integration.kind);
        let name = integration.map_or("a removed integration", |integration| &integration.name);
        self.reference(kind, &collection, id, Some(name))
    }

    /// A reference to whoever did something to an incident of this service.
    pub(crate) fn agent(&self, service: ServiceId, agent: Agent) -> Reference {
        match agent {
            Agent::User(id) => self.user_reference(id),
            Agent::Integration(id) => self.integration_reference(service, id),
            Agent::Service(id) => self.service_reference(id),
            Agent::Account => self.account(),
        }
    }
}
