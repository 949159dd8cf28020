//! Who is on call when: schedules with their shifts and policies with their levels, as far as they were asked for, and
//! which part of the time is on the screen.

use std::time::Duration;

use serde_json::Value;

use super::read::{Named, items, some, text, time};
use crate::domain::time::Timestamp;

/// The shifts of so many schedules are asked for.
pub const SCHEDULES_MAX: usize = 40;
/// So many policies are.
pub const POLICIES_MAX: usize = 100;
/// No more layers of a schedule, levels of a policy or targets of a level are kept.
const ROWS_MAX: usize = 30;
/// No more shifts of a layer are.
const SHIFTS_MAX: usize = 2000;
/// What is shown is asked for again after so long, even if nothing was said to have changed.
const FRESH: Duration = Duration::from_secs(120);

/// Somebody serves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shift {
    pub start: Timestamp,
    pub end: Timestamp,
    pub user: Named,
}

/// A layer, and when it has whom.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layer {
    pub name: String,
    pub shifts: Vec<Shift>,
}

/// A schedule with its shifts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Schedule {
    pub id: String,
    pub name: String,
    pub zone: String,
    pub overrides: Vec<Shift>,
    /// From the highest to the lowest.
    pub layers: Vec<Layer>,
    /// What comes of all that.
    pub last: Vec<Shift>,
    /// The policies that use it.
    pub policies: Vec<Named>,
}

impl Schedule {
    /// Of `{"schedule": …}` or of what is in it.
    pub fn read(value: &Value) -> Self {
        let it = value.get("schedule").unwrap_or(value);
        let layer = |it: &Value| Layer { name: text(&it["name"]), shifts: shifts(it) };
        Self {
            id: text(&it["id"]),
            name: some(&it["name"]).unwrap_or_else(|| text(&it["summary"])),
            zone: text(&it["time_zone"]),
            overrides: shifts(&it["overrides_subschedule"]),
            layers: items(&it["schedule_layers"]).take(ROWS_MAX).map(layer).collect(),
            last: shifts(&it["final_schedule"]),
            policies: items(&it["escalation_policies"]).take(ROWS_MAX).map(Named::of).collect(),
        }
    }

    /// Who serves at this time.
    pub fn at(&self, at: Timestamp) -> Option<&Shift> {
        self.last.iter().find(|shift| shift.start <= at && at < shift.end)
    }

    /// The shift after this time.
    pub fn after(&self, at: Timestamp) -> Option<&Shift> {
        self.last.iter().find(|shift| shift.start >= at)
    }

    /// When nobody serves, of the time between two instants.
    pub fn gaps(&self, from: Timestamp, until: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        gaps(&self.last, from, until)
    }
}

/// The rendered shifts of a part of a schedule, in order.
fn shifts(part: &Value) -> Vec<Shift> {
    let shift = |it: &Value| {
        Some(Shift {
            start: time(&it["start"])?,
            end: time(&it["end"]).unwrap_or(Timestamp::MAX),
            user: Named::of(&it["user"]),
        })
    };
    let all = items(&part["rendered_schedule_entries"]).take(SHIFTS_MAX);
    let mut shifts: Vec<_> = all.filter_map(shift).collect();
    shifts.sort_by_key(|shift| shift.start);
    shifts
}

/// What is left between shifts, which are in order.
pub fn gaps(shifts: &[Shift], from: Timestamp, until: Timestamp) -> Vec<(Timestamp, Timestamp)> {
    let (mut gaps, mut at) = (Vec::new(), from);
    for shift in shifts {
        if shift.start >= until {
            break;
        }
        if shift.start > at {
            gaps.push((at, shift.start));
        }
        at = at.max(shift.end);
    }
    if at < until {
        gaps.push((at, until));
    }
    gaps
}

/// Whom a level pages.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    pub who: Named,
    pub is_schedule: bool,
}

/// A policy: its levels, each with its targets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Policy {
    pub id: String,
    pub name: String,
    pub levels: Vec<Vec<Target>>,
}

impl Policy {
    /// Of what `GET /escalation_policies` lists.
    pub fn read(it: &Value) -> Self {
        let target = |it: &Value| Target {
            who: Named::of(it),
            is_schedule: it["type"].as_str().is_some_and(|kind| kind.starts_with("schedule")),
        };
        let level = |it: &Value| items(&it["targets"]).take(ROWS_MAX).map(target).collect();
        Self {
            id: text(&it["id"]),
            name: some(&it["name"]).unwrap_or_else(|| text(&it["summary"])),
            levels: items(&it["escalation_rules"]).take(ROWS_MAX).map(level).collect(),
        }
    }
}

/// A part of the time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    pub from: Timestamp,
    pub until: Timestamp,
}

impl Window {
    pub fn length(self) -> Duration {
        self.until.since(self.from)
    }

    fn holds(self, other: Self) -> bool {
        self.from <= other.from && other.until <= self.until
    }
}

/// A schedule, or why its shifts could not be had.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Told {
    Shifts(Schedule),
    Failed { schedule: Named, reason: String },
}

/// What the server answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    pub schedules: Vec<Told>,
    pub policies: Vec<Policy>,
    /// Whether there are more schedules.
    pub more: bool,
}

/// How much time is on the screen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Zoom {
    Hours,
    #[default]
    Day,
    Week,
    Weeks,
}

impl Zoom {
    const ALL: [Self; 4] = [Self::Hours, Self::Day, Self::Week, Self::Weeks];

    pub fn length(self) -> Duration {
        Duration::from_secs(3600 * self.hours())
    }

    fn hours(self) -> u64 {
        match self {
            Self::Hours => 6,
            Self::Day => 24,
            Self::Week => 24 * 7,
            Self::Weeks => 24 * 14,
        }
    }

    /// Whether the screen begins with a day, rather than with an hour.
    pub fn by_days(self) -> bool {
        self >= Self::Week
    }

    /// As the screen calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hours => "6 h",
            Self::Day => "1 day",
            Self::Week => "1 week",
            Self::Weeks => "2 weeks",
        }
    }

    /// The next one with more time, or with less; the same at the end.
    #[must_use]
    pub fn step(self, by: isize) -> Self {
        let at = Self::ALL.iter().position(|it| *it == self).unwrap_or(0);
        Self::ALL[at.saturating_add_signed(by).min(Self::ALL.len() - 1)]
    }
}

/// Nobody looks further into the past or the future.
const SCROLL_MAX: i64 = 366 * 24 * 3600;

/// What is known of shifts, and what of them is on the screen.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    pub zoom: Zoom,
    /// By so many seconds the screen is ahead of the present.
    pub scroll: i64,
    pub answer: Option<Answer>,
    /// For which time, and when.
    pub answered: Option<(Window, Timestamp)>,
    /// What is asked for at present.
    pub asking: Option<Window>,
    /// Who is on call has changed since.
    pub outdated: bool,
    /// Why the last attempt failed, how many did, and when the next one is due.
    pub failed: Option<(String, u32, Timestamp)>,
    /// The schedule that is shown whole.
    pub open: Option<String>,
}

impl Roster {
    /// Goes a quarter of the screen later, or earlier.
    pub fn scroll(&mut self, by: i64) {
        let quarter = i64::try_from(self.zoom.hours()).unwrap_or(24) * 900;
        self.scroll = (self.scroll + by * quarter).clamp(-SCROLL_MAX, SCROLL_MAX);
    }

    /// Who is on call has changed: what is known may be wrong.
    pub fn changed(&mut self) {
        self.outdated = true;
    }

    /// The time to ask for, so that `view` can be drawn: with as much on both sides, so that not each step asks. None if
    /// nothing is to be asked now.
    pub fn wanted(&self, view: Window, now: Timestamp) -> Option<Window> {
        if self.asking.is_some() || self.failed.as_ref().is_some_and(|(_, _, due)| now < *due) {
            return None;
        }
        let known = !self.outdated
            && self.answered.is_some_and(|(window, at)| window.holds(view) && now.since(at) < FRESH);
        let length = view.length();
        (!known).then(|| Window { from: view.from.minus(length), until: view.until.plus(length) })
    }

    /// It is asked for.
    pub fn ask(&mut self, window: Window) {
        self.asking = Some(window);
        self.outdated = false;
    }

    /// How many attempts have failed.
    pub fn tries(&self) -> u32 {
        self.failed.as_ref().map_or(0, |(_, tries, _)| *tries)
    }

    /// What came of asking.
    pub fn answered(&mut self, window: Window, result: Result<Answer, (String, Duration)>, now: Timestamp) {
        self.asking = None;
        match result {
            Ok(answer) => {
                self.answer = Some(answer);
                self.answered = Some((window, now));
                self.failed = None;
            }
            // What was known before stays, with its age.
            Err((reason, again_in)) => {
                self.failed = Some((reason, self.tries().saturating_add(1), now.plus(again_in)));
            }
        }
    }

    /// The schedules that are known.
    pub fn schedules(&self) -> &[Told] {
        self.answer.as_ref().map_or(&[], |answer| &answer.schedules)
    }

    /// The shifts of a schedule.
    pub fn schedule(&self, id: &str) -> Option<&Schedule> {
        self.schedules().iter().find_map(|told| match told {
            Told::Shifts(schedule) if schedule.id == id => Some(schedule),
            _ => None,
        })
    }
}
