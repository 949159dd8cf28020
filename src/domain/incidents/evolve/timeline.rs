//! The timeline of one incident: bounded, and repeats are counted.

use crate::domain::incident::{Agent, Happening, Incident, LogEntry};
use crate::domain::time::Timestamp;

/// How many entries a timeline has at most.
pub const TIMELINE_MAX: usize = 1_000;
/// How many of the earliest entries are never left out.
const FIRST: usize = 100;
/// How many of the latest are kept when it is cut. Fewer than fit, so that not every further entry cuts it again, and
/// so few that all notes, links and status updates that an incident may have fit as well.
const LATEST: usize = 450;

/// Writes one line; cuts the timeline when it has grown too long.
pub(super) fn write(incident: &mut Incident, at: Timestamp, agent: Agent, what: Happening) {
    incident.timeline.push(LogEntry { at, agent, what });
    if incident.timeline.len() > TIMELINE_MAX {
        cut(&mut incident.timeline);
    }
}

/// Counts repeats of an alert into its entry, or begins one.
pub(super) fn repeat(incident: &mut Incident, alert: u32, more: u64, first: Timestamp, last: Timestamp) {
    let Some(events) = incident.alerts.get(alert as usize) else { return };
    let integration = events.integration;
    // An alert whose second event this is has no entry yet; this spares the search in the commonest case.
    let known = events.events > 1 + more;
    let entry =
        known.then(|| incident.timeline.iter_mut().rev().find_map(|entry| repeated(entry, alert))).flatten();
    if let Some((count, last_at)) = entry {
        *count = count.saturating_add(more);
        *last_at = (*last_at).max(last);
        return;
    }
    let what = Happening::Repeated { alert, count: more, last_at: last };
    write(incident, first, Agent::Integration(integration), what);
}

fn repeated(entry: &mut LogEntry, of: u32) -> Option<(&mut u64, &mut Timestamp)> {
    match &mut entry.what {
        Happening::Repeated { alert, count, last_at } if *alert == of => Some((count, last_at)),
        _ => None,
    }
}

/// Leaves out what is neither early nor late nor written by people; each run of such entries becomes one that counts them.
fn cut(timeline: &mut Vec<LogEntry>) {
    let latest = timeline.split_off(timeline.len() - LATEST);
    for entry in timeline.split_off(FIRST) {
        let more = match entry.what {
            Happening::Annotated { .. } | Happening::Linked { .. } | Happening::StatusUpdated { .. } => {
                timeline.push(entry);
                continue;
            }
            Happening::Omitted { count } => count,
            _ => 1,
        };
        match timeline[FIRST..].last_mut().map(|last| &mut last.what) {
            Some(Happening::Omitted { count }) => *count = count.saturating_add(more),
            _ => timeline.push(LogEntry { what: Happening::Omitted { count: more }, ..entry }),
        }
    }
    timeline.extend(latest);
}
