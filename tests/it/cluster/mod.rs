//! Five real Cassandra nodes over three datacenters, started once for all tests of a run, and failures for them.
//!
//! A test that only uses the cluster begins with `let Some(cluster) = shared() else { return };`, one that breaks
//! something with `let Some(cluster) = alone() else { return };`. While somebody has it alone nobody else has it, and it
//! is whole again before the next one gets it. A benchmark calls [`Cluster::start`] for one of its own. Calls block.
//!
//! With `CI` in the environment a cluster is required; otherwise, where something is missing, the run says so in a line.
#![allow(clippy::unwrap_used, reason = "tests")]

mod access;
pub(crate) mod cql;
#[cfg(test)]
mod end;
mod failures;
mod fetch;
mod gate;
mod network;
mod node;
#[cfg(test)]
mod secure;
mod supervisor;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::ops::{Deref, RangeInclusive};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

pub(crate) use access::{Access, Place};
use cql::Consistency;
use fetch::Tools;
pub(crate) use gate::{Alone, Shared, alone, alone_with_partitions, shared};
pub(crate) use network::Member;
use network::Network;
use node::{Common, Node};
use pd::clock::{Clock as _, SystemClock};
use supervisor::Supervisor;

use crate::rig::poll;

/// The nodes' numbers.
pub(crate) const NODES: RangeInclusive<u8> = 1..=5;
/// All datacenters, in order.
pub(crate) const DATACENTERS: [Datacenter; 3] = [Datacenter::One, Datacenter::Two, Datacenter::Three];
/// How the keyspaces of tests are replicated: every node has everything.
pub(crate) const REPLICATION: &str = "{'class': 'NetworkTopologyStrategy', 'dc1': 2, 'dc2': 2, 'dc3': 1}";

/// How long the nodes may take until all of them serve. Generous: the machine may be busy with other tests.
const START: Duration = Duration::from_secs(300);
/// How long nodes that serve may take to find each other, and how often they are started for that.
const RING: Duration = Duration::from_secs(150);
const ATTEMPTS_MAX: u32 = 4;
/// After how long without success the schema is changed.
const NUDGE: Duration = Duration::from_secs(10);
/// How long a single statement may take, for each step on the network.
const STATEMENT: Duration = Duration::from_secs(10);
/// The table that shows whether the cluster is whole.
const HEALTH: &str = "pd_cluster.health";

/// One of the three datacenters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Datacenter {
    /// Nodes 1 and 2.
    One,
    /// Nodes 3 and 4.
    Two,
    /// Node 5.
    Three,
}

/// What the nodes' machines are made for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Speed {
    /// To be there soon, and to leave the rest of the machine to others: for tests.
    Start,
    /// To be as fast as Cassandra is: for figures.
    Work,
}

/// A running cluster; it ends with the value, and at the latest with the process.
///
/// Using it is in [`Access`], breaking it in `failures`.
pub(crate) struct Cluster {
    access: Access,
    nodes: Mutex<Vec<Node>>,
    // The last one: what the others hold ends with it.
    supervisor: Supervisor,
}

impl Datacenter {
    /// As Cassandra knows it.
    pub(crate) fn name(self) -> &'static str {
        ["dc1", "dc2", "dc3"][self as usize]
    }

    /// The numbers of its nodes.
    pub(crate) fn nodes(self) -> &'static [u8] {
        [&[1, 2][..], &[3, 4], &[5]][self as usize]
    }

    fn of_node(number: u8) -> Self {
        let home = DATACENTERS.into_iter().find(|datacenter| datacenter.nodes().contains(&number));
        home.expect("a node's number")
    }
}

impl Cluster {
    /// Starts all nodes and waits until each of them sees all others.
    ///
    /// # Errors
    /// In one line, what is missing on this machine.
    ///
    /// # Panics
    /// When the nodes do not come up.
    pub(crate) fn start(speed: Speed) -> Result<Self, String> {
        let tools = fetch::tools()?;
        let statements = [
            format!("CREATE KEYSPACE IF NOT EXISTS pd_cluster WITH replication = {REPLICATION}"),
            format!("CREATE TABLE IF NOT EXISTS {HEALTH} (id int PRIMARY KEY, at timeuuid)"),
        ];
        let mut attempts = 1;
        loop {
            let cluster = Self::prepare(&tools, speed);
            cluster.start_nodes(&NODES.collect::<Vec<_>>());
            for statement in &statements {
                cluster.insist(statement);
            }
            // On a machine with little time for it, nodes that start together may come to an end where they do not find
            // each other for many minutes. A fresh start is quicker.
            match cluster.see_each_other(&NODES.collect::<Vec<_>>(), Consistency::All, RING) {
                Ok(()) => return Ok(cluster),
                Err(said) => assert!(attempts < ATTEMPTS_MAX, "{said}\n{}", cluster.logs()),
            }
            attempts += 1;
        }
    }

    /// Everything but the nodes' processes.
    fn prepare(tools: &Tools, speed: Speed) -> Self {
        let supervisor = Supervisor::start();
        let network = Network::of(&supervisor);
        let addresses: Vec<IpAddr> = NODES.map(|number| network.address(Member::Node(number))).collect();
        let seeds: Vec<_> = addresses.iter().map(|address| format!("{address}:7000")).collect();
        let common = Common { supervisor: &supervisor, tools, seeds: seeds.join(","), speed };
        let nodes = NODES.zip(&addresses).map(|(number, address)| {
            Node::prepare(&common, number, *address, network.space(Member::Node(number)).as_deref())
        });
        let nodes = Mutex::new(nodes.collect());
        Self { access: Access::new(network), nodes, supervisor }
    }

    /// Runs a statement that may be repeated until some node has done it: a new ring is still finding itself.
    fn insist(&self, statement: &str) {
        let mut said = String::new();
        let done = poll(START, || {
            let result = cql::execute(self.address(1), statement, Consistency::Quorum, STATEMENT);
            result.map_err(|error| said = error.to_string()).is_ok()
        });
        assert!(done, "{statement}: {said}\n{}", self.logs());
    }

    /// Waits until every node serves clients, and sees every other one well enough for a write to all.
    ///
    /// # Panics
    /// When it does not within `limit`; shows what the nodes said last.
    pub(crate) fn wait_until_whole(&self, limit: Duration) {
        self.wait_until_see_each_other(&NODES.collect::<Vec<_>>(), Consistency::All, limit);
    }

    /// Waits until each of these nodes, as a coordinator, writes with this consistency.
    ///
    /// # Panics
    /// When it does not within `limit`; shows what the nodes said last.
    pub(crate) fn wait_until_see_each_other(&self, nodes: &[u8], consistency: Consistency, limit: Duration) {
        if let Err(said) = self.see_each_other(nodes, consistency, limit) {
            panic!("{said}\n{}", self.logs());
        }
    }

    fn see_each_other(&self, nodes: &[u8], consistency: Consistency, limit: Duration) -> Result<(), String> {
        let statement = format!("INSERT INTO {HEALTH} (id, at) VALUES (0, now())");
        for &number in nodes {
            let (clock, mut nudges, mut said) = (SystemClock::new(), 0, String::new());
            let whole = poll(limit, || {
                let result = cql::execute(self.address(number), &statement, consistency, STATEMENT);
                if result.is_err() {
                    std::thread::sleep(Duration::from_millis(200));
                    // A node that missed the table asks for it again when the schema changes.
                    if clock.monotonic() > NUDGE * (nudges + 1) {
                        nudges += 1;
                        let alter = format!("ALTER TABLE {HEALTH} WITH comment = '{number} {nudges}'");
                        let _ = cql::execute(self.address(number), &alter, Consistency::One, STATEMENT);
                    }
                }
                result.map_err(|error| said = error.to_string()).is_ok()
            });
            if !whole {
                return Err(format!("node {number} does not write to all: {said}"));
            }
        }
        Ok(())
    }

    /// The last lines of every node's log.
    fn logs(&self) -> String {
        let nodes = self.nodes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let tails = nodes
            .iter()
            .flat_map(|node| [node.log(), node.out()])
            .map(|file| (self.supervisor.tail(&file), file));
        tails.map(|(tail, file)| format!("== {file}\n{tail}\n")).collect()
    }
}

impl Deref for Cluster {
    type Target = Access;

    fn deref(&self) -> &Access {
        &self.access
    }
}

/// The folder of what a cluster is made from.
fn files() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cassandra")
}
