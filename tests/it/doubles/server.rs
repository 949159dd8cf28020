//! What the doubles share: a listener on a thread of its own, and a record that can be waited on.
#![expect(clippy::unwrap_used, reason = "a test")]

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Condvar, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;

const RECEIVE_BUFFER_BYTES: u32 = 32 * 1024;

/// A server that ends when it is dropped.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Serves each connection by `serve` until dropped.
    pub(crate) fn start<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self::start_at(IpAddr::V4(Ipv4Addr::LOCALHOST), serve)
    }

    /// The same at another address of this machine.
    pub(crate) fn start_at<F>(at: IpAddr, serve: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (stop, mut stopped) = oneshot::channel();
        let (bound, address) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = listen(at);
                bound.send(listener.local_addr().unwrap()).unwrap();
                loop {
                    tokio::select! {
                        biased;
                        _ = &mut stopped => return,
                        accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                            stream.set_nodelay(true).unwrap();
                            tokio::spawn(serve(stream));
                        },
                    }
                }
            });
        });
        let address = address.recv().unwrap();
        Self { address, stop: Some(stop), thread: Some(thread) }
    }
}

/// A listener whose connections take little before they are read, so that a server that stops reading is noticed.
fn listen(at: IpAddr) -> TcpListener {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(RECEIVE_BUFFER_BYTES).unwrap();
    socket.bind(SocketAddr::new(at, 0)).unwrap();
    socket.listen(1024).unwrap()
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "a double panicked");
        }
    }
}

/// A value that threads share, change and wait on.
pub(crate) struct Watched<T>(Arc<(Mutex<T>, Condvar)>);

impl<T> Clone for Watched<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Watched<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Arc::new((Mutex::new(value), Condvar::new())))
    }

    /// Changes or reads the value.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        let mut value = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        let result = work(&mut value);
        self.0.1.notify_all();
        result
    }

    /// Waits until `done` gives something; `None` if it did not in `limit`. It blocks the thread.
    pub(crate) fn wait<R>(&self, limit: Duration, mut done: impl FnMut(&mut T) -> Option<R>) -> Option<R> {
        let value = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut result = None;
        let waited = self.0.1.wait_timeout_while(value, limit, |value| {
            result = done(value);
            result.is_none()
        });
        drop(waited);
        result
    }
}
