//! When users are away, as their calendars say.

use std::sync::Arc;

use imbl::OrdMap;

use super::Span;
use crate::domain::id::UserId;
use crate::domain::time::Timestamp;

/// When which user is away.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Absences(OrdMap<UserId, Arc<[Span]>>);

impl Absences {
    /// Sets when a user is away: spans in any order, which may overlap.
    pub fn set(&mut self, user: UserId, mut spans: Vec<Span>) {
        spans.retain(|span| !span.is_empty());
        spans.sort_unstable();
        let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
        for span in spans {
            match joined.last_mut() {
                Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
                _ => joined.push(span),
            }
        }
        if joined.is_empty() {
            self.0.remove(&user);
        } else {
            self.0.insert(user, joined.into());
        }
    }

    /// Whether the user is away at `at`, and how long around `at` that does not change.
    pub fn around(&self, user: UserId, at: Timestamp) -> (bool, Span) {
        let Some(spans) = self.0.get(&user) else { return (false, Span::ALWAYS) };
        let next = spans.partition_point(|span| span.end <= at);
        if let Some(span) = spans.get(next).filter(|span| span.contains(at)) {
            return (true, *span);
        }
        let start = next.checked_sub(1).map_or(Timestamp::MIN, |before| spans[before].end);
        (false, Span { start, end: spans.get(next).map_or(Timestamp::MAX, |span| span.start) })
    }

    /// When the user is away, in order, joined where spans touch.
    pub fn of(&self, user: UserId) -> &[Span] {
        self.0.get(&user).map_or(&[], |spans| spans)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_joined_and_found() {
        let at = Timestamp::from_millis;
        let span = |start, end| Span { start: at(start), end: at(end) };
        let user = UserId("PUSER01".parse().expect("an id"));
        let mut absences = Absences::default();
        absences.set(user, vec![span(50, 60), span(10, 20), span(20, 30), span(15, 18), span(5, 5)]);
        assert_eq!(absences.of(user), [span(10, 30), span(50, 60)]);
        for (when, away, from, to) in [
            (0, false, i64::MIN, 10),
            (10, true, 10, 30),
            (29, true, 10, 30),
            (30, false, 30, 50),
            (59, true, 50, 60),
            (60, false, 60, i64::MAX),
        ] {
            assert_eq!(absences.around(user, at(when)), (away, span(from, to)), "{when}");
        }
        absences.set(user, Vec::new());
        assert_eq!(absences, Absences::default());
    }
}
