//! The load: senders at the front of each server, which remember when they sent each event and what became of it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use pd::clock::{Clock as _, SystemClock};
use pd::domain::time::Timestamp;

use super::scenario::Pace;
use crate::rig::event;
use crate::rig::http::Connection;

/// The pause before a connection that broke is opened again.
const AGAIN: Duration = Duration::from_millis(50);

/// The pause of a sender that has none otherwise, after a refusal: one that comes back at once is a load of its own.
const REFUSED: Duration = Duration::from_millis(300);

/// An event that was sent.
pub(super) struct Sent {
    /// To which server.
    pub(super) front: usize,
    pub(super) key: String,
    pub(super) at: Timestamp,
    /// Until the answer, or until the connection broke.
    pub(super) took: Duration,
    pub(super) answer: Option<Answered>,
}

/// What a server said to an event.
#[derive(Clone, Copy)]
pub(super) struct Answered {
    pub(super) status: u16,
    /// Whether it said when to come again.
    pub(super) again: bool,
}

impl Sent {
    /// Whether the server has promised to keep it.
    pub(super) fn accepted(&self) -> bool {
        self.answer.is_some_and(|answer| answer.status == 202)
    }

    /// When the answer was there.
    pub(super) fn answered_at(&self) -> Timestamp {
        self.at.plus(self.took)
    }
}

/// The routing key that a sender has, at whichever front.
fn of_sender(routing_keys: &[String], sender: usize) -> &str {
    &routing_keys[sender % routing_keys.len()]
}

/// The routing key that an event with this dedup key was sent with.
pub(super) fn of_dedup_key<'a>(routing_keys: &'a [String], key: &str) -> &'a str {
    let sender = key.rsplit('-').nth(1).and_then(|sender| sender.parse().ok());
    of_sender(routing_keys, sender.expect("a sender names itself in its keys"))
}

/// Senders on threads of their own.
pub(super) struct Fronts {
    target: Arc<Target>,
    senders: Vec<JoinHandle<()>>,
}

struct Target {
    /// They change when a server is started again.
    addresses: Mutex<Vec<String>>,
    routing_keys: Vec<String>,
    name: String,
    pause: Duration,
    stop: AtomicBool,
    sent: Mutex<Vec<Sent>>,
}

impl Fronts {
    /// Begins to send. All dedup keys begin with `name`; senders share the routing keys, see [`of_sender`].
    pub(super) fn start(addresses: Vec<String>, routing_keys: &[String], name: &str, pace: &Pace) -> Self {
        let fronts = addresses.len();
        let target = Arc::new(Target {
            addresses: Mutex::new(addresses),
            routing_keys: routing_keys.to_vec(),
            name: name.to_owned(),
            pause: pace.pause,
            stop: AtomicBool::new(false),
            sent: Mutex::default(),
        });
        let all = (0..fronts).flat_map(|front| (0..pace.senders).map(move |sender| (front, sender)));
        let begin = |(front, sender)| {
            let target = Arc::clone(&target);
            std::thread::spawn(move || target.send(front, sender))
        };
        Self { senders: all.map(begin).collect(), target }
    }

    /// A server is somewhere else now.
    pub(super) fn redirect(&self, addresses: Vec<String>) {
        *self.target.addresses.lock().unwrap() = addresses;
    }

    /// Stops the senders; everything that was sent.
    pub(super) fn finish(self) -> Vec<Sent> {
        self.target.stop.store(true, Ordering::Relaxed);
        for sender in self.senders {
            sender.join().expect("a sender does not panic");
        }
        std::mem::take(&mut self.target.sent.lock().unwrap())
    }
}

impl Target {
    fn send(&self, front: usize, sender: usize) {
        let clock = SystemClock::new();
        let mut connection = None;
        for number in 0_u64.. {
            let Some(open) = self.connected(front, &mut connection) else { return };
            // Every third key comes to all fronts, at about the same time.
            let key = match number % 3 {
                0 => format!("{}-all-{sender}-{number}", self.name),
                _ => format!("{}-{front}-{sender}-{number}", self.name),
            };
            let body = event(of_sender(&self.routing_keys, sender), "trigger", &key).to_string();
            let (at, began) = (clock.now(), clock.monotonic());
            let answer = open.request("POST", "/v2/enqueue", "", Some(body.as_bytes())).ok();
            let took = clock.monotonic() - began;
            let answer = answer.map(|answer| Answered {
                status: answer.status,
                again: !answer.header("retry-after").is_empty(),
            });
            if answer.is_none() {
                connection = None;
            }
            let refused = self.pause.is_zero() && answer.is_some_and(|answer| answer.status != 202);
            self.sent.lock().unwrap().push(Sent { front, key, at, took, answer });
            let pause = if refused { REFUSED } else { self.pause };
            std::thread::sleep(pause.saturating_sub(took));
        }
    }

    /// The connection, opened as often as that takes; `None` at the end.
    fn connected<'a>(
        &self,
        front: usize,
        connection: &'a mut Option<Connection>,
    ) -> Option<&'a mut Connection> {
        while connection.is_none() && !self.stop.load(Ordering::Relaxed) {
            let address = self.addresses.lock().unwrap()[front].clone();
            *connection = Connection::open(&address).ok();
            if connection.is_none() {
                std::thread::sleep(AGAIN);
            }
        }
        connection.as_mut().filter(|_| !self.stop.load(Ordering::Relaxed))
    }
}
