//! The one thread that writes: whatever waits is committed together.

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::{Connection, Transaction, params};
use tokio::sync::{mpsc, oneshot, watch};

use super::error::{from_sqlite, is_settled, refused};
use super::{OnFatal, stored};
use crate::archive::facets::Facets;
use crate::archive::index::Index;
use crate::domain::id::IncidentNumber;
use crate::domain::incident::KeptEvent;
use crate::domain::time::Timestamp;
use crate::journal::{Error, Outcome};

/// Jobs that one commit takes at most.
const COMMIT_JOBS_MAX: usize = 64;

/// Something to write.
#[derive(Debug)]
pub(super) enum Work {
    /// Incidents, each with its document.
    Put(Vec<(Facets, Vec<u8>)>),
    /// Events.
    Events(Vec<KeptEvent>),
    /// Remove what is older than this, at most so many incidents and so many events.
    Expire { before: Timestamp, max: usize },
}

/// Something to write, and whom to tell how many rows it has written or removed.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) work: Work,
    pub(super) reply: oneshot::Sender<Result<u64, Error>>,
}

/// What a commit changes in the index.
enum Change {
    Keep(Facets),
    Drop(IncidentNumber),
}

/// The writing connection, and the index that follows it.
pub(super) struct Writer {
    connection: Connection,
    published: watch::Sender<Arc<Index>>,
    /// Set when a commit has failed so that what is on the disk cannot be known. A later sync may succeed without
    /// having written what the failed one had to, so nothing is promised any more until the file is opened anew.
    broken: Option<Error>,
    /// Told when that happens.
    on_fatal: OnFatal,
    folder: PathBuf,
}

impl Writer {
    pub(super) fn new(
        connection: Connection,
        published: watch::Sender<Arc<Index>>,
        on_fatal: OnFatal,
        folder: PathBuf,
    ) -> Self {
        Self { connection, published, broken: None, on_fatal, folder }
    }

    /// Serves until every sender is gone. Waits without touching the file.
    pub(super) fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        while let Some(first) = jobs.blocking_recv() {
            let mut batch = vec![first];
            while batch.len() < COMMIT_JOBS_MAX
                && let Ok(job) = jobs.try_recv()
            {
                batch.push(job);
            }
            let (work, replies): (Vec<_>, Vec<_>) =
                batch.into_iter().map(|job| (job.work, job.reply)).unzip();
            match self.commit(work) {
                // Who does not wait any more does not need the answer.
                Ok(counts) => replies.into_iter().zip(counts).for_each(|(reply, count)| {
                    let _gone = reply.send(Ok(count));
                }),
                Err(error) => replies.into_iter().for_each(|reply| {
                    let _gone = reply.send(Err(error.clone()));
                }),
            }
        }
    }

    /// Does all of it or nothing; publishes the index once it is durable.
    fn commit(&mut self, batch: Vec<Work>) -> Result<Vec<u64>, Error> {
        if let Some(broken) = &self.broken {
            return Err(broken.clone());
        }
        let mut changes = Vec::new();
        let written = write(&mut self.connection, batch, &mut changes);
        match written {
            Ok(counts) => {
                self.publish(changes);
                Ok(counts)
            }
            Err(Failed { at_commit, error }) => {
                tracing::warn!(%error, at_commit, "the archive has not written");
                if let Some(reason) = refused(&error, &self.folder) {
                    return Err(Error::NoSpace { reason: reason.to_owned() });
                }
                if at_commit && !is_settled(&error) {
                    let reason = format!("a commit failed and the archive must be opened anew: {error}");
                    (self.on_fatal)(&reason);
                    let broken = |outcome| Error::Unavailable { reason: reason.clone(), outcome };
                    self.broken = Some(broken(Outcome::NotDone));
                    return Err(broken(Outcome::Unknown));
                }
                Err(from_sqlite(&error, Outcome::NotDone))
            }
        }
    }

    fn publish(&self, changes: Vec<Change>) {
        if changes.is_empty() {
            return;
        }
        let mut index = Index::clone(&self.published.borrow());
        for change in changes {
            match change {
                Change::Keep(facets) => index.insert(facets),
                Change::Drop(number) => index.remove(number),
            }
        }
        self.published.send_replace(Arc::new(index));
    }
}

/// Where in a transaction it went wrong.
struct Failed {
    at_commit: bool,
    error: rusqlite::Error,
}

impl From<rusqlite::Error> for Failed {
    fn from(error: rusqlite::Error) -> Self {
        Self { at_commit: false, error }
    }
}

fn write(
    connection: &mut Connection,
    batch: Vec<Work>,
    changes: &mut Vec<Change>,
) -> Result<Vec<u64>, Failed> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let mut counts = Vec::with_capacity(batch.len());
    for work in batch {
        counts.push(match work {
            Work::Put(incidents) => put(&transaction, incidents, changes)?,
            Work::Events(events) => put_events(&transaction, events)?,
            Work::Expire { before, max } => expire(&transaction, before, max, changes)?,
        });
    }
    transaction.commit().map_err(|error| Failed { at_commit: true, error })?;
    Ok(counts)
}

fn put(
    transaction: &Transaction<'_>,
    incidents: Vec<(Facets, Vec<u8>)>,
    changes: &mut Vec<Change>,
) -> Result<u64, rusqlite::Error> {
    let mut row = transaction.prepare_cached(
        "INSERT INTO incident (number, revision, service, urgency, created_at, resolved_at, users)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (number) DO UPDATE SET revision = excluded.revision, service = excluded.service,
             urgency = excluded.urgency, created_at = excluded.created_at, resolved_at = excluded.resolved_at,
             users = excluded.users
         WHERE revision < excluded.revision",
    )?;
    let mut document =
        transaction.prepare_cached("INSERT OR REPLACE INTO document (number, body) VALUES (?1, ?2)")?;
    let mut unkey = transaction.prepare_cached("DELETE FROM incident_key WHERE number = ?1")?;
    let mut key = transaction.prepare_cached("INSERT INTO incident_key (key, number) VALUES (?1, ?2)")?;
    let mut count = 0;
    for (facets, body) in incidents {
        let number = stored(facets.number.0)?;
        let changed = row.execute(params![
            number,
            facets.revision,
            facets.service.0.as_str(),
            facets.urgency.as_str(),
            facets.created_at.as_millis(),
            facets.resolved_at.as_millis(),
            facets.users.iter().map(|user| user.0.as_str()).collect::<Vec<_>>().join(" "),
        ])?;
        if changed == 0 {
            continue;
        }
        document.execute(params![number, body])?;
        unkey.execute([number])?;
        for text in &facets.keys {
            key.execute(params![text.0, number])?;
        }
        changes.push(Change::Keep(facets));
        count += 1;
    }
    Ok(count)
}

fn put_events(transaction: &Transaction<'_>, events: Vec<KeptEvent>) -> Result<u64, rusqlite::Error> {
    let mut row = transaction.prepare_cached(
        "INSERT INTO event (door, seq, item, accepted_at, body) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (door, seq, item) DO NOTHING",
    )?;
    let mut count = 0;
    for KeptEvent { address, accepted_at, body } in events {
        let seq = stored(address.seq)?;
        let written =
            row.execute(params![address.door.as_bytes(), seq, address.index, accepted_at.as_millis(), body])?;
        count += written as u64;
    }
    Ok(count)
}

fn expire(
    transaction: &Transaction<'_>,
    before: Timestamp,
    max: usize,
    changes: &mut Vec<Change>,
) -> Result<u64, rusqlite::Error> {
    let limit = i64::try_from(max).unwrap_or(i64::MAX);
    let numbers = transaction
        .prepare_cached(
            "SELECT number FROM incident WHERE resolved_at < ?1 ORDER BY resolved_at, number LIMIT ?2",
        )?
        .query_map(params![before.as_millis(), limit], |row| row.get(0))?
        .collect::<Result<Vec<i64>, _>>()?;
    for number in &numbers {
        for table in ["incident", "document", "incident_key"] {
            transaction
                .prepare_cached(&format!("DELETE FROM {table} WHERE number = ?1"))?
                .execute([number])?;
        }
        changes.push(Change::Drop(IncidentNumber(number.cast_unsigned())));
    }
    let events = transaction
        .prepare_cached(
            "DELETE FROM event WHERE rowid IN (SELECT rowid FROM event INDEXED BY event_accepted
                 WHERE accepted_at < ?1 ORDER BY accepted_at, door, seq, item LIMIT ?2)",
        )?
        .execute(params![before.as_millis(), limit])?;
    Ok((numbers.len() + events) as u64)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use uuid::Uuid;

    use super::*;
    use crate::archive::sqlite::schema;
    use crate::domain::event::EventAddress;

    fn writer(folder: &std::path::Path) -> (Writer, watch::Receiver<Arc<Index>>) {
        let (published, index) = watch::channel(Arc::default());
        let connection = schema::open_writer(&folder.join("archive.db")).unwrap();
        (Writer::new(connection, published, Arc::new(|_| ()), folder.to_owned()), index)
    }

    fn incident(number: u64, document: usize) -> Work {
        let facets = Facets {
            number: IncidentNumber(number),
            revision: 1,
            service: "PSV0001".parse().unwrap(),
            urgency: crate::domain::user::Urgency::High,
            created_at: Timestamp::EPOCH,
            resolved_at: Timestamp::EPOCH,
            users: Vec::new(),
            keys: Vec::new(),
        };
        Work::Put(vec![(facets, vec![b' '; document])])
    }

    #[test]
    fn a_full_disk_writes_nothing_and_is_recovered_from() {
        let folder = tempfile::tempdir().unwrap();
        let (mut writer, index) = writer(folder.path());
        let pages = |writer: &Writer, max: u32| {
            writer.connection.pragma_update_and_check(None, "max_page_count", max, |_| Ok(())).unwrap();
        };
        pages(&writer, 1);
        let batch = vec![incident(1, 10), incident(2, 1 << 20)];
        assert!(matches!(writer.commit(batch), Err(Error::NoSpace { .. })));
        assert_eq!(index.borrow().len(), 0);
        pages(&writer, 1_000_000);
        assert_eq!(writer.commit(vec![incident(1, 10), incident(2, 1 << 20)]), Ok(vec![1, 1]));
        assert_eq!(index.borrow().len(), 2);
    }

    #[test]
    fn what_changes_nothing_writes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (mut writer, _index) = writer(folder.path());
        let event = KeptEvent {
            address: EventAddress { door: Uuid::nil(), seq: 0, index: 0 },
            accepted_at: Timestamp::EPOCH,
            body: "{}".into(),
        };
        let expire = || Work::Expire { before: Timestamp::EPOCH, max: 10 };
        let batch = || vec![incident(1, 10), Work::Events(vec![event.clone()]), expire()];
        assert_eq!(writer.commit(batch()), Ok(vec![1, 1, 0]));
        let size = || folder.path().join("archive.db-wal").metadata().unwrap().len();
        let before = size();
        assert_eq!(writer.commit(batch()), Ok(vec![0, 0, 0]));
        assert_eq!(size(), before);
    }

    #[test]
    fn after_a_failed_commit_nothing_is_promised_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let (mut writer, index) = writer(folder.path());
        writer.connection.commit_hook(Some(|| true)).unwrap();
        let told = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&told);
        writer.on_fatal = Arc::new(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
        });
        let outcome = |answer: Result<Vec<u64>, Error>| answer.unwrap_err().outcome();
        assert_eq!(outcome(writer.commit(vec![incident(1, 10)])), Outcome::Unknown);
        writer.connection.commit_hook(None::<fn() -> bool>).unwrap();
        assert_eq!(outcome(writer.commit(vec![incident(1, 10)])), Outcome::NotDone);
        assert_eq!(index.borrow().len(), 0);
        assert_eq!(told.load(Ordering::Relaxed), 1);
    }
}
