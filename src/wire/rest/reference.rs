//! References: how objects point to each other, and objects that stand where a reference would.

use serde::{Deserialize, Serialize};

/// The fields that every object begins with. Alone it is a reference, whose type ends in `_reference`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Reference {
    pub id: String,
    #[serde(rename = "type", default)]
    pub kind: String,
    /// What people call it.
    #[serde(default)]
    pub summary: Option<String>,
    #[serde(rename = "self", default)]
    pub self_url: Option<String>,
    #[serde(default)]
    pub html_url: Option<String>,
}

/// A reference, or with `include[]` the object itself.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Linked<T> {
    Object(Box<T>),
    Reference(Reference),
}

impl<T: AsRef<Reference>> Linked<T> {
    /// The fields that both have.
    pub fn reference(&self) -> &Reference {
        match self {
            Self::Object(object) => object.as_ref().as_ref(),
            Self::Reference(reference) => reference,
        }
    }
}

/// Lets [`Linked::reference`] see the head of an object.
macro_rules! headed {
    ($($type:ty),+ $(,)?) => {$(
        impl AsRef<$crate::wire::rest::reference::Reference> for $type {
            fn as_ref(&self) -> &$crate::wire::rest::reference::Reference { &self.head }
        }
    )+};
}
pub(crate) use headed;

/// A reference in a request: only its id counts. `X` and `X_reference` are both taken as type.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Ref {
    pub id: String,
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

impl Ref {
    /// A reference to the `kind` with this id: `Ref::new("service", id)`.
    pub fn new(kind: &str, id: impl Into<String>) -> Self {
        Self { id: id.into(), kind: Some(format!("{kind}_reference")) }
    }
}
