//! A state as a file would say it: what `pd export` writes, and what plans compare.

mod service;

use std::collections::BTreeSet;

use super::World;
use super::text::{day, duration, instant, length, time_of_day, word};
use crate::domain::id::{ScheduleId, ServiceId, UserId};
use crate::domain::maintenance::MaintenanceWindow;
use crate::domain::policy::{EscalationPolicy, Strategy, Target};
use crate::domain::rule::{Rule, RuleScope};
use crate::domain::schedule::zone::Zone;
use crate::domain::schedule::{Layer, Restriction, Schedule};
use crate::domain::sealed::Sealed;
use crate::domain::team::{Member, Team};
use crate::domain::user::{ContactMethod, User};
use crate::wire::configuration as file;

/// Everything that files may hold; each kind in order of its names, parts in their own. Secrets are left out.
pub fn shown(world: World<'_>) -> file::Configuration {
    everything(world, false)
}

/// The same with a mark in the place of each secret, so that a change of one is seen, and another in the place of keys
/// that were drawn just now, as the next time they will be others.
pub fn marked(world: World<'_>, drawn: &BTreeSet<String>) -> file::Configuration {
    let mut all = everything(world, true);
    let integrations = all.services.iter_mut().flatten().filter_map(|it| it.integrations.as_mut()).flatten();
    for key in integrations.filter_map(|it| it.key.as_mut()).filter(|key| drawn.contains(*key)) {
        "(drawn)".clone_into(key);
    }
    let heartbeats = all.heartbeats.iter_mut().flatten().filter_map(|it| it.key.as_mut());
    for key in heartbeats.filter(|key| drawn.contains(*key)) {
        "(drawn)".clone_into(key);
    }
    all
}

fn everything(world: World<'_>, marks: bool) -> file::Configuration {
    let state = world.state;
    let mut users: Vec<_> = state.users.values().map(|it| world.user(it, marks)).collect();
    users.sort_by_cached_key(|it| it.email.to_lowercase());
    let mut teams: Vec<_> = state.teams.values().map(|it| world.team(it)).collect();
    teams.sort_by_cached_key(|it| it.name.to_lowercase());
    let mut schedules: Vec<_> = state.schedules.values().map(|it| world.schedule(it)).collect();
    schedules.sort_by_cached_key(|it| it.name.to_lowercase());
    let mut policies: Vec<_> = state.policies.values().map(|it| world.policy(it)).collect();
    policies.sort_by_cached_key(|it| it.name.to_lowercase());
    let mut services: Vec<_> = state.services.values().map(|it| world.service(it)).collect();
    services.sort_by_cached_key(|it| it.name.to_lowercase());
    let mut heartbeats: Vec<_> = state.heartbeats.values().map(|it| world.heartbeat(it)).collect();
    heartbeats.sort_by_cached_key(|it| it.name.to_lowercase());
    let open = state.windows.values().filter(|it| !it.is_past(world.now));
    let mut windows: Vec<_> = open.map(|it| world.window(it)).collect();
    // Stable: those with one description stay in order of their making.
    windows.sort_by_cached_key(|it| it.description.to_lowercase());
    let global = state.rules.get(&RuleScope::Global).map(|rules| rules.as_slice()).unwrap_or_default();
    file::Configuration {
        users: Some(users),
        teams: Some(teams),
        schedules: Some(schedules),
        escalation_policies: Some(policies),
        services: Some(services),
        heartbeats: Some(heartbeats),
        event_rules: Some(global.iter().map(|it| world.rule(it)).collect()),
        maintenance_windows: Some(windows),
    }
}

impl World<'_> {
    /// Contact data in clear.
    pub(super) fn open(self, user: &User, sealed: &Sealed) -> String {
        self.keyring.open(&user.key, sealed).unwrap_or_else(|error| format!("({error})"))
    }

    fn email(self, id: UserId) -> String {
        let user = self.state.users.get(&id);
        user.map_or_else(|| id.to_string(), |user| self.open(user, &user.email))
    }

    fn schedule_name(self, id: ScheduleId) -> String {
        self.state.schedules.get(&id).map_or_else(|| id.to_string(), |it| it.name.to_string())
    }

    pub(super) fn service_name(self, id: ServiceId) -> String {
        self.state.services.get(&id).map_or_else(|| id.to_string(), |it| it.name.to_string())
    }

    fn user(self, user: &User, marks: bool) -> file::User {
        let rules = user.notification_rules.iter().filter_map(|rule| {
            let method = user.contact_method(rule.contact_method)?;
            Some(file::NotificationRule {
                urgency: rule.urgency.as_str().to_owned(),
                contact_method: self.called(user, method),
                delay: (!rule.delay.is_zero()).then(|| length(rule.delay)),
            })
        });
        let mut rules: Vec<_> = rules.collect();
        // Their order means nothing; this one does not change when one is made anew.
        rules.sort_by_cached_key(|it| {
            let delay = duration(&it.delay.clone().unwrap_or_default()).unwrap_or_default();
            (it.urgency.clone(), delay, it.contact_method.clone())
        });
        file::User {
            email: self.open(user, &user.email),
            name: user.name.to_string(),
            role: Some(word(user.role)),
            time_zone: Some(user.time_zone.to_string()),
            job_title: user.job_title.as_deref().map(str::to_owned),
            description: user.description.as_deref().map(str::to_owned),
            color: Some(user.color.to_string()),
            contact_methods: Some(
                user.contact_methods.iter().map(|it| self.method(user, it, marks)).collect(),
            ),
            notification_rules: Some(rules),
        }
    }

    fn method(self, user: &User, method: &ContactMethod, marks: bool) -> file::ContactMethod {
        file::ContactMethod {
            kind: word(method.channel),
            label: method.label.to_string(),
            address: self.open(user, &method.address),
            country_code: method.country_code,
            send_short_email: method.send_short_email,
            secret: method.secret.as_ref().filter(|_| marks).map(|it| format!("(secret {})", mark(it))),
        }
    }

    /// By its label, unless another of the user's has the same.
    fn called(self, user: &User, method: &ContactMethod) -> String {
        let same = |it: &&ContactMethod| it.label.trim().eq_ignore_ascii_case(method.label.trim());
        if user.contact_methods.iter().filter(same).count() == 1 {
            return method.label.to_string();
        }
        format!("{} {}", word(method.channel), self.open(user, &method.address))
    }

    fn team(self, team: &Team) -> file::Team {
        let member = |it: &Member| file::Member { user: self.email(it.user), role: Some(word(it.role)) };
        let mut members: Vec<_> = team.members.iter().map(member).collect();
        members.sort_by_cached_key(|it| it.user.to_lowercase());
        file::Team {
            name: team.name.to_string(),
            description: team.description.as_deref().map(str::to_owned),
            members: Some(members),
        }
    }

    /// The names of the teams of which this is true.
    fn teams(self, has: impl Fn(&Team) -> bool) -> Option<Vec<String>> {
        let teams = self.state.teams.values().filter(|team| has(team));
        let mut names: Vec<_> = teams.map(|team| team.name.to_string()).collect();
        names.sort_by_cached_key(|name| name.to_lowercase());
        Some(names)
    }

    fn schedule(self, schedule: &Schedule) -> file::Schedule {
        let zone = Zone::known(&schedule.time_zone);
        let serving = schedule.layers.iter().filter(|layer| layer.end.is_none_or(|end| end > self.now));
        file::Schedule {
            name: schedule.name.to_string(),
            description: schedule.description.as_deref().map(str::to_owned),
            time_zone: schedule.time_zone.to_string(),
            teams: self.teams(|team| team.schedules.contains(&schedule.id)),
            layers: serving.map(|layer| self.layer(&zone, layer)).collect(),
        }
    }

    fn layer(self, zone: &Zone, layer: &Layer) -> file::Layer {
        file::Layer {
            name: layer.name.to_string(),
            users: layer.users.iter().map(|id| self.email(*id)).collect(),
            rotation_start: instant(zone, layer.rotation_virtual_start),
            turn: length(layer.turn),
            start: Some(instant(zone, layer.start)),
            end: layer.end.map(|end| instant(zone, end)),
            restrictions: layer.restrictions.iter().map(restriction).collect(),
        }
    }

    fn policy(self, policy: &EscalationPolicy) -> file::Policy {
        let target = |target: &Target| match target {
            Target::User(id) => file::Target { user: Some(self.email(*id)), schedule: None },
            Target::Schedule(id) => file::Target { user: None, schedule: Some(self.schedule_name(*id)) },
        };
        let level = |level: &crate::domain::policy::EscalationRule| file::Level {
            delay: length(level.delay),
            targets: level.targets.iter().map(target).collect(),
            round_robin: level.strategy == Strategy::RoundRobin,
        };
        file::Policy {
            name: policy.name.to_string(),
            description: policy.description.as_deref().map(str::to_owned),
            num_loops: policy.num_loops,
            hand_off_always: policy.hand_off_always,
            teams: self.teams(|team| team.policies.contains(&policy.id)),
            levels: policy.rules.iter().map(level).collect(),
        }
    }

    pub(super) fn rule(self, rule: &Rule) -> file::Rule {
        let actions = &rule.actions;
        let service = |id: &ServiceId| self.service_name(*id);
        let priority =
            |id| self.priorities.iter().find(|(_, known)| *known == id).map(|(name, _)| name.clone());
        file::Rule {
            name: rule.name.to_string(),
            when: rule.condition.as_ref().map(|it| it.source().to_string()),
            disabled: rule.disabled,
            stop: rule.stop,
            drop: actions.drop,
            suppress: actions.suppress,
            pause: actions.pause.map(length),
            route: actions.route.as_ref().map(service),
            severity: actions.severity.map(|it| it.as_str().to_owned()),
            priority: actions.priority.as_ref().and_then(priority),
            note: actions.note.as_ref().map(|it| it.source().to_string()),
            set: actions
                .set
                .iter()
                .map(|(field, it)| (field.as_str().to_owned(), it.source().to_string()))
                .collect(),
        }
    }

    fn window(self, window: &MaintenanceWindow) -> file::Window {
        let utc = Zone::utc();
        let name = |id: &ServiceId| self.service_name(*id);
        let weekly = window.weekly.as_ref().map(|weekly| file::Weekly {
            time_zone: weekly.time_zone.to_string(),
            days: weekly.days.iter().map(|number| day(*number)).collect(),
            start: time_of_day(u32::from(weekly.minute) * 60),
            duration: length(weekly.duration),
            until: weekly.until.map(|until| instant(&utc, until)),
        });
        // The times of one that comes again move on by themselves.
        let once = weekly.is_none();
        file::Window {
            description: window.description.to_string(),
            services: window.services.iter().map(name).collect(),
            when: window.condition.as_ref().map(|it| it.source().to_string()),
            start: once.then(|| instant(&utc, window.start)),
            end: once.then(|| instant(&utc, window.end)),
            weekly,
        }
    }
}

/// Tells two secrets apart, and nothing else.
fn mark(secret: &Sealed) -> String {
    secret.fingerprint.chars().take(8).collect()
}

fn restriction(restriction: &Restriction) -> file::Restriction {
    file::Restriction {
        day: restriction.day_of_week.map(day),
        start: time_of_day(restriction.start_seconds),
        duration: length(std::time::Duration::from_secs(u64::from(restriction.duration_seconds))),
    }
}
