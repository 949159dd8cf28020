//! What a user did last to incidents or overrides, so that it can be undone.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::id::{IncidentNumber, OverrideId, PolicyId, ScheduleId, UserId};
use super::incident::{Acknowledgement, Agent, Assignment, Escalation, Group, Hold, Incident, Status};
use super::responder::Reply;
use super::schedule::Override;
use super::support_hours::UrgencyChange;
use super::time::Timestamp;

/// How long an action can be undone.
pub const UNDO_WITHIN: Duration = Duration::from_secs(10 * 60);

/// What somebody did to incidents, or to an override.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// Acknowledged them.
    Acknowledge,
    /// Gave them to users, or to another policy.
    Assign,
    /// Had a level paged.
    Escalate,
    /// Snoozed them.
    Snooze,
    /// Merged them into another one.
    Merge,
    /// Opened one by hand.
    Open,
    /// Took acknowledgements back.
    Unacknowledge,
    /// Resolved them, or alerts of them.
    Resolve,
    /// Changed a title, an urgency or a priority.
    Change,
    /// Made an override.
    CreateOverride,
    /// Took an override back.
    DeleteOverride,
}

impl ActionKind {
    /// In one word, as the API says it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledge",
            Self::Assign => "assign",
            Self::Escalate => "escalate",
            Self::Snooze => "snooze",
            Self::Merge => "merge",
            Self::Open => "open",
            Self::Unacknowledge => "unacknowledge",
            Self::Resolve => "resolve",
            Self::Change => "change",
            Self::CreateOverride => "create_override",
            Self::DeleteOverride => "delete_override",
        }
    }

    /// Within a sentence.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::CreateOverride => "create an override",
            Self::DeleteOverride => "delete an override",
            other => other.as_str(),
        }
    }

    /// Whether it can be undone.
    pub fn is_undoable(self) -> bool {
        match self {
            Self::Acknowledge
            | Self::Assign
            | Self::Escalate
            | Self::Snooze
            | Self::Merge
            | Self::CreateOverride
            | Self::DeleteOverride => true,
            Self::Open | Self::Unacknowledge | Self::Resolve | Self::Change => false,
        }
    }
}

/// The last thing that a user did to incidents or to an override.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Action {
    /// Who.
    pub by: UserId,
    /// What.
    pub what: ActionKind,
    /// When.
    pub at: Timestamp,
    /// How the incidents stood before it; empty if it cannot be undone.
    pub before: Vec<Standing>,
    /// What was done to an override, if it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cover: Option<Box<Cover>>,
}

/// An override that was made or taken back, and what an undo has to know to tell what others did since.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Cover {
    /// Of which schedule.
    pub schedule: ScheduleId,
    /// As it was made, or as it was before it was taken back.
    pub entry: Override,
    /// What is left of one that was taken back: the part that had been served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Override>,
    /// Others for the same time that it won over before it was taken back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub under: Vec<OverrideId>,
    /// Others for the same time that won over it before it was taken back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub over: Vec<OverrideId>,
}

/// How an incident stands: what an undo restores.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Standing {
    /// Which incident.
    pub number: IncidentNumber,
    /// Its status.
    pub status: Status,
    /// Since when.
    pub status_changed_at: Timestamp,
    /// By whom.
    pub status_changed_by: Agent,
    /// Who is paged.
    pub policy: PolicyId,
    /// Who is responsible.
    pub assignments: Vec<Assignment>,
    /// Who looks at it.
    pub acknowledgements: Vec<Acknowledgement>,
    /// How far the escalation is.
    pub escalation: Escalation,
    /// When it triggers again.
    pub unacknowledge_at: Option<Timestamp>,
    /// Whether that is the end of a snooze.
    pub snoozed: bool,
    /// When those who acknowledged are reminded.
    pub remind_at: Option<Timestamp>,
    /// When it may be handed over.
    pub hand_over_at: Option<Timestamp>,
    /// When it is resolved by itself.
    pub auto_resolve_at: Option<Timestamp>,
    /// How its urgency changes next.
    pub urgency_change: Option<UrgencyChange>,
    /// Why nobody is paged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
    /// Which further alerts join it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Group>,
    /// What those who were asked for help had answered, and when that had changed last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replies: Vec<(UserId, Reply, Timestamp)>,
}

impl Standing {
    /// How the incident stands now.
    pub fn of(incident: &Incident) -> Self {
        Self {
            number: incident.number,
            status: incident.status.clone(),
            status_changed_at: incident.status_changed_at,
            status_changed_by: incident.status_changed_by,
            policy: incident.policy,
            assignments: incident.assignments.clone(),
            acknowledgements: incident.acknowledgements.clone(),
            escalation: incident.escalation.clone(),
            unacknowledge_at: incident.unacknowledge_at,
            snoozed: incident.snoozed,
            remind_at: incident.remind_at,
            hand_over_at: incident.hand_over_at,
            auto_resolve_at: incident.auto_resolve_at,
            urgency_change: incident.urgency_change,
            hold: incident.hold.clone(),
            group: incident.group.clone(),
            replies: incident.responders.iter().map(|it| (it.user, it.reply, it.updated_at)).collect(),
        }
    }

    /// Puts the incident back to where it stood. Of the answers of those who were asked for help, that of `by` only:
    /// whoever acknowledges joins.
    pub fn restore(&self, incident: &mut Incident, by: UserId) {
        let Self {
            number: _,
            status,
            status_changed_at,
            status_changed_by,
            policy,
            assignments,
            acknowledgements,
            escalation,
            unacknowledge_at,
            snoozed,
            remind_at,
            hand_over_at,
            auto_resolve_at,
            urgency_change,
            hold,
            group,
            replies,
        } = self.clone();
        // What is open goes on to group as it does by now.
        if !incident.is_open() {
            incident.group = group;
        }
        incident.status = status;
        incident.status_changed_at = status_changed_at;
        incident.status_changed_by = status_changed_by;
        incident.policy = policy;
        incident.assignments = assignments;
        incident.acknowledgements = acknowledgements;
        incident.escalation = escalation;
        incident.unacknowledge_at = unacknowledge_at;
        incident.snoozed = snoozed;
        incident.remind_at = remind_at;
        incident.hand_over_at = hand_over_at;
        incident.auto_resolve_at = auto_resolve_at;
        incident.urgency_change = urgency_change;
        incident.hold = hold;
        let own = |user: UserId| replies.iter().find(|(known, ..)| *known == by && user == by);
        for responder in &mut incident.responders {
            if let Some((_, reply, at)) = own(responder.user) {
                (responder.reply, responder.updated_at) = (*reply, *at);
            }
        }
    }
}

/// Who acted on an incident last, and when: whoever undoes something must not undo what others did since.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Acted {
    /// Who.
    pub by: Agent,
    /// When.
    pub at: Timestamp,
}

/// What an undo came to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Undone {
    /// What was undone.
    pub what: ActionKind,
    /// When it had been done.
    pub at: Timestamp,
    /// The incidents that stand as before again.
    pub restored: Vec<IncidentNumber>,
    /// Those that were left as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Left>,
    /// The override that was taken back, or that is there again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cover: Option<(ScheduleId, Override)>,
}

/// Why an incident was left as it is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Left {
    /// Which.
    pub number: IncidentNumber,
    /// Why.
    pub why: LeftWhy,
}

/// Why an action on an incident cannot be undone any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftWhy {
    /// Somebody else has acted on it since; or a sender, or the service's own rules.
    ActedSince(Agent),
    /// It is archived.
    Gone,
    /// The incident that it was merged into is not open any more.
    TargetClosed(IncidentNumber),
    /// Somebody who was responsible, or the policy, was removed.
    Removed,
    /// This incident has its key by now.
    KeyTaken(IncidentNumber),
}
