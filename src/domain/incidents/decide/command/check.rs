//! What is checked of every command: that things exist, that texts and times are within bounds.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::command::Rejection;
use crate::domain::id::{IncidentNumber, ObjectId, PolicyId, ScheduleId, ServiceId, UserId};
use crate::domain::incident::Incident;
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::policy::EscalationPolicy;
use crate::domain::schedule::Schedule;
use crate::domain::schedule::zone::Zone;
use crate::domain::service::Service;
use crate::domain::user::User;
use crate::domain::wanted::folded;

/// How long free text may be, in characters.
pub(super) const TEXT_MAX: usize = 10_000;
/// How long a short text may be, in characters.
pub(super) const LABEL_MAX: usize = 255;

/// Everything that is wrong with a command, so that all of it is told at once.
#[derive(Default)]
pub(super) struct Errors(Vec<String>);

impl Errors {
    pub(super) fn add(&mut self, error: impl Into<String>) {
        self.0.push(error.into());
    }

    pub(super) fn unless(&mut self, fine: bool, error: impl FnOnce() -> String) {
        if !fine {
            self.0.push(error());
        }
    }

    /// A text that has to be there.
    pub(super) fn name(&mut self, what: &str, text: &str, max: usize) {
        if text.trim().is_empty() {
            self.add(format!("{what} cannot be empty: give 1 to {max} characters"));
        } else {
            self.text(what, text, max);
        }
    }

    /// A text that may be empty.
    pub(super) fn text(&mut self, what: &str, text: &str, max: usize) {
        let length = text.chars().count();
        self.unless(length <= max, || format!("{what} has {length} characters: at most {max} are allowed"));
    }

    pub(super) fn duration(&mut self, what: &str, given: Duration, min: Duration, max: Duration) {
        self.unless((min..=max).contains(&given), || {
            let (given, min, max) = (given.as_secs_f64(), min.as_secs(), max.as_secs());
            format!("{what} is {given} s: it must be between {min} s and {max} s")
        });
    }

    pub(super) fn done(self) -> Result<(), Rejection> {
        if self.0.is_empty() { Ok(()) } else { Err(Rejection::Invalid { errors: self.0 }) }
    }

    pub(super) fn in_use(self) -> Result<(), Rejection> {
        if self.0.is_empty() { Ok(()) } else { Err(Rejection::InUse { errors: self.0 }) }
    }
}

pub(super) fn invalid(error: impl Into<String>) -> Rejection {
    Rejection::Invalid { errors: vec![error.into()] }
}

pub(super) fn not_found(what: &str, id: impl Display) -> Rejection {
    Rejection::NotFound { what: what.into(), id: id.to_string().into() }
}

pub(super) fn user(draft: &Draft, id: UserId) -> Result<Arc<User>, Rejection> {
    draft.state.users.get(&id).cloned().ok_or_else(|| not_found("user", id))
}

pub(super) fn incident(draft: &Draft, number: IncidentNumber) -> Result<Arc<Incident>, Rejection> {
    draft.incident(number).cloned().ok_or_else(|| not_found("incident", number))
}

pub(super) fn service(draft: &Draft, id: ServiceId) -> Result<Arc<Service>, Rejection> {
    draft.state.services.get(&id).cloned().ok_or_else(|| not_found("service", id))
}

pub(super) fn policy(draft: &Draft, id: PolicyId) -> Result<Arc<EscalationPolicy>, Rejection> {
    draft.state.policies.get(&id).cloned().ok_or_else(|| not_found("escalation policy", id))
}

pub(super) fn schedule(draft: &Draft, id: ScheduleId) -> Result<Arc<Schedule>, Rejection> {
    draft.state.schedules.get(&id).cloned().ok_or_else(|| not_found("schedule", id))
}

/// Looked up in the time zones that are built in, so that all replicas agree.
pub(super) fn time_zone(zone: &str, errors: &mut Errors) {
    errors.unless(Zone::named(zone).is_some(), || {
        format!("time_zone `{zone}` does not exist: give an IANA time zone such as Europe/Berlin")
    });
}

/// Whether two names are one to people.
pub(super) fn same_name(a: &str, b: &str) -> bool {
    folded(a) == folded(b)
}

/// The id of the next configuration object.
pub(super) fn next_object(draft: &Draft) -> Result<ObjectId, Rejection> {
    draft
        .next_objects()
        .next()
        .ok_or_else(|| invalid("this installation has not been set up yet: found it first"))
}
