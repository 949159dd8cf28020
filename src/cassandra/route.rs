//! Where one attempt goes: the driver's order of nodes, those to be avoided moved to its end.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use scylla::cluster::{ClusterState, NodeRef};
use scylla::policies::load_balancing::{DefaultPolicy, FallbackPlan, LoadBalancingPolicy, RoutingInfo};
use scylla::routing::Shard;
use uuid::Uuid;

use super::session::SILENCE_MAX;

/// The driver's order: replicas first, the nodes of the preferred datacenter before all others, which follow.
pub(super) fn order(datacenter: Option<&str>) -> Arc<dyn LoadBalancingPolicy> {
    let policy = DefaultPolicy::builder().token_aware(true);
    match datacenter {
        Some(name) => policy.prefer_datacenter(name.to_owned()).permit_dc_failover(true).build(),
        None => policy.build(),
    }
}

/// A datacenter whose nodes are treated as gone.
#[derive(Debug)]
pub(super) struct Gone {
    pub(super) datacenter: String,
    /// Monotonic.
    pub(super) since: Duration,
}

impl Gone {
    /// Whether it would have been noticed by now: its nodes are not asked any more.
    pub(super) fn is_noticed(&self, now: Duration) -> bool {
        now.saturating_sub(self.since) >= SILENCE_MAX
    }
}

/// The route of one attempt of one statement.
#[derive(Debug)]
pub(crate) struct Route {
    order: Arc<dyn LoadBalancingPolicy>,
    /// Asked only when nobody else is left.
    avoid: Vec<Uuid>,
    /// Treated as gone, and when the attempt begins.
    gone: Option<(Arc<Gone>, Duration)>,
    first: Mutex<First>,
}

#[derive(Clone, Copy, Debug, Default)]
struct First {
    node: Option<Uuid>,
    /// It is treated as gone, and nobody has noticed yet.
    is_gone: bool,
}

impl Route {
    /// An attempt at `now`, by the monotonic clock.
    pub(super) fn new(
        order: Arc<dyn LoadBalancingPolicy>,
        avoid: Vec<Uuid>,
        gone: Option<Arc<Gone>>,
        now: Duration,
    ) -> Self {
        Self { order, avoid, gone: gone.map(|gone| (gone, now)), first: Mutex::default() }
    }

    /// The node that was asked first; `None` before.
    pub(super) fn node(&self) -> Option<Uuid> {
        self.first().node
    }

    /// The attempt went to a node that is treated as gone: it fails after so long, when that would be noticed.
    pub(super) fn silent_for(&self) -> Option<Duration> {
        let (gone, now) = self.gone.as_ref().filter(|_| self.first().is_gone)?;
        Some((gone.since + SILENCE_MAX).saturating_sub(*now))
    }

    fn first(&self) -> First {
        *self.first.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LoadBalancingPolicy for Route {
    fn pick<'a>(
        &'a self,
        _request: &'a RoutingInfo,
        _cluster: &'a ClusterState,
    ) -> Option<(NodeRef<'a>, Option<Shard>)> {
        // The plan below is the whole order.
        None
    }

    fn fallback<'a>(&'a self, request: &'a RoutingInfo, cluster: &'a ClusterState) -> FallbackPlan<'a> {
        let first = self.order.pick(request, cluster);
        let rest = self.order.fallback(request, cluster);
        let mut plan: Vec<_> =
            first.into_iter().chain(rest).filter(|(node, _)| node.is_connected()).collect();
        let is_gone =
            |node: &NodeRef<'_>, gone: &Gone| node.datacenter.as_deref() == Some(gone.datacenter.as_str());
        if let Some((gone, now)) = &self.gone
            && gone.is_noticed(*now)
        {
            plan.retain(|(node, _)| !is_gone(node, gone));
        }
        // Stable: the order stays within each part.
        plan.sort_by_key(|(node, _)| self.avoid.contains(&node.host_id));
        if let Some((node, _)) = plan.first() {
            let gone = self.gone.as_ref().is_some_and(|(gone, _)| is_gone(node, gone));
            let first = First { node: Some(node.host_id), is_gone: gone };
            *self.first.lock().unwrap_or_else(PoisonError::into_inner) = first;
            if gone {
                plan.clear();
            }
        }
        Box::new(plan.into_iter())
    }

    fn name(&self) -> String {
        "Route".to_owned()
    }
}
