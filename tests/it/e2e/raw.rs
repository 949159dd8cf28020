//! A connection on which a test says what it likes, byte by byte.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(120);

pub(super) struct Raw(TcpStream);

impl Raw {
    pub(super) fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        stream.set_write_timeout(Some(TIMEOUT)).unwrap();
        Self(stream)
    }

    /// Writes; the server may have hung up already.
    pub(super) fn try_say(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.0.write_all(bytes.as_ref())
    }

    pub(super) fn say(&mut self, bytes: impl AsRef<[u8]>) {
        self.try_say(bytes).unwrap();
    }

    /// Nothing more will be said.
    pub(super) fn hush(&mut self) {
        self.0.shutdown(Shutdown::Write).unwrap();
    }

    /// Everything until the server closes the connection (or resets it, when it had not read all).
    pub(super) fn hear_all(&mut self) -> String {
        let mut heard = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            match self.0.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => heard.extend_from_slice(&buffer[..read]),
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => break,
                Err(error) => panic!("{error} after {:?}", String::from_utf8_lossy(&heard)),
            }
        }
        String::from_utf8_lossy(&heard).into_owned()
    }

    /// What comes until it contains `end`.
    ///
    /// # Panics
    /// When the connection ends before.
    pub(super) fn hear_until(&mut self, end: &str) -> String {
        let mut heard = String::new();
        let mut byte = [0; 1];
        while !heard.contains(end) {
            let read = self.0.read(&mut byte).unwrap_or_else(|error| panic!("{error} after {heard:?}"));
            assert_eq!(read, 1, "it ended after {heard:?}");
            heard.push(char::from(byte[0]));
        }
        heard
    }
}

/// The status in the first line of an answer.
pub(super) fn status(answer: &str) -> Option<u16> {
    answer.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}
