//! What senders get wrong: a right status, a message that says what to do, and nobody else notices.

use std::time::Duration;

use serde_json::{Value, json};

use super::raw::{Raw, status};
use crate::rig::http::{Answer, Connection};
use crate::rig::{Rig, event};

/// PagerDuty's bound of an event.
const EVENT_BYTES_MAX: usize = 524_288;

fn enqueue(rig: &Rig, body: &[u8]) -> Answer {
    rig.request("POST", "/v2/enqueue", Some(body)).unwrap()
}

/// An event with one thing changed.
fn changed(rig: &Rig, change: impl FnOnce(&mut Value)) -> Value {
    let mut event = event(&rig.context().routing_key, "trigger", "k");
    change(&mut event);
    event
}

#[test]
fn events_that_can_never_be_accepted_are_told_why() {
    let rig = Rig::start();
    let key = &rig.context().routing_key;
    let long = "x".repeat(256);
    let unknown = "R0123456789ABCDEFGHIJKLMNOPQRSTU";
    let of = |change: fn(&mut Value)| changed(&rig, change).to_string();
    let cases: Vec<(String, &str, &str)> = vec![
        (r#"{"routing_key": "#.into(), "unrecognized object", "JSON parse error"),
        ("\u{0}\u{1}garbage".into(), "unrecognized object", "JSON parse error"),
        (String::new(), "unrecognized object", "JSON parse error"),
        ("[]".into(), "invalid event", "the event must be a JSON object"),
        ("null".into(), "invalid event", "must be a JSON object"),
        ("[".repeat(200_000), "unrecognized object", "JSON parse error"),
        (
            of(|e| e["payload"]["summary"] = json!(7)),
            "invalid event",
            "'payload.summary' must be a string, not a number",
        ),
        (of(|e| e["payload"] = json!("x")), "invalid event", "'payload' must be an object, not a string"),
        (of(|e| e["payload"]["severity"] = json!("bad")), "invalid event", "'payload.severity' is invalid"),
        (
            of(|e| e["payload"]["timestamp"] = json!("soon")),
            "invalid event",
            "'payload.timestamp' is invalid",
        ),
        (of(|e| e["event_action"] = json!("explode")), "invalid event", "'event_action' is invalid"),
        (of(|e| e["links"] = json!({"href": "x"})), "invalid event", "'links' must be a list, not an object"),
        (of(|e| e["routing_key"] = json!(null)), "invalid event", "'routing_key' is missing or blank"),
        (of(|e| e["routing_key"] = json!("short")), "invalid event", "routing_key"),
        (
            changed(&rig, |e| e["dedup_key"] = json!(long)).to_string(),
            "invalid event",
            "'dedup_key' has 256 characters (at most 255)",
        ),
        (
            changed(&rig, |e| e["routing_key"] = json!(unknown)).to_string(),
            "invalid event",
            "Invalid routing key",
        ),
        (
            json!({"routing_key": key, "event_action": "resolve"}).to_string(),
            "invalid event",
            "'dedup_key' is missing or blank",
        ),
    ];
    for (body, kind, error) in cases {
        let shown = &body[..body.len().min(80)];
        let answer = enqueue(&rig, body.as_bytes());
        assert_eq!(answer.status, 400, "{shown}: {answer}");
        let json = answer.json();
        assert_eq!(json["status"], kind, "{shown}: {answer}");
        assert!(json["errors"].to_string().contains(error), "{shown}: {answer}");
    }
    // Bytes that are no text at all, within a string.
    let mut body = changed(&rig, |e| e["payload"]["summary"] = json!("@@")).to_string().into_bytes();
    let at = body.windows(2).position(|two| two == b"@@").unwrap();
    body[at..at + 2].copy_from_slice(&[0xc3, 0x28]);
    assert_eq!(enqueue(&rig, &body).status, 400);
    // Nothing of all that was stored.
    assert_eq!(rig.list("/incidents", "incidents"), Vec::<Value>::new());
    // A long summary is cut rather than refused.
    let long = changed(&rig, |e| e["payload"]["summary"] = json!("y".repeat(5000)));
    assert_eq!(enqueue(&rig, long.to_string().as_bytes()).status, 202);
}

#[test]
fn bodies_have_a_bound_however_they_are_sent() {
    let rig = Rig::start();
    let fill = |bytes: usize| {
        let base = changed(&rig, |e| e["payload"]["custom_details"] = json!("")).to_string().len();
        changed(&rig, |e| e["payload"]["custom_details"] = json!("z".repeat(bytes - base))).to_string()
    };
    let (largest, larger) = (fill(EVENT_BYTES_MAX), fill(EVENT_BYTES_MAX + 1));
    assert_eq!(enqueue(&rig, largest.as_bytes()).status, 202);
    let chunked = |body: &str| {
        let mut raw = Raw::open(&rig.context().address);
        raw.say("POST /v2/enqueue HTTP/1.1\r\nhost: pd\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n");
        for piece in body.as_bytes().chunks(60_000) {
            // Who is refused in the middle is not read on.
            if raw.try_say(format!("{:x}\r\n", piece.len())).is_err() || raw.try_say(piece).is_err() {
                break;
            }
            let _ = raw.try_say("\r\n");
        }
        let _ = raw.try_say("0\r\n\r\n");
        raw.hear_all()
    };
    assert_eq!(status(&chunked(&largest)), Some(202));
    let refused = chunked(&larger);
    assert_eq!(status(&refused), Some(413), "{refused}");
    assert!(refused.contains("the event is larger than 524288 bytes"), "{refused}");
    // An announced one is refused before it is sent.
    let mut raw = Raw::open(&rig.context().address);
    raw.say("POST /v2/enqueue HTTP/1.1\r\nhost: pd\r\ncontent-length: 99999999999\r\n\r\n");
    let refused = raw.hear_until("bytes\"]");
    assert_eq!(status(&refused), Some(413), "{refused}");
    // The REST API has its bound too.
    let answer = rig.request("POST", "/incidents", Some("x".repeat(4 << 20).as_bytes()));
    let status = answer.as_ref().map_or(413, |answer| answer.status);
    assert_eq!(status, 413, "{answer:?}");
    assert_eq!(rig.trigger("after").status, 202);
}

#[test]
fn rest_says_what_is_wrong_with_a_request() {
    let rig = Rig::start();
    let ask = |method: &str, path: &str, token: &str, body: Option<&str>| {
        let mut connection = Connection::open(&rig.context().address).unwrap();
        connection.request(method, path, token, body.map(str::as_bytes)).unwrap()
    };
    let token = rig.context().token.as_str();
    for (method, path, token, body, status, text) in [
        ("GET", "/incidents", "", None, 401, "Authentication failed"),
        ("GET", "/incidents", "wrongwrongwrongwrong", None, 401, "Authentication failed"),
        ("GET", "/nowhere", token, None, 404, "there is nothing at /nowhere"),
        ("PATCH", "/incidents", token, None, 405, "/incidents does not take PATCH"),
        ("DELETE", "/v2/enqueue", token, None, 405, "events are sent by POST, not by DELETE"),
        ("GET", "/incidents/PNOPE00", token, None, 404, "PNOPE00"),
        ("GET", "/incidents?limit=many", token, None, 400, "limit"),
        ("GET", "/incidents?statuses[]=odd", token, None, 400, "odd"),
        ("POST", "/users", token, Some("{"), 400, "EOF"),
        ("POST", "/users", token, Some(r#"{"user": {"name": 7}}"#), 400, "user.name"),
        ("POST", "/users", token, Some(r#"{"name": "x"}"#), 400, "user"),
        ("PUT", "/escalation_policies/PNOPE00", token, Some(r#"{"escalation_policy": {}}"#), 404, "PNOPE00"),
    ] {
        let answer = ask(method, path, token, body);
        assert_eq!(answer.status, status, "{method} {path} {body:?}: {answer}");
        let said = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(said.contains(text), "{method} {path} {body:?}: {answer}");
    }
    let long = json!({"user": {"type": "user", "name": "n".repeat(10_000), "email": "n@example.com"}});
    let answer = ask("POST", "/users", token, Some(&long.to_string()));
    assert_eq!(answer.status, 400, "{answer}");
    assert!(answer.to_string().contains("at most 100"), "{answer}");
    let policy = &rig.list("/escalation_policies", "escalation_policies")[0]["id"];
    let user = &rig.list("/users", "users")[0]["id"];
    let delay = json!({"escalation_policy": {"escalation_rules": [
        {"escalation_delay_in_minutes": -1, "targets": [{"id": user, "type": "user_reference"}]},
    ]}});
    let answer = ask(
        "PUT",
        &format!("/escalation_policies/{}", policy.as_str().unwrap()),
        token,
        Some(&delay.to_string()),
    );
    assert_eq!(answer.status, 400, "{answer}");
    assert!(answer.to_string().contains("escalation_rules[0].escalation_delay_in_minutes"), "{answer}");
}

#[test]
fn what_is_no_http_hurts_nobody() {
    let rig = Rig::start();
    let address = &rig.context().address;
    let body = event(&rig.context().routing_key, "trigger", "good").to_string();
    let good =
        format!("POST /v2/enqueue HTTP/1.1\r\nhost: pd\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    // Garbage behind a good request: that one is answered, then the connection ends with an error.
    let mut raw = Raw::open(address);
    raw.say(format!("{good}\u{1}\u{2} not a request\r\n\r\n"));
    let heard = raw.hear_all();
    assert_eq!(status(&heard), Some(202), "{heard}");
    assert!(heard.contains("HTTP/1.1 400"), "{heard}");
    // Requests behind each other are answered in order, also when nothing more can come.
    let mut raw = Raw::open(address);
    raw.say(format!("{good}GET /health HTTP/1.1\r\nhost: pd\r\n\r\n{}", good.replace("trigger", "explode")));
    raw.hush();
    let heard = raw.hear_all();
    let order: Vec<_> = heard.match_indices("HTTP/1.1 ").map(|(at, _)| &heard[at + 9..at + 12]).collect();
    assert_eq!(order, ["202", "200", "400"], "{heard}");
    // A head that is too long, in one line and in many.
    for head in [format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(200_000)), many_headers()] {
        let mut raw = Raw::open(address);
        let _ = raw.try_say(head);
        let heard = raw.hear_all();
        assert!(matches!(status(&heard), Some(414 | 431) | None), "{heard}");
    }
    // Two lengths, or a length and chunks, are how requests are smuggled.
    let mut raw = Raw::open(address);
    raw.say("POST /v2/enqueue HTTP/1.1\r\nhost: pd\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd");
    assert_eq!(status(&raw.hear_all()), Some(400));
    // TLS where there is none.
    let mut raw = Raw::open(address);
    raw.say([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]);
    raw.hush();
    raw.hear_all();
    assert_eq!(rig.trigger("after").status, 202);
}

fn many_headers() -> String {
    let headers: String = (0..5_000).map(|n| format!("x-{n}: {}\r\n", "b".repeat(50))).collect();
    format!("GET /health HTTP/1.1\r\n{headers}\r\n")
}

#[test]
fn http2_is_spoken_to_those_who_begin_with_it() {
    let rig = Rig::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = reqwest::Client::builder().http2_prior_knowledge().no_proxy().build().unwrap();
        let body = event(&rig.context().routing_key, "trigger", "h2").to_string();
        let asked =
            (0..20).map(|_| client.post(format!("{}/v2/enqueue", rig.url())).body(body.clone()).send());
        for answer in futures_util::future::join_all(asked).await {
            let answer = answer.unwrap();
            assert_eq!(answer.version(), http::Version::HTTP_2);
            assert_eq!(answer.status(), 202);
        }
        let answer = client.post(format!("{}/v2/enqueue", rig.url())).body("{").send().await.unwrap();
        assert_eq!(answer.status(), 400);
        let larger = "x".repeat(EVENT_BYTES_MAX + 1);
        let answer = client.post(format!("{}/v2/enqueue", rig.url())).body(larger).send().await;
        assert!(answer.as_ref().map_or(true, |answer| answer.status() == 413), "{answer:?}");
    });
    rig.wait_until("it is one incident", Duration::from_secs(20), || {
        rig.list("/incidents", "incidents").len() == 1
    });
    assert_eq!(rig.trigger("after").status, 202);
}

#[test]
fn slow_senders_are_told_and_hold_nobody_up() {
    let rig = Rig::start();
    let address = &rig.context().address;
    // Bodies that are announced and never come.
    let mut slow: Vec<Raw> = (0..50)
        .map(|_| {
            let mut raw = Raw::open(address);
            raw.say("POST /v2/enqueue HTTP/1.1\r\nhost: pd\r\ncontent-length: 500\r\n\r\n{\"rout");
            raw
        })
        .collect();
    // Heads that never end.
    let mut heads: Vec<Raw> = (0..50)
        .map(|_| {
            let mut raw = Raw::open(address);
            raw.say("POST /v2/enqueue HTTP/1.1\r\nhost: p");
            raw
        })
        .collect();
    for n in 0..20 {
        assert_eq!(rig.trigger(&format!("fast-{n}")).status, 202);
    }
    let heard = slow[0].hear_until("within 10 s\"]");
    assert_eq!(status(&heard), Some(408), "{heard}");
    drop(slow);
    // The time for a head is longer than a test should wait; the connections are simply there meanwhile.
    heads[0].say("d\r\ncontent-length: 2\r\n\r\n{}");
    assert_eq!(status(&heads[0].hear_until("\r\n")), Some(400));
    assert_eq!(rig.trigger("after").status, 202);
}
