//! What the API asks for, given by the doors and the stores.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;

use crate::api::parts as api;
use crate::domain::command::{Actor, Ask, Verdict};
use crate::domain::event::EventAddress;
use crate::domain::incident::KeptEvent;
use crate::door::Whole;
use crate::drill::{self, run::Drills};
use crate::incidents::Incidents;
use crate::ingest::{Commands, NoVerdict, Refused};
use crate::journal;
use crate::stage;
use crate::wire::rest::drill::{Drill, DrillKind, NewDrill};

/// Events as they were received.
pub(super) struct Events(pub(super) Whole);

#[async_trait]
impl api::EventSource for Events {
    async fn event(&self, address: EventAddress) -> Result<Option<KeptEvent>, journal::Error> {
        self.0.event(address).await
    }
}

/// The replica of the incidents stage.
pub(super) struct Seen(pub(super) watch::Receiver<Arc<stage::Replica<Incidents>>>);

impl api::Moments for Seen {
    fn moment(&self) -> api::Moment {
        let replica = self.0.borrow();
        api::Moment { next: replica.next.0, state: Arc::clone(&replica.state) }
    }
}

/// The drills of this process.
pub(super) struct Drilling(pub(super) Drills);

fn refused(refused: drill::run::Refused) -> api::DrillRefused {
    match refused {
        drill::run::Refused::Invalid(reason) => api::DrillRefused::Invalid(reason),
        drill::run::Refused::NotNow(reason) => api::DrillRefused::NotNow(reason),
        drill::run::Refused::Unknown(id) => api::DrillRefused::Unknown(id),
    }
}

#[async_trait]
impl api::Drills for Drilling {
    fn all(&self) -> Vec<Drill> {
        self.0.all().to_vec()
    }

    async fn kinds(&self) -> Result<Vec<DrillKind>, api::DrillRefused> {
        self.0.kinds().await.map_err(refused)
    }

    async fn start(&self, new: NewDrill) -> Result<Drill, api::DrillRefused> {
        self.0.start(new).await.map_err(refused)
    }

    async fn stop(&self, id: String) -> Result<Drill, api::DrillRefused> {
        self.0.stop(id).await.map_err(refused)
    }
}

/// The door for commands.
pub(super) struct Asking(pub(super) Commands);

#[async_trait]
impl api::Commands for Asking {
    async fn ask(
        &self,
        actor: Actor,
        idempotency_key: Option<Arc<str>>,
        ask: Ask,
    ) -> Result<Verdict, api::Refused> {
        let retry_after = || Duration::from_secs(self.0.retry_after());
        self.0.ask(actor, idempotency_key, ask).await.map_err(|error| match error {
            NoVerdict::Pending { id } => api::Refused::Pending { id },
            NoVerdict::Refused(Refused::Overloaded) => {
                api::Refused::Overloaded { retry_after: retry_after() }
            }
            NoVerdict::Refused(refused) => {
                api::Refused::Unavailable { reason: refused.to_string(), retry_after: retry_after() }
            }
        })
    }
}
