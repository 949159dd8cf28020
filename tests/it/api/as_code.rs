//! Configuration as a whole: planned, applied, exported, and applied again.

use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::world::World;

async fn post(world: &World, configuration: Value, more: Value) -> super::world::Answer {
    let mut body = json!({ "configuration": configuration });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world.call("POST", "/configuration", Some(body)).await
}

async fn apply(world: &World, configuration: Value) -> Value {
    post(world, configuration, json!({})).await.expect(200)["plan"].take()
}

async fn dry(world: &World, configuration: Value) -> Value {
    post(world, configuration, json!({"dry_run": true})).await.expect(200)["plan"].take()
}

async fn export(world: &World) -> Value {
    world.get("/configuration").await["configuration"].take()
}

/// `create user ann@example.org; update schedule primary: layers["Weekly"].users a > b`
fn said(plan: &Value) -> String {
    let mut text = String::new();
    for change in plan["changes"].as_array().unwrap() {
        let part = |name: &str| change[name].as_str().unwrap_or_default().to_owned();
        let _ = write!(text, "{} {} {}", part("action"), part("kind"), part("name"));
        for field in change["fields"].as_array().into_iter().flatten() {
            let side = |name: &str| field[name].as_str().unwrap_or("-").to_owned();
            let _ = write!(text, ", {}: {} > {}", side("path"), side("before"), side("after"));
        }
        text += "; ";
    }
    text.trim_end_matches("; ").to_owned()
}

fn ann_and_bob() -> Value {
    json!({
        "users": [
            {"email": "ann@example.org", "name": "Ann", "role": "admin", "time_zone": "Europe/Berlin",
             "contact_methods": [
                {"type": "email", "label": "Work", "address": "ann@example.org"},
                {"type": "sms", "label": "Mobile", "address": "+49 151 23456"},
                {"type": "webhook", "label": "Chat", "address": "https://chat.example.org/x", "secret": "hush"}],
             "notification_rules": [
                {"urgency": "high", "contact_method": "Mobile"},
                {"urgency": "high", "contact_method": "Work", "delay": "5m"},
                {"urgency": "low", "contact_method": "email ann@example.org"}]},
            {"email": "bob@example.org", "name": "Bob"},
        ],
        "teams": [
            {"name": "web", "description": "the front", "members": [
                {"user": "ann@example.org"}, {"user": "bob@example.org", "role": "observer"}]},
            {"name": "night", "members": []},
        ],
        "schedules": [
            {"name": "primary", "time_zone": "Europe/Berlin", "description": "who looks first",
             "teams": ["web", "night"], "layers": [
                {"name": "Weekly", "users": ["ann@example.org", "bob@example.org"],
                 "rotation_start": "2026-01-05T09:00", "turn": "7d"},
                {"name": "Nights", "users": ["bob@example.org"], "rotation_start": "2026-01-05T09:00:00+01:00",
                 "turn": "1d", "restrictions": [{"day": "fri", "start": "22:00", "duration": "8h"}]}]},
        ],
        "escalation_policies": [
            {"name": "on call", "num_loops": 2, "teams": ["Web"], "levels": [
                {"delay": "10m", "targets": [{"schedule": "primary"}]},
                {"delay": "30m", "targets": [{"user": "ann@example.org"}, {"user": "bob@example.org"}],
                 "round_robin": true}]},
        ],
        "services": [
            {"name": "api", "escalation_policy": "on call", "urgency": "support_hours",
             "during_support_hours": "high", "outside_support_hours": "severity_based",
             "support_hours": {"time_zone": "Europe/Berlin", "days": ["mon", "tuesday"], "start": "09:00", "end": "17:30"},
             "urgency_at_start": "high", "acknowledgement_timeout": "30m", "reminder_interval": 600,
             "hand_over_acknowledged": true, "reopen_within": "1h", "auto_pause": "2m",
             "grouping": {"fields": ["source", "custom_details.host"], "any": true, "within": "10m"},
             "integrations": [
                {"name": "probe", "key": "0123456789abcdef0123456789abcdef"},
                {"name": "drawn"}],
             "event_rules": [{"name": "noise", "when": "severity == 'info'", "suppress": true, "stop": true}]},
        ],
        "heartbeats": [
            {"name": "backup", "service": "api", "period": "1d", "grace": "2h", "max_runtime": "1h",
             "key": "fedcba9876543210fedcba9876543210"},
            {"name": "probe", "service": "api", "period": 60},
        ],
        "event_rules": [
            {"name": "to api", "when": "source is startingwith('api')", "route": "api", "priority": "P2",
             "set": {"component": "{{ source }}"}, "note": "routed", "severity": "warning", "pause": "1m"},
        ],
        "maintenance_windows": [
            {"description": "Sunday backups", "services": ["api"],
             "weekly": {"time_zone": "Europe/Berlin", "days": ["sunday"], "start": "03:00", "duration": "2h"}},
            {"description": "move", "services": ["api"], "when": "component == 'db'",
             "start": "2026-02-01T10:00:00Z", "end": "2026-02-01T12:00:00Z"},
        ],
    })
}

#[tokio::test]
async fn everything_is_made_at_once_and_the_second_time_there_is_nothing_to_do() {
    let world = World::new();
    let plan = dry(&world, ann_and_bob()).await;
    assert_eq!(
        said(&plan).split(':').next().unwrap(),
        "create user ann@example.org; create user bob@example.org; create team night; create team web; create schedule primary; \
         create escalation policy on call; create service api; update global event rules , [\"to api\"]",
    );
    assert_eq!(plan["applied"], false);
    assert!(world.get("/users").await["users"].as_array().unwrap().len() == 1, "a dry run does nothing");
    // What is there and not named is told, and stays.
    let unnamed: Vec<&str> =
        plan["unnamed"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(unnamed, ["default", "default", "Eve@example.org"]);

    assert_eq!(apply(&world, ann_and_bob()).await["applied"], true);
    let again = apply(&world, ann_and_bob()).await;
    assert_eq!((said(&again), again["effects"].as_array().unwrap().len()), (String::new(), 0));
    let users = world.get("/users?include[]=contact_methods&include[]=notification_rules").await;
    let ann = users["users"].as_array().unwrap().iter().find(|it| it["name"] == "Ann").unwrap();
    assert_eq!(ann["contact_methods"].as_array().unwrap().len(), 3, "{ann}");
    assert_eq!(ann["notification_rules"].as_array().unwrap().len(), 3, "{ann}");
    let bob = users["users"].as_array().unwrap().iter().find(|it| it["name"] == "Bob").unwrap();
    assert_eq!(bob["notification_rules"].as_array().unwrap().len(), 2, "as by hand: {bob}");
    let services = world.get("/services?query=api&include[]=integrations").await;
    let keys: Vec<&str> = services["services"][0]["integrations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["integration_key"].as_str().unwrap())
        .collect();
    assert_eq!((keys[0], keys[1].len()), ("0123456789abcdef0123456789abcdef", 32));
    assert_eq!(
        world.get("/maintenance_windows?filter=open").await["maintenance_windows"].as_array().unwrap().len(),
        2
    );
}

#[tokio::test]
async fn what_is_exported_is_what_is_there_here_and_elsewhere() {
    let world = World::new();
    apply(&world, ann_and_bob()).await;
    let all = export(&world).await;
    assert_eq!(said(&apply(&world, all.clone()).await), "");
    assert!(!all.to_string().contains("hush"), "secrets are left out");
    // Another installation, where it is all new but for the founder and what it was founded with.
    let other = World::new();
    let mut portable = all.clone();
    // The founder's service has the same key in both worlds, drawn from the same numbers.
    apply(&other, portable.take()).await;
    assert_eq!(export(&other).await, all);
}

#[tokio::test]
async fn a_plan_says_what_it_means_for_people() {
    let world = World::new();
    apply(&world, ann_and_bob()).await;
    let mut swapped = ann_and_bob();
    swapped["schedules"][0]["layers"][0]["users"] = json!(["bob@example.org", "ann@example.org"]);
    let plan = dry(&world, swapped.clone()).await;
    assert_eq!(
        said(&plan),
        "update schedule primary, layers[\"Weekly\"].users: ann@example.org, bob@example.org > bob@example.org, ann@example.org"
    );
    let told = |effect: &Value| {
        let part = |name: &str| effect[name].as_str().unwrap_or("-").to_owned();
        format!("{} {} {}>{}", part("start"), part("end"), part("from"), part("to"))
    };
    let effects: Vec<String> = plan["effects"].as_array().unwrap().iter().map(told).collect();
    // The first of January is in Bob's week; his nights on Fridays are his in any case.
    assert_eq!(effects[0], "2026-01-01T01:00:00+01:00 2026-01-02T22:00:00+01:00 Bob>Ann");
    assert_eq!(effects[1], "2026-01-03T06:00:00+01:00 2026-01-05T09:00:00+01:00 Bob>Ann");
    assert_eq!(effects[2], "2026-01-05T09:00:00+01:00 2026-01-09T22:00:00+01:00 Ann>Bob");
    world.pass(3600);
    // Without its first layer it has gaps, and the layer ends rather than never to have been.
    let mut gap = ann_and_bob();
    gap["schedules"][0]["layers"].as_array_mut().unwrap().remove(0);
    let plan = apply(&world, gap.clone()).await;
    assert_eq!(told(&plan["effects"][0]), "2026-01-01T02:00:00+01:00 2026-01-02T22:00:00+01:00 Bob>-");
    assert_eq!(said(&apply(&world, gap).await), "");
    let schedule = world.first("schedules").await;
    let shown = world.get(&format!("/schedules/{schedule}")).await;
    assert_eq!(shown["schedule"]["schedule_layers"].as_array().unwrap().len(), 2, "{shown}");
}

#[tokio::test]
async fn layers_stand_in_the_order_of_the_file() {
    let world = World::new();
    apply(&world, ann_and_bob()).await;
    let mut turned = ann_and_bob();
    turned["schedules"][0]["layers"].as_array_mut().unwrap().reverse();
    assert_eq!(
        said(&apply(&world, turned.clone()).await),
        "update schedule primary, layers order: Weekly, Nights > Nights, Weekly"
    );
    assert_eq!(said(&apply(&world, turned).await), "");
    let names: Vec<_> = export(&world).await["schedules"][0]["layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["Nights", "Weekly"]);
}

#[tokio::test]
async fn what_is_wrong_is_told_with_its_object_and_field_and_nothing_is_done() {
    let world = World::new();
    for (wrong, expected) in [
        (
            json!({"users": [{"email": "ann", "name": "Ann"}]}),
            "users[0].email: `ann` is not an e-mail address",
        ),
        (
            json!({"users": [{"email": "ann@x.org", "name": "Ann", "role": "boss"}]}),
            "users[\"ann@x.org\"].role: `boss` is not one of owner",
        ),
        (
            json!({"users": [{"email": "ann@x.org", "name": ""}]}),
            "users[\"ann@x.org\"]: name cannot be empty",
        ),
        (
            json!({"users": [{"email": "a@x.org", "name": "A"}, {"email": "A@x.org", "name": "A"}]}),
            "users[\"A@x.org\"]: it is there twice",
        ),
        (
            json!({"users": [{"email": "a@x.org", "name": "A", "contact_methods": [{"type": "sms", "address": "call me"}]}]}),
            "users[\"a@x.org\"].contact_methods[0].address: `call me` is not a telephone number",
        ),
        (
            json!({"users": [{"email": "a@x.org", "name": "A", "notification_rules": [{"urgency": "high", "contact_method": "Pager"}]}]}),
            "notification_rules[0].contact_method: the user has no contact method `Pager`: it has `Default`",
        ),
        (
            json!({"schedules": [{"name": "s", "time_zone": "Mars/Base", "layers": []}]}),
            "schedules[\"s\"].time_zone: `Mars/Base` does not exist",
        ),
        (
            json!({"schedules": [{"name": "s", "time_zone": "UTC", "layers": [
                {"name": "l", "users": [], "rotation_start": "2026-01-05T09:00", "turn": "7d"}]}]}),
            "schedules[\"s\"]: layers[0].users is empty: a rotation needs at least one user",
        ),
        (
            json!({"schedules": [{"name": "s", "time_zone": "UTC", "layers": [
                {"name": "l", "users": ["who@x.org"], "rotation_start": "2026-01-05T09:00", "turn": "7d"}]}]}),
            "schedules[\"s\"].layers[0].users[0]: no user has the e-mail address `who@x.org`",
        ),
        (
            json!({"schedules": [{"name": "s", "time_zone": "Europe/Berlin", "layers": [
                {"name": "l", "users": ["eve@example.org"], "rotation_start": "2026-03-29T02:30", "turn": "7d"}]}]}),
            "schedules[\"s\"].layers[0].rotation_start: 2026-03-29T02:30 in Europe/Berlin does not exist",
        ),
        (
            json!({"schedules": [{"name": "s", "time_zone": "UTC", "layers": [
                {"name": "l", "users": ["eve@example.org"], "rotation_start": "2026-03-29T02:30", "turn": "soon"}]}]}),
            "schedules[\"s\"].layers[0].turn: `soon`: expected a whole number and a unit",
        ),
        (
            json!({"teams": [{"name": "t", "members": [{"user": "who@x.org"}]}]}),
            "teams[\"t\"].members[0].user: no user has the e-mail address `who@x.org`",
        ),
        (
            json!({"teams": [{"name": "t", "members": [{"user": "eve@example.org", "role": "boss"}]}]}),
            "teams[\"t\"].members[0].role: `boss` is not one of manager, responder, observer",
        ),
        (
            json!({"teams": [{"name": "t", "members": [{"user": "eve@example.org"}, {"user": "Eve@example.org"}]}]}),
            "teams[\"t\"].members[1].user: `Eve@example.org` is there twice",
        ),
        (json!({"teams": [{"name": " "}]}), "teams[\"\"]: name cannot be empty"),
        (json!({"teams": [{"name": "t"}, {"name": "T"}]}), "teams[\"T\"]: it is there twice"),
        (
            json!({"schedules": [{"name": "s", "time_zone": "UTC", "layers": [], "teams": ["nobody"]}]}),
            "schedules[\"s\"]: teams[0]: there is no team `nobody`: name one that exists, or make it as well",
        ),
        (
            json!({"escalation_policies": [{"name": "p", "teams": ["nobody"], "levels": [
                {"delay": "5m", "targets": [{"user": "eve@example.org"}]}]}]}),
            "escalation_policies[\"p\"]: teams[0]: there is no team `nobody`",
        ),
        (
            json!({"escalation_policies": [{"name": "p", "levels": []}]}),
            "escalation_policies[\"p\"]: 0 escalation rules: give 1 to 20",
        ),
        (
            json!({"escalation_policies": [{"name": "p", "levels": [{"delay": "5m", "targets": [{"schedule": "nowhere"}]}]}]}),
            "escalation_policies[\"p\"]: levels[0].targets[0]: there is no schedule `nowhere`",
        ),
        (
            json!({"escalation_policies": [{"name": "p", "levels": [{"delay": "5m", "targets": [{}]}]}]}),
            "escalation_policies[\"p\"].levels[0].targets[0]: expected either `user`",
        ),
        (
            json!({"services": [{"name": "s", "escalation_policy": "nowhere"}]}),
            "services[\"s\"]: escalation_policy: there is no escalation policy `nowhere`",
        ),
        (
            json!({"services": [{"name": "s", "escalation_policy": "default", "urgency": "loud"}]}),
            "services[\"s\"].urgency: `loud` is not one of",
        ),
        (
            json!({"services": [{"name": "s", "escalation_policy": "default", "integrations": [{"name": "i", "key": "short"}]}]}),
            "services[\"s\"].integrations[0].key: ",
        ),
        (
            json!({"services": [{"name": "s", "escalation_policy": "default", "event_rules": [{"name": "r", "when": "sevrity == 1", "drop": true}]}]}),
            "services[\"s\"]: event_rules[0] (`r`).condition: unknown name `sevrity`",
        ),
        (
            json!({"heartbeats": [{"name": "h", "service": "nowhere", "period": "1h"}]}),
            "heartbeats[\"h\"]: service: there is no service `nowhere`",
        ),
        (
            json!({"heartbeats": [{"name": "h", "service": "default", "period": "1s", "grace": "soon"}]}),
            "heartbeats[\"h\"].grace: `soon`: expected a whole number and a unit",
        ),
        (
            json!({"heartbeats": [{"name": "h", "service": "default", "period": "1s"}]}),
            "heartbeats[\"h\"]: period is 1 s: it must be between 10 s and",
        ),
        (
            json!({"heartbeats": [{"name": "h", "service": "default", "period": "1h", "key": "short"}]}),
            "heartbeats[\"h\"].key: ",
        ),
        (
            json!({"event_rules": [{"name": "r", "route": "nowhere"}]}),
            "event_rules: event_rules[0].route: there is no service `nowhere`",
        ),
        (
            json!({"event_rules": [{"name": "r", "priority": "P9"}]}),
            "event_rules[0].priority: `P9` is not one of P1",
        ),
        (
            json!({"maintenance_windows": [{"description": "w", "services": ["default"]}]}),
            "maintenance_windows[\"w\"]: end_time cannot be empty",
        ),
    ] {
        // Something that is right goes with it, and is not done either.
        let mut both = wrong.clone();
        let services = both.as_object_mut().unwrap().entry("services").or_insert(json!([]));
        services.as_array_mut().unwrap().insert(0, json!({"name": "right", "escalation_policy": "default"}));
        let (_, error) = post(&world, both, json!({})).await.error(400);
        assert!(error.contains(expected), "{wrong}: {error}");
    }
    assert_eq!(world.get("/services").await["services"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn pruning_removes_what_is_not_named_unless_it_is_in_use() {
    let world = World::new();
    apply(&world, ann_and_bob()).await;
    let all = export(&world).await;
    let prune = json!({"prune": true});
    // Only kinds that are named are pruned: nothing here.
    let plan = post(&world, json!({"event_rules": all["event_rules"]}), prune.clone()).await.expect(200);
    assert_eq!(said(&plan["plan"]), "");
    // Whoever asks would lose the token.
    let without = |kind: &str, key: &str, name: &str| {
        let mut some = all.clone();
        some[kind].as_array_mut().unwrap().retain(|it| it[key] != name);
        some
    };
    let (_, error) =
        post(&world, without("users", "email", "Eve@example.org"), prune.clone()).await.error(400);
    assert!(error.contains("as whom you ask"), "{error}");
    let (_, error) = post(&world, without("schedules", "name", "primary"), prune.clone()).await.error(400);
    assert!(error.contains("schedule `primary`: Schedule can't be deleted"), "{error}");
    // An incident is live: its service stays.
    let incident = json!({"incident": {"type": "incident", "title": "t", "service": {"type": "service_reference",
        "id": world.get("/services?query=api").await["services"][0]["id"]}}});
    let made = world.call("POST", "/incidents", Some(incident)).await.expect(201);
    let mut less = without("services", "name", "api");
    less["event_rules"] = json!([]);
    less["heartbeats"] = json!([]);
    less["maintenance_windows"] = json!([]);
    let (_, error) = post(&world, less.clone(), prune.clone()).await.error(400);
    assert!(error.contains("service `api` has open incidents: resolve them first"), "{error}");
    let resolve = json!({"incident": {"type": "incident_reference", "status": "resolved"}});
    let id = made["incident"]["id"].as_str().unwrap();
    world.call("PUT", &format!("/incidents/{id}"), Some(resolve)).await.expect(200);
    let plan = post(&world, less, prune.clone()).await.expect(200);
    assert!(
        said(&plan["plan"]).ends_with(
            "remove maintenance window move; remove maintenance window sunday backups; remove service api"
        ) || said(&plan["plan"]).contains("remove service api"),
        "{plan}"
    );
    // Parts that people add by themselves stay without pruning, and go with it.
    let mut bare = export(&world).await;
    let ann = bare["users"].as_array_mut().unwrap().iter_mut().find(|it| it["name"] == "Ann").unwrap();
    ann["contact_methods"].as_array_mut().unwrap().retain(|it| it["label"] != "Chat");
    assert_eq!(said(&apply(&world, bare.clone()).await), "");
    let plan = post(&world, bare, prune).await.expect(200);
    assert!(said(&plan["plan"]).contains("contact_methods[\"https://chat.example.org/x\"]"), "{plan}");
}

#[tokio::test]
async fn teams_have_who_and_what_files_say_and_keep_what_they_do_not() {
    let world = World::new();
    apply(&world, ann_and_bob()).await;
    let policy = world.get("/escalation_policies?query=on%20call").await["escalation_policies"][0].take();
    assert_eq!(policy["teams"][0]["summary"], "web");
    let mut other = json!({"teams": [{"name": "WEB", "members": [
        {"user": "bob@example.org", "role": "responder"}, {"user": "eve@example.org", "role": "manager"}]}]});
    assert_eq!(
        said(&apply(&world, other.clone()).await),
        "update team WEB, description: the front > -, members: ann@example.org manager, bob@example.org observer > \
         bob@example.org responder, Eve@example.org manager, name: web > WEB; \
         update schedule primary, teams: night, web > night, WEB; update escalation policy on call, teams: web > WEB"
    );
    assert_eq!(said(&apply(&world, other.clone()).await), "");
    // Without members in the file they stay, and so do those that schedules and policies do not speak of.
    other["teams"][0].as_object_mut().unwrap().remove("members");
    other["schedules"] = ann_and_bob()["schedules"].clone();
    other["schedules"][0].as_object_mut().unwrap().remove("teams");
    assert_eq!(said(&apply(&world, other.clone()).await), "");
    other["schedules"][0]["teams"] = json!([]);
    assert_eq!(
        said(&apply(&world, other.clone()).await),
        "update schedule primary, teams: night, WEB > none"
    );
    // A team that has something is not pruned away; one that has nothing is.
    let prune = json!({"prune": true});
    let (_, error) = post(&world, json!({"teams": []}), prune.clone()).await.error(400);
    assert!(error.contains("team `WEB`: team `WEB` still has escalation policy `on call`"), "{error}");
    assert!(!error.contains("night"), "{error}");
    let plan = post(&world, other, prune.clone()).await.expect(200);
    assert!(said(&plan["plan"]).contains("remove team night"), "{plan}");
}

#[tokio::test]
async fn heartbeats_keep_their_keys_and_what_is_known_of_them() {
    let world = World::new();
    apply(&world, ann_and_bob()).await;
    let known = world.get("/heartbeats").await["heartbeats"].take();
    let (backup, probe) = (&known[0], &known[1]);
    assert_eq!(
        (&backup["key"], &backup["period"]),
        (&json!("fedcba9876543210fedcba9876543210"), &json!(86_400))
    );
    assert_eq!((&backup["grace"], &backup["max_runtime"]), (&json!(7_200), &json!(3_600)));
    assert_eq!(
        (&probe["grace"], &probe["max_runtime"], &probe["status"]),
        (&json!(60), &Value::Null, &json!("new"))
    );
    assert_eq!(probe["key"].as_str().map(str::len), Some(32), "one was drawn");
    // Paused by hand it stays, unless the file says otherwise; the key stays in any case.
    let path = format!("/heartbeats/{}", probe["id"].as_str().unwrap());
    world.call("PUT", &path, Some(json!({"heartbeat": {"paused": true}}))).await.expect(200);
    let mut file = json!({"heartbeats": ann_and_bob()["heartbeats"]});
    assert_eq!(said(&apply(&world, file.clone()).await), "");
    file["heartbeats"][1]["period"] = json!("30m");
    assert_eq!(
        said(&apply(&world, file.clone()).await),
        "update heartbeat probe, grace: 1m > 3m, period: 1m > 30m"
    );
    file["heartbeats"][1]["paused"] = json!(false);
    assert_eq!(said(&apply(&world, file.clone()).await), "update heartbeat probe, paused: true > false");
    assert_eq!(world.get(&path).await["heartbeat"]["key"], probe["key"]);
    for (field, value, expected) in [
        (
            "key",
            "0123456789abcdef0123456789abcde0",
            "heartbeats[\"probe\"]: key: the heartbeat has another key",
        ),
        ("service", "default", "heartbeats[\"probe\"]: service: a heartbeat stays with its service"),
    ] {
        let mut wrong = file.clone();
        wrong["heartbeats"][1][field] = json!(value);
        let (_, error) = post(&world, wrong, json!({})).await.error(400);
        assert!(error.contains(expected), "{error}");
    }
    file["heartbeats"].as_array_mut().unwrap().remove(1);
    assert_eq!(said(&apply(&world, file.clone()).await), "");
    let plan = post(&world, file, json!({"prune": true})).await.expect(200);
    assert_eq!(said(&plan["plan"]), "remove heartbeat probe");
}

#[tokio::test]
async fn what_is_live_is_left_alone() {
    let world = World::new();
    apply(&world, ann_and_bob()).await;
    let schedule = world.first("schedules").await;
    let users = world.get("/users?query=ann@").await;
    let cover = json!({"overrides": [{"start": "2026-01-01T10:00:00Z", "end": "2026-01-01T12:00:00Z",
        "user": {"type": "user_reference", "id": users["users"][0]["id"]}}]});
    world.call("POST", &format!("/schedules/{schedule}/overrides"), Some(cover)).await.expect(201);
    let mut other = ann_and_bob();
    other["schedules"][0]["layers"][0]["turn"] = json!("1d");
    apply(&world, other).await;
    let path = format!("/schedules/{schedule}/overrides?since=2026-01-01&until=2026-01-02");
    assert_eq!(world.get(&path).await["overrides"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_plan_that_somebody_saw_is_done_or_another_is_refused() {
    let world = World::new();
    let plan = dry(&world, ann_and_bob()).await;
    let seen = json!({"expect": plan["digest"]});
    apply(&world, json!({"users": ann_and_bob()["users"]})).await;
    let (_, error) = post(&world, ann_and_bob(), seen).await.error(409);
    assert!(error.contains("changed meanwhile"), "{error}");
    let plan = dry(&world, ann_and_bob()).await;
    post(&world, ann_and_bob(), json!({"expect": plan["digest"]})).await.expect(200);
}

#[tokio::test]
async fn a_secret_that_changes_is_seen_and_one_that_is_left_out_stays() {
    let world = World::new();
    apply(&world, ann_and_bob()).await;
    let mut other = ann_and_bob();
    other["users"][0]["contact_methods"][2]["secret"] = json!("louder");
    let plan = apply(&world, other.clone()).await;
    assert!(said(&plan).contains("[\"https://chat.example.org/x\"].secret: (secret "), "{plan}");
    assert!(!plan.to_string().contains("louder"), "{plan}");
    other["users"][0]["contact_methods"][2].as_object_mut().unwrap().remove("secret");
    assert_eq!(said(&apply(&world, other).await), "");
}

#[tokio::test]
async fn what_is_over_is_passed_over_and_said() {
    let world = World::new();
    apply(&world, ann_and_bob()).await;
    world.pass(60 * 24 * 60 * 60);
    let plan = apply(&world, ann_and_bob()).await;
    assert_eq!(said(&plan), "");
    assert_eq!(plan["notes"], json!(["maintenance_windows[\"move\"]: it is over, so it is passed over"]));
}

fn lengths() -> impl Strategy<Value = String> {
    prop_oneof![
        (15u32..600).prop_map(|n| format!("{n}m")),
        (1u32..72).prop_map(|n| format!("{n}h")),
        (1u32..15).prop_map(|n| format!("{n}d"))
    ]
}

/// Some of these people.
fn people() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(0usize..5, 1..4)
        .prop_map(|all| all.iter().map(|n| format!("u{n}@example.org")).collect())
}

/// Some of the teams, or nothing said of them.
fn whose() -> impl Strategy<Value = Option<Vec<usize>>> {
    prop::option::of(prop::collection::vec(0usize..3, 0..3))
}

fn layer() -> impl Strategy<Value = Value> {
    let restriction = (prop::option::of(0usize..7), 0u32..24, 1u32..24).prop_map(|(day, start, length)| {
        let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let mut it = json!({"start": format!("{start:02}:15"), "duration": format!("{length}h")});
        if let Some(day) = day {
            it["day"] = json!(days[day]);
        }
        it
    });
    (0usize..3, people(), 1u32..28, 0u32..24, lengths(), prop::collection::vec(restriction, 0..3)).prop_map(
        |(name, users, day, hour, turn, restrictions)| {
            json!({"name": format!("Layer {name}"), "users": users, "turn": turn, "restrictions": restrictions,
                "rotation_start": format!("2026-01-{day:02}T{hour:02}:30")})
        },
    )
}

/// Timeouts, whether it is disabled, which urgency, and how many keys.
type DrawnService = (Option<String>, bool, usize, Option<String>, usize);

fn configuration() -> impl Strategy<Value = Value> {
    let zone = prop::sample::select(vec!["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"]);
    let schedules = prop::collection::vec((zone, prop::collection::vec(layer(), 0..4)), 1..4);
    let level = (lengths(), people(), any::<bool>(), prop::option::of(0usize..1));
    let policies = prop::collection::vec((0u8..9, prop::collection::vec(level, 1..4)), 1..4);
    let service =
        (prop::option::of(lengths()), any::<bool>(), 0usize..3, prop::option::of(lengths()), 0usize..3);
    let services = prop::collection::vec(service, 0..5);
    let users = prop::collection::vec((any::<bool>(), prop::option::of(0usize..4)), 5..=5);
    let teams =
        (prop::collection::vec(prop::option::of(people()), 3..=3), prop::collection::vec(whose(), 2..=2));
    let beat = (lengths(), prop::option::of(lengths()), prop::option::of(any::<bool>()));
    let beats = prop::collection::vec(beat, 0..3);
    (users, schedules, policies, services, teams, beats).prop_map(|(users, schedules, policies, services, teams, beats)| {
        let (teams, whose) = teams;
        let user = |(n, (reached, job)): (usize, (bool, Option<usize>))| {
            let email = format!("u{n}@example.org");
            let mut it = json!({"email": email, "name": format!("User {n}")});
            if let Some(job) = job {
                it["job_title"] = json!(format!("job {job}"));
            }
            if reached {
                it["contact_methods"] = json!([{"type": "phone", "label": "Phone", "address": format!("+49151000{n}")}]);
                it["notification_rules"] = json!([{"urgency": "high", "contact_method": "Phone", "delay": "3m"}]);
            }
            it
        };
        let team = |(n, members): (usize, Option<Vec<String>>)| {
            let mut it = json!({"name": format!("team {n}")});
            if let Some(mut members) = members {
                members.sort();
                members.dedup();
                let roles = ["manager", "responder", "observer"];
                let member = |(m, user)| json!({"user": user, "role": (roles[(m + n) % 3])});
                it["members"] = members.iter().enumerate().map(member).collect();
            }
            it
        };
        // Only the first of each kind says whose it is.
        let owned = |n: usize, whose: &Option<Vec<usize>>, mut it: Value| {
            if let Some(teams) = whose.as_ref().filter(|_| n == 0) {
                it["teams"] = teams.iter().map(|team| format!("Team {team}")).collect();
            }
            it
        };
        let schedule = |(n, (zone, layers)): (usize, (&str, Vec<Value>))| {
            owned(n, &whose[0], json!({"name": format!("schedule {n}"), "time_zone": zone, "layers": layers}))
        };
        let policy = |(n, (loops, levels)): (usize, (u8, Vec<_>))| {
            let level = |(delay, users, robin, schedule): (String, Vec<String>, bool, Option<usize>)| {
                let mut targets: Vec<Value> = users.iter().map(|it| json!({"user": it})).collect();
                targets.extend(schedule.map(|n| json!({"schedule": format!("schedule {n}")})));
                // A week at most.
                let delay = if delay.ends_with('d') { "7d".to_owned() } else { delay };
                json!({"delay": delay, "targets": targets, "round_robin": robin})
            };
            owned(n, &whose[1], json!({"name": format!("policy {n}"), "num_loops": loops,
                "levels": levels.into_iter().map(level).collect::<Vec<_>>()}))
        };
        let service = |(n, (timeout, disabled, urgency, resolve, keys)): (usize, DrawnService)| {
            let mut it = json!({"name": format!("service {n}"), "escalation_policy": "policy 0", "disabled": disabled,
                "urgency": (["high", "low", "severity_based"][urgency])});
            if let Some(timeout) = timeout {
                it["acknowledgement_timeout"] = json!(timeout);
            }
            if let Some(resolve) = resolve {
                it["auto_resolve_timeout"] = json!(resolve);
            }
            let keys = (0..keys).map(|_| json!({"name": "Events"})).collect::<Vec<_>>();
            it["integrations"] = json!(keys);
            it
        };
        let heartbeat = |(n, (period, grace, paused)): (usize, (String, Option<String>, Option<bool>))| {
            let mut it = json!({"name": format!("beat {n}"), "service": "default", "period": period});
            if let Some(grace) = grace {
                it["grace"] = json!(grace);
            }
            if let Some(paused) = paused {
                it["paused"] = json!(paused);
            }
            it
        };
        json!({
            "users": users.into_iter().enumerate().map(user).collect::<Vec<_>>(),
            "teams": teams.into_iter().enumerate().map(team).collect::<Vec<_>>(),
            "schedules": schedules.into_iter().enumerate().map(schedule).collect::<Vec<_>>(),
            "escalation_policies": policies.into_iter().enumerate().map(policy).collect::<Vec<_>>(),
            "heartbeats": beats.into_iter().enumerate().map(heartbeat).collect::<Vec<_>>(),
            "services": services.into_iter().enumerate().map(service).collect::<Vec<_>>(),
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_configuration_applies_once_and_comes_back_as_it_is(first in configuration(), second in configuration()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let world = World::new();
            for wanted in [first, second] {
                let plan = dry(&world, wanted.clone()).await;
                let done = apply(&world, wanted.clone()).await;
                assert_eq!(plan["changes"], done["changes"], "what is planned is done");
                assert_eq!(said(&apply(&world, wanted).await), "", "nothing is left to do");
                let all = export(&world).await;
                assert_eq!(said(&apply(&world, all.clone()).await), "", "what is exported is there");
                let elsewhere = World::new();
                apply(&elsewhere, all.clone()).await;
                assert_eq!(export(&elsewhere).await, all, "and may be carried elsewhere");
            }
        });
    }
}
