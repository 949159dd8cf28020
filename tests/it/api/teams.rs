//! Teams over REST: members, what is theirs, and lists by team.

use serde_json::{Value, json};

use super::world::World;

#[tokio::test]
async fn a_team_lives_and_lists_go_by_it() {
    let world = World::new();
    let new = json!({"team": {"type": "team", "name": "web", "description": "the front"}});
    let made = world.call("POST", "/teams", Some(new.clone())).await.expect(201);
    let team = made["team"]["id"].as_str().unwrap().to_owned();
    assert_eq!((&made["team"]["default_role"], &made["team"]["parent"]), (&json!("manager"), &Value::Null));
    let (_, error) = world.call("POST", "/teams", Some(new)).await.error(400);
    assert!(error.contains("there is a team `web` already"), "{error}");

    let (user, policy) = (world.first("users").await, world.first("escalation_policies").await);
    let member = format!("/teams/{team}/users/{user}");
    world.call("PUT", &member, Some(json!({"role": "responder"}))).await.expect(204);
    let members = world.get(&format!("/teams/{team}/members")).await;
    assert_eq!(members["members"][0]["role"], "responder");
    assert_eq!(members["members"][0]["user"]["id"], json!(user));
    let (_, error) = world.call("PUT", &member, Some(json!({"role": "boss"}))).await.error(400);
    assert!(error.contains("role: `boss` is not one of manager"), "{error}");

    let incident = world.open("broken").await;
    let count = async |list: &str, team: &str| {
        let listed = world.get(&format!("/{list}?team_ids[]={team}")).await;
        listed[list].as_array().unwrap().len()
    };
    assert_eq!((count("incidents", &team).await, count("users", &team).await), (0, 1));
    let theirs = format!("/teams/{team}/escalation_policies/{policy}");
    world.call("PUT", &theirs, None).await.expect(204);
    for list in ["incidents", "services", "escalation_policies"] {
        assert_eq!((count(list, &team).await, count(list, "PNOBODY").await), (1, 0), "{list}");
    }
    let shown = world.get(&format!("/incidents/{incident}")).await;
    assert_eq!(shown["incident"]["teams"][0]["summary"], "web");

    world.call("DELETE", &theirs, None).await.expect(204);
    assert_eq!(count("services", &team).await, 0);
    world.call("DELETE", &member, None).await.expect(204);
    world.call("DELETE", &member, None).await.error(404);
    let rename = json!({"team": {"type": "team", "name": "front"}});
    world.call("PUT", &format!("/teams/{team}"), Some(rename)).await.expect(200);
    assert_eq!(world.get("/teams?query=fro").await["teams"][0]["description"], "the front");
    world.call("DELETE", &format!("/teams/{team}"), None).await.expect(204);
    world.call("GET", &format!("/teams/{team}"), None).await.error(404);
}

#[tokio::test]
async fn schedules_and_policies_say_whose_they_are() {
    let world = World::new();
    let mut teams = Vec::new();
    for name in ["web", "db"] {
        let made = world.call("POST", "/teams", Some(json!({"team": {"name": name}}))).await.expect(201);
        teams.push(json!({"id": made["team"]["id"], "type": "team_reference"}));
    }
    let user = json!({"id": world.first("users").await, "type": "user_reference"});
    let schedule = json!({"schedule": {"name": "primary", "time_zone": "UTC", "schedule_layers": []}});
    let policy = json!({"escalation_policy": {"name": "p", "escalation_rules": [
        {"escalation_delay_in_minutes": 5, "targets": [user]}]}});
    let all = [("schedule", "/schedules", schedule), ("escalation_policy", "/escalation_policies", policy)];
    for (kind, path, mut body) in all {
        let names = |answer: &Value| {
            let teams = answer[kind]["teams"].as_array().unwrap();
            let mut names: Vec<_> =
                teams.iter().map(|it| it["summary"].as_str().unwrap().to_owned()).collect();
            names.sort();
            names.join(" ")
        };
        body[kind]["teams"] = json!([{"id": "PNOBODY", "type": "team_reference"}]);
        let (_, error) = world.call("POST", path, Some(body.clone())).await.error(400);
        assert!(error.contains("teams[0]: no team with the id PNOBODY"), "{error}");
        body[kind]["teams"] = json!([{"id": "?", "type": "team"}]);
        let (_, error) = world.call("POST", path, Some(body.clone())).await.error(400);
        assert!(error.contains(&format!("{kind}.teams[0].id: ")), "{error}");
        body[kind]["teams"] = json!(teams);
        let made = world.call("POST", path, Some(body.clone())).await.expect(201);
        assert_eq!(names(&made), "db web");
        let path = format!("{path}/{}", made[kind]["id"].as_str().unwrap());
        // What is not said stays; a list says it all.
        for (said, expected) in [
            (None, "db web"),
            (Some(json!([teams[0]])), "web"),
            (Some(Value::Null), "web"),
            (Some(json!([])), ""),
        ] {
            let mut update = body.clone();
            update[kind].as_object_mut().unwrap().remove("teams");
            if let Some(said) = said {
                update[kind]["teams"] = said;
            }
            let answer = world.call("PUT", &path, Some(update)).await.expect(200);
            assert_eq!(names(&answer), expected, "{answer}");
        }
        assert_eq!(names(&world.get(&path).await), "");
    }
}

#[tokio::test]
async fn who_is_gone_is_in_no_team() {
    let world = World::new();
    let made = world.call("POST", "/teams", Some(json!({"team": {"name": "web"}}))).await.expect(201);
    let team = made["team"]["id"].as_str().unwrap().to_owned();
    let user = json!({"user": {"name": "Ann", "email": "ann@example.org"}});
    let made = world.call("POST", "/users", Some(user)).await.expect(201);
    let user = made["user"]["id"].as_str().unwrap().to_owned();
    world.call("PUT", &format!("/teams/{team}/users/{user}"), None).await.expect(204);
    world.call("DELETE", &format!("/users/{user}"), None).await.expect(204);
    assert_eq!(world.get(&format!("/teams/{team}/members")).await["members"], json!([]));
}
