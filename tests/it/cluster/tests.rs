//! The cluster itself: that it comes up, and that each failure does what it says.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use scylla::client::execution_profile::ExecutionProfile;
use scylla::client::session::Session;
use scylla::client::session_builder::SessionBuilder;
use scylla::policies::load_balancing::DefaultPolicy;
use scylla::statement::Consistency as Level;

use super::cql::{Consistency, execute};
use super::{Access, Datacenter, Member, NODES, Place, alone, alone_with_partitions, shared};
use crate::rig::poll;
use crate::rig::power::Unsynced;

/// How long anything here may take. Generous: the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long one statement may take.
const STATEMENT: Duration = Duration::from_secs(5);

#[test]
fn five_nodes_are_up_and_know_a_fresh_keyspace() {
    let Some(cluster) = shared() else { return };
    let table = table(&cluster);
    assert_ne!(cluster.keyspace(), cluster.keyspace());
    for node in NODES {
        let read = format!("SELECT id FROM {table} WHERE id = 0");
        let all = poll(PATIENCE, || runs(&cluster, node, &read, Consistency::All));
        assert!(all, "node {node} does not read from all");
    }
}

#[tokio::test]
async fn a_quorum_goes_on_without_a_frozen_datacenter_and_a_killed_node() {
    let Some(cluster) = alone() else { return };
    let table = table(&cluster);
    let session = session(&cluster, Datacenter::One).await;
    cluster.freeze(Datacenter::Two.nodes());
    assert!(cluster.lives(3) && cluster.lives(4));
    let insert = format!("INSERT INTO {table} (id) VALUES (1)");
    assert!(!runs(&cluster, 1, &insert, Consistency::All), "a frozen node answers");
    session.query_unpaged(insert, ()).await.unwrap();

    cluster.thaw(&[4]);
    cluster.kill(&[1]);
    assert!(!cluster.lives(1));
    // The driver finds out by itself that a node is gone; what counts is that there is a quorum without it.
    let insert = format!("INSERT INTO {table} (id) VALUES (2)");
    assert!(poll(PATIENCE, || runs(&cluster, 2, &insert, Consistency::Quorum)));
    cluster.kill(&[5]);
    let insert = format!("INSERT INTO {table} (id) VALUES (3)");
    assert!(!runs(&cluster, 2, &insert, Consistency::Quorum), "two nodes of five are no quorum");

    cluster.start_nodes(&[1, 5]);
    assert!(cluster.lives(1) && cluster.lives(5));
    cluster.thaw(&[3]);
    cluster.wait_until_whole(PATIENCE * 4);
}

#[test]
fn packets_are_lost_one_way_or_both_ways() {
    let Some(cluster) = alone_with_partitions() else { return };
    let (one, two) = (cluster.place(Datacenter::One), cluster.place(Datacenter::Two));
    let (here, there) = (socket(&one), socket(&two));
    let ways = || (arrives(&here, &there), arrives(&there, &here));
    assert_eq!(ways(), (true, true));
    cluster.lose(&Datacenter::One.members(), &Datacenter::Two.members());
    assert_eq!(ways(), (false, true));
    cluster.part(&[Member::Place(Datacenter::One)], &[Member::Place(Datacenter::Two)]);
    assert_eq!(ways(), (false, false));
    cluster.heal();
    assert_eq!(ways(), (true, true));
}

#[test]
fn a_node_that_others_do_not_hear_is_no_part_of_a_quorum() {
    let Some(cluster) = alone_with_partitions() else { return };
    let table = table(&cluster);
    let insert = format!("INSERT INTO {table} (id) VALUES (1)");
    // The others still hear from nodes 4 and 5, and so take them for alive.
    let rest: Vec<_> = [1, 2, 3].map(Member::Node).to_vec();
    cluster.lose(&rest, &[Member::Node(4), Member::Node(5)]);
    assert!(!runs(&cluster, 1, &insert, Consistency::All));
    assert!(poll(PATIENCE, || runs(&cluster, 1, &insert, Consistency::Quorum)));
    assert!(!runs(&cluster, 5, &insert, Consistency::Quorum));
    cluster.heal();
    cluster.wait_until_whole(PATIENCE * 4);
}

#[test]
fn what_a_node_acknowledged_survives_a_power_cut() {
    let Some(cluster) = alone() else { return };
    let table = table(&cluster);
    let nodes = Datacenter::Three.nodes();
    cluster.power(nodes);
    cluster.wait_until_whole(PATIENCE * 4);
    for id in 0..20 {
        let insert = format!("INSERT INTO {table} (id) VALUES ({id})");
        execute(cluster.address(5), &insert, Consistency::All, PATIENCE).unwrap();
    }
    cluster.cut_power(nodes, Unsynced::Lost);
    cluster.start_nodes(nodes);
    // Nobody else may help the node out.
    cluster.freeze(&[1, 2, 3, 4]);
    let select = format!("SELECT id FROM {table}");
    let read = poll(PATIENCE, || super::cql::rows(cluster.address(5), &select, STATEMENT).is_ok());
    assert!(read);
    assert_eq!(super::cql::rows(cluster.address(5), &select, STATEMENT).unwrap(), 20);
}

/// A table of its own, with one column.
fn table(cluster: &Access) -> String {
    let table = format!("{}.t", cluster.keyspace());
    let create = format!("CREATE TABLE {table} (id int PRIMARY KEY)");
    execute(cluster.address(1), &create, Consistency::Quorum, PATIENCE).unwrap();
    let select = format!("SELECT id FROM {table} WHERE id = 0");
    for node in NODES {
        assert!(poll(PATIENCE, || runs(cluster, node, &select, Consistency::One)), "node {node}: no {table}");
    }
    table
}

fn runs(cluster: &Access, node: u8, statement: &str, consistency: Consistency) -> bool {
    execute(cluster.address(node), statement, consistency, STATEMENT).is_ok()
}

/// A session of the driver that prefers a datacenter.
async fn session(cluster: &Access, datacenter: Datacenter) -> Session {
    let policy = DefaultPolicy::builder().prefer_datacenter(datacenter.name().to_owned()).build();
    let profile =
        ExecutionProfile::builder().consistency(Level::Quorum).load_balancing_policy(policy).build();
    let builder = SessionBuilder::new().known_nodes_addr(cluster.contact_points());
    builder.default_execution_profile_handle(profile.into_handle()).build().await.unwrap()
}

fn socket(place: &Place) -> Arc<UdpSocket> {
    let socket = place.inside(|| UdpSocket::bind((place.address, 0))).unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    Arc::new(socket)
}

/// Whether any of a few datagrams arrives.
fn arrives(from: &UdpSocket, to: &UdpSocket) -> bool {
    let address: SocketAddr = to.local_addr().unwrap();
    (0..4).any(|_| {
        from.send_to(b"hello", address).unwrap();
        to.recv(&mut [0; 16]).is_ok()
    })
}
