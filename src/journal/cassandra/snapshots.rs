//! Snapshots: parts in rows of their own, and one row for each journal that lists what there is.
//!
//! The list is overwritten, never deleted from, so that reading it steps over nothing. It names the parts of a snapshot
//! before they are written, and until they are deleted, so that none is forgotten by whoever crashes in between.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};

use super::{CassandraJournal, Error, LogName, Outcome, Seq, Snapshot};
use crate::cassandra::{Failure, pack, unpack};
use crate::journal::ENTRY_BYTES_MAX;

/// Parts are announced so many at a time.
const ANNOUNCED: u32 = 16;
/// Statements about parts at once.
const AT_ONCE: usize = 8;
/// Changes of the list that are tried while others change it too.
const TRIES: usize = 10;

/// What there is of one journal.
#[derive(Clone, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct List {
    /// Newest first.
    sealed: Vec<Snapshot>,
    /// By position: all numbers of parts that may have been written are below.
    parts: BTreeMap<u64, u32>,
}

impl List {
    fn sealed(&self, at: Seq) -> Option<&Snapshot> {
        self.sealed.iter().find(|snapshot| snapshot.at == at)
    }
}

impl CassandraJournal {
    pub(super) async fn put_part(
        &self,
        log: &LogName,
        at: Seq,
        part: u32,
        bytes: Bytes,
    ) -> Result<(), Error> {
        if bytes.len() > ENTRY_BYTES_MAX {
            return Err(Error::Invalid(format!(
                "a part of {} bytes: at most {ENTRY_BYTES_MAX}",
                bytes.len()
            )));
        }
        let (_, list) = self.list(log).await?;
        if list.sealed(at).is_some() {
            let same = self.part(log, at, part).await?.is_some_and(|there| there == bytes);
            let other =
                || Err(Error::Invalid(format!("another part {part} of the sealed snapshot {at} of {log}")));
            return if same { Ok(()) } else { other() };
        }
        if list.parts.get(&at.0).is_none_or(|announced| *announced <= part) {
            self.change(log, |list| {
                let announced = list.parts.entry(at.0).or_default();
                *announced = (*announced).max((part / ANNOUNCED + 1) * ANNOUNCED);
                Ok(())
            })
            .await?;
        }
        let values = (self.key(log), at.0.cast_signed(), part.cast_signed(), pack(&bytes));
        self.store.write(&self.statements.put_part, values).await?;
        Ok(())
    }

    pub(super) async fn seal_parts(&self, log: &LogName, snapshot: Snapshot) -> Result<(), Error> {
        let at = snapshot.at;
        if snapshot.parts == 0 {
            return Err(Error::Invalid(format!("the snapshot {at} of {log} has no parts")));
        }
        let (_, list) = self.list(log).await?;
        if list.sealed(at).is_none() {
            let there = stream::iter(0..snapshot.parts).map(|part| async move {
                let values = (self.key(log), at.0.cast_signed(), part.cast_signed());
                let row: Option<(i32,)> =
                    self.store.read(&self.statements.has_part, values).await?.first()?;
                row.map(drop).ok_or_else(|| missing(log, at, part))
            });
            there.buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await?;
        }
        self.change(log, |list| match list.sealed(at) {
            Some(there) if there.parts == snapshot.parts && there.digest == snapshot.digest => Ok(()),
            Some(_) => Err(Error::Invalid(format!("another snapshot {at} of {log} is sealed"))),
            // Somebody has dropped it since it was looked at.
            None if !list.parts.contains_key(&at.0) => Err(missing(log, at, 0)),
            None => {
                let place = list.sealed.partition_point(|other| other.at > at);
                list.sealed.insert(place, snapshot.clone());
                Ok(())
            }
        })
        .await
    }

    pub(super) async fn sealed_snapshots(&self, log: &LogName) -> Result<Vec<Snapshot>, Error> {
        Ok(self.list(log).await?.1.sealed)
    }

    pub(super) async fn sealed_part(
        &self,
        log: &LogName,
        at: Seq,
        part: u32,
    ) -> Result<Option<Bytes>, Error> {
        match self.list(log).await?.1.sealed(at) {
            Some(_) => self.part(log, at, part).await,
            None => Ok(None),
        }
    }

    pub(super) async fn drop_parts(&self, log: &LogName, below: Seq) -> Result<(), Error> {
        let (_, list) = self.list(log).await?;
        let parts: Vec<(u64, u32)> = list.parts.range(..below.0).map(|(at, parts)| (*at, *parts)).collect();
        if parts.is_empty() {
            return Ok(());
        }
        self.change(log, |list| {
            list.sealed.retain(|snapshot| snapshot.at >= below);
            Ok(())
        })
        .await?;
        let mut all = Vec::new();
        for (at, parts) in &parts {
            all.extend((0..*parts).map(|part| (*at, part)));
        }
        let deleting = stream::iter(all).map(|(at, part)| async move {
            let values = (self.key(log), at.cast_signed(), part.cast_signed());
            self.store.write(&self.statements.delete_part, values).await.map(drop)
        });
        deleting.buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await?;
        self.change(log, |list| {
            // More may have been announced meanwhile.
            list.parts.retain(|at, announced| !parts.contains(&(*at, *announced)));
            Ok(())
        })
        .await
    }

    async fn part(&self, log: &LogName, at: Seq, part: u32) -> Result<Option<Bytes>, Error> {
        let values = (self.key(log), at.0.cast_signed(), part.cast_signed());
        let row: Option<(Vec<u8>,)> = self.store.read(&self.statements.part, values).await?.first()?;
        let body =
            row.map(|(body,)| unpack(&body, ENTRY_BYTES_MAX).map_err(Failure::unreadable)).transpose()?;
        Ok(body)
    }

    /// The list, and its version; `None` before the first.
    async fn list(&self, log: &LogName) -> Result<(Option<i64>, List), Error> {
        let answer = self.store.read(&self.statements.list, (self.key(log),)).await?;
        let row: Option<(Option<i64>, Option<String>)> = answer.first()?;
        let Some((Some(version), Some(text))) = row else { return Ok((None, List::default())) };
        let list = serde_json::from_str(&text).map_err(Failure::unreadable)?;
        Ok((Some(version), list))
    }

    /// Changes the list, over and over while others do. A change that was made and not answered for is found made.
    async fn change(
        &self,
        log: &LogName,
        change: impl Fn(&mut List) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for _ in 0..TRIES {
            let (version, mut list) = self.list(log).await?;
            let before = list.clone();
            change(&mut list)?;
            if list == before {
                return Ok(());
            }
            let text = serde_json::to_string(&list).map_err(|error| Error::Invalid(error.to_string()))?;
            let answer = match version {
                None => self.store.write(&self.statements.first_list, (self.key(log), text)).await?,
                Some(version) => {
                    let values = (version + 1, text, self.key(log), version);
                    self.store.write(&self.statements.next_list, values).await?
                }
            };
            if answer.refused()?.is_none() {
                return Ok(());
            }
        }
        let reason = format!("too many change the snapshots of {log} at once");
        Err(Error::Unavailable { reason, outcome: Outcome::Unknown })
    }
}

fn missing(log: &LogName, at: Seq, part: u32) -> Error {
    Error::Invalid(format!("part {part} of the snapshot {at} of {log} is missing"))
}
