//! The stores of an installation: where they are, and a look into all of them at one moment.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Error, Installation};
use crate::daemon::{archive_path, journal_path};
use crate::journal::sqlite::Look;
use crate::journal::{Journal, LogName};

/// What a store may be configured for, in the order in which looks are taken: who reads first, what is read after, so
/// that no cursor is newer than what it points into. The two stages read each other; see [`super::backup`].
const ROLES: [&str; 3] = ["notify", "incidents", "doors"];

/// The files of the journals, each with what it is for.
pub(super) fn journals(of: &Installation) -> Result<Vec<(PathBuf, Vec<String>)>, Error> {
    let urls = &of.config.store;
    let mut files: Vec<(PathBuf, Vec<String>)> = Vec::new();
    for (role, url) in ROLES.into_iter().zip([&urls.notify, &urls.incidents, &urls.doors]) {
        let path = journal_path(url, &of.data)?;
        match files.iter_mut().find(|(other, _)| *other == path) {
            Some((_, roles)) => roles.push(role.to_owned()),
            None => files.push((path, vec![role.to_owned()])),
        }
    }
    Ok(files)
}

/// The archive's file.
pub(super) fn archive(of: &Installation) -> Result<PathBuf, Error> {
    Ok(archive_path(&of.config.store.archive, &of.data)?)
}

/// Journals by what they are for.
pub(super) struct Journals {
    pub(super) doors: Arc<dyn Journal>,
    pub(super) incidents: Arc<dyn Journal>,
    pub(super) notify: Arc<dyn Journal>,
}

impl Journals {
    /// The store that holds this journal.
    pub(super) fn of(&self, log: &LogName) -> &dyn Journal {
        match log.as_str() {
            "incidents" => &*self.incidents,
            "notify" => &*self.notify,
            _ => &*self.doors,
        }
    }

    /// Of stores that are open, each with what it is for.
    pub(super) fn new<J: Journal>(stores: &[(Arc<J>, Vec<String>)]) -> Self {
        let of = |role: &str| {
            let found = stores.iter().find(|(_, roles)| roles.iter().any(|held| held == role));
            let (store, _) = found.expect("every role has a file");
            Arc::clone(store) as Arc<dyn Journal>
        };
        Self { doors: of("doors"), incidents: of("incidents"), notify: of("notify") }
    }
}

/// A journal store, and the names of the roles that it has.
pub(super) type Looked = (Arc<Look>, Vec<String>);

/// Looks into all journals at (nearly) the same moment.
pub(super) fn look(of: &Installation) -> Result<Vec<Looked>, Error> {
    let mut looks = Vec::new();
    for (path, roles) in journals(of)? {
        if !path.is_file() {
            return Err(Error::Nothing(path));
        }
        looks.push((Arc::new(Look::open(&path)?), roles));
    }
    Ok(looks)
}

/// Runs something that waits, wherever this is called from.
pub(super) fn wait<T: Send>(work: impl Future<Output = Result<T, Error>> + Send) -> Result<T, Error> {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(work)
        });
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
