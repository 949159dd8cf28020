//! What is there and a file does not name, of the kinds that it does: what pruning removes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::World;
use super::read::Read;
use super::text::word;
use crate::domain::user::User;
use crate::domain::wanted::{Gone, Wanted, WantedService, WantedUser, folded};
use crate::wire::configuration as file;

/// Something that is there and not named.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Nameless {
    /// `user`, `contact method`, …
    pub kind: &'static str,
    /// What people call it.
    pub name: String,
    /// How it is removed.
    pub gone: Gone,
}

/// In an order in which it may be removed: what is used after what uses it.
pub fn unnamed(world: World<'_>, file: &file::Configuration, read: &Read) -> Vec<Nameless> {
    let mut found = Vec::new();
    if file.maintenance_windows.is_some() {
        windows(world, read, &mut found);
    }
    if let Some(heartbeats) = &file.heartbeats {
        let named: BTreeSet<String> = heartbeats.iter().map(|it| folded(&it.name)).collect();
        for it in world.state.heartbeats.values().filter(|it| !named.contains(&folded(&it.name))) {
            let name = it.name.to_string();
            found.push(Nameless { kind: "heartbeat", name, gone: Gone::Heartbeat(it.id) });
        }
    }
    services(world, file.services.is_some(), read, &mut found);
    let names = |list: Vec<&str>| -> BTreeSet<String> { list.into_iter().map(folded).collect() };
    if let Some(policies) = &file.escalation_policies {
        let named = names(policies.iter().map(|it| &*it.name).collect());
        for it in world.state.policies.values().filter(|it| !named.contains(&folded(&it.name))) {
            found.push(Nameless {
                kind: "escalation policy",
                name: it.name.to_string(),
                gone: Gone::Policy(it.id),
            });
        }
    }
    if let Some(schedules) = &file.schedules {
        let named = names(schedules.iter().map(|it| &*it.name).collect());
        for it in world.state.schedules.values().filter(|it| !named.contains(&folded(&it.name))) {
            found.push(Nameless { kind: "schedule", name: it.name.to_string(), gone: Gone::Schedule(it.id) });
        }
    }
    if let Some(teams) = &file.teams {
        let named = names(teams.iter().map(|it| &*it.name).collect());
        for it in world.state.teams.values().filter(|it| !named.contains(&folded(&it.name))) {
            found.push(Nameless { kind: "team", name: it.name.to_string(), gone: Gone::Team(it.id) });
        }
    }
    users(world, file.users.is_some(), read, &mut found);
    found
}

fn windows(world: World<'_>, read: &Read, found: &mut Vec<Nameless>) {
    let open = world.state.windows.values().filter(|it| !it.is_past(world.now));
    let mut named: Vec<String> = read
        .wanted
        .iter()
        .filter_map(|it| match it {
            Wanted::Window(window) => Some(folded(&window.description)),
            _ => None,
        })
        .collect();
    for window in open {
        // As many of one description stay as are named.
        match named.iter().position(|name| *name == folded(&window.description)) {
            Some(place) => drop(named.swap_remove(place)),
            None => found.push(Nameless {
                kind: "maintenance window",
                name: window.description.to_string(),
                gone: Gone::Window(window.id),
            }),
        }
    }
}

fn services(world: World<'_>, whole: bool, read: &Read, found: &mut Vec<Nameless>) {
    if !whole {
        return;
    }
    let named = read.wanted.iter().filter_map(|it| match it {
        Wanted::Service(service) => Some((folded(&service.name), &**service)),
        _ => None,
    });
    let wanted: BTreeMap<String, &WantedService> = named.collect();
    for service in world.state.services.values() {
        let Some(wanted) = wanted.get(&folded(&service.name)) else {
            let name = service.name.to_string();
            found.push(Nameless { kind: "service", name, gone: Gone::Service(service.id) });
            continue;
        };
        let Some(integrations) = &wanted.integrations else { continue };
        let mut drawn: Vec<String> =
            integrations.iter().filter(|it| it.drawn).map(|it| folded(&it.name)).collect();
        for it in &service.integrations {
            if integrations.iter().any(|wanted| !wanted.drawn && wanted.routing_key == it.routing_key) {
                continue;
            }
            match drawn.iter().position(|name| *name == folded(&it.name)) {
                Some(place) => drop(drawn.swap_remove(place)),
                None => found.push(Nameless {
                    kind: "integration",
                    name: format!("{} of {}", it.name, service.name),
                    gone: Gone::Integration(service.id, it.id),
                }),
            }
        }
    }
}

fn users(world: World<'_>, whole: bool, read: &Read, found: &mut Vec<Nameless>) {
    if !whole {
        return;
    }
    let wanted: Vec<&WantedUser> = read
        .wanted
        .iter()
        .filter_map(|it| match it {
            Wanted::User(user) => Some(&**user),
            _ => None,
        })
        .collect();
    let named: BTreeMap<&str, &WantedUser> = wanted.iter().map(|it| (&*it.email.fingerprint, *it)).collect();
    let all: Vec<&Arc<User>> = world.state.users.values().collect();
    // Contact methods of those who stay come first: the rest of a user goes with the user.
    for user in &all {
        let methods = named.get(&*user.email.fingerprint).and_then(|it| it.contact_methods.as_ref());
        for it in user.contact_methods.iter().filter(|_| methods.is_some()) {
            let same = methods.into_iter().flatten().any(|wanted| {
                wanted.channel == it.channel && wanted.address.fingerprint == it.address.fingerprint
            });
            if !same {
                found.push(Nameless {
                    kind: "contact method",
                    name: format!("{} ({}) of {}", it.label, word(it.channel), user.name),
                    gone: Gone::ContactMethod(user.id, it.id),
                });
            }
        }
    }
    for user in all.iter().filter(|it| !named.contains_key(&*it.email.fingerprint)) {
        let name = world.open(user, &user.email);
        found.push(Nameless { kind: "user", name, gone: Gone::User(user.id) });
    }
}
