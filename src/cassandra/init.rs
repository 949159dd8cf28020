//! Makes the keyspace and its tables.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use scylla::client::session::Session;
use scylla::statement::Statement;

use super::schema::{TABLES, Table};
use super::session::CONSISTENCY;

/// Replicas in all, where the default may choose.
const REPLICAS: usize = 5;
/// A change of the schema travels to every node.
const CHANGE_MAX: Duration = Duration::from_secs(60);

/// How many replicas each datacenter holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replication(pub BTreeMap<String, usize>);

impl Replication {
    /// Five replicas, or as many as there are nodes if they are fewer (three of four: the fourth would not let one more
    /// be lost), dealt to the datacenters in order of name, one by one: 2 + 2 + 1 over three of them.
    pub fn default_for(nodes: &BTreeMap<String, usize>) -> Self {
        let all: usize = nodes.values().sum();
        let wanted = match all {
            4 => 3,
            few => few.min(REPLICAS),
        };
        let mut dealt: BTreeMap<String, usize> = BTreeMap::new();
        let mut left = wanted;
        while left > 0 {
            for (name, nodes) in nodes {
                let held = dealt.entry(name.clone()).or_default();
                if left > 0 && *held < *nodes {
                    *held += 1;
                    left -= 1;
                }
            }
        }
        dealt.retain(|_, held| *held > 0);
        Self(dealt)
    }

    /// Replicas in all.
    pub fn total(&self) -> usize {
        self.0.values().sum()
    }

    /// How many of them must answer.
    pub fn quorum(&self) -> usize {
        self.total() / 2 + 1
    }

    fn cql(&self) -> String {
        let each = self.0.iter().map(|(name, count)| format!(", '{name}': {count}"));
        format!("{{'class': 'NetworkTopologyStrategy'{}}}", each.collect::<String>())
    }

    /// As the cluster lists it; `None` if it is not of this kind.
    pub(super) fn listed(options: &BTreeMap<String, String>) -> Option<Self> {
        let class = options.get("class")?;
        if !class.ends_with("NetworkTopologyStrategy") {
            return None;
        }
        let counts = options.iter().filter(|(name, _)| *name != "class");
        counts.map(|(name, count)| Some((name.clone(), count.parse().ok()?))).collect::<Option<_>>().map(Self)
    }
}

impl FromStr for Replication {
    type Err = String;

    /// From `dc1=2,dc2=2,dc3=1`.
    fn from_str(text: &str) -> Result<Self, String> {
        const EXPECTED: &str = "expected datacenters with their replicas, such as dc1=2,dc2=2,dc3=1";
        let mut counts = BTreeMap::new();
        for part in text.split(',') {
            let (name, count) = part.split_once('=').ok_or(EXPECTED)?;
            let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            let count: usize = count.parse().map_err(|_| EXPECTED)?;
            if name.is_empty() || !name.chars().all(is_name) || count == 0 {
                return Err(EXPECTED.to_owned());
            }
            if counts.insert(name.to_owned(), count).is_some() {
                return Err(format!("the datacenter `{name}` is named twice"));
            }
        }
        Ok(Self(counts))
    }
}

impl fmt::Display for Replication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each: Vec<String> = self.0.iter().map(|(name, count)| format!("{name} {count}")).collect();
        f.write_str(&each.join(", "))
    }
}

/// Why the keyspace was not made.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// There is one with other replication.
    #[error("the keyspace `{keyspace}` exists with other replication ({present}): it is left alone")]
    OtherReplication {
        /// Its name.
        keyspace: String,
        /// What it has.
        present: String,
    },
    /// There is a table that is not ours, or is another release's.
    #[error("the keyspace `{keyspace}` exists and {difference}: it is left alone")]
    OtherTables {
        /// Its name.
        keyspace: String,
        /// What differs.
        difference: String,
    },
    /// A datacenter that is not there, or has fewer nodes than replicas.
    #[error("{count} replicas in `{datacenter}`, which has {nodes} nodes")]
    TooFewNodes {
        /// Its name.
        datacenter: String,
        /// Replicas that it would hold.
        count: usize,
        /// Nodes that it has.
        nodes: usize,
    },
    /// The cluster did not do it.
    #[error("cannot make the keyspace: {0}")]
    Failed(String),
}

fn failed(error: impl ToString) -> InitError {
    InitError::Failed(error.to_string())
}

/// How many nodes each datacenter has.
pub(super) fn nodes(session: &Session) -> BTreeMap<String, usize> {
    let mut nodes = BTreeMap::new();
    for node in session.get_cluster_state().get_nodes_info() {
        *nodes.entry(node.datacenter.clone().unwrap_or_default()).or_default() += 1;
    }
    nodes
}

/// The default replication over the nodes of this cluster, whether they are up or not.
pub fn discover(session: &Session) -> Replication {
    Replication::default_for(&nodes(session))
}

/// What was not there before.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Made {
    /// The keyspace itself.
    pub keyspace: bool,
    /// Its tables, by name.
    pub tables: Vec<&'static str>,
}

/// Makes the keyspace and its tables; what is there already stays as it is, and is made whole if an earlier call was cut
/// off. Says what was made.
///
/// # Errors
/// If there is one that differs, which is not touched; or if the cluster does not do it.
pub async fn init(session: &Session, keyspace: &str, replication: &Replication) -> Result<Made, InitError> {
    let mut made = Made::default();
    let nodes = nodes(session);
    for (datacenter, count) in &replication.0 {
        let nodes = nodes.get(datacenter).copied().unwrap_or_default();
        if *count > nodes {
            return Err(InitError::TooFewNodes { datacenter: datacenter.clone(), count: *count, nodes });
        }
    }
    match replication_of(session, keyspace).await.map_err(failed)? {
        None => {
            let cql =
                format!("CREATE KEYSPACE IF NOT EXISTS {keyspace} WITH replication = {}", replication.cql());
            change(session, &cql).await?;
            made.keyspace = true;
        }
        Some(present) if Replication::listed(&present).as_ref() == Some(replication) => {}
        Some(present) => {
            let present = present.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>();
            let (keyspace, present) = (keyspace.to_owned(), present.join(", "));
            return Err(InitError::OtherReplication { keyspace, present });
        }
    }
    let present = tables_of(session, keyspace).await.map_err(failed)?;
    if let Some(difference) = foreign(&present).or_else(|| altered(&present)) {
        return Err(InitError::OtherTables { keyspace: keyspace.to_owned(), difference });
    }
    for table in TABLES.iter().filter(|table| !present.contains_key(table.name)) {
        change(session, &table.create(keyspace)).await?;
        made.tables.push(table.name);
    }
    session.await_schema_agreement().await.map_err(failed)?;
    Ok(made)
}

async fn change(session: &Session, cql: &str) -> Result<(), InitError> {
    let mut statement = Statement::new(cql);
    statement.set_consistency(CONSISTENCY);
    statement.set_request_timeout(Some(CHANGE_MAX));
    session.query_unpaged(statement, ()).await.map(drop).map_err(failed)
}

/// A keyspace's replication as it is listed; `None` without such a keyspace.
pub(super) async fn replication_of(
    session: &Session,
    keyspace: &str,
) -> Result<Option<BTreeMap<String, String>>, Box<dyn std::error::Error + Send + Sync>> {
    let cql = "SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = ?";
    let statement = super::statement::prepare(session, cql).await?;
    let rows = session.execute_unpaged(&statement, (keyspace,)).await?.into_rows_result()?;
    Ok(rows.maybe_first_row::<(BTreeMap<String, String>,)>()?.map(|(options,)| options))
}

/// Columns by table, as [`Table::listed`].
pub(super) type Present = BTreeMap<String, Vec<(String, String, String)>>;

/// The tables of a keyspace.
pub(super) async fn tables_of(
    session: &Session,
    keyspace: &str,
) -> Result<Present, Box<dyn std::error::Error + Send + Sync>> {
    let cql = "SELECT table_name, column_name, kind, type FROM system_schema.columns WHERE keyspace_name = ?";
    let statement = super::statement::prepare(session, cql).await?;
    let rows = session.execute_unpaged(&statement, (keyspace,)).await?.into_rows_result()?;
    let mut tables = Present::new();
    for row in rows.rows::<(String, String, String, String)>()? {
        let (table, column, kind, of) = row?;
        tables.entry(table).or_default().push((column, kind, of));
    }
    tables.values_mut().for_each(|columns| columns.sort());
    Ok(tables)
}

fn foreign(present: &Present) -> Option<String> {
    let ours = |name: &String| TABLES.iter().any(|table| table.name == *name);
    present.keys().find(|name| !ours(name)).map(|name| format!("has a table `{name}` that is not of pd"))
}

/// A table of ours that is not as this release has it.
pub(super) fn altered(present: &Present) -> Option<String> {
    let differs = |table: &&Table| present.get(table.name).is_some_and(|columns| *columns != table.listed());
    TABLES.iter().find(differs).map(|table| format!("its table `{}` has other columns", table.name))
}

/// A table of ours that is not there.
pub(super) fn missing(present: &Present) -> Option<&'static str> {
    TABLES.iter().find(|table| !present.contains_key(table.name)).map(|table| table.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes(of: &[(&str, usize)]) -> BTreeMap<String, usize> {
        of.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
    }

    #[test]
    fn five_replicas_are_dealt_out() {
        for (cluster, expected) in [
            (&[("dc1", 2), ("dc2", 2), ("dc3", 1)][..], "dc1 2, dc2 2, dc3 1"),
            (&[("dc1", 9), ("dc2", 9), ("dc3", 9)], "dc1 2, dc2 2, dc3 1"),
            (&[("dc1", 3), ("dc2", 3)], "dc1 3, dc2 2"),
            (&[("dc1", 1), ("dc2", 4)], "dc1 1, dc2 4"),
            (&[("dc1", 7)], "dc1 5"),
            (&[("dc1", 4)], "dc1 3"),
            (&[("dc1", 2), ("dc2", 2)], "dc1 2, dc2 1"),
            (&[("dc1", 1), ("dc2", 1), ("dc3", 1)], "dc1 1, dc2 1, dc3 1"),
            (&[("dc1", 2)], "dc1 2"),
            (&[("dc1", 1)], "dc1 1"),
        ] {
            let replication = Replication::default_for(&nodes(cluster));
            assert_eq!(replication.to_string(), expected, "{cluster:?}");
        }
        let five = Replication::default_for(&nodes(&[("dc1", 2), ("dc2", 2), ("dc3", 1)]));
        assert_eq!((five.total(), five.quorum()), (5, 3));
        assert_eq!(five.cql(), "{'class': 'NetworkTopologyStrategy', 'dc1': 2, 'dc2': 2, 'dc3': 1}");
    }

    #[test]
    fn replication_is_read() {
        for (text, expected) in [
            ("dc1=2,dc2=2,dc3=1", Ok("dc1 2, dc2 2, dc3 1")),
            ("eu-west=3", Ok("eu-west 3")),
            ("", Err("expected")),
            ("dc1", Err("expected")),
            ("dc1=0", Err("expected")),
            ("dc1=2,", Err("expected")),
            ("dc'1=2", Err("expected")),
            ("dc1=2,dc1=1", Err("twice")),
        ] {
            match (text.parse::<Replication>(), expected) {
                (Ok(read), Ok(expected)) => assert_eq!(read.to_string(), expected),
                (Err(said), Err(expected)) => assert!(said.contains(expected), "{text}: {said}"),
                (read, _) => panic!("{text}: {read:?}"),
            }
        }
    }

    #[test]
    fn what_differs_is_named() {
        let mut present: Present =
            TABLES.iter().map(|table| (table.name.to_owned(), table.listed())).collect();
        assert_eq!((foreign(&present), altered(&present), missing(&present)), (None, None, None));
        present.remove("journal");
        assert_eq!(missing(&present), Some("journal"));
        present.insert("users".to_owned(), Vec::new());
        assert!(foreign(&present).is_some_and(|said| said.contains("`users`")));
        present.insert("archived".to_owned(), Vec::new());
        assert!(altered(&present).is_some_and(|said| said.contains("`archived`")));
    }
}
