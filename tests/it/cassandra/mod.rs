//! Stores on the cluster: one keyspace for all tests that only use it, each with shelves of its own.
#![allow(clippy::unwrap_used, reason = "tests")]

mod open;

use std::ops::Deref;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, OnceLock};

use pd::archive::cassandra::CassandraArchive;
use pd::cassandra::{Access, Store, connect, discover, init};
use pd::clock::SystemClock;
use pd::config::{Cassandra, StoreUrl};
use pd::ids::SystemIds;
use pd::journal::cassandra::{CassandraJournal, Shelf};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::cluster::{Datacenter, Shared, shared};

/// A store on the cluster, for as long as the cluster is held.
pub(crate) struct OnCluster {
    pub(crate) store: Arc<Store>,
    _turn: SemaphorePermit<'static>,
    _cluster: Option<Shared>,
}

impl Deref for OnCluster {
    type Target = Arc<Store>;

    fn deref(&self) -> &Arc<Store> {
        &self.store
    }
}

/// Tests on the cluster at once: it has the machine's few cores to itself.
static TURNS: Semaphore = Semaphore::const_new(2);

/// A store on the keyspace that tests share; `None` where there is no cluster, which was said then.
pub(crate) async fn store() -> Option<OnCluster> {
    static MADE: OnceLock<String> = OnceLock::new();
    let turn = TURNS.acquire().await.unwrap();
    let (cluster, url) = place(Datacenter::One)?;
    let name = MADE.get_or_init(|| {
        let name = name(cluster.as_ref());
        let access = access(&url(&name));
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let session = connect(&access).await.unwrap();
                init(&session, &access.url.keyspace, &discover(&session)).await.unwrap();
            });
        })
        .join()
        .unwrap();
        name
    });
    let store = open(&access(&url(name))).await.unwrap();
    Some(OnCluster { store, _turn: turn, _cluster: cluster })
}

type Url = Box<dyn Fn(&str) -> String + Send>;

fn place(datacenter: Datacenter) -> Option<(Option<Shared>, Url)> {
    if let Ok(hosts) = std::env::var("PD_TEST_CASSANDRA") {
        return Some((None, Box::new(move |name| format!("cassandra://{hosts}/{name}"))));
    }
    let cluster = shared()?;
    let url = cluster.url("KEYSPACE", datacenter);
    Some((Some(cluster), Box::new(move |name| url.replace("KEYSPACE", name))))
}

fn name(cluster: Option<&Shared>) -> String {
    match cluster {
        Some(cluster) => cluster.keyspace_name(),
        None => format!("pd_t{}", std::process::id()),
    }
}

/// How a keyspace is reached that is named by its address.
pub(crate) fn access(url: &str) -> Access {
    let StoreUrl::Cassandra(url) = url.parse().unwrap() else { panic!("{url} is no cluster") };
    Access { url, cassandra: Cassandra::default() }
}

pub(crate) async fn open(access: &Access) -> Result<Arc<Store>, pd::cassandra::OpenError> {
    Store::open(access, Arc::new(SystemClock::new()), Arc::new(SystemIds)).await
}

/// A shelf that nobody else uses.
pub(crate) fn shelf() -> Shelf {
    static NEXT: AtomicI32 = AtomicI32::new(100);
    Shelf(NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Journals that nobody else uses.
pub(crate) async fn journal(store: &Arc<Store>, shelf: Shelf) -> CassandraJournal {
    CassandraJournal::open(Arc::clone(store), shelf).await.unwrap()
}

/// An archive that nobody else uses.
pub(crate) async fn archive(store: &Arc<Store>, shelf: Shelf) -> CassandraArchive {
    CassandraArchive::open(Arc::clone(store), shelf).await.unwrap()
}

/// Another session on the same keyspace, as another process has.
pub(crate) async fn beside(store: &Arc<Store>) -> Arc<Store> {
    open(&access(store.name())).await.unwrap()
}
