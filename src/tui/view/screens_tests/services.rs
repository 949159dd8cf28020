//! The services: the worst first, and the way to their incidents.

use serde_json::json;

use super::*;

pub(super) fn fill(model: &mut Model) {
    let service = |id: &str, name: &str, status: &str, last: Option<&str>| {
        json!({
            "id": id, "name": name, "status": status, "escalation_policy": reference("P1", "default"),
            "teams": [reference("T1", "web")], "last_incident_timestamp": last,
        })
    };
    tell(
        model,
        Change::Services(json!({"services": [
            service("API", "api", "active", Some("2026-01-04T12:00:00Z")),
            service("DB", "db, the large one", "critical", Some("2026-01-05T03:10:00Z")),
            service("DB2", "db, the large one 2", "critical", Some("2026-01-05T03:00:00Z")),
            service("QUEUE", "queue\u{1b}[31m", "warning", Some("2026-01-05T02:40:00Z")),
            service("WIDE", "漢字仮名漢字仮名漢字仮名漢字仮名", "maintenance", None),
            service("OLD", "old", "disabled", None),
        ]})),
    );
    for (number, service, status, created_at) in [
        (1, "DB", "triggered", "2026-01-05T02:30:00Z"),
        (2, "DB", "triggered", "2026-01-05T03:10:00Z"),
        (3, "DB", "acknowledged", "2026-01-05T03:09:00Z"),
        (4, "DB2", "triggered", "2026-01-05T03:00:00Z"),
        (5, "QUEUE", "acknowledged", "2026-01-05T02:40:00Z"),
    ] {
        tell(model, incident(number, service, status, created_at));
    }
}

#[test]
fn the_worst_is_first() {
    let mut model = model(Screen::Services);
    fill(&mut model);
    insta::assert_snapshot!("the_worst_is_first_40x12", body(&mut model, 40, 12));
    insta::assert_snapshot!("the_worst_is_first_80x24", body(&mut model, 80, 24));
    insta::assert_snapshot!("the_worst_is_first_160x50", body(&mut model, 160, 50));
    assert!(
        whole(&mut model, 80, 24).contains("6 services: 2 critical, 1 warning, 1 maintenance, 1 disabled")
    );
}

#[test]
fn no_services_say_what_to_do() {
    insta::assert_snapshot!("no_services_say_what_to_do_40x12", body(&mut model(Screen::Services), 40, 12));
}

#[test]
fn enter_shows_the_incidents_of_this_service_only() {
    let mut model = model(Screen::Services);
    fill(&mut model);
    press(&mut model, "<enter>");
    assert_eq!(model.screen, Screen::Incidents);
    // The other service has the name of this one in its own.
    assert_eq!(model.list.rows, [2, 1, 3]);
    assert_eq!(model.list.filter.text(), "-l service=db, the large one");
    press(&mut model, "<esc>");
    assert_eq!(model.list.rows.len(), 5);
}

#[test]
fn the_cursor_stays_on_its_service() {
    let mut model = model(Screen::Services);
    fill(&mut model);
    press(&mut model, "jj");
    let here = |model: &Model| super::super::services::sorted(model)[model.services.at].id.clone();
    assert_eq!(here(&model), "QUEUE");
    // It has become the worst: it is first, and the cursor with it.
    for number in 10..20 {
        tell(&mut model, incident(number, "QUEUE", "triggered", "2026-01-05T03:12:00Z"));
    }
    model.data.services.iter_mut().for_each(|it| it.status = "critical".to_owned());
    tell(&mut model, Change::Synced);
    assert_eq!((here(&model).as_str(), model.services.at), ("QUEUE", 0));
}

#[test]
fn what_is_open_is_counted_as_it_changes() {
    let mut model = model(Screen::Services);
    fill(&mut model);
    let counts = |model: &Model| {
        let heat = model.data.heats.of("DB").cloned().unwrap_or_default();
        (heat.triggered(), heat.acknowledged, heat.waits_since())
    };
    assert_eq!(counts(&model), (2, 1, Some(at("2026-01-05T02:30:00Z"))));
    tell(&mut model, incident(1, "DB", "acknowledged", "2026-01-05T02:30:00Z"));
    assert_eq!(counts(&model), (1, 2, Some(at("2026-01-05T03:10:00Z"))));
    // Moved to another service.
    tell(&mut model, incident(2, "API", "triggered", "2026-01-05T03:10:00Z"));
    assert_eq!(counts(&model), (0, 2, None));
    for number in [1, 3] {
        tell(&mut model, incident(number, "DB", "resolved", "2026-01-05T02:30:00Z"));
    }
    assert_eq!(model.data.heats.of("DB"), None);
}

#[test]
fn the_filter_is_of_services() {
    let mut model = model(Screen::Services);
    fill(&mut model);
    press(&mut model, "/warn<enter>");
    insta::assert_snapshot!("the_filter_is_of_services_80x24", body(&mut model, 80, 24));
    press(&mut model, "/nothing such<enter>");
    assert!(body(&mut model, 80, 24).contains("nothing goes with the filter"));
}
