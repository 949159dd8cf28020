//! Makes the keyspaces of an installation.

use serde::Serialize;

use super::Error;
use crate::cassandra::{self, Access, Replication, discover};
use crate::config::{StoreUrl, Stores};

/// What was done about one store.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Done {
    /// Its address.
    pub store: String,
    /// Whether the keyspace was made.
    pub keyspace: bool,
    /// The tables that were made; empty if all were there, and for a file.
    pub tables: Vec<String>,
    /// How many replicas each datacenter holds; `None` for a file, which is made when it is first served.
    pub replication: Option<String>,
}

/// Makes the keyspace and the tables of each store; what is there already stays. Without `replication`, five replicas are
/// dealt out to the datacenters that there are.
///
/// # Errors
/// Why it cannot. A keyspace that differs is left alone.
pub async fn init(stores: &Stores, replication: Option<&Replication>) -> Result<Vec<Done>, Error> {
    let mut done: Vec<Done> = Vec::new();
    for (_, url) in stores.all() {
        let store = url.to_string();
        if done.iter().any(|done| done.store == store) {
            continue;
        }
        let StoreUrl::Cassandra(of) = url else {
            done.push(Done { store, keyspace: false, tables: Vec::new(), replication: None });
            continue;
        };
        let access = Access { url: of.clone(), cassandra: stores.cassandra.clone() };
        let session = cassandra::connect(&access).await?;
        let replication = replication.cloned().unwrap_or_else(|| discover(&session));
        let made = cassandra::init(&session, &of.keyspace, &replication)
            .await
            .map_err(|reason| Error::Init { store: store.clone(), reason })?;
        let tables = made.tables.into_iter().map(str::to_owned).collect();
        let replication = Some(replication.to_string());
        done.push(Done { store, keyspace: made.keyspace, tables, replication });
    }
    Ok(done)
}
