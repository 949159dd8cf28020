//! Merging: one incident takes the alerts of others, which are resolved.

use super::check;
use crate::domain::command::{Done, Rejection};
use crate::domain::id::IncidentNumber;
use crate::domain::incident::{Agent, Incident, ReleaseReason, ResolveReason, Status};
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::incidents::decide::{event, hold};
use crate::domain::incidents::fact::Fact;

/// How many incidents are merged at once at most.
const SOURCES_MAX: usize = 250;
/// How many alerts an incident gets by merging at most.
const ALERTS_MAX: usize = 1_000;

pub(super) fn merge(
    draft: &mut Draft,
    by: Agent,
    into: IncidentNumber,
    sources: &[IncidentNumber],
) -> Result<Done, Rejection> {
    let target = check::incident(draft, into)?;
    if !target.is_open() {
        return Err(Rejection::AlreadyResolved { number: into });
    }
    if sources.is_empty() || sources.len() > SOURCES_MAX {
        let given = sources.len();
        let error = format!("source_incidents names {given} incidents: give 1 to {SOURCES_MAX}");
        return Err(check::invalid(error));
    }
    for number in sources {
        if *number == into {
            let error = format!("source_incidents names incident #{into} itself: name other ones");
            return Err(check::invalid(error));
        }
        let source = check::incident(draft, *number)?;
        match source.status {
            // Asked twice: it is so already.
            Status::Resolved { reason: ResolveReason::Merged { into: there }, .. } if there == into => {}
            Status::Resolved { reason: ResolveReason::Merged { into: there }, .. } => {
                return Err(Rejection::AlreadyMerged { number: *number, into: there });
            }
            Status::Resolved { .. } => return Err(Rejection::AlreadyResolved { number: *number }),
            Status::Triggered | Status::Acknowledged => take(draft, by, &source, into)?,
        }
    }
    Ok(Done::Changed)
}

fn take(draft: &mut Draft, by: Agent, source: &Incident, into: IncidentNumber) -> Result<(), Rejection> {
    let here = check::incident(draft, into)?.alerts.len();
    if here + source.alerts.len() > ALERTS_MAX {
        let error = format!(
            "source_incidents: incident #{into} has {here} alerts, and #{} has {} more: at most {ALERTS_MAX} are allowed",
            source.number,
            source.alerts.len()
        );
        return Err(check::invalid(error));
    }
    let (from, at) = (source.number, draft.now);
    draft.emit(Fact::AlertsMoved { from, to: into, by, at });
    event::resolve(draft, from, by, ResolveReason::Merged { into });
    // What somebody was paged for does not fall silent because it is merged into what pages nobody.
    if source.hold.is_none()
        && let Some(target) = draft.open(into).filter(|target| target.hold.is_some()).cloned()
    {
        hold::release(draft, &target, ReleaseReason::Joined);
    }
    Ok(())
}
