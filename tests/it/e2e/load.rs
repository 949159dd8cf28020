//! More than can be taken: refusals are clear, and what is accepted does not become less.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;

use crate::rig::http::Connection;
use crate::rig::{Rig, event};

const PHASE: Duration = Duration::from_secs(3);
/// Of the goodput of some connections, how much is left at least with many that never wait. On a quiet machine nearly
/// all is; here the senders take the processor away from the server.
const KEPT_PERCENT: u64 = 35;

/// What senders were told.
#[derive(Default)]
struct Told {
    accepted: AtomicU64,
    throttled: AtomicU64,
    later: AtomicU64,
    stop: AtomicBool,
}

/// Sends as fast as it is answered, from so many connections; what they were told in that time.
fn press(rig: &Rig, connections: u32, body: &Arc<str>) -> Arc<Told> {
    let told = Arc::new(Told::default());
    let senders: Vec<_> = (0..connections)
        .map(|_| {
            let (told, body) = (Arc::clone(&told), Arc::clone(body));
            let mut connection = Connection::open(&rig.context().address).unwrap();
            std::thread::spawn(move || {
                while !told.stop.load(Ordering::Relaxed) {
                    let answer =
                        connection.request("POST", "/v2/enqueue", "", Some(body.as_bytes())).unwrap();
                    let count = match answer.status {
                        202 => &told.accepted,
                        429 => &told.throttled,
                        503 => &told.later,
                        _ => panic!("{answer}"),
                    };
                    if answer.status != 202 {
                        let after: u64 = answer.header("retry-after").parse().unwrap();
                        assert!((1..=60).contains(&after), "{after}");
                        assert!(answer.json()["errors"][0].is_string(), "{answer}");
                    }
                    count.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    std::thread::sleep(PHASE);
    told.stop.store(true, Ordering::Relaxed);
    for sender in senders {
        sender.join().expect("an answer of another kind, or none");
    }
    told
}

#[test]
fn impatient_senders_get_clear_refusals_and_goodput_stays() {
    // Room for some sixty events of this size, and four times as many senders.
    let rig = Rig::start_with("[limits]\nwaiting = \"1MiB\"\n");
    let mut event = event(&rig.context().routing_key, "trigger", "same");
    event["payload"]["custom_details"] = json!({"text": "z".repeat(16 << 10)});
    let body: Arc<str> = event.to_string().into();
    let some = press(&rig, 16, &body);
    let peak = some.accepted.load(Ordering::Relaxed);
    let many = press(&rig, 256, &body);
    let [kept, throttled, later] =
        [&many.accepted, &many.throttled, &many.later].map(|it| it.load(Ordering::Relaxed));
    assert!(throttled > 0, "nobody was refused: {kept} accepted, {later} told to come later");
    assert!(
        kept * 100 >= peak * KEPT_PERCENT,
        "{peak} accepted of 16 senders, {kept} of 256; {throttled} refused"
    );
    assert_eq!(rig.trigger("after").status, 202);
    // All that was one incident.
    rig.wait_until("the backlog is done", Duration::from_secs(60), || {
        rig.list("/incidents", "incidents").len() == 2
    });
}
