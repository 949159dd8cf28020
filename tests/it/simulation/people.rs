//! Those who are told: they acknowledge, resolve and write notes at odd moments, by whichever process answers.

use std::sync::Arc;
use std::time::Duration;

use pd::domain::command::{Actor, Ask, IncidentChange, StatusChange, Verdict};
use pd::domain::id::{IncidentNumber, UserId};
use pd::domain::user::Channel;
use pd::notify::transport::Message;

use super::chance::Chance;
use super::town::{Town, name};

/// How often somebody asks again when there was no answer.
const ASKS_MAX: u32 = 6;

/// Somebody reads a message, and perhaps does something about it.
pub(super) fn told(town: &Arc<Town>, chance: &Chance, channel: Channel, message: &Message) {
    let chance = chance.fork();
    // A webhook is read by a program, which seldom does anything.
    let cares = if channel == Channel::Webhook { 150 } else { town.plan.people_permille };
    if !chance.permille(cares) {
        return;
    }
    let numbers: Vec<_> = message.about.iter().map(|about| about.incident.number).collect();
    tokio::spawn(acts(Arc::clone(town), chance, message.user, numbers));
}

async fn acts(town: Arc<Town>, chance: Chance, user: UserId, numbers: Vec<IncidentNumber>) {
    let reads_after = chance.about(Duration::from_secs(25));
    town.clock.sleep(reads_after).await;
    for number in numbers {
        let (what, ask, content) = decides(&chance, number);
        let key: Arc<str> = Arc::from(format!("{:x}", chance.draw()));
        let actor = Actor { user: Some(user), token: None };
        for _ in 0..ASKS_MAX {
            let Some((machine, door)) = town.some_door(&chance) else {
                town.clock.sleep(chance.millis(500, 5000)).await;
                continue;
            };
            town.trace
                .say("somebody", (number.0, what), || format!("asks {} to {what} #{number}", name(machine)));
            let asked_at = town.elapsed();
            let asking = door.commands.ask(actor, Some(Arc::clone(&key)), ask.clone());
            let turn = town.turnstile.ticket();
            let answer = door.gate.within(asking).await;
            town.turnstile.pass(turn).await;
            town.trace.say("somebody", matches!(answer, Some(Ok(_))), || match &answer {
                Some(Ok(verdict)) => format!("hears from {} about #{number}: {verdict:?}", name(machine)),
                Some(Err(error)) => format!("hears from {} about #{number}: {error}", name(machine)),
                None => format!("hears nothing from {} about #{number}", name(machine)),
            });
            if let Some(Ok(verdict)) = answer {
                let done = matches!(verdict, Verdict::Done(_));
                let content = content.as_deref().filter(|_| done);
                town.check(|check, trace| check.hears(trace, asked_at, (number, what), content));
                break;
            }
            town.clock.sleep(chance.millis(500, 5000)).await;
        }
    }
}

fn decides(chance: &Chance, number: IncidentNumber) -> (&'static str, Ask, Option<Arc<str>>) {
    let status = |status| {
        let change = IncidentChange { status: Some(status), ..IncidentChange::of(number) };
        Ask::UpdateIncidents(vec![change])
    };
    match chance.below(10) {
        0..6 => ("acknowledge", status(StatusChange::Acknowledged), None),
        6..8 => ("resolve", status(StatusChange::Resolved), None),
        _ => {
            let content: Arc<str> = Arc::from(format!("note {:x}", chance.draw()));
            ("annotate", Ask::AddNote { incident: number, content: Arc::clone(&content) }, Some(content))
        }
    }
}
