//! A page of a list whose items are partly in the state and partly in the archive, in one order.

use std::cmp::Ordering;

use crate::archive::{Row, Sort, SortBy};
use crate::domain::id::IncidentNumber;

/// Where the incident of a row is to be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Pick {
    /// In the state.
    Live(IncidentNumber),
    /// In the archive.
    Archived(IncidentNumber),
}

/// The order of a list; rows with different numbers are never equal.
fn order(sort: Sort, a: &Row, b: &Row) -> Ordering {
    let by = match sort.by {
        SortBy::Number => Ordering::Equal,
        SortBy::ResolvedAt => a.resolved_at.cmp(&b.resolved_at),
        SortBy::Urgency => a.urgency.cmp(&b.urgency),
    };
    let ascending = by.then(a.number.cmp(&b.number));
    if sort.descending { ascending.reverse() } else { ascending }
}

/// The rows `offset..end` of both lists together, and how many rows there were up to one after `end`.
///
/// `live` is in order of number; an incident that is in both (it is being archived) counts as live. `archived` is in the
/// order of `sort` and holds at least the first `end + 1` rows that are not live, or all.
pub(crate) fn merge(
    mut live: Vec<Row>,
    mut archived: Vec<Row>,
    sort: Sort,
    offset: usize,
    end: usize,
) -> (Vec<Pick>, bool) {
    archived.retain(|row| !is_live(&live, row));
    let wanted = end + 1;
    match sort {
        Sort { by: SortBy::Number, descending: false } => {}
        Sort { by: SortBy::Number, descending: true } => live.reverse(),
        sort => keep_first(&mut live, wanted, sort),
    }
    let mut live = live.into_iter().peekable();
    let mut archived = archived.into_iter().peekable();
    let mut next = || match (live.peek(), archived.peek()) {
        (Some(a), Some(b)) if order(sort, a, b) == Ordering::Greater => {
            archived.next().map(|row| Pick::Archived(row.number))
        }
        (Some(_), _) => live.next().map(|row| Pick::Live(row.number)),
        (None, _) => archived.next().map(|row| Pick::Archived(row.number)),
    };
    let mut picks: Vec<Pick> = std::iter::from_fn(&mut next).take(wanted).collect();
    let more = picks.len() > end;
    picks.truncate(end);
    (picks.split_off(offset.min(picks.len())), more)
}

/// Whether `live`, which is in order of number, has this incident.
pub(crate) fn is_live(live: &[Row], row: &Row) -> bool {
    live.binary_search_by_key(&row.number, |row| row.number).is_ok()
}

/// Keeps the first `n` rows, in order.
fn keep_first(rows: &mut Vec<Row>, n: usize, sort: Sort) {
    if n < rows.len() {
        rows.select_nth_unstable_by(n, |a, b| order(sort, a, b));
        rows.truncate(n);
    }
    rows.sort_unstable_by(|a, b| order(sort, a, b));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::time::Timestamp;
    use crate::domain::user::Urgency;

    fn row() -> impl Strategy<Value = Row> {
        (1u64..60, any::<bool>(), prop_oneof![0i64..20, Just(i64::MAX)]).prop_map(|(number, high, at)| Row {
            number: IncidentNumber(number),
            urgency: if high { Urgency::High } else { Urgency::Low },
            resolved_at: Timestamp::from_millis(at),
        })
    }

    fn sort() -> impl Strategy<Value = Sort> {
        let by = prop_oneof![Just(SortBy::Number), Just(SortBy::ResolvedAt), Just(SortBy::Urgency)];
        (by, any::<bool>()).prop_map(|(by, descending)| Sort { by, descending })
    }

    fn sorted(mut rows: Vec<Row>, sort: Sort) -> Vec<Row> {
        match sort.by {
            SortBy::Number => rows.sort_by_key(|row| row.number),
            SortBy::ResolvedAt => rows.sort_by_key(|row| (row.resolved_at, row.number)),
            SortBy::Urgency => rows.sort_by_key(|row| (row.urgency, row.number)),
        }
        if sort.descending {
            rows.reverse();
        }
        rows
    }

    proptest! {
        #[test]
        fn a_page_is_that_of_one_list(
            live in prop::collection::vec(row(), 0..40),
            archived in prop::collection::vec(row(), 0..40),
            sort in sort(),
            offset in 0usize..50,
            limit in 1usize..30,
        ) {
            let unique = |rows: Vec<Row>| rows.into_iter().map(|row| (row.number, row)).collect::<BTreeMap<_, _>>();
            let (live, archived) = (unique(live), unique(archived));
            let end = offset + limit;
            // What the archive answers: the first rows of its own list.
            let mut fresh = 0;
            let first = sorted(archived.values().copied().collect(), sort);
            let first: Vec<Row> = first
                .into_iter()
                .take_while(|row| {
                    let asked_for = fresh <= end;
                    fresh += usize::from(!live.contains_key(&row.number));
                    asked_for
                })
                .collect();
            let (picks, more) = merge(live.values().copied().collect(), first, sort, offset, end);

            let mut both = archived.clone();
            both.extend(live.clone());
            let all = sorted(both.into_values().collect(), sort);
            let expected: Vec<Pick> = all.iter().skip(offset).take(limit).map(|row| {
                if live.contains_key(&row.number) { Pick::Live(row.number) } else { Pick::Archived(row.number) }
            }).collect();
            prop_assert_eq!(picks, expected);
            prop_assert_eq!(more, all.len() > end);
        }
    }
}
