//! Who is on call.

use serde::{Deserialize, Serialize};

use super::envelope::named;
use super::escalation_policy::EscalationPolicy;
use super::reference::{Linked, Reference};
use super::user::User;

/// A user is on call at a level of a policy. A user who is a target itself is so for ever: schedule, start and end are
/// null.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Oncall {
    pub escalation_policy: Linked<EscalationPolicy>,
    pub escalation_level: u32,
    pub schedule: Option<Reference>,
    pub user: Linked<User>,
    pub start: Option<String>,
    pub end: Option<String>,
}

named! { Oncall: "oncall", "oncalls"; }
