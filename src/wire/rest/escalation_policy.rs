//! Escalation policies: whom to page, and whom next.

use serde::{Deserialize, Serialize};

use super::envelope::named;
use super::reference::{Linked, Ref, Reference, headed};
use super::schedule::Schedule;
use super::service::Service;
use super::user::User;
use crate::wire::present;

/// An escalation policy.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct EscalationPolicy {
    #[serde(flatten)]
    pub head: Reference,
    pub name: String,
    #[serde(default)]
    pub description: Option<String>,
    /// How many times more the levels are gone through after the first time.
    pub num_loops: u8,
    /// `if_has_services` or `always`.
    pub on_call_handoff_notifications: String,
    pub escalation_rules: Vec<EscalationRule>,
    /// Those that use it.
    #[serde(default)]
    pub services: Vec<Linked<Service>>,
    #[serde(default)]
    pub teams: Vec<Reference>,
}

named! { EscalationPolicy: "escalation_policy", "escalation_policies"; }
headed!(EscalationPolicy);

impl AsRef<Reference> for Box<EscalationPolicy> {
    fn as_ref(&self) -> &Reference {
        &self.head
    }
}

/// One level.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct EscalationRule {
    pub id: String,
    pub escalation_delay_in_minutes: u64,
    /// An addition of `pd`: the delay to the second.
    #[serde(default)]
    pub escalation_delay_in_seconds: Option<u64>,
    pub targets: Vec<TargetLink>,
    /// Only with `include[]=escalation_rule_assignment_strategies`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation_rule_assignment_strategy: Option<AssignmentStrategy>,
}

/// A user or a schedule, itself with `include[]=targets`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum TargetLink {
    User(Box<User>),
    Schedule(Box<Schedule>),
    Reference(Reference),
}

/// Who of a level's targets is paged: `assign_to_everyone` or `round_robin`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AssignmentStrategy {
    #[serde(rename = "type")]
    pub kind: String,
}

/// What an escalation policy is to be. Rules are replaced as a whole.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct EscalationPolicyUpdate {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub description: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub num_loops: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_call_handoff_notifications: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation_rules: Option<Vec<EscalationRuleUpdate>>,
    /// Whose it is, and nobody else's; not given: as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teams: Option<Vec<Ref>>,
}

named! { EscalationPolicyUpdate: "escalation_policy", "escalation_policies"; }

/// What a level is to be.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct EscalationRuleUpdate {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// A fraction of a minute is an addition of `pd`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation_delay_in_minutes: Option<f64>,
    /// An addition of `pd`: wins over the minutes unless they were changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation_delay_in_seconds: Option<u64>,
    pub targets: Vec<Ref>,
    /// Not given: as it is in a level whose id is given, else `assign_to_everyone`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation_rule_assignment_strategy: Option<AssignmentStrategyUpdate>,
}

/// By its name, or as the object that answers have.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AssignmentStrategyUpdate {
    Object(AssignmentStrategy),
    Name(String),
}
