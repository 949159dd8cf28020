//! Processes, stores and jobs: what is wrong first.

use serde_json::json;

use super::*;

fn stage(name: &str, position: u64, rest: &Value) -> Value {
    let mut stage = json!({
        "name": name, "position": position, "oldest_undone_seconds": 0.0, "backlog": 0, "working": true,
    });
    for (key, value) in rest.as_object().unwrap() {
        stage[key] = value.clone();
    }
    stage
}

fn process(name: &str, ready: bool, stages: &[Value]) -> Value {
    json!({
        "ready": ready, "version": "0.1.0", "node": name, "process": format!("id-{name}"),
        "started_at": "2026-01-03T03:00:00Z", "stages": stages, "told_at": "2026-01-05T03:12:40Z",
    })
}

/// One that is alone, and well.
fn alone() -> Value {
    let mut status =
        process("one", true, &[stage("incidents", 1234, &json!({})), stage("notify", 99, &json!({}))]);
    status["now"] = json!(NOW);
    status["incidents"] = json!({"triggered": 1, "acknowledged": 0, "resolved": 0, "opened": 1});
    status["quarantine"] = json!({"total": 0});
    status["stores"] = json!([{"name": "incidents", "url": "file:data"}]);
    status
}

/// Three of which much is wrong.
fn cluster() -> Value {
    let works = |what: &str, age: f64| json!({"works_on": [what], "oldest_undone_seconds": age, "replica_age_seconds": 0.4});
    let mut status = alone();
    let mut silent = process("three", true, &[]);
    silent["told_at"] = json!("2026-01-05T03:00:00Z");
    let mut two = process(
        "two\u{1b}[31m",
        false,
        &[stage("notify", 98, &json!({"stopped": "the journal is not readable"}))],
    );
    two["why_not"] = json!(["the disk of 漢字仮名 is full: make room"]);
    let one = process(
        "one",
        true,
        &[
            stage("incidents", 1234, &works("consuming", 0.0)),
            stage("notify", 99, &works("sending email", 95.0)),
        ],
    );
    status["stages"] = one["stages"].clone();
    status["processes"] = json!([one, two, silent]);
    status["hints"] = json!(["no contact method of bob works: look at them with `pd check`"]);
    let node = |address: &str, up: bool| json!({"address": address, "datacenter": "north", "up": up, "version": "5.0"});
    status["stores"] = json!([{
        "name": "incidents", "url": "cassandra://a,b,c/pd", "margin": 0,
        "nodes": [node("10.0.0.1", true), node("10.0.0.2", true), node("10.0.0.3", false)],
    }]);
    let job = |name: &str| {
        json!({
            "name": name, "every_seconds": 3600.0, "rounds": 3, "steps": 9, "round_steps": 2,
            "last_step_seconds": 0.1, "rest_seconds": 1.0, "next_round_at": "2026-01-05T04:00:00Z",
        })
    };
    let mut backup = job("backup");
    backup["failure"] = json!("no room");
    let mut purge = job("purge");
    purge["waits_for"] = json!("a quiet hour");
    status["jobs"] = json!([backup, purge]);
    status["quarantine"] = json!({"total": 1, "last": [
        {"address": "d/1/0", "command": false, "reason": "no such service", "at": "2026-01-05T01:00:00Z"},
    ]});
    status
}

pub(super) fn fill(model: &mut Model) {
    tell(model, Change::Status(json!({"status": cluster()})));
}

#[test]
fn what_is_wrong_is_first() {
    let mut model = model(Screen::Nodes);
    fill(&mut model);
    insta::assert_snapshot!("what_is_wrong_is_first_40x12", body(&mut model, 40, 12));
    insta::assert_snapshot!("what_is_wrong_is_first_80x24", body(&mut model, 80, 24));
    insta::assert_snapshot!("what_is_wrong_is_first_160x50", body(&mut model, 160, 50));
}

#[test]
fn one_that_is_well_says_so() {
    let mut model = model(Screen::Nodes);
    tell(&mut model, Change::Status(json!({"status": alone()})));
    insta::assert_snapshot!("one_that_is_well_says_so_80x24", body(&mut model, 80, 24));
}

#[test]
fn before_the_server_told_it_is_not_known() {
    insta::assert_snapshot!(
        "before_the_server_told_it_is_not_known_40x12",
        body(&mut model(Screen::Nodes), 40, 12)
    );
}

#[test]
fn the_cursor_stays_on_its_row_while_problems_come() {
    let mut model = model(Screen::Nodes);
    tell(&mut model, Change::Status(json!({"status": alone()})));
    press(&mut model, "jjj");
    assert_eq!(super::super::ids(&model)[model.nodes.at], "store incidents");
    fill(&mut model);
    assert_eq!(super::super::ids(&model)[model.nodes.at], "store incidents");
}

#[test]
fn it_scrolls_and_it_is_filtered() {
    let mut model = model(Screen::Nodes);
    fill(&mut model);
    body(&mut model, 40, 12);
    press(&mut model, "G");
    assert!(body(&mut model, 40, 12).contains("quarantined"));
    press(&mut model, "/job<enter>");
    assert_eq!(super::super::rows(&model), 3);
}
