//! Notes on incidents.

use serde::{Deserialize, Serialize};

use super::envelope::named;
use super::reference::Reference;

/// What somebody wrote.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Note {
    pub id: String,
    /// Who.
    pub user: Reference,
    pub channel: NoteChannel,
    pub content: String,
    pub created_at: String,
}

named! { Note: "note", "notes"; }

/// How it came in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NoteChannel {
    pub summary: String,
}

/// A note that is to be written.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NoteCreate {
    pub content: String,
}

named! { NoteCreate: "note", "notes"; }
