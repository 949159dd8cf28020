//! Random histories: whatever is put, expired and asked, a store answers what the plain model answers.

use pd::archive::cassandra::CassandraArchive;
use pd::archive::memory::MemoryArchive;
use pd::archive::sqlite::SqliteArchive;
use pd::archive::{Archive, Filter, Sort, SortBy};
use pd::domain::id::IncidentNumber;
use pd::domain::user::Urgency;
use pd::journal::cassandra::Shelf;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::subsequence;

use super::fixture::{Closed, at, event, key, service, user};
use super::open;
use crate::cassandra::{self, OnCluster};

#[derive(Clone, Debug)]
enum Step {
    Put(Vec<Closed>),
    Events(Vec<(u128, u64, u32, i64)>),
    Expire(i64, usize),
    Ask(Filter, Sort, usize),
    Reopen,
}

fn urgency() -> impl Strategy<Value = Urgency> {
    prop_oneof![Just(Urgency::High), Just(Urgency::Low)]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just("a"), Just("b"), Just("ü"), Just("nul\0nul"), Just("")].prop_map(str::to_owned)
}

fn closed() -> impl Strategy<Value = Closed> {
    // The numbers fall into three chapters of the index.
    let number = prop_oneof![1u64..30, 1015u64..1035, 5000u64..5004];
    let who = (subsequence(vec![1u16, 2, 3], 0..=3), option::of(1u16..5));
    ((number, 1u32..4, 1u16..5, urgency()), (0i64..50, 0i64..50), who, option::of(text()), option::of(text()))
        .prop_map(
            |((number, revision, service, urgency), (created_at, lasted), who, incident_key, dedup_key)| {
                let resolved_at = created_at + lasted;
                let (assigned, resolved_by) = who;
                Closed {
                    number,
                    revision,
                    service,
                    urgency,
                    created_at,
                    resolved_at,
                    assigned,
                    resolved_by,
                    incident_key,
                    dedup_key,
                }
            },
        )
}

fn filter() -> impl Strategy<Value = Filter> {
    (
        prop_oneof![2 => Just(vec![]), 3 => vec(1u16..6, 1..3)],
        prop_oneof![2 => Just(vec![]), 3 => vec(urgency(), 1..3)],
        prop_oneof![2 => Just(vec![]), 3 => vec(1u16..6, 1..3)],
        option::weighted(0.2, text()),
        option::of(0i64..50),
        option::of(0i64..60),
    )
        .prop_map(|(services, urgencies, users, text, since, until)| Filter {
            services: services.into_iter().map(service).collect(),
            urgencies,
            key: text.as_deref().map(key),
            users: users.into_iter().map(user).collect(),
            since: since.map(at),
            until: until.map(at),
        })
}

fn sort() -> impl Strategy<Value = Sort> {
    let by = prop_oneof![Just(SortBy::Number), Just(SortBy::ResolvedAt), Just(SortBy::Urgency)];
    (by, any::<bool>()).prop_map(|(by, descending)| Sort { by, descending })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => vec(closed(), 1..20).prop_map(Step::Put),
        1 => vec((1u128..3, 0u64..3, 0u32..3, 0i64..100), 1..6).prop_map(Step::Events),
        1 => (0i64..100, 0usize..8).prop_map(|(before, max)| Step::Expire(before, max)),
        6 => (filter(), sort(), 0usize..30).prop_map(|(filter, sort, max)| Step::Ask(filter, sort, max)),
        1 => Just(Step::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    #[test]
    fn sqlite_answers_as_the_model(steps in vec(step(), 1..25)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        runtime.block_on(play(Sqlite(open(folder.path()), folder), steps))?;
    }
}

/// The same on the cluster, which one session does for all histories.
#[test]
fn cassandra_answers_as_the_model() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let Some(cluster) = runtime.block_on(cassandra::store()) else { return };
    let config = ProptestConfig { cases: 5, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let played = runner.run(&vec(step(), 1..15), |steps| {
        let shelf = cassandra::shelf();
        runtime.block_on(async {
            play(OnCassandra(cassandra::archive(&cluster, shelf).await, &cluster, shelf), steps).await
        })
    });
    played.unwrap();
}

/// An archive that can be closed and opened again.
trait Subject {
    fn archive(&self) -> &dyn Archive;
    async fn reopen(self) -> Self;
}

struct Sqlite(SqliteArchive, tempfile::TempDir);

impl Subject for Sqlite {
    fn archive(&self) -> &dyn Archive {
        &self.0
    }

    async fn reopen(self) -> Self {
        let Self(archive, folder) = self;
        drop(archive);
        Self(open(folder.path()), folder)
    }
}

struct OnCassandra<'a>(CassandraArchive, &'a OnCluster, Shelf);

impl Subject for OnCassandra<'_> {
    fn archive(&self) -> &dyn Archive {
        &self.0
    }

    async fn reopen(self) -> Self {
        let Self(_, cluster, shelf) = self;
        Self(cassandra::archive(cluster, shelf).await, cluster, shelf)
    }
}

async fn play(mut subject: impl Subject, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let model = MemoryArchive::new();
    for step in steps {
        let archive = subject.archive();
        match step {
            Step::Put(incidents) => {
                let incidents: Vec<_> = incidents.iter().map(Closed::build).collect();
                model.put(incidents.clone()).await.unwrap();
                archive.put(incidents).await.unwrap();
            }
            Step::Events(events) => {
                let events: Vec<_> = events.into_iter().map(|(d, s, i, t)| event(d, s, i, t)).collect();
                model.put_events(events.clone()).await.unwrap();
                archive.put_events(events).await.unwrap();
            }
            Step::Expire(before, max) => {
                let removed = archive.expire(at(before), max).await.unwrap();
                prop_assert_eq!(removed, model.expire(at(before), max).await.unwrap());
            }
            Step::Ask(filter, sort, max) => same_list(archive, &model, &filter, sort, max).await?,
            Step::Reopen => subject = subject.reopen().await,
        }
    }
    subject = subject.reopen().await;
    same_content(subject.archive(), &model).await
}

async fn same_list(
    archive: &dyn Archive,
    model: &dyn Archive,
    filter: &Filter,
    sort: Sort,
    max: usize,
) -> Result<(), TestCaseError> {
    let rows = archive.rows(filter, sort, max).await.unwrap();
    prop_assert_eq!(rows, model.rows(filter, sort, max).await.unwrap());
    prop_assert_eq!(archive.count(filter).await.unwrap(), model.count(filter).await.unwrap());
    Ok(())
}

/// Everything that can be asked about the few numbers, keys and addresses that histories are made of.
async fn same_content(archive: &dyn Archive, model: &dyn Archive) -> Result<(), TestCaseError> {
    same_list(archive, model, &Filter::default(), Sort::default(), 1000).await?;
    for number in (1..30).chain(1015..1035).chain(5000..5004).map(IncidentNumber) {
        prop_assert_eq!(archive.get(number).await.unwrap(), model.get(number).await.unwrap());
    }
    for text in ["a", "b", "ü", "nul\0nul", "", "c"] {
        let (key, max) = (key(text), 5);
        prop_assert_eq!(archive.by_key(&key, max).await.unwrap(), model.by_key(&key, max).await.unwrap());
    }
    for (door, seq, index) in (1..3).flat_map(|d| (0..3).flat_map(move |s| (0..3).map(move |i| (d, s, i)))) {
        let address = event(door, seq, index, 0).address;
        prop_assert_eq!(archive.event(address).await.unwrap(), model.event(address).await.unwrap());
    }
    Ok(())
}
