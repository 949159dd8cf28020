//! Lists of spans that are in order and apart from each other.

use crate::domain::schedule::Span;

/// All that lies in any of these, in order; what touches is joined.
pub(super) fn union(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|span| !span.is_empty());
    spans.sort_unstable();
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut().filter(|last| last.end >= span.start) {
            Some(last) => last.end = last.end.max(span.end),
            None => joined.push(span),
        }
    }
    joined
}

/// What of `from` lies in none of `without`. Both are in order and apart.
pub(super) fn minus(from: &[Span], without: &[Span]) -> Vec<Span> {
    let mut left = Vec::new();
    let mut next = 0;
    for span in from {
        let mut start = span.start;
        while let Some(hole) = without.get(next).filter(|hole| hole.end <= start) {
            debug_assert!(!hole.is_empty(), "lists of spans have no empty ones");
            next += 1;
        }
        for hole in without[next..].iter().take_while(|hole| hole.start < span.end) {
            if hole.start > start {
                left.push(Span { start, end: hole.start });
            }
            start = start.max(hole.end);
        }
        if start < span.end {
            left.push(Span { start, end: span.end });
        }
    }
    left
}

/// Whether they have anything in common. Both are in order and apart.
pub(super) fn meet(one: &[Span], other: &[Span]) -> bool {
    let (mut i, mut j) = (0, 0);
    while let (Some(a), Some(b)) = (one.get(i), other.get(j)) {
        if !a.and(*b).is_empty() {
            return true;
        }
        if a.end <= b.end { i += 1 } else { j += 1 }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;

    fn spans(bits: u32) -> Vec<Span> {
        let at = |n: u32| Timestamp::from_millis(i64::from(n));
        union(
            (0..16).filter(|n| bits & (1 << n) != 0).map(|n| Span { start: at(n), end: at(n + 1) }).collect(),
        )
    }

    proptest::proptest! {
        /// Spans of whole milliseconds are sets of bits, and act like them.
        #[test]
        fn they_are_sets(a in 0u32..65_536, b in 0u32..65_536) {
            let mut both = spans(a);
            both.extend(spans(b));
            proptest::prop_assert_eq!(union(both), spans(a | b));
            proptest::prop_assert_eq!(minus(&spans(a), &spans(b)), spans(a & !b));
            proptest::prop_assert_eq!(meet(&spans(a), &spans(b)), a & b != 0);
        }
    }
}
