//! Stores that are keyspaces of a cluster: each is opened once, as soon as it can be, and does not hold up the others.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::late::{Failed, LateArchive, LateJournal, Opening, open};
use crate::archive::Archive;
use crate::archive::cassandra::{ArchiveError, CassandraArchive};
use crate::cassandra::{Access, OpenError, Store};
use crate::clock::{SharedClock, within};
use crate::config::{CassandraUrl, StoreUrl, Stores as Urls};
use crate::ids::SharedIds;
use crate::journal::cassandra::{CassandraJournal, Shelf};
use crate::journal::{self, Journal};

/// How long a start waits for its stores before it goes on without those that do not answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A keyspace, and what it is used for.
#[derive(Clone)]
pub(super) struct Cluster {
    pub(super) url: CassandraUrl,
    /// `doors`, `incidents`, `notify`, `archive`.
    pub(super) uses: Vec<&'static str>,
    pub(super) store: watch::Receiver<Opening<Arc<Store>>>,
}

/// All stores of an installation on clusters.
pub(super) struct Clusters {
    pub(super) doors: Arc<dyn Journal>,
    pub(super) incidents: Arc<dyn Journal>,
    pub(super) notify: Arc<dyn Journal>,
    pub(super) archive: Arc<dyn Archive>,
    pub(super) all: Vec<Cluster>,
}

/// By what stores are opened.
#[derive(Clone)]
struct Opener {
    clock: SharedClock,
    ids: SharedIds,
    shutdown: CancellationToken,
    cassandra: crate::config::Cassandra,
    /// Whether retries and hedges have a budget.
    controls: bool,
}

impl Clusters {
    /// Begins to open them, and waits a little for the first word of each. One that does not answer is tried again and
    /// again until the shutdown, and meanwhile says that it is away.
    ///
    /// # Errors
    /// Why one of them can never be used as it is.
    pub(super) async fn open(
        urls: &Urls,
        (clock, ids): (SharedClock, SharedIds),
        shutdown: CancellationToken,
        controls: bool,
    ) -> Result<Self, String> {
        let cassandra = urls.cassandra.clone();
        let opener = Opener { clock: Arc::clone(&clock), ids, shutdown, cassandra, controls };
        let mut all: Vec<Cluster> = Vec::new();
        for (usage, url) in [
            ("doors", &urls.doors),
            ("incidents", &urls.incidents),
            ("notify", &urls.notify),
            ("archive", &urls.archive),
        ] {
            let StoreUrl::Cassandra(url) = url else { continue };
            match all.iter_mut().find(|cluster| cluster.url == *url) {
                Some(cluster) => cluster.uses.push(usage),
                None => {
                    let store = opener.store(url.clone());
                    all.push(Cluster { url: url.clone(), uses: vec![usage], store });
                }
            }
        }
        let of = |usage| {
            let used = all.iter().find(|cluster| cluster.uses.contains(&usage));
            used.expect("every store is a cluster when one is").store.clone()
        };
        let archive = opener.archive(of("archive"));
        let opening: Vec<_> = all.iter().map(|cluster| opener.journal(cluster.store.clone())).collect();
        for (cluster, journal) in all.iter().zip(&opening) {
            let first_words = async {
                if first_word(cluster.store.clone()).await? {
                    first_word(journal.clone()).await?;
                }
                Ok::<(), String>(())
            };
            within(&*clock, PATIENCE, first_words).await.unwrap_or(Ok(()))?;
        }
        let late = |journal| Arc::new(LateJournal(journal)) as Arc<dyn Journal>;
        let journals: Vec<Arc<dyn Journal>> = opening.into_iter().map(late).collect();
        let journal = |usage| {
            let mut held = all.iter().zip(&journals);
            let (_, journal) = held.find(|(cluster, _)| cluster.uses.contains(&usage)).expect("as above");
            Arc::clone(journal)
        };
        Ok(Self {
            doors: journal("doors"),
            incidents: journal("incidents"),
            notify: journal("notify"),
            archive: Arc::new(LateArchive(archive)),
            all: all.clone(),
        })
    }
}

impl Opener {
    fn store(&self, url: CassandraUrl) -> watch::Receiver<Opening<Arc<Store>>> {
        let access = Arc::new(Access { url: url.clone(), cassandra: self.cassandra.clone() });
        let of = self.clone();
        self.begin(url.to_string(), move || {
            let (access, of) = (Arc::clone(&access), of.clone());
            async move {
                let store = Store::open(&access, of.clock, of.ids).await.map_err(failed)?;
                if !of.controls {
                    store.lift_budget();
                }
                Ok(store)
            }
        })
    }

    fn journal(
        &self,
        store: watch::Receiver<Opening<Arc<Store>>>,
    ) -> watch::Receiver<Opening<Arc<dyn Journal>>> {
        self.begin("journals".to_owned(), move || {
            let store = store.clone();
            async move {
                let store = there(store).await?;
                let name = store.name().to_owned();
                let journal = CassandraJournal::open(store, Shelf::JOURNALS).await.map_err(failed)?;
                match journal::refused(&journal).await {
                    Ok(None) => Ok(Arc::new(journal) as Arc<dyn Journal>),
                    Ok(Some(refused)) => Err(Failed { again: false, reason: format!("{name}: {refused}") }),
                    Err(error) => Err(of_read(&error)),
                }
            }
        })
    }

    fn archive(
        &self,
        store: watch::Receiver<Opening<Arc<Store>>>,
    ) -> watch::Receiver<Opening<Arc<dyn Archive>>> {
        self.begin("archive".to_owned(), move || {
            let store = store.clone();
            async move {
                let archive =
                    CassandraArchive::open(there(store).await?, Shelf::ARCHIVE).await.map_err(of_archive)?;
                Ok(Arc::new(archive) as Arc<dyn Archive>)
            }
        })
    }

    fn begin<T, F>(
        &self,
        name: String,
        attempt: impl Fn() -> F + Send + 'static,
    ) -> watch::Receiver<Opening<T>>
    where
        T: Send + Sync + 'static,
        F: Future<Output = Result<T, Failed>> + Send + 'static,
    {
        let (publish, opening) = watch::channel(Opening::Begins);
        let by = (Arc::clone(&self.clock), Arc::clone(&self.ids));
        tokio::spawn(open(name, publish, by, self.shutdown.clone(), attempt));
        opening
    }
}

/// Waits until it was tried once. Whether it is open.
///
/// # Errors
/// Why it can never be.
async fn first_word<T>(mut of: watch::Receiver<Opening<T>>) -> Result<bool, String> {
    match of.wait_for(|opening| !matches!(opening, Opening::Begins)).await.as_deref() {
        Ok(Opening::Never(reason)) => Err(reason.to_string()),
        Ok(Opening::There(_)) => Ok(true),
        Ok(Opening::Begins | Opening::Fails(_)) | Err(_) => Ok(false),
    }
}

/// The store once it is open.
async fn there(mut store: watch::Receiver<Opening<Arc<Store>>>) -> Result<Arc<Store>, Failed> {
    let away = |again, reason: &str| Failed { again, reason: reason.to_owned() };
    let ended = |opening: &Opening<Arc<Store>>| matches!(opening, Opening::There(_) | Opening::Never(_));
    match store.wait_for(ended).await.as_deref() {
        Ok(Opening::There(store)) => Ok(Arc::clone(store)),
        Ok(Opening::Never(reason)) => Err(away(false, reason)),
        Ok(Opening::Begins | Opening::Fails(_)) | Err(_) => Err(away(true, "the process ends")),
    }
}

fn of_archive(error: ArchiveError) -> Failed {
    match error {
        ArchiveError::Open(error) => failed(error),
        ArchiveError::Index(error) => of_read(&error),
    }
}

fn of_read(error: &journal::Error) -> Failed {
    Failed { again: matches!(error, journal::Error::Unavailable { .. }), reason: error.to_string() }
}

/// What does not answer may answer later. What answers, and is not what it should be, needs a person.
fn failed(error: OpenError) -> Failed {
    let again = match &error {
        OpenError::Unreachable { .. } => true,
        OpenError::Failed { failure, .. } => failure.again,
        OpenError::File { .. }
        | OpenError::NoDatacenter { .. }
        | OpenError::NoSchema { .. }
        | OpenError::OtherSchema { .. }
        | OpenError::Node { .. } => false,
    };
    Failed { again, reason: error.to_string() }
}

/// Publishes why no events are taken, until the doors' store is open.
pub(super) async fn watch_doors(
    clusters: Vec<Cluster>,
    publish: watch::Sender<Option<String>>,
    shutdown: CancellationToken,
) {
    let Some(doors) = clusters.into_iter().find(|cluster| cluster.uses.contains(&"doors")) else { return };
    let mut store = doors.store;
    let follow = async {
        loop {
            let why_not = store.borrow_and_update().why_not();
            publish.send_replace(why_not);
            if store.changed().await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        biased;
        () = shutdown.cancelled() => {}
        () = follow => {}
    }
}
