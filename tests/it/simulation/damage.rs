//! Snapshots that are not what was written any more: a digit is another, or a line is there twice. One of the two newest
//! stays whole: two are kept because one may be lost, and older ones go at any time.

use bytes::Bytes;
use pd::journal::memory::MemoryJournal;
use pd::journal::{Journal as _, LogName, Snapshot};
use sha2::{Digest as _, Sha256};

use super::chance::Chance;
use super::check::at_once;
use super::town::Town;
use super::weather::CHECKER;

/// Damages a snapshot, if there is one that can be done without.
pub(super) fn one(town: &Town, chance: &Chance) {
    let store = town.stages.handle(CHECKER);
    let log = if chance.permille(500) { LogName::incidents() } else { LogName::notify() };
    let sealed = at_once(store.snapshots(&log)).unwrap_or_default();
    // The newest is what most would load.
    let at = if chance.permille(700) { 0 } else { chance.index(sealed.len()) };
    let kept = sealed.iter().take(2).enumerate();
    let others_whole = kept.into_iter().any(|(n, other)| n != at && is_whole(&store, &log, other));
    let Some(snapshot) = sealed.get(at).filter(|_| others_whole) else { return };
    let part = u32::try_from(chance.index(snapshot.parts as usize)).unwrap_or(0);
    let Some(mut bytes) = part_of(&store, &log, snapshot, part).map(|bytes| bytes.to_vec()) else { return };
    let what =
        if chance.permille(700) { change_digit(&mut bytes, chance) } else { double_line(&mut bytes, chance) };
    let at = snapshot.at;
    town.trace
        .say("disk", (at.0, part), || format!("damages the snapshot of {log} at {at}, part {part}: {what}"));
    town.stages.damage_snapshot(&log, at, part, Bytes::from(bytes));
}

fn change_digit(bytes: &mut [u8], chance: &Chance) -> &'static str {
    let digits: Vec<_> = (0..bytes.len()).filter(|at| (b'1'..b'9').contains(&bytes[*at])).collect();
    if !digits.is_empty() {
        bytes[*chance.pick(&digits)] += 1;
    }
    "a digit is another"
}

fn double_line(bytes: &mut Vec<u8>, chance: &Chance) -> &'static str {
    let lines: Vec<_> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    if !lines.is_empty() {
        let line: &Vec<u8> = chance.pick(&lines);
        bytes.extend_from_slice(line);
    }
    "a line is there twice"
}

fn part_of(store: &MemoryJournal, log: &LogName, snapshot: &Snapshot, part: u32) -> Option<Bytes> {
    at_once(store.snapshot_part(log, snapshot.at, part)).ok().flatten()
}

fn is_whole(store: &MemoryJournal, log: &LogName, snapshot: &Snapshot) -> bool {
    let mut digest = Sha256::new();
    for part in 0..snapshot.parts {
        let Some(bytes) = part_of(store, log, snapshot, part) else { return false };
        digest.update(&bytes);
    }
    <[u8; 32]>::from(digest.finalize()) == snapshot.digest
}
