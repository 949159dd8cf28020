//! `/undo`: what the caller did last to incidents or overrides, and undoing it. An addition of `pd`.

use super::context::Context;
use super::error::{Error, Reply};
use super::reply;
use crate::domain::action::{LeftWhy, UNDO_WITHIN};
use crate::domain::command::{Ask, Done};
use crate::domain::id::{IncidentNumber, ScheduleId};
use crate::domain::incident::Agent;
use crate::domain::schedule::zone::Zone;
use crate::domain::schedule::{Override, Span};
use crate::wire::rest::reference::Reference;
use crate::wire::rest::undo::{Cover, LastAction, Left, Undo};

/// `GET /undo`: what would be undone.
pub(super) async fn last(cx: Context) -> Reply {
    let user =
        cx.actor()?.user.ok_or_else(|| Error::invalid("only a user has actions that can be undone"))?;
    let action = cx.state.actions.get(&user);
    let action = action.ok_or_else(|| Error::not_found("there is nothing to undo"))?;
    let until = action.what.is_undoable().then(|| action.at.plus(UNDO_WITHIN));
    let until = until.filter(|until| *until >= cx.parts().clock.now());
    let incidents = action.before.iter().map(|before| reference(&cx, before.number));
    reply::one(LastAction {
        action: action.what.as_str().to_owned(),
        at: action.at.to_iso(),
        undoable_until: until.map(|until| until.to_iso()),
        incidents: incidents.collect::<Result<_, _>>()?,
        cover: action.cover.as_ref().map(|it| cover(&cx, it.schedule, &it.entry)).transpose()?,
    })
}

/// `POST /undo`
pub(super) async fn undo(mut cx: Context) -> Reply {
    let Done::Undone(undone) = cx.ask(Ask::Undo, None).await? else {
        return Err(Error::internal("an undo came to something else"));
    };
    let incidents = undone.restored.iter().map(|number| reference(&cx, *number));
    let incidents = incidents.collect::<Result<_, _>>()?;
    let left = undone.left.iter().map(|left| {
        Ok::<_, Error>(Left { incident: reference(&cx, left.number)?, reason: why(&cx, left.why)? })
    });
    reply::one(Undo {
        action: undone.what.as_str().to_owned(),
        at: undone.at.to_iso(),
        left: left.collect::<Result<_, _>>()?,
        cover: undone.cover.as_ref().map(|(id, entry)| cover(&cx, *id, entry)).transpose()?,
        incidents,
    })
}

/// By the schedule's clock, as where overrides are listed.
fn cover(cx: &Context, id: ScheduleId, entry: &Override) -> Result<Cover, Error> {
    let view = cx.view()?;
    let zone = cx.state.schedules.get(&id).map_or_else(Zone::utc, |it| Zone::known(&it.time_zone));
    let span = Span { start: entry.start, end: entry.end };
    Ok(Cover { entry: view.over_ride(entry, span, &zone), schedule: view.schedule_reference(id) })
}

fn reference(cx: &Context, number: IncidentNumber) -> Result<Reference, Error> {
    let view = cx.view()?;
    Ok(match cx.state.incidents.get(&number) {
        Some(incident) => view.incident_reference(incident),
        None => {
            view.reference("incident", "incidents", view.incident_id(number), Some(&format!("[#{number}]")))
        }
    })
}

fn why(cx: &Context, why: LeftWhy) -> Result<String, Error> {
    let view = cx.view()?;
    Ok(match why {
        LeftWhy::ActedSince(Agent::User(user)) => format!("{} has acted on it since", view.user_name(user)),
        LeftWhy::ActedSince(_) => "it has moved on since".to_owned(),
        LeftWhy::Gone => "it is archived".to_owned(),
        LeftWhy::TargetClosed(into) => {
            format!("incident #{into}, into which it was merged, is not open any more")
        }
        LeftWhy::KeyTaken(other) => format!("incident #{other} has its key by now"),
        LeftWhy::Removed => "a user or the escalation policy that it had then was removed".to_owned(),
    })
}
