//! The checkpointer: writes the log back into the database beside the writer, so that the log stays short.
//!
//! It only ever runs passive checkpoints, which wait for nobody. The bulk is written back by a thread of its own; what
//! was appended meanwhile by the writer between two transactions ([`Op::Settle`]), because a log is started anew only
//! once all of it is written back. An idle store is never touched.

use std::sync::mpsc::Receiver;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::op::Op;

/// Pages in the log from which on it is written back: 8 MiB.
const PAGES_DUE: u32 = (8 << 20) / super::PAGE_BYTES;

/// How little the writer may be left to write back itself: 1 MiB, some milliseconds.
const PAGES_SETTLED: u32 = (1 << 20) / super::PAGE_BYTES;

/// How often the bulk is tried before the writer is made to do the rest.
const ROUNDS: usize = 4;

/// Decides after which commits a checkpoint is due. A reader may keep a log from being started anew for a while (a backup
/// does), so after a due one the next is due when the log has grown by as much again.
#[derive(Debug, Default)]
pub(super) struct Pace {
    woken_at: u32,
}

impl Pace {
    /// Whether the checkpointer is to be woken with the log at this many pages.
    pub(super) fn is_due(&mut self, pages: u32) -> bool {
        if pages < self.woken_at {
            self.woken_at = 0; // the log was started anew
        }
        let due = pages >= self.woken_at + PAGES_DUE;
        if due {
            self.woken_at = pages;
        }
        due
    }
}

/// How far a checkpoint came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Progress {
    /// Pages in the log.
    pub(super) pages: u32,
    /// Of these, how many are in the database now.
    pub(super) written_back: u32,
}

/// Writes back what can be written back without waiting for anybody.
pub(super) fn passive(conn: &Connection) -> Result<Progress, rusqlite::Error> {
    conn.prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")?.query_row([], |row| {
        let pages = |column| row.get::<_, i64>(column).map(|pages| u32::try_from(pages).unwrap_or(0));
        Ok(Progress { pages: pages(1)?, written_back: pages(2)? })
    })
}

/// The checkpointer's thread: one turn for each time it is woken, until the writer is gone.
pub(super) fn run(conn: &Connection, woken: &Receiver<()>, writer: &mpsc::WeakSender<Op>) {
    while woken.recv().is_ok() {
        if let Err(error) = bulk(conn) {
            // Nothing is lost by it: the log is still there, and the next turn tries again.
            tracing::warn!(%error, "the log could not be written back");
            continue;
        }
        let Some(writer) = writer.upgrade() else { return };
        let (reply, settled) = oneshot::channel();
        if writer.blocking_send(Op::Settle { reply }).is_ok()
            && let Ok(Err(error)) = settled.blocking_recv()
        {
            tracing::warn!(%error, "the end of the log could not be written back");
        }
    }
}

fn bulk(conn: &Connection) -> Result<(), rusqlite::Error> {
    for _ in 0..ROUNDS {
        let progress = passive(conn)?;
        if progress.pages.saturating_sub(progress.written_back) <= PAGES_SETTLED {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_due_once_per_growth() {
        let mut pace = Pace::default();
        let mut turns = |pages: &[u32]| pages.iter().map(|pages| pace.is_due(*pages)).collect::<Vec<_>>();
        assert_eq!(turns(&[PAGES_DUE - 1, PAGES_DUE, PAGES_DUE + 1]), [false, true, false]);
        assert_eq!(turns(&[2 * PAGES_DUE, 2 * PAGES_DUE + 1]), [true, false], "a reader kept the log");
        assert_eq!(turns(&[3, PAGES_DUE - 1, PAGES_DUE]), [false, false, true], "the log was started anew");
    }
}
