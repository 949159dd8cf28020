//! Requests for help with an incident, and who was asked.

use serde::{Deserialize, Serialize};

use super::envelope::named;
use super::reference::{Ref, Reference};

/// Somebody who was asked to help.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Responder {
    /// `pending`, `joined`, `declined` or `cancelled`.
    pub state: String,
    pub user: Reference,
    pub incident: Reference,
    pub updated_at: String,
    pub message: String,
    pub requester: Reference,
    pub requested_at: String,
}

named! { Responder: "incidents_responder", "incidents_responders"; }

/// A request: whoever was asked by the same person at the same time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ResponderRequest {
    pub incident: Reference,
    pub requester: Reference,
    pub requested_at: String,
    pub message: String,
    pub responder_request_targets: Vec<RequestTarget>,
}

named! { ResponderRequest: "responder_request", "responder_requests"; }

/// Who was asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RequestTarget {
    pub responder_request_target: Target,
}

/// Who was asked, and what came of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Target {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub summary: Option<String>,
    pub incidents_responders: Vec<Responder>,
}

/// A request that is to be made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RequestCreate {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requester_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    pub responder_request_targets: Vec<NewTarget>,
}

/// Who is to be asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NewTarget {
    pub responder_request_target: Ref,
}

/// A request that is to be taken back; without targets, from everybody.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct RequestCancel {
    #[serde(default)]
    pub responder_request_targets: Vec<NewTarget>,
}

/// An answer to a request for help, for oneself: an addition of `pd`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RequestReply {
    /// `joined` or `declined`.
    pub state: String,
}
