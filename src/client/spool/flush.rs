//! Sends what waits, in order.

use std::time::Duration;

use super::{Entry, Error, Spool};
use crate::client::{self, Client, events};

/// What a flush did.
#[derive(Debug, Default)]
pub struct Flushed {
    /// How many events the server has accepted.
    pub sent: usize,
    /// What it refused, or what cannot be read: the dedup key or file, and the reason.
    pub rejected: Vec<(String, String)>,
    /// How many are too old to be sent unasked.
    pub stale: usize,
    /// How many are meant for other servers.
    pub elsewhere: usize,
    /// How many still wait for this server.
    pub left: usize,
    /// Why the rest was not sent.
    pub stopped: Option<client::Error>,
    /// Whether another process is sending what waits.
    pub busy: bool,
}

impl Flushed {
    /// Whether an event sent now would not overtake another one.
    pub fn is_clear(&self) -> bool {
        self.stopped.is_none() && !self.busy
    }
}

/// Sends what waits for `client`'s server, oldest first, until it is away. An event is removed once it is accepted.
///
/// # Errors
/// [`Error`], when the spool cannot be read or changed; what was sent before may be sent again, which changes nothing.
pub async fn flush(
    spool: &Spool,
    client: &Client,
    stale_too: bool,
    patience: Duration,
) -> Result<Flushed, Error> {
    let mut done = Flushed::default();
    if spool.waiting()?.is_empty() {
        return Ok(done);
    }
    let Some(_sender) = spool.sender(patience, &**client.clock()).await? else {
        return Ok(Flushed { busy: true, ..done });
    };
    let urls: Vec<_> = client.target().urls.iter().map(ToString::to_string).collect();
    for file in spool.list()? {
        let entry = match file.entry {
            Ok(entry) => entry,
            Err(reason) => {
                spool.reject(&file.id, None, &reason)?;
                done.rejected.push((file.id, reason));
                continue;
            }
        };
        if !entry.is_for(&urls) {
            done.elsewhere += 1;
        } else if entry.is_stale(client.clock().now()) && !stale_too {
            done.stale += 1;
        } else if done.stopped.is_some() {
            done.left += 1;
        } else {
            send(spool, client, &file.id, &entry, &mut done).await?;
        }
    }
    Ok(done)
}

async fn send(
    spool: &Spool,
    client: &Client,
    id: &str,
    entry: &Entry,
    done: &mut Flushed,
) -> Result<(), Error> {
    match events::enqueue(client, &entry.event).await {
        Ok(_) => {
            spool.remove(id)?;
            done.sent += 1;
        }
        // Both say that asking again may help, or that this is not the server it was; neither judges the event.
        Err(error @ (client::Error::Garbled { .. } | client::Error::Setup(_))) => stop(done, error),
        Err(error) if error.is_away() => stop(done, error),
        Err(error) => {
            let reason = error.to_string();
            spool.reject(id, Some(entry), &reason)?;
            let key = entry.event["dedup_key"].as_str().unwrap_or(id).to_owned();
            done.rejected.push((key, reason));
        }
    }
    Ok(())
}

fn stop(done: &mut Flushed, error: client::Error) {
    done.left += 1;
    done.stopped = Some(error);
}
