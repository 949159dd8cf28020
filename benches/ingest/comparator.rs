//! The limits to compare with: the server's own HTTP stack with nothing behind it, and with a bare store behind it.
//! Each runs as a process of its own, which is this benchmark started with an argument.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Limited};
use pd::clock::SystemClock;
use pd::daemon::listen::{self, Listener};
use pd::door::EVENT_BYTES_MAX;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// The argument by which this program knows that it is to be a comparator.
pub(crate) const ARGUMENT: &str = "--comparator";

/// What a comparator answers, the same as the server does but for the key.
const ANSWER: &[u8] =
    br#"{"status":"success","message":"Event processed","dedup_key":"key-0000000000000000"}"#;

/// Events in one transaction at most.
const BATCH: usize = 4096;

/// A comparator that runs. Ends with the value.
pub(crate) struct Comparator {
    child: Child,
    pub(crate) address: String,
}

impl Comparator {
    /// One that answers and stores nothing.
    pub(crate) fn stack() -> Self {
        Self::start(&[])
    }

    /// One that stores a row an event in a file of this folder.
    pub(crate) fn store(folder: &Path) -> Self {
        Self::start(&[&folder.join("rows.db")])
    }

    fn start(file: &[&Path]) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg(ARGUMENT)
            .args(file)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { child, address: address.trim().to_owned() }
    }
}

impl Comparator {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Comparator {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Is a comparator until it is killed. It stores into `file`, if there is one.
pub(crate) fn be(file: Option<PathBuf>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = listen::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        println!("{}", listener.local_addr().unwrap());
        let router = match file {
            None => Router::new().route("/v2/enqueue", post(nothing)),
            Some(file) => Router::new().route("/v2/enqueue", post(row)).with_state(rows(&file)),
        };
        Listener {
            listener,
            router,
            tls: None,
            connections: 10_000,
            clock: Arc::new(SystemClock::new()),
            shutdown: CancellationToken::new(),
        }
        .run()
        .await;
    });
}

async fn nothing(request: Request<Body>) -> Response {
    whole(request).await;
    answer()
}

async fn row(State(rows): State<mpsc::Sender<Row>>, request: Request<Body>) -> Response {
    let body = whole(request).await;
    let (reply, stored) = oneshot::channel();
    rows.send(Row { body, reply }).await.unwrap();
    stored.await.unwrap();
    answer()
}

async fn whole(request: Request<Body>) -> Bytes {
    Limited::new(request.into_body(), EVENT_BYTES_MAX).collect().await.unwrap().to_bytes()
}

fn answer() -> Response {
    let mut response = (StatusCode::ACCEPTED, ANSWER).into_response();
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

struct Row {
    body: Bytes,
    reply: oneshot::Sender<()>,
}

/// The task that stores: whatever waits is one transaction, with a row for each.
fn rows(file: &Path) -> mpsc::Sender<Row> {
    let mut store = Connection::open(file).unwrap();
    store.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0)).unwrap();
    store.pragma_update(None, "synchronous", "FULL").unwrap();
    store.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, body BLOB NOT NULL)", []).unwrap();
    let (sender, mut waiting) = mpsc::channel::<Row>(16 * 1024);
    std::thread::spawn(move || {
        while let Some(first) = waiting.blocking_recv() {
            let mut batch = vec![first];
            while batch.len() < BATCH {
                let Ok(row) = waiting.try_recv() else { break };
                batch.push(row);
            }
            let transaction = store.transaction().unwrap();
            {
                let mut insert = transaction.prepare_cached("INSERT INTO event (body) VALUES (?1)").unwrap();
                for row in &batch {
                    insert.execute([&row.body[..]]).unwrap();
                }
            }
            transaction.commit().unwrap();
            for row in batch {
                // Its sender has gone: the run is over.
                let _ = row.reply.send(());
            }
        }
    });
    sender
}
