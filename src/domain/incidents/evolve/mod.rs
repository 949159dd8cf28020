//! What a fact makes of the state. It cannot fail: a fact about something that is gone is ignored.

mod action;
mod audit;
mod config;
mod holds;
mod incident;
mod merge;
mod opened;
mod schedule;
mod standing;
mod team;
mod timeline;
mod traffic;
mod watch;
mod writing;

use super::fact::Fact;
use super::state::State;

pub(super) use schedule::set_calendar;
pub(super) use standing::insert;
pub use timeline::TIMELINE_MAX;
pub use traffic::{QUARANTINE_KEPT, REMEMBERED_FOR, REMEMBERED_MAX, VERDICTS_FOR, VERDICTS_MAX};
pub use watch::PAST_WINDOWS_KEPT;
pub(super) use watch::{insert_heartbeat, insert_window};

/// Takes one fact into the state and keeps every index in step. Computes nothing that another replica could compute
/// otherwise: instants, users and ids come from the fact.
pub fn evolve(state: &mut State, fact: &Fact) {
    team::forget(state, fact);
    match fact {
        Fact::Founded { .. }
        | Fact::EpochStarted { .. }
        | Fact::UserCreated(_)
        | Fact::UserUpdated(_)
        | Fact::UserDeleted { .. }
        | Fact::ContactMethodSet { .. }
        | Fact::ContactMethodRemoved { .. }
        | Fact::NotificationRuleSet { .. }
        | Fact::NotificationRuleRemoved { .. }
        | Fact::ServiceCreated(_)
        | Fact::ServiceUpdated(_)
        | Fact::ServiceDeleted { .. }
        | Fact::IntegrationSet { .. }
        | Fact::IntegrationRemoved { .. }
        | Fact::PolicyCreated(_)
        | Fact::PolicyUpdated(_)
        | Fact::PolicyDeleted { .. }
        | Fact::TokenIssued(_)
        | Fact::TokenRevoked { .. } => config::evolve(state, fact),

        Fact::TeamSet(_) | Fact::TeamDeleted { .. } => team::evolve(state, fact),
        Fact::Audited(change) => audit::evolve(state, change),

        Fact::ScheduleCreated(_)
        | Fact::ScheduleUpdated(_)
        | Fact::ScheduleDeleted { .. }
        | Fact::OverrideSet { .. }
        | Fact::OverrideRemoved { .. }
        | Fact::OverrideRestored { .. }
        | Fact::RoundRobinAdvanced { .. }
        | Fact::FeedIssued(_)
        | Fact::FeedRevoked { .. }
        | Fact::CalendarSet(_)
        | Fact::CalendarRemoved { .. } => schedule::evolve(state, fact),

        Fact::DoorOpened { .. }
        | Fact::DoorClosed { .. }
        | Fact::CommandJudged { .. }
        | Fact::InputQuarantined { .. }
        | Fact::CloseRemembered(_) => traffic::evolve(state, fact),

        Fact::IncidentOpened(opened) => opened::open(state, opened),
        Fact::IncidentArchived { number, revision } => standing::archived(state, *number, *revision),

        Fact::ActionBegun { .. } | Fact::IncidentRestored { .. } | Fact::ActionUndone { .. } => {
            action::evolve(state, fact)
        }

        Fact::AlertsMoved { .. } | Fact::AlertsReturned { .. } => merge::evolve(state, fact),

        Fact::NoteAdded { .. }
        | Fact::NoteEdited { .. }
        | Fact::NoteDeleted { .. }
        | Fact::LinkAdded { .. }
        | Fact::LinkRemoved { .. }
        | Fact::StatusUpdated { .. }
        | Fact::SubscribersChanged { .. }
        | Fact::RespondersRequested { .. }
        | Fact::ResponderReplied { .. } => writing::evolve(state, fact),

        Fact::AlertRepeated { .. }
        | Fact::AlertResolved { .. }
        | Fact::IncidentAcknowledged { .. }
        | Fact::IncidentUnacknowledged { .. }
        | Fact::IncidentResolved { .. }
        | Fact::LevelEntered { .. }
        | Fact::EscalationExhausted { .. }
        | Fact::FallbackPaged { .. }
        | Fact::UserPaged(_)
        | Fact::PageSettled { .. }
        | Fact::NobodyReached { .. }
        | Fact::NotificationNoted { .. }
        | Fact::CancellationNoted { .. }
        | Fact::IncidentAssigned { .. }
        | Fact::TitleChanged { .. }
        | Fact::UrgencyChanged { .. }
        | Fact::PriorityChanged { .. }
        | Fact::UrgencyScheduled { .. }
        | Fact::IncidentSnoozed { .. }
        | Fact::AcknowledgersReminded { .. }
        | Fact::HandOverPostponed { .. }
        | Fact::IncidentReopened { .. }
        | Fact::PagesRecalled { .. }
        | Fact::PolicyChanged { .. } => incident::evolve(state, fact),

        Fact::RuleApplied { .. }
        | Fact::AlertAmended { .. }
        | Fact::AlertAdded { .. }
        | Fact::IncidentGrouped { .. }
        | Fact::IncidentHeld { .. }
        | Fact::IncidentReleased { .. } => holds::evolve(state, fact),

        Fact::RulesSet { .. }
        | Fact::RuleCounted { .. }
        | Fact::WindowSet { .. }
        | Fact::WindowDeleted { .. }
        | Fact::HeartbeatSet(_)
        | Fact::HeartbeatDeleted { .. }
        | Fact::HeartbeatPinged { .. }
        | Fact::HeartbeatMissed { .. }
        | Fact::HeartbeatPostponed { .. }
        | Fact::OutageNoticed { .. } => watch::evolve(state, fact),
    }
}
