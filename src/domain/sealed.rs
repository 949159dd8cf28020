//! Text that only the holder of the installation's key file can read: contact data and secrets inside facts.
//!
//! Here it is opaque. `crate::keyring` seals and opens it.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Sealed text, with a fingerprint by which two equal texts are recognised without opening either.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// `<key id>.<base64 of nonce and ciphertext>`.
    pub text: Arc<str>,
    /// Keyed hash of the plain text (case folded, trimmed); 32 hex digits.
    pub fingerprint: Arc<str>,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}

/// A user's own key, sealed by the installation's: without it nothing of that user's can be opened again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SealedKey(pub Arc<str>);

impl fmt::Debug for SealedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedKey(…)")
    }
}
