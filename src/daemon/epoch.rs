//! A restored backup begins a new epoch before anything can be sent.

use std::time::Duration;

use super::Error;
use super::folder::Folder;
use crate::clock::within;
use crate::domain::incidents::input::Input;
use crate::domain::incidents::state::State;
use crate::incidents::Incidents;
use crate::stage::{Handle, World};

/// Left in the data folder by a restore and by a recovery. A server that finds it begins an epoch, in which nothing is
/// sent that may have been sent before, and then removes it.
pub const RESTORED: &str = "restored";

/// How long the note of it may take to become durable.
const PATIENCE: Duration = Duration::from_secs(10);

/// The epoch of the installation. One that was restored from a backup begins the next, in which nothing is sent that may
/// have been sent before.
pub(super) async fn epoch(
    folder: &Folder,
    world: &World,
    incidents: &Handle<Incidents>,
) -> Result<u32, Error> {
    let of = |state: &State| state.account.as_ref().map_or(0, |account| account.epoch);
    let epoch = of(&incidents.state.borrow());
    let restored = folder.at(RESTORED);
    if !restored.exists() || incidents.state.borrow().account.is_none() {
        return Ok(epoch);
    }
    let mut state = incidents.state.clone();
    let begun = async {
        incidents.local.send(Input::Restored).await.ok()?;
        state.wait_for(|state| of(state) > epoch).await.ok().map(|state| of(&state))
    };
    let Some(epoch) = within(&*world.clock, PATIENCE, begun).await.flatten() else {
        return Err(Error::Restored);
    };
    tracing::info!(epoch, "a backup was restored: what it would have sent is not sent again");
    std::fs::remove_file(&restored).map_err(Error::Runtime)?;
    folder.sync().map_err(Error::Runtime)?;
    Ok(epoch)
}
