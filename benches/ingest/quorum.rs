//! The same on five Cassandra nodes: one server against plain inserts of the same bodies by the driver, what an event
//! costs in statements, what reads find of deleted rows, and what three servers do that have nothing to do.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use pd::clock::{Clock as _, SystemClock};
use pd::ids::{Ids as _, SystemIds};
use scylla::client::execution_profile::ExecutionProfile;
use scylla::client::session::Session;
use scylla::client::session_builder::SessionBuilder;
use scylla::policies::load_balancing::{DefaultPolicy, NodeIdentifier, SingleTargetLoadBalancingPolicy};
use scylla::statement::Consistency;
use scylla::statement::unprepared::Statement;
use scylla::value::{CqlValue, Row};
use tokio::runtime::Runtime;

use crate::cluster::{Cluster, Datacenter, Speed};
use crate::datacenter::{Installation, configuration};
use crate::load::{End, Load, Template};
use crate::{Options, PATIENCE, figure, load, millis, plan, server};

/// Between two events of a connection, at the lower of the two loads at which statements are counted.
const SLOW: Duration = Duration::from_secs(1);
/// How long each is done before it is measured.
const WARM: Duration = Duration::from_secs(40);
/// What three servers need to come to rest.
const REST: Duration = Duration::from_secs(20);

pub(crate) fn run(options: &Options) {
    let cluster = match Cluster::start(Speed::Work) {
        Ok(cluster) => cluster,
        Err(missing) => return figure("not run", missing),
    };
    let driver = Driver::connect(&cluster);
    let mut installation = Installation::start_with(&cluster, &[Datacenter::One], 0);
    warm_up(&driver, &installation, options);
    let before = driver.inserts(&installation, options.connections, options.seconds);
    let rates = pipeline(&driver, &installation, options);
    let alone = accepting_alone(&cluster, &mut installation, options);
    let after = driver.inserts(&installation, options.connections, options.seconds);
    tell("plain inserts at QUORUM", &before);
    tell("plain inserts at QUORUM, once more", &after);
    tell("pd, accepting alone", &alone);
    let plain = (before.rate() + after.rate()) / 2.0;
    figure("pd, accepting alone, of plain inserts (aim: above 2)", format!("{:.2}", alone.rate() / plain));
    for (name, rate) in rates {
        let name = format!("{name}, until all is done, of plain inserts (aim: above 1)");
        figure(&name, format!("{:.2}", rate / plain));
    }
    for (table, found) in driver.tombstones(&installation.keyspace) {
        figure(&format!("deleted rows that a read of `{table}` met, at most (aim: 0)"), found);
    }
    drop(installation);
    idle(&driver, &cluster, options.idle);
}

/// The nodes compile what they do often, for minutes: before that they are what is measured.
fn warm_up(driver: &Driver, installation: &Installation, options: &Options) {
    driver.inserts(installation, options.connections, WARM);
    let rig = &installation.servers[0];
    let plan = plan(options.connections, &rig.context().address, server::template(rig), End::After(WARM));
    load::run(&load::Plan { keys_from: Some(1 << 41), ..plan });
    server::wait_done(rig, PATIENCE);
}

/// The whole way of events, at two loads; how many a second, until all is done.
fn pipeline(driver: &Driver, installation: &Installation, options: &Options) -> Vec<(&'static str, f64)> {
    let mut rates = Vec::new();
    let rig = &installation.servers[0];
    let end = End::After(options.seconds);
    let full = plan(options.connections, &rig.context().address, server::template(rig), end);
    let slow = load::Plan { every: SLOW, keys_from: Some(1 << 40), ..full.clone() };
    let one_key = load::Plan { keys_from: None, ..full.clone() };
    let mut opened = server::opened(rig);
    for (name, plan) in [
        ("pd, an event a second and connection", &slow),
        ("pd, every event an incident and a webhook", &full),
        ("pd, one dedup key", &one_key),
    ] {
        let (statements, clock) = (driver.statements(), SystemClock::new());
        let load = load::run(plan);
        tell(name, &load);
        opened += if plan.keys_from.is_some() { load.accepted } else { 1 };
        let all = server::wait_opened(rig, opened, PATIENCE).and_then(|_| server::wait_done(rig, PATIENCE));
        let took = clock.monotonic();
        let statements = driver.statements() - statements;
        figure(&format!("{name}, statements an event"), format!("{:.2}", statements / load.accepted as f64));
        match all {
            Some(_) if plan.every.is_zero() => {
                let rate = load.accepted as f64 / took.as_secs_f64();
                figure(&format!("{name}, events a second until all is done"), format!("{rate:.0}"));
                rates.push((name, rate));
            }
            Some(_) => {}
            None => figure(&format!("{name}, until all is done"), "not in time"),
        }
    }
    rates
}

/// A server whose stages have no store.
fn accepting_alone(cluster: &Cluster, installation: &mut Installation, options: &Options) -> Load {
    let doors = cluster.url(&installation.keyspace, Datacenter::One);
    // Nobody listens there.
    let stores = format!("default = \"cassandra://127.0.0.1:1/nowhere\"\ndoors = \"{doors}\"");
    let configuration = configuration(Datacenter::One, &stores, &installation.mail);
    let rig = &mut installation.servers[0];
    rig.term();
    rig.configure(&configuration);
    rig.up();
    let end = End::After(options.seconds);
    load::run(&plan(options.connections, &rig.context().address, server::template(rig), end))
}

fn tell(name: &str, load: &Load) {
    figure(&format!("{name}, events a second"), format!("{:.0}", load.rate()));
    figure(&format!("{name}, p50"), millis(load.latency(0.5)));
    figure(&format!("{name}, p99"), millis(load.latency(0.99)));
    figure(&format!("{name}, refused"), load.refused);
}

/// What three servers ask of the nodes while nothing happens.
fn idle(driver: &Driver, cluster: &Cluster, time: Duration) {
    let installation = Installation::start(cluster);
    std::thread::sleep(REST);
    let keyspace = &installation.keyspace;
    let (entries, counts) = (driver.entries(keyspace), driver.asked(keyspace));
    std::thread::sleep(time);
    let now = driver.asked(keyspace);
    let name = format!("three servers, idle for {} s", time.as_secs());
    for (what, count) in now {
        let count = count - counts.get(&what).copied().unwrap_or_default();
        figure(&format!("{name}, {what} a second"), format!("{:.2}", count as f64 / time.as_secs_f64()));
    }
    figure(&format!("{name}, entries appended to journals (aim: 0)"), driver.entries(keyspace) - entries);
}

/// A session beside those of the servers, on the thread that asks.
struct Driver {
    runtime: Runtime,
    session: Arc<Session>,
}

impl Driver {
    fn connect(cluster: &Cluster) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let policy = DefaultPolicy::builder().prefer_datacenter(Datacenter::One.name().to_owned()).build();
        let profile = ExecutionProfile::builder()
            .consistency(Consistency::Quorum)
            .request_timeout(Some(Duration::from_secs(30)))
            .load_balancing_policy(policy)
            .build();
        let builder = SessionBuilder::new().known_nodes_addr(cluster.contact_points());
        let builder = builder.default_execution_profile_handle(profile.into_handle());
        let session = Arc::new(runtime.block_on(builder.build()).unwrap());
        Self { runtime, session }
    }

    /// As many at once as the server is sent events.
    fn inserts(&self, installation: &Installation, connections: usize, seconds: Duration) -> Load {
        let table = format!("{}_plain.bodies", installation.keyspace);
        let (keyspace, _) = table.split_once('.').expect("just made");
        let rig = &installation.servers[0];
        let body = Template::trigger(&rig.context().address, &rig.context().routing_key).body();
        let replication = crate::cluster::REPLICATION;
        self.runtime.block_on(async {
            for statement in [
                format!("CREATE KEYSPACE IF NOT EXISTS {keyspace} WITH replication = {replication}"),
                format!("CREATE TABLE IF NOT EXISTS {table} (id uuid PRIMARY KEY, body blob)"),
            ] {
                self.session.query_unpaged(statement, ()).await.unwrap();
            }
            let insert = format!("INSERT INTO {table} (id, body) VALUES (?, ?)");
            let insert = Arc::new(self.session.prepare(insert).await.unwrap());
            let clock = Arc::new(SystemClock::new());
            let inserting = (0..connections).map(|_| {
                let (session, insert) = (Arc::clone(&self.session), Arc::clone(&insert));
                let (clock, body) = (Arc::clone(&clock), body.clone());
                tokio::spawn(async move {
                    let mut took = Vec::new();
                    while clock.monotonic() < seconds {
                        let before = clock.monotonic();
                        let values = (SystemIds.uuid(clock.now()), body.as_slice());
                        session.execute_unpaged(&insert, values).await.unwrap();
                        took.push(clock.monotonic() - before);
                    }
                    took
                })
            });
            let mut took = Vec::new();
            for one in inserting.collect::<Vec<_>>() {
                took.extend(one.await.unwrap());
            }
            Load::of(took, clock.monotonic())
        })
    }

    /// All rows that every node answers with, by itself.
    fn each(&self, cql: &str) -> Vec<Row> {
        self.runtime.block_on(async {
            let mut rows = Vec::new();
            for node in self.session.get_cluster_state().get_nodes_info() {
                let mut statement = Statement::new(cql);
                statement.set_consistency(Consistency::One);
                let target = NodeIdentifier::Node(Arc::clone(node));
                statement.set_load_balancing_policy(Some(SingleTargetLoadBalancingPolicy::new(target, None)));
                let answer = self.session.query_unpaged(statement, ()).await.unwrap();
                rows.extend(answer.into_rows_result().unwrap().rows::<Row>().unwrap().map(Result::unwrap));
            }
            rows
        })
    }

    /// How many statements the nodes were asked for by anybody, ever.
    fn statements(&self) -> f64 {
        let rows = self.each("SELECT name, value FROM system_views.cql_metrics");
        let executed = rows.iter().filter(|row| text(row, 0).contains("executed"));
        executed.map(|row| row.columns[1].as_ref().and_then(CqlValue::as_double).unwrap_or_default()).sum()
    }

    /// How many reads and plain writes of a keyspace the nodes were asked for, ever.
    fn asked(&self, keyspace: &str) -> BTreeMap<String, i64> {
        let views = [("reads", "read"), ("reads of ranges", "scan"), ("writes", "write")];
        let count = |view: &str| {
            let rows = self
                .each(&format!("SELECT keyspace_name, count FROM system_views.coordinator_{view}_latency"));
            rows.iter().filter(|row| text(row, 0) == keyspace).map(|row| number(row, 1)).sum()
        };
        views.into_iter().map(|(name, view)| (name.to_owned(), count(view))).collect()
    }

    /// The most deleted rows that a single read met, by table.
    fn tombstones(&self, keyspace: &str) -> BTreeMap<String, i64> {
        let mut found = BTreeMap::new();
        let cql = "SELECT keyspace_name, table_name, max FROM system_views.tombstones_per_read";
        for row in self.each(cql).iter().filter(|row| text(row, 0) == keyspace) {
            let most = found.entry(text(row, 1)).or_default();
            *most = number(row, 2).max(*most);
        }
        found
    }

    /// How many entries there are in all journals of a keyspace.
    fn entries(&self, keyspace: &str) -> i64 {
        let cql = format!("SELECT COUNT(entry) FROM {keyspace}.journal");
        self.runtime.block_on(async {
            let answer = self.session.query_unpaged(cql, ()).await.unwrap().into_rows_result().unwrap();
            answer.first_row::<(i64,)>().unwrap().0
        })
    }
}

fn text(row: &Row, at: usize) -> String {
    row.columns[at].as_ref().and_then(CqlValue::as_text).cloned().unwrap_or_default()
}

fn number(row: &Row, at: usize) -> i64 {
    match &row.columns[at] {
        Some(CqlValue::BigInt(value)) => *value,
        Some(CqlValue::Int(value)) => i64::from(*value),
        Some(CqlValue::Double(value)) => *value as i64,
        other => panic!("no number: {other:?}"),
    }
}
