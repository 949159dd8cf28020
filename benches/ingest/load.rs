//! The load generator: keep-alive connections on one thread, each with one request on its way, which cost as little as
//! can be, for they share the machine with what they measure.

use std::cell::RefCell;
use std::io;
use std::ops::Range;
use std::rc::Rc;
use std::time::Duration;

use pd::clock::{Clock, SystemClock};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What stands for the dedup key, and its length.
const KEY: &str = "key-0000000000000000";

/// A request whose dedup key can be changed in place.
#[derive(Clone)]
pub(crate) struct Template {
    bytes: Vec<u8>,
    /// Where the key's digits are, wherever it occurs.
    digits: Vec<Range<usize>>,
}

impl Template {
    /// A trigger as a monitoring system sends it.
    pub(crate) fn trigger(host: &str, routing_key: &str) -> Self {
        Self::trigger_with(host, routing_key, 0)
    }

    /// The same with so many bytes of details.
    pub(crate) fn trigger_with(host: &str, routing_key: &str, details: usize) -> Self {
        let mut body = serde_json::json!({
            "routing_key": routing_key,
            "event_action": "trigger",
            "dedup_key": KEY,
            "payload": {
                "summary": "the disk of the database is nearly full: 97 % of 512 GB are used",
                "source": "db-7.example.com",
                "severity": "critical",
                "component": "postgres",
                "group": "databases",
                "class": "disk",
            },
        });
        if details > 0 {
            body["payload"]["custom_details"] = "x".repeat(details).into();
        }
        let body = body.to_string();
        let head = format!(
            "POST /v2/enqueue HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let text = head + &body;
        let digits = text.match_indices(KEY).map(|(at, _)| at + 4..at + KEY.len()).collect();
        Self { bytes: text.into_bytes(), digits }
    }

    /// The event alone.
    pub(crate) fn body(&self) -> Vec<u8> {
        let head = self.bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a request");
        self.bytes[head + 4..].to_vec()
    }

    fn keyed(&mut self, number: u64) -> &[u8] {
        for range in &self.digits {
            let mut rest = number;
            for digit in self.bytes[range.clone()].iter_mut().rev() {
                *digit = b'0' + (rest % 10) as u8;
                rest /= 10;
            }
        }
        &self.bytes
    }
}

/// When the load ends.
#[derive(Clone, Copy)]
pub(crate) enum End {
    After(Duration),
    /// Once so many were accepted.
    Accepted(u64),
}

/// What is sent, and how.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) address: String,
    pub(crate) template: Template,
    pub(crate) connections: usize,
    pub(crate) end: End,
    /// Dedup keys begin here; `None`: all events have one key.
    pub(crate) keys_from: Option<u64>,
    /// What a refused event's sender waits before it sends it again.
    pub(crate) pause: Duration,
    /// How often an accepted event is sent by one connection, at most; zero: as soon as the one before is answered.
    pub(crate) every: Duration,
}

/// What came of it.
#[derive(Clone, Default, Debug)]
pub(crate) struct Load {
    pub(crate) accepted: u64,
    /// Answers other than 202.
    pub(crate) refused: u64,
    pub(crate) took: Duration,
    /// What the server used of the processors meanwhile.
    pub(crate) used: Duration,
    /// From the first byte sent to the answer, of those accepted; in order.
    latencies: Vec<Duration>,
    /// The same of those refused.
    refusals: Vec<Duration>,
}

impl Load {
    /// What was done with these latencies in that time, all of it well.
    pub(crate) fn of(mut latencies: Vec<Duration>, took: Duration) -> Self {
        latencies.sort_unstable();
        Self { accepted: latencies.len() as u64, took, latencies, ..Self::default() }
    }

    pub(crate) fn rate(&self) -> f64 {
        self.accepted as f64 / self.took.as_secs_f64()
    }

    /// The latency that this share of the accepted events did not exceed.
    pub(crate) fn latency(&self, share: f64) -> Duration {
        quantile(&self.latencies, share)
    }

    /// The latency that this share of the refusals did not exceed.
    pub(crate) fn refusal_latency(&self, share: f64) -> Duration {
        quantile(&self.refusals, share)
    }
}

fn quantile(sorted: &[Duration], share: f64) -> Duration {
    let last = sorted.len().saturating_sub(1);
    let at = (last as f64 * share).round() as usize;
    sorted.get(at).copied().unwrap_or_default()
}

impl Load {
    /// Counts another load in.
    pub(crate) fn add(&mut self, other: Load) {
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.took += other.took;
        self.used += other.used;
        self.latencies.extend(other.latencies);
        self.latencies.sort_unstable();
        self.refusals.extend(other.refusals);
        self.refusals.sort_unstable();
    }
}

struct Shared {
    clock: SystemClock,
    ends_at: Duration,
    accepted_max: u64,
    next_key: Option<u64>,
    load: Load,
}

/// Sends until the end. Everything runs on the thread that calls.
pub(crate) fn run(plan: &Plan) -> Load {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, all(plan))
}

async fn all(plan: &Plan) -> Load {
    let mut open = Vec::new();
    for _ in 0..plan.connections {
        let stream = TcpStream::connect(&plan.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        open.push(stream);
    }
    let clock = SystemClock::new();
    let (ends_at, accepted_max) = match plan.end {
        End::After(duration) => (clock.monotonic() + duration, u64::MAX),
        End::Accepted(count) => (Duration::MAX, count),
    };
    let started = clock.monotonic();
    let shared = Rc::new(RefCell::new(Shared {
        clock,
        ends_at,
        accepted_max,
        next_key: plan.keys_from,
        load: Load::default(),
    }));
    let senders: Vec<_> = open
        .into_iter()
        .map(|stream| {
            let (template, shared) = (plan.template.clone(), Rc::clone(&shared));
            tokio::task::spawn_local(send(stream, template, shared, plan.pause, plan.every))
        })
        .collect();
    for sender in senders {
        sender.await.unwrap().unwrap();
    }
    let mut shared = shared.borrow_mut();
    shared.load.took = shared.clock.monotonic() - started;
    shared.load.latencies.sort_unstable();
    shared.load.refusals.sort_unstable();
    std::mem::take(&mut shared.load)
}

async fn send(
    mut stream: TcpStream,
    mut template: Template,
    shared: Rc<RefCell<Shared>>,
    pause: Duration,
    every: Duration,
) -> io::Result<()> {
    let mut buffer = vec![0; 4096];
    let mut again = None;
    loop {
        let (sent_at, key) = {
            let mut shared = shared.borrow_mut();
            let now = shared.clock.monotonic();
            if now >= shared.ends_at || shared.load.accepted >= shared.accepted_max {
                return Ok(());
            }
            let key = again.take().unwrap_or_else(|| match &mut shared.next_key {
                Some(next) => {
                    *next += 1;
                    *next - 1
                }
                None => 0,
            });
            (now, key)
        };
        stream.write_all(template.keyed(key)).await?;
        let accepted = answered(&mut stream, &mut buffer).await? == *b"202";
        let took = {
            let mut shared = shared.borrow_mut();
            let took = shared.clock.monotonic() - sent_at;
            if accepted {
                shared.load.accepted += 1;
                shared.load.latencies.push(took);
            } else {
                shared.load.refused += 1;
                shared.load.refusals.push(took);
                again = Some(key);
            }
            took
        };
        if !accepted && !pause.is_zero() {
            tokio::time::sleep(pause).await;
        } else if accepted && took < every {
            tokio::time::sleep(every - took).await;
        }
    }
}

/// Reads one whole answer; its status.
async fn answered(stream: &mut TcpStream, buffer: &mut [u8]) -> io::Result<[u8; 3]> {
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..]).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        filled += read;
        if let Some(length) = length_of(&buffer[..filled])
            && filled >= length
        {
            return Ok([buffer[9], buffer[10], buffer[11]]);
        }
    }
}

/// How many bytes the answer that begins here has; `None`: its head is not whole yet.
fn length_of(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let name = b"content-length: ";
    let at = answer[..head].windows(name.len()).position(|bytes| bytes.eq_ignore_ascii_case(name))?;
    let digits = answer[at + name.len()..].iter().take_while(|byte| byte.is_ascii_digit());
    Some(head + 4 + digits.fold(0, |length, digit| length * 10 + usize::from(digit - b'0')))
}
