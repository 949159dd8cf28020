//! Finds cursors that do not fit what they point into, and accepts what is there when told to.
//!
//! A cursor stops fitting when one store was restored from an older backup than the others. What the reader had read
//! and is gone stays done: its facts are in the reader's own journal. What was written since is new. Which of the
//! entries are new nobody recorded; but a reader's entry says when it was written, so everything in the source that is
//! not younger had been read by then, and everything younger had not.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde::de::IgnoredAny;
use uuid::Uuid;

use super::stores::{self, Journals};
use super::{Error, Finding, Installation, RESTORED, files};
use crate::clock::{SharedClock, SystemClock};
use crate::domain::time::Timestamp;
use crate::ids::{Ids as _, SystemIds};
use crate::incidents::Incidents;
use crate::journal::sqlite::{Options, SqliteStore};
use crate::journal::{Append, Entry, Journal, LogName, Read, Seq};
use crate::notify::stage::Notify;
use crate::stage::{self, Bell, Body, Cursor, FORMAT, Replica, Stage as _};

const READ_BYTES: usize = 4 << 20;

/// A stage that has stopped.
pub(super) struct Mismatch {
    reader: LogName,
    finding: Finding,
    /// Where the reader goes on in which source; `None`: nothing that recovery can do.
    cursor: Option<(LogName, Cursor)>,
}

pub(super) fn run(of: &Installation, apply: bool) -> Result<Vec<Finding>, Error> {
    if !apply {
        let journals = Journals::new(&stores::look(of)?);
        let found = stores::wait(mismatches(&journals))?;
        return Ok(found.into_iter().map(|mismatch| mismatch.finding).collect());
    }
    // Looked at first, so that a store that is not there is not made.
    drop(stores::look(of)?);
    let _lock = files::lock(&of.data.join("lock"))?;
    let clock: SharedClock = Arc::new(SystemClock::new());
    let mut open = Vec::new();
    for (path, roles) in stores::journals(of)? {
        open.push((Arc::new(SqliteStore::open(&path, Options::default(), Arc::clone(&clock))?), roles));
    }
    let journals = Journals::new(&open);
    let found = stores::wait(mismatches(&journals))?;
    if found.iter().any(|mismatch| mismatch.cursor.is_some()) {
        // Before anything else: what may have been sent is not to be sent again, whatever happens to this process.
        files::write(&of.data.join(RESTORED), format!("{}\n", clock.now().to_iso()).as_bytes())?;
        files::sync_folder(&of.data)?;
        stores::wait(accept(&journals, &found, clock.now()))?;
    }
    Ok(found.into_iter().map(|mismatch| mismatch.finding).collect())
}

/// Everything that does not fit.
pub(super) fn mismatches(journals: &Journals) -> BoxFuture<'_, Result<Vec<Mismatch>, Error>> {
    Box::pin(async move {
        let mut found = Vec::new();
        let incidents = LogName::incidents();
        match Replica::<Incidents>::load(&*journals.incidents, &incidents).await {
            Ok(replica) => {
                let sources = Incidents::new(Bell::default()).sources(&replica.state);
                check(journals, &incidents, &replica.cursors, &sources, &mut found).await?;
            }
            Err(error) => found.push(hopeless(&incidents, error)?),
        }
        let notify = LogName::notify();
        match Replica::<Notify>::load(&*journals.notify, &notify).await {
            Ok(replica) => {
                check(journals, &notify, &replica.cursors, &[incidents], &mut found).await?;
            }
            Err(error) => found.push(hopeless(&notify, error)?),
        }
        Ok(found)
    })
}

/// A stage's own journal that cannot be used: no cursor mends that.
fn hopeless(log: &LogName, error: stage::Error) -> Result<Mismatch, Error> {
    if let stage::Error::Store(error) = error {
        return Err(error.into());
    }
    let remedy = match error {
        stage::Error::Unreadable { .. } => "none here: install the release that wrote it",
        _ => "none here: restore a backup of this store",
    };
    let finding = Finding { log: log.to_string(), problem: error.to_string(), remedy: remedy.to_owned() };
    Ok(Mismatch { reader: log.clone(), finding, cursor: None })
}

async fn check(
    journals: &Journals,
    reader: &LogName,
    cursors: &imbl::OrdMap<LogName, Cursor>,
    sources: &[LogName],
    found: &mut Vec<Mismatch>,
) -> Result<(), Error> {
    for source in sources {
        let Some(cursor) = cursors.get(source) else { continue };
        let journal = journals.of(source);
        let extent = journal.extent(source).await?;
        if id_before(journal, source, cursor.next).await? == Some(cursor.previous)
            || (cursor.previous.is_nil() && (extent.first..=extent.next).contains(&cursor.next))
        {
            continue;
        }
        let read_until = read_until(journals.of(reader), reader, source).await?;
        let (at, fresh) = first_new(journal, source, read_until).await?;
        let previous = id_before(journal, source, at).await?.unwrap_or(Uuid::nil());
        let next = cursor.next;
        let problem = if extent.first > next {
            let lost = extent.first.0 - next.0;
            format!("{lost} entries of {source} from {next} on were never read and are gone")
        } else if extent.next < next {
            let gone = next.0 - extent.next.0;
            format!("{source} was read up to {next} and ends at {}: {gone} entries are gone", extent.next)
        } else {
            format!("{source} was read up to {next}, but other entries are there now")
        };
        let remedy = format!(
            "go on with entry {at} of {source}: {fresh} entries there were written after it was last read, at {}",
            read_until.to_iso_millis()
        );
        found.push(Mismatch {
            reader: reader.clone(),
            finding: Finding { log: reader.to_string(), problem, remedy },
            cursor: Some((source.clone(), Cursor { next: at, skip: 0, previous })),
        });
    }
    Ok(())
}

/// The id of the entry before a slot; `None` if there is none, or not any more.
async fn id_before(journal: &dyn Journal, log: &LogName, at: Seq) -> Result<Option<Uuid>, Error> {
    let Some(before) = at.0.checked_sub(1) else { return Ok(Some(Uuid::nil())) };
    Ok(match journal.read(log, Seq(before), 1).await? {
        Read::Run { entries, .. } => entries.first().map(|entry| entry.id),
        Read::Truncated { .. } => None,
    })
}

/// When the reader last put on record how far it had read the source: at the latest when its oldest entry was written.
async fn read_until(journal: &dyn Journal, reader: &LogName, source: &LogName) -> Result<Timestamp, Error> {
    let mut at = journal.extent(reader).await?.first;
    let mut read_until = None;
    loop {
        let Read::Run { entries, .. } = journal.read(reader, at, READ_BYTES).await? else { break };
        if entries.is_empty() {
            break;
        }
        for entry in &entries {
            let body = Body::<IgnoredAny>::decode(reader, at, entry)?;
            let moved = body.cursors.iter().any(|(log, _)| log == source);
            if moved || read_until.is_none() {
                read_until = Some(entry.at);
            }
            at = at.next();
        }
    }
    Ok(read_until.unwrap_or(Timestamp::EPOCH))
}

/// The first entry that is younger than `read_until`, and how many there are from there on.
async fn first_new(
    journal: &dyn Journal,
    source: &LogName,
    read_until: Timestamp,
) -> Result<(Seq, u64), Error> {
    let extent = journal.extent(source).await?;
    let mut at = extent.first;
    loop {
        let Read::Run { entries, .. } = journal.read(source, at, READ_BYTES).await? else { break };
        if entries.is_empty() {
            break;
        }
        for entry in &entries {
            if entry.at > read_until {
                return Ok((at, extent.next.0 - at.0));
            }
            at = at.next();
        }
    }
    Ok((at, 0))
}

/// Puts the corrected cursors on record, in an entry of the reader's own journal.
async fn accept(journals: &Journals, found: &[Mismatch], now: Timestamp) -> Result<(), Error> {
    for log in [LogName::incidents(), LogName::notify()] {
        let of_log = found.iter().filter(|mismatch| mismatch.reader == log);
        let cursors: Vec<_> = of_log.filter_map(|mismatch| mismatch.cursor.clone()).collect();
        if cursors.is_empty() {
            continue;
        }
        let journal = journals.of(&log);
        let body = Body::<()> { cursors, dropped: Vec::new(), facts: Vec::new() }.encode();
        let entry =
            Entry { id: SystemIds.uuid(now), writer: SystemIds.uuid(now), at: now, format: FORMAT, body };
        let at = journal.extent(&log).await?.next;
        if journal.append(&log, at, entry).await? != Append::Appended {
            return Err(Error::InUse(log.as_str().into()));
        }
    }
    Ok(())
}
