//! The first minutes of a process on a cluster, beside its doors, which may be open already: the installation is set up
//! if there is none, the key file is tried, and sending begins.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::watch;
use url::Url;

use super::folder::Folder;
use super::{epoch, first, terminal, watching};
use crate::domain::incidents::state::State;
use crate::ids::Ids;
use crate::incidents::Incidents;
use crate::ingest::Commands;
use crate::stage::{Handle, World};

/// What it takes to begin.
pub(super) struct Beginning {
    pub(super) folder: Arc<Folder>,
    pub(super) world: World,
    pub(super) incidents: Handle<Incidents>,
    pub(super) commands: Commands,
    pub(super) contexts: Option<PathBuf>,
    pub(super) url: Url,
    /// Before it is told, nothing is sent.
    pub(super) epoch: watch::Sender<Option<u32>>,
    /// What keeps this process from doing its part, for its status.
    pub(super) problem: watch::Sender<Option<String>>,
}

impl Beginning {
    /// Begins, as soon as the state could be read. Returns when sending may begin, or when a person is needed.
    pub(super) async fn run(self) {
        let mut status = self.incidents.status.clone();
        if status.wait_for(|status| !status.loading).await.is_err() {
            return;
        }
        if self.incidents.state.borrow().account.is_none() && !self.found().await {
            return;
        }
        let state = Arc::clone(&self.incidents.state.borrow());
        if !opens(&self.folder, &state) {
            let key = self.folder.at("key");
            return self.stop(format!(
                "the key file {} does not open what this installation has sealed: copy the `key` file of a node that \
                 works, and start again; this process accepts events, and sends nothing",
                key.display()
            ));
        }
        watching::ensure_service(&self.commands, &state, &*self.world.ids, &self.world.clock).await;
        match epoch::epoch(&self.folder, &self.world, &self.incidents).await {
            Ok(epoch) => {
                self.epoch.send_replace(Some(epoch));
            }
            Err(error) => self.stop(format!("{error}; this process accepts events, and sends nothing")),
        }
    }

    /// Sets the installation up. Of several processes that try at once, one is heard.
    async fn found(&self) -> bool {
        let (contexts, by) = (self.contexts.as_deref(), (&self.commands, &self.incidents));
        match found(by, &self.folder, &*self.world.ids, contexts, &self.url).await {
            Ok(None) => {}
            Ok(Some(context)) => terminal::say(&format!(
                "first start: made a user, a service and a token; the context `{context}` holds them\n\
                 the other nodes need a copy of {}",
                self.folder.at("key").display()
            )),
            Err(error) => {
                self.stop(format!("this installation is empty, and could not be set up: {error}"));
                return false;
            }
        }
        is_founded(&self.incidents).await
    }

    fn stop(&self, problem: String) {
        tracing::error!(problem);
        self.problem.send_replace(Some(problem));
    }
}

/// Sets an installation up; the name of the context that was made. `None`: another start was heard, of another process or
/// one before this that was cut off when it had asked and before the state showed it.
pub(super) async fn found(
    (commands, incidents): (&Commands, &Handle<Incidents>),
    folder: &Folder,
    ids: &dyn Ids,
    contexts: Option<&Path>,
    url: &Url,
) -> Result<Option<String>, first::Error> {
    match first::found(commands, &folder.keyring, ids, contexts, url).await {
        Ok(name) => Ok(Some(name)),
        Err(first::Error::Rejected(_)) if is_founded(incidents).await => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether there is an installation, once this process has seen it.
async fn is_founded(incidents: &Handle<Incidents>) -> bool {
    incidents.state.clone().wait_for(|state| state.account.is_some()).await.is_ok()
}

/// Whether this node's key opens what was sealed: that of any user tells.
fn opens(folder: &Folder, state: &State) -> bool {
    state.users.values().next().is_none_or(|user| folder.keyring.open(&user.key, &user.email).is_ok())
}
