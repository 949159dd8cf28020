//! The driver's session, set up as a store needs it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use scylla::client::PoolSize;
use scylla::client::execution_profile::ExecutionProfile;
use scylla::client::session::Session;
use scylla::client::session_builder::SessionBuilder;
use scylla::frame::types::{Consistency, SerialConsistency};
use scylla::policies::retry::FallthroughRetryPolicy;

use super::error::OpenError;
use super::route::order;
use crate::config::{Cassandra, CassandraUrl};

/// What every statement is asked at: a majority of all replicas, wherever they are.
pub(super) const CONSISTENCY: Consistency = Consistency::Quorum;
/// What every conditional statement is decided at: by the replicas of all datacenters.
pub(super) const SERIAL: SerialConsistency = SerialConsistency::Serial;

/// How long an answer may take.
pub(super) const REQUEST_MAX: Duration = Duration::from_secs(3);
/// After so much silence a node is asked whether it is there,
const KEEPALIVE_EVERY: Duration = Duration::from_secs(1);
/// and has so long to say so. After that its connections are closed, and others are asked.
const KEEPALIVE_MAX: Duration = Duration::from_secs(2);
/// After so long a node that is silent is known to be.
pub(super) const SILENCE_MAX: Duration = KEEPALIVE_EVERY.saturating_add(KEEPALIVE_MAX);
const CONNECTING_MAX: Duration = Duration::from_secs(3);
/// Connections to each node: one beside another that carries a large body.
const CONNECTIONS: std::num::NonZeroUsize = std::num::NonZeroUsize::new(2).expect("two is not zero");

/// Where a store is and how it is reached.
#[derive(Clone, Debug)]
pub struct Access {
    /// Contact points, keyspace, preferred datacenter.
    pub url: CassandraUrl,
    /// Credentials, TLS, what the nodes must do.
    pub cassandra: Cassandra,
}

/// Connects to the cluster, whether or not it has the keyspace.
///
/// # Errors
/// If a file cannot be used, or no contact point can.
pub async fn connect(access: &Access) -> Result<Session, OpenError> {
    let url = &access.url;
    let known = url.hosts.iter().map(|(host, port)| match host.contains(':') {
        true => format!("[{host}]:{port}"),
        false => format!("{host}:{port}"),
    });
    let mut builder = SessionBuilder::new()
        .known_nodes(known)
        .default_execution_profile_handle(profile(url.datacenter.as_deref()).into_handle())
        .pool_size(PoolSize::PerHost(CONNECTIONS))
        .connection_timeout(CONNECTING_MAX)
        .keepalive_interval(KEEPALIVE_EVERY)
        .keepalive_timeout(KEEPALIVE_MAX)
        .tcp_nodelay(true)
        .fetch_full_schema_metadata(false)
        .tls_context(tls(&access.cassandra)?);
    if let Some((user, file)) = &access.cassandra.login {
        let password = std::fs::read_to_string(file).map_err(|error| wrong(file, error))?;
        builder = builder.user(user, password.trim());
    }
    builder
        .build()
        .await
        .map_err(|error| OpenError::Unreachable { store: url.to_string(), reason: error.to_string() })
}

/// The driver repeats nothing and hedges nothing: there is one layer that does, and it has a budget.
fn profile(datacenter: Option<&str>) -> ExecutionProfile {
    ExecutionProfile::builder()
        .consistency(CONSISTENCY)
        .serial_consistency(Some(SERIAL))
        .request_timeout(Some(REQUEST_MAX))
        .load_balancing_policy(order(datacenter))
        .retry_policy(Arc::new(FallthroughRetryPolicy::new()))
        .speculative_execution_policy(None)
        .build()
}

fn tls(cassandra: &Cassandra) -> Result<Option<Arc<rustls::ClientConfig>>, OpenError> {
    let Some(ca) = &cassandra.ca else { return Ok(None) };
    let mut roots = rustls::RootCertStore::empty();
    for certificate in certificates(ca)? {
        roots.add(certificate).map_err(|error| wrong(ca, error))?;
    }
    let config = rustls::ClientConfig::builder().with_root_certificates(roots);
    let config = match &cassandra.identity {
        None => config.with_no_client_auth(),
        Some((cert, key)) => {
            let chain = certificates(cert)?;
            let private = PrivateKeyDer::from_pem_file(key).map_err(|error| wrong(key, error))?;
            config.with_client_auth_cert(chain, private).map_err(|error| wrong(cert, error))?
        }
    };
    Ok(Some(Arc::new(config)))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, OpenError> {
    let found = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match found.map_err(|error| wrong(path, error))? {
        none if none.is_empty() => Err(wrong(path, "there is no certificate in it")),
        some => Ok(some),
    }
}

fn wrong(path: &Path, reason: impl ToString) -> OpenError {
    OpenError::File { path: path.to_owned(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_datacenter_decides_alone_and_the_driver_repeats_nothing() {
        for datacenter in [None, Some("dc1")] {
            let profile = profile(datacenter);
            assert_eq!(profile.get_consistency(), Consistency::Quorum);
            assert_eq!(profile.get_serial_consistency(), Some(SerialConsistency::Serial));
            assert_eq!(profile.get_request_timeout(), Some(REQUEST_MAX));
            assert!(profile.get_speculative_execution_policy().is_none());
            assert!(format!("{:?}", profile.get_retry_policy()).contains("Fallthrough"));
            let order = format!("{:?}", profile.get_load_balancing_policy());
            assert!(datacenter.is_none() || order.contains("permit_dc_failover: true"), "{order}");
        }
    }
}
