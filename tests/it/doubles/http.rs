//! An HTTP receiver that counts what it got by `X-Webhook-Id`, and misbehaves as told.
#![expect(clippy::unwrap_used, reason = "a test")]

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use pd::clock::{Clock as _, SystemClock};
use pd::domain::time::Timestamp;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::server::{Running, Watched};

/// What happens after a request was read whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Mode {
    /// 202 and an empty body.
    Normal,
    /// This status and an empty body.
    Status(u16),
    /// 429, with this many seconds in `Retry-After`.
    TooMany(u64),
    /// This status and a `Location`.
    Redirect(u16, String),
    /// The connection is reset, without an answer.
    Reset,
    /// Nothing is answered, and the connection stays.
    Hang,
    /// 200, then a body that never ends: a byte each of these.
    SlowBody(Duration),
    /// 200 and a body of this many bytes.
    LargeBody(usize),
}

/// A request that was read whole, whatever came of it.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// When it had come.
    pub(crate) at: Timestamp,
    /// Which connection it came by, from 1.
    pub(crate) connection: usize,
    pub(crate) method: String,
    pub(crate) path: String,
    /// By name in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// The header of that name; empty if there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

struct Record {
    requests: Vec<Request>,
    connections: usize,
    next: VecDeque<Mode>,
    mode: Mode,
}

/// The receiver.
pub(crate) struct Server {
    running: Running,
    record: Watched<Record>,
}

impl Server {
    /// One that takes everything.
    pub(crate) fn start() -> Self {
        Self::start_at(IpAddr::V4(Ipv4Addr::LOCALHOST))
    }

    /// The same at another address of this machine.
    pub(crate) fn start_at(at: IpAddr) -> Self {
        let record = Watched::new(Record {
            requests: Vec::new(),
            connections: 0,
            next: VecDeque::new(),
            mode: Mode::Normal,
        });
        let shared = record.clone();
        let running = Running::start_at(at, move |stream| {
            let record = shared.clone();
            async move {
                let connection = record.with(|record| {
                    record.connections += 1;
                    record.connections
                });
                // A client that goes away ends its connection; that is all.
                let _gone = serve(stream, &record, connection).await;
            }
        });
        Self { running, record }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.running.address
    }

    /// Such as `http://127.0.0.1:8080/hook`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address())
    }

    /// From now on this happens.
    pub(crate) fn behave(&self, mode: Mode) {
        self.record.with(|record| record.mode = mode);
    }

    /// This happens once, after what was asked for before.
    pub(crate) fn behave_once(&self, mode: Mode) {
        self.record.with(|record| record.next.push_back(mode));
    }

    /// All requests, in order.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.record.with(|record| record.requests.clone())
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        self.record.with(|record| record.connections)
    }

    /// How often each message came, by `X-Webhook-Id`.
    pub(crate) fn counts(&self) -> BTreeMap<String, usize> {
        self.record.with(|record| {
            let mut counts = BTreeMap::new();
            for request in &record.requests {
                *counts.entry(request.header("x-webhook-id").to_owned()).or_default() += 1;
            }
            counts
        })
    }

    /// Blocks until `count` requests came, and gives them.
    ///
    /// # Panics
    /// When there are fewer after `limit`.
    pub(crate) fn wait_for(&self, count: usize, limit: Duration) -> Vec<Request> {
        let enough = |record: &mut Record| (record.requests.len() >= count).then(|| record.requests.clone());
        let got = self.record.wait(limit, enough);
        got.unwrap_or_else(|| panic!("{count} requests expected in {limit:?}, got {}", self.requests().len()))
    }
}

async fn serve(stream: TcpStream, record: &Watched<Record>, connection: usize) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream, connection).await? {
        let mode = record.with(|record| {
            record.requests.push(request);
            record.next.pop_front().unwrap_or_else(|| record.mode.clone())
        });
        let out = stream.get_mut();
        match mode {
            Mode::Normal => head(out, 202, "", 0).await?,
            Mode::Status(status) => head(out, status, "", 0).await?,
            Mode::TooMany(seconds) => head(out, 429, &format!("retry-after: {seconds}\r\n"), 0).await?,
            Mode::Redirect(status, to) => head(out, status, &format!("location: {to}\r\n"), 0).await?,
            Mode::Reset => return out.set_zero_linger(),
            Mode::Hang => std::future::pending().await,
            Mode::SlowBody(pause) => {
                head(out, 200, "", 1_000_000).await?;
                loop {
                    out.write_all(b".").await?;
                    tokio::time::sleep(pause).await;
                }
            }
            Mode::LargeBody(length) => {
                head(out, 200, "", length).await?;
                out.write_all(&vec![b'.'; length]).await?;
            }
        }
    }
    Ok(())
}

async fn head(out: &mut TcpStream, status: u16, headers: &str, length: usize) -> std::io::Result<()> {
    let head = format!("HTTP/1.1 {status} Said\r\n{headers}content-length: {length}\r\n\r\n");
    out.write_all(head.as_bytes()).await
}

/// The next request; `None` when the client is done.
async fn read(stream: &mut BufReader<TcpStream>, connection: usize) -> std::io::Result<Option<Request>> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(Some(Request { at: SystemClock::new().now(), connection, method, path, headers, body }))
}
