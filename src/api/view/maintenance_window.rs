//! Maintenance windows as clients see them.

use super::View;
use crate::domain::id::MaintenanceWindowId;
use crate::domain::incident::Agent;
use crate::domain::maintenance::{MaintenanceWindow, Weekly};
use crate::domain::time::Timestamp;
use crate::wire::rest::maintenance_window as wire;
use crate::wire::rest::reference::Reference;

impl View<'_> {
    /// A reference to a window, also to one that is gone.
    pub(crate) fn window_reference(&self, id: MaintenanceWindowId) -> Reference {
        let summary = self.state.windows.get(&id).map(|window| summary(window));
        self.reference("maintenance_window", "maintenance_windows", id, summary.as_deref())
    }

    /// A window, as it is at `now`.
    pub(crate) fn window(&self, window: &MaintenanceWindow, now: Timestamp) -> wire::MaintenanceWindow {
        let status = match window {
            window if window.is_running(now) => "ongoing",
            window if window.is_past(now) => "past",
            _ => "future",
        };
        wire::MaintenanceWindow {
            head: self.head("maintenance_window", "maintenance_windows", window.id, Some(&summary(window))),
            description: window.description.to_string(),
            start_time: window.start.to_iso(),
            end_time: window.end.to_iso(),
            services: window.services.iter().map(|id| self.service_reference(*id)).collect(),
            teams: Vec::new(),
            created_by: match window.created_by {
                Agent::User(id) => Some(self.user_reference(id)),
                Agent::Account | Agent::Integration(_) | Agent::Service(_) => Some(self.account()),
            },
            status: status.to_owned(),
            condition: window.condition.as_ref().map(|condition| condition.source().to_string()),
            recurrence: window.weekly.as_ref().map(recurrence),
        }
    }
}

fn summary(window: &MaintenanceWindow) -> String {
    if window.description.is_empty() { window.id.to_string() } else { window.description.to_string() }
}

fn recurrence(weekly: &Weekly) -> wire::Recurrence {
    wire::Recurrence {
        kind: "weekly".to_owned(),
        time_zone: weekly.time_zone.to_string(),
        days_of_week: weekly.days.clone(),
        start_time_of_day: format!("{:02}:{:02}:00", weekly.minute / 60, weekly.minute % 60),
        duration_seconds: weekly.duration.as_secs(),
        until: weekly.until.map(|until| until.to_iso()),
    }
}
