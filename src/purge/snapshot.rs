//! Writes a snapshot part by part, reads it back, and only then makes it visible.

use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use crate::domain::time::Timestamp;
use crate::journal::{ENTRY_BYTES_MAX, Journal, LogName, Snapshot};
use crate::pacer::{Error, Pace};
use crate::stage::{Replica, Stage};

/// Other tasks get a turn after this many bytes were serialised.
const SLICE_BYTES: usize = 64 << 10;

/// Writes a snapshot of this value. It is sealed when this returns, and holds what was written.
pub(super) async fn take<S: Stage>(
    journal: &dyn Journal,
    log: &LogName,
    replica: &Arc<Replica<S>>,
    (part_bytes, now): (usize, Timestamp),
    pace: &mut Pace,
) -> Result<Snapshot, Error> {
    let mut cutter = Cutter::new(replica.lines(), part_bytes);
    let mut digest = Sha256::new();
    let mut parts = 0;
    loop {
        let put = pace.step(async {
            let Some(part) = cutter.next().await else { return Ok(false) };
            digest.update(&part);
            journal.put_snapshot_part(log, replica.next, parts, part).await?;
            Ok(true)
        });
        if !put.await? {
            break;
        }
        parts += 1;
    }
    let snapshot = Snapshot {
        at: replica.next,
        previous: replica.previous,
        parts,
        digest: digest.finalize().into(),
        taken_at: now,
    };
    // A store shows the parts of a sealed snapshot only, so it is sealed first; until it was read back nobody relies on
    // it: nothing is dropped or truncated, and whoever loads it checks the digest.
    pace.step(async { Ok(journal.seal_snapshot(log, snapshot.clone()).await?) }).await?;
    if !is_whole(journal, log, &snapshot, pace).await? {
        let at = snapshot.at;
        return Err(Error::Failed(format!("the snapshot of {log} at {at} does not hold what was written")));
    }
    Ok(snapshot)
}

/// The digest that a snapshot of this value has.
pub(super) async fn digest<S: Stage>(
    replica: &Arc<Replica<S>>,
    part_bytes: usize,
    pace: &mut Pace,
) -> Result<[u8; 32], Error> {
    let mut cutter = Cutter::new(replica.lines(), part_bytes);
    let mut digest = Sha256::new();
    while pace
        .step(async {
            let part = cutter.next().await;
            Ok(part.map(|part| digest.update(&part)).is_some())
        })
        .await?
    {}
    Ok(digest.finalize().into())
}

/// Reads a sealed snapshot and compares it with its digest.
pub(super) async fn is_whole(
    journal: &dyn Journal,
    log: &LogName,
    snapshot: &Snapshot,
    pace: &mut Pace,
) -> Result<bool, Error> {
    let mut digest = Sha256::new();
    for part in 0..snapshot.parts {
        let bytes = pace.step(async { Ok(journal.snapshot_part(log, snapshot.at, part).await?) }).await?;
        let Some(bytes) = bytes else { return Ok(false) };
        digest.update(&bytes);
    }
    Ok(<[u8; 32]>::from(digest.finalize()) == snapshot.digest)
}

/// Cuts lines into parts at their ends; a line too large for any part goes into several.
struct Cutter<L> {
    lines: L,
    part_bytes: usize,
    /// What has not gone into a part yet.
    rest: Vec<u8>,
}

impl<L: Iterator<Item = Vec<u8>>> Cutter<L> {
    fn new(lines: L, part_bytes: usize) -> Self {
        Self { lines, part_bytes: part_bytes.clamp(1, ENTRY_BYTES_MAX), rest: Vec::new() }
    }

    async fn next(&mut self) -> Option<Bytes> {
        let mut part = std::mem::take(&mut self.rest);
        let mut slice_end = SLICE_BYTES;
        while part.len() < self.part_bytes {
            let Some(line) = self.lines.next() else { break };
            if !part.is_empty() && part.len() + line.len() > self.part_bytes {
                self.rest = line;
                break;
            }
            part.extend_from_slice(&line);
            if part.len() >= slice_end {
                slice_end = part.len() + SLICE_BYTES;
                tokio::task::yield_now().await;
            }
        }
        if part.len() > ENTRY_BYTES_MAX {
            self.rest = part.split_off(ENTRY_BYTES_MAX);
        }
        (!part.is_empty()).then(|| Bytes::from(part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn cut(sizes: &[usize], part_bytes: usize) -> Vec<usize> {
        let lines: Vec<Vec<u8>> = sizes.iter().map(|size| vec![b'x'; *size]).collect();
        let whole = lines.concat();
        let mut cutter = Cutter::new(lines.into_iter(), part_bytes);
        let (mut sizes, mut back) = (Vec::new(), Vec::new());
        while let Some(part) = cutter.next().await {
            sizes.push(part.len());
            back.extend_from_slice(&part);
        }
        assert_eq!(back, whole);
        sizes
    }

    #[tokio::test]
    async fn parts_end_with_lines() {
        assert_eq!(cut(&[], 10).await, Vec::<usize>::new());
        assert_eq!(cut(&[3], 10).await, [3]);
        assert_eq!(cut(&[3, 4, 5, 1], 10).await, [7, 6]);
        assert_eq!(cut(&[10, 10], 10).await, [10, 10]);
        assert_eq!(cut(&[3, 25, 3], 10).await, [3, 25, 3]);
        let large = 2 * ENTRY_BYTES_MAX + 5;
        assert_eq!(cut(&[3, large, 3], 10).await, [3, ENTRY_BYTES_MAX, ENTRY_BYTES_MAX, 8]);
    }
}
