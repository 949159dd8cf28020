//! A file as the rules want it: every name checked that can be, every fault told with the object and the field.

mod heartbeats;
mod people;
mod rules;
mod schedules;
mod services;
mod teams;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::World;
use crate::domain::service::RoutingKey;
use crate::domain::user::User;
use crate::domain::wanted::{Wanted, folded};
use crate::wire::configuration as file;

/// What a file comes to.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Read {
    /// In an order in which each finds what it names.
    pub wanted: Vec<Wanted>,
    /// What each of them is called, in the same order: `schedules["primary"]`.
    pub called: Vec<String>,
    /// What is said and means nothing now.
    pub notes: Vec<String>,
    /// Keys that were drawn, in case that an integration is new.
    pub drawn: BTreeSet<String>,
}

/// Reads a file.
///
/// # Errors
/// Everything that is wrong, each with the object and the field.
pub fn read(world: World<'_>, file: &file::Configuration) -> Result<Read, Vec<String>> {
    let mut reader = Reader::new(world, file);
    for (index, user) in file.users.iter().flatten().enumerate() {
        reader.user(index, user);
    }
    for team in file.teams.iter().flatten() {
        reader.team(team);
    }
    for schedule in file.schedules.iter().flatten() {
        reader.schedule(schedule);
    }
    for policy in file.escalation_policies.iter().flatten() {
        reader.policy(policy);
    }
    for service in file.services.iter().flatten() {
        reader.service(service);
    }
    for heartbeat in file.heartbeats.iter().flatten() {
        reader.heartbeat(heartbeat);
    }
    if let Some(rules) = &file.event_rules {
        reader.global_rules(rules);
    }
    for (index, window) in file.maintenance_windows.iter().flatten().enumerate() {
        reader.window(index, window);
    }
    reader.twice(file);
    if reader.errors.is_empty() { Ok(reader.read) } else { Err(reader.errors) }
}

/// What is read so far.
struct Reader<'a> {
    world: World<'a>,
    /// Users that are there, by the fingerprint of their address.
    known: BTreeMap<&'a str, &'a User>,
    /// The fingerprints of users that are there or in the file.
    users: BTreeSet<String>,
    read: Read,
    errors: Vec<String>,
    /// How many windows before had this description.
    windows: BTreeMap<String, usize>,
}

impl<'a> Reader<'a> {
    fn new(world: World<'a>, file: &file::Configuration) -> Self {
        let all = world.state.users.values();
        let known: BTreeMap<&str, &User> = all.map(|it| (&*it.email.fingerprint, &**it)).collect();
        let named = file.users.iter().flatten().map(|it| world.keyring.fingerprint(&it.email).to_string());
        let users = known.keys().map(|it| (*it).to_owned()).chain(named).collect();
        Self { world, known, users, read: Read::default(), errors: Vec::new(), windows: BTreeMap::new() }
    }

    fn want(&mut self, called: String, wanted: Wanted) {
        self.read.wanted.push(wanted);
        self.read.called.push(called);
    }

    fn wrong(&mut self, path: &str, error: impl std::fmt::Display) {
        self.errors.push(format!("{path}: {error}"));
    }

    /// The value, or `None` after telling what is wrong with it.
    fn take<T>(&mut self, path: &str, result: Result<T, String>) -> Option<T> {
        result.map_err(|error| self.wrong(path, error)).ok()
    }

    /// A key that is said, or one that is drawn, and whether it was.
    fn key(&mut self, path: &str, given: Option<&str>) -> Option<(RoutingKey, bool)> {
        if let Some(given) = given {
            let read = given.trim().parse::<RoutingKey>().map_err(|error| error.to_string());
            return self.take(path, read).map(|key| (key, false));
        }
        let mut random = [0; 16];
        self.world.ids.fill(&mut random);
        let key = RoutingKey::from_random(random);
        self.read.drawn.insert(key.to_string());
        Some((key, true))
    }

    /// The fingerprint of the address of a user that is there or in the file.
    fn user_named(&mut self, path: &str, email: &str) -> Option<std::sync::Arc<str>> {
        let fingerprint = self.world.keyring.fingerprint(email);
        if self.users.contains(&*fingerprint) {
            return Some(fingerprint);
        }
        self.wrong(
            path,
            format!("no user has the e-mail address `{email}`: name one that exists, or add it to `users`"),
        );
        None
    }

    /// Objects that a file names twice: it cannot be both.
    fn twice(&mut self, file: &file::Configuration) {
        let lists: [(&str, Vec<&str>); 6] = [
            ("users", file.users.iter().flatten().map(|it| &*it.email).collect()),
            ("teams", file.teams.iter().flatten().map(|it| &*it.name).collect()),
            ("schedules", file.schedules.iter().flatten().map(|it| &*it.name).collect()),
            ("escalation_policies", file.escalation_policies.iter().flatten().map(|it| &*it.name).collect()),
            ("services", file.services.iter().flatten().map(|it| &*it.name).collect()),
            ("heartbeats", file.heartbeats.iter().flatten().map(|it| &*it.name).collect()),
        ];
        for (kind, names) in lists {
            let mut seen = BTreeSet::new();
            for name in names {
                if !seen.insert(folded(name)) {
                    self.wrong(&called(kind, name), "it is there twice: remove one");
                }
            }
        }
    }
}

/// `schedules["primary"]`
fn called(kind: &str, name: &str) -> String {
    format!("{kind}[\"{}\"]", name.trim())
}
