//! Where one attempt goes: the driver's order of nodes, those to be avoided moved to its end.

use std::sync::{Arc, Mutex, PoisonError};

use scylla::cluster::{ClusterState, NodeRef};
use scylla::policies::load_balancing::{DefaultPolicy, FallbackPlan, LoadBalancingPolicy, RoutingInfo};
use scylla::routing::Shard;
use uuid::Uuid;

/// The driver's order: replicas first, the nodes of the preferred datacenter before all others, which follow.
pub(super) fn order(datacenter: Option<&str>) -> Arc<dyn LoadBalancingPolicy> {
    let policy = DefaultPolicy::builder().token_aware(true);
    match datacenter {
        Some(name) => policy.prefer_datacenter(name.to_owned()).permit_dc_failover(true).build(),
        None => policy.build(),
    }
}

/// The route of one attempt of one statement.
#[derive(Debug)]
pub(crate) struct Route {
    order: Arc<dyn LoadBalancingPolicy>,
    /// Asked only when nobody else is left.
    avoid: Vec<Uuid>,
    first: Mutex<Option<Uuid>>,
}

impl Route {
    pub(super) fn new(order: Arc<dyn LoadBalancingPolicy>, avoid: Vec<Uuid>) -> Self {
        Self { order, avoid, first: Mutex::new(None) }
    }

    /// The node that was asked first; `None` before.
    pub(super) fn node(&self) -> Option<Uuid> {
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
        // Stable: the order stays within each part.
        plan.sort_by_key(|(node, _)| self.avoid.contains(&node.host_id));
        if let Some((node, _)) = plan.first() {
            *self.first.lock().unwrap_or_else(PoisonError::into_inner) = Some(node.host_id);
        }
        Box::new(plan.into_iter())
    }

    fn name(&self) -> String {
        "Route".to_owned()
    }
}
