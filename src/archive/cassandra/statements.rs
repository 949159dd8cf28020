//! The archive's statements.

use scylla::statement::prepared::PreparedStatement;

use crate::cassandra::{OpenError, Store};

/// All of them, prepared.
#[derive(Debug)]
pub(super) struct Statements {
    pub(super) put: PreparedStatement,
    pub(super) get: PreparedStatement,
    pub(super) delete: PreparedStatement,
    pub(super) put_key: PreparedStatement,
    pub(super) keyed: PreparedStatement,
    pub(super) delete_key: PreparedStatement,
    pub(super) put_event: PreparedStatement,
    pub(super) event: PreparedStatement,
    pub(super) items: PreparedStatement,
    pub(super) delete_event: PreparedStatement,
    pub(super) put_day: PreparedStatement,
    pub(super) day: PreparedStatement,
    pub(super) delete_day: PreparedStatement,
}

impl Statements {
    pub(super) async fn prepare(store: &Store) -> Result<Self, OpenError> {
        let ks = store.keyspace();
        let prepare = async |cql: &str| store.prepare(&cql.replace("KS.", &format!("{ks}."))).await;
        let of_document = "WHERE put = ? AND number = ?";
        let of_entry = "WHERE shelf = ? AND door = ? AND seq = ?";
        Ok(Self {
            put: prepare("INSERT INTO KS.archived (put, number, body) VALUES (?, ?, ?)").await?,
            get: prepare(&format!("SELECT body FROM KS.archived {of_document}")).await?,
            delete: prepare(&format!("DELETE FROM KS.archived {of_document}")).await?,
            put_key: prepare("INSERT INTO KS.archived_keys (key, number, put) VALUES (?, ?, ?)").await?,
            keyed: prepare("SELECT number, put FROM KS.archived_keys WHERE key = ? ORDER BY number DESC").await?,
            delete_key: prepare("DELETE FROM KS.archived_keys WHERE key = ? AND number = ? AND put = ?").await?,
            put_event: prepare(
                "INSERT INTO KS.kept_events (shelf, door, seq, item, accepted_at, body) VALUES (?, ?, ?, ?, ?, ?)",
            )
            .await?,
            event: prepare(&format!("SELECT accepted_at, body FROM KS.kept_events {of_entry} AND item = ?")).await?,
            items: prepare(&format!("SELECT item FROM KS.kept_events {of_entry}")).await?,
            delete_event: prepare(&format!("DELETE FROM KS.kept_events {of_entry} AND item = ?")).await?,
            put_day: prepare(
                "INSERT INTO KS.kept_events_by_day (shelf, day, accepted_at, door, seq, item, kept) \
                 VALUES (?, ?, ?, ?, ?, ?, true)",
            )
            .await?,
            day: prepare(
                "SELECT accepted_at, door, seq, item FROM KS.kept_events_by_day WHERE shelf = ? AND day = ? \
                 AND (accepted_at, door, seq, item) > (?, ?, ?, ?) AND (accepted_at) < (?) LIMIT ?",
            )
            .await?,
            delete_day: prepare(
                "DELETE FROM KS.kept_events_by_day WHERE shelf = ? AND day = ? AND accepted_at = ? AND door = ? \
                 AND seq = ? AND item = ?",
            )
            .await?,
        })
    }
}
