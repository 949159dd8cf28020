//! Who is on call.

use serde::{Deserialize, Serialize};

use super::envelope::named;
use super::escalation_policy::EscalationPolicy;
use super::reference::Linked;
use super::schedule::Schedule;
use super::user::User;

/// A user is on call at a level of a policy. A user who is a target itself is so for ever: schedule, start and end are
/// null. The end is null too where a schedule has none.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Oncall {
    pub escalation_policy: Linked<EscalationPolicy>,
    pub escalation_level: u32,
    pub schedule: Option<Linked<Schedule>>,
    pub user: Linked<User>,
    pub start: Option<String>,
    pub end: Option<String>,
}

named! { Oncall: "oncall", "oncalls"; }
