//! The list of incidents: those that the filter lets through, in order, with a cursor that stays on its incident.
//!
//! The order is kept as incidents change, one by one; it is made anew only if the filter or the order itself changes.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::filter::Filter;
use super::incident::{Incident, Status};

/// What the list is sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Sort {
    /// What needs somebody first: triggered, then acknowledged; of these the urgent, of these the newest.
    #[default]
    Need,
    Newest,
    Oldest,
    Service,
    Assignee,
}

impl Sort {
    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Need => "need",
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::Service => "service",
            Self::Assignee => "assignee",
        }
    }

    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Need => Self::Newest,
            Self::Newest => Self::Oldest,
            Self::Oldest => Self::Service,
            Self::Service => Self::Assignee,
            Self::Assignee => Self::Need,
        }
    }

    /// A total order: of two that are equal otherwise, the newer is first.
    pub fn compare(self, a: &Incident, b: &Incident) -> Ordering {
        let newest = || b.number.cmp(&a.number);
        match self {
            Self::Need => a.status.cmp(&b.status).then(b.high.cmp(&a.high)).then_with(newest),
            Self::Newest => newest(),
            Self::Oldest => newest().reverse(),
            Self::Service => a.service.name.cmp(&b.service.name).then_with(newest),
            Self::Assignee => {
                let first = |it: &Incident| it.assignees.first().map(|who| who.name.clone());
                // Nobody's come first: they need somebody.
                first(a).cmp(&first(b)).then_with(newest)
            }
        }
    }
}

/// All incidents that are known, by number.
pub type Incidents = BTreeMap<u64, Incident>;

/// The list of incidents.
#[derive(Clone, Debug, Default)]
pub struct List {
    pub filter: Filter,
    pub sort: Sort,
    pub show_resolved: bool,
    /// The numbers of those that are shown, in order.
    pub rows: Vec<u64>,
    /// The number of the one under the cursor, and its row.
    pub cursor: Option<u64>,
    pub at: usize,
    /// The first row that is on the screen.
    pub offset: usize,
    pub selected: BTreeSet<u64>,
    /// Where a range begins, and what was selected before.
    pub range: Option<(u64, BTreeSet<u64>)>,
    /// While it is frozen, those that would have come, and those that would have moved or gone.
    pub frozen: Option<Held>,
}

/// What a frozen list does not show.
#[derive(Clone, Debug, Default)]
pub struct Held {
    pub come: BTreeSet<u64>,
    pub moved: BTreeSet<u64>,
}

impl List {
    fn shows(&self, incident: &Incident, me: Option<&str>) -> bool {
        (incident.status != Status::Resolved || self.show_resolved) && self.filter.lets(incident, me)
    }

    /// An incident changed from `before`, or is new. `all` has it as it is now.
    pub fn changed(&mut self, all: &Incidents, before: Option<&Incident>, now: &Incident, me: Option<&str>) {
        let shown = self.shows(now, me);
        let place = before.and_then(|before| self.find(all, before));
        if let Some(held) = &mut self.frozen {
            match (place, shown) {
                (Some(_), _) => {
                    held.moved.insert(now.number);
                }
                (None, true) => {
                    held.come.insert(now.number);
                }
                (None, false) => {
                    held.come.remove(&now.number);
                }
            }
            return;
        }
        if let Some(place) = place {
            self.rows.remove(place);
        }
        if shown {
            let place = self.place(all, now);
            self.rows.insert(place.min(self.rows.len()), now.number);
        } else {
            self.deselect(now.number);
        }
        self.follow(all, place);
    }

    /// An incident is gone; `all` has it no more.
    pub fn gone(&mut self, all: &Incidents, before: &Incident) {
        if let Some(held) = &mut self.frozen {
            held.come.remove(&before.number);
            held.moved.insert(before.number);
            return;
        }
        let place = self.find(all, before);
        if let Some(place) = place {
            self.rows.remove(place);
        }
        self.deselect(before.number);
        self.follow(all, place);
    }

    /// Makes the rows anew: the filter, the order or very much has changed.
    pub fn rebuild(&mut self, all: &Incidents, me: Option<&str>) {
        let mut shown: Vec<&Incident> = all.values().filter(|it| self.shows(it, me)).collect();
        shown.sort_unstable_by(|a, b| self.sort.compare(a, b));
        self.rows = shown.into_iter().map(|it| it.number).collect();
        let numbers: BTreeSet<u64> = self.rows.iter().copied().collect();
        self.selected.retain(|number| numbers.contains(number));
        if let Some((_, before)) = &mut self.range {
            before.retain(|number| numbers.contains(number));
        }
        if let Some(held) = &mut self.frozen {
            *held = Held::default();
        }
        let was = self.cursor.and_then(|number| self.rows.iter().position(|it| *it == number));
        self.at = was.unwrap_or(self.at);
        self.settle();
    }

    fn deselect(&mut self, number: u64) {
        self.selected.remove(&number);
        if let Some((_, before)) = &mut self.range {
            before.remove(&number);
        }
    }

    /// The row that `incident`, as it was, is in.
    fn find(&self, all: &Incidents, incident: &Incident) -> Option<usize> {
        if self.frozen.is_some() {
            // Rows are as they were, whatever became of them.
            return self.rows.iter().position(|number| *number == incident.number);
        }
        let place = self.place(all, incident);
        let near = place.saturating_sub(1)..(place + 2).min(self.rows.len());
        near.into_iter().find(|row| self.rows[*row] == incident.number)
    }

    /// Before which row `incident` belongs. The row of `incident` itself may be among them, as it was.
    fn place(&self, all: &Incidents, incident: &Incident) -> usize {
        self.rows.partition_point(|number| {
            // What is sought is compared as it was, not as it is by now.
            let other = if *number == incident.number { Some(incident) } else { all.get(number) };
            other.is_none_or(|other| self.sort.compare(other, incident) == Ordering::Less)
        })
    }

    /// After rows came or went, the cursor is where its incident is, or where that was.
    fn follow(&mut self, all: &Incidents, removed: Option<usize>) {
        let known = self.cursor.and_then(|number| all.get(&number));
        let place = known.and_then(|incident| self.find(all, incident));
        match (place, removed) {
            (Some(place), _) => self.at = place,
            // The row that took its place.
            (None, Some(removed)) if removed < self.at => self.at -= 1,
            _ => {}
        }
        self.settle();
    }

    /// Puts the cursor on a row that there is.
    fn settle(&mut self) {
        self.at = self.at.min(self.rows.len().saturating_sub(1));
        self.cursor = self.rows.get(self.at).copied();
    }

    /// Moves the cursor by so many rows.
    pub fn go(&mut self, by: isize) {
        self.go_to(self.at.saturating_add_signed(by));
    }

    /// Moves the cursor to a row, or to the last one.
    pub fn go_to(&mut self, row: usize) {
        self.at = row;
        self.settle();
        self.extend_range();
    }

    /// Scrolls so that the cursor is among `height` rows.
    pub fn scroll(&mut self, height: usize) {
        self.offset = super::pane::scroll(self.offset, self.at, height, self.rows.len());
    }

    /// Selects or deselects the row under the cursor.
    pub fn toggle(&mut self) {
        self.range = None;
        if let Some(number) = self.cursor
            && !self.selected.remove(&number)
        {
            self.selected.insert(number);
        }
    }

    /// Begins a range at the cursor, or ends it.
    pub fn toggle_range(&mut self) {
        self.range = match (self.range.take(), self.cursor) {
            (None, Some(number)) => Some((number, self.selected.clone())),
            _ => None,
        };
        self.extend_range();
    }

    fn extend_range(&mut self) {
        let Some((start, before)) = &self.range else { return };
        let Some(start) = self.rows.iter().position(|number| number == start) else { return };
        let (from, to) = (start.min(self.at), start.max(self.at));
        self.selected =
            before.iter().chain(self.rows.iter().skip(from).take(to + 1 - from)).copied().collect();
    }

    /// Selects all rows, or none if all are.
    pub fn toggle_all(&mut self) {
        self.range = None;
        if self.selected.len() == self.rows.len() {
            self.selected.clear();
        } else {
            self.selected = self.rows.iter().copied().collect();
        }
    }

    /// Those that an act is meant for: the selection, or the one under the cursor.
    pub fn targets(&self) -> Vec<u64> {
        if self.selected.is_empty() {
            return self.cursor.into_iter().collect();
        }
        self.rows.iter().filter(|number| self.selected.contains(number)).copied().collect()
    }
}
