//! The framing of a batch of events: a head line of JSON, then the body as it was received, then a line feed.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::event::DedupKey;
use crate::domain::heartbeat::PingKind;
use crate::domain::service::RoutingKey;
use crate::domain::time::Timestamp;

/// The largest body of an event that is accepted: PagerDuty's 512 KB.
pub const EVENT_BYTES_MAX: usize = 524_288;

/// What a door knows of an event besides its body.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Head {
    /// UUID v7, fixed before the first append.
    pub id: Uuid,
    /// When it was accepted.
    pub at: Timestamp,
    /// How many bytes the body has.
    pub len: usize,
    /// Made for a trigger that had none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dedup_key: Option<DedupKey>,
    /// Given outside of the body: by a header or in the path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routing_key: Option<RoutingKey>,
    /// It is a heartbeat's ping, not an event; the routing key is the heartbeat's, the body whatever came with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ping: Option<Pinged>,
}

/// What a ping says.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Pinged {
    /// How it is.
    pub kind: PingKind,
    /// When the sender made it, if it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_at: Option<Timestamp>,
}

/// One event of a batch.
#[derive(Clone, PartialEq, Debug)]
pub struct Record<'a> {
    /// What the door knows.
    pub head: Head,
    /// The body as it was received.
    pub body: &'a [u8],
}

/// Adds an event to a batch.
pub fn encode(head: &Head, body: &[u8], batch: &mut Vec<u8>) {
    debug_assert_eq!(head.len, body.len(), "the head says how long the body is");
    serde_json::to_writer(&mut *batch, head).expect("a head has string keys, and memory does not fail");
    batch.push(b'\n');
    batch.extend_from_slice(body);
    batch.push(b'\n');
}

/// The events of a batch, in order. A batch that is damaged ends in an error that says where.
pub fn records(batch: &[u8]) -> impl Iterator<Item = Result<Record<'_>, String>> {
    let mut rest = batch;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let at = batch.len() - rest.len();
        match split(rest) {
            Some((record, after)) => {
                rest = after;
                Some(Ok(record))
            }
            None => {
                rest = &[];
                Some(Err(format!("the batch is damaged at byte {at}")))
            }
        }
    })
}

fn split(rest: &[u8]) -> Option<(Record<'_>, &[u8])> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let head: Head = serde_json::from_slice(&rest[..end]).ok()?;
    let (body, after) = rest[end + 1..].split_at_checked(head.len)?;
    let after = after.strip_prefix(b"\n")?;
    Some((Record { head, body }, after))
}

/// The lines of an entry that is JSON by lines.
pub fn lines(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(len: usize) -> Head {
        Head {
            id: Uuid::from_u128(7),
            at: Timestamp::from_millis(5),
            len,
            dedup_key: Some(DedupKey("k".into())),
            routing_key: None,
            ping: None,
        }
    }

    #[test]
    fn bodies_come_back_to_the_byte() {
        let bodies: [&[u8]; 4] = [b"{}", b"", b"{\"a\":\n\n1}", b"\n\n"];
        let mut batch = Vec::new();
        for body in bodies {
            encode(&head(body.len()), body, &mut batch);
        }
        let back: Vec<_> = records(&batch).map(|record| record.map(|r| (r.head, r.body))).collect();
        assert_eq!(back, bodies.map(|body| Ok((head(body.len()), body))));
    }

    #[test]
    fn damage_is_told_with_its_place() {
        let mut batch = Vec::new();
        encode(&head(2), b"{}", &mut batch);
        let whole = batch.len();
        encode(&head(2), b"{}", &mut batch);
        batch.truncate(batch.len() - 2);
        let back: Vec<_> = records(&batch).collect();
        assert_eq!(back.len(), 2);
        assert_eq!(back[1], Err(format!("the batch is damaged at byte {whole}")));
    }
}
