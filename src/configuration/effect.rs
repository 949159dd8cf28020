//! What a change of schedules means for people: who is on call when instead of whom, and when nobody is any more.

use std::time::Duration;

use super::World;
use crate::domain::id::{ScheduleId, UserId};
use crate::domain::incidents::state::State;
use crate::domain::schedule::zone::Zone;
use crate::domain::schedule::{Schedule, Shift, Span, joined};
use crate::domain::time::Timestamp;
use crate::wire::configuration::Effect;

/// How far is looked ahead.
const AHEAD: Duration = Duration::from_secs(4 * 7 * 24 * 60 * 60);
/// How many moves of a schedule are told.
const TOLD_MAX: usize = 10;
/// How much rendering there may be in all, in the units of [`Schedule::cost`].
const COST_MAX: u64 = 20_000_000;

/// What changes for people.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Effects {
    /// In order of schedules, then of time.
    pub moves: Vec<Effect>,
    /// The schedules that were not looked at, because that would take too long.
    pub left_out: Vec<String>,
}

/// A span in which it is somebody else.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Move {
    span: Span,
    from: Option<UserId>,
    to: Option<UserId>,
}

/// Compares the schedules of two states for four weeks from now. Of a new schedule only gaps are told.
pub fn effects(before: &State, after: World<'_>) -> Effects {
    let range = Span { start: after.now, end: after.now.plus(AHEAD) };
    let mut effects = Effects::default();
    let mut left = COST_MAX;
    let mut changed: Vec<(ScheduleId, &Schedule)> = Vec::new();
    for (id, schedule) in &after.state.schedules {
        if before.schedules.get(id).is_none_or(|old| old != schedule) {
            changed.push((*id, schedule));
        }
    }
    changed.sort_by_cached_key(|(_, schedule)| schedule.name.to_lowercase());
    for (id, schedule) in changed {
        let old = before.schedules.get(&id);
        let cost = schedule.cost(range) + old.map_or(0, |old| old.cost(range));
        let Some(rest) = left.checked_sub(cost) else {
            effects.left_out.push(schedule.name.to_string());
            continue;
        };
        left = rest;
        let new = after.state.rota(schedule).shifts(range);
        let was = match old {
            Some(old) => before.rota(old).shifts(range),
            // Nobody had it before: whoever has it now takes it from nobody.
            None => Vec::new(),
        };
        let moves = moves(&was, &new, range);
        let told = if old.is_some() {
            moves
        } else {
            let gaps = crate::domain::schedule::gaps(&new, range).into_iter();
            gaps.map(|span| Move { span, from: None, to: None }).collect()
        };
        effects.moves.extend(tell(before, after, schedule, &told));
    }
    effects
}

/// Where the two differ, spans that touch and say the same being one.
fn moves(before: &[Shift], after: &[Shift], range: Span) -> Vec<Move> {
    let (before, after) = (joined(before), joined(after));
    let mut edges: Vec<Timestamp> = vec![range.start, range.end];
    for (span, _) in before.iter().chain(&after) {
        edges.extend([span.start, span.end]);
    }
    edges.sort_unstable();
    edges.dedup();
    let mut moves: Vec<Move> = Vec::new();
    let (mut old, mut new) = (before.iter().peekable(), after.iter().peekable());
    for pair in edges.windows(2) {
        let span = Span { start: pair[0], end: pair[1] };
        let (from, to) = (at(&mut old, span.start), at(&mut new, span.start));
        if from == to {
            continue;
        }
        match moves.last_mut().filter(|it| it.span.end == span.start && (it.from, it.to) == (from, to)) {
            Some(last) => last.span.end = span.end,
            None => moves.push(Move { span, from, to }),
        }
    }
    moves
}

/// Who serves at `now`, which never goes back.
fn at<'a>(
    shifts: &mut std::iter::Peekable<impl Iterator<Item = &'a (Span, UserId)>>,
    now: Timestamp,
) -> Option<UserId> {
    while shifts.peek().is_some_and(|(span, _)| span.end <= now) {
        shifts.next();
    }
    shifts.peek().filter(|(span, _)| span.contains(now)).map(|(_, user)| *user)
}

fn tell(before: &State, after: World<'_>, schedule: &Schedule, moves: &[Move]) -> Vec<Effect> {
    let zone = Zone::known(&schedule.time_zone);
    let name = |id: UserId| {
        let user = after.state.users.get(&id).or_else(|| before.users.get(&id));
        user.map_or_else(|| id.to_string(), |user| user.name.to_string())
    };
    let mut told: Vec<Effect> = moves
        .iter()
        .take(TOLD_MAX)
        .map(|it| Effect {
            schedule: schedule.name.to_string(),
            time_zone: zone.name().to_owned(),
            start: zone.to_iso(it.span.start),
            end: zone.to_iso(it.span.end),
            from: it.from.map(name),
            to: it.to.map(name),
            more: 0,
        })
        .collect();
    if let Some(last) = told.last_mut() {
        last.more = moves.len().saturating_sub(TOLD_MAX);
    }
    told
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;
    use crate::domain::id::LayerId;
    use crate::domain::schedule::{By, OnCall};

    /// `a0-5 b5-9`: whom, from when until when.
    fn shifts(text: &str) -> Vec<Shift> {
        let shift = |part: &str| {
            let (user, times) = part.split_at(1);
            let (start, end) = times.split_once('-').unwrap();
            let at = |text: &str| Timestamp::from_millis(text.parse().unwrap());
            let user = UserId(format!("PUSER0{}", user.to_uppercase()).parse().unwrap());
            let by = By::Layer(LayerId("PLAYER1".parse().unwrap()));
            let on_call = OnCall { user, by, instead_of: None, although_absent: false };
            Shift { span: Span { start: at(start), end: at(end) }, on_call }
        };
        text.split_whitespace().map(shift).collect()
    }

    #[test]
    fn moves_are_where_the_two_differ_and_nowhere_else() {
        let check = |before: &str, after: &str, expected: &str| {
            let range = Span { start: Timestamp::EPOCH, end: Timestamp::from_millis(9) };
            let name =
                |user: Option<UserId>| user.map_or("-".to_owned(), |it| it.to_string()[6..].to_lowercase());
            let found = moves(&shifts(before), &shifts(after), range);
            let told = |it: &Move| {
                let (start, end) = (it.span.start.as_millis(), it.span.end.as_millis());
                format!("{start}-{end} {}>{}", name(it.from), name(it.to))
            };
            let found: Vec<_> = found.iter().map(told).collect();
            assert_eq!(found.join(", "), expected, "{before} | {after}");
        };
        check("a0-9", "a0-9", "");
        check("a0-9", "b0-9", "0-9 a>b");
        check("a0-5 b5-9", "a0-3 b3-9", "3-5 a>b");
        check("a0-5 b5-9", "b0-5 a5-9", "0-5 a>b, 5-9 b>a");
        check("a0-9", "a0-3", "3-9 a>-");
        check("", "a2-4", "2-4 ->a");
        check("a0-4 a4-9", "b0-2 b2-9", "0-9 a>b");
        check("a0-3 b3-6 a6-9", "a0-9", "3-6 b>a");
    }
}
