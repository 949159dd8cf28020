//! Ends a move: the source is marked and closed for ever, then the destination may be served.

use super::{Phase, Work};
use crate::journal::{LogName, Note};
use crate::offline::Error;

impl Work<'_> {
    /// May be done again, from any point on. What a process that was not stopped has appended since the check, up to the
    /// close, goes along: nothing can come after.
    pub(super) async fn seal(&self) -> Result<(), Error> {
        let now = self.clock.now();
        let (moved, copying) = (LogName::moved(), LogName::copying());
        let note = Note { stores: self.to.names.clone(), at: now.to_iso() };
        for held in &self.from.journals {
            let marking = || note.write(held.journal(), &moved, self.ids.uuid(now), now);
            self.again(marking).await?;
        }
        let logs = self.from.logs().await?;
        let meter = self.meter(Phase::Sealing, logs.len() as u64);
        for log in &logs {
            let (source, target) = (self.from.of(log).journal(), self.to.of(log).journal());
            let tail = self.again(|| source.close(log)).await?;
            let copied = self.again(|| target.extent(log)).await?.next;
            if copied < tail {
                let late = self.meter(Phase::Copying, tail.0 - copied.0);
                self.copy_entries(log, &late).await?;
                self.verify_entries(log, copied, &self.meter(Phase::Checking, tail.0 - copied.0)).await?;
            }
            meter.add(1);
        }
        for held in &self.from.journals {
            self.again(|| held.journal().close(&moved)).await?;
        }
        for held in &self.to.journals {
            let journal = held.journal();
            self.again(|| journal.close(&copying)).await?;
            self.again(|| journal.drop_closed(&copying)).await?;
        }
        Ok(())
    }
}
