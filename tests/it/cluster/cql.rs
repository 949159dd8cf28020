//! Single CQL statements to one certain node: what no driver that balances load would promise.

use std::io::{Error, ErrorKind, Read as _, Result, Write as _};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

/// The port that every node serves clients on.
pub(super) const PORT: u16 = 9042;

/// How many nodes must have answered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Consistency {
    /// A single one.
    One = 1,
    /// The majority of all.
    Quorum = 4,
    /// Every one.
    All = 5,
}

const VERSION: u8 = 4;
const ERROR: u8 = 0;
const STARTUP: u8 = 1;
const AUTHENTICATE: u8 = 3;
const AUTH_RESPONSE: u8 = 15;
const QUERY: u8 = 7;
/// A flag of a query.
const NO_METADATA: u8 = 2;
/// A kind of answer.
const ROWS: u32 = 2;
/// The largest answer that is read. Statements here answer with little.
const ANSWER_MAX: usize = 1 << 20;

/// Runs a statement with this node as its coordinator. `limit` is for each step on the network.
///
/// # Errors
/// When the node cannot be reached or does not answer in time, and what it says when it refuses.
pub(crate) fn execute(
    node: IpAddr,
    statement: &str,
    consistency: Consistency,
    limit: Duration,
) -> Result<()> {
    ask(node, None, statement, consistency, limit).map(|_| ())
}

/// The same on a node that asks who one is.
///
/// # Errors
/// As [`execute`].
#[cfg(test)]
pub(super) fn execute_as(
    node: IpAddr,
    (user, password): (&str, &str),
    statement: &str,
    limit: Duration,
) -> Result<()> {
    let login = format!("\0{user}\0{password}");
    ask(node, Some(&login), statement, Consistency::One, limit).map(|_| ())
}

/// Runs a query of a small table on this node alone; how many rows it finds.
///
/// # Errors
/// As [`execute`].
pub(crate) fn rows(node: IpAddr, query: &str, limit: Duration) -> Result<u32> {
    let answer = ask(node, None, query, Consistency::One, limit)?;
    let number = |at: usize| {
        answer.get(at..at + 4).map(|bytes| u32::from_be_bytes(bytes.try_into().expect("four bytes")))
    };
    // The kind of the answer, flags, how many columns; then, as their names are left out, how many rows.
    match (number(0), number(12)) {
        (Some(ROWS), Some(rows)) => Ok(rows),
        _ => Err(Error::new(ErrorKind::InvalidData, "not an answer with rows")),
    }
}

/// One statement on a connection of its own; the body of its answer.
fn ask(
    node: IpAddr,
    login: Option<&str>,
    statement: &str,
    consistency: Consistency,
    limit: Duration,
) -> Result<Vec<u8>> {
    let mut stream = TcpStream::connect_timeout(&SocketAddr::new(node, PORT), limit)?;
    stream.set_read_timeout(Some(limit))?;
    stream.set_write_timeout(Some(limit))?;
    let mut startup = 1_u16.to_be_bytes().to_vec();
    for text in ["CQL_VERSION", "3.0.0"] {
        startup.extend(u16::try_from(text.len()).expect("short").to_be_bytes());
        startup.extend(text.as_bytes());
    }
    let (answered, _) = exchange(&mut stream, STARTUP, &startup)?;
    if let (AUTHENTICATE, Some(login)) = (answered, login) {
        let mut response = u32::try_from(login.len()).expect("short").to_be_bytes().to_vec();
        response.extend(login.as_bytes());
        exchange(&mut stream, AUTH_RESPONSE, &response)?;
    }
    let mut query = u32::try_from(statement.len()).expect("short").to_be_bytes().to_vec();
    query.extend(statement.as_bytes());
    query.extend((consistency as u16).to_be_bytes());
    query.push(NO_METADATA);
    exchange(&mut stream, QUERY, &query).map(|(_, answer)| answer)
}

/// One request, and the kind and the body of its answer.
fn exchange(stream: &mut TcpStream, operation: u8, body: &[u8]) -> Result<(u8, Vec<u8>)> {
    let mut frame = vec![VERSION, 0, 0, 0, operation];
    frame.extend(u32::try_from(body.len()).expect("short").to_be_bytes());
    frame.extend(body);
    stream.write_all(&frame)?;
    let mut head = [0; 9];
    stream.read_exact(&mut head)?;
    let size = u32::from_be_bytes(head[5..].try_into().expect("four bytes")) as usize;
    if size > ANSWER_MAX {
        return Err(Error::new(ErrorKind::InvalidData, format!("an answer of {size} bytes")));
    }
    let mut answer = vec![0; size];
    stream.read_exact(&mut answer)?;
    if head[4] != ERROR {
        return Ok((head[4], answer));
    }
    // A code of four bytes, then a text after its length of two.
    let length = answer.get(4..6).map_or(0, |bytes| usize::from(u16::from_be_bytes([bytes[0], bytes[1]])));
    let text = answer.get(6..6 + length).unwrap_or_default();
    Err(Error::other(String::from_utf8_lossy(text).into_owned()))
}
