//! What is wrong with the installation, the worst first: what somebody who looks at 3 a.m. wants to read.

use std::time::Duration;

use crate::domain::time::Timestamp;
use crate::wire::status::{Peer, Process, Status, Store};

/// A process writes about itself four times a minute; one that has missed several is silent.
const SILENT: Duration = Duration::from_secs(60);
/// Work that is older, in seconds, is late.
pub(super) const LATE: f64 = 30.0;

/// Something that is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Problem {
    pub(super) text: String,
    /// Whether it is more than a hint.
    pub(super) grave: bool,
}

/// Whether a process has not told of itself for long.
pub(super) fn is_silent(peer: &Peer, status: &Status) -> bool {
    let times = Timestamp::parse(&peer.told_at).zip(Timestamp::parse(&status.now));
    times.is_some_and(|(told_at, now)| now.since(told_at) > SILENT)
}

/// How many nodes may be lost, in words.
pub(super) fn margin(margin: i64) -> String {
    match margin {
        ..0 => format!("{} missing for a quorum", margin.unsigned_abs()),
        0 => "none more may be lost".to_owned(),
        _ => format!("{margin} more may be lost"),
    }
}

/// All of it, the grave first.
pub(super) fn of(status: &Status) -> Vec<Problem> {
    let mut all = Vec::new();
    for peer in &status.processes {
        let node = &peer.process.node;
        if is_silent(peer, status) {
            add(&mut all, true, format!("{node} is silent: has it ended, or lost its store?"));
        } else if peer.process.process != status.process.process {
            process(&mut all, &peer.process);
        }
    }
    process(&mut all, &status.process);
    for store in &status.process.stores {
        of_store(&mut all, store);
    }
    for job in &status.process.jobs {
        if let Some(failure) = &job.failure {
            add(&mut all, true, format!("the last round of the job {} failed: {failure}", job.name));
        }
    }
    load(&mut all, &status.process);
    if status.quarantine.total > 0 {
        let text = match status.quarantine.total {
            1 => "1 input is in quarantine: it is below".to_owned(),
            total => format!("{total} inputs are in quarantine: the latest are below"),
        };
        add(&mut all, false, text);
    }
    // Of two as grave, the one that was found first.
    all.sort_by_key(|problem| !problem.grave);
    all
}

/// The same is said once, however many processes say it.
fn add(all: &mut Vec<Problem>, grave: bool, text: String) {
    let problem = Problem { text, grave };
    if !all.contains(&problem) {
        all.push(problem);
    }
}

fn process(all: &mut Vec<Problem>, it: &Process) {
    let node = &it.node;
    for reason in &it.health.why_not {
        add(all, true, format!("{node} is not ready: {reason}"));
    }
    for stage in &it.stages {
        if let Some(reason) = &stage.stopped {
            add(all, true, format!("{node}: the stage {} has stopped: {reason}", stage.name));
        } else if stage.oldest_undone_seconds >= LATE {
            let late = crate::tui::text::span(
                Duration::from_secs_f64(stage.oldest_undone_seconds.min(1e12)).as_secs(),
            );
            add(all, true, format!("{node}: the oldest work of {} has waited {late}", stage.name));
        }
    }
    for hint in &it.hints {
        add(all, false, hint.clone());
    }
}

fn of_store(all: &mut Vec<Problem>, it: &Store) {
    if let Some(error) = &it.error {
        add(all, true, format!("store {}: {error}", it.name));
    }
    if let Some(left) = it.margin.filter(|left| *left <= 0) {
        add(all, true, format!("store {}: {}", it.name, margin(left)));
    }
    for node in it.nodes.iter().filter(|node| !node.up) {
        let text = format!("store {}: {} ({}) is down", it.name, node.address, node.datacenter);
        add(all, it.margin.is_none_or(|left| left <= 0), text);
    }
}

fn load(all: &mut Vec<Problem>, it: &Process) {
    let load = &it.load;
    if matches!(load.pressure.as_str(), "busy" | "overloaded") {
        // What is fuller says why.
        let waiting = load.undone * load.waiting_max <= load.waiting * load.undone_max;
        let (what, count, most) = if waiting {
            ("wait", load.waiting, load.waiting_max)
        } else {
            ("wait for the stages", load.undone, load.undone_max)
        };
        let text = format!("{} is {}: {count} of {most} events {what}", it.node, load.pressure);
        add(all, load.pressure == "overloaded", text);
    }
    if load.refused > 0 {
        add(all, false, format!("{} refused {} events since it began", it.node, load.refused));
    }
    if load.dropped > 0 {
        add(all, false, format!("{} dropped {} events whose senders had gone", it.node, load.dropped));
    }
}
