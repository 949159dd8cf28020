//! Lists and counts over the index.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use super::index::{Entry, Index, service_code};
use crate::archive::{Filter, Row, Sort, SortBy};
use crate::domain::id::IncidentNumber;
use crate::domain::time::Timestamp;
use crate::domain::user::Urgency;

/// A filter, ready to be asked about a million entries.
pub(super) struct Query<'a> {
    index: &'a Index,
    /// The incidents with the wanted key, in order; `None`: any key.
    keyed: Option<&'a [IncidentNumber]>,
    /// In order; empty: any.
    services: Vec<u32>,
    high: bool,
    low: bool,
    /// By crew; `None`: anybody.
    crews: Option<Vec<bool>>,
    since: Option<i64>,
    until: Option<i64>,
}

impl<'a> Query<'a> {
    /// What `filter` describes in `index`; `keyed` are the incidents with the filter's key, in order of number.
    pub(super) fn new(index: &'a Index, filter: &Filter, keyed: Option<&'a [IncidentNumber]>) -> Self {
        let mut services: Vec<u32> = filter.services.iter().copied().map(service_code).collect();
        services.sort_unstable();
        let wants = |urgency| filter.urgencies.is_empty() || filter.urgencies.contains(&urgency);
        Self {
            index,
            keyed,
            services,
            high: wants(Urgency::High),
            low: wants(Urgency::Low),
            crews: (!filter.users.is_empty()).then(|| index.crews().with_any(&filter.users)),
            since: filter.since.map(Timestamp::as_millis),
            until: filter.until.map(Timestamp::as_millis),
        }
    }

    /// How many incidents match.
    pub(super) fn count(&self) -> u64 {
        if self.keyed.is_none() && self.matches_all() {
            return self.index.len() as u64;
        }
        let mut count = 0;
        self.visit(false, &mut |_, _| {
            count += 1;
            ControlFlow::Continue(())
        });
        count
    }

    /// The first `max` rows in this order.
    pub(super) fn rows(&self, sort: Sort, max: usize) -> Vec<Row> {
        if max == 0 {
            return Vec::new();
        }
        match sort.by {
            SortBy::Number => self.by_number(None, sort.descending, max),
            SortBy::Urgency => {
                let order = if sort.descending {
                    [Urgency::Low, Urgency::High]
                } else {
                    [Urgency::High, Urgency::Low]
                };
                let mut rows = self.by_number(Some(order[0]), sort.descending, max);
                if rows.len() < max {
                    rows.extend(self.by_number(Some(order[1]), sort.descending, max - rows.len()));
                }
                rows
            }
            SortBy::ResolvedAt => {
                let mut first = First::new(sort.descending, max);
                self.visit(sort.descending, &mut |number, entry| {
                    first.offer(row(number, entry));
                    ControlFlow::Continue(())
                });
                first.finish()
            }
        }
    }

    fn by_number(&self, urgency: Option<Urgency>, descending: bool, max: usize) -> Vec<Row> {
        let mut rows = Vec::new();
        self.visit(descending, &mut |number, entry| {
            if urgency.is_none_or(|urgency| urgency == entry.urgency) {
                rows.push(row(number, entry));
            }
            if rows.len() < max { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        rows
    }

    /// Calls `each` with every match in order of number until it breaks off.
    fn visit<'s>(
        &'s self,
        descending: bool,
        each: &mut impl FnMut(IncidentNumber, &'s Entry) -> ControlFlow<()>,
    ) {
        let offer = |(number, entry): (IncidentNumber, &'s Entry)| {
            if self.matches(entry) { each(number, entry) } else { ControlFlow::Continue(()) }
        };
        let _broken_off = match (self.keyed, descending) {
            (None, false) => self.index.iter().try_for_each(offer),
            (None, true) => self.index.iter().rev().try_for_each(offer),
            (Some(keyed), false) => self.index.select(keyed).try_for_each(offer),
            (Some(keyed), true) => self.index.select(keyed).rev().try_for_each(offer),
        };
    }

    fn matches_all(&self) -> bool {
        self.services.is_empty()
            && self.high
            && self.low
            && self.crews.is_none()
            && self.since.is_none()
            && self.until.is_none()
    }

    fn matches(&self, entry: &Entry) -> bool {
        let urgency = match entry.urgency {
            Urgency::High => self.high,
            Urgency::Low => self.low,
        };
        urgency
            && self.since.is_none_or(|since| since <= entry.created_at)
            && self.until.is_none_or(|until| entry.created_at < until)
            && (self.services.is_empty() || self.services.binary_search(&entry.service).is_ok())
            && self.crews.as_ref().is_none_or(|crews| crews[entry.crew as usize])
    }
}

fn row(number: IncidentNumber, entry: &Entry) -> Row {
    Row { number, urgency: entry.urgency, resolved_at: Timestamp::from_millis(entry.resolved_at) }
}

/// Keeps the first `max` rows by time of resolution of all that it is offered.
struct First {
    rows: Vec<Row>,
    max: usize,
    descending: bool,
    /// Once there are `max`: nothing after this one is wanted.
    last: Option<Row>,
}

impl First {
    fn new(descending: bool, max: usize) -> Self {
        Self { rows: Vec::new(), max, descending, last: None }
    }

    fn order(descending: bool, a: &Row, b: &Row) -> Ordering {
        let order = (a.resolved_at, a.number).cmp(&(b.resolved_at, b.number));
        if descending { order.reverse() } else { order }
    }

    fn offer(&mut self, row: Row) {
        let descending = self.descending;
        if self.last.is_some_and(|last| Self::order(descending, &last, &row).is_lt()) {
            return;
        }
        self.rows.push(row);
        if self.rows.len() >= self.max.saturating_mul(2) {
            let (_, last, _) =
                self.rows.select_nth_unstable_by(self.max - 1, |a, b| Self::order(descending, a, b));
            self.last = Some(*last);
            self.rows.truncate(self.max);
        }
    }

    fn finish(mut self) -> Vec<Row> {
        let descending = self.descending;
        self.rows.sort_unstable_by(|a, b| Self::order(descending, a, b));
        self.rows.truncate(self.max);
        self.rows
    }
}
