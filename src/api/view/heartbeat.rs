//! Heartbeats as clients see them.

use super::View;
use crate::domain::heartbeat::{Health, Heartbeat, LastPing, PingKind};
use crate::wire::rest::heartbeat as wire;
use crate::wire::rest::reference::Reference;

impl View<'_> {
    /// A heartbeat, with where its pings go.
    pub(crate) fn heartbeat(&self, heartbeat: &Heartbeat) -> wire::Heartbeat {
        let beat = &heartbeat.beat;
        let head = self.head("heartbeat", "heartbeats", heartbeat.id, Some(&heartbeat.name));
        wire::Heartbeat {
            head: Reference { html_url: None, ..head },
            name: heartbeat.name.to_string(),
            service: self.service_reference(heartbeat.service),
            key: heartbeat.key.to_string(),
            url: self.links.api("heartbeat", heartbeat.key),
            period: heartbeat.period.as_secs(),
            grace: heartbeat.grace.as_secs(),
            max_runtime: heartbeat.max_runtime.map(|runtime| runtime.as_secs()),
            paused: heartbeat.paused,
            created_at: heartbeat.created_at.to_iso(),
            status: status(heartbeat).to_owned(),
            last_ping: beat.last.as_ref().map(last_ping),
            due_at: beat.due_at.map(|at| at.to_iso()),
            started_at: beat.started_at.map(|at| at.to_iso()),
            took: beat.took.map(|took| took.as_secs_f64()),
        }
    }
}

fn status(heartbeat: &Heartbeat) -> &'static str {
    match (heartbeat.paused, heartbeat.beat.health, heartbeat.beat.started_at) {
        (true, _, _) => "paused",
        (false, Health::Missed, _) => "missed",
        (false, Health::Failed, None) => "failed",
        (false, Health::New | Health::Up | Health::Failed, Some(_)) => "running",
        (false, Health::Up, None) => "up",
        (false, Health::New, None) => "new",
    }
}

fn last_ping(ping: &LastPing) -> wire::LastPing {
    let (kind, exit_status) = match ping.kind {
        PingKind::Success => ("success", None),
        PingKind::Start => ("start", None),
        PingKind::Fail => ("fail", None),
        PingKind::Exit(status) => ("exit", Some(status)),
    };
    wire::LastPing {
        at: ping.at.to_iso(),
        kind: kind.to_owned(),
        exit_status,
        detail: ping.detail.as_deref().map(str::to_owned),
    }
}
