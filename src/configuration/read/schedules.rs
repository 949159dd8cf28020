//! Schedules and escalation policies of a file.

use std::time::Duration;

use super::super::text::{day_number, duration, seconds_of_day, timestamp};
use super::teams::names;
use super::{Reader, called};
use crate::domain::command::PolicyChange;
use crate::domain::policy::Strategy;
use crate::domain::schedule::Restriction;
use crate::domain::schedule::zone::Zone;
use crate::domain::wanted::{Wanted, WantedLayer, WantedLevel, WantedPolicy, WantedSchedule, WantedTarget};
use crate::wire::configuration as file;

impl Reader<'_> {
    pub(super) fn schedule(&mut self, schedule: &file::Schedule) {
        let path = called("schedules", &schedule.name);
        let name = &schedule.time_zone;
        let Some(zone) = Zone::named(name) else {
            return self.wrong(
                &format!("{path}.time_zone"),
                format!("`{name}` does not exist: give an IANA time zone such as Europe/Berlin"),
            );
        };
        let layers = schedule.layers.iter().enumerate();
        let layers =
            layers.filter_map(|(n, it)| self.layer(&format!("{path}.layers[{n}]"), &zone, it)).collect();
        let wanted = WantedSchedule {
            name: schedule.name.trim().into(),
            description: schedule.description.as_deref().map(Into::into),
            time_zone: zone.name().into(),
            layers,
            teams: names(schedule.teams.as_deref()),
        };
        self.want(path, Wanted::Schedule(Box::new(wanted)));
    }

    fn layer(&mut self, path: &str, zone: &Zone, layer: &file::Layer) -> Option<WantedLayer> {
        let users = layer.users.iter().enumerate();
        let users: Vec<_> =
            users.filter_map(|(n, email)| self.user_named(&format!("{path}.users[{n}]"), email)).collect();
        let first = self.take(&format!("{path}.rotation_start"), timestamp(zone, &layer.rotation_start));
        let turn = self.take(&format!("{path}.turn"), duration(&layer.turn));
        let start = layer.start.as_ref().map(|text| timestamp(zone, text));
        let start = start.and_then(|it| self.take(&format!("{path}.start"), it));
        let end = layer.end.as_ref().map(|text| timestamp(zone, text));
        let end = end.and_then(|it| self.take(&format!("{path}.end"), it));
        if end.is_some_and(|end| end <= self.world.now) {
            self.read.notes.push(format!("{path}: `{}` is over, so it is passed over", layer.name));
        }
        let restrictions = layer.restrictions.iter().enumerate();
        let restrictions = restrictions
            .filter_map(|(n, it)| self.restriction(&format!("{path}.restrictions[{n}]"), it))
            .collect();
        Some(WantedLayer {
            name: layer.name.trim().into(),
            start,
            end,
            users,
            rotation_virtual_start: first?,
            turn: turn?,
            restrictions,
        })
    }

    fn restriction(&mut self, path: &str, restriction: &file::Restriction) -> Option<Restriction> {
        let day = restriction.day.as_deref().map(day_number);
        let day = day.map(|day| self.take(&format!("{path}.day"), day));
        let start = self.take(&format!("{path}.start"), seconds_of_day(&restriction.start))?;
        let length = self.take(&format!("{path}.duration"), duration(&restriction.duration))?;
        let day_of_week = match day {
            Some(None) => return None,
            Some(day) => day,
            None => None,
        };
        let whole = u32::try_from(length.as_secs()).ok().filter(|_| length.subsec_nanos() == 0);
        let length = whole.ok_or_else(|| "it must be whole seconds, at most a week".to_owned());
        let duration_seconds = self.take(&format!("{path}.duration"), length)?;
        Some(Restriction { day_of_week, start_seconds: start, duration_seconds })
    }

    pub(super) fn policy(&mut self, policy: &file::Policy) {
        let path = called("escalation_policies", &policy.name);
        let levels = policy.levels.iter().enumerate();
        let levels = levels.filter_map(|(n, it)| self.level(&format!("{path}.levels[{n}]"), it)).collect();
        let wanted = WantedPolicy {
            name: policy.name.trim().into(),
            change: PolicyChange {
                description: Some(policy.description.as_deref().map(Into::into)),
                num_loops: Some(policy.num_loops),
                hand_off_always: Some(policy.hand_off_always),
                ..PolicyChange::default()
            },
            levels,
            teams: names(policy.teams.as_deref()),
        };
        self.want(path, Wanted::Policy(Box::new(wanted)));
    }

    fn level(&mut self, path: &str, level: &file::Level) -> Option<WantedLevel> {
        let targets = level.targets.iter().enumerate();
        let targets =
            targets.filter_map(|(n, it)| self.target(&format!("{path}.targets[{n}]"), it)).collect();
        let delay: Duration = self.take(&format!("{path}.delay"), duration(&level.delay))?;
        let strategy = if level.round_robin { Strategy::RoundRobin } else { Strategy::AssignToEveryone };
        Some(WantedLevel { delay, targets, strategy })
    }

    fn target(&mut self, path: &str, target: &file::Target) -> Option<WantedTarget> {
        match (&target.user, &target.schedule) {
            (Some(email), None) => self.user_named(&format!("{path}.user"), email).map(WantedTarget::User),
            (None, Some(name)) => Some(WantedTarget::Schedule(name.trim().into())),
            (Some(_), Some(_)) | (None, None) => {
                self.wrong(path, "expected either `user` with an e-mail address or `schedule` with a name");
                None
            }
        }
    }
}
