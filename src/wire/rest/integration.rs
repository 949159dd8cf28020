//! Integrations of a service: where its events come in.

use serde::{Deserialize, Serialize};

use super::envelope::named;
use super::reference::{Ref, Reference, headed};

/// An integration. Its key is the `routing_key` of events.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Integration {
    #[serde(flatten)]
    pub head: Reference,
    pub name: String,
    pub service: Reference,
    pub created_at: String,
    /// Null unless the maker gave one.
    #[serde(default)]
    pub vendor: Option<Reference>,
    pub integration_key: String,
}

named! { Integration: "integration", "integrations"; }
headed!(Integration);

/// What an integration is to be.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct IntegrationUpdate {
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<Ref>,
}

named! { IntegrationUpdate: "integration", "integrations"; }
