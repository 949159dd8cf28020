//! Accepts connections and serves HTTP on them, within bounds: so many connections, so long for a head, so much of it.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::clock::{SharedClock, within};

/// How long a client may take for the head of a request, and how long a connection may be idle between two.
const HEAD_TIMEOUT: Duration = Duration::from_secs(75);
/// How long a TLS handshake may take.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// The largest head of a request.
const HEAD_BYTES: usize = 16 << 10;
/// What is buffered of a connection; an idle one holds about as much.
const BUFFER_BYTES: usize = 16 << 10;
/// Streams that one HTTP/2 connection may have open.
const STREAMS: u32 = 256;
/// How long answers that are on their way may take once the process is ending.
const DRAIN: Duration = Duration::from_secs(20);
/// The pause after the system has refused a connection (out of descriptors, say).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How a listener serves.
pub struct Listener {
    /// Bound.
    pub listener: TcpListener,
    /// What answers.
    pub router: Router,
    /// The newest certificate; `None`: plain HTTP.
    pub tls: Option<watch::Receiver<Arc<rustls::ServerConfig>>>,
    /// At most this many connections are open at a time.
    pub connections: usize,
    /// For time-outs.
    pub clock: SharedClock,
    /// Ends it.
    pub shutdown: CancellationToken,
}

impl Listener {
    /// Serves until the shutdown, then lets what was begun come to its end, for some seconds.
    pub async fn run(self) {
        let graceful = GracefulShutdown::new();
        let places = Arc::new(Semaphore::new(self.connections));
        let mut http = auto::Builder::new(TokioExecutor::new());
        http.http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_buf_size(BUFFER_BYTES.max(HEAD_BYTES))
            // Who has said all that there is to say, and says so, waits for answers nevertheless.
            .half_close(true)
            .keep_alive(true);
        http.http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(HEAD_TIMEOUT)
            .max_concurrent_streams(STREAMS)
            .max_header_list_size(16 << 10);
        let http = Arc::new(http);
        // Ends what has not ended by itself: somebody who takes nothing of an answer would hold up everything after us.
        let cut = CancellationToken::new();
        loop {
            let accepted = tokio::select! {
                biased;
                () = self.shutdown.cancelled() => break,
                accepted = self.accept(&places) => accepted,
            };
            let Some((stream, place)) = accepted else {
                self.clock.sleep(ACCEPT_PAUSE).await;
                continue;
            };
            let service = TowerToHyperService::new(self.router.clone());
            let (http, watcher, clock) = (Arc::clone(&http), graceful.watcher(), Arc::clone(&self.clock));
            let cut = cut.clone();
            let tls = self.tls.as_ref().map(|config| TlsAcceptor::from(Arc::clone(&config.borrow())));
            tokio::spawn(async move {
                let _place = place;
                let serving = async {
                    match tls {
                        None => serve(&http, watcher, stream, service).await,
                        Some(tls) => match within(&*clock, HANDSHAKE_TIMEOUT, tls.accept(stream)).await {
                            Some(Ok(stream)) => serve(&http, watcher, stream, service).await,
                            Some(Err(error)) => Err(error.into()),
                            None => Err("the TLS handshake took too long".into()),
                        },
                    }
                };
                let served = tokio::select! {
                    biased;
                    served = serving => served,
                    () = cut.cancelled() => Err("it did not end in time".into()),
                };
                if let Err(error) = served {
                    tracing::debug!(%error, "a connection ended");
                }
            });
        }
        drop(self.listener);
        if within(&*self.clock, DRAIN, graceful.shutdown()).await.is_none() {
            tracing::warn!("some connections did not end in time, and are cut off");
            cut.cancel();
        }
    }

    /// The next connection, once there is a place for it; others wait in the system's queue.
    async fn accept(
        &self,
        places: &Arc<Semaphore>,
    ) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
        let place = Arc::clone(places).acquire_owned().await.ok()?;
        match self.listener.accept().await {
            Ok((stream, _)) => {
                // Answers are small and whole: waiting for more to send would only make them late.
                let _ = stream.set_nodelay(true);
                Some((stream, place))
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                None
            }
        }
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

async fn serve<I>(
    http: &auto::Builder<TokioExecutor>,
    watcher: hyper_util::server::graceful::Watcher,
    stream: I,
    service: TowerToHyperService<Router>,
) -> Result<(), Failure>
where
    I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let connection = http.serve_connection(TokioIo::new(stream), service).into_owned();
    pin!(watcher.watch(connection)).await
}

/// Binds the address.
///
/// # Errors
/// When it is taken, or not ours.
pub async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => tokio::net::TcpSocket::new_v4()?,
        SocketAddr::V6(_) => tokio::net::TcpSocket::new_v6()?,
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(4096)
}
