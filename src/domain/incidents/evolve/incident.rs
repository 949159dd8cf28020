//! Facts about one incident: each changes it and writes a line into its timeline.

use crate::domain::action::Acted;
use crate::domain::id::{IncidentNumber, UserId};
use crate::domain::incident::{
    Acknowledgement, Agent, Assignment, EscalateReason, Escalation, Happening, Incident, NotifyOutcome, Page,
    PageState, Status, Unsure,
};
use crate::domain::incidents::fact::{Close, Fact, RememberedClose};
use crate::domain::incidents::state::State;
use crate::domain::time::Timestamp;
use crate::mutants::{self, Mutant};

use super::standing::{self, change};
use super::timeline::{self, write};
use super::traffic;

pub(super) fn evolve(state: &mut State, fact: &Fact) {
    match fact {
        Fact::AlertRepeated { .. } | Fact::AlertResolved { .. } => alerts(state, fact),
        Fact::IncidentAcknowledged { .. }
        | Fact::IncidentUnacknowledged { .. }
        | Fact::IncidentSnoozed { .. }
        | Fact::IncidentReopened { .. }
        | Fact::IncidentResolved { .. } => status(state, fact),
        Fact::AcknowledgersReminded { .. } | Fact::HandOverPostponed { .. } => acknowledged(state, fact),
        Fact::LevelEntered { .. }
        | Fact::EscalationExhausted { .. }
        | Fact::FallbackPaged { .. }
        | Fact::NobodyReached { .. }
        | Fact::IncidentAssigned { .. } => escalation(state, fact),
        Fact::UserPaged(_)
        | Fact::PagesRecalled { .. }
        | Fact::PageSettled { .. }
        | Fact::NotificationNoted { .. }
        | Fact::CancellationNoted { .. } => pages(state, fact),
        _ => fields(state, fact),
    }
}

fn alerts(state: &mut State, fact: &Fact) {
    match fact {
        Fact::AlertRepeated { number, alert, count, first_at, last_at, latest } => {
            change(state, *number, *last_at, |incident| {
                let Some(a) = incident.alerts.get_mut(*alert as usize) else { return };
                a.events = a.events.saturating_add(*count);
                a.latest = *latest;
                a.latest_at = *last_at;
                timeline::repeat(incident, *alert, *count, *first_at, *last_at);
            });
        }
        Fact::AlertResolved { number, alert, by, at, event } => {
            let mut closed = None;
            change(state, *number, *at, |incident| {
                let Some(a) = incident.alerts.get_mut(*alert as usize) else { return };
                a.resolved_at.get_or_insert(*at);
                closed = Some((a.integration, a.dedup_key.clone()));
                write(incident, *at, *by, Happening::AlertResolved { alert: *alert });
            });
            let Some(key) = closed else { return };
            if let Some(Close { accepted_at, address }) = *event {
                let (integration, dedup_key) = key.clone();
                let close = RememberedClose { integration, dedup_key, resolves: true, accepted_at, address };
                traffic::remember(state, &close);
            }
            if state.open_alerts.get(&key) == Some(number) {
                state.open_alerts.remove(&key);
            }
        }
        _ => {}
    }
}

fn status(state: &mut State, fact: &Fact) {
    match fact {
        Fact::IncidentAcknowledged { number, by, at, unacknowledge_at, remind_at, hand_over_at } => {
            change(state, *number, *at, |incident| {
                if incident.status != Status::Acknowledged {
                    set_status(incident, Status::Acknowledged, *by, *at);
                }
                incident.hold = None;
                if !mutants::is(Mutant::TimerKeptAfterAck) {
                    incident.escalation.next_at = None;
                }
                incident.unacknowledge_at = *unacknowledge_at;
                incident.remind_at = *remind_at;
                incident.hand_over_at = *hand_over_at;
                acted(incident, *by, *at);
                incident.acknowledgements.retain(|known| known.by != *by);
                incident.acknowledgements.push(Acknowledgement { by: *by, at: *at });
                write(incident, *at, *by, Happening::Acknowledged);
            });
        }
        Fact::IncidentUnacknowledged { number, by, reason, at } => {
            change(state, *number, *at, |incident| {
                set_status(incident, Status::Triggered, *by, *at);
                end_acknowledgement(incident);
                acted(incident, *by, *at);
                incident.escalation.pages.clear();
                write(incident, *at, *by, Happening::Unacknowledged { reason: *reason });
            });
        }
        Fact::IncidentResolved { number, by, reason, at } => {
            close_keys(state, *number);
            let was_open = state.incidents.get(number).is_some_and(|incident| incident.is_open());
            change(state, *number, *at, |incident| {
                set_status(incident, Status::Resolved { at: *at, reason: *reason }, *by, *at);
                for alert in &mut incident.alerts {
                    alert.resolved_at.get_or_insert(*at);
                }
                incident.hold = None;
                incident.group = None;
                incident.assignments.clear();
                end_acknowledgement(incident);
                acted(incident, *by, *at);
                incident.auto_resolve_at = None;
                incident.urgency_change = None;
                let Escalation { level, round, exhausted, .. } = incident.escalation;
                incident.escalation = Escalation { level, round, exhausted, ..Escalation::default() };
                write(incident, *at, *by, Happening::Resolved { reason: *reason });
            });
            if was_open && let Some(incident) = state.incidents.get(number).cloned() {
                standing::close_alerts(state, &incident);
            }
        }
        Fact::IncidentSnoozed { number, by, until, at } => change(state, *number, *at, |incident| {
            incident.unacknowledge_at = Some(*until);
            incident.snoozed = true;
            incident.remind_at = None;
            acted(incident, *by, *at);
            write(incident, *at, *by, Happening::Snoozed { until: *until });
        }),
        Fact::IncidentReopened { .. } => reopened(state, fact),
        _ => {}
    }
}

/// What stays is a trigger of one alert. The others stay over, until they trigger too.
fn reopened(state: &mut State, fact: &Fact) {
    let Fact::IncidentReopened {
        number,
        alert,
        by,
        accepted_at,
        address,
        at,
        auto_resolve_at,
        urgency_change,
    } = fact
    else {
        return;
    };
    let Some(closed) = state.incidents.get(number).filter(|incident| !incident.is_open()).cloned() else {
        return;
    };
    standing::open_alerts(state, &closed);
    if let Some(known) = closed.alerts.get(*alert as usize) {
        state.open_alerts.insert((known.integration, known.dedup_key.clone()), *number);
    }
    change(state, *number, *at, |incident| {
        set_status(incident, Status::Triggered, *by, *at);
        acted(incident, *by, *at);
        incident.escalation = Escalation::default();
        incident.auto_resolve_at = *auto_resolve_at;
        incident.urgency_change = *urgency_change;
        if let Some(known) = incident.alerts.get_mut(*alert as usize) {
            known.resolved_at = None;
            known.events = known.events.saturating_add(1);
            known.latest = *address;
            known.latest_at = *accepted_at;
        }
        write(incident, *at, *by, Happening::Reopened { alert: *alert });
    });
}

fn acknowledged(state: &mut State, fact: &Fact) {
    match fact {
        Fact::AcknowledgersReminded { number, users, at, next_at } => {
            change(state, *number, *at, |incident| {
                incident.remind_at = *next_at;
                let what = Happening::Reminded { users: users.clone() };
                write(incident, *at, Agent::Service(incident.service), what);
            });
        }
        Fact::HandOverPostponed { number, at, next_at } => {
            change(state, *number, *at, |incident| incident.hand_over_at = *next_at);
        }
        _ => {}
    }
}

/// Nobody looks at it any more.
fn end_acknowledgement(incident: &mut Incident) {
    incident.acknowledgements.clear();
    incident.unacknowledge_at = None;
    incident.snoozed = false;
    incident.remind_at = None;
    incident.hand_over_at = None;
}

/// Remembers who acted on it last.
pub(super) fn acted(incident: &mut Incident, by: Agent, at: Timestamp) {
    incident.acted = Some(Acted { by, at });
}

fn set_status(incident: &mut Incident, status: Status, by: Agent, at: Timestamp) {
    incident.status = status;
    incident.status_changed_at = at;
    incident.status_changed_by = by;
}

/// From now on a trigger of any of its keys opens a new incident.
fn close_keys(state: &mut State, number: IncidentNumber) {
    let Some(incident) = state.incidents.get(&number).filter(|incident| incident.is_open()) else { return };
    for alert in incident.alerts.iter().filter(|alert| alert.is_open()) {
        state.open_alerts.remove(&(alert.integration, alert.dedup_key.clone()));
    }
    if let Some(key) = &incident.incident_key {
        state.open_keys.remove(&(incident.service, key.clone()));
    }
    for key in incident.group.iter().flat_map(|group| &group.keys) {
        let key = (incident.service, key.clone());
        if state.groups.get(&key) == Some(&number) {
            state.groups.remove(&key);
        }
    }
}

fn escalation(state: &mut State, fact: &Fact) {
    match fact {
        Fact::LevelEntered { number, level, round, reason, by, users, on_call, at, next_at } => {
            change(state, *number, *at, |incident| {
                if *round > incident.escalation.round {
                    write(incident, *at, *by, Happening::PathRepeated { round: *round });
                }
                incident.hold = None;
                acted(incident, *by, *at);
                enter(&mut incident.escalation, *level, *round, *reason);
                incident.escalation.next_at = *next_at;
                assign(incident, users, *at);
                let (users, on_call) = (users.clone(), on_call.clone());
                let (level, round, reason) = (*level, *round, *reason);
                let what = Happening::Escalated { level, round, reason, users, on_call };
                write(incident, *at, *by, what);
            });
        }
        Fact::EscalationExhausted { number, at } => change(state, *number, *at, |incident| {
            acted(incident, Agent::Service(incident.service), *at);
            incident.escalation.next_at = None;
            incident.escalation.exhausted = true;
            write(incident, *at, Agent::Service(incident.service), Happening::PathExhausted);
        }),
        Fact::FallbackPaged { number, user, at } => change(state, *number, *at, |incident| {
            incident.escalation.fallback = true;
            incident.escalation.pages.clear();
            assign(incident, &[*user], *at);
            write(incident, *at, Agent::Service(incident.service), Happening::FallbackPaged { user: *user });
        }),
        Fact::NobodyReached { number, level, reason, at } => change(state, *number, *at, |incident| {
            let what = Happening::NobodyReached { level: *level, reason: *reason };
            write(incident, *at, Agent::Service(incident.service), what);
        }),
        Fact::IncidentAssigned { number, by, users, at } => change(state, *number, *at, |incident| {
            incident.hold = None;
            let Escalation { level, round, .. } = incident.escalation;
            let unsure = std::mem::take(&mut incident.escalation.unsure);
            incident.escalation = Escalation { level, round, unsure, by_hand: true, ..Escalation::default() };
            acted(incident, *by, *at);
            assign(incident, users, *at);
            write(incident, *at, *by, Happening::Assigned { users: users.clone() });
        }),
        _ => {}
    }
}

/// Escalation begins anew when somebody or something outside the policy set it off.
fn enter(escalation: &mut Escalation, level: u8, round: u8, reason: EscalateReason) {
    let anew = escalation.by_hand
        || matches!(
            reason,
            EscalateReason::Opened
                | EscalateReason::Requested
                | EscalateReason::Unacknowledged
                | EscalateReason::Reopened
                | EscalateReason::ShiftEnded
        );
    if anew {
        escalation.reached = false;
        escalation.fallback = false;
        escalation.by_hand = false;
    }
    if anew || round != escalation.round {
        escalation.waited = false;
    } else if reason == EscalateReason::Timeout {
        escalation.waited = true;
    }
    escalation.level = level;
    escalation.round = round;
    escalation.exhausted = false;
    escalation.pages.clear();
}

/// A level without anybody does not take the responsibility from those who had it.
fn assign(incident: &mut Incident, users: &[UserId], at: Timestamp) {
    if !users.is_empty() {
        incident.assignments = users.iter().map(|user| Assignment { user: *user, at }).collect();
    }
}

fn pages(state: &mut State, fact: &Fact) {
    match fact {
        Fact::UserPaged(paged) => {
            state.pages = state.pages.max(paged.page.n);
            change(state, paged.number, paged.at, |incident| {
                if !paged.purpose.escalates() {
                    return;
                }
                incident.escalation.pages.push(Page {
                    id: paged.page,
                    user: paged.user,
                    state: PageState::Pending,
                    at: Some(paged.at),
                });
                let unsure = incident.escalation.unsure.iter_mut().find(|known| known.user == paged.user);
                if let Some(unsure) = unsure {
                    unsure.again = true;
                }
            });
        }
        Fact::PagesRecalled { number, at, .. } => change(state, *number, *at, |incident| {
            incident.escalation.pages.clear();
        }),
        Fact::PageSettled { number, page, reached, at } => change(state, *number, *at, |incident| {
            incident.escalation.reached |= *reached;
            let known = incident.escalation.pages.iter_mut().find(|known| known.id == *page);
            if let Some(known) = known {
                known.state = if *reached { PageState::Reached } else { PageState::Unreached };
            }
        }),
        Fact::NotificationNoted { number, user, channel, contact_method, outcome, at } => {
            change(state, *number, *at, |incident| {
                if incident.is_open() && matches!(outcome, NotifyOutcome::Unknown { .. }) {
                    note_unsure(&mut incident.escalation, *user);
                }
                let (user, channel, contact_method) = (*user, *channel, *contact_method);
                let what = Happening::Notified { user, channel, contact_method, outcome: outcome.clone() };
                write(incident, *at, Agent::Service(incident.service), what);
            });
        }
        Fact::CancellationNoted { number, user, count, reason, at } => {
            change(state, *number, *at, |incident| {
                let what = Happening::NotificationsCancelled { user: *user, count: *count, reason: *reason };
                write(incident, *at, Agent::Service(incident.service), what);
            });
        }
        _ => {}
    }
}

fn note_unsure(escalation: &mut Escalation, user: UserId) {
    if !escalation.unsure.iter().any(|known| known.user == user) {
        escalation.unsure.push(Unsure { user, again: false });
    }
}

fn fields(state: &mut State, fact: &Fact) {
    match fact {
        Fact::TitleChanged { number, by, title, at } => change(state, *number, *at, |incident| {
            incident.title = title.clone();
            write(incident, *at, *by, Happening::TitleChanged { title: title.clone() });
        }),
        Fact::UrgencyChanged { number, by, urgency, at } => change(state, *number, *at, |incident| {
            incident.urgency = *urgency;
            write(incident, *at, *by, Happening::UrgencyChanged { urgency: *urgency });
        }),
        Fact::UrgencyScheduled { number, change: next, at } => change(state, *number, *at, |incident| {
            incident.urgency_change = *next;
        }),
        Fact::PriorityChanged { number, by, priority, at } => change(state, *number, *at, |incident| {
            incident.priority = *priority;
            write(incident, *at, *by, Happening::PriorityChanged { priority: *priority });
        }),
        Fact::PolicyChanged { number, by, policy, at } => change(state, *number, *at, |incident| {
            incident.policy = *policy;
            acted(incident, *by, *at);
            write(incident, *at, *by, Happening::PolicyChanged { policy: *policy });
        }),
        _ => {}
    }
}
