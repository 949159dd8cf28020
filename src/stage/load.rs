//! Reads a stage's state before the stage does anything, for as long as its store takes to answer.

use super::append::RETRY_FIRST;
use super::{Bell, Error, Handle, Loop, Mark, Replica, Settings, Stage, World};
use crate::journal;

impl<S: Stage> Loop<S> {
    /// A stage that reads its state when it is run, and waits for its store as long as that takes. Until then the state
    /// that it publishes is empty, and its status says that it is loading.
    pub fn starting(
        stage: S,
        world: World,
        settings: Settings,
        bell: Bell,
        mark: Box<dyn Mark>,
    ) -> (Self, Handle<S>) {
        let (mut this, handle) = Self::of(stage, world, settings, bell, mark, Replica::default());
        this.status.send_modify(|status| status.loading = true);
        this.loading = true;
        (this, handle)
    }

    /// Reads the state, if that is still to be done. Whether the stage may go on: not when the process ends.
    pub(super) async fn load_first(&mut self) -> Result<bool, Error> {
        let mut pause = RETRY_FIRST;
        while self.loading {
            let loading = Replica::load(&*self.journal, &self.log);
            let loaded = tokio::select! {
                biased;
                () = self.world.shutdown.cancelled() => return Ok(false),
                loaded = loading => loaded,
            };
            match loaded {
                Ok(replica) => {
                    self.replica = replica;
                    self.loading = false;
                    self.show();
                    self.status.send_modify(|status| {
                        (status.loading, status.blocked, status.next) = (false, None, self.replica.next);
                    });
                }
                Err(Error::Store(error)) => {
                    self.note_loading_failure(&error);
                    let wait = self.world.ids.jitter(pause);
                    pause = (pause * 2).min(self.settings.retry_cap);
                    tokio::select! {
                        biased;
                        () = self.world.shutdown.cancelled() => return Ok(false),
                        () = self.world.clock.sleep(wait) => {}
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    fn note_loading_failure(&self, error: &journal::Error) {
        let text = format!("its state cannot be read yet: {error}");
        self.status.send_if_modified(|status| {
            let new = status.blocked.as_deref() != Some(&text);
            if new {
                tracing::warn!(stage = %self.log, error = text, "trying again");
                status.blocked = Some(text);
            }
            new
        });
    }
}
