//! A schedule as it is served: who is on call at an instant, and over a range.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::absence::Absences;
use super::zone::Zone;
use super::{Layer, Override, Schedule, Span, TIME_MAX, TIME_MIN};
use crate::domain::id::{LayerId, OverrideId, UserId};
use crate::domain::time::Timestamp;

/// How many pieces the true beginning or end of a shift is looked for in.
const EXTENT_MAX: usize = 200;

/// A schedule, its local clock and who is away: all that it takes to say who is on call.
#[derive(Clone, Debug)]
pub struct Rota<'a> {
    schedule: &'a Schedule,
    absences: &'a Absences,
    zone: Zone,
}

/// Somebody is on call, and why.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OnCall {
    /// Who.
    pub user: UserId,
    /// By what.
    pub by: By,
    /// Whose turn it is, if that one is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<UserId>,
    /// Whether the user is absent too, and nobody is left who is not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub although_absent: bool,
}

/// What puts somebody on call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// A turn in this layer.
    Layer(LayerId),
    /// This override.
    Override(OverrideId),
}

/// Somebody is on call for a while.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shift {
    /// When.
    pub span: Span,
    /// Who, and why.
    pub on_call: OnCall,
}

impl<'a> Rota<'a> {
    /// What this schedule comes to with these absences.
    pub fn new(schedule: &'a Schedule, absences: &'a Absences) -> Self {
        Self { schedule, absences, zone: Zone::known(&schedule.time_zone) }
    }

    /// The schedule's local clock.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Who is on call at `at`; `None`: nobody.
    pub fn on_call(&self, at: Timestamp) -> Option<OnCall> {
        self.at(bounded(at)).1
    }

    /// The shift at `at` with the instants at which its user comes on call and goes off, by whatever that is, as far as
    /// 200 pieces; one that never ends ends at [`Timestamp::MAX`].
    pub fn shift(&self, at: Timestamp) -> Option<Shift> {
        let at = bounded(at);
        let (span, on_call) = self.at(at);
        Some(self.extended(Shift { span, on_call: on_call? }))
    }

    /// When somebody else, or nobody, is on call after `at`; `None`: never. After 200 pieces without a change it says the
    /// end of the last, so that it can be asked again then.
    pub fn changes(&self, at: Timestamp) -> Option<Timestamp> {
        let user = |on_call: Option<OnCall>| on_call.map(|on_call| on_call.user);
        let (span, now) = self.at(bounded(at));
        let mut end = span.end;
        for _ in 0..EXTENT_MAX {
            if end >= TIME_MAX {
                return None;
            }
            let (span, next) = self.at(end);
            if user(next) != user(now) {
                break;
            }
            end = span.end;
        }
        Some(end)
    }

    /// The final schedule between two instants, in order, each shift cut to the range.
    pub fn shifts(&self, range: Span) -> Vec<Shift> {
        walk(range, |at| self.at(at))
    }

    /// What this layer alone serves between two instants.
    pub fn layer_shifts(&self, layer: &Layer, range: Span) -> Vec<Shift> {
        walk(range, |at| {
            let (span, turn) = layer.at(&self.zone, self.absences, at);
            let on_call = turn.filter(|turn| !turn.all_absent).map(|turn| OnCall {
                user: turn.user,
                by: By::Layer(layer.id),
                instead_of: turn.instead_of,
                although_absent: false,
            });
            (span, on_call)
        })
    }

    /// As [`Self::layer_shifts`], with the true beginning of the first and the true end of the last.
    pub fn layer_shifts_whole(&self, layer: &Layer, range: Span) -> Vec<Shift> {
        // The layer alone, as if it were the whole schedule.
        let alone = Schedule { layers: vec![layer.clone()], overrides: Vec::new(), ..self.schedule.clone() };
        let rota = Rota { schedule: &alone, absences: self.absences, zone: self.zone.clone() };
        rota.unclipped(self.layer_shifts(layer, range), range)
    }

    /// What overrides serve between two instants.
    pub fn override_shifts(&self, range: Span) -> Vec<Shift> {
        walk(range, |at| self.overrides(at))
    }

    /// The shifts with the true beginning of the first and the true end of the last, where their users are on call
    /// beyond `range`.
    pub fn unclipped(&self, mut shifts: Vec<Shift>, range: Span) -> Vec<Shift> {
        if let Some(first) = shifts.first_mut().filter(|shift| shift.span.start <= range.start) {
            first.span.start = self.beginning(first.on_call.user, first.span.start);
        }
        if let Some(last) = shifts.last_mut().filter(|shift| shift.span.end >= range.end) {
            last.span.end = self.end(last.on_call.user, last.span.end);
        }
        shifts
    }

    fn extended(&self, shift: Shift) -> Shift {
        let start = self.beginning(shift.on_call.user, shift.span.start);
        let end = self.end(shift.on_call.user, shift.span.end);
        Shift { span: Span { start, end }, ..shift }
    }

    fn beginning(&self, user: UserId, mut start: Timestamp) -> Timestamp {
        for _ in 0..EXTENT_MAX {
            if start <= TIME_MIN {
                break;
            }
            match self.at(start.minus(Duration::from_millis(1))) {
                (span, Some(before)) if before.user == user => start = span.start,
                _ => break,
            }
        }
        start
    }

    fn end(&self, user: UserId, mut end: Timestamp) -> Timestamp {
        for _ in 0..EXTENT_MAX {
            if end >= TIME_MAX {
                return Timestamp::MAX;
            }
            match self.at(end) {
                (span, Some(after)) if after.user == user => end = span.end,
                _ => break,
            }
        }
        end
    }

    /// Who is on call at `at`, and a span around `at` in which that does not change (it may be longer).
    fn at(&self, at: Timestamp) -> (Span, Option<OnCall>) {
        let (mut span, overriding) = self.overrides(at);
        if overriding.is_some() {
            return (span, overriding);
        }
        let mut last_resort = None;
        for layer in self.schedule.layers.iter().rev() {
            let (unchanged, turn) = layer.at(&self.zone, self.absences, at);
            span = span.and(unchanged);
            let Some(turn) = turn else { continue };
            let on_call = OnCall {
                user: turn.user,
                by: By::Layer(layer.id),
                instead_of: turn.instead_of,
                although_absent: turn.all_absent,
            };
            if !turn.all_absent {
                return (span, Some(on_call));
            }
            last_resort = last_resort.or(Some(on_call));
        }
        (span, last_resort)
    }

    fn overrides(&self, at: Timestamp) -> (Span, Option<OnCall>) {
        let mut span = Span::ALWAYS;
        let mut found: Option<&Override> = None;
        for entry in &self.schedule.overrides {
            let its = Span { start: entry.start, end: entry.end };
            span = span.and(Span::around(at, its));
            found = if its.contains(at) { Some(entry) } else { found };
        }
        let on_call = found.map(|entry| OnCall {
            user: entry.user,
            by: By::Override(entry.id),
            instead_of: None,
            although_absent: false,
        });
        (span, on_call)
    }
}

fn bounded(at: Timestamp) -> Timestamp {
    at.clamp(TIME_MIN, TIME_MAX)
}

/// Goes from piece to piece, and joins those that are one.
fn walk(range: Span, at: impl Fn(Timestamp) -> (Span, Option<OnCall>)) -> Vec<Shift> {
    let range = Span { start: bounded(range.start), end: bounded(range.end) };
    let mut shifts: Vec<Shift> = Vec::new();
    let mut now = range.start;
    while now < range.end {
        let (span, on_call) = at(now);
        let piece = Span { start: now, end: span.end.min(range.end) };
        if let Some(on_call) = on_call {
            match shifts.last_mut().filter(|last| last.span.end == now && last.on_call == on_call) {
                Some(last) => last.span.end = piece.end,
                None => shifts.push(Shift { span: piece, on_call }),
            }
        }
        now = piece.end;
    }
    shifts
}

/// Shifts of one user that follow each other are one, by whatever they are on call: what people want to see.
pub fn joined(shifts: &[Shift]) -> Vec<(Span, UserId)> {
    let mut entries: Vec<(Span, UserId)> = Vec::with_capacity(shifts.len());
    for shift in shifts {
        match entries.last_mut() {
            Some((span, user)) if *user == shift.on_call.user && span.end == shift.span.start => {
                span.end = shift.span.end;
            }
            _ => entries.push((shift.span, shift.on_call.user)),
        }
    }
    entries
}

/// What of `range` none of these shifts, which are in order, covers.
pub fn gaps(shifts: &[Shift], range: Span) -> Vec<Span> {
    let mut gaps = Vec::new();
    let mut from = range.start;
    for shift in shifts {
        if shift.span.start > from {
            gaps.push(Span { start: from, end: shift.span.start });
        }
        from = from.max(shift.span.end);
    }
    if from < range.end {
        gaps.push(Span { start: from, end: range.end });
    }
    gaps
}

/// How much of `range` these shifts cover, from 0 to 100. They lie in it and do not overlap.
pub fn percentage(shifts: &[Shift], range: Span) -> f64 {
    let covered: Duration = shifts.iter().map(|shift| shift.span.end.since(shift.span.start)).sum();
    let all = range.end.since(range.start);
    if all.is_zero() { 0.0 } else { (covered.as_secs_f64() / all.as_secs_f64() * 100.0).min(100.0) }
}

/// What of this span lies in `range`; `None`: nothing.
pub fn clip(span: Span, range: Span) -> Option<Span> {
    Some(span.and(range)).filter(|span| !span.is_empty())
}
