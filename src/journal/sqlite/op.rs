//! What the writer is asked for, and its answers.

use bytes::Bytes;
use tokio::sync::oneshot;

use super::batch::Batch;
use super::error::stopped;
use crate::journal::{Append, Entry, Error, LogName, Outcome, Seq, Snapshot};

/// Where an answer goes. Nobody may be waiting any more: then what was asked is done all the same.
pub(super) type Reply<T> = oneshot::Sender<Result<T, Error>>;

/// One thing to write.
pub(super) enum Op {
    Append {
        log: LogName,
        at: Seq,
        entry: Entry,
        reply: Reply<Append>,
    },
    Truncate {
        log: LogName,
        below: Seq,
        reply: Reply<Seq>,
    },
    BeginAt {
        log: LogName,
        first: Seq,
        reply: Reply<()>,
    },
    Close {
        log: LogName,
        reply: Reply<Seq>,
    },
    DropClosed {
        log: LogName,
        reply: Reply<()>,
    },
    /// Deletes a few truncated entries; answers whether there may be more.
    Sweep {
        log: LogName,
        reply: Reply<bool>,
    },
    PutPart {
        log: LogName,
        at: Seq,
        part: u32,
        bytes: Bytes,
        reply: Reply<()>,
    },
    SealSnapshot {
        log: LogName,
        snapshot: Snapshot,
        reply: Reply<()>,
    },
    /// Hides snapshots and deletes a few parts; answers whether there may be more.
    DropSnapshots {
        log: LogName,
        below: Seq,
        reply: Reply<bool>,
    },
    /// Between two transactions, writes the rest of the log back, so that the next transaction starts it anew.
    Settle {
        reply: Reply<()>,
    },
}

impl Op {
    /// Whether it is done between transactions rather than in one.
    pub(super) fn is_settle(&self) -> bool {
        matches!(self, Self::Settle { .. })
    }

    /// Does it in `batch`, unless `filled` has an error already; an error that fails the whole transaction goes there.
    pub(super) fn judge(self, batch: &mut Batch<'_>, filled: &mut Result<(), rusqlite::Error>) -> Answer {
        match self {
            Self::Append { log, at, entry, reply } => {
                Answer::Append(reply, or_failed(filled, || batch.append(&log, at, &entry)))
            }
            Self::Truncate { log, below, reply } => {
                Answer::Slot(reply, or_failed(filled, || batch.truncate(&log, below)))
            }
            Self::BeginAt { log, first, reply } => {
                Answer::Done(reply, or_failed(filled, || batch.begin_at(&log, first)))
            }
            Self::Close { log, reply } => Answer::Slot(reply, or_failed(filled, || batch.close(&log))),
            Self::DropClosed { log, reply } => {
                Answer::Done(reply, or_failed(filled, || batch.drop_closed(&log)))
            }
            Self::Sweep { log, reply } => Answer::More(reply, or_failed(filled, || batch.sweep(&log))),
            Self::PutPart { log, at, part, bytes, reply } => {
                Answer::Done(reply, or_failed(filled, || batch.put_part(&log, at, part, &bytes)))
            }
            Self::SealSnapshot { log, snapshot, reply } => {
                Answer::Done(reply, or_failed(filled, || batch.seal_snapshot(&log, &snapshot)))
            }
            Self::DropSnapshots { log, below, reply } => {
                Answer::More(reply, or_failed(filled, || batch.drop_snapshots(&log, below)))
            }
            Self::Settle { reply } => Answer::Done(reply, Ok(())),
        }
    }

    /// About how many bytes it adds to a transaction.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Append { entry, .. } => entry.body.len(),
            Self::PutPart { bytes, .. } => bytes.len(),
            _ => 0,
        }
    }
}

/// The answer to one operation. When the transaction has failed, that is what is answered, whatever is returned here.
fn or_failed<T>(
    filled: &mut Result<(), rusqlite::Error>,
    judge: impl FnOnce() -> Result<Result<T, Error>, rusqlite::Error>,
) -> Result<T, Error> {
    if filled.is_err() {
        return Err(stopped(Outcome::NotDone));
    }
    judge().unwrap_or_else(|error| {
        *filled = Err(error);
        Err(stopped(Outcome::NotDone))
    })
}

/// An answer that waits for its transaction to be durable.
pub(super) enum Answer {
    Append(Reply<Append>, Result<Append, Error>),
    Slot(Reply<Seq>, Result<Seq, Error>),
    More(Reply<bool>, Result<bool, Error>),
    Done(Reply<()>, Result<(), Error>),
}

impl Answer {
    /// Gives the answer; `committed` is what became of the transaction that it was found in.
    pub(super) fn give(self, committed: &Result<(), Error>) {
        match self {
            Self::Append(reply, answer) => send(reply, committed, answer),
            Self::Slot(reply, answer) => send(reply, committed, answer),
            Self::More(reply, answer) => send(reply, committed, answer),
            Self::Done(reply, answer) => send(reply, committed, answer),
        }
    }
}

fn send<T>(reply: Reply<T>, committed: &Result<(), Error>, answer: Result<T, Error>) {
    // An error here only says that nobody waits for the answer any more.
    drop(reply.send(committed.clone().and(answer)));
}
