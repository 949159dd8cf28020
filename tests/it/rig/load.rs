//! Load: connections that send events as fast as they are answered, and remember each answer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use super::event;
use super::http::Connection;

/// Senders on threads of their own. They outlive the server: without one they try again, with new events.
pub(crate) struct Load {
    target: Arc<Target>,
    senders: Vec<JoinHandle<()>>,
}

struct Target {
    /// Changes when the server is started again on another port.
    address: Mutex<String>,
    routing_key: String,
    name: String,
    stop: AtomicBool,
    sent: Mutex<Vec<Sent>>,
}

/// An event that was sent.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) dedup_key: String,
    /// `None`: the connection broke before an answer, so the event may be there or not.
    pub(crate) status: Option<u16>,
}

impl Sent {
    /// Whether the server has promised to keep it.
    pub(crate) fn accepted(&self) -> bool {
        self.status == Some(202)
    }
}

impl Load {
    /// Starts `senders` connections. Every event has a dedup key of its own, which begins with `name`; a sender rests
    /// for `pause` between two.
    pub(crate) fn start(
        address: &str,
        routing_key: &str,
        name: &str,
        senders: usize,
        pause: Duration,
    ) -> Self {
        let target = Arc::new(Target {
            address: Mutex::new(address.to_owned()),
            routing_key: routing_key.to_owned(),
            name: name.to_owned(),
            stop: AtomicBool::new(false),
            sent: Mutex::default(),
        });
        let sender = |number: usize| {
            let target = Arc::clone(&target);
            std::thread::spawn(move || target.send(number, pause))
        };
        Self { senders: (0..senders).map(sender).collect(), target }
    }

    /// The server is somewhere else now.
    pub(crate) fn redirect(&self, address: &str) {
        address.clone_into(&mut self.target.address.lock().unwrap());
    }

    /// How many were accepted so far.
    pub(crate) fn accepted(&self) -> usize {
        self.target.sent.lock().unwrap().iter().filter(|sent| sent.accepted()).count()
    }

    /// Stops the senders; everything that was sent, each sender's events in order.
    pub(crate) fn finish(self) -> Vec<Sent> {
        self.target.stop.store(true, Ordering::Relaxed);
        for sender in self.senders {
            sender.join().expect("a sender does not panic");
        }
        std::mem::take(&mut self.target.sent.lock().unwrap())
    }
}

impl Target {
    fn send(&self, sender: usize, pause: Duration) {
        let mut connection = None;
        for number in 0_u64.. {
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            let Some(open) = connection.as_mut() else {
                let address = self.address.lock().unwrap().clone();
                connection = Connection::open(&address).ok();
                if connection.is_none() {
                    std::thread::sleep(Duration::from_millis(10));
                }
                continue;
            };
            let dedup_key = format!("{}-{sender}-{number}", self.name);
            let body = event(&self.routing_key, "trigger", &dedup_key).to_string();
            let status = open.request("POST", "/v2/enqueue", "", Some(body.as_bytes())).ok();
            let status = status.map(|answer| answer.status);
            if status.is_none() {
                connection = None;
            }
            self.sent.lock().unwrap().push(Sent { dedup_key, status });
            std::thread::sleep(if status == Some(202) {
                pause
            } else {
                pause.max(Duration::from_millis(10))
            });
        }
    }
}
