//! The journal's statements.

use scylla::statement::prepared::PreparedStatement;

use crate::cassandra::{OpenError, Store};

/// All of them, prepared.
#[derive(Debug)]
pub(super) struct Statements {
    pub(super) append: PreparedStatement,
    pub(super) read: PreparedStatement,
    pub(super) last: PreparedStatement,
    pub(super) slot: PreparedStatement,
    pub(super) seal: PreparedStatement,
    pub(super) reseal: PreparedStatement,
    pub(super) end: PreparedStatement,
    pub(super) clear: PreparedStatement,
    pub(super) register: PreparedStatement,
    pub(super) look: PreparedStatement,
    pub(super) names: PreparedStatement,
    pub(super) advance: PreparedStatement,
    pub(super) set_tail: PreparedStatement,
    pub(super) set_dropped: PreparedStatement,
    pub(super) list: PreparedStatement,
    pub(super) first_list: PreparedStatement,
    pub(super) next_list: PreparedStatement,
    pub(super) put_part: PreparedStatement,
    pub(super) part: PreparedStatement,
    pub(super) has_part: PreparedStatement,
    pub(super) delete_part: PreparedStatement,
}

impl Statements {
    pub(super) async fn prepare(store: &Store) -> Result<Self, OpenError> {
        let ks = store.keyspace();
        let prepare = async |cql: &str| store.prepare(&cql.replace("KS.", &format!("{ks}."))).await;
        let of_segment = "WHERE log = ? AND segment = ?";
        let of_log = "WHERE shelf = ? AND log = ?";
        let of_part = "WHERE log = ? AND at = ? AND part = ?";
        Ok(Self {
            // One condition would do: what is asked about is what the answer to a refusal carries.
            append: prepare(&format!(
                "UPDATE KS.journal SET entry = ?, writer = ?, at = ?, format = ?, size = ?, total = ?, body = ? \
                 {of_segment} AND slot = ? IF entry = null AND writer = null AND at = null AND format = null \
                 AND size = null AND total = null AND body = null AND sealed = null"
            ))
            .await?,
            read: prepare(&format!(
                "SELECT slot, entry, writer, at, format, size, total, body FROM KS.journal {of_segment} AND slot >= ?"
            ))
            .await?,
            last: prepare(&format!(
                "SELECT slot, at, format, size, total FROM KS.journal {of_segment} ORDER BY slot DESC LIMIT 2"
            ))
            .await?,
            slot: prepare(&format!(
                "SELECT slot, at, format, size, total FROM KS.journal {of_segment} AND slot = ?"
            ))
            .await?,
            seal: prepare(&format!("UPDATE KS.journal SET sealed = ? {of_segment} IF sealed = null")).await?,
            reseal: prepare(&format!("UPDATE KS.journal SET sealed = ? {of_segment} IF sealed = ?")).await?,
            end: prepare(&format!(
                "UPDATE KS.journal SET at = ?, format = ?, size = 0, total = 0 {of_segment} AND slot = 256"
            ))
            .await?,
            clear: prepare(&format!("DELETE FROM KS.journal {of_segment} AND slot >= 0 AND slot < 256")).await?,
            register: prepare(
                "INSERT INTO KS.journals (shelf, log, first, dropped) VALUES (?, ?, 0, false) IF NOT EXISTS",
            )
            .await?,
            look: prepare(&format!("SELECT first, tail, dropped FROM KS.journals {of_log}")).await?,
            names: prepare("SELECT log, dropped FROM KS.journals WHERE shelf = ?").await?,
            advance: prepare(&format!("UPDATE KS.journals SET first = ? {of_log} IF first < ?")).await?,
            set_tail: prepare(&format!("UPDATE KS.journals SET tail = ? {of_log} IF tail = null")).await?,
            set_dropped: prepare(&format!(
                "UPDATE KS.journals SET dropped = true, first = ? {of_log} IF dropped = false"
            ))
            .await?,
            list: prepare("SELECT version, list FROM KS.snapshots WHERE log = ?").await?,
            first_list: prepare("INSERT INTO KS.snapshots (log, version, list) VALUES (?, 1, ?) IF NOT EXISTS")
                .await?,
            next_list: prepare("UPDATE KS.snapshots SET version = ?, list = ? WHERE log = ? IF version = ?")
                .await?,
            put_part: prepare("INSERT INTO KS.snapshot_parts (log, at, part, body) VALUES (?, ?, ?, ?)").await?,
            part: prepare(&format!("SELECT body FROM KS.snapshot_parts {of_part}")).await?,
            has_part: prepare(&format!("SELECT part FROM KS.snapshot_parts {of_part}")).await?,
            delete_part: prepare(&format!("DELETE FROM KS.snapshot_parts {of_part}")).await?,
        })
    }
}
