//! What fails, how it is mended, and the course of a run.

use std::time::Duration;

use pd::clock::{Clock as _, SystemClock};
use pd::domain::time::Timestamp;

use super::figures::{Figures, Times};
use super::fronts::Fronts;
use super::installation::Installation;
use crate::cluster::cql::{self, Consistency};
use crate::cluster::{Cluster, DATACENTERS, Datacenter, NODES};
use crate::rig::poll;
use crate::rig::power::Unsynced;

/// How long what was broken may take until it is whole. Generous: the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(300);
/// Without these, two of five are left.
const QUORUM: [u8; 3] = [3, 4, 5];

/// How hard and for how long.
pub(crate) struct Pace {
    /// At each server's front.
    pub(crate) senders: usize,
    /// Between two events of a sender.
    pub(crate) pause: Duration,
    pub(crate) before: Duration,
    pub(crate) during: Duration,
    /// How long a server is frozen.
    pub(crate) asleep: Duration,
    pub(crate) after: Duration,
}

/// Something that fails. A server is always the one that works at the moment, for the others would not be missed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Failure {
    NodeKilled,
    DatacenterKilled,
    /// One that no working server prefers.
    DatacenterFrozen,
    /// The one that the working server prefers.
    PreferredFrozen,
    ServerKilled,
    ServerFrozen,
    /// A datacenter and the server beside it.
    SiteLost,
    Partition,
    PartitionOneWay,
    QuorumKilled,
    QuorumFrozen,
    PowerLost,
}

impl Failure {
    /// All of them, the quick ones first.
    pub(crate) const ALL: [Self; 12] = [
        Self::DatacenterFrozen,
        Self::PreferredFrozen,
        Self::ServerKilled,
        Self::ServerFrozen,
        Self::Partition,
        Self::PartitionOneWay,
        Self::QuorumFrozen,
        Self::NodeKilled,
        Self::DatacenterKilled,
        Self::SiteLost,
        Self::QuorumKilled,
        Self::PowerLost,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::NodeKilled => "node-killed",
            Self::DatacenterKilled => "datacenter-killed",
            Self::DatacenterFrozen => "datacenter-frozen",
            Self::PreferredFrozen => "preferred-frozen",
            Self::ServerKilled => "server-killed",
            Self::ServerFrozen => "server-frozen",
            Self::SiteLost => "site-lost",
            Self::Partition => "partition",
            Self::PartitionOneWay => "partition-one-way",
            Self::QuorumKilled => "quorum-killed",
            Self::QuorumFrozen => "quorum-frozen",
            Self::PowerLost => "power-lost",
        }
    }

    /// Whether there is no quorum meanwhile.
    pub(super) fn ends_quorum(self) -> bool {
        matches!(self, Self::QuorumKilled | Self::QuorumFrozen)
    }

    /// Whether it needs a network that can lose packets.
    pub(crate) fn parts(self) -> bool {
        matches!(self, Self::Partition | Self::PartitionOneWay)
    }

    fn takes_server(self) -> bool {
        matches!(self, Self::ServerKilled | Self::ServerFrozen | Self::SiteLost)
    }
}

/// One failure, on this cluster and this installation.
struct Course<'a> {
    cluster: &'a Cluster,
    installation: &'a mut Installation,
    failure: Failure,
    worker: usize,
}

/// Breaks something under load, mends it, waits until all is well, and counts.
pub(crate) fn run(
    cluster: &Cluster,
    installation: &mut Installation,
    failure: Failure,
    pace: &Pace,
) -> Figures {
    let clock = SystemClock::new();
    if failure == Failure::PowerLost {
        cluster.power(Datacenter::One.nodes());
        cluster.wait_until_whole(PATIENCE);
    }
    installation.wait_ready();
    let routing_keys = [installation.context().routing_key.clone()];
    let began = clock.now();
    let name = format!("{}-{}", failure.name(), began.as_millis());
    let load = Fronts::start(installation.addresses(), &routing_keys, &name, pace);
    std::thread::sleep(pace.before);
    let worker = installation.worker();
    let mut course = Course { cluster, installation, failure, worker };
    let broken = clock.now();
    course.break_it();
    let asleep = failure == Failure::ServerFrozen;
    std::thread::sleep(if asleep { pace.asleep } else { pace.during });
    let mended = course.mend_it(&load, &clock);
    std::thread::sleep(pace.after);
    let stopped = clock.now();
    let sent = load.finish();
    cluster.start_nodes(&NODES.collect::<Vec<_>>());
    cluster.wait_until_whole(PATIENCE);
    let lost = failure.takes_server().then_some(worker);
    Figures::count(course.installation, failure, &sent, lost, &Times { began, broken, mended, stopped })
}

impl Course<'_> {
    /// The datacenter that the working server prefers, or the next one.
    fn datacenter(&self, next: usize) -> Datacenter {
        DATACENTERS[(self.worker + next) % DATACENTERS.len()]
    }

    fn server(&mut self) -> &mut crate::rig::Rig {
        &mut self.installation.servers[self.worker]
    }

    fn break_it(&mut self) {
        let cluster = self.cluster;
        match self.failure {
            Failure::NodeKilled => cluster.kill(&[2]),
            Failure::DatacenterKilled => cluster.kill(Datacenter::Two.nodes()),
            Failure::DatacenterFrozen => cluster.freeze(self.datacenter(1).nodes()),
            Failure::PreferredFrozen => cluster.freeze(self.datacenter(0).nodes()),
            Failure::ServerKilled => self.server().kill9(),
            Failure::ServerFrozen => self.server().signal(rustix::process::Signal::STOP),
            Failure::SiteLost => {
                cluster.kill(self.datacenter(0).nodes());
                self.server().kill9();
            }
            Failure::Partition => cluster.part(&Datacenter::One.members(), &Datacenter::Two.members()),
            Failure::PartitionOneWay => cluster.lose(&Datacenter::One.members(), &Datacenter::Two.members()),
            Failure::QuorumKilled => cluster.kill(&QUORUM),
            Failure::QuorumFrozen => cluster.freeze(&QUORUM),
            Failure::PowerLost => cluster.cut_power(Datacenter::One.nodes(), Unsynced::Lost),
        }
    }

    /// Mends it; when it was. A node that must start needs a while after that, but where its absence is what fails.
    fn mend_it(&mut self, load: &Fronts, clock: &SystemClock) -> Timestamp {
        let cluster = self.cluster;
        let all: Vec<u8> = NODES.collect();
        match self.failure {
            Failure::ServerFrozen => self.server().signal(rustix::process::Signal::CONT),
            Failure::DatacenterFrozen | Failure::PreferredFrozen => cluster.thaw(&all),
            Failure::Partition | Failure::PartitionOneWay => cluster.heal(),
            Failure::NodeKilled | Failure::DatacenterKilled | Failure::PowerLost => cluster.begin(&all),
            Failure::ServerKilled | Failure::SiteLost => {
                cluster.begin(&all);
                self.server().up();
                load.redirect(self.installation.addresses());
            }
            Failure::QuorumKilled | Failure::QuorumFrozen => {
                cluster.thaw(&all);
                cluster.begin(&all);
                let write = "INSERT INTO pd_cluster.health (id, at) VALUES (1, now())";
                let limit = Duration::from_millis(500);
                let back = poll(PATIENCE, || {
                    cql::execute(cluster.address(1), write, Consistency::Quorum, limit).is_ok()
                });
                assert!(back, "there is no quorum again");
            }
        }
        clock.now()
    }
}
