//! The cluster itself: that it comes up, that each failure does what it says, and that nothing is left of it.

use std::time::Duration;

use super::cql::{Consistency, execute};
use super::{NODES, shared};

const LIMIT: Duration = Duration::from_secs(10);

#[test]
fn five_nodes_are_up_and_know_a_fresh_keyspace() {
    let Some(cluster) = shared() else { return };
    let keyspace = cluster.keyspace();
    assert_ne!(keyspace, cluster.keyspace());
    let create = format!("CREATE TABLE {keyspace}.t (id int PRIMARY KEY)");
    execute(cluster.address(1), &create, Consistency::Quorum, LIMIT).unwrap();
    for node in NODES {
        let read = format!("SELECT id FROM {keyspace}.t WHERE id = 0");
        let all = crate::rig::poll(LIMIT, || {
            execute(cluster.address(node), &read, Consistency::All, LIMIT).is_ok()
        });
        assert!(all, "node {node} does not read from all");
    }
}
