//! Notification rules: which contact method is used after which delay.

use serde::{Deserialize, Serialize};

use super::contact_method::ContactMethod;
use super::envelope::named;
use super::incident::Urgency;
use super::reference::{Linked, Ref, Reference, headed};

/// A notification rule. The type of its contact method never ends in `_reference`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct NotificationRule {
    #[serde(flatten)]
    pub head: Reference,
    pub start_delay_in_minutes: u64,
    pub urgency: Urgency,
    pub contact_method: Linked<ContactMethod>,
}

named! { NotificationRule: "notification_rule", "notification_rules"; }
headed!(NotificationRule);

/// What a notification rule is to be.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct NotificationRuleUpdate {
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_delay_in_minutes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency: Option<Urgency>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_method: Option<Ref>,
}

named! { NotificationRuleUpdate: "notification_rule", "notification_rules"; }
