//! A cluster that asks who one is: a password, TLS, and a certificate that is shown.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use super::{Cluster, Member, Speed, cql, fetch, gate};
use crate::rig::{Rig, poll};

/// How long the node may take until it knows its first user.
const START: Duration = Duration::from_secs(300);
const STATEMENT: Duration = Duration::from_secs(10);
/// How long an incident may take to be there.
const SOON: Duration = Duration::from_secs(60);
const ADMIN: (&str, &str) = ("cassandra", "cassandra");

/// An authority, and what it signs.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut wanted = CertificateParams::default();
        wanted.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(wanted, KeyPair::generate().unwrap()).unwrap())
    }

    /// A certificate and its key, as PEM.
    fn sign(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let wanted = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (wanted.signed_by(&key, &self.0).unwrap().pem(), key.serialize_pem())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }
}

/// A configuration with these files of the folder `at`.
fn configuration(at: &Path, url: &str, user: &str, password: &str, ca: &str, shows: bool) -> String {
    let file = |name: &str| at.join(name).display().to_string();
    let shown = format!("cert = {:?}\nkey = {:?}\n", file("pd.pem"), file("pd.key"));
    format!(
        "[store]\ndefault = {url:?}\n[store.cassandra]\nusername = {user:?}\npassword_file = {:?}\nca = {:?}\n{}",
        file(password),
        file(ca),
        if shows { shown } else { String::new() }
    )
}

#[test]
fn pd_logs_in_and_shows_its_certificate() {
    if !gate::wanted() {
        return;
    }
    let tools = match fetch::tools() {
        Ok(tools) => tools,
        Err(text) => return gate::missing(&format!("logging in to a Cassandra node: {text}"), true),
    };
    let cluster = Cluster::prepare(&tools, Speed::Start);
    let node = cluster.network.address(Member::Node(1));
    let mut rig = Rig::prepare("");
    let home = rig.home().to_owned();
    let put = |name: &str, text: &str| fs::write(home.join(name), text).unwrap();
    let (authority, another) = (Authority::new(), Authority::new());
    let (certificate, key) = authority.sign(&node.to_string());
    put("node.pem", &format!("{key}{certificate}"));
    put("ca.pem", &authority.pem());
    put("another.pem", &another.pem());
    let (certificate, key) = authority.sign("pd");
    put("pd.pem", &certificate);
    put("pd.key", &key);
    put("password", "open sesame\n");
    put("admin", ADMIN.1);
    put("wrong", "let me in");
    cluster.nodes.lock().unwrap()[0].lock(&home.join("node.pem"), &home.join("ca.pem"));
    cluster.begin(&[1]);
    let execute = |statement: &str| cql::execute_as(node, ADMIN, statement, STATEMENT);
    let role = "CREATE ROLE IF NOT EXISTS pd WITH PASSWORD = 'open sesame' AND LOGIN = true";
    let mut said = String::new();
    let up = poll(START, || execute(role).map_err(|error| said = error.to_string()).is_ok());
    assert!(up, "{said}\n{}", cluster.logs());

    let url = format!("cassandra://{node}/secure?dc=dc1");
    let config = |name: &str, (user, password, ca, shows): (&str, &str, &str, bool)| {
        put(name, &configuration(&home, &url, user, password, ca, shows));
        home.join(name).display().to_string()
    };
    let admin = config("admin.toml", (ADMIN.0, "admin", "ca.pem", true));
    rig.ok(&["store", "init", "--config", &admin, "--replication", "dc1=1"]);
    let own = config("own.toml", ("pd", "password", "ca.pem", true));
    let refused = |config: &str| {
        let output = rig.pd(&["store", "check", "--config", config]);
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(!output.status.success(), "{said}");
        said
    };
    let said = refused(&own);
    assert!(said.contains("SELECT"), "{said}");
    for grant in [
        "GRANT SELECT ON KEYSPACE secure TO pd",
        "GRANT MODIFY ON KEYSPACE secure TO pd",
        "GRANT SELECT ON KEYSPACE system_views TO pd",
    ] {
        execute(grant).unwrap();
    }
    // A node looks up what somebody may do every two seconds.
    let mut said = String::new();
    let granted = poll(SOON, || {
        let output = rig.pd(&["store", "check", "--config", &own]);
        said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        output.status.success()
    });
    assert!(granted, "{said}");
    for (wrong, says) in [
        (("pd", "wrong", "ca.pem", true), "password"),
        (("pd", "password", "another.pem", true), "certificate"),
        (("pd", "password", "ca.pem", false), "certificate"),
    ] {
        let said = refused(&config("wrong.toml", wrong));
        assert!(said.to_lowercase().contains(says), "{wrong:?}: {said}");
    }

    rig.configure(&configuration(&home, &url, "pd", "password", "ca.pem", true));
    rig.up();
    let answer = rig.trigger("locked");
    assert_eq!(answer.status, 202, "{answer:?} {}", rig.said());
    rig.wait_until("the incident", SOON, || {
        !rig.list("/incidents?statuses[]=triggered", "incidents").is_empty()
    });
    assert_eq!(rig.term(), Some(0), "{}", rig.said());
}
