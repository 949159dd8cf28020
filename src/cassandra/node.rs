//! What the nodes say about themselves, and which of them must not be relied on.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use scylla::client::session::Session;
use scylla::cluster::Node as Known;
use scylla::policies::load_balancing::{NodeIdentifier, SingleTargetLoadBalancingPolicy};
use scylla::serialize::row::SerializeRow;
use scylla::value::CqlTimestamp;

use super::init::Replication;
use super::statement::prepare;
use crate::clock::{Clock, within};
use crate::config::CommitlogSync;

/// How long one node may take to answer all questions.
const ASKING_MAX: Duration = Duration::from_secs(5);

/// A node, and what it said when it was asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    /// Where it is.
    pub address: String,
    /// Its datacenter.
    pub datacenter: String,
    /// What it said; `None`: it is not connected, or did not answer.
    pub said: Option<Said>,
}

/// What a node says about itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// Its release.
    pub version: String,
    /// Its `paxos_variant`; `v2` needs two round trips less.
    pub paxos: String,
    /// Its `commitlog_sync`.
    pub commitlog_sync: String,
    /// By how many milliseconds its clock is ahead of ours, to half of what the question took.
    pub ahead_ms: i64,
    /// How long the question for its clock took.
    pub took: Duration,
}

/// Why a node must not be relied on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Risk {
    /// Its release can bring deleted rows back by its conditional writes.
    TooOld {
        /// Which release.
        version: String,
    },
    /// It answers a write before it is on its disk.
    Periodic {
        /// Its `commitlog_sync`.
        commitlog_sync: String,
    },
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooOld { version } => write!(
                f,
                "Cassandra {version} is too old: expected 4.1.6 or later, or 5.0 or later; earlier ones can bring \
                 deleted rows back"
            ),
            Self::Periodic { commitlog_sync } => write!(
                f,
                "its commitlog_sync is `{commitlog_sync}`: it answers a write before that is on its disk; set it to \
                 `batch` or `group` in cassandra.yaml, or allow it by commitlog_sync = \"any\" in [store.cassandra]"
            ),
        }
    }
}

impl Said {
    /// Why this node must not be relied on; the worst reason.
    pub(super) fn risk(&self, allowed: CommitlogSync) -> Option<Risk> {
        if !recent(&self.version) {
            return Some(Risk::TooOld { version: self.version.clone() });
        }
        let synced = matches!(self.commitlog_sync.as_str(), "batch" | "group");
        (!synced && allowed == CommitlogSync::BatchOrGroup)
            .then(|| Risk::Periodic { commitlog_sync: self.commitlog_sync.clone() })
    }
}

fn recent(version: &str) -> bool {
    let mut numbers = version.split(['.', '-', '~']).map(|part| part.parse::<u32>().unwrap_or(0));
    let (major, minor, patch) = (numbers.next(), numbers.next(), numbers.next());
    (major, minor, patch) >= (Some(4), Some(1), Some(6))
}

/// The cluster at one moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// Its nodes, in order of datacenter and address.
    pub nodes: Vec<Node>,
    /// How many replicas each datacenter holds; `None` if the keyspace is replicated in another way.
    pub replication: Option<Replication>,
    /// Whether all nodes that answer have the same schema.
    pub schema_agrees: bool,
}

impl Report {
    /// How many nodes, whichever they are, may still be lost before the store stands still; negative: it does. `None` if
    /// the replication is not known.
    pub fn margin(&self) -> Option<i64> {
        let replication = self.replication.as_ref()?;
        let mut down: BTreeMap<&str, usize> = BTreeMap::new();
        for node in self.nodes.iter().filter(|node| node.said.is_none()) {
            *down.entry(node.datacenter.as_str()).or_default() += 1;
        }
        let lost: usize = replication
            .0
            .iter()
            .map(|(name, held)| down.get(name.as_str()).map_or(0, |down| *down.min(held)))
            .sum();
        let number = |of: usize| i64::try_from(of).unwrap_or(i64::MAX);
        Some(number(replication.total()) - number(lost) - number(replication.quorum()))
    }

    /// The same cluster as it looks to somebody who hears nothing from this datacenter.
    pub fn without(&self, datacenter: &str) -> Self {
        let mut report = self.clone();
        for node in report.nodes.iter_mut().filter(|node| node.datacenter == datacenter) {
            node.said = None;
        }
        report
    }

    /// By how many milliseconds the median of the nodes' clocks is ahead of ours; `None` if none answers.
    pub fn ahead_ms(&self) -> Option<i64> {
        let mut ahead: Vec<i64> = self.clocks().collect();
        ahead.sort_unstable();
        ahead.get(ahead.len().checked_sub(1)? / 2).copied()
    }

    /// By how many milliseconds the nodes' clocks differ among themselves at most.
    pub fn skew_ms(&self) -> Option<i64> {
        Some(self.clocks().max()? - self.clocks().min()?)
    }

    fn clocks(&self) -> impl Iterator<Item = i64> {
        self.nodes.iter().filter_map(|node| node.said.as_ref()).map(|said| said.ahead_ms)
    }
}

/// Asks every node that is connected.
pub(super) async fn ask_all(session: &Session, clock: &dyn Clock) -> Vec<Node> {
    let known = session.get_cluster_state();
    let mut nodes = join_all(known.get_nodes_info().iter().map(|node| async move {
        let said = match node.is_connected() {
            true => within(clock, ASKING_MAX, ask(session, node, clock)).await.and_then(Result::ok),
            false => None,
        };
        let datacenter = node.datacenter.clone().unwrap_or_default();
        Node { address: node.address.to_string(), datacenter, said }
    }))
    .await;
    nodes.sort_by(|a, b| (&a.datacenter, &a.address).cmp(&(&b.datacenter, &b.address)));
    nodes
}

type Whatever = Box<dyn std::error::Error + Send + Sync>;

async fn ask(session: &Session, node: &Arc<Known>, clock: &dyn Clock) -> Result<Said, Whatever> {
    let local = "SELECT release_version FROM system.local WHERE key = 'local'";
    let (version,) = one::<(String,)>(session, node, local, ()).await?;
    let setting = "SELECT value FROM system_views.settings WHERE name = ?";
    let (commitlog_sync,) = one::<(String,)>(session, node, setting, ("commitlog_sync",)).await?;
    let (paxos,) = one::<(String,)>(session, node, setting, ("paxos_variant",)).await?;
    let now = "SELECT toTimestamp(now()) FROM system.local WHERE key = 'local'";
    // Once before, so that preparing is not measured.
    one::<(CqlTimestamp,)>(session, node, now, ()).await?;
    let (before, at) = (clock.monotonic(), clock.now());
    let (theirs,) = one::<(CqlTimestamp,)>(session, node, now, ()).await?;
    let took = clock.monotonic().saturating_sub(before);
    let ahead_ms = theirs.0 - at.plus(took / 2).as_millis();
    Ok(Said { version, paxos, commitlog_sync, ahead_ms, took })
}

async fn one<R>(
    session: &Session,
    node: &Arc<Known>,
    cql: &str,
    values: impl SerializeRow,
) -> Result<R, Whatever>
where
    R: for<'a> scylla::deserialize::row::DeserializeRow<'a, 'a>,
{
    let mut statement = prepare(session, cql).await?;
    let target = SingleTargetLoadBalancingPolicy::new(NodeIdentifier::Node(Arc::clone(node)), None);
    statement.set_load_balancing_policy(Some(target));
    Ok(session.execute_unpaged(&statement, values).await?.into_rows_result()?.single_row::<R>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(version: &str, commitlog_sync: &str, ahead_ms: i64) -> Said {
        let text = str::to_owned;
        let (version, commitlog_sync) = (text(version), text(commitlog_sync));
        Said { version, paxos: text("v2"), commitlog_sync, ahead_ms, took: Duration::ZERO }
    }

    #[test]
    fn old_and_forgetful_nodes_are_refused() {
        for (version, sync, allowed, refused) in [
            ("5.0.6", "batch", CommitlogSync::BatchOrGroup, ""),
            ("4.1.6", "group", CommitlogSync::BatchOrGroup, ""),
            ("5.0-beta1", "group", CommitlogSync::BatchOrGroup, ""),
            ("4.1.5", "batch", CommitlogSync::Any, "4.1.6"),
            ("4.1", "batch", CommitlogSync::Any, "4.1.6"),
            ("3.11.19", "batch", CommitlogSync::BatchOrGroup, "too old"),
            ("5.0.6", "periodic", CommitlogSync::BatchOrGroup, "`periodic`"),
            ("5.0.6", "periodic", CommitlogSync::Any, ""),
        ] {
            let risk = said(version, sync, 0).risk(allowed).map(|risk| risk.to_string()).unwrap_or_default();
            assert_eq!(risk.is_empty(), refused.is_empty(), "{version} {sync}: {risk}");
            assert!(risk.contains(refused), "{risk}");
        }
    }

    #[test]
    fn the_margin_counts_the_worst_case() {
        let node = |datacenter: &str, ahead: Option<i64>| Node {
            address: "a".to_owned(),
            datacenter: datacenter.to_owned(),
            said: ahead.map(|ahead| said("5.0.6", "batch", ahead)),
        };
        let replication: BTreeMap<String, usize> =
            [("dc1", 2), ("dc2", 2), ("dc3", 1)].map(|(name, held)| (name.to_owned(), held)).into();
        let mut report = Report {
            nodes: vec![
                node("dc1", Some(5)),
                node("dc1", Some(-3)),
                node("dc2", Some(900)),
                node("dc2", None),
                node("dc3", Some(1)),
            ],
            replication: Some(Replication(replication)),
            schema_agrees: true,
        };
        assert_eq!((report.margin(), report.ahead_ms(), report.skew_ms()), (Some(1), Some(1), Some(903)));
        for at in [0, 1] {
            report.nodes[at].said = None;
        }
        assert_eq!(report.margin(), Some(-1));
        report.nodes.extend([node("dc4", None), node("dc4", None)]);
        assert_eq!(report.margin(), Some(-1), "a datacenter without replicas does not count");
    }
}
