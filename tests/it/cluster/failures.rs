//! Breaking a cluster: nodes that die, freeze or lose what was not synced, and networks that lose packets.

use std::sync::MutexGuard;
use std::time::Duration;

use super::cql::{self, Consistency};
use super::network::Member;
use super::node::Node;
use super::{Cluster, Datacenter, NODES, START, STATEMENT};
use crate::rig::poll;
use crate::rig::power::Unsynced;

/// How long a broken cluster may take until it is whole again.
const MEND: Duration = Duration::from_secs(300);

impl Cluster {
    /// Kills these nodes without warning. They have ended when this returns.
    pub(crate) fn kill(&self, nodes: &[u8]) {
        self.each(nodes, Node::kill);
    }

    /// Stops these nodes in the middle of whatever they do; their connections stay open, and nothing answers.
    pub(crate) fn freeze(&self, nodes: &[u8]) {
        self.each(nodes, |node| node.freeze());
    }

    /// Lets frozen nodes go on.
    pub(crate) fn thaw(&self, nodes: &[u8]) {
        self.each(nodes, |node| node.thaw());
    }

    /// Starts nodes that were killed, and waits until each of them serves clients.
    pub(crate) fn start_nodes(&self, nodes: &[u8]) {
        self.begin(nodes);
        for &number in nodes {
            let mut lives = true;
            let serves = poll(START, || {
                std::thread::sleep(Duration::from_millis(100));
                lives = self.lives(number);
                let address = self.address(number);
                !lives || cql::execute(address, "USE system", Consistency::One, STATEMENT).is_ok()
            });
            assert!(serves && lives, "node {number} did not come up\n{}", self.logs());
        }
    }

    /// Starts nodes that were killed, and waits for nothing.
    pub(crate) fn begin(&self, nodes: &[u8]) {
        self.each(nodes, |node| node.start(&self.supervisor));
    }

    /// Whether a node's process is there, frozen or not.
    pub(crate) fn lives(&self, node: u8) -> bool {
        self.nodes()[usize::from(node - 1)].lives()
    }

    /// Restarts these nodes with a power supply of their own, which [`cut_power`](Self::cut_power) needs. What is in their
    /// commit logs by then counts as synced. Slower: every sync also goes into an image of the disk.
    pub(crate) fn power(&self, nodes: &[u8]) {
        self.kill(nodes);
        self.each(nodes, Node::power);
        self.start_nodes(nodes);
    }

    /// Cuts the power of these nodes at once: they end, and the next start finds of their commit logs only what was
    /// synced, and perhaps some of the rest. Data files keep what was written to them.
    pub(crate) fn cut_power(&self, nodes: &[u8], unsynced: Unsynced) {
        // Frozen first, so that all of them end at the same moment.
        self.freeze(nodes);
        self.kill(nodes);
        self.each(nodes, |node| node.cut(unsynced));
    }

    /// Loses every packet from one of `from` to one of `to`, silently, and no other: the way back stays open.
    pub(crate) fn lose(&self, from: &[Member], to: &[Member]) {
        from.iter().for_each(|&from| self.network.set_lost(from, to, true));
    }

    /// Loses every packet between one of `these` and one of `those`.
    pub(crate) fn part(&self, these: &[Member], those: &[Member]) {
        self.lose(these, those);
        self.lose(those, these);
    }

    /// Whether packets can be lost here.
    pub(crate) fn can_part(&self) -> bool {
        self.network.can_part()
    }

    /// Loses nothing any more.
    pub(crate) fn heal(&self) {
        self.network.heal();
    }

    /// Whatever was done to it: makes it whole again, and waits until it is.
    ///
    /// # Panics
    /// When it does not become whole; shows what the nodes said last.
    pub(crate) fn mend(&self) {
        let all: Vec<u8> = NODES.collect();
        self.heal();
        self.thaw(&all);
        let powered: Vec<u8> =
            all.iter().copied().filter(|&node| self.nodes()[usize::from(node - 1)].powered()).collect();
        self.kill(&powered);
        self.each(&powered, Node::unplug);
        self.start_nodes(&all);
        self.wait_until_whole(MEND);
    }

    fn each(&self, nodes: &[u8], mut what: impl FnMut(&mut Node)) {
        let mut all = self.nodes();
        nodes.iter().for_each(|&number| what(&mut all[usize::from(number - 1)]));
    }

    fn nodes(&self) -> MutexGuard<'_, Vec<Node>> {
        self.nodes.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Datacenter {
    /// Its nodes and its place: what a partition between datacenters is about.
    pub(crate) fn members(self) -> Vec<Member> {
        self.nodes().iter().map(|&node| Member::Node(node)).chain([Member::Place(self)]).collect()
    }
}
