//! Opens a store and judges it first.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use scylla::client::session::Session;
use scylla::errors::ExecutionError;
use tokio::sync::watch;

use super::call::{Caller, Kind};
use super::error::{Failure, OpenError};
use super::init::{Replication, altered, missing, nodes, replication_of, tables_of};
use super::node::{Node, Report, Risk, ask_all};
use super::route::{Gone, Route, order};
use super::session::{Access, connect};
use crate::clock::SharedClock;
use crate::config::CommitlogSync;
use crate::ids::SharedIds;

/// How often the nodes are asked about themselves.
const WATCH_EVERY: Duration = Duration::from_secs(30);

/// A keyspace that is fit for use. Journals and archives are opened on it; they share its session and its budget.
#[derive(Debug)]
pub struct Store {
    session: Session,
    keyspace: String,
    allowed: CommitlogSync,
    preferred: Option<String>,
    caller: Caller,
    report: watch::Sender<Arc<Report>>,
}

impl Store {
    /// Connects and judges: the tables, and every node that answers. One that is away is judged by
    /// [`watch_nodes`](Self::watch_nodes) when it is back, and until then counts against the margin only.
    ///
    /// # Errors
    /// If it cannot be reached, has no such tables, or has a node that must not be relied on.
    pub async fn open(access: &Access, clock: SharedClock, ids: SharedIds) -> Result<Arc<Self>, OpenError> {
        let session = connect(access).await?;
        let store = access.url.to_string();
        if let Some(wanted) = &access.url.datacenter {
            let known = nodes(&session);
            if !known.contains_key(wanted) {
                return Err(OpenError::NoDatacenter { store, known: known.into_keys().collect() });
            }
        }
        check_schema(&session, &store, &access.url.keyspace).await?;
        let report = look(&session, clock.as_ref(), &access.url.keyspace).await;
        let allowed = access.cassandra.commitlog_sync;
        if let Some((node, risk)) = risks(&report, allowed).next() {
            return Err(OpenError::Node { store, node: node.address.clone(), risk });
        }
        say_what_is_slow(&report);
        Ok(Arc::new(Self {
            preferred: access.url.datacenter.clone(),
            keyspace: access.url.keyspace.clone(),
            caller: Caller::new(store, order(access.url.datacenter.as_deref()), clock, ids),
            session,
            allowed,
            report: watch::Sender::new(Arc::new(report)),
        }))
    }

    /// Asks the nodes about themselves every half minute, for as long as it is polled. A node that must not be relied on
    /// and came later is named in the log; it is in the report too.
    pub async fn watch_nodes(&self) {
        loop {
            self.caller.clock.sleep(WATCH_EVERY).await;
            let report = self.look().await;
            for (node, risk) in risks(&report, self.allowed) {
                tracing::error!(store = self.name(), node = node.address, %risk, "a node must not be relied on");
            }
        }
    }

    /// Asks the nodes about themselves now, and publishes what they say.
    pub async fn look(&self) -> Arc<Report> {
        let report = Arc::new(look(&self.session, self.caller.clock.as_ref(), &self.keyspace).await);
        self.report.send_replace(Arc::clone(&report));
        report
    }

    /// What the nodes said last; what is treated as gone has said nothing.
    pub fn report(&self) -> Arc<Report> {
        let report = self.report.borrow().clone();
        let gone = self.caller.gone.borrow().clone();
        match gone {
            Some(gone) => Arc::new(report.without(&gone.datacenter)),
            None => report,
        }
    }

    /// Treats the nodes of this datacenter as gone from now on, as if they had been cut off this moment: what is asked of
    /// them is not answered, until that would have been noticed; from then on others are asked. `None`: of none. The
    /// replicas there go on taking part in what other nodes are asked.
    pub fn treat_as_gone(&self, datacenter: Option<&str>) {
        let since = self.caller.clock.monotonic();
        let gone = datacenter.map(|name| Arc::new(Gone { datacenter: name.to_owned(), since }));
        self.caller.gone.send_replace(gone);
    }

    /// Sends what `send` sends until one attempt is answered.
    ///
    /// # Errors
    /// Unknown, for a write, if any of the attempts may have been done.
    pub(super) async fn call<'a, T: Send + 'a>(
        &'a self,
        kind: Kind,
        send: impl Fn(Arc<Route>) -> BoxFuture<'a, Result<T, ExecutionError>> + Send + Sync,
    ) -> Result<T, Failure> {
        self.caller.call(kind, send).await
    }

    /// The datacenter whose nodes are asked first, and the names of all.
    pub fn datacenters(&self) -> (Option<String>, BTreeSet<String>) {
        let names = self.report.borrow().nodes.iter().map(|node| node.datacenter.clone()).collect();
        (self.preferred.clone(), names)
    }

    /// The nodes of a report that must not be relied on.
    pub fn risks<'a>(&self, report: &'a Report) -> impl Iterator<Item = (&'a Node, Risk)> + use<'a> {
        risks(report, self.allowed)
    }

    /// What 99 of 100 of the last writes kept to; zero before the first.
    pub fn write_p99(&self) -> Duration {
        self.caller.writes.p99()
    }

    /// The median of the last writes; zero before the first.
    pub fn write_p50(&self) -> Duration {
        self.caller.writes.p50()
    }

    /// What 99 of 100 of the last reads kept to; zero before the first.
    pub fn read_p99(&self) -> Duration {
        self.caller.reads.p99()
    }

    /// Retries and hedges cost nothing from now on: to see what the budget is for.
    pub fn lift_budget(&self) {
        self.caller.budget.lift();
    }

    /// How much of the budget for repetitions and hedges is left, of 1.
    pub fn budget_left(&self) -> f64 {
        self.caller.budget.left()
    }

    /// The store's address.
    pub fn name(&self) -> &str {
        &self.caller.name
    }

    pub(super) fn session(&self) -> &Session {
        &self.session
    }

    pub(crate) fn keyspace(&self) -> &str {
        &self.keyspace
    }

    pub(crate) fn clock(&self) -> &SharedClock {
        &self.caller.clock
    }

    pub(crate) fn ids(&self) -> &SharedIds {
        &self.caller.ids
    }
}

pub(super) async fn check_schema(session: &Session, store: &str, keyspace: &str) -> Result<(), OpenError> {
    let failed = |reason: Box<dyn std::error::Error + Send + Sync>| OpenError::Failed {
        store: store.to_owned(),
        failure: Failure { reason: reason.to_string(), outcome: super::Outcome::NotDone, again: true },
    };
    let store = store.to_owned();
    if replication_of(session, keyspace).await.map_err(failed)?.is_none() {
        return Err(OpenError::NoSchema { store, missing: format!("keyspace `{keyspace}`") });
    }
    let present = tables_of(session, keyspace).await.map_err(failed)?;
    if let Some(difference) = altered(&present) {
        return Err(OpenError::OtherSchema { store, difference });
    }
    match missing(&present) {
        Some(table) => Err(OpenError::NoSchema { store, missing: format!("table `{table}`") }),
        None => Ok(()),
    }
}

pub(super) async fn look(session: &Session, clock: &dyn crate::clock::Clock, keyspace: &str) -> Report {
    let nodes = ask_all(session, clock).await;
    let listed = replication_of(session, keyspace).await.ok().flatten();
    let replication = listed.as_ref().and_then(Replication::listed);
    let schema_agrees = session.check_schema_agreement().await.is_ok_and(|version| version.is_some());
    Report { nodes, replication, schema_agrees }
}

pub(super) fn risks(
    report: &Report,
    allowed: CommitlogSync,
) -> impl Iterator<Item = (&Node, Risk)> + use<'_> {
    report.nodes.iter().filter_map(move |node| Some((node, node.said.as_ref()?.risk(allowed)?)))
}

fn say_what_is_slow(report: &Report) {
    for node in &report.nodes {
        match &node.said {
            Some(said) if said.paxos != "v2" => tracing::warn!(
                node = node.address,
                paxos_variant = said.paxos,
                "set `paxos_variant: v2` in cassandra.yaml: an append then takes two round trips less"
            ),
            Some(_) => {}
            None => {
                tracing::warn!(node = node.address, "this node does not answer; it is judged when it does")
            }
        }
    }
}
