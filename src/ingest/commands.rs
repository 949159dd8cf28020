//! Commands: durable first, then judged by the incidents stage, then answered.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use uuid::Uuid;

use super::{Admission, Parts, Refused, Writer};
use crate::clock::within;
use crate::domain::command::{Actor, Ask, Command, Verdict};
use crate::domain::incidents::state::State;

/// How long a verdict is waited for.
const VERDICT_TIMEOUT: Duration = Duration::from_secs(15);

/// How long a command may wait for its append.
const WRITE_TIMEOUT: Duration = Duration::from_secs(15);

/// Hands commands in at this process's door.
#[derive(Clone)]
pub struct Commands {
    parts: Parts,
    writer: Writer,
    admission: Admission,
}

/// Why there is no verdict.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoVerdict {
    /// It was not accepted.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// It was accepted, and will be judged; but not in the time that we wait.
    #[error("the command was accepted as {id} but has not been judged yet; its effect will show later")]
    Pending {
        /// By which it is known.
        id: Uuid,
    },
}

impl Commands {
    /// In how many seconds who is refused now should come again.
    pub fn retry_after(&self) -> u64 {
        self.admission.retry_after(self.parts.ids.random())
    }

    /// With this door.
    pub fn new(parts: Parts, writer: Writer, admission: Admission) -> Self {
        Self { parts, writer, admission }
    }

    /// Asks for something and waits for the verdict, which the state shows by then.
    ///
    /// # Errors
    /// When it was not accepted, or not judged in time.
    pub async fn ask(
        &self,
        actor: Actor,
        idempotency_key: Option<Arc<str>>,
        ask: Ask,
    ) -> Result<Verdict, NoVerdict> {
        let now = self.parts.clock.now();
        let id = self.parts.ids.uuid(now);
        let command = Command { id, actor, accepted_at: now, idempotency_key, ask };
        let mut record = serde_json::to_vec(&command).expect("commands have string keys");
        record.push(b'\n');
        let place = self.admission.enter(None, record.len()).ok_or(Refused::Overloaded)?;
        self.writer.write(None, record, WRITE_TIMEOUT).await?;
        drop(place);
        let mut state = self.parts.state.clone();
        within(&*self.parts.clock, VERDICT_TIMEOUT, verdict(&mut state, id))
            .await
            .flatten()
            .ok_or(NoVerdict::Pending { id })
    }
}

/// Waits until the state shows the verdict; `None` when there will be no newer state.
async fn verdict(state: &mut watch::Receiver<Arc<State>>, id: Uuid) -> Option<Verdict> {
    let state = state.wait_for(|state| state.verdicts.contains_key(&id)).await.ok()?;
    state.verdicts.get(&id).cloned()
}
