//! `/configuration`: an addition of `pd`. Everything that files may hold, read at once and written at once.

use std::collections::BTreeMap;

use super::body::LargeBody;
use super::context::Context;
use super::error::{Error, Reply};
use super::reply;
use crate::configuration::{self, Nameless, Read, World, marked};
use crate::domain::command::{Ask, Done, Rejection};
use crate::domain::id::PriorityId;
use crate::domain::incident::Agent;
use crate::domain::incidents::decide::try_configuration;
use crate::domain::incidents::state::State;
use crate::domain::time::Timestamp;
use crate::domain::wanted::{Gone, Wanted};
use crate::wire::configuration::{Apply, Plan, Unnamed};

/// How many objects are tried out before others are answered.
const STEP: usize = 50;
/// How large the commands are that a configuration is written in, roughly; what they lead to has to fit into an entry.
const COMMAND_BYTES: usize = 160 << 10;
/// No single object may be larger.
const OBJECT_BYTES_MAX: usize = 320 << 10;
/// How many errors are told at once.
const ERRORS_MAX: usize = 200;
/// What the rules call things, and what files call them.
const NAMES: [(&str, &str); 4] = [
    ("schedule_layers[", "layers["),
    ("rotation_turn_length_seconds", "turn"),
    ("rotation_virtual_start", "rotation_start"),
    ("recurrence", "weekly"),
];

/// `GET /configuration`
pub(super) async fn export(cx: Context) -> Reply {
    let priorities = priorities(&cx)?;
    let now = cx.parts().clock.now();
    reply::one(configuration::shown(world(&cx, &cx.state, &priorities, now)))
}

/// `POST /configuration`: plans, and unless it is a dry run does it.
pub(super) async fn apply(mut cx: Context, LargeBody(asked): LargeBody<Apply>) -> Reply {
    let Tried { plan, wanted } = plan(&cx, &asked).await?;
    if asked.dry_run {
        return reply::one(plan);
    }
    if asked.expect.as_ref().is_some_and(|seen| *seen != plan.digest) {
        return Err(Error::conflict(
            "the configuration was changed meanwhile, so the plan would be another one: look at it again",
        ));
    }
    write(&mut cx, wanted).await?;
    reply::one(Plan { applied: true, ..plan })
}

/// A plan, and the things that would change.
struct Tried {
    plan: Plan,
    wanted: Vec<Wanted>,
}

async fn plan(cx: &Context, asked: &Apply) -> Result<Tried, Error> {
    let priorities = priorities(cx)?;
    let now = cx.parts().clock.now();
    let before = world(cx, &cx.state, &priorities, now);
    let read = configuration::read(before, &asked.configuration).map_err(refused)?;
    let nameless = configuration::unnamed(before, &asked.configuration, &read);
    let Read { mut wanted, mut called, mut notes, drawn } = read;
    if asked.prune {
        keeps_oneself(cx, &nameless)?;
        for it in &nameless {
            wanted.push(Wanted::Gone(it.gone));
            called.push(format!("{} `{}`", it.kind, it.name));
        }
    }
    let (state, wanted) = try_out(cx, wanted, &called, now).await?;
    let after = World { state: &state, ..before };
    let changes = configuration::changes(&marked(before, &drawn), &marked(after, &drawn));
    tokio::task::yield_now().await;
    let effects = configuration::effects(&cx.state, after);
    notes.extend(effects.left_out.iter().map(|name| {
        format!(
            "schedules[\"{name}\"]: what changes for people was not looked at, as that would take too long"
        )
    }));
    let unnamed = nameless.iter().filter(|_| !asked.prune);
    let unnamed = unnamed.map(|it| Unnamed { kind: it.kind.to_owned(), name: it.name.clone() }).collect();
    let digest = configuration::digest(&changes);
    Ok(Tried {
        plan: Plan { digest, applied: false, changes, effects: effects.moves, unnamed, notes },
        wanted,
    })
}

fn world<'a>(
    cx: &'a Context,
    state: &'a State,
    priorities: &'a BTreeMap<String, PriorityId>,
    now: Timestamp,
) -> World<'a> {
    World { state, keyring: &cx.parts().keyring, ids: &*cx.parts().ids, priorities, now }
}

fn priorities(cx: &Context) -> Result<BTreeMap<String, PriorityId>, Error> {
    let all = cx.view()?.priorities();
    Ok(all.into_iter().filter_map(|it| Some((it.name, it.head.id.parse().ok()?))).collect())
}

/// Whoever removed the user as whom it asks could not ask again.
fn keeps_oneself(cx: &Context, nameless: &[Nameless]) -> Result<(), Error> {
    let oneself = cx.token.user.map(Gone::User);
    match nameless.iter().find(|it| Some(it.gone) == oneself) {
        Some(it) => Err(Error::invalid(format!(
            "users: pruning would remove `{}`, as whom you ask, and your token with it: add that user to the file",
            it.name
        ))),
        None => Ok(()),
    }
}

/// Has the rules judge all of it on a copy of the state: what comes of it, and what of it is a change.
async fn try_out(
    cx: &Context,
    wanted: Vec<Wanted>,
    called: &[String],
    now: Timestamp,
) -> Result<(State, Vec<Wanted>), Error> {
    let by = cx.actor()?.user.map_or(Agent::Account, Agent::User);
    let mut state = (*cx.state).clone();
    let mut changed = Vec::new();
    let mut errors = Vec::new();
    for (part, names) in wanted.chunks(STEP).zip(called.chunks(STEP)) {
        let tried = try_configuration(&state, by, part, now);
        state = tried.state;
        for ((it, name), verdict) in part.iter().zip(names).zip(tried.verdicts) {
            match verdict {
                Ok(Done::Unchanged) => {}
                Ok(_) => changed.push(it.clone()),
                Err(rejection) => errors.extend(lines(rejection).map(|error| format!("{name}: {error}"))),
            }
        }
        // Others are answered meanwhile.
        tokio::task::yield_now().await;
    }
    if errors.is_empty() { Ok((state, changed)) } else { Err(refused(errors)) }
}

fn lines(rejection: Rejection) -> impl Iterator<Item = String> {
    let errors = match rejection {
        Rejection::Invalid { errors } | Rejection::InUse { errors } => errors,
        other => vec![other.to_string()],
    };
    errors.into_iter().map(|error| NAMES.iter().fold(error, |error, (rest, file)| error.replace(rest, file)))
}

fn refused(mut errors: Vec<String>) -> Error {
    let more = errors.len().saturating_sub(ERRORS_MAX);
    errors.truncate(ERRORS_MAX);
    if more > 0 {
        errors.push(format!("and {more} more"));
    }
    Error::invalid_all(errors)
}

/// One command if it is small enough, else several, each of them whole. What was judged is found done when it is asked
/// again, so whoever was interrupted asks again.
async fn write(cx: &mut Context, wanted: Vec<Wanted>) -> Result<(), Error> {
    let parts = parts(wanted)?;
    let all = parts.len();
    for (done, part) in parts.into_iter().enumerate() {
        cx.ask_part(Ask::Configure(part)).await.map_err(|error| {
            if done == 0 {
                return error;
            }
            error.and(format!(
                "{done} of {all} parts were applied before that: apply it again to go on from there"
            ))
        })?;
    }
    Ok(())
}

fn parts(wanted: Vec<Wanted>) -> Result<Vec<Vec<Wanted>>, Error> {
    let mut parts: Vec<Vec<Wanted>> = Vec::new();
    let mut room = 0;
    for it in wanted {
        let bytes = serde_json::to_vec(&it).map_err(|error| Error::internal(error.to_string()))?.len();
        if bytes > OBJECT_BYTES_MAX {
            return Err(Error::too_large(format!(
                "one object has {bytes} bytes, and at most {OBJECT_BYTES_MAX} are allowed: split its event rules"
            )));
        }
        match parts.last_mut().filter(|_| bytes <= room) {
            Some(last) => {
                last.push(it);
                room -= bytes;
            }
            None => {
                parts.push(vec![it]);
                room = COMMAND_BYTES.saturating_sub(bytes);
            }
        }
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn what_is_written_is_cut_into_commands_of_a_bounded_size_in_order() {
        let rules = |n: usize| Wanted::Rules(vec![rule(n)]);
        fn rule(n: usize) -> crate::domain::wanted::WantedRule {
            let rule = serde_json::json!({"rule": {"name": "x".repeat(n)}, "route": null});
            serde_json::from_value(rule).unwrap()
        }
        let sizes = |wanted: Vec<Wanted>| parts(wanted).unwrap().iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(sizes(vec![]), Vec::<usize>::new());
        assert_eq!(sizes(vec![rules(10), rules(10)]), [2]);
        assert_eq!(sizes(vec![rules(100_000), rules(50_000), rules(50_000), rules(10)]), [2, 2]);
        assert_eq!(sizes(vec![rules(200_000), rules(10)]), [1, 1]);
        assert!(parts(vec![rules(OBJECT_BYTES_MAX)]).is_err());
        let all: Vec<Wanted> = (0..50).map(|n| rules(20_000 + n)).collect();
        assert_eq!(parts(all.clone()).unwrap().concat(), all);
    }
}
