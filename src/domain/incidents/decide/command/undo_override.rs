//! Undoing what somebody did to an override. What it means is written in `docs/incidents.md`.

use super::undo::cannot;
use super::{check, overrides};
use crate::domain::action::{Action, ActionKind, Cover, Undone};
use crate::domain::command::{Ask, Done, Rejection};
use crate::domain::id::OverrideId;
use crate::domain::incidents::decide::draft::{Checkpoint, Draft};
use crate::domain::incidents::decide::handover;
use crate::domain::incidents::fact::Fact;
use crate::domain::schedule::{Override, Schedule, Span};

/// What a command did to an override since the checkpoint.
pub(super) fn action(draft: &Draft, before: &Checkpoint, ask: &Ask) -> Option<(ActionKind, Cover)> {
    match ask {
        Ask::CreateOverride { .. } => {
            let made = draft.facts_since(before).iter().rev().find_map(|fact| match fact {
                Fact::OverrideSet { schedule, entry } => Some((*schedule, entry.clone())),
                _ => None,
            });
            let (schedule, entry) = made?;
            let cover = Cover { schedule, entry, left: None, under: Vec::new(), over: Vec::new() };
            Some((ActionKind::CreateOverride, cover))
        }
        Ask::DeleteOverride { schedule, id } => {
            let (schedule, id) = (*schedule, *id);
            let all = &before.state().schedules.get(&schedule)?.overrides;
            let place = all.iter().position(|entry| entry.id == id)?;
            let entry = all[place].clone();
            let taken = Span { start: entry.start.max(draft.now), end: entry.end };
            let ids = |some: &[Override]| rivals(some, taken, id).map(|it| it.id).collect::<Vec<_>>();
            let (under, over) = (ids(&all[..place]), ids(&all[place..]));
            let left = find(draft.state.schedules.get(&schedule)?, id).cloned();
            Some((ActionKind::DeleteOverride, Cover { schedule, entry, left, under, over }))
        }
        _ => None,
    }
}

/// Others for the same time.
fn rivals(all: &[Override], taken: Span, id: OverrideId) -> impl Iterator<Item = &Override> {
    all.iter().filter(move |it| it.id != id && it.start < taken.end && taken.start < it.end)
}

fn find(schedule: &Schedule, id: OverrideId) -> Option<&Override> {
    schedule.overrides.iter().find(|entry| entry.id == id)
}

pub(super) fn undo(draft: &mut Draft, action: &Action, cover: &Cover) -> Result<Done, Rejection> {
    let schedule = draft.state.schedules.get(&cover.schedule).cloned();
    let schedule = schedule.ok_or_else(|| refused("the schedule was removed"))?;
    let made = action.what == ActionKind::CreateOverride;
    let known = find(&schedule, cover.entry.id);
    if known != (if made { Some(&cover.entry) } else { cover.left.as_ref() }) {
        return Err(refused("the override was changed or removed since"));
    }
    if cover.entry.end <= draft.now {
        return Err(refused(if made {
            "the override has ended by now, and what was served stays"
        } else {
            "the override would have ended by now"
        }));
    }
    let entry = if made {
        overrides::delete(draft, cover.schedule, cover.entry.id)?;
        cover.entry.clone()
    } else {
        bring_back(draft, &schedule, cover)?
    };
    // As after a command about an override of this schedule.
    handover::look_again(draft, &Ask::DeleteOverride { schedule: cover.schedule, id: entry.id });
    draft.emit(Fact::ActionUndone { by: action.by, at: draft.now });
    let (restored, left, entry) = (Vec::new(), Vec::new(), Some((cover.schedule, entry)));
    Ok(Done::Undone(Box::new(Undone { what: action.what, at: action.at, restored, left, cover: entry })))
}

fn refused(why: &str) -> Rejection {
    cannot(format!("nothing was undone: {why}"))
}

/// From now on, as what was served meanwhile stays; with the others for the same time in their order.
fn bring_back(draft: &mut Draft, schedule: &Schedule, cover: &Cover) -> Result<Override, Rejection> {
    let Cover { schedule: id, entry, left, under, over } = cover;
    let start = entry.start.max(draft.now);
    let still = Span { start, end: entry.end };
    let mut rivals = rivals(&schedule.overrides, still, entry.id);
    if rivals.any(|it| !under.contains(&it.id) && !over.contains(&it.id)) {
        return Err(refused("another override was made for that time since"));
    }
    if !draft.state.users.contains_key(&entry.user) {
        return Err(refused("the user of the override was removed"));
    }
    overrides::check_room(schedule, draft.now)?;
    match left {
        Some(left) if left.end >= draft.now => {
            draft.emit(Fact::OverrideSet { schedule: *id, entry: entry.clone() });
            Ok(entry.clone())
        }
        left => {
            let own = if left.is_some() { OverrideId(check::next_object(draft)?) } else { entry.id };
            let entry = Override { id: own, start, ..entry.clone() };
            let place = place(schedule, cover);
            draft.emit(Fact::OverrideRestored {
                schedule: *id,
                entry: entry.clone(),
                place,
                fresh: left.is_some(),
            });
            Ok(entry)
        }
    }
}

/// Behind what is left of it, or where it was made; in any case before what won over it.
fn place(schedule: &Schedule, cover: &Cover) -> u32 {
    let all = &schedule.overrides;
    let left = cover.left.as_ref().and_then(|left| all.iter().position(|it| it.id == left.id));
    let made = left.map_or_else(
        || all.iter().take_while(|it| it.created_at <= cover.entry.created_at).count(),
        |place| place + 1,
    );
    let winner = all.iter().position(|it| cover.over.contains(&it.id)).unwrap_or(all.len());
    u32::try_from(made.min(winner)).unwrap_or(u32::MAX)
}
