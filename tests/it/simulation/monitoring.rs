//! Those who send events: they try again when they are not answered, by whichever process there is, with the same key.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use pd::domain::event::Action;
use pd::domain::service::RoutingKey;
use tokio::time::timeout;
use tower::ServiceExt as _;

use super::chance::Chance;
use super::founding::installation;
use super::town::{Door, Town, name};

/// How long a sender waits for its answer.
const PATIENCE: Duration = Duration::from_secs(12);
/// How often it tries.
const TRIES_MAX: u32 = 8;

/// An attempt at sending an event, as its sender sees it. Times are true.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub(super) routing_key: RoutingKey,
    pub(super) dedup_key: String,
    pub(super) action: Action,
    /// Tells this attempt from all others.
    pub(super) marker: String,
    pub(super) began: Duration,
    pub(super) ended: Duration,
    pub(super) accepted: bool,
}

/// What a source of events thinks of one of its checks.
struct Key {
    name: String,
    is_bad: bool,
}

/// Sends events until it is time.
pub(super) async fn watch(town: Arc<Town>, number: usize) {
    let chance = town.chance.fork();
    let routing_key = installation().keys[chance.index(installation().keys.len())];
    let mut keys: Vec<_> =
        (0..1 + chance.below(4)).map(|n| Key { name: format!("m{number}-{n}"), is_bad: false }).collect();
    // Some send in bursts, some flap.
    let (flaps, bursts) = (chance.permille(400), chance.permille(200));
    let mut count = 0;
    while town.elapsed() < town.plan.events_until && !town.has_failed() {
        let pause = town.plan.event_pause * if bursts { 8 } else { 1 } / town.plan.rush(town.elapsed());
        town.clock.sleep(chance.about(pause)).await;
        if town.elapsed() >= town.plan.events_until {
            return;
        }
        for _ in 0..if bursts { 1 + chance.below(14) } else { 1 } {
            let key = chance.index(keys.len());
            let key = &mut keys[key];
            let action = if key.is_bad {
                match chance.below(10) {
                    0..5 => Action::Resolve,
                    5..6 => Action::Acknowledge,
                    _ => Action::Trigger,
                }
            } else {
                Action::Trigger
            };
            count += 1;
            send(&town, &chance, routing_key, key, action, (number, count)).await;
            if flaps && action == Action::Resolve && chance.permille(700) {
                town.clock.sleep(chance.millis(1, 3000)).await;
                count += 1;
                send(&town, &chance, routing_key, key, Action::Trigger, (number, count)).await;
            }
        }
    }
}

async fn send(
    town: &Town,
    chance: &Chance,
    routing_key: RoutingKey,
    key: &mut Key,
    action: Action,
    (monitor, count): (usize, u32),
) {
    for attempt in 0..TRIES_MAX {
        if town.elapsed() > town.plan.ends_at {
            return;
        }
        let Some((machine, door)) = town.some_door(chance) else {
            town.clock.sleep(chance.millis(200, 3000)).await;
            continue;
        };
        let marker = format!("{monitor}.{count}.{attempt}");
        let verb = match action {
            Action::Trigger => "trigger",
            Action::Acknowledge => "acknowledge",
            Action::Resolve => "resolve",
        };
        let who = format!("monitor {monitor}");
        town.trace.say(&who, &marker, || format!("sends {} {verb} {} ({marker})", name(machine), key.name));
        let began = town.elapsed();
        let status = post(door, event(routing_key, verb, &key.name, &marker)).await;
        let ended = town.elapsed();
        town.trace.say(&who, status.map(|status| status.as_u16()), || match status {
            Some(status) => format!("is answered {} by {} ({marker})", status.as_u16(), name(machine)),
            None => format!("is not answered by {} ({marker})", name(machine)),
        });
        let accepted = status == Some(StatusCode::ACCEPTED);
        let tried =
            Attempt { routing_key, dedup_key: key.name.clone(), action, marker, began, ended, accepted };
        town.check(|check, trace| check.tried(trace, tried));
        if accepted {
            key.is_bad = match action {
                Action::Trigger => true,
                Action::Resolve => false,
                Action::Acknowledge => key.is_bad,
            };
            return;
        }
        town.clock.sleep(chance.millis(200, 4000)).await;
    }
}

fn event(routing_key: RoutingKey, verb: &str, key: &str, marker: &str) -> String {
    format!(
        r#"{{"routing_key":"{routing_key}","event_action":"{verb}","dedup_key":"{key}","client":"{marker}","payload":{{"summary":"{key} is bad","source":"probe","severity":"critical"}}}}"#
    )
}

/// The marker of an event's body.
pub(super) fn marker(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let (_, after) = text.split_once(r#""client":""#)?;
    Some(after.split_once('"')?.0.to_owned())
}

/// What the door answered in time; `None`: nothing.
async fn post(door: Door, body: String) -> Option<StatusCode> {
    let request = Request::post("/v2/enqueue").body(Body::from(body)).expect("a fixed path");
    let answered = async {
        let response = door.events.oneshot(request).await.unwrap_or_else(|never| match never {});
        response.status()
    };
    timeout(PATIENCE, door.gate.within(answered)).await.ok().flatten()
}
