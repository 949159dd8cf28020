//! A look at a cluster that judges nothing: for whoever wants to know all that is wrong, not only the first.

use std::sync::Arc;

use super::error::OpenError;
use super::node::{Report, Risk};
use super::open::{check_schema, look, risks};
use super::session::{Access, connect};
use crate::clock::Clock;

/// What was found.
#[derive(Debug)]
pub struct Examined {
    /// What the nodes say.
    pub report: Arc<Report>,
    /// Why the keyspace and its tables are not as they should be; `None`: they are.
    pub schema: Option<OpenError>,
    /// The addresses of nodes that must not be relied on, each with the worst reason.
    pub risks: Vec<(String, Risk)>,
}

/// Looks at the cluster.
///
/// # Errors
/// If it cannot be reached.
pub async fn examine(access: &Access, clock: &dyn Clock) -> Result<Examined, OpenError> {
    let session = connect(access).await?;
    let schema = check_schema(&session, &access.url.to_string(), &access.url.keyspace).await.err();
    let report = look(&session, clock, &access.url.keyspace).await;
    let risks = risks(&report, access.cassandra.commitlog_sync);
    let risks = risks.map(|(node, risk)| (node.address.clone(), risk)).collect();
    Ok(Examined { report: Arc::new(report), schema, risks })
}
