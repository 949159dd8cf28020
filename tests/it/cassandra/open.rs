//! What is judged before a store is opened, how a keyspace is made, and what a store says about its cluster.

use std::time::Duration;

use pd::cassandra::{InitError, OpenError, connect, discover, init};

use super::{access, open, store};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_keyspace_is_made_once_and_another_ones_is_left_alone() {
    let Some(store) = store().await else { return };
    let access = access(store.name());
    let session = connect(&access).await.unwrap();
    let keyspace = &access.url.keyspace;
    let replication = discover(&session);
    init(&session, keyspace, &replication).await.expect("again, nothing is to be done");
    let mut other = replication.clone();
    let (datacenter, count) = other.0.pop_first().unwrap();
    if !other.0.is_empty() {
        let refused = init(&session, keyspace, &other).await;
        assert!(matches!(refused, Err(InitError::OtherReplication { .. })), "{refused:?}");
    }
    other.0.insert(datacenter, count + 100);
    let refused = init(&session, "pd_nowhere", &other).await;
    assert!(matches!(refused, Err(InitError::TooFewNodes { .. })), "{refused:?}");
    let refused = init(&session, "system_auth", &replication).await;
    assert!(refused.is_err(), "a keyspace of somebody else");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_missing_is_said() {
    let Some(store) = store().await else { return };
    let address = store.name().split('?').next().unwrap().to_owned();
    let (hosts, _) = address.rsplit_once('/').unwrap();
    let missing = open(&access(&format!("{hosts}/pd_nothing"))).await.unwrap_err();
    assert!(missing.to_string().contains("keyspace `pd_nothing`: run `pd store init`"), "{missing}");
    let partly = open(&access(&format!("{hosts}/system_traces"))).await.unwrap_err();
    assert!(matches!(partly, OpenError::NoSchema { .. }), "{partly}");
    let elsewhere = open(&access(&format!("{address}?dc=atlantis"))).await.unwrap_err();
    assert!(matches!(&elsewhere, OpenError::NoDatacenter { known, .. } if !known.is_empty()), "{elsewhere}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_says_how_its_cluster_does() {
    let Some(store) = store().await else { return };
    // Beside this, others make keyspaces, and the nodes agree on those a little later.
    let agreed = async {
        loop {
            let report = store.look().await;
            if report.schema_agrees && report.nodes.iter().all(|node| node.said.is_some()) {
                return report;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let report = tokio::time::timeout(Duration::from_mins(1), agreed).await.unwrap();
    assert_eq!(report, store.report());
    let replication = report.replication.as_ref().unwrap();
    let margin = i64::try_from(replication.total() - replication.quorum()).unwrap();
    assert_eq!(report.margin(), Some(margin));
    for node in &report.nodes {
        let said = node.said.as_ref().unwrap();
        assert_eq!((said.commitlog_sync.as_str(), said.paxos.as_str()), ("batch", "v2"));
    }
    assert_eq!(store.risks(&report).count(), 0);
    assert!(report.skew_ms().unwrap() < 5_000 && report.ahead_ms().unwrap().abs() < 5_000);
    assert!(store.budget_left() > 0.9);
}
