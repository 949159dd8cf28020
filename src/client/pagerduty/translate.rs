//! An account as files of configuration say it, and what of it they cannot say.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;

use super::{Account, items, services, text};
use crate::domain::time::Timestamp;
use crate::wire::configuration::{
    Configuration, ContactMethod, Layer, Length, Level, Member, NotificationRule, Policy, Restriction,
    Schedule, Target, Team, User,
};

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// What somebody may be in a team.
const ROLES: [&str; 3] = ["manager", "responder", "observer"];

/// What an account comes to.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Translated {
    /// All that files can say.
    pub configuration: Configuration,
    /// Overrides that are not over: files do not hold them.
    pub overrides: Vec<Cover>,
    /// What is not carried over, and why, in sentences.
    pub left_out: Vec<String>,
}

/// An override.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cover {
    /// The name of the schedule.
    pub schedule: String,
    /// The e-mail address of the user.
    pub user: String,
    /// ISO 8601.
    pub start: String,
    /// ISO 8601.
    pub end: String,
}

/// Names by ids, and what is left out.
pub(super) struct Translator {
    pub(super) emails: BTreeMap<String, String>,
    pub(super) teams: BTreeMap<String, String>,
    pub(super) schedules: BTreeMap<String, String>,
    pub(super) policies: BTreeMap<String, String>,
    pub(super) services: BTreeMap<String, String>,
    pub(super) left_out: Vec<String>,
}

/// Says an account as files do; what is over by `now` is passed over.
pub fn translate(account: &Account, now: Timestamp) -> Translated {
    let mut left_out = Vec::new();
    for list in &account.cut {
        left_out.push(format!("{list}: the API gives the first 10,000 only"));
    }
    let mut it = Translator {
        emails: account.users.iter().map(|user| (id(user), text(&user["email"]).to_owned())).collect(),
        teams: names(&account.teams, "team", &mut left_out),
        schedules: names(&account.schedules, "schedule", &mut left_out),
        policies: names(&account.policies, "escalation policy", &mut left_out),
        services: names(&account.services, "service", &mut left_out),
        left_out,
    };
    let configuration = Configuration {
        users: Some(account.users.iter().map(|user| it.user(user)).collect()),
        teams: Some(account.teams.iter().map(|team| it.team(team)).collect()),
        schedules: Some(account.schedules.iter().map(|schedule| it.schedule(schedule, now)).collect()),
        escalation_policies: Some(account.policies.iter().filter_map(|policy| it.policy(policy)).collect()),
        services: Some(account.services.iter().filter_map(|service| it.service(service)).collect()),
        heartbeats: None,
        event_rules: None,
        maintenance_windows: Some(account.windows.iter().filter_map(|window| it.window(window)).collect()),
    };
    let overrides = it.overrides(account);
    Translated { configuration, overrides, left_out: it.left_out }
}

pub(super) fn id(value: &Value) -> String {
    text(&value["id"]).to_owned()
}

/// Each its own name: files know things by it.
fn names(list: &[Value], kind: &str, left_out: &mut Vec<String>) -> BTreeMap<String, String> {
    let mut taken = BTreeSet::new();
    let mut names = BTreeMap::new();
    for item in list {
        let name = text(&item["name"]).trim().to_owned();
        let mut own = name.clone();
        let mut number = 2;
        while !taken.insert(own.to_lowercase()) {
            own = format!("{name} ({number})");
            number += 1;
        }
        if own != name {
            left_out
                .push(format!("{kind} `{name}`: there are several of that name; one is called `{own}` here"));
        }
        names.insert(id(item), own);
    }
    names
}

/// In minutes, as PagerDuty says it; whole seconds are kept.
fn minutes(value: &Value) -> Length {
    let seconds = Duration::try_from_secs_f64(value.as_f64().unwrap_or_default() * 60.0).unwrap_or_default();
    Length::Seconds(seconds.as_secs())
}

impl Translator {
    pub(super) fn leave(&mut self, what: &str, why: &str) {
        self.left_out.push(format!("{what}: {why}"));
    }

    fn user(&mut self, user: &Value) -> User {
        let email = text(&user["email"]).to_owned();
        let what = format!("user `{email}`");
        let mut called = BTreeMap::new();
        let mut methods: Vec<ContactMethod> = Vec::new();
        for method in items(&user["contact_methods"]) {
            match contact_method(method) {
                Ok(it) => {
                    called.insert(id(method), format!("{} {}", it.kind, it.address));
                    if !methods.iter().any(|known| (&known.kind, &known.address) == (&it.kind, &it.address)) {
                        methods.push(it);
                    }
                }
                Err(why) => self.leave(&what, &why),
            }
        }
        let mut rules = Vec::new();
        for rule in items(&user["notification_rules"]) {
            let method = text(&rule["contact_method"]["id"]);
            match called.get(method) {
                Some(method) => rules.push(NotificationRule {
                    urgency: text(&rule["urgency"]).to_owned(),
                    contact_method: method.clone(),
                    delay: Some(minutes(&rule["start_delay_in_minutes"])),
                }),
                None => self.leave(&what, "a notification rule whose contact method is not carried over"),
            }
        }
        let some = |name: &str| user[name].as_str().filter(|it| !it.is_empty()).map(str::to_owned);
        User {
            name: text(&user["name"]).to_owned(),
            role: some("role"),
            time_zone: some("time_zone"),
            job_title: some("job_title"),
            description: some("description"),
            color: some("color"),
            contact_methods: Some(methods),
            notification_rules: Some(rules),
            email,
        }
    }

    fn team(&mut self, team: &Value) -> Team {
        let name = self.teams.get(&id(team)).cloned().unwrap_or_default();
        let what = format!("team `{name}`");
        if team["parent"].is_object() {
            self.leave(&what, "that it is within another team");
        }
        let mut members: Vec<Member> = Vec::new();
        for member in items(&team["members"]) {
            let Some(email) = self.emails.get(text(&member["user"]["id"])).cloned() else {
                self.leave(&what, "a member who is not there any more");
                continue;
            };
            let role = text(&member["role"]);
            if !ROLES.contains(&role) {
                self.leave(&what, &format!("the role `{role}` of {email}, who is an observer here"));
            }
            let role = if ROLES.contains(&role) { role } else { "observer" };
            members.push(Member { user: email, role: Some(role.to_owned()) });
        }
        Team {
            description: team["description"].as_str().filter(|it| !it.is_empty()).map(str::to_owned),
            members: Some(members),
            name,
        }
    }

    /// The names of the teams that something belongs to.
    fn teams(&mut self, teams: &Value, what: &str) -> Vec<String> {
        let mut names = Vec::new();
        for team in items(teams) {
            match self.teams.get(text(&team["id"])) {
                Some(name) => names.push(name.clone()),
                None => self.leave(what, "a team that is not carried over"),
            }
        }
        names
    }

    fn schedule(&mut self, schedule: &Value, now: Timestamp) -> Schedule {
        let name = self.schedules.get(&id(schedule)).cloned().unwrap_or_default();
        let mut layers: Vec<Layer> = items(&schedule["schedule_layers"])
            .filter(|layer| layer["end"].as_str().and_then(Timestamp::parse).is_none_or(|end| end > now))
            .filter_map(|layer| self.layer(layer, &name))
            .collect();
        // The API lists the highest first.
        layers.reverse();
        Schedule {
            description: schedule["description"].as_str().filter(|it| !it.is_empty()).map(str::to_owned),
            time_zone: text(&schedule["time_zone"]).to_owned(),
            teams: Some(self.teams(&schedule["teams"], &format!("schedule `{name}`"))),
            layers,
            name,
        }
    }

    fn layer(&mut self, layer: &Value, schedule: &str) -> Option<Layer> {
        let name = text(&layer["name"]).to_owned();
        let what = format!("layer `{name}` of schedule `{schedule}`");
        let mut users = Vec::new();
        for member in items(&layer["users"]) {
            match self.emails.get(text(&member["user"]["id"])) {
                Some(email) => users.push(email.clone()),
                None => self.leave(&what, "a user who is not there any more"),
            }
        }
        if users.is_empty() {
            self.leave(&what, "it has no users");
            return None;
        }
        let restrictions = items(&layer["restrictions"]).map(|it| {
            let day = it["start_day_of_week"].as_u64().filter(|_| text(&it["type"]) == "weekly_restriction");
            let day = day.and_then(|day| DAYS.get(usize::try_from(day).ok()?.checked_sub(1)?));
            Restriction {
                day: day.map(|day| (*day).to_owned()),
                start: text(&it["start_time_of_day"]).to_owned(),
                duration: Length::Seconds(it["duration_seconds"].as_u64().unwrap_or_default()),
            }
        });
        Some(Layer {
            rotation_start: text(&layer["rotation_virtual_start"]).to_owned(),
            turn: Length::Seconds(layer["rotation_turn_length_seconds"].as_u64().unwrap_or_default()),
            start: layer["start"].as_str().map(str::to_owned),
            end: layer["end"].as_str().map(str::to_owned),
            restrictions: restrictions.collect(),
            name,
            users,
        })
    }

    fn policy(&mut self, policy: &Value) -> Option<Policy> {
        let name = self.policies.get(&id(policy)).cloned().unwrap_or_default();
        let what = format!("escalation policy `{name}`");
        let mut levels = Vec::new();
        for rule in items(&policy["escalation_rules"]) {
            let mut targets = Vec::new();
            for target in items(&rule["targets"]) {
                let key = text(&target["id"]);
                match (self.emails.get(key), self.schedules.get(key)) {
                    (Some(email), _) => targets.push(Target { user: Some(email.clone()), schedule: None }),
                    (_, Some(name)) => targets.push(Target { user: None, schedule: Some(name.clone()) }),
                    (None, None) => self.leave(&what, "a target that is not there any more"),
                }
            }
            if targets.is_empty() {
                self.leave(&what, "a level without targets");
                continue;
            }
            let strategy = &rule["escalation_rule_assignment_strategy"];
            let strategy = strategy["type"].as_str().or(strategy.as_str());
            levels.push(Level {
                delay: minutes(&rule["escalation_delay_in_minutes"]),
                targets,
                round_robin: strategy == Some("round_robin"),
            });
        }
        if levels.is_empty() {
            self.leave(&what, "it has no level that could be carried over");
            self.policies.remove(&id(policy));
            return None;
        }
        Some(Policy {
            description: policy["description"].as_str().filter(|it| !it.is_empty()).map(str::to_owned),
            num_loops: policy["num_loops"].as_u64().and_then(|n| u8::try_from(n).ok()).unwrap_or_default(),
            hand_off_always: text(&policy["on_call_handoff_notifications"]) == "always",
            teams: Some(self.teams(&policy["teams"], &what)),
            levels,
            name,
        })
    }

    fn overrides(&mut self, account: &Account) -> Vec<Cover> {
        let mut covers = Vec::new();
        for (schedule, overrides) in account.schedules.iter().zip(&account.overrides) {
            let name = self.schedules.get(&id(schedule)).cloned().unwrap_or_default();
            for it in overrides {
                match self.emails.get(text(&it["user"]["id"])) {
                    Some(email) => covers.push(Cover {
                        schedule: name.clone(),
                        user: email.clone(),
                        start: text(&it["start"]).to_owned(),
                        end: text(&it["end"]).to_owned(),
                    }),
                    None => self.leave(
                        &format!("an override of schedule `{name}`"),
                        "its user is not there any more",
                    ),
                }
            }
        }
        covers
    }

    fn service(&mut self, service: &Value) -> Option<crate::wire::configuration::Service> {
        services::service(self, service)
    }

    fn window(&mut self, window: &Value) -> Option<crate::wire::configuration::Window> {
        services::window(self, window)
    }
}

fn contact_method(method: &Value) -> Result<ContactMethod, String> {
    let given = text(&method["type"]);
    let label = text(&method["label"]).to_owned();
    let bare = given.strip_suffix("_reference").unwrap_or(given);
    let kind = match bare.strip_suffix("_contact_method") {
        Some(kind @ ("email" | "sms" | "phone" | "webhook" | "console")) => kind,
        Some("push_notification") => {
            return Err(format!("the push notification `{label}`: it belongs to the vendor's app"));
        }
        _ => {
            return Err(format!(
                "the contact method `{label}` of the type {given}: `pd` cannot send that way"
            ));
        }
    };
    Ok(ContactMethod {
        kind: kind.to_owned(),
        label,
        address: text(&method["address"]).to_owned(),
        country_code: method["country_code"].as_u64().and_then(|code| u16::try_from(code).ok()),
        send_short_email: method["send_short_email"].as_bool().unwrap_or_default(),
        secret: None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use serde_json::json;

    use super::*;

    fn account(team: Value, theirs: Value) -> Account {
        let ann = json!({"id": "U1", "email": "ann@example.org", "name": "Ann"});
        let level =
            json!({"escalation_delay_in_minutes": 5, "targets": [{"id": "U1", "type": "user_reference"}]});
        Account {
            users: vec![ann],
            teams: vec![team, json!({"id": "T2", "name": "WEB"})],
            schedules: vec![json!({"id": "S1", "name": "primary", "time_zone": "UTC", "teams": theirs})],
            overrides: vec![Vec::new()],
            policies: vec![json!({"id": "E1", "name": "p", "escalation_rules": [level], "teams": theirs})],
            ..Account::default()
        }
    }

    #[test]
    fn teams_are_carried_with_their_members_and_what_is_theirs() {
        let member = |user: &str, role: &str| json!({"user": {"id": user}, "role": role});
        let check = |members: Value,
                     theirs: Value,
                     expected: &[(&str, &str)],
                     whose: &[&str],
                     left: &[&str]| {
            let team =
                json!({"id": "T1", "name": "web", "description": "", "parent": null, "members": members});
            let found = translate(&account(team, theirs), Timestamp::EPOCH);
            let teams = found.configuration.teams.unwrap();
            let members = teams[0].members.as_ref().unwrap().iter();
            let members: Vec<_> = members.map(|it| (&*it.user, it.role.as_deref().unwrap())).collect();
            assert_eq!((&*teams[0].name, &teams[0].description, members), ("web", &None, expected.to_vec()));
            let schedules = found.configuration.schedules.unwrap().remove(0).teams.unwrap();
            let whose: Vec<String> = whose.iter().map(|it| (*it).to_owned()).collect();
            let policies = found.configuration.escalation_policies.unwrap().remove(0).teams.unwrap();
            assert_eq!((schedules, policies), (whose.clone(), whose));
            assert_eq!(found.left_out.len(), left.len() + 1, "{:?}", found.left_out);
            for words in left {
                assert!(
                    found.left_out.iter().any(|line| line.contains(words)),
                    "{words}: {:?}",
                    found.left_out
                );
            }
        };
        // That two are called the same is told in any case.
        let both = json!([{"id": "T1"}, {"id": "T2"}]);
        let ann = ("ann@example.org", "responder");
        check(json!([member("U1", "responder")]), both, &[ann], &["web", "WEB (2)"], &[]);
        check(json!([]), json!([]), &[], &[], &[]);
        check(
            json!([member("U1", "owner"), member("U9", "manager")]),
            json!([{"id": "T9"}]),
            &[("ann@example.org", "observer")],
            &[],
            &[
                "team `web`: the role `owner` of ann@example.org, who is an observer here",
                "team `web`: a member who is not there any more",
                "schedule `primary`: a team that is not carried over",
                "escalation policy `p`: a team that is not carried over",
            ],
        );
        let within = json!({"id": "T1", "name": "web", "parent": {"id": "T2"}, "members": []});
        let found = translate(&account(within, json!([])), Timestamp::EPOCH);
        assert!(
            found.left_out.iter().any(|it| it == "team `web`: that it is within another team"),
            "{found:?}"
        );
    }
}
