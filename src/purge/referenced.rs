//! Which events the state still refers to.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::domain::event::EventAddress;
use crate::domain::incidents::state::State;
use crate::journal::Seq;
use crate::pacer::{Error, Pace};

/// Incidents looked at in one step: about a millisecond.
const SLICE: usize = 2_000;

/// The events in a range of each door that the state refers to: by the entry, then by the index in it.
pub(super) type Referenced = BTreeMap<Uuid, BTreeMap<u64, BTreeSet<u32>>>;

/// Looks at all incidents once, in slices: the first and the latest event of each alert; and at the quarantine.
pub(super) async fn find(
    state: &State,
    ranges: &BTreeMap<Uuid, (Seq, Seq)>,
    pace: &mut Pace,
) -> Result<Referenced, Error> {
    let mut found = Referenced::new();
    for quarantined in state.quarantine.iter().filter(|quarantined| !quarantined.command) {
        note(&mut found, ranges, quarantined.address);
    }
    let mut incidents = state.incidents.values();
    let mut more = true;
    while more {
        more = pace
            .step(async {
                for _ in 0..SLICE {
                    let Some(incident) = incidents.next() else { return Ok(false) };
                    for alert in &incident.alerts {
                        note(&mut found, ranges, alert.first);
                        note(&mut found, ranges, alert.latest);
                    }
                }
                Ok(true)
            })
            .await?;
    }
    Ok(found)
}

fn note(found: &mut Referenced, ranges: &BTreeMap<Uuid, (Seq, Seq)>, address: EventAddress) {
    let wanted = ranges.get(&address.door).is_some_and(|(from, to)| (from.0..to.0).contains(&address.seq));
    if wanted {
        found.entry(address.door).or_default().entry(address.seq).or_default().insert(address.index);
    }
}
