//! Using a cluster: where it is, keyspaces, and places to run a server in.

use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsFd as _;
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use rustix::thread::LinkNameSpaceType;

use super::cql::{self, Consistency, PORT};
use super::network::{Member, Network};
use super::{DATACENTERS, Datacenter, NODES, REPLICATION};
use crate::rig::poll;

/// How long a keyspace may take until every node knows it.
const KEYSPACE: Duration = Duration::from_secs(120);
/// How long a single statement may take, for each step on the network.
const STATEMENT: Duration = Duration::from_secs(30);

/// What every test may use of a cluster.
pub(crate) struct Access {
    pub(super) network: Network,
    /// How many keyspaces there are.
    keyspaces: Mutex<u32>,
}

/// Where a server can stand: beside the nodes of a datacenter.
pub(crate) struct Place {
    /// Where others reach what listens there, and what it should listen on.
    pub(crate) address: IpAddr,
    /// The network namespace it is in, if it has one.
    space: Option<PathBuf>,
}

impl Access {
    pub(super) fn new(network: Network) -> Self {
        Self { network, keyspaces: Mutex::new(0) }
    }

    /// Where a node serves CQL, on port 9042.
    pub(crate) fn address(&self, node: u8) -> IpAddr {
        self.network.address(Member::Node(node))
    }

    /// Every node, in order of number.
    pub(crate) fn contact_points(&self) -> Vec<SocketAddr> {
        NODES.map(|node| SocketAddr::new(self.address(node), PORT)).collect()
    }

    /// The store URL of a keyspace, with the datacenter that is preferred.
    pub(crate) fn url(&self, keyspace: &str, datacenter: Datacenter) -> String {
        let hosts: Vec<_> = self.contact_points().iter().map(SocketAddr::to_string).collect();
        format!("cassandra://{}/{keyspace}?dc={}", hosts.join(","), datacenter.name())
    }

    /// Makes a keyspace of its own, known to every node; its name.
    pub(crate) fn keyspace(&self) -> String {
        static ONE: Mutex<()> = Mutex::new(());
        let name = self.keyspace_name();
        let create = format!("CREATE KEYSPACE IF NOT EXISTS {name} WITH replication = {REPLICATION}");
        // One at a time: nodes that learn several new schemas at once are slow at it.
        let _one = ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        self.insist(1, &create);
        for node in NODES {
            self.insist(node, &format!("USE {name}"));
        }
        name
    }

    /// A name that no keyspace has yet, for who makes keyspaces.
    pub(crate) fn keyspace_name(&self) -> String {
        let mut keyspaces = self.keyspaces.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *keyspaces += 1;
        format!("pd_{keyspaces}")
    }

    /// Runs a statement on this node until it works; one that may be repeated.
    fn insist(&self, node: u8, statement: &str) {
        let mut said = String::new();
        let done = poll(KEYSPACE, || {
            let result = cql::execute(self.address(node), statement, Consistency::Quorum, STATEMENT);
            result.map_err(|error| said = error.to_string()).is_ok()
        });
        assert!(done, "node {node}: {statement}: {said}");
    }

    /// Where this process is reached from the places; a receiver listens there.
    pub(crate) fn tests(&self) -> IpAddr {
        self.network.address(Member::Tests)
    }

    /// The place for a server in this datacenter. Without root all places are this machine.
    pub(crate) fn place(&self, datacenter: Datacenter) -> Place {
        let member = Member::Place(datacenter);
        Place { address: self.network.address(member), space: self.network.space(member) }
    }

    /// All three places.
    pub(crate) fn places(&self) -> Vec<Place> {
        DATACENTERS.into_iter().map(|datacenter| self.place(datacenter)).collect()
    }
}

impl Place {
    /// Runs `what` there, on a thread of its own. A socket that it makes stays there, whoever uses it.
    pub(crate) fn inside<T: Send>(&self, what: impl FnOnce() -> T + Send) -> T {
        let enter = || {
            if let Some(space) = &self.space {
                let space = std::fs::File::open(space).unwrap();
                rustix::thread::move_into_link_name_space(space.as_fd(), Some(LinkNameSpaceType::Network))
                    .unwrap();
            }
            what()
        };
        std::thread::scope(|scope| scope.spawn(enter).join().unwrap_or_else(|panic| resume_unwind(panic)))
    }

    /// What runs a program there. The process is that of the program itself: signals reach it.
    pub(crate) fn command(&self, program: &str) -> Command {
        let Some(space) = &self.space else { return Command::new(program) };
        let mut command = Command::new("nsenter");
        command.arg(format!("--net={}", space.display())).arg(program);
        command
    }
}
