//! The forms of what is printed: columns, order, filters, templates, and the contract of the JSON.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use insta::assert_snapshot;
use serde_json::Value;

use super::fake::Fake;
use super::world::World;

#[tokio::test]
async fn columns_are_chosen_by_name() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    assert_snapshot!(world.pd("list --columns title,number,id").await.shown(), @r"
    disk full on db-1\x1b]0;x\x07	#12	Q0000000000012
    queue too long	#11	Q0000000000011
    = 0
    ");
    assert_snapshot!(world.pd("list --columns key,status -o csv").await.shown(), @r"
    key,status
    disk-db-1,triggered
    queue,acknowledged
    = 0
    ");
    assert_snapshot!(world.pd("list --columns key -o csv --no-header").await.shown(), @r"
    disk-db-1
    queue
    = 0
    ");
    assert_snapshot!(world.pd("list --columns help").await.shown(), @r"
    ! error: no column is called `help`
    ! hint: there are number, status, urgency, service, title, created, assigned, id, alerts, changed, key
    = 2
    ");
    assert_snapshot!(world.pd("show 12 --columns incident_number,service.summary").await.shown(), @r"
    12	database
    = 0
    ");
    assert_snapshot!(world.pd("list --columns id -o yaml").await.shown(), @r"
    ! error: only table, wide and csv have columns, so another form cannot be had
    ! hint: leave out -o
    = 2
    ");
    // What the environment says gives way to what is typed.
    let in_json = World::with(&fake).var("PD_OUTPUT", "json");
    assert_eq!(in_json.pd("list --columns number").await.stdout, "#12\n#11\n");
}

#[tokio::test]
async fn a_wrong_column_changes_nothing() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    for line in [
        "ack 12 --columns nope",
        "resolve 12 --sort nope",
        "ack --all -y --filter nope=x",
        "urgency low 12 --columns nope",
        "snooze 12 --jq '.['",
    ] {
        let ran = world.pd(line).await;
        assert_eq!(ran.code, 2, "{line}: {}", ran.stderr);
    }
    assert!(!fake.asked().iter().any(|asked| asked.starts_with("PUT") || asked.starts_with("POST")));
    assert_snapshot!(world.pd("ack 12 --columns number,status").await.shown(), @r"
    #12	acknowledged
    = 0
    ");
}

#[tokio::test]
async fn lists_are_sorted_and_filtered() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    for (line, expected) in [
        ("list --all --sort number --columns number", "#10\n#11\n#12\n"),
        ("list --all --sort -number --columns number", "#12\n#11\n#10\n"),
        ("list --all --sort title --columns number", "#12\n#10\n#11\n"),
        ("list --all --sort=-assigned --columns number", "#12\n#11\n#10\n"),
        ("list --all --filter title=TROUBLE --columns number", "#10\n"),
        ("list --all --filter status=led --filter title=o --sort number -q", "Q0000000000011\n"),
        ("list --all --sort number --jq '.[0].incident_number'", "10\n"),
    ] {
        let ran = world.pd(line).await;
        assert_eq!(ran.stdout, expected, "{line}: {}", ran.stderr);
    }
}

#[tokio::test]
async fn filters_and_templates_work_on_the_json() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    assert_snapshot!(world.pd("list --jq '.[] | .title'").await.shown(), @r"
    disk full on db-1\x1b]0;x\x07
    queue too long
    = 0
    ");
    assert_snapshot!(world.pd("show 12 --jq '{n: .incident_number, keys: [.alerts[].alert_key]}'").await.shown(), @r#"
    {"n":12,"keys":["disk-db-1"]}
    = 0
    "#);
    assert_snapshot!(world.pd("list --template '{% for it in items %}{{ it.incident_number }}: {{ it.title }};{% endfor %}'").await.shown(), @r"
    12: disk full on db-1\x1b]0;x\x07;11: queue too long;
    = 0
    ");
    assert_snapshot!(world.pd("show 11 --template '{{ title | color(\"red\") }} {{ created_at | timefmt(\"%d.%m.%Y\") }}'").await.shown(), @r"
    queue too long 05.01.2026
    = 0
    ");
    let coloured = world.pd("show 11 --color always --template '{{ title | color(\"red\") }}'").await.stdout;
    assert!(coloured.contains("\u{1b}[31mqueue"), "{coloured:?}");
    assert!(world.pd("list --jq .foo").await.stderr.starts_with("error: --jq: cannot index [{"));
    assert_snapshot!(world.pd("list --jq '.[] |'").await.shown(), @r"
    ! error: invalid value '.[] |' for '--jq <FILTER>': column 6: expected term
    ! 
    ! For more information, try '--help'.
    = 2
    ");
    assert_snapshot!(world.pd("list --template '{{ a'").await.shown(), @r"
    ! error: invalid value '{{ a' for '--template <TEMPLATE>': line 1: unexpected end of input, expected end of variable block
    ! 
    ! For more information, try '--help'.
    = 2
    ");
    for line in
        ["list --jq . --template x", "list --jq . -q", "list --jq . --columns id", "list --jq . -o yaml"]
    {
        let ran = world.pd(line).await;
        assert_eq!(ran.code, 2, "{line}: {}", ran.stderr);
    }
    // Errors of the filter are text unless JSON is asked for.
    let ran = world.pd("show 99 --jq .").await;
    assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
    assert!(world.pd("show 99 --jq . -o json").await.stderr.starts_with('{'));
}

/// All paths of keys, of lists those of their items.
fn keys(value: &Value, path: &str, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                keys(value, &format!("{path}.{key}"), into);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| keys(item, &format!("{path}[]"), into)),
        _ => {
            into.insert(path.to_owned());
        }
    }
}

async fn contract(world: &World, line: &str) -> String {
    let mut found = BTreeSet::new();
    keys(&world.pd(&format!("{line} -o json")).await.json(), "", &mut found);
    found.into_iter().collect::<Vec<_>>().join("\n")
}

/// What `pd` itself adds to what the API gives; the rest is the API's, and kept by its own tests.
#[tokio::test]
async fn the_json_is_a_contract() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    assert_snapshot!(contract(&world, "context show").await, @r"
    .name
    .routing_key
    .token
    .url
    .urls[]
    ");
    assert_snapshot!(contract(&world, "trigger x -k k").await, @r"
    .dedup_key
    .message
    .status
    ");
    assert_snapshot!(contract(&world, "open 12 --print").await, @r"
    .html_url
    .id
    .opened
    ");
    assert_snapshot!(contract(&world, "config check").await, @r"
    .data
    .email
    .file
    .incidents
    .listen
    .ok
    ");
    assert_snapshot!(contract(&world, "list --status acknowledged").await, @r"
    [].acknowledgements[].acknowledger.id
    [].acknowledgements[].acknowledger.summary
    [].acknowledgements[].at
    [].alert_counts.all
    [].alert_counts.resolved
    [].alert_counts.triggered
    [].created_at
    [].html_url
    [].id
    [].incident_key
    [].incident_number
    [].last_status_change_at
    [].last_status_change_by.id
    [].last_status_change_by.summary
    [].service.id
    [].service.summary
    [].status
    [].summary
    [].title
    [].type
    [].urgency
    ");
    let whole = contract(&world, "show 12").await;
    for part in [".alerts[].alert_key", ".log_entries[].type", ".events[].which", ".incident_number"] {
        assert!(whole.lines().any(|line| line == part), "{part}: {whole}");
    }
}

#[tokio::test]
async fn each_form_is_honoured() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    let lines = [
        "list",
        "show 12",
        "log 12",
        "ack 12",
        "resolve 11 --dry-run",
        "urgency low 12",
        "note 12 x",
        "trigger x -k k",
        "resolve --event k",
        "status",
        "status --jobs",
        "context list",
        "context show",
        "spool list",
        "config check",
        "open 12 --print",
        "service list",
        "api GET /incidents",
    ];
    for line in lines {
        for form in ["json", "jsonl", "yaml", "csv", "name"] {
            let ran = world.pd(&format!("{line} -o {form}")).await;
            if line.starts_with("api") && matches!(form, "csv" | "name") {
                assert_eq!(ran.code, 2, "{line} -o {form}: what the API answers has no columns");
                continue;
            }
            assert_eq!(ran.code, 0, "{line} -o {form}: {}", ran.stderr);
            let fits = match form {
                "json" => serde_json::from_str::<Value>(&ran.stdout).is_ok(),
                "jsonl" => ran.stdout.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()),
                "yaml" => serde_saphyr::from_str::<Value>(&ran.stdout).is_ok(),
                "csv" => {
                    csv::Reader::from_reader(ran.stdout.as_bytes()).records().all(|record| record.is_ok())
                }
                _ => ran.stdout.lines().all(|line| line.contains('/')),
            };
            assert!(fits, "{line} -o {form}: {}", ran.stdout);
        }
        let ran = world.pd(&format!("{line} --jq type")).await;
        assert!(
            matches!(ran.stdout.as_str(), "array\n" | "object\n"),
            "{line} --jq: {}{}",
            ran.stdout,
            ran.stderr
        );
    }
}
