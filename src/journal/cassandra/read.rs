//! Reading on from a slot: one statement where little has come, and where nothing has.

use std::ops::ControlFlow;

use scylla::response::PagingState;
use uuid::Uuid;

use super::segment::{END, End, entry, segment, slot};
use super::{CassandraJournal, Entry, Error, LogName, Read, Seq};
use crate::cassandra::Failure;
use crate::journal::SEGMENT;

/// Rows that a page has at most: at the limit of bodies, 32 MiB.
const PAGE_MAX: u64 = 32;
/// The least that a body is taken for.
const BODY_MIN: u64 = 64;
/// What a body is taken for that nothing is known of.
const BODY_UNKNOWN: u64 = 64 << 10;

type Row =
    (i32, Option<Uuid>, Option<Uuid>, Option<i64>, Option<i32>, Option<i32>, Option<i64>, Option<Vec<u8>>);

/// A run that is being read.
struct Run {
    at: u64,
    entries: Vec<Entry>,
    bytes: usize,
    bytes_max: usize,
    total: u64,
}

/// Where the reading of a segment has stopped.
enum Stop {
    /// Where nothing is written yet, or at a gap.
    Open,
    /// At the limit of bytes.
    Enough,
    Ended(End),
}

impl CassandraJournal {
    pub(super) async fn read_run(&self, log: &LogName, from: Seq, bytes_max: usize) -> Result<Read, Error> {
        let mut run = Run { at: from.0, entries: Vec::new(), bytes: 0, bytes_max, total: 0 };
        let closed = loop {
            let segment = run.at / SEGMENT;
            match self.read_segment(log, &mut run).await? {
                Stop::Enough => break false,
                Stop::Ended(End::Truncated) if run.entries.is_empty() => {
                    return Ok(Read::Truncated { first: self.first_left(log, run.at).await? });
                }
                Stop::Ended(End::Dropped { tail }) if run.entries.is_empty() && run.at < tail => {
                    return Ok(Read::Truncated { first: Seq(tail) });
                }
                Stop::Ended(End::Truncated) => break false,
                // A full segment is followed by another, where the end is if this was the last.
                Stop::Ended(_) | Stop::Open if run.at / SEGMENT > segment => {}
                Stop::Ended(_) => break true,
                Stop::Open => break false,
            }
        };
        if run.entries.is_empty() && !closed && self.known.of(log).next < from.0 {
            return self.read_beyond(log, from).await;
        }
        if !run.entries.is_empty() {
            self.known.written(log, run.at, run.total);
            self.known.sized(log, run.entries.len(), run.bytes);
        }
        Ok(Read::Run { entries: run.entries, closed })
    }

    /// The answer where nothing was found in a place that this handle knows nothing about.
    async fn read_beyond(&self, log: &LogName, from: Seq) -> Result<Read, Error> {
        let extent = self.find_extent(log).await?;
        if from < extent.first {
            return Ok(Read::Truncated { first: extent.first });
        }
        let closed = extent.closed && from >= extent.next;
        Ok(Read::Run { entries: Vec::new(), closed })
    }

    async fn first_left(&self, log: &LogName, at: u64) -> Result<Seq, Error> {
        self.known.truncated(log, (at / SEGMENT + 1) * SEGMENT);
        let row = self.look(log).await?;
        let row = row.ok_or_else(|| Failure::unreadable(format!("{log} is truncated and not registered")))?;
        Ok(Seq(self.first(log, &row).await?))
    }

    /// Reads on to the end of the segment that `run` is in.
    async fn read_segment(&self, log: &LogName, run: &mut Run) -> Result<Stop, Error> {
        let key = self.key(log);
        let values = (key.as_str(), segment(run.at), slot(run.at));
        let last = run.at / SEGMENT;
        let mut page = PagingState::start();
        loop {
            let rows = self.page_rows(log, run);
            let (answer, state) = self.store.page(&self.statements.read, values, rows, page).await?;
            for row in answer.rows::<Row>()? {
                if let ControlFlow::Break(stop) = run.take(row, last)? {
                    return Ok(stop);
                }
            }
            match state.into_paging_control_flow() {
                ControlFlow::Break(()) => return Ok(Stop::Open),
                ControlFlow::Continue(next) => page = next,
            }
        }
    }

    fn page_rows(&self, log: &LogName, run: &Run) -> i32 {
        let body = match self.known.of(log).body {
            0 => BODY_UNKNOWN,
            known => known.max(BODY_MIN),
        };
        let left = run.bytes_max.saturating_sub(run.bytes) as u64;
        // One more: the row after the last is what tells that it was the last. Short bodies come a segment at a time.
        let most = if body * SEGMENT <= 1 << 20 { SEGMENT } else { PAGE_MAX };
        i32::try_from((left / body + 2).min(most + 1)).expect("a page is short")
    }
}

impl Run {
    /// Takes the next row, of the segment `segment`.
    fn take(&mut self, row: Row, segment: u64) -> Result<ControlFlow<Stop>, Failure> {
        let (slot, id, writer, at, format, size, total, body) = row;
        if slot == END {
            return Ok(ControlFlow::Break(Stop::Ended(End::of(format, at)?)));
        }
        let here = segment * SEGMENT + u64::try_from(slot).unwrap_or_default();
        let columns = id.zip(writer).zip(at).zip(format).zip(size).zip(total).zip(body);
        let Some(((((((id, writer), at), format), size), total), body)) = columns else {
            return Err(Failure::unreadable(format!("the entry {here} has not all its columns")));
        };
        if here != self.at {
            return Ok(ControlFlow::Break(Stop::Open));
        }
        let size = usize::try_from(size).unwrap_or_default();
        if !self.entries.is_empty() && self.bytes.saturating_add(size) > self.bytes_max {
            return Ok(ControlFlow::Break(Stop::Enough));
        }
        self.entries.push(entry(id, writer, at, format, &body)?);
        self.bytes += size;
        self.total = total.cast_unsigned();
        self.at += 1;
        Ok(ControlFlow::Continue(()))
    }
}
