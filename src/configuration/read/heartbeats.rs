//! Heartbeats of a file.

use super::super::text::duration;
use super::{Reader, called};
use crate::domain::heartbeat::{Heartbeat, HeartbeatChange};
use crate::domain::wanted::{Wanted, WantedHeartbeat};
use crate::wire::configuration as file;

impl Reader<'_> {
    pub(super) fn heartbeat(&mut self, heartbeat: &file::Heartbeat) {
        let path = called("heartbeats", &heartbeat.name);
        let period = self.take(&format!("{path}.period"), duration(&heartbeat.period));
        let mut length = |name: &str, length: &Option<file::Length>| {
            length.as_ref().and_then(|it| self.take(&format!("{path}.{name}"), duration(it)))
        };
        let grace = length("grace", &heartbeat.grace);
        let max_runtime = length("max_runtime", &heartbeat.max_runtime);
        let key = self.key(&format!("{path}.key"), heartbeat.key.as_deref());
        let (Some(period), Some((key, drawn))) = (period, key) else { return };
        let change = HeartbeatChange {
            name: None,
            period: Some(period),
            grace: Some(grace.unwrap_or_else(|| Heartbeat::grace_of(period))),
            max_runtime: Some(max_runtime),
            paused: heartbeat.paused,
        };
        let (name, service) = (heartbeat.name.trim().into(), heartbeat.service.trim().into());
        self.want(path, Wanted::Heartbeat(Box::new(WantedHeartbeat { name, service, key, drawn, change })));
    }
}
