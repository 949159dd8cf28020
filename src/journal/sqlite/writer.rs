//! The one writer: takes everything that waits, for all journals, and commits it in one transaction.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{mpsc, watch};

use super::batch::Batch;
use super::error::{Failure, of_read, stopped};
use super::op::{Answer, Op};
use super::tables::Logs;
use super::{Counters, OnFatal, checkpoint};
use crate::clock::SharedClock;
use crate::journal::{Error, Outcome};

/// Bodies in one transaction, so that nobody waits long for a neighbour and the log stays short.
const BATCH_BYTES: usize = 4 << 20;

/// Operations in one transaction.
const BATCH_OPS: usize = 256;

/// A commit that takes longer is worth a line in the log.
const SLOW_COMMIT: Duration = Duration::from_secs(1);

/// What the writer's thread owns.
pub(super) struct Writer {
    pub(super) conn: Connection,
    pub(super) ops: mpsc::Receiver<Op>,
    /// What is durable, for readers.
    pub(super) published: watch::Sender<Logs>,
    /// Wakes the checkpointer.
    pub(super) checkpoint: SyncSender<()>,
    pub(super) counters: Arc<Counters>,
    pub(super) clock: SharedClock,
    pub(super) folder: PathBuf,
    pub(super) on_fatal: OnFatal,
}

thread_local! {
    /// Pages in the log after the last commit of this thread. SQLite tells them by a plain function only.
    static WAL_PAGES: Cell<u32> = const { Cell::new(0) };
}

impl Writer {
    /// Writes until nobody can ask any more, or a commit failed for good.
    pub(super) fn run(mut self) {
        self.conn.wal_hook(Some(|_, pages| {
            WAL_PAGES.set(pages.unsigned_abs());
            Ok(())
        }));
        let mut pace = checkpoint::Pace::default();
        while let Some(first) = self.ops.blocking_recv() {
            let (settles, ops) = self.waiting(first).into_iter().partition(Op::is_settle);
            if let Err(reason) = self.round(ops) {
                return self.end(&reason);
            }
            self.settle(settles);
            if pace.is_due(WAL_PAGES.get()) {
                self.wake_checkpointer();
            }
        }
    }

    fn wake_checkpointer(&self) {
        if self.checkpoint.try_send(()).is_err() {
            tracing::debug!("the checkpointer is behind: it was woken already");
        }
    }

    /// `first` and what waits behind it, as much as fits into one transaction.
    fn waiting(&mut self, first: Op) -> Vec<Op> {
        let mut bytes = first.bytes();
        let mut ops = vec![first];
        while bytes < BATCH_BYTES && ops.len() < BATCH_OPS {
            let Ok(op) = self.ops.try_recv() else { break };
            bytes += op.bytes();
            ops.push(op);
        }
        ops
    }

    /// One transaction. The error says why nobody knows what became of it.
    fn round(&mut self, ops: Vec<Op>) -> Result<(), String> {
        if ops.is_empty() {
            return Ok(());
        }
        let started = self.clock.monotonic();
        let mut answers = Vec::with_capacity(ops.len());
        let outcome = self.transact(ops, &mut answers).or_else(|error| self.roll_back(&error));
        let took = self.clock.monotonic().saturating_sub(started);
        if took > SLOW_COMMIT {
            tracing::warn!(took_ms = took.as_millis(), "a commit was slow: the disk may be overloaded");
        }
        let (committed, fatal) = match outcome {
            Ok(()) => (Ok(()), Ok(())),
            Err(Failure::Passing(error)) => {
                // On a full disk the log cannot grow, but it can be used again from its start once it is written back.
                self.wake_checkpointer();
                if let Error::NoSpace { reason } = &error {
                    self.counters.set_refused(Some(reason.clone()));
                }
                (Err(error), Ok(()))
            }
            Err(Failure::Fatal(reason)) => (Err(stopped(Outcome::Unknown)), Err(reason)),
        };
        for answer in answers {
            answer.give(&committed);
        }
        fatal
    }

    fn transact(&self, ops: Vec<Op>, answers: &mut Vec<Answer>) -> Result<(), rusqlite::Error> {
        let logs = self.published.borrow().clone();
        let mut batch = Batch { conn: &self.conn, logs, dirty: false };
        // Everybody gets an answer, also those behind the one whose statement failed.
        let mut filled = self.run_cached("BEGIN IMMEDIATE");
        for op in ops {
            answers.push(op.judge(&mut batch, &mut filled));
        }
        filled?;
        self.run_cached("COMMIT")?;
        if batch.dirty {
            self.counters.committed();
            // Published before anybody is answered: who was told that it is written can read it.
            self.published.send_replace(batch.logs);
        }
        Ok(())
    }

    fn run_cached(&self, sql: &str) -> Result<(), rusqlite::Error> {
        self.conn.prepare_cached(sql)?.execute([]).map(drop)
    }

    fn roll_back(&self, error: &rusqlite::Error) -> Result<(), Failure> {
        let failure = Failure::of(error, &self.folder);
        // SQLite has rolled back by itself after some errors.
        if !self.conn.is_autocommit()
            && let Err(again) = self.conn.execute_batch("ROLLBACK")
        {
            return Err(Failure::Fatal(format!("{error}; and rolling back: {again}")));
        }
        if let Failure::Passing(error) = &failure {
            tracing::warn!(%error, "a commit failed; nothing of it was written");
        }
        Err(failure)
    }

    /// Writes the rest of the log back while nothing is added to it, so that the next commit starts it anew.
    fn settle(&self, settles: Vec<Op>) {
        if settles.is_empty() {
            return;
        }
        let done = checkpoint::passive(&self.conn).map(drop).map_err(|error| of_read(&error));
        for settle in settles {
            if let Op::Settle { reply } = settle {
                Answer::Done(reply, Ok(())).give(&done);
            }
        }
    }

    fn end(self, reason: &str) {
        tracing::error!(
            reason,
            "a commit failed, and nobody knows what the disk holds: this process must end"
        );
        (self.on_fatal)(reason);
    }
}
