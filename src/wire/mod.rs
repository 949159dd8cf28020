//! The shapes that travel: what senders post, what REST answers, what `pd` says of itself. Serde only; it names nobody.

pub mod configuration;
pub mod event;
pub mod rest;
pub mod status;
pub mod stream;
pub mod webhook;

use serde::{Deserialize, Deserializer};

/// For a field of type `Option<Option<T>>`: tells "given as null" from "not given".
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
