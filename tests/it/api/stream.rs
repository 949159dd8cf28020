//! `GET /stream`: what is told when, what a reconnect is told, and when it ends.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use axum::body::Body;
use http::{Response, StatusCode};
use http_body_util::BodyExt as _;
use pd::api::parts::Settings;
use pd::client::stream::decode::{Decoder, Sent};
use pd::domain::event::Action;
use serde_json::{Value, json};

use super::world::{TOKEN, World};

/// How long something that is told at once may take, in the runtime's own time.
const SOON: Duration = Duration::from_secs(60);

/// One connection.
struct Reader {
    body: Body,
    decoder: Decoder,
    read: VecDeque<Sent>,
    /// How many pieces came that were no event.
    quiet: usize,
}

impl Reader {
    async fn open(world: &World, resume: Option<&str>) -> Self {
        let headers: Vec<_> = resume.iter().map(|id| ("last-event-id", *id)).collect();
        Self::of(world.begin("/stream", TOKEN, &headers).await)
    }

    fn of(response: Response<Body>) -> Self {
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream; charset=utf-8");
        Self { body: response.into_body(), decoder: Decoder::default(), read: VecDeque::new(), quiet: 0 }
    }

    /// The next event; `None` when the connection has ended.
    async fn next(&mut self) -> Option<Sent> {
        loop {
            if let Some(sent) = self.read.pop_front() {
                return Some(sent);
            }
            let frame =
                tokio::time::timeout(SOON, self.body.frame()).await.expect("something is sent in time")?;
            let bytes = frame.unwrap().into_data().unwrap();
            assert!(!bytes.is_empty());
            self.decoder.take(&bytes, &mut self.read).unwrap();
            self.quiet += usize::from(self.read.is_empty());
        }
    }

    /// All events up to the next of this name, with it.
    async fn until(&mut self, name: &str) -> Vec<Sent> {
        let mut all = Vec::new();
        loop {
            let sent = self.next().await.unwrap_or_else(|| panic!("no {name}: {:?}", names(&all)));
            let last = sent.name == name;
            all.push(sent);
            if last {
                return all;
            }
        }
    }

    /// All events up to the next with an id that are told of incidents.
    async fn batch(&mut self) -> Vec<Sent> {
        let mut all = Vec::new();
        loop {
            let sent = self.next().await.expect("a batch");
            let last = sent.id.is_some();
            if matches!(sent.name.as_str(), "incident" | "log_entry" | "incident_gone") {
                all.push(sent);
            }
            if last {
                return all;
            }
        }
    }

    /// How many events come until the connection ends.
    async fn rest(mut self) -> usize {
        let mut count = 0;
        while self.next().await.is_some() {
            count += 1;
        }
        count
    }
}

fn names(sent: &[Sent]) -> Vec<&str> {
    sent.iter().map(|sent| sent.name.as_str()).collect()
}

fn data(sent: &Sent) -> Value {
    serde_json::from_str(&sent.data).unwrap()
}

/// The one of this name.
fn one(all: &[Sent], name: &str) -> Value {
    let found: Vec<_> = all.iter().filter(|sent| sent.name == name).collect();
    assert_eq!(found.len(), 1, "{name}: {:?}", names(all));
    data(found[0])
}

fn last_id(all: &[Sent]) -> String {
    all.last().unwrap().id.clone().unwrap()
}

#[tokio::test(start_paused = true)]
async fn who_comes_anew_is_shown_everything_as_rest_shows_it() {
    let world = World::telling(Settings::default());
    let open = world.open("a").await;
    world.event(Action::Trigger, "k");
    world.event(Action::Trigger, "gone");
    world.event(Action::Resolve, "gone");
    let all = Reader::open(&world, None).await.until("synced").await;

    let hello = one(&all, "hello");
    assert_eq!(
        (&hello["resumed"], &hello["may_act"], &hello["node"]),
        (&json!(false), &json!(true), &json!("a"))
    );
    assert_eq!(hello["user"], world.get("/users/me").await["user"]);
    assert_eq!(one(&all, "services")["services"], world.get("/services").await["services"]);
    assert_eq!(one(&all, "oncalls")["oncalls"], world.get("/oncalls").await["oncalls"]);
    assert_eq!(one(&all, "status")["status"]["incidents"], world.get("/status").await["status"]["incidents"]);
    // What came before this process saw it is not counted.
    assert_eq!(one(&all, "traffic")["events"].as_array().unwrap().len(), 60);

    let told: BTreeMap<String, Value> = all
        .iter()
        .filter(|sent| sent.name == "incident")
        .map(|sent| (data(sent)["incident"]["id"].as_str().unwrap().to_owned(), data(sent)))
        .collect();
    // The resolved one is not among them.
    assert_eq!(told.len(), 2);
    for (id, incident) in &told {
        assert_eq!(*incident, world.get(&format!("/incidents/{id}")).await);
    }
    assert!(told.contains_key(&open));
    let entries: Vec<Value> = all
        .iter()
        .filter(|sent| sent.name == "log_entry")
        .map(|sent| data(sent)["log_entry"].clone())
        .collect();
    let mut listed = world.get("/log_entries?limit=100").await["log_entries"].as_array().unwrap().clone();
    listed.reverse();
    assert_eq!(entries, listed);
    // Only the last event says that everything was sent.
    assert_eq!(all.iter().filter(|sent| sent.id.is_some()).count(), 1);
    assert!(last_id(&all).starts_with("0-"));
}

#[tokio::test(start_paused = true)]
async fn a_change_is_told_at_once_with_what_happened() {
    let world = World::telling(Settings::default());
    let mut reader = Reader::open(&world, None).await;
    let first = last_id(&reader.until("synced").await);
    let id = world.open("a").await;
    let batch = reader.batch().await;
    assert_eq!(data(&batch[0]), world.get(&format!("/incidents/{id}")).await);
    let path = format!("/incidents/{id}/log_entries");
    let entries = world.get(&path).await["log_entries"].as_array().unwrap().len();
    assert_eq!(names(&batch)[1..], vec!["log_entry"; entries]);
    assert_ne!(last_id(&batch), first);
    assert_eq!(batch.iter().filter(|sent| sent.id.is_some()).count(), 1);
    let entry = data(&batch[1]);
    let entry_id = entry["log_entry"]["id"].as_str().unwrap();
    assert_eq!(entry, world.get(&format!("/log_entries/{entry_id}")).await);

    // A note changes nothing but the timeline, and the time of the last change.
    let note = json!({"note": {"content": "looking"}});
    world.call("POST", &format!("/incidents/{id}/notes"), Some(note)).await.expect(200);
    let batch = reader.batch().await;
    assert_eq!(names(&batch), ["incident", "log_entry"]);
    assert_eq!(data(&batch[1])["log_entry"]["note"], "looking");

    let body = json!({"incident": {"type": "incident", "status": "resolved"}});
    world.call("PUT", &format!("/incidents/{id}"), Some(body)).await.expect(200);
    reader.batch().await;
    world.put_away(1).await;
    let batch = reader.batch().await;
    assert_eq!(names(&batch), ["incident_gone"]);
    assert_eq!(data(&batch[0]), json!({"id": id, "incident_number": 1}));
}

#[tokio::test(start_paused = true)]
async fn services_duties_and_traffic_follow() {
    let world = World::telling(Settings::default());
    let mut reader = Reader::open(&world, None).await;
    reader.until("synced").await;
    for _ in 0..3 {
        world.event(Action::Trigger, "k");
    }
    let all = reader.until("traffic").await;
    let traffic = data(all.last().unwrap());
    assert_eq!(traffic["events"].as_array().unwrap()[59], 3);
    let services = match all.iter().find(|sent| sent.name == "services") {
        Some(sent) => data(sent),
        None => data(reader.until("services").await.last().unwrap()),
    };
    assert_eq!(services["services"][0]["status"], "critical");
    assert_eq!(services["services"], world.get("/services").await["services"]);

    let user = json!({"user": {"type": "user", "name": "ann", "email": "ann@example.org"}});
    let ann = world.call("POST", "/users", Some(user)).await.expect(201)["user"]["id"].clone();
    let policy = world.first("escalation_policies").await;
    let change = json!({"escalation_policy": {"type": "escalation_policy", "escalation_rules": [
        {"escalation_delay_in_minutes": 5, "targets": [{"id": ann, "type": "user_reference"}]}]}});
    world.call("PUT", &format!("/escalation_policies/{policy}"), Some(change)).await.expect(200);
    let oncalls = data(reader.until("oncalls").await.last().unwrap());
    assert_eq!(oncalls["oncalls"][0]["user"]["summary"], "ann");
    assert_eq!(oncalls["oncalls"], world.get("/oncalls").await["oncalls"]);
}

/// Does something to the incidents, by chance.
async fn act(world: &World, dice: &mut u64) {
    *dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    let key = format!("k{}", (*dice >> 40) % 5);
    match (*dice >> 33) % 4 {
        0 | 1 => world.event(Action::Trigger, &key),
        2 => world.event(Action::Resolve, &key),
        _ => {
            let listed = world.get("/incidents?limit=1&sort_by=incident_number:desc").await;
            if let Some(id) = listed["incidents"][0]["id"].as_str() {
                let note = json!({"note": {"content": format!("{dice}")}});
                world.call("POST", &format!("/incidents/{id}/notes"), Some(note)).await.expect(200);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_lost_or_doubled_however_often_the_connection_breaks() {
    for seed in 0..20 {
        let world = World::telling(Settings::default());
        let mut dice = seed;
        let mut incidents: BTreeMap<String, Value> = BTreeMap::new();
        let mut entries: BTreeMap<String, Value> = BTreeMap::new();
        let mut reader = Reader::open(&world, None).await;
        let mut resume = last_id(&reader.until("synced").await);
        for round in 0..12 {
            for _ in 0..=(dice >> 50) % 4 {
                act(&world, &mut dice).await;
            }
            // Sometimes all of it is read before the connection breaks, sometimes some, sometimes nothing.
            let read = (dice >> 45) % 12;
            for _ in 0..read {
                let Ok(sent) = tokio::time::timeout(Duration::from_millis(500), reader.next()).await else {
                    break;
                };
                let sent = sent.unwrap();
                note(&sent, &mut incidents, &mut entries);
                resume = sent.id.unwrap_or(resume);
            }
            drop(reader);
            if round % 3 == 0 {
                act(&world, &mut dice).await;
            }
            reader = Reader::open(&world, Some(&resume)).await;
            let mut missed = BTreeSet::new();
            for sent in reader.until("synced").await {
                if sent.name == "hello" {
                    assert_eq!(data(&sent)["resumed"], true, "seed {seed}");
                }
                // Within what was missed nothing comes twice.
                if matches!(sent.name.as_str(), "incident" | "log_entry") {
                    let id = data(&sent)[&sent.name]["id"].as_str().unwrap().to_owned();
                    assert!(missed.insert(id), "seed {seed}: twice");
                }
                note(&sent, &mut incidents, &mut entries);
                resume = sent.id.unwrap_or(resume);
            }
        }
        for incident in world.get("/incidents?limit=100").await["incidents"].as_array().unwrap() {
            assert_eq!(incidents[incident["id"].as_str().unwrap()], *incident, "seed {seed}");
        }
        let mut listed = BTreeMap::new();
        for entry in world.get("/log_entries?limit=100").await["log_entries"].as_array().unwrap() {
            listed.insert(entry["id"].as_str().unwrap().to_owned(), entry.clone());
        }
        assert_eq!(entries, listed, "seed {seed}");
    }
}

fn note(sent: &Sent, incidents: &mut BTreeMap<String, Value>, entries: &mut BTreeMap<String, Value>) {
    let known = match sent.name.as_str() {
        "incident" => incidents,
        "log_entry" => entries,
        _ => return,
    };
    let thing = data(sent)[&sent.name].clone();
    known.insert(thing["id"].as_str().unwrap().to_owned(), thing);
}

#[tokio::test(start_paused = true)]
async fn who_has_read_everything_is_told_nothing_twice() {
    let world = World::telling(Settings::default());
    world.open("a").await;
    let resume = last_id(&Reader::open(&world, None).await.until("synced").await);
    let all = Reader::open(&world, Some(&resume)).await.until("synced").await;
    assert_eq!(one(&all, "hello")["resumed"], true);
    assert!(!names(&all).iter().any(|name| matches!(*name, "incident" | "log_entry")), "{:?}", names(&all));
    assert_eq!(last_id(&all), resume);
}

#[tokio::test(start_paused = true)]
async fn an_id_that_means_nothing_here_begins_anew() {
    let world = World::telling(Settings::default());
    world.open("a").await;
    // Before what this process has seen, after it, of another epoch, and none at all.
    for id in ["0-0", "0-999", "1-2", "nonsense", ""] {
        let all = Reader::open(&world, Some(id)).await.until("synced").await;
        assert_eq!(one(&all, "hello")["resumed"], false, "{id}");
        assert_eq!(one(&all, "incident")["incident"]["title"], "a", "{id}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_is_ended_and_others_are_not() {
    let world = World::telling(Settings::default());
    let (mut slow, mut quick) = (Reader::open(&world, None).await, Reader::open(&world, None).await);
    let resume = last_id(&slow.until("synced").await);
    quick.until("synced").await;
    let id = world.open("a").await;
    // Each note is told with the incident, some kilobytes; the slow one reads none of it.
    for n in 0..1_500 {
        let note = json!({"note": {"content": format!("{n} {}", "x".repeat(4_000))}});
        if n % 400 == 399 {
            // A timeline is bounded.
            world.event(Action::Trigger, &format!("k{n}"));
        }
        let posted = world.call("POST", &format!("/incidents/{id}/notes"), Some(note)).await;
        if posted.status != StatusCode::OK {
            break;
        }
        quick.batch().await;
    }
    for n in 0..2_000 {
        world.event(Action::Trigger, &format!("s{n}"));
        quick.batch().await;
        if n > 0 && n % 100 == 0 && slow_has_ended(&mut slow).await {
            break;
        }
    }
    assert!(slow_has_ended(&mut slow).await);
    // It comes back by its id.
    let all = Reader::open(&world, Some(&resume)).await.until("synced").await;
    assert_eq!(one(&all, "hello")["resumed"], true);
    let open = world.get("/status").await["status"]["incidents"]["triggered"].as_u64().unwrap();
    assert_eq!(names(&all).iter().filter(|name| **name == "incident").count() as u64, open);
}

/// Whether the next thing that comes is the end.
async fn slow_has_ended(reader: &mut Reader) -> bool {
    matches!(tokio::time::timeout(Duration::from_millis(1), reader.body.frame()).await, Ok(None))
}

#[tokio::test(start_paused = true)]
async fn something_is_sent_although_there_is_nothing_to_say() {
    let world = World::telling(Settings::default());
    let mut reader = Reader::open(&world, None).await;
    reader.until("synced").await;
    // The status comes every five seconds, and nothing else does.
    let began = tokio::time::Instant::now();
    for _ in 0..6 {
        assert_eq!(reader.next().await.unwrap().name, "status");
    }
    assert!((25..=31).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn it_needs_a_token_that_may_read_for_as_long_as_it_lasts() {
    let world = World::telling(Settings::default());
    assert_eq!(world.begin("/stream", "nobody's", &[]).await.status(), StatusCode::UNAUTHORIZED);
    let token = json!({"token": {"type": "token", "label": "wall", "scope": "read"}});
    let made = world.call("POST", "/tokens", Some(token)).await.expect(201);
    let (id, secret) = (made["token"]["id"].as_str().unwrap(), made["token"]["token"].as_str().unwrap());
    let mut reader = Reader::of(world.begin("/stream", secret, &[]).await);
    let hello = one(&reader.until("synced").await, "hello");
    assert_eq!(hello["may_act"], false);
    world.call("DELETE", &format!("/tokens/{id}"), None).await.expect(204);
    assert!(reader.rest().await < 5);
}

#[tokio::test(start_paused = true)]
async fn so_many_may_listen_and_no_more() {
    let world = World::telling(Settings { streams: 2, requests_per_minute: Some(6), ..Settings::default() });
    let (first, mut second) = (Reader::open(&world, None).await, Reader::open(&world, None).await);
    let refused = world.begin("/stream", TOKEN, &[]).await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers()["retry-after"], "15");
    let body = refused.into_body().collect().await.unwrap().to_bytes();
    assert!(String::from_utf8_lossy(&body).contains("2 are told of changes already"));
    drop(first);
    second.until("synced").await;
    // A connection is one request, however long it lasts.
    let third = world.begin("/stream", TOKEN, &[]).await;
    assert_eq!(
        (third.status(), &third.headers()["ratelimit-remaining"]),
        (StatusCode::OK, &"2".parse().unwrap())
    );
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_process_ends_it() {
    let world = World::telling(Settings::default());
    let mut reader = Reader::open(&world, None).await;
    reader.until("synced").await;
    let unread = Reader::open(&world, None).await;
    world.shutdown.cancel();
    assert_eq!((reader.rest().await, unread.rest().await), (0, 0));
    assert_eq!(world.begin("/stream", TOKEN, &[]).await.status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test(start_paused = true)]
async fn links_begin_with_what_each_client_used() {
    let world = World::telling(Settings::default());
    let mut readers = Vec::new();
    for host in ["a.example", "b.example", "a.example"] {
        readers.push((host, Reader::of(world.begin("/stream", TOKEN, &[("host", host)]).await)));
    }
    for (_, reader) in &mut readers {
        reader.until("synced").await;
    }
    world.event(Action::Trigger, "k");
    for (host, reader) in &mut readers {
        for sent in reader.batch().await {
            let url = data(&sent)[&sent.name]["self"].as_str().unwrap().to_owned();
            assert!(url.starts_with(&format!("http://{host}/")), "{url}");
        }
    }
}
