//! Events as they were received, wherever they are now.

use std::sync::Arc;

use super::records;
use crate::archive::Archive;
use crate::domain::event::EventAddress;
use crate::domain::incident::KeptEvent;
use crate::journal::{Entry, Error, Journal, LogName, Read, Seq};

/// Reads events from the doors' journals, or from the archive once their segment was truncated.
#[derive(Clone)]
pub struct Whole {
    doors: Arc<dyn Journal>,
    archive: Arc<dyn Archive>,
}

impl Whole {
    /// With these stores.
    pub fn new(doors: Arc<dyn Journal>, archive: Arc<dyn Archive>) -> Self {
        Self { doors, archive }
    }

    /// The event at this address; `None` if it is nowhere any more.
    ///
    /// # Errors
    /// When a store does not answer.
    pub async fn event(&self, address: EventAddress) -> Result<Option<KeptEvent>, Error> {
        let log = LogName::door_events(address.door);
        if let Read::Run { entries, .. } = self.doors.read(&log, Seq(address.seq), 1).await?
            && let Some(entry) = entries.first()
        {
            return Ok(kept(entry, address));
        }
        self.archive.event(address).await
    }
}

/// The event at this address, whose entry this is; `None` if the entry does not hold it.
pub fn kept(entry: &Entry, address: EventAddress) -> Option<KeptEvent> {
    let index = usize::try_from(address.index).ok()?;
    let record = records(&entry.body).nth(index)?.ok()?;
    let body = Arc::from(String::from_utf8_lossy(record.body));
    Some(KeptEvent { address, accepted_at: record.head.at, body })
}
