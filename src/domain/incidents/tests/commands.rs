//! What may be asked, and how it is answered.

use std::time::Duration;

use proptest::prelude::*;
use uuid::Uuid;

use super::script::change;
use super::world::{World, founding, key, level, new_user, sealed};
use crate::domain::command::{
    Actor, Ask, Command, Done, EscalationRuleFields, NewContactMethod, NewIncident, NewIntegration, NewToken,
    PolicyChange, Rejection, RuleFields, ServiceChange, StatusChange, UserChange, Verdict,
};
use crate::domain::event::{Action, DedupKey, EventAddress};
use crate::domain::id::{
    ContactMethodId, IncidentNumber, IntegrationId, NotificationRuleId, PolicyId, UserId,
};
use crate::domain::incident::{Agent, Happening, Status};
use crate::domain::incidents::decide::decide;
use crate::domain::incidents::evolve::{REMEMBERED_MAX, VERDICTS_FOR};
use crate::domain::incidents::fact::Fact;
use crate::domain::incidents::input::{Input, Poison};
use crate::domain::incidents::state::State;
use crate::domain::service::RoutingKey;
use crate::domain::token::Scope;
use crate::domain::user::{Channel, Urgency};

/// Asks, and expects the rejection to say this, and nothing to have changed.
#[track_caller]
fn refused(world: &mut World, ask: Ask, says: &str) {
    let before = world.state.clone();
    let verdict = world.ask(Some("ann"), ask);
    let Verdict::Rejected(rejection) = &verdict else {
        panic!("expected `{says}`, but it was done: {verdict:?}")
    };
    assert!(rejection.to_string().contains(says), "expected `{says}`, not `{rejection}`");
    let unchanged = State {
        verdicts: before.verdicts.clone(),
        verdict_order: before.verdict_order.clone(),
        ..world.state.clone()
    };
    assert_eq!(unchanged, before, "a rejection left something behind");
}

#[track_caller]
fn done(world: &mut World, ask: Ask) {
    let verdict = world.ask(Some("ann"), ask);
    assert_eq!(verdict, Verdict::Done(Done::Changed));
}

fn by_hand(world: &World) -> NewIncident {
    NewIncident {
        title: "the lights are out".into(),
        service: world.service,
        urgency: None,
        priority: None,
        details: None,
        incident_key: Some(DedupKey("lights".into())),
        assignees: vec![],
        policy: None,
    }
}

fn hook(url: &str) -> NewContactMethod {
    NewContactMethod {
        channel: Channel::Webhook,
        label: "hook".into(),
        address: sealed(url),
        country_code: Some(49),
        send_short_email: true,
        secret: Some(sealed("secret")),
    }
}

#[test]
fn an_installation_is_founded_once_and_its_first_event_pages() {
    let mut world = World::new();
    refused(&mut world, Ask::Found(Box::new(founding())), "has been set up already");
    let eve = world.user("eve");
    let user = &world.state.users[&eve];
    let channels: Vec<_> = user.contact_methods.iter().map(|method| method.channel).collect();
    assert_eq!((channels, user.notification_rules.len()), (vec![Channel::Console], 2));
    let (service, _) = world.state.routing[&RoutingKey::from_random([1; 16])];
    let service = &world.state.services[&service];
    let policy = &world.state.policies[&service.escalation_policy];
    assert_eq!((&*service.name, &*policy.name, policy.rules.len()), ("default", "default", 2));
    assert_eq!(policy.rules[0].delay, Duration::from_secs(3600));
    assert_eq!(world.state.tokens.values().next().unwrap().user, Some(eve));
    let Input::Event(mut event) = world.event(Action::Trigger, "db", 1, Duration::ZERO) else { panic!() };
    event.routing_key = RoutingKey::from_random([1; 16]);
    let facts = world.decide(&[Input::Event(event)]);
    assert!(facts.iter().any(|fact| matches!(fact, Fact::UserPaged(paged) if paged.user == eve)));
}

#[test]
fn nothing_is_done_before_the_founding() {
    let mut world = World::new();
    world.state = State::default();
    refused(&mut world, Ask::CreateUser(Box::new(new_user("ann"))), "not been set up yet");
}

#[test]
fn a_command_is_judged_once() {
    let mut world = World::new();
    let ask = Ask::CreateIncident(Box::new(NewIncident { incident_key: None, ..by_hand(&world) }));
    let actor = Actor { user: None, token: None };
    let command = |id: u128, key: Option<&str>| {
        Input::Command(Box::new(Command {
            id: Uuid::from_u128(id),
            actor,
            accepted_at: world.now,
            idempotency_key: key.map(Into::into),
            ask: ask.clone(),
        }))
    };
    let inputs =
        [command(1001, None), command(1001, None), command(1002, Some("k")), command(1003, Some("k"))];
    world.decide(&inputs);
    assert_eq!(world.state.opened, 2);
    let verdict = |id: u128| world.state.verdicts[&Uuid::from_u128(id)].clone();
    assert_eq!(verdict(1002), Verdict::Done(Done::Incident(IncidentNumber(2))));
    assert_eq!(verdict(1003), verdict(1002));
    assert!(world.decide(&[inputs[0].clone(), inputs[2].clone()]).is_empty());
    // A day later it is forgotten, as soon as something else is judged.
    world.wait_until(world.now.plus(VERDICTS_FOR + Duration::from_secs(1)));
    world.ask(None, Ask::UpdateIncidents(vec![]));
    assert_eq!((world.state.verdicts.len(), world.state.idempotency.len()), (1, 0));
}

#[test]
fn incidents_by_hand() {
    let mut world = World::new();
    let new = by_hand(&world);
    for (title, says) in [(" ", "title cannot be empty"), (&*"x".repeat(1025), "title has 1025 characters")] {
        let new = NewIncident { title: title.into(), ..new.clone() };
        refused(&mut world, Ask::CreateIncident(Box::new(new)), says);
    }
    let stranger = UserId("PZZZZZZ".parse().unwrap());
    let assigned = NewIncident { assignees: vec![stranger], ..new.clone() };
    refused(&mut world, Ask::CreateIncident(Box::new(assigned)), "no user with the id PZZZZZZ");
    let both = NewIncident { assignees: vec![world.user("bob")], policy: Some(world.policy), ..new.clone() };
    refused(&mut world, Ask::CreateIncident(Box::new(both)), "exclude each other");
    let first = world.ask(None, Ask::CreateIncident(Box::new(new.clone())));
    assert_eq!(first, Verdict::Done(Done::Incident(IncidentNumber(1))));
    refused(
        &mut world,
        Ask::CreateIncident(Box::new(new.clone())),
        "Open incident with matching dedup key already exists on this service: incident #1",
    );
    let mut resolve = change(1);
    resolve.status = Some(StatusChange::Resolved);
    resolve.resolution = Some("a fuse".into());
    done(&mut world, Ask::UpdateIncidents(vec![resolve.clone()]));
    let timeline = &world.state.incidents[&IncidentNumber(1)].timeline;
    assert!(
        timeline
            .iter()
            .any(|entry| entry.what == Happening::Annotated { content: "a fuse".into(), edited: None })
    );
    // Asked twice, it is so already; anything else comes too late.
    let again = world.ask(Some("ann"), Ask::UpdateIncidents(vec![resolve]));
    assert_eq!(again, Verdict::Done(Done::Unchanged));
    let mut title = change(1);
    title.title = Some("too late".into());
    refused(&mut world, Ask::UpdateIncidents(vec![title]), "incident #1 is resolved already");
    let second = world.ask(None, Ask::CreateIncident(Box::new(new)));
    assert_eq!(second, Verdict::Done(Done::Incident(IncidentNumber(2))));
}

#[test]
fn all_incidents_are_changed_or_none() {
    let mut world = World::new();
    for _ in 0..2 {
        let new = NewIncident { incident_key: None, ..by_hand(&world) };
        world.ask(None, Ask::CreateIncident(Box::new(new)));
    }
    let mut first = change(1);
    first.status = Some(StatusChange::Resolved);
    let mut missing = change(9);
    missing.status = Some(StatusChange::Resolved);
    refused(&mut world, Ask::UpdateIncidents(vec![first.clone(), missing]), "no incident with the id 9");
    let mut level = change(2);
    level.escalation_level = Some(3);
    refused(&mut world, Ask::UpdateIncidents(vec![first.clone(), level]), "has the levels 1 to 2");
    let mut nobody = change(2);
    nobody.assignees = Some(vec![]);
    refused(&mut world, Ask::UpdateIncidents(vec![first.clone(), nobody]), "assignments cannot be empty");
    let mut second = change(2);
    second.urgency = Some(Urgency::Low);
    second.title = Some("dim\nlights".into());
    done(&mut world, Ask::UpdateIncidents(vec![first, second.clone()]));
    let incident = &world.state.incidents[&IncidentNumber(2)];
    assert_eq!((&*incident.title, incident.urgency), ("dim lights", Urgency::Low));
    let again = world.ask(None, Ask::UpdateIncidents(vec![second]));
    assert_eq!(again, Verdict::Done(Done::Unchanged));
}

#[test]
fn another_policy_begins_at_its_first_level() {
    let mut world = World::new();
    let other = PolicyChange {
        name: Some("other".into()),
        rules: Some(vec![level(5, &[world.user("cid")])]),
        ..PolicyChange::default()
    };
    let policy = PolicyId(world.make(Ask::CreatePolicy(Box::new(other))));
    let trigger = world.event(Action::Trigger, "db", 1, Duration::ZERO);
    world.decide(&[trigger]);
    let mut to = change(1);
    to.policy = Some(policy);
    let input = world.command(Some("ann"), Ask::UpdateIncidents(vec![to]));
    let facts = world.decide(&[input]);
    let cid = world.user("cid");
    assert!(
        facts.iter().any(|fact| matches!(fact, Fact::UserPaged(paged) if paged.user == cid)),
        "{facts:?}"
    );
    assert_eq!(world.state.incidents[&IncidentNumber(1)].policy, policy);
    refused(&mut world, Ask::DeletePolicy { id: policy }, "open incident #1 is escalated by it");
}

#[test]
fn notes_and_alerts() {
    let mut world = World::new();
    let trigger = world.event(Action::Trigger, "db", 1, Duration::ZERO);
    world.decide(&[trigger]);
    let number = IncidentNumber(1);
    let note = |content: &str| Ask::AddNote { incident: number, content: content.into() };
    refused(&mut world, note(""), "content cannot be empty");
    // After the opening and the first level.
    assert_eq!(world.ask(Some("ann"), note("hm")), Verdict::Done(Done::Note(number, 2)));
    let entry = world.state.incidents[&number].log_entry(2).unwrap();
    assert_eq!(entry.agent, Agent::User(world.user("ann")));
    let alerts = |alerts: &[u32]| Ask::ResolveAlerts { incident: number, alerts: alerts.to_vec() };
    refused(&mut world, alerts(&[0, 1]), "no alert with the id 1 of incident #1");
    done(&mut world, alerts(&[0, 0]));
    assert!(matches!(world.state.incidents[&number].status, Status::Resolved { .. }));
    // What it was is written when it is over.
    assert!(matches!(world.ask(Some("ann"), note("a fuse")), Verdict::Done(Done::Note(..))));
}

#[test]
fn users_and_contact_methods() {
    let mut world = World::new();
    let ann = world.user("ann");
    let user = &world.state.users[&ann];
    assert_eq!(&*user.contact_methods[0].label, "Default");
    assert_eq!(user.notification_rules.len(), 2);
    let mut twin = new_user("other");
    twin.email = sealed("Ann@example.org");
    refused(&mut world, Ask::CreateUser(Box::new(twin)), "Email has already been taken");
    let mut lost = new_user("lost");
    lost.time_zone = "Mars/Olympus".into();
    refused(&mut world, Ask::CreateUser(Box::new(lost)), "time_zone `Mars/Olympus` does not exist");
    let name = UserChange { name: Some("".into()), ..UserChange::default() };
    refused(&mut world, Ask::UpdateUser { id: ann, change: Box::new(name) }, "name cannot be empty");
    let title = UserChange { job_title: Some(Some("SRE".into())), ..UserChange::default() };
    done(&mut world, Ask::UpdateUser { id: ann, change: Box::new(title) });
    assert_eq!(world.state.users[&ann].contact_methods.len(), 1, "an update keeps the contact methods");

    let method = |url: &str| Ask::CreateContactMethod { user: ann, method: Box::new(hook(url)) };
    let id = ContactMethodId(world.make(method("https://a.example")));
    refused(&mut world, method("https://A.example"), "User Contact method must be unique");
    let made = world.state.users[&ann].contact_method(id).unwrap().clone();
    assert_eq!((made.country_code, made.send_short_email), (None, false));
    let fields = RuleFields { urgency: Urgency::High, delay: Duration::from_secs(60), contact_method: id };
    let rule =
        NotificationRuleId(world.make(Ask::CreateNotificationRule { user: ann, rule: fields.clone() }));
    refused(
        &mut world,
        Ask::CreateNotificationRule { user: ann, rule: fields.clone() },
        "has a notification rule with this urgency",
    );
    let late = RuleFields { delay: Duration::from_secs(90_000), ..fields };
    refused(
        &mut world,
        Ask::UpdateNotificationRule { user: ann, id: rule, rule: late },
        "start_delay is 90000 s: it must be between 0 s and 86400 s",
    );
    done(&mut world, Ask::DeleteContactMethod { user: ann, id });
    assert_eq!(world.state.users[&ann].notification_rules.len(), 2, "its rules go with it");
    refused(&mut world, Ask::DeleteNotificationRule { user: ann, id: rule }, "no notification rule");
}

#[test]
fn what_is_in_use_is_not_removed() {
    let mut world = World::new();
    let (ann, cid, eve) = (world.user("ann"), world.user("cid"), world.user("eve"));
    refused(&mut world, Ask::DeleteUser { id: ann }, "escalation policy `two` pages it");
    refused(&mut world, Ask::DeleteUser { id: eve }, "last resort");
    let new = NewIncident { assignees: vec![cid], ..by_hand(&world) };
    world.ask(None, Ask::CreateIncident(Box::new(new)));
    refused(&mut world, Ask::DeleteUser { id: cid }, "incident #1 is assigned to it");
    let policy = world.policy;
    refused(&mut world, Ask::DeletePolicy { id: policy }, "service `web` uses it");
    let token = NewToken {
        sha256: "cd".repeat(32).into(),
        user: Some(cid),
        scope: Scope::Read,
        role: None,
        label: "cid's".into(),
        expires_at: None,
    };
    world.make(Ask::IssueToken(Box::new(token.clone())));
    refused(&mut world, Ask::IssueToken(Box::new(token)), "this token exists already");
    let service = world.service;
    done(&mut world, Ask::DeleteService { id: service });
    assert!(matches!(world.state.incidents[&IncidentNumber(1)].status, Status::Resolved { .. }));
    assert!(!world.state.routing.contains_key(&key()));
    done(&mut world, Ask::DeletePolicy { id: policy });
    done(&mut world, Ask::DeleteUser { id: cid });
    assert_eq!(world.state.tokens.len(), 1, "its tokens go with it");
}

#[test]
fn services_and_integrations() {
    let mut world = World::new();
    let (service, policy) = (world.service, world.policy);
    let named = |name: &str| ServiceChange {
        name: Some(name.into()),
        escalation_policy: Some(policy),
        ..ServiceChange::default()
    };
    refused(&mut world, Ask::CreateService(Box::new(named(" WEB"))), "Name has already been taken");
    let bare = ServiceChange::default();
    refused(
        &mut world,
        Ask::CreateService(Box::new(bare)),
        "name cannot be empty: give the service a name; esc",
    );
    let never = ServiceChange { auto_resolve_timeout: Some(Some(Duration::ZERO)), ..named("new") };
    refused(&mut world, Ask::CreateService(Box::new(never)), "auto_resolve_timeout is 0 s");
    done(&mut world, Ask::UpdateService { id: service, change: Box::new(named("Web")) });
    assert_eq!(world.state.services[&service].integrations.len(), 1, "an update keeps the integrations");
    let new = |key| NewIntegration { name: "n".into(), kind: "k".into(), routing_key: key, vendor: None };
    let twin = Ask::CreateIntegration { service, integration: Box::new(new(key())) };
    refused(&mut world, twin, "integration_key is in use already");
    let other = RoutingKey::from_random([9; 16]);
    let id = IntegrationId(world.make(Ask::CreateIntegration { service, integration: Box::new(new(other)) }));
    done(&mut world, Ask::UpdateIntegration { service, id, name: Some("m".into()) });
    assert_eq!(world.state.routing[&other], (service, id));
    done(&mut world, Ask::DeleteIntegration { service, id });
    assert!(!world.state.routing.contains_key(&other));
    refused(&mut world, Ask::DeleteIntegration { service, id }, "no integration with the id");
}

#[test]
fn policies_keep_the_ids_of_their_levels() {
    let mut world = World::new();
    let (policy, ann) = (world.policy, world.user("ann"));
    let rules = |rules: Vec<EscalationRuleFields>| {
        let change = PolicyChange { rules: Some(rules), ..PolicyChange::default() };
        Ask::UpdatePolicy { id: policy, change: Box::new(change) }
    };
    refused(&mut world, rules(vec![]), "0 escalation rules: give 1 to 20");
    refused(&mut world, rules(vec![level(0, &[ann])]), "the delay of level 1 is 0 s");
    refused(&mut world, rules(vec![level(5, &[])]), "level 1 has 0 targets: give 1 to 10");
    let twin = PolicyChange { name: Some("TWO".into()), rules: Some(vec![]), ..PolicyChange::default() };
    refused(&mut world, Ask::CreatePolicy(Box::new(twin)), "there is an escalation policy `TWO` already");
    let second = world.state.policies[&policy].rules[1].id;
    let kept = EscalationRuleFields { id: Some(second), ..level(5, &[ann]) };
    done(&mut world, rules(vec![kept.clone(), kept.clone(), level(5, &[ann])]));
    let ids: Vec<_> = world.state.policies[&policy].rules.iter().map(|rule| rule.id).collect();
    assert_eq!(ids[0], second);
    assert!(ids[1] != second && ids[2] != ids[1] && ids[2] != second);
    assert!(world.make(Ask::CreateUser(Box::new(new_user("new")))) != ids[2].0, "ids are used once");
}

#[test]
fn poison_is_kept_and_pages() {
    let mut world = World::new();
    let poison = |command: Option<u128>, routing_key| {
        Input::Poison(Poison {
            address: EventAddress { door: Uuid::from_u128(1), seq: 7, index: 3 },
            command: command.map(Uuid::from_u128),
            routing_key,
            reason: "it broke".into(),
        })
    };
    let paged = |facts: &[Fact]| {
        let user = |fact: &Fact| match fact {
            Fact::UserPaged(paged) => Some(paged.user),
            _ => None,
        };
        facts.iter().filter_map(user).collect::<Vec<_>>()
    };
    let facts = world.decide(&[poison(None, Some(key())), poison(None, Some(key()))]);
    assert_eq!(paged(&facts), [world.user("ann")]);
    let facts = world.decide(&[poison(Some(500), None)]);
    assert_eq!(paged(&facts), [world.user("eve")]);
    let verdict = &world.state.verdicts[&Uuid::from_u128(500)];
    assert!(matches!(verdict, Verdict::Rejected(Rejection::Quarantined { .. })));
    assert_eq!((world.state.quarantine.len(), world.state.quarantined_total, world.state.opened), (3, 3, 2));
}

#[test]
fn an_unknown_routing_key_is_quarantined() {
    let mut world = World::new();
    let Input::Event(mut event) = world.event(Action::Trigger, "db", 1, Duration::ZERO) else { panic!() };
    event.routing_key = RoutingKey::from_random([3; 16]);
    world.decide(&[Input::Event(event)]);
    assert_eq!(&*world.state.quarantine[0].reason, "no integration has the routing key 0303…");
    assert_eq!(world.state.opened, 0);
}

#[test]
fn a_restore_starts_an_epoch_and_page_ids_anew() {
    let mut world = World::new();
    for (dedup_key, page) in [("a", (0, 1)), ("b", (1, 1))] {
        let trigger = world.event(Action::Trigger, dedup_key, 1, Duration::ZERO);
        let facts = world.decide(&[trigger]);
        let id = facts.iter().find_map(|fact| match fact {
            Fact::UserPaged(paged) => Some((paged.page.epoch, paged.page.n)),
            _ => None,
        });
        assert_eq!(id, Some(page));
        world.decide(&[Input::Restored]);
    }
}

#[test]
fn only_the_present_revision_is_archived() {
    let mut world = World::new();
    let batch = [Action::Trigger, Action::Resolve].map(|action| world.event(action, "db", 1, Duration::ZERO));
    world.decide(&batch);
    let number = IncidentNumber(1);
    let revision = world.state.incidents[&number].revision;
    assert!(world.decide(&[Input::Archived { number, revision: revision - 1 }]).is_empty());
    world.ask(None, Ask::AddNote { incident: number, content: "late".into() });
    assert!(world.decide(&[Input::Archived { number, revision }]).is_empty());
    world.decide(&[Input::Archived { number, revision: revision + 1 }]);
    assert!(world.state.incidents.is_empty() && world.state.closed.is_empty());
}

#[test]
fn remembered_closes_are_bounded() {
    let mut world = World::new();
    let batch: Vec<_> = (0..REMEMBERED_MAX + 10)
        .map(|n| world.event(Action::Resolve, &n.to_string(), 1, Duration::ZERO))
        .collect();
    let state = decide(&world.state, &batch, world.now).state;
    assert_eq!((state.remembered.len(), state.remembered_order.len()), (REMEMBERED_MAX, REMEMBERED_MAX));
}

proptest! {
    #[test]
    fn a_message_is_due_by_the_rules_of_its_user(delays in proptest::collection::vec(0u64..600, 0..5)) {
        let mut world = World::new();
        let ann = world.user("ann");
        let rules: Vec<_> = world.state.users[&ann].notification_rules.iter().map(|rule| rule.id).collect();
        for id in rules {
            world.ask(None, Ask::DeleteNotificationRule { user: ann, id });
        }
        let first = world.state.users[&ann].contact_methods[0].id;
        let mut expected = Vec::new();
        for (n, seconds) in delays.iter().enumerate() {
            let method = Box::new(hook(&format!("https://{n}.example")));
            let id = ContactMethodId(world.make(Ask::CreateContactMethod { user: ann, method }));
            let delay = Duration::from_secs(*seconds);
            let rule = RuleFields { urgency: Urgency::High, delay, contact_method: id };
            world.make(Ask::CreateNotificationRule { user: ann, rule });
            expected.push((world.now.plus(delay), id));
        }
        expected.sort_by_key(|(due, _)| *due);
        if expected.is_empty() {
            expected.push((world.now, first));
        }
        let trigger = world.event(Action::Trigger, "db", 1, Duration::ZERO);
        let facts = world.decide(&[trigger]);
        let Some(Fact::UserPaged(paged)) = facts.last() else { panic!("{facts:?}") };
        let steps: Vec<_> = paged.steps.iter().map(|step| (step.due, step.contact.id)).collect();
        prop_assert_eq!(steps, expected);
        prop_assert_eq!(paged.spare.len(), usize::from(!delays.is_empty()));
    }
}
