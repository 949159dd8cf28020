//! How stories tell of rules, holds, windows and heartbeats.

use super::script::since_start;
use super::world::World;
use crate::domain::incident::HoldReason;
use crate::domain::incidents::fact::Fact;
use crate::domain::rule::Effect;

pub(super) fn fact(world: &World, fact: &Fact) -> Option<String> {
    Some(match fact {
        Fact::RuleCounted { rule, more } if more.failed > 0 => {
            format!("{} failed {}", rule.name, more.failed)
        }
        Fact::RuleCounted { rule, more } => format!("{} dropped {}", rule.name, more.dropped),
        Fact::RuleApplied { number, rule, effects, .. } => {
            let effects: Vec<_> = effects.iter().map(|it| effect(world, it)).collect();
            format!("{number:?} {}: {}", rule.name, effects.join(" and "))
        }
        Fact::AlertAdded { number, alert, .. } => format!("{} joined {number:?}", alert.dedup_key),
        Fact::IncidentHeld { number, hold, .. } => {
            let why = match hold.reason {
                HoldReason::Suppressed => "suppressed",
                HoldReason::Paused => "paused",
                HoldReason::Maintenance(_) => "in maintenance",
            };
            let until = hold.until.map_or_else(String::new, |until| format!(" until {}", since_start(until)));
            format!("{number:?} {why}{until}")
        }
        Fact::IncidentReleased { number, reason, .. } => format!("{number:?} released ({reason:?})"),
        Fact::HeartbeatMissed { .. } => "heartbeat missed".to_owned(),
        Fact::HeartbeatPostponed { due_at, .. } => {
            format!("heartbeat waited for until {}", since_start(*due_at))
        }
        Fact::OutageNoticed { .. } => "outage noticed".to_owned(),
        _ => return None,
    })
}

fn effect(world: &World, effect: &Effect) -> String {
    match effect {
        Effect::Dropped => "dropped".to_owned(),
        Effect::Suppressed => "suppressed".to_owned(),
        Effect::Paused(wait) => format!("paused {}s", wait.as_secs()),
        Effect::Routed(id) => {
            let name = world.services.iter().find(|(_, known)| known == id).map_or("?", |(name, _)| name);
            format!("routed to {name}")
        }
        Effect::Severity(severity) => format!("severity {}", severity.as_str()),
        Effect::Priority(_) => "priority".to_owned(),
        Effect::Set { field, value } => format!("{}={value}", field.as_str()),
        Effect::Noted(note) => format!("noted {note}"),
    }
}
