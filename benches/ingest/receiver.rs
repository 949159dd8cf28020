//! A receiver of webhooks that knows when each came. It answers at once and stores nothing, for it shares the machine
//! with what is measured.

use std::sync::Arc;
use std::time::Duration;

use pd::clock::{Clock as _, SystemClock};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

const ANSWER: &[u8] = b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";

/// How many came, and when the last of them did, by the receiver's clock.
#[derive(Clone, Copy, Default)]
pub(crate) struct Seen {
    pub(crate) count: u64,
    pub(crate) last: Duration,
}

/// The receiver, on a thread of its own for as long as the program runs.
pub(crate) struct Receiver {
    pub(crate) url: String,
    pub(crate) clock: Arc<SystemClock>,
    seen: watch::Receiver<Seen>,
}

impl Receiver {
    pub(crate) fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let clock = Arc::new(SystemClock::new());
        let (publish, seen) = watch::channel(Seen::default());
        let of_thread = Arc::clone(&clock);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let serving = async {
                serve(TcpListener::from_std(listener).unwrap(), &of_thread, &Arc::new(publish)).await
            };
            runtime.block_on(serving);
        });
        Self { url, clock, seen }
    }

    pub(crate) fn seen(&self) -> Seen {
        *self.seen.borrow()
    }

    /// Waits until so many have come; `None` if they do not within `limit`.
    pub(crate) fn wait(&self, count: u64, limit: Duration) -> Option<Seen> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut seen = self.seen.clone();
        let waiting = async { seen.wait_for(|seen| seen.count >= count).await.map(|seen| *seen) };
        runtime.block_on(async { tokio::time::timeout(limit, waiting).await }).ok()?.ok()
    }
}

async fn serve(listener: TcpListener, clock: &Arc<SystemClock>, publish: &Arc<watch::Sender<Seen>>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let (clock, publish) = (Arc::clone(clock), Arc::clone(publish));
        tokio::spawn(async move {
            // A client that goes away ends its connection; that is all.
            let _gone = connection(stream, &clock, &publish).await;
        });
    }
}

async fn connection(
    mut stream: TcpStream,
    clock: &SystemClock,
    publish: &watch::Sender<Seen>,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(16 << 10);
    loop {
        let length = loop {
            if let Some(length) = length_of(&buffer)
                && buffer.len() >= length
            {
                break length;
            }
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        };
        buffer.drain(..length);
        let now = clock.monotonic();
        publish.send_modify(|seen| *seen = Seen { count: seen.count + 1, last: now });
        stream.write_all(ANSWER).await?;
    }
}

/// How many bytes the request that begins here has; `None`: its head is not whole yet.
fn length_of(request: &[u8]) -> Option<usize> {
    let head = request.windows(4).position(|four| four == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&request[..head]).ok()?;
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    Some(head + 4 + length.unwrap_or(0))
}
