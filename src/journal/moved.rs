//! Marks on a store that is not to be served: one that was moved elsewhere, and one whose filling was not finished.
//!
//! Each is a journal of its own with one entry. That of a store that was moved stays for ever; that of a copy is closed
//! when the copy is whole.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{Append, Entry, Error, Journal, LogName, Read, Seq};
use crate::domain::time::Timestamp;

/// How the notes are written: JSON.
const FORMAT: u16 = 1;

/// What a mark says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Note {
    /// The addresses of the other stores: where this one went, or what it is copied from.
    pub stores: Vec<String>,
    /// When it was written, ISO 8601.
    pub at: String,
}

/// Why a store is not to be served.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// It went elsewhere.
    #[error("this installation was moved to {} at {}: configure that as [store]", .0.stores.join(", "), .0.at)]
    Moved(Note),
    /// It is not whole.
    #[error("the copy from {} that was begun at {} is not finished: run `pd store copy` again", .0.stores.join(", "), .0.at)]
    Unfinished(Note),
}

impl LogName {
    /// Where a store says that it was moved.
    pub fn moved() -> Self {
        Self("moved".into())
    }

    /// Where a store says that it is being filled.
    pub fn copying() -> Self {
        Self("copying".into())
    }
}

impl Note {
    /// What this mark says; `None`: it was never set.
    ///
    /// # Errors
    /// When the store does not answer, or the note cannot be read.
    pub async fn read(journal: &dyn Journal, mark: &LogName) -> Result<Option<Self>, Error> {
        let Read::Run { entries, .. } = journal.read(mark, Seq::FIRST, 1).await? else { return Ok(None) };
        let Some(entry) = entries.first() else { return Ok(None) };
        let read = serde_json::from_slice(&entry.body);
        read.map(Some).map_err(|error| Error::Damaged(format!("the note in journal {mark}: {error}")))
    }

    /// Sets this mark, unless it is set already: that one stays.
    ///
    /// # Errors
    /// When the store does not take it.
    pub async fn write(
        &self,
        journal: &dyn Journal,
        mark: &LogName,
        id: uuid::Uuid,
        now: Timestamp,
    ) -> Result<(), Error> {
        let body = serde_json::to_vec(self).map_err(|error| Error::Invalid(error.to_string()))?;
        let entry = Entry { id, writer: id, at: now, format: FORMAT, body: Bytes::from(body) };
        match journal.append(mark, Seq::FIRST, entry).await? {
            Append::Appended | Append::Taken(_) => Ok(()),
            Append::Sealed => Err(Error::Invalid(format!("journal {mark} is closed"))),
        }
    }
}

/// Why this store is not to be served; `None`: it is.
///
/// # Errors
/// When the store does not answer.
pub async fn refused(journal: &dyn Journal) -> Result<Option<Refused>, Error> {
    if let Some(note) = Note::read(journal, &LogName::moved()).await? {
        return Ok(Some(Refused::Moved(note)));
    }
    let copying = LogName::copying();
    if journal.extent(&copying).await?.closed {
        return Ok(None);
    }
    Ok(Note::read(journal, &copying).await?.map(Refused::Unfinished))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use uuid::Uuid;

    use super::*;
    use crate::journal::memory::MemoryStore;

    #[tokio::test]
    async fn marks_are_set_once_and_refuse() {
        let store = MemoryStore::new().handle(0);
        assert_eq!(refused(&store).await, Ok(None));
        let note = |to: &str| Note { stores: vec![to.to_owned()], at: "then".to_owned() };
        let write = async |mark: LogName, to: &str, id| {
            note(to).write(&store, &mark, Uuid::from_u128(id), Timestamp::EPOCH).await
        };
        write(LogName::copying(), "a", 1).await.unwrap();
        write(LogName::copying(), "b", 2).await.unwrap();
        assert_eq!(refused(&store).await, Ok(Some(Refused::Unfinished(note("a")))));
        store.close(&LogName::copying()).await.unwrap();
        assert_eq!(refused(&store).await, Ok(None));
        write(LogName::moved(), "c", 3).await.unwrap();
        assert_eq!(refused(&store).await, Ok(Some(Refused::Moved(note("c")))));
    }
}
