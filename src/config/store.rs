//! Where things are kept: the stores of a server, their addresses, and how a cluster is reached.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::section::Section;
use super::server::{non_empty, path};

const CQL_PORT: u16 = 9042;

/// A store for each of the parts, so that related systems can have clusters of their own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stores {
    /// Door journals.
    pub doors: StoreUrl,
    /// The journal of incidents.
    pub incidents: StoreUrl,
    /// The journal of notifications.
    pub notify: StoreUrl,
    /// Closed incidents and event bodies.
    pub archive: StoreUrl,
    /// How every store that is a cluster is reached.
    pub cassandra: Cassandra,
}

/// Where a store is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StoreUrl {
    /// A SQLite file; a relative path starts at the data folder.
    Sqlite(PathBuf),
    /// A keyspace of a Cassandra cluster.
    Cassandra(CassandraUrl),
}

/// A keyspace of a cluster: `cassandra://host[:port],host,…/keyspace?dc=dc1`. It holds no credentials: it is printed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CassandraUrl {
    /// Contact points, names or addresses without brackets; never empty. The driver finds the other nodes.
    pub hosts: Vec<(String, u16)>,
    /// The keyspace.
    pub keyspace: String,
    /// The datacenter whose nodes are asked first. Without it, all nodes are alike.
    pub datacenter: Option<String>,
}

/// How a cluster is reached and what is asked of it: `[store.cassandra]`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cassandra {
    /// `username` and `password_file`: who asks. The password is the file's text without white space at its ends.
    pub login: Option<(String, PathBuf)>,
    /// `ca`, a PEM file: whom to believe. Its presence turns TLS on, and the nodes' certificates must name their
    /// addresses.
    pub ca: Option<PathBuf>,
    /// `cert` and `key`, PEM files: the certificate that is shown to the nodes.
    pub identity: Option<(PathBuf, PathBuf)>,
    /// `commitlog_sync`: what the nodes must do before they answer a write.
    pub commitlog_sync: CommitlogSync,
}

/// Which `commitlog_sync` the nodes may have.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum CommitlogSync {
    /// `"batch-or-group"`: a node answers when a write is on its disk. A quorum's word holds when the power fails.
    #[default]
    BatchOrGroup,
    /// `"any"`: also `periodic`, Cassandra's default, which answers up to ten seconds earlier. What was accepted in that
    /// time is lost if a quorum of nodes loses power together.
    Any,
}

pub(super) fn stores(section: &mut Section<'_, '_>) -> Stores {
    let default = section.text("default", str::parse).unwrap_or(StoreUrl::Sqlite(PathBuf::from("pd.db")));
    let doors = section.text("doors", str::parse).unwrap_or_else(|| default.beside("doors"));
    let mut of = |key| section.text(key, str::parse).unwrap_or_else(|| default.clone());
    let (incidents, notify, archive) = (of("incidents"), of("notify"), of("archive"));
    let cassandra = cassandra(&mut section.section("cassandra"));
    section.finish();
    Stores { doors, incidents, notify, archive, cassandra }
}

fn cassandra(section: &mut Section<'_, '_>) -> Cassandra {
    let username = section.text("username", non_empty);
    let password = section.text("password_file", path);
    let ca = section.text("ca", path);
    let (cert, key) = (section.text("cert", path), section.text("key", path));
    let commitlog_sync = section.text("commitlog_sync", str::parse).unwrap_or_default();
    section.finish();
    for (one, other) in [("username", "password_file"), ("cert", "key")] {
        if section.has(one) != section.has(other) {
            let present = if section.has(one) { one } else { other };
            let message = format!("`{one}` and `{other}` go together");
            section.complain(present, message, "expected both, or neither");
        }
    }
    if section.has("cert") && !section.has("ca") {
        let hint = "expected `ca`, the PEM file of the authority that signed the nodes' certificates";
        section.complain("cert", "`cert` is of no use without `ca`", hint);
    }
    Cassandra { login: username.zip(password), ca, identity: cert.zip(key), commitlog_sync }
}

impl Stores {
    /// Those of a configuration that names only the default, and how clusters are reached.
    pub fn of(default: StoreUrl, cassandra: Cassandra) -> Self {
        let (doors, incidents, notify) = (default.beside("doors"), default.clone(), default.clone());
        Self { doors, incidents, notify, archive: default, cassandra }
    }

    /// The journals' stores, each with what it is for.
    pub fn journals(&self) -> [(&'static str, &StoreUrl); 3] {
        [("doors", &self.doors), ("incidents", &self.incidents), ("notify", &self.notify)]
    }

    /// All stores, each with what it is for.
    pub fn all(&self) -> [(&'static str, &StoreUrl); 4] {
        let [doors, incidents, notify] = self.journals();
        [doors, incidents, notify, ("archive", &self.archive)]
    }
}

impl StoreUrl {
    /// A store of its own for a part, beside this one: what is accepted need not wait for what the stages write. A
    /// cluster takes them all side by side.
    fn beside(&self, part: &str) -> Self {
        match self {
            Self::Sqlite(path) => {
                let stem = path.file_stem().unwrap_or_default().to_string_lossy();
                Self::Sqlite(path.with_file_name(format!("{stem}-{part}.db")))
            }
            Self::Cassandra(url) => Self::Cassandra(url.clone()),
        }
    }
}

impl FromStr for StoreUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("sqlite:").filter(|path| !path.is_empty()) {
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        match text.strip_prefix("cassandra://") {
            Some(rest) => cassandra_url(rest).map(Self::Cassandra),
            None => Err("expected \"sqlite:PATH\", where a relative path starts at the data folder, or \
                         \"cassandra://HOST,HOST/KEYSPACE?dc=DATACENTER\""
                .to_owned()),
        }
    }
}

fn cassandra_url(rest: &str) -> Result<CassandraUrl, String> {
    const EXPECTED: &str = "expected \"cassandra://HOST[:PORT],HOST/KEYSPACE?dc=DATACENTER\"";
    if rest.contains('@') {
        return Err(
            "the store's user and password go into `username` and `password_file` of [store.cassandra], \
                    never into its address"
                .to_owned(),
        );
    }
    let (hosts, path) = rest.split_once('/').ok_or(EXPECTED)?;
    let (keyspace, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    let hosts = hosts.split(',').map(host).collect::<Option<Vec<_>>>().ok_or(EXPECTED)?;
    let valid = keyspace.starts_with(|c: char| c.is_ascii_lowercase())
        && keyspace.len() <= 48
        && keyspace.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !valid {
        return Err(
            "expected a keyspace after the slash: 1 to 48 of a-z, 0-9 and `_`, a letter first".to_owned()
        );
    }
    let datacenter = match query {
        None => None,
        Some(query) => Some(query.strip_prefix("dc=").filter(|name| is_datacenter(name)).ok_or(
            "after the question mark, expected only `dc=` and the name of a datacenter as the nodes know it",
        )?),
    };
    Ok(CassandraUrl { hosts, keyspace: keyspace.to_owned(), datacenter: datacenter.map(str::to_owned) })
}

fn is_datacenter(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

fn host(text: &str) -> Option<(String, u16)> {
    let (name, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']')?;
            address.parse::<std::net::Ipv6Addr>().ok()?;
            (address, if port.is_empty() { None } else { Some(port.strip_prefix(':')?) })
        }
        None => text.split_once(':').map_or((text, None), |(name, port)| (name, Some(port))),
    };
    let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':');
    if name.is_empty() || !name.chars().all(valid) {
        return None;
    }
    let port = port.map_or(Some(CQL_PORT), |port| port.parse().ok().filter(|port| *port > 0))?;
    Some((name.to_owned(), port))
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Cassandra(url) => url.fmt(f),
        }
    }
}

impl fmt::Display for CassandraUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cassandra://")?;
        for (n, (host, port)) in self.hosts.iter().enumerate() {
            let comma = if n > 0 { "," } else { "" };
            let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
            write!(f, "{comma}{host}")?;
            if *port != CQL_PORT {
                write!(f, ":{port}")?;
            }
        }
        write!(f, "/{}", self.keyspace)?;
        self.datacenter.as_ref().map_or(Ok(()), |name| write!(f, "?dc={name}"))
    }
}

impl FromStr for CommitlogSync {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "batch-or-group" => Ok(Self::BatchOrGroup),
            "any" => Ok(Self::Any),
            _ => Err("expected \"batch-or-group\", or \"any\" to trust nodes that answer before a write is on their \
                      disks"
                .to_owned()),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_stores() {
        for (text, printed) in [
            ("sqlite:pd.db", None),
            ("cassandra://a/pd", None),
            ("cassandra://a,b:9043,10.0.0.1/pd?dc=dc1", None),
            ("cassandra://[::1],[::2]:9043/pd_2?dc=eu-west", None),
            ("cassandra://a:9042/pd", Some("cassandra://a/pd")),
        ] {
            assert_eq!(text.parse::<StoreUrl>().unwrap().to_string(), printed.unwrap_or(text));
        }
        for (text, hint) in [
            ("sqlite:", "sqlite:PATH"),
            ("postgres://a/pd", "cassandra://HOST"),
            ("cassandra://pd:secret@a/pd", "password_file"),
            ("cassandra://a", "KEYSPACE"),
            ("cassandra://a,/pd", "HOST"),
            ("cassandra://a:0/pd", "PORT"),
            ("cassandra://::1/pd", "HOST"),
            ("cassandra://a/", "keyspace"),
            ("cassandra://a/Pd", "keyspace"),
            ("cassandra://a/pd?dc=", "dc="),
            ("cassandra://a/pd?rack=1", "dc="),
            ("cassandra://a/pd?dc=a&dc=b", "dc="),
        ] {
            let said = text.parse::<StoreUrl>().unwrap_err();
            assert!(said.contains(hint), "{text}: {said}");
        }
    }

    #[test]
    fn a_cluster_takes_every_part() {
        let url: StoreUrl = "cassandra://a/pd".parse().unwrap();
        assert_eq!(url.beside("doors"), url);
        assert_eq!(
            "sqlite:x/pd.db".parse::<StoreUrl>().unwrap().beside("doors").to_string(),
            "sqlite:x/pd-doors.db"
        );
    }
}
