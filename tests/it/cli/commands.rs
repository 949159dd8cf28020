//! Each command, as people use it.

#![allow(clippy::unwrap_used, reason = "tests")]

use insta::assert_snapshot;
use serde_json::json;

use super::fake::{Fake, KEY, TOKEN};
use super::world::{World, set_mode};

#[tokio::test]
async fn trigger_sends_what_was_said() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    let ran = world
        .pd("trigger 'disk full' -s critical --source db-1 --component disk --group db --class capacity \
             -k disk-db-1 -d free=0 -d '{\"mount\":\"/var\"}' --link 'https://wiki/disk Runbook' --image https://graph/1")
        .await;
    assert_snapshot!(ran.shown(), @r"
    disk-db-1
    ! accepted; `pd list` shows the incident
    = 0
    ");
    let mut event = fake.events().remove(0);
    assert!(event["payload"]["timestamp"].take().as_str().unwrap().ends_with('Z'));
    assert_eq!(
        event,
        json!({
            "routing_key": KEY, "event_action": "trigger", "dedup_key": "disk-db-1", "client": "pd",
            "payload": {
                "summary": "disk full", "severity": "critical", "source": "db-1", "component": "disk", "group": "db",
                "class": "capacity", "timestamp": null, "custom_details": {"free": "0", "mount": "/var"},
            },
            "links": [{"href": "https://wiki/disk", "text": "Runbook"}], "images": [{"src": "https://graph/1"}],
        })
    );
    assert_eq!(fake.tokens(), [None], "an event needs no token, so none is sent");
}

#[tokio::test]
async fn trigger_reads_standard_input_and_makes_a_key() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    let ran = world.pd_with("trigger - -q", "\nbackup failed\nline two\n").await;
    let event = fake.events().remove(0);
    assert_eq!(event["payload"]["summary"], "backup failed");
    assert_eq!(event["payload"]["custom_details"]["text"], "\nbackup failed\nline two");
    assert_eq!(event["payload"]["severity"], "error");
    assert!(!event["payload"]["source"].as_str().unwrap().is_empty());
    let key = event["dedup_key"].as_str().unwrap();
    assert!(key.len() == 32 && key.chars().all(|c| c.is_ascii_hexdigit()), "{key}");
    assert_eq!((ran.code, ran.stdout), (0, format!("{key}\n")));

    let ran = world.pd("trigger again -k same -o json").await;
    assert_eq!(ran.json(), json!({"status": "success", "message": "Event processed", "dedup_key": "same"}));
}

#[tokio::test]
async fn list_shows_what_is_open() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    assert_snapshot!(world.pd("list").await.shown(), @r"
    #12	triggered	high	database	disk full on db-1\x1b]0;x\x07	2026-01-05T07:00:00Z	ann
    #11	acknowledged	high	database	queue too long	2026-01-05T07:00:00Z	
    = 0
    ");
    assert_snapshot!(world.pd("list --all -o csv").await.shown(), @r"
    number,status,urgency,service,title,created,assigned,id,alerts,changed,key
    #12,triggered,high,database,disk full on db-1\x1b]0;x\x07,2026-01-05T07:00:00Z,ann,Q0000000000012,1,2026-01-05T07:01:00Z,disk-db-1
    #11,acknowledged,high,database,queue too long,2026-01-05T07:00:00Z,,Q0000000000011,1,2026-01-05T07:01:00Z,queue
    #10,resolved,high,database,old trouble,2026-01-05T07:00:00Z,,Q0000000000010,1,2026-01-05T07:01:00Z,old
    = 0
    ");
    assert_snapshot!(world.pd("list --status resolved -o wide").await.shown(), @r"
    #10	resolved	high	database	old trouble	2026-01-05T07:00:00Z		Q0000000000010	1	2026-01-05T07:01:00Z	old
    = 0
    ");
    assert_snapshot!(world.pd("list -q").await.shown(), @r"
    Q0000000000012
    Q0000000000011
    = 0
    ");
    assert_snapshot!(world.pd("list -o name").await.shown(), @r"
    incident/Q0000000000012
    incident/Q0000000000011
    = 0
    ");
    assert_snapshot!(world.pd("list --dedup-key nothing").await.shown(), @r"
    ! no incidents
    = 0
    ");
    assert_snapshot!(world.pd("list -n 1 -q").await.shown(), @r"
    Q0000000000012
    ! there are more: --limit 10 shows the first 10
    = 0
    ");
}

#[tokio::test]
async fn lists_for_programs_are_the_apis_objects() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    let json = world.pd("list -o json").await.json();
    let numbers: Vec<_> = json.as_array().unwrap().iter().map(|it| it["incident_number"].as_u64()).collect();
    assert_eq!(numbers, [Some(12), Some(11)]);
    assert_eq!(json[1]["acknowledgements"][0]["acknowledger"]["summary"], "ann");
    let lines = world.pd("list -o jsonl").await.stdout;
    assert_eq!(
        lines
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .collect::<serde_json::Value>(),
        json
    );
    let yaml = world.var("PD_OUTPUT", "yaml").pd("list").await.stdout;
    let read: serde_json::Value = serde_saphyr::from_str(&yaml).unwrap();
    assert_eq!(read[1]["title"], "queue too long");
}

#[tokio::test]
async fn list_asks_for_what_is_wanted() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    world
        .pd("list --service 'Service 7' --urgency low --since 2026-01-01 --until 2026-01-02T03:04:05Z")
        .await;
    let asked = fake.asked();
    let last = asked.last().unwrap();
    for part in [
        "statuses%5B%5D=triggered",
        "statuses%5B%5D=acknowledged",
        "urgencies%5B%5D=low",
        "service_ids%5B%5D=P000007",
        "since=2026-01-01T00%3A00%3A00Z",
        "until=2026-01-02T03%3A04%3A05Z",
        "sort_by=incident_number%3Adesc",
    ] {
        assert!(last.contains(part), "{part}: {last}");
    }
    assert_snapshot!(world.pd("list --service 'servce 7'").await.shown(), @r"
    ! error: no service is called `servce 7`
    ! hint: did you mean `service 7`? `pd service list` shows them all
    = 5
    ");
}

#[tokio::test]
async fn show_tells_the_whole_story() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    assert_snapshot!(world.pd("show 12").await.shown(), @r#"
    #12 disk full on db-1\x1b]0;x\x07
    triggered, high urgency, service database, opened at 2026-01-05T07:00:00Z
    assigned to ann
    id Q0000000000012, key disk-db-1
    http://pd.example/i/12

    Alerts
      triggered critical: disk full on db-1 (key disk-db-1, 3 events, the last one at 2026-01-05T07:02:00Z)

    First event of disk full on db-1, accepted at 2026-01-05T07:00:00Z
      {
        "event_action": "trigger",
        "payload": {
          "custom_details": {
            "free": 1
          },
          "summary": "disk full on db-1"
        }
      }

    Latest event of disk full on db-1, accepted at 2026-01-05T07:02:00Z
      {
        "event_action": "trigger",
        "payload": {
          "custom_details": {
            "free": 0
          },
          "summary": "disk full on db-1"
        }
      }

    Timeline
      2026-01-05T07:00:00Z  triggered through db\x1b[31m (3 times, the last one at 2026-01-05T07:02:00Z)
      2026-01-05T07:00:01Z  ann was notified by email
    = 0
    "#);
    assert_snapshot!(world.pd("show queue").await.shown(), @r"
    #11 queue too long
    acknowledged, high urgency, service database, opened at 2026-01-05T07:00:00Z
    acknowledged by ann at 2026-01-05T07:01:00Z
    id Q0000000000011, key queue
    http://pd.example/i/11

    Alerts

    Timeline
    = 0
    ");
    let json = world.pd("show Q0000000000012 -o json").await.json();
    assert_eq!(json["incident_number"], 12);
    assert_eq!(json["alerts"][0]["alert_key"], "disk-db-1");
    assert_eq!(json["events"][1]["event"]["payload"]["custom_details"]["free"], 0);
    assert_eq!(json["log_entries"][0]["type"], "notify_log_entry");
}

#[tokio::test]
async fn log_and_note() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    assert_snapshot!(world.pd("log 12").await.shown(), @r"
    2026-01-05T07:00:00Z	triggered through db\x1b[31m (3 times, the last one at 2026-01-05T07:02:00Z)
    2026-01-05T07:00:01Z	ann was notified by email
    = 0
    ");
    assert_snapshot!(world.pd("note 12 'restarted it'").await.shown(), @r"
    noted on #12 disk full on db-1\x1b]0;x\x07
    = 0
    ");
    assert_snapshot!(world.pd_with("note disk-db-1 - -o jsonl", "two\nlines\n").await.shown(), @r#"
    {"channel":{"summary":"The API"},"content":"two\nlines","created_at":"2026-01-05T07:05:00Z","id":"Q0000000000N01","user":{"id":"P000001","summary":"ann"}}
    = 0
    "#);
    assert!(fake.command_keys().iter().all(Option::is_some));
    assert_snapshot!(world.pd_with("note 12 -", " \n").await.shown(), @r"
    ! error: the note is empty
    ! hint: write something
    = 2
    ");
}

#[tokio::test]
async fn ack_and_resolve() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    assert_snapshot!(world.pd("ack 12 11").await.shown(), @r"
    acknowledged #12 disk full on db-1\x1b]0;x\x07
    #11 queue too long: already acknowledged by ann at 2026-01-05T07:01:00Z
    = 0
    ");
    assert_snapshot!(world.pd("ack #11 --error-unchanged").await.shown(), @r"
    #11 queue too long: already acknowledged by ann at 2026-01-05T07:01:00Z
    = 3
    ");
    assert_snapshot!(world.pd("ack 10").await.shown(), @r"
    ! error: 10 is resolved already
    = 1
    ");
    assert_snapshot!(world.pd("ack nothing").await.shown(), @r"
    ! error: no incident is called `nothing`
    ! hint: `pd list --all` shows which incidents there are
    = 5
    ");
    assert_snapshot!(world.pd("ack nothing 11").await.shown(), @r"
    #11 queue too long: already acknowledged by ann at 2026-01-05T07:01:00Z
    ! error: no incident is called `nothing`
    ! hint: `pd list --all` shows which incidents there are
    = 7
    ");
    assert_snapshot!(world.pd_with("resolve - -q", "incident/Q0000000000012\ndisk-db-1\nqueue\n").await.shown(), @r"
    Q0000000000012
    Q0000000000011
    = 0
    ");
    assert_snapshot!(world.pd("resolve 10 --error-unchanged").await.shown(), @r"
    #10 old trouble: already resolved by ann at 2026-01-05T07:01:00Z
    = 3
    ");
    let json = world.pd("resolve 10 -o json").await.json();
    assert_eq!(json[0]["status"], "resolved");
    let keys = fake.command_keys();
    assert!(keys.iter().all(Option::is_some));
    assert_eq!(keys.len(), keys.iter().collect::<std::collections::BTreeSet<_>>().len());
}

#[tokio::test]
async fn one_that_is_refused_does_not_keep_the_others() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    fake.change(11, |incident| incident["locked"] = true.into());
    assert_snapshot!(world.pd("resolve 11 12").await.shown(), @r"
    resolved #12 disk full on db-1\x1b]0;x\x07
    ! error: Q0000000000011: the server refused with 400: Invalid Input Provided: could not be locked
    = 7
    ");
}

#[tokio::test]
async fn resolve_by_event_needs_no_token() {
    let fake = Fake::start().await;
    let world = World::new().var("PD_URL", &fake.url()).var("PD_ROUTING_KEY", KEY);
    assert_snapshot!(world.pd("resolve --event 12 disk-db-1").await.shown(), @r"
    resolve accepted: 12
    resolve accepted: disk-db-1
    = 0
    ");
    assert_snapshot!(world.pd("resolve queue").await.shown(), @r"
    resolve accepted: queue
    = 0
    ");
    assert_eq!(fake.event_lines(), ["resolve 12", "resolve disk-db-1", "resolve queue"]);
}

#[tokio::test]
async fn status_says_whether_all_is_well() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    let shown = world.pd("status").await.shown().replace(&fake.url(), "URL");
    assert_snapshot!(shown, @r"
    pd-1 at URL: ready; pd 0.1.0, up since 2026-01-05T06:00:00Z
    incidents: 1 triggered, 1 acknowledged, 1 resolved lately, 12 ever
    stage incidents: working at 17, all done
    stage notify: following at 9, oldest work 2.5s old, 4 waiting
    load: busy, 12 of 4096 events wait to be stored, 900 of 1024 events are stored and wait for the stages, 3 events refused so far
    store doors at sqlite:pd.db: ok
    quarantined so far: 1; the latest:
      2026-01-05T06:30:00Z d/3/0: it panics
    the clock is 3 s behind
    = 0
    ");
    let jobs = world.pd("status --jobs").await.stdout;
    for part in ["archiving", "3 of 41", "the process is overloaded", "at work", "expiry", "none yet"] {
        assert!(jobs.contains(part), "{part}: {jobs}");
    }
    assert_eq!(world.pd("status --jobs -o json").await.json()[1]["name"], "expiry");
    fake.set_not_ready();
    let ran = world.pd("status").await;
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("not ready") && ran.stdout.contains("free some space"));
    assert_eq!(world.pd("status -o json").await.json()["node"], "pd-1");
}

#[tokio::test]
async fn api_asks_for_anything() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    assert_eq!(world.pd("api get incidents/12").await.json()["incident"]["incident_number"], 12);
    let found = world.pd("api GET /incidents -f statuses[]=resolved").await.json();
    assert_eq!(found["incidents"][0]["incident_number"], 10);
    assert_eq!(world.pd("api GET /services --paginate -o jsonl").await.stdout.lines().count(), 250);
    let body = world.pd("api PUT /echo -f a[b]=1 -F n=2").await.json();
    assert_eq!(body, json!({"a": {"b": "1"}, "n": 2}));
    let body = world.pd_with("api POST /echo --input -", "{\"x\": [1]}").await.json();
    assert_eq!(body, json!({"x": [1]}));
    assert_snapshot!(world.pd("api GET /metrics").await.shown(), @r"
    pd_oldest_undone_seconds 0
    = 0
    ");
    assert_snapshot!(world.pd("api GET /nothing").await.shown(), @r"
    ! error: Not Found
    ! hint: the server knows no such path
    = 5
    ");
}

#[tokio::test]
async fn contexts_are_added_chosen_and_shown() {
    let fake = Fake::start().await;
    let world = World::new();
    let url = fake.url();
    let shown = |ran: super::world::Ran| {
        ran.shown().replace(&url, "URL").replace(&*world.path().to_string_lossy(), "HOME")
    };
    assert_snapshot!(shown(world.pd("context list").await), @r"
    ! no contexts: `pd context add NAME --url URL --token-file FILE`
    = 0
    ");
    let add = format!("context add one --url {url} --token-file - --routing-key {KEY}");
    assert_snapshot!(shown(world.pd_with(&add, TOKEN).await), @r"
    ! added one to HOME/config/pd/config.toml
    = 0
    ");
    assert_snapshot!(shown(world.pd("context add two --url https://two.example --token-command 'echo from-command'").await), @r"
    ! added two to HOME/config/pd/config.toml
    ! `pd context use two` makes it the one that is asked
    = 0
    ");
    assert_snapshot!(shown(world.pd("context list").await), @r"
    *	one	URL
    	two	https://two.example
    = 0
    ");
    assert_snapshot!(shown(world.pd("context show").await), @r"
    name	one
    url	URL
    token	abcd… (-o json shows it)
    routing key	0123… (-o json shows it)
    = 0
    ");
    assert_eq!(
        world.pd("context show -o json").await.json(),
        json!({"name": "one", "url": url, "urls": [url], "token": TOKEN, "routing_key": KEY})
    );
    assert_eq!(world.pd("list -q").await.code, 0);
    assert_snapshot!(shown(world.pd("context use two").await), @r"
    ! using two from now on
    = 0
    ");
    assert_eq!(world.pd("context show -o json").await.json()["token"], "from-command");
    assert_eq!(world.pd("list -q --context one").await.code, 0);
    assert_snapshot!(shown(world.pd("context use tow").await), @r"
    ! error: no context is called `tow`
    ! hint: did you mean `two`? `pd context list` shows them all
    = 2
    ");
    assert_snapshot!(shown(world.pd("context add two --url http://x").await), @r"
    ! error: there is a context called `two` already
    ! hint: `pd context add two --force` replaces it
    = 2
    ");
    assert_snapshot!(shown(world.pd("context add three").await), @r"
    ! error: a context needs an address
    ! hint: give --url URL
    = 2
    ");

    set_mode(&world.config(), 0o644);
    assert_snapshot!(shown(world.pd("context show -q").await), @r"
    two
    ! warning: others can read the tokens in HOME/config/pd/config.toml: chmod 600 HOME/config/pd/config.toml
    = 0
    ");
}

#[tokio::test]
async fn the_next_url_is_tried() {
    let away = Fake::away();
    let fake = Fake::start().await;
    let world = World::new().var("PD_URL", &format!("{},{}", away.url(), fake.url())).var("PD_TOKEN", TOKEN);
    assert_eq!(world.pd("list -q").await.stdout.lines().count(), 2);
    fake.fail(1, 503);
    let world = World::new().var("PD_URL", &format!("{},{}/", fake.url(), fake.url())).var("PD_TOKEN", TOKEN);
    assert_eq!(world.pd("list -q").await.stdout.lines().count(), 2, "the first door answers 503");
}

#[tokio::test]
async fn a_contexts_token_does_not_go_elsewhere() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    assert_eq!(world.pd(&format!("list --url {}", fake.url())).await.code, 4);
    assert_eq!(fake.tokens(), [None]);
}
