//! Status updates of an incident, and who is sent them.

use serde::{Deserialize, Serialize};

use super::envelope::named;
use super::reference::Reference;

/// What was written to the subscribers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StatusUpdate {
    pub id: String,
    pub subject: Option<String>,
    pub message: String,
    pub created_at: String,
    pub sender: Reference,
}

named! { StatusUpdate: "status_update", "status_updates"; }

/// What is to be written. The mail has a form of its own, so `html_message` is passed over.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StatusUpdateCreate {
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

/// Somebody who is sent status updates.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Subscriber {
    pub subscriber_id: String,
    /// `user`.
    pub subscriber_type: String,
    /// An addition of `pd`: the user's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
}

named! { Subscriber: "subscriber", "subscribers"; }

/// `{"subscribers": […]}`
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Subscribers {
    pub subscribers: Vec<Subscriber>,
}

/// What came of one subscription.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Subscription {
    pub subscriber_id: String,
    pub subscriber_type: String,
    pub subscribable_id: String,
    /// `incident`.
    pub subscribable_type: String,
    /// `success`.
    pub result: String,
}

named! { Subscription: "subscription", "subscriptions"; }

/// What came of taking subscriptions back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Unsubscribed {
    pub deleted_count: usize,
    pub unauthorized_count: usize,
    pub non_existent_count: usize,
}
