//! What can be said of a keyspace on a cluster.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;

use super::{Found, Verdict};
use crate::cassandra::{Access, Examined, Node, Report, Store, examine};
use crate::clock::{Clock, SystemClock};
use crate::config::{Cassandra, CassandraUrl, CommitlogSync};
use crate::domain::notify::limits::CLOCK_BOUND;
use crate::ids::{Ids as _, SystemIds};
use crate::journal::cassandra::{CassandraJournal, Shelf};
use crate::journal::{Append, Entry, Journal as _, LogName, Refused, Seq, refused};

/// Appends that are measured.
const APPENDS: u64 = 20;
/// What each of them carries: about a batch of one event.
const BODY_BYTES: usize = 1 << 10;
/// An append that usually takes longer is slow.
const SLOW: Duration = Duration::from_secs(1);

pub(super) async fn check(found: &mut Found, url: &CassandraUrl, cassandra: &Cassandra, clock: &SystemClock) {
    let access = Access { url: url.clone(), cassandra: cassandra.clone() };
    let examined = match examine(&access, clock).await {
        Ok(examined) => examined,
        Err(error) => return found.add("reach", Verdict::Bad, error.to_string(), json!({})),
    };
    nodes(found, &examined);
    schema(found, &examined);
    replication(found, &examined.report);
    clocks(found, &examined.report);
    if examined.schema.is_none() {
        append(found, access).await;
    }
}

fn nodes(found: &mut Found, examined: &Examined) {
    for node in &examined.report.nodes {
        let risk = examined.risks.iter().find(|(address, _)| *address == node.address);
        let (verdict, result) = node_result(node, risk.map(|(_, risk)| risk.to_string()));
        let said = node.said.as_ref();
        let details = json!({
            "node": node.address, "datacenter": node.datacenter, "up": said.is_some(),
            "version": said.map(|said| said.version.as_str()),
            "commitlog_sync": said.map(|said| said.commitlog_sync.as_str()),
            "paxos_variant": said.map(|said| said.paxos.as_str()),
            "ahead_ms": said.map(|said| said.ahead_ms),
        });
        found.add("node", verdict, result, details);
    }
    let said = examined.report.nodes.iter().filter_map(|node| node.said.as_ref());
    let versions: BTreeSet<&str> = said.map(|said| said.version.as_str()).collect();
    if versions.len() > 1 {
        let versions: Vec<&str> = versions.into_iter().collect();
        let result = format!("the nodes have different releases: {}", versions.join(", "));
        found.add("versions", Verdict::Warning, result, json!({ "versions": versions }));
    }
}

fn node_result(node: &Node, risk: Option<String>) -> (Verdict, String) {
    let place = format!("{} in {}", node.address, node.datacenter);
    let Some(said) = &node.said else { return (Verdict::Warning, format!("{place}: does not answer")) };
    if let Some(risk) = risk {
        return (Verdict::Bad, format!("{place}: {risk}"));
    }
    let all = format!(
        "{place}: Cassandra {}, commitlog_sync {}, paxos_variant {}",
        said.version, said.commitlog_sync, said.paxos
    );
    match (said.paxos.as_str(), said.commitlog_sync.as_str()) {
        (_, "periodic") => (
            Verdict::Warning,
            format!(
                "{all}: what was accepted is lost if a quorum loses power (allowed by [store.cassandra])"
            ),
        ),
        ("v2", _) => (Verdict::Ok, all),
        _ => (
            Verdict::Warning,
            format!("{all}: with `paxos_variant: v2` an append takes two round trips less"),
        ),
    }
}

fn schema(found: &mut Found, examined: &Examined) {
    match &examined.schema {
        Some(error) => found.add("schema", Verdict::Bad, error.to_string(), json!({})),
        None if examined.report.schema_agrees => {
            found.add("schema", Verdict::Ok, "all nodes that answer agree", json!({ "agrees": true }));
        }
        None => {
            let result = "the nodes do not agree on it: `nodetool describecluster` shows who differs";
            found.add("schema", Verdict::Bad, result, json!({ "agrees": false }));
        }
    }
}

fn replication(found: &mut Found, report: &Report) {
    let (Some(replication), Some(margin)) = (&report.replication, report.margin()) else {
        let result = "expected NetworkTopologyStrategy: `pd store init` makes such a keyspace";
        return found.add("replication", Verdict::Bad, result, json!({}));
    };
    let (total, quorum) = (replication.total(), replication.quorum());
    let details = json!({ "replicas": replication.0, "quorum": quorum });
    let (verdict, more) = match total {
        0..3 => (Verdict::Warning, ": with fewer than three, no node may be lost"),
        _ => (Verdict::Ok, ""),
    };
    found.add(
        "replication",
        verdict,
        format!("{replication}; a quorum is {quorum} of {total}{more}"),
        details,
    );
    let (verdict, result) = match margin {
        ..0 => (Verdict::Bad, format!("{} missing for a quorum: the store stands still", -margin)),
        0 => (Verdict::Warning, "no more nodes may be lost".to_owned()),
        1 => (Verdict::Ok, "1 more node may be lost, whichever it is".to_owned()),
        _ => (Verdict::Ok, format!("{margin} more nodes may be lost, whichever they are")),
    };
    found.add("margin", verdict, result, json!({ "margin": margin }));
}

fn clocks(found: &mut Found, report: &Report) {
    let (Some(skew), Some(ahead)) = (report.skew_ms(), report.ahead_ms()) else { return };
    let bound = i64::try_from(CLOCK_BOUND.as_millis()).unwrap_or(i64::MAX);
    let verdict = |off: i64| if off.abs() > bound { Verdict::Bad } else { Verdict::Ok };
    let result = format!("the nodes' clocks are within {skew} ms of each other");
    found.add("skew", verdict(skew), result, json!({ "skew_ms": skew }));
    let result = format!(
        "the median of the nodes' clocks is {} ms {} this machine's",
        ahead.abs(),
        match ahead {
            ..0 => "behind",
            _ => "ahead of",
        }
    );
    found.add("clock", verdict(ahead), result, json!({ "ahead_ms": ahead }));
}

/// Measures appends to a journal of its own. Nodes whose commit log is not synced are said above; they are measured all
/// the same.
async fn append(found: &mut Found, mut access: Access) {
    access.cassandra.commitlog_sync = CommitlogSync::Any;
    let measured = async {
        let store = Store::open(&access, Arc::new(SystemClock::new()), Arc::new(SystemIds)).await;
        let store = store.map_err(|error| error.to_string())?;
        let marks = CassandraJournal::open(Arc::clone(&store), Shelf::JOURNALS).await;
        let marks = marks.map_err(|error| error.to_string())?;
        let refused = refused(&marks).await.map_err(|error| error.to_string())?;
        let journal =
            CassandraJournal::open(store, Shelf::SCRATCH).await.map_err(|error| error.to_string())?;
        let times = measure(&journal).await.map_err(|error| error.to_string())?;
        Ok::<_, String>((refused, times))
    };
    let (refused, mut times) = match measured.await {
        Ok(measured) => measured,
        Err(reason) => return found.add("append", Verdict::Bad, reason, json!({})),
    };
    times.sort_unstable();
    let ms = |time: Duration| (time.as_secs_f64() * 10_000.0).round() / 10.0;
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    let slowest = times.last().copied().unwrap_or_default();
    let verdict = if median > SLOW { Verdict::Warning } else { Verdict::Ok };
    let result = format!(
        "a conditional append from here takes {} ms, the slowest of {} took {} ms",
        ms(median),
        times.len(),
        ms(slowest)
    );
    found.add("append", verdict, result, json!({ "median_ms": ms(median), "slowest_ms": ms(slowest) }));
    if let Some(refused) = refused {
        let verdict = match refused {
            Refused::Moved(_) => Verdict::Bad,
            Refused::Unfinished(_) => Verdict::Warning,
        };
        found.add("content", verdict, refused.to_string(), json!({}));
    }
}

/// How long appends take one after the other. The journal is dropped afterwards, also when one has failed.
async fn measure(journal: &CassandraJournal) -> Result<Vec<Duration>, crate::journal::Error> {
    let clock = SystemClock::new();
    let name = format!("check/{}", SystemIds.uuid(clock.now()).simple());
    let log: LogName = name.parse().map_err(|_| crate::journal::Error::Invalid(name.clone()))?;
    let mut body = vec![0; BODY_BYTES];
    SystemIds.fill(&mut body);
    let body = Bytes::from(body);
    let appends = async {
        let mut times = Vec::new();
        // The first one makes the journal's row, and is not counted.
        for slot in 0..=APPENDS {
            let now = clock.now();
            let id = SystemIds.uuid(now);
            let entry = Entry { id, writer: id, at: now, format: 1, body: body.clone() };
            let began = clock.monotonic();
            let answer = journal.append(&log, Seq(slot), entry).await?;
            if answer != Append::Appended {
                return Err(crate::journal::Error::Invalid(format!(
                    "{log}: an append was answered {answer:?}"
                )));
            }
            times.push(clock.monotonic().saturating_sub(began));
        }
        Ok(times.split_off(1))
    };
    let times = appends.await;
    journal.close(&log).await?;
    journal.drop_closed(&log).await?;
    times
}
