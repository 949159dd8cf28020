//! What lists are made from, in memory: 32 bytes an incident, read from the store at the start.
//!
//! A page of any filter in any order is one pass over this, a few milliseconds for a million incidents. An index in the
//! store would be needed per filter and order, would cost each incident more writes than its document, and would still
//! be slow for the combinations that nobody thought of.

use std::sync::Arc;

use imbl::{OrdMap, Vector};

use crate::archive::facets::Facets;
use crate::domain::id::{IncidentNumber, ServiceId, UserId};
use crate::domain::user::Urgency;

/// Incidents in a chapter: what is copied when one of its incidents changes while somebody reads.
const CHAPTER: u64 = 1024;

/// All archived incidents, as a value: a clone is O(1), and a reader keeps the moment that it has.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// By number divided by [`CHAPTER`]; within one in order of number.
    chapters: OrdMap<u64, Arc<Vec<Entry>>>,
    crews: Crews,
    len: usize,
}

/// One incident.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) created_at: i64,
    pub(super) resolved_at: i64,
    pub(super) service: u32,
    /// Who had to do with it; see [`Crews`].
    pub(super) crew: u32,
    /// The number modulo [`CHAPTER`].
    offset: u16,
    pub(super) urgency: Urgency,
}

/// The sets of users that had to do with an incident, numbered. They are few, as the same people are on call together.
/// One that no incident has any more stays until the next start.
#[derive(Clone, Debug, Default)]
pub(super) struct Crews {
    sets: Vector<Arc<[UserId]>>,
    numbers: OrdMap<Arc<[UserId]>, u32>,
}

impl Crews {
    fn number(&mut self, users: Vec<UserId>) -> u32 {
        let users: Arc<[UserId]> = users.into();
        if let Some(number) = self.numbers.get(&users) {
            return *number;
        }
        let number = u32::try_from(self.sets.len()).expect("there are fewer sets than incidents in 32 bits");
        self.sets.push_back(users.clone());
        self.numbers.insert(users, number);
        number
    }

    /// For each set, by its number, whether one of `users` is in it.
    pub(super) fn with_any(&self, users: &[UserId]) -> Vec<bool> {
        self.sets.iter().map(|set| users.iter().any(|user| set.binary_search(user).is_ok())).collect()
    }
}

/// A service's id as a number: its six digits of base 36 are less than 2^32.
pub(super) fn service_code(service: ServiceId) -> u32 {
    u32::from_str_radix(&service.0.as_str()[1..], 36).expect("the alphabet of ids is base 36")
}

impl Index {
    /// How many incidents there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn crews(&self) -> &Crews {
        &self.crews
    }

    /// Adds the incident, or replaces the one of the same number.
    pub(super) fn insert(&mut self, facets: Facets) {
        let (chapter, offset) = place(facets.number);
        let entry = Entry {
            created_at: facets.created_at.as_millis(),
            resolved_at: facets.resolved_at.as_millis(),
            service: service_code(facets.service),
            crew: self.crews.number(facets.users),
            offset,
            urgency: facets.urgency,
        };
        let entries = Arc::make_mut(self.chapters.entry(chapter).or_default());
        match entries.binary_search_by_key(&offset, |entry| entry.offset) {
            Ok(at) => entries[at] = entry,
            Err(at) => {
                entries.insert(at, entry);
                self.len += 1;
            }
        }
    }

    /// Removes the incident if it is there.
    pub(super) fn remove(&mut self, number: IncidentNumber) {
        let (chapter, offset) = place(number);
        let Some(entries) = self.chapters.get_mut(&chapter) else { return };
        if let Ok(at) = entries.binary_search_by_key(&offset, |entry| entry.offset) {
            let entries = Arc::make_mut(entries);
            entries.remove(at);
            self.len -= 1;
            if entries.is_empty() {
                self.chapters.remove(&chapter);
            }
        }
    }

    /// Those of `numbers` that are there, in the same order; quickest if that is the order of number.
    pub(super) fn select<'a>(
        &'a self,
        numbers: &'a [IncidentNumber],
    ) -> impl DoubleEndedIterator<Item = (IncidentNumber, &'a Entry)> {
        let chapters = numbers.chunk_by(|a, b| place(*a).0 == place(*b).0);
        chapters.flat_map(|numbers| {
            let entries = self.chapters.get(&place(numbers[0]).0).map_or(&[][..], |entries| entries);
            numbers.iter().filter_map(|number| {
                let offset = place(*number).1;
                let at = entries.binary_search_by_key(&offset, |entry| entry.offset).ok()?;
                Some((*number, &entries[at]))
            })
        })
    }

    /// All incidents in order of number.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (IncidentNumber, &Entry)> {
        self.chapters.iter().flat_map(|(chapter, entries)| {
            let first = chapter * CHAPTER;
            entries.iter().map(move |entry| (IncidentNumber(first + u64::from(entry.offset)), entry))
        })
    }
}

fn place(number: IncidentNumber) -> (u64, u16) {
    (number.0 / CHAPTER, u16::try_from(number.0 % CHAPTER).expect("a chapter is smaller than 2^16"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_small_and_codes_differ() {
        assert_eq!(size_of::<Entry>(), 32);
        let code = |text: &str| service_code(text.parse().unwrap());
        assert_eq!(code("P00000A"), 10);
        assert_eq!(code("PZZZZZZ"), 2_176_782_335);
    }
}
