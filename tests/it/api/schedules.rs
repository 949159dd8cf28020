//! Schedules, overrides and on-calls over REST, as PagerDuty's clients use them.

use serde_json::{Value, json};

use super::world::World;

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

async fn user(world: &World, name: &str) -> String {
    let body = json!({"user": {"name": name, "email": format!("{name}@example.org"), "time_zone": "UTC"}});
    id(&world.call("POST", "/users", Some(body)).await.expect(201)["user"]).to_owned()
}

fn layer(name: &str, users: &[&str], turn: u64) -> Value {
    let users: Vec<_> = users.iter().map(|id| json!({"user": {"id": id, "type": "user"}})).collect();
    // As Terraform writes times.
    json!({"name": name, "start": "2026-01-05T09:00:00+01:00", "end": null, "users": users,
        "rotation_virtual_start": "2026-01-05 08:00:00 +0000 UTC", "rotation_turn_length_seconds": turn})
}

fn schedule(layers: &[Value]) -> Value {
    json!({"schedule": {"name": "Ops", "type": "schedule", "time_zone": "Europe/Berlin", "description": "day and night",
        "schedule_layers": layers}})
}

fn entries(part: &Value) -> Vec<String> {
    let entries = part["rendered_schedule_entries"].as_array().unwrap().iter();
    let told = |at: &Value| at.as_str().unwrap_or("ever").to_owned();
    entries
        .map(|it| {
            format!(
                "{}..{} {}",
                told(&it["start"]),
                told(&it["end"]),
                it["user"]["summary"].as_str().unwrap()
            )
        })
        .collect()
}

#[tokio::test]
async fn a_schedule_lives() {
    let world = World::new();
    let (ann, bob) = (user(&world, "ann").await, user(&world, "bob").await);
    let mut day = layer("Day", &[&bob], 604_800);
    day["restrictions"] =
        json!([{"type": "daily_restriction", "start_time_of_day": "09:00:00", "duration_seconds": 28_800}]);
    let body = schedule(&[layer("Always", &[&ann, &bob], 604_800), day]);
    let made = world.call("POST", "/schedules", Some(body.clone())).await.expect(201);
    assert_eq!(made.as_object().unwrap().len(), 1, "exactly one key");
    let made = &made["schedule"];
    // What is sent last is on top, and stands first.
    let names: Vec<_> = made["schedule_layers"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert_eq!(names, ["Day", "Always"]);
    let always = &made["schedule_layers"][1];
    assert_eq!(always["start"], "2026-01-05T09:00:00+01:00");
    assert_eq!(always["rotation_virtual_start"], "2026-01-05T09:00:00+01:00");
    assert_eq!((&always["end"], &always["restrictions"]), (&Value::Null, &json!([])));
    assert_eq!(made["schedule_layers"][0]["restrictions"][0]["start_time_of_day"], "09:00:00");
    assert_eq!(made["users"].as_array().unwrap().len(), 2);
    assert_eq!(made["final_schedule"]["rendered_schedule_entries"], json!([]));

    let path = format!("/schedules/{}", id(made));
    let week = format!("{path}?since=2026-01-05T08:00:00Z&until=2026-01-07T08:00:00Z");
    let shown = world.get(&week).await;
    assert_eq!(
        entries(&shown["schedule"]["final_schedule"]),
        [
            "2026-01-05T09:00:00+01:00..2026-01-05T17:00:00+01:00 bob",
            "2026-01-05T17:00:00+01:00..2026-01-06T09:00:00+01:00 ann",
            "2026-01-06T09:00:00+01:00..2026-01-06T17:00:00+01:00 bob",
            "2026-01-06T17:00:00+01:00..2026-01-07T09:00:00+01:00 ann",
        ]
    );
    assert_eq!(shown["schedule"]["final_schedule"]["rendered_coverage_percentage"], 100.0);
    assert_eq!(shown["schedule"]["schedule_layers"][0]["rendered_coverage_percentage"], 33.3);
    // Beyond the range, and by another clock.
    let beyond = world
        .get(&format!("{path}?since=2026-01-06T20:00Z&until=2026-01-06T21:00Z&overflow=true&time_zone=UTC"))
        .await;
    assert_eq!(
        entries(&beyond["schedule"]["schedule_layers"][1]),
        ["2026-01-05T08:00:00Z..2026-01-12T08:00:00Z ann"]
    );
    assert_eq!(
        entries(&beyond["schedule"]["final_schedule"]),
        ["2026-01-06T16:00:00Z..2026-01-07T08:00:00Z ann"]
    );

    // PUT of what was read changes nothing, and what is absent stays.
    let again = world.call("PUT", &week, Some(shown.clone())).await.expect(200);
    assert_eq!(again, shown);
    let renamed = world.call("PUT", &path, Some(json!({"schedule": {"name": "Night"}}))).await.expect(200);
    assert_eq!(renamed["schedule"]["schedule_layers"].as_array().unwrap().len(), 2);
    assert_eq!(renamed["schedule"]["description"], "day and night");

    let list = world.get("/schedules?query=NIGHT").await;
    assert_eq!((list["limit"].as_u64(), list["schedules"].as_array().unwrap().len()), (Some(25), 1));
    assert!(list["schedules"][0].get("schedule_layers").is_none());
    let users = world.get(&format!("{path}/users?since=2026-01-05T08:00Z&until=2026-01-05T09:00Z")).await;
    assert_eq!(users.as_object().unwrap().keys().collect::<Vec<_>>(), ["users"]);
    assert_eq!(
        (users["users"][0]["name"].as_str(), users["users"].as_array().unwrap().len()),
        (Some("bob"), 1)
    );
    let next = world.get(&format!("{path}?include_next_oncall_for_user={ann}")).await;
    assert_eq!(next["schedule"]["next_oncall_for_user"]["start"], "2026-01-05T17:00:00+01:00");

    world.call("DELETE", &path, Some(json!({}))).await.expect(204);
    world.call("GET", &path, None).await.error(404);
}

#[tokio::test]
async fn a_preview_stores_nothing() {
    let world = World::new();
    let ann = user(&world, "ann").await;
    let body = schedule(&[layer("Always", &[&ann], 86_400)]);
    let path = "/schedules/preview?since=2026-01-05T00:00:00Z&until=2026-01-06T00:00:00Z";
    let shown = world.call("POST", path, Some(body)).await.expect(200);
    let last = &shown["schedule"]["final_schedule"];
    assert_eq!(entries(last), ["2026-01-05T09:00:00+01:00..2026-01-06T01:00:00+01:00 ann"]);
    assert_eq!(
        last["gaps"],
        json!([{"start": "2026-01-05T01:00:00+01:00", "end": "2026-01-05T09:00:00+01:00"}])
    );
    assert_eq!(last["rendered_coverage_percentage"], 66.7);
    assert_eq!(world.get("/schedules").await["schedules"], json!([]));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_the_field_named() {
    let world = World::new();
    let ann = user(&world, "ann").await;
    type Case = (&'static str, fn(&mut Value), &'static str);
    let cases: [Case; 8] = [
        (
            "zone",
            |it| it["time_zone"] = json!("Mars/Olympus"),
            "schedule.time_zone: `Mars/Olympus` does not exist",
        ),
        ("nobody", |it| it["schedule_layers"][0]["users"] = json!([]), "schedule_layers[0].users is empty"),
        (
            "skipped",
            |it| it["schedule_layers"][0]["start"] = json!("2026-03-29T02:30:00"),
            "schedule.schedule_layers[0].start: 2026-03-29T02:30:00 in Europe/Berlin does not exist: on that day the \
             clocks go forward from 2026-03-29T02:00:00 to 2026-03-29T03:00:00",
        ),
        (
            "end",
            |it| it["schedule_layers"][0]["end"] = json!("2026-01-01T00:00:00Z"),
            "schedule_layers[0].end is not after its start",
        ),
        (
            "time",
            |it| it["schedule_layers"][0]["start"] = json!("soon"),
            "schedule.schedule_layers[0].start: `soon`",
        ),
        (
            "short",
            |it| it["schedule_layers"][0]["rotation_turn_length_seconds"] = json!(60),
            "schedule_layers[0].rotation_turn_length_seconds is 60 s",
        ),
        (
            "restriction",
            |it| {
                it["schedule_layers"][0]["restrictions"] = json!([{"type": "weekly_restriction",
                "start_time_of_day": "09:00:00", "duration_seconds": 60}])
            },
            "schedule.schedule_layers[0].restrictions[0].start_day_of_week: missing",
        ),
        ("name", |it| it["name"] = json!(""), "name cannot be empty"),
    ];
    for (what, spoil, expected) in cases {
        let mut body = schedule(&[layer("Always", &[&ann], 86_400)]);
        spoil(&mut body["schedule"]);
        let (_, error) = world.call("POST", "/schedules", Some(body)).await.error(400);
        assert!(error.starts_with(expected), "{what}: {error}");
    }
    assert_eq!(world.get("/schedules").await["schedules"], json!([]));
}

#[tokio::test]
async fn what_would_take_seconds_to_render_is_refused() {
    let world = World::new();
    let (ann, bob) = (user(&world, "ann").await, user(&world, "bob").await);
    let layers = vec![layer("Quarters", &[&ann, &bob], 900); 20];
    let made = world.call("POST", "/schedules", Some(schedule(&layers))).await.expect(201);
    let path = format!("/schedules/{}?since=2026-01-05T00:00Z", id(&made["schedule"]));
    world.get(&format!("{path}&until=2026-01-06T00:00Z")).await;
    let (_, error) = world.call("GET", &format!("{path}&until=2027-01-05T00:00Z"), None).await.error(400);
    assert!(error.starts_with("until: the range is too long"), "{error}");
}

#[tokio::test]
async fn overrides_come_in_two_shapes() {
    let world = World::new();
    let (ann, bob) = (user(&world, "ann").await, user(&world, "bob").await);
    let made = world
        .call("POST", "/schedules", Some(schedule(&[layer("Always", &[&ann], 86_400)])))
        .await
        .expect(201);
    let path = format!("/schedules/{}/overrides", id(&made["schedule"]));
    let new = |start: &str, end: &str| json!({"start": start, "end": end, "user": {"id": bob, "type": "user_reference"}});
    let one = json!({"override": new("2026-01-06T10:00:00", "2026-01-06T12:00:00")});
    let one = world.call("POST", &path, Some(one)).await.expect(201);
    assert_eq!(one["override"]["start"], "2026-01-06T10:00:00+01:00");
    let many = json!({"overrides": [new("2026-01-07T00:00:00Z", "2026-01-08T00:00:00Z"), new("2025-01-01", "2025-01-02")]});
    let many = world.call("POST", &path, Some(many)).await.expect(201);
    assert_eq!((&many[0]["status"], &many[1]["status"]), (&json!(201), &json!(400)));
    assert!(many[1]["errors"][0].as_str().unwrap().starts_with("override.end is in the past"), "{many}");
    world.call("POST", &path, Some(json!({}))).await.error(400);

    world.call("GET", &path, None).await.error(400);
    let listed = world.get(&format!("{path}?since=2026-01-06T00:00Z&until=2026-01-07T06:00Z")).await;
    assert_eq!(listed.as_object().unwrap().keys().collect::<Vec<_>>(), ["overrides"]);
    let ends: Vec<_> = listed["overrides"].as_array().unwrap().iter().map(|it| &it["end"]).collect();
    assert_eq!(ends, ["2026-01-06T12:00:00+01:00", "2026-01-07T07:00:00+01:00"]);

    // It is 2026-01-01; on the 6th at 11:00 the first runs.
    world.pass(5 * 86_400 + 10 * 3600);
    let first = format!("{path}/{}", id(&one["override"]));
    let cut = world.call("DELETE", &first, Some(json!({}))).await.expect(200);
    assert_eq!(cut["override"]["end"], "2026-01-06T11:00:00+01:00");
    let (_, error) = world.call("DELETE", &first, None).await.error(400);
    assert!(error.contains("has ended already"), "{error}");
    let second = format!("{path}/{}", id(&many[0]["override"]));
    world.call("DELETE", &second, None).await.expect(204);
    world.call("DELETE", &second, None).await.error(404);
    let shown = world
        .get(&format!("/schedules/{}?since=2026-01-06T00:00Z&until=2026-01-09T00:00Z", id(&made["schedule"])))
        .await;
    assert_eq!(
        entries(&shown["schedule"]["overrides_subschedule"]),
        ["2026-01-06T10:00:00+01:00..2026-01-06T11:00:00+01:00 bob"]
    );
}

#[tokio::test]
async fn policies_ask_schedules_and_oncalls_tell_it() {
    let world = World::new();
    let (ann, bob) = (user(&world, "ann").await, user(&world, "bob").await);
    let made = world
        .call("POST", "/schedules", Some(schedule(&[layer("Always", &[&ann, &bob], 86_400)])))
        .await
        .expect(201);
    let ops = id(&made["schedule"]).to_owned();
    let body = json!({"escalation_policy": {"name": "Ops", "escalation_rules": [
        {"escalation_delay_in_minutes": 30, "targets": [{"id": ops, "type": "schedule_reference"}, {"id": bob, "type": "user"}],
         "escalation_rule_assignment_strategy": {"type": "round_robin"}}]}});
    let policy = world
        .call(
            "POST",
            "/escalation_policies?include[]=escalation_rule_assignment_strategies&include[]=targets",
            Some(body),
        )
        .await
        .expect(201);
    let rule = &policy["escalation_policy"]["escalation_rules"][0];
    assert_eq!(rule["escalation_rule_assignment_strategy"]["type"], "round_robin");
    assert_eq!(
        (&rule["targets"][0]["type"], &rule["targets"][1]["type"]),
        (&json!("schedule"), &json!("user"))
    );
    let id_of_policy = id(&policy["escalation_policy"]).to_owned();
    let path = format!("/escalation_policies/{id_of_policy}");
    let plain = world.get(&path).await;
    assert_eq!(plain["escalation_policy"]["escalation_rules"][0]["targets"][0]["summary"], "Ops");
    // A client that knows no strategies keeps what is.
    world.call("PUT", &path, Some(plain)).await.expect(200);
    let kept = world.get(&format!("{path}?include[]=escalation_rule_assignment_strategies")).await;
    assert_eq!(
        kept["escalation_policy"]["escalation_rules"][0]["escalation_rule_assignment_strategy"]["type"],
        "round_robin"
    );

    // On the 7th at noon it is ann's day again.
    world.pass(6 * 86_400 + 11 * 3600);
    let now = world.get(&format!("/oncalls?escalation_policy_ids[]={id_of_policy}&include[]=users")).await;
    let now = now["oncalls"].as_array().unwrap();
    assert_eq!(now.len(), 2);
    let direct = now.iter().find(|it| it["schedule"].is_null()).unwrap();
    assert_eq!((&direct["start"], direct["user"]["name"].as_str()), (&Value::Null, Some("bob")));
    let shift = now.iter().find(|it| !it["schedule"].is_null()).unwrap();
    assert_eq!(
        (shift["user"]["name"].as_str(), shift["start"].as_str(), shift["end"].as_str()),
        (Some("ann"), Some("2026-01-07T09:00:00+01:00"), Some("2026-01-08T09:00:00+01:00"))
    );
    let range = "since=2026-01-07T11:00Z&until=2026-01-10T11:00Z&time_zone=UTC";
    let all = world.get(&format!("/oncalls?schedule_ids[]={ops}&{range}")).await;
    let starts = |answer: &Value| -> Vec<String> {
        let oncalls = answer["oncalls"].as_array().unwrap().iter();
        oncalls.map(|it| it["start"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        starts(&all),
        ["2026-01-07T08:00:00Z", "2026-01-08T08:00:00Z", "2026-01-09T08:00:00Z", "2026-01-10T08:00:00Z"]
    );
    let earliest = world.get(&format!("/oncalls?schedule_ids[]={ops}&{range}&earliest=true")).await;
    assert_eq!(starts(&earliest).len(), 2);
    let bobs = world.get(&format!("/oncalls?user_ids[]={bob}&schedule_ids[]={ops}&{range}")).await;
    assert_eq!(starts(&bobs), ["2026-01-08T08:00:00Z", "2026-01-10T08:00:00Z"]);
    world.call("GET", "/oncalls?since=2026-01-02&until=2026-01-01", None).await.error(400);
    world.call("GET", "/oncalls?since=2026-01-02&until=2028-01-01", None).await.error(400);

    // What is in use stays, with the very words that Terraform waits for.
    let refused = world.call("DELETE", &format!("/schedules/{ops}"), None).await.expect(400);
    assert_eq!(
        refused["error"]["errors"],
        json!(["Schedule can't be deleted if it's being used by escalation policies"])
    );
    world.call("DELETE", &format!("/users/{ann}"), None).await.error(400);
}

#[tokio::test]
async fn the_timeline_tells_by_which_schedule() {
    let world = World::new();
    let ann = user(&world, "ann").await;
    let made = world
        .call("POST", "/schedules", Some(schedule(&[layer("Always", &[&ann], 86_400)])))
        .await
        .expect(201);
    let ops = id(&made["schedule"]).to_owned();
    let empty = world
        .call(
            "POST",
            "/schedules",
            Some(json!({"schedule": {"name": "Empty", "time_zone": "UTC", "schedule_layers": []}})),
        )
        .await
        .expect(201);
    let policy = world.first("escalation_policies").await;
    let rules = json!({"escalation_policy": {"escalation_rules": [
        {"escalation_delay_in_minutes": 30, "targets": [{"id": id(&empty["schedule"]), "type": "schedule_reference"}]},
        {"escalation_delay_in_minutes": 30, "targets": [{"id": ops, "type": "schedule_reference"}]}]}});
    world.call("PUT", &format!("/escalation_policies/{policy}"), Some(rules)).await.expect(200);
    world.pass(10 * 86_400);
    let incident = world.open("the lights are out").await;
    let log = world.get(&format!("/incidents/{incident}/log_entries")).await;
    let told: Vec<_> =
        log["log_entries"].as_array().unwrap().iter().map(|it| it["summary"].as_str().unwrap()).collect();
    let told = told.join("\n");
    for words in [
        "Level 1 pages nobody, because the incident was triggered; nobody is on call by schedule Empty",
        "Level 1 reached nobody: nobody is on call there",
        "; ann is on call by schedule Ops, layer Always",
    ] {
        assert!(told.contains(words), "no `{words}` in\n{told}");
    }
}

#[tokio::test]
async fn calendar_programs_read_shifts_under_a_secret_address() {
    let world = World::new();
    let (ann, bob) = (user(&world, "ann").await, user(&world, "bob").await);
    let made = world
        .call("POST", "/schedules", Some(schedule(&[layer("Always", &[&ann, &bob], 604_800)])))
        .await
        .expect(201);
    let schedule = json!({"feed": {"of": {"id": id(&made["schedule"]), "type": "schedule_reference"}}});
    let feed = world.call("POST", "/feeds", Some(schedule)).await.expect(201);
    let url = feed["feed"]["url"].as_str().unwrap().to_owned();
    let path = url.strip_prefix("http://pd.test").unwrap();
    let answer = world.send("GET", path, &[], None).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "text/calendar; charset=utf-8");
    let text = answer.text.replace("\r\n ", "");
    for line in [
        "BEGIN:VCALENDAR",
        "DTSTART:20260105T080000Z",
        "DTEND:20260112T080000Z",
        "SUMMARY:On call: ann (Ops)",
        "SUMMARY:On call: bob (Ops)",
        "END:VCALENDAR",
    ] {
        assert!(text.contains(&format!("{line}\r\n")), "no {line} in\n{text}");
    }
    let of_bob = json!({"feed": {"of": {"id": bob, "type": "user_reference"}}});
    let of_bob = world.call("POST", "/feeds", Some(of_bob)).await.expect(201);
    let bobs = of_bob["feed"]["url"].as_str().unwrap().strip_prefix("http://pd.test").unwrap().to_owned();
    let text = world.send("GET", &bobs, &[], None).await.text;
    assert!(text.contains("On call: bob") && !text.contains("ann"), "{text}");

    // The secret is shown once, kept nowhere, and can be taken back.
    let shown = world.get(&format!("/feeds/{}", id(&feed["feed"]))).await;
    assert!(shown["feed"].get("url").is_none(), "{shown}");
    let secret = path.strip_prefix("/ical/").unwrap().strip_suffix(".ics").unwrap();
    assert_eq!(secret.len(), 40);
    let kept =
        serde_json::to_string(&pd::domain::incidents::snapshot::records(&world.state()).collect::<Vec<_>>())
            .unwrap();
    assert!(!kept.contains(secret));
    for wrong in ["/ical/x.ics".to_owned(), format!("/ical/{secret}"), "/ical/.ics".to_owned()] {
        assert_eq!(world.send("GET", &wrong, &[], None).await.status, 404, "{wrong}");
    }
    world.call("DELETE", &format!("/feeds/{}", id(&feed["feed"])), None).await.expect(204);
    assert_eq!(world.send("GET", path, &[], None).await.status, 404);
    assert_eq!(world.get("/feeds").await["feeds"].as_array().unwrap().len(), 1);
    world.call("POST", "/feeds", Some(json!({"feed": {"of": {"id": ann, "type": "team"}}}))).await.error(400);
}

#[tokio::test]
async fn a_calendar_takes_its_users_off_call() {
    let world = World::new();
    let (ann, bob) = (user(&world, "ann").await, user(&world, "bob").await);
    let made = world
        .call("POST", "/schedules", Some(schedule(&[layer("Always", &[&ann, &bob], 604_800)])))
        .await
        .expect(201);
    let path =
        format!("/schedules/{}?since=2026-01-05T08:00Z&until=2026-01-12T08:00Z", id(&made["schedule"]));
    let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:the dentist\r\n\
                DTSTART;VALUE=DATE:20260107\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let users = json!([{"id": ann, "type": "user_reference"}]);
    let body =
        json!({"calendar": {"name": "leave", "users": users, "ical": text, "time_zone": "Europe/Berlin"}});
    let calendar = world.call("POST", "/calendars", Some(body)).await.expect(201);
    assert_eq!(
        calendar["calendar"]["absences"],
        json!([{"start": "2026-01-06T23:00:00Z", "end": "2026-01-07T23:00:00Z"}])
    );
    assert!(!calendar.to_string().contains("dentist"));
    assert_eq!(
        entries(&world.get(&path).await["schedule"]["final_schedule"]),
        [
            "2026-01-05T09:00:00+01:00..2026-01-07T00:00:00+01:00 ann",
            "2026-01-07T00:00:00+01:00..2026-01-08T00:00:00+01:00 bob",
            "2026-01-08T00:00:00+01:00..2026-01-12T09:00:00+01:00 ann",
        ]
    );
    let its = format!("/calendars/{}", id(&calendar["calendar"]));
    let update =
        json!({"calendar": {"absences": [{"start": "2026-01-09", "end": "2026-01-10"}], "time_zone": "UTC"}});
    let update = world.call("PUT", &its, Some(update)).await.expect(200);
    assert_eq!(update["calendar"]["absences"][0]["start"], "2026-01-09T00:00:00Z");
    for (body, expected) in [
        (json!({"name": "x", "users": users}), "absences cannot be missing"),
        (json!({"name": "x", "users": users, "ical": "hello"}), "calendar.ical: it is not an iCalendar file"),
        (json!({"name": "x", "users": [], "absences": []}), "0 users"),
        (json!({"name": "x", "users": users, "ical": text, "absences": []}), "calendar: give either"),
        (
            json!({"name": "x", "users": users, "ical": text, "time_zone": "Mars"}),
            "calendar.time_zone: `Mars`",
        ),
    ] {
        let (_, error) = world.call("POST", "/calendars", Some(json!({"calendar": body}))).await.error(400);
        assert!(error.starts_with(expected), "{error}");
    }
    assert_eq!(world.get("/calendars").await["calendars"].as_array().unwrap().len(), 1);
    world.call("DELETE", &its, None).await.expect(204);
    assert_eq!(entries(&world.get(&path).await["schedule"]["final_schedule"]).len(), 1);
}
