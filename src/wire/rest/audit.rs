//! Who changed what in the configuration.

use serde::{Deserialize, Serialize};

use super::reference::Reference;

/// A page of the record, the newest first.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Records {
    pub records: Vec<Record>,
    pub limit: u32,
    /// To be given as `cursor` for what is older; null: there is nothing.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

/// A change of one object.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Record {
    pub id: String,
    pub execution_time: String,
    /// As whom it was done; the account if no user is known.
    pub actors: Vec<Reference>,
    pub method: Method,
    pub root_resource: Reference,
    /// `create`, `update` or `delete`.
    pub action: String,
    pub details: Details,
}

/// By what it was done.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Method {
    /// `api_token`, or `none` on the server's own machine.
    #[serde(rename = "type")]
    pub kind: String,
    /// What the token is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// What changed.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Details {
    pub resource: Reference,
    pub fields: Vec<Field>,
}

/// A field; what was or is not there is left out.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Field {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_value: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}
