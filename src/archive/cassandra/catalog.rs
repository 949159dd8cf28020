//! The index as a value: what the entries of its journal fold to.

use imbl::OrdMap;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::archive::facets::Facets;
use crate::archive::index::Index;
use crate::domain::id::IncidentNumber;
use crate::journal::{Error, Seq};

/// What one entry of the index's journal says. Fields that say nothing are not written.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Change {
    /// Incidents whose documents are there, under this entry's id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) kept: Vec<Facets>,
    /// Incidents that have expired.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) dropped: Vec<IncidentNumber>,
    /// Days since 1970 that have kept events from now on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) days: Vec<i32>,
    /// Days that have none any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) past_days: Vec<i32>,
    /// All events up to and with this one have expired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) mark: Option<Mark>,
}

/// Where an event stands in the order in which they expire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub(super) struct Mark {
    /// Milliseconds since 1970.
    pub(super) accepted_at: i64,
    pub(super) door: Uuid,
    pub(super) seq: i64,
    pub(super) item: i32,
}

impl Mark {
    /// Before every event that was accepted at that time.
    pub(super) fn before(accepted_at: i64) -> Self {
        Self { accepted_at: accepted_at.saturating_sub(1), door: Uuid::max(), seq: i64::MAX, item: i32::MAX }
    }

    pub(super) const START: Mark = Mark { accepted_at: i64::MIN, door: Uuid::nil(), seq: 0, item: 0 };
}

/// Which document is that of an incident.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place {
    pub(super) revision: u32,
    /// The entry of the index that named it.
    seq: Seq,
}

/// An entry whose incidents are not all replaced or dropped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Put {
    id: Uuid,
    incidents: u32,
}

/// The index at one moment. A clone is O(1).
#[derive(Clone, Debug, Default)]
pub(super) struct Catalog {
    pub(super) index: Index,
    places: OrdMap<IncidentNumber, Place>,
    puts: OrdMap<Seq, Put>,
    /// With the entry that said so.
    days: OrdMap<i32, Seq>,
    mark: Option<(Mark, Seq)>,
    /// The entry that comes next.
    pub(super) next: Seq,
}

impl Catalog {
    /// An index of which nothing is known before this entry.
    pub(super) fn from(next: Seq) -> Self {
        Self { next, ..Self::default() }
    }

    /// Whether `facets` are newer than what is there.
    pub(super) fn wants(&self, facets: &Facets) -> bool {
        self.places.get(&facets.number).is_none_or(|place| place.revision < facets.revision)
    }

    /// The revision of an incident that is there, and the id under which its document is.
    pub(super) fn document(&self, number: IncidentNumber) -> Option<(u32, Uuid)> {
        let place = self.places.get(&number)?;
        Some((place.revision, self.puts.get(&place.seq)?.id))
    }

    pub(super) fn has_day(&self, day: i32) -> bool {
        self.days.contains_key(&day)
    }

    /// The days that have kept events, in order.
    pub(super) fn days(&self) -> impl Iterator<Item = i32> {
        self.days.keys().copied()
    }

    /// Up to where events have expired.
    pub(super) fn mark(&self) -> Mark {
        self.mark.map_or(Mark::START, |(mark, _)| mark)
    }

    /// The oldest entry without which the index would be another.
    pub(super) fn oldest(&self) -> Seq {
        let put = self.puts.get_min().map(|(seq, _)| *seq);
        let day = self.days.values().min().copied();
        let mark = self.mark.map(|(_, seq)| seq);
        [put, day, mark].into_iter().flatten().min().unwrap_or(self.next)
    }

    /// Takes in the next entry.
    pub(super) fn apply(&mut self, id: Uuid, body: &[u8]) -> Result<(), Error> {
        let seq = self.next;
        let change: Change = serde_json::from_slice(body)
            .map_err(|error| Error::Damaged(format!("the entry {seq} of the archive's index: {error}")))?;
        for facets in change.kept {
            if self.wants(&facets) {
                self.remove(facets.number);
                self.puts.entry(seq).or_insert(Put { id, incidents: 0 }).incidents += 1;
                self.places.insert(facets.number, Place { revision: facets.revision, seq });
                self.index.insert(facets);
            }
        }
        for number in change.dropped {
            self.remove(number);
            self.index.remove(number);
        }
        for day in change.days {
            self.days.entry(day).or_insert(seq);
        }
        for day in change.past_days {
            self.days.remove(&day);
        }
        self.mark = change.mark.map(|mark| (mark, seq)).or(self.mark);
        self.next = seq.next();
        Ok(())
    }

    fn remove(&mut self, number: IncidentNumber) {
        let Some(place) = self.places.remove(&number) else { return };
        if let Some(put) = self.puts.get_mut(&place.seq) {
            put.incidents -= 1;
            if put.incidents == 0 {
                self.puts.remove(&place.seq);
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;
    use crate::domain::user::Urgency;

    fn facets(number: u64, revision: u32) -> Facets {
        Facets {
            number: IncidentNumber(number),
            revision,
            service: "PSV0001".parse().unwrap(),
            urgency: Urgency::High,
            created_at: Timestamp::EPOCH,
            resolved_at: Timestamp::EPOCH,
            users: vec!["PUS0001".parse().unwrap()],
            keys: Vec::new(),
        }
    }

    fn fold(changes: &[Change]) -> Catalog {
        let mut catalog = Catalog::default();
        for (n, change) in (0..).zip(changes) {
            catalog.apply(Uuid::from_u128(n), &serde_json::to_vec(change).unwrap()).unwrap();
        }
        catalog
    }

    #[test]
    fn the_first_of_the_highest_revision_stays_and_the_rest_may_be_truncated() {
        let kept = |of: &[(u64, u32)]| Change {
            kept: of.iter().map(|(number, revision)| facets(*number, *revision)).collect(),
            ..Change::default()
        };
        let dropped = |number| Change { dropped: vec![IncidentNumber(number)], ..Change::default() };
        let changes =
            [kept(&[(1, 1), (2, 1)]), kept(&[(1, 2)]), kept(&[(1, 2), (1, 1)]), dropped(2), dropped(9)];
        let found = |upto: usize| {
            let catalog = fold(&changes[..upto]);
            let of = |number| catalog.document(IncidentNumber(number)).map(|(_, id)| id.as_u128());
            ([of(1), of(2)], catalog.oldest().0, catalog.index.len())
        };
        assert_eq!(found(1), ([Some(0), Some(0)], 0, 2));
        assert_eq!(found(2), ([Some(1), Some(0)], 0, 2));
        assert_eq!(found(3), ([Some(1), Some(0)], 0, 2));
        assert_eq!(found(4), ([Some(1), None], 1, 1));
        assert_eq!(found(5), ([Some(1), None], 1, 1));
    }

    #[test]
    fn what_says_where_events_are_is_not_truncated() {
        let days = |days: &[i32], past: &[i32]| Change {
            days: days.to_vec(),
            past_days: past.to_vec(),
            ..Change::default()
        };
        let mark = Change { mark: Some(Mark::before(7)), ..Change::default() };
        let changes = [days(&[3], &[]), days(&[3, 4], &[]), mark, days(&[], &[3]), days(&[], &[4])];
        let oldest: Vec<u64> = (1..=5).map(|upto| fold(&changes[..upto]).oldest().0).collect();
        assert_eq!(oldest, [0, 0, 0, 1, 2]);
        assert_eq!(fold(&changes[..2]).mark(), Mark::START);
        assert_eq!(fold(&changes).mark().accepted_at, 6);
        assert!(fold(&[]).apply(Uuid::nil(), b"{").is_err());
    }
}
