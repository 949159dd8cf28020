//! Links of an incident: an addition of `pd`.

use serde::{Deserialize, Serialize};

use super::envelope::named;
use super::reference::Reference;

/// A link.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Link {
    pub id: String,
    pub href: String,
    /// May be empty.
    pub text: String,
    /// Who added it.
    pub user: Reference,
    pub created_at: String,
}

named! { Link: "link", "links"; }

/// A link that is to be added.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LinkCreate {
    pub href: String,
    #[serde(default)]
    pub text: String,
}

named! { LinkCreate: "link", "links"; }
