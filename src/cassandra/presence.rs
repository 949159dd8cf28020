//! One small row for each process, overwritten now and then: for people, nothing depends on it.

use std::sync::Arc;

use scylla::statement::prepared::PreparedStatement;

use super::error::Failure;
use super::{OpenError, Store};
use crate::domain::time::Timestamp;

/// All rows are in this partition.
const SHELF: i32 = 0;

/// What a process said of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// When, by its clock.
    pub at: Timestamp,
    /// In whatever form processes use among themselves.
    pub text: String,
}

/// Where processes tell of themselves.
#[derive(Debug)]
pub struct Presence {
    store: Arc<Store>,
    tell: PreparedStatement,
    told: PreparedStatement,
}

impl Presence {
    /// The rows of this keyspace.
    ///
    /// # Errors
    /// If the cluster does not take the statements.
    pub async fn open(store: Arc<Store>) -> Result<Self, OpenError> {
        let ks = store.keyspace();
        let tell = format!("INSERT INTO {ks}.processes (shelf, node, at, said) VALUES (?, ?, ?, ?)");
        let told = format!("SELECT at, said FROM {ks}.processes WHERE shelf = ?");
        let (tell, told) = (store.prepare(&tell).await?, store.prepare(&told).await?);
        Ok(Self { store, tell, told })
    }

    /// Overwrites what the process on this node said.
    ///
    /// # Errors
    /// When the store does not take it.
    pub async fn tell(&self, node: &str, at: Timestamp, text: &str) -> Result<(), Failure> {
        self.store.write(&self.tell, (SHELF, node, at.as_millis(), text)).await.map(|_| ())
    }

    /// What processes said of themselves, in order of their nodes' names.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn told(&self) -> Result<Vec<Told>, Failure> {
        let rows: Vec<(i64, String)> = self.store.read(&self.told, (SHELF,)).await?.rows()?;
        Ok(rows.into_iter().map(|(at, text)| Told { at: Timestamp::from_millis(at), text }).collect())
    }
}
