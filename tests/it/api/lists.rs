//! Lists of incidents: filters, orders, pages, over the state and the archive together.

use pd::domain::event::Action;
use pd::domain::id::IncidentNumber;
use serde_json::{Value, json};

use super::world::World;

fn numbers(list: &Value) -> Vec<u64> {
    list["incidents"].as_array().unwrap().iter().map(|it| it["incident_number"].as_u64().unwrap()).collect()
}

/// 1, 2, 3: archived, resolved in the order 2, 1, 3. 4: resolved, on its way into the archive. 5: acknowledged. 6:
/// triggered, low, by hand.
async fn six() -> World {
    let world = World::new();
    for key in ["a", "b", "c", "d", "e"] {
        world.event(Action::Trigger, key);
        world.pass(60);
    }
    let service = world.first("services").await;
    let low = json!({"incident": {"title": "f", "service": {"id": service}, "urgency": "low"}});
    world.call("POST", "/incidents", Some(low)).await.expect(201);
    for key in ["b", "a", "c", "d"] {
        world.event(Action::Resolve, key);
        world.pass(60);
    }
    world.event(Action::Acknowledge, "e");
    for number in 1..=3 {
        world.put_away(number).await;
    }
    world.copy_away(IncidentNumber(4)).await;
    world
}

#[tokio::test]
async fn filters_and_orders() {
    let world = six().await;
    let (service, user) = (world.first("services").await, world.first("users").await);
    for (query, expected) in [
        (String::new(), vec![1, 2, 3, 4, 5, 6]),
        ("?sort_by=created_at:desc".to_owned(), vec![6, 5, 4, 3, 2, 1]),
        ("?sort_by=resolved_at:asc&statuses[]=resolved".to_owned(), vec![2, 1, 3, 4]),
        ("?sort_by=urgency:desc".to_owned(), vec![6, 5, 4, 3, 2, 1]),
        ("?statuses[]=triggered&statuses[]=acknowledged".to_owned(), vec![5, 6]),
        ("?statuses%5B%5D=triggered&urgencies%5B%5D=low".to_owned(), vec![6]),
        ("?urgencies=low".to_owned(), vec![6]),
        (format!("?service_ids[]={service}&limit=2"), vec![1, 2]),
        ("?service_ids[]=P000000".to_owned(), vec![]),
        (format!("?user_ids[]={user}"), vec![5, 6]),
        ("?team_ids[]=P000000".to_owned(), vec![]),
        ("?incident_key=b".to_owned(), vec![2]),
        ("?since=2026-01-01T00:01:00Z&until=2026-01-01T00:04:00Z".to_owned(), vec![2, 3, 4]),
        ("?since=2026-01-01T00:01:00Z&date_range=all".to_owned(), vec![1, 2, 3, 4, 5, 6]),
    ] {
        assert_eq!(numbers(&world.get(&format!("/incidents{query}")).await), expected, "{query}");
    }
}

#[tokio::test]
async fn pages() {
    let world = six().await;
    for (query, expected, more) in [
        ("limit=2", vec![1, 2], true),
        ("limit=2&offset=2", vec![3, 4], true),
        ("limit=2&offset=4", vec![5, 6], false),
        ("limit=2&offset=6", vec![], false),
        ("limit=100&offset=9900", vec![], false),
        ("limit=3&offset=1&sort_by=created_at:desc", vec![5, 4, 3], true),
    ] {
        let list = world.get(&format!("/incidents?{query}")).await;
        assert_eq!(numbers(&list), expected, "{query}");
        assert_eq!(list["more"], json!(more), "{query}");
        assert_eq!(list["total"], Value::Null, "{query}");
        assert!(list["limit"].is_u64() && list["offset"].is_u64(), "{query}");
    }
    let counted = world.get("/incidents?total=true&statuses[]=triggered&statuses[]=acknowledged").await;
    assert_eq!(counted["total"], json!(2));
    let clamped = world.get("/incidents?limit=1000").await;
    assert_eq!(clamped["limit"], json!(100));
    let deep = world.call("GET", "/incidents?limit=100&offset=9901", None).await.error(400);
    assert_eq!(deep.0, 2001);
}

#[tokio::test]
async fn the_archive_is_needed_only_for_what_is_there() {
    let world = six().await;
    world.archive.fail_with(Some(pd::journal::Error::Unavailable {
        reason: "away".to_owned(),
        outcome: pd::journal::Outcome::NotDone,
    }));
    let open = world.get("/incidents?statuses[]=triggered&statuses[]=acknowledged").await;
    assert_eq!(numbers(&open), [5, 6]);
    world.get("/services").await;
    let answer = world.call("GET", "/incidents", None).await;
    assert_eq!(answer.error(503).1, "the store is not available: away; try again later");
    assert!(answer.headers.contains_key("retry-after"));
}
