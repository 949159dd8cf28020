//! Knows how new this process's replicas are, for whoever has to be sure.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::clock::{SharedClock, within};
use crate::domain::incidents::state::State;
use crate::incidents::Incidents;
use crate::ingest::Newest;
use crate::journal::{Journal, LogName, Seq};
use crate::notify::stage::Notify;
use crate::notify::standpoint;
use crate::overload::Standpoint;
use crate::stage::{Bell, Handle, Signal};

/// How long is waited for a newer state before an event with an unknown routing key is accepted all the same.
const PATIENCE: Duration = Duration::from_secs(2);

/// Waits for the replica to be as new as the journal.
pub(super) struct Replica {
    pub(super) journal: Arc<dyn Journal>,
    pub(super) incidents: Handle<Incidents>,
    pub(super) notify: Handle<Notify>,
    pub(super) bell: Bell,
    pub(super) clock: SharedClock,
}

#[async_trait]
impl Newest for Replica {
    async fn newest(&self) -> Option<Arc<State>> {
        let end = self.journal.extent(&LogName::incidents()).await.ok()?.next;
        self.bell.ring(Signal::Own);
        let mut replica = self.incidents.replica.clone();
        let caught_up =
            within(&*self.clock, PATIENCE, replica.wait_for(|replica| replica.next >= end)).await?;
        caught_up.ok().map(|replica| Arc::clone(&replica.state))
    }

    fn consumed(&self, log: &LogName) -> Seq {
        self.incidents.consumed(log)
    }

    fn standpoint(&self, log: &LogName) -> Standpoint {
        standpoint(&self.incidents, &self.notify, log)
    }
}
