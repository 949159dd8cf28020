//! What a cursor and a replica stand on: the entry before them. A store that was restored from a backup is noticed there.

use std::time::Duration;

use super::replica::News;
use super::{Cursor, Error, Loop, Stage};
use crate::journal::{self, Journal, LogName, Outcome, Read, Seq};
use crate::mutants::{self, Mutant};

/// For how long the ground that was seen is taken to be there still. To put a store back takes longer, and meanwhile it
/// answers nobody; so whoever has seen the ground since then has seen it in the same store.
const TRUST: Duration = Duration::from_secs(1);

/// How often the ground is looked at before an append, if looking takes longer than the trust lasts: a store that is so
/// slow must not keep everything from being written.
const LOOKS_MAX: u32 = 2;

/// What is before a cursor.
enum Ground {
    /// The entry that was consumed.
    Firm,
    /// It was truncated.
    Gone { first: Seq },
    /// Not that entry: what is there instead.
    Other(String),
}

/// Looks at the entry before a cursor.
async fn look_at(journal: &dyn Journal, log: &LogName, cursor: &Cursor) -> Result<Ground, journal::Error> {
    let Some(before) = cursor.next.0.checked_sub(1) else { return Ok(Ground::Firm) };
    // Recovery sets such a cursor where the entry before is gone for good: there is nothing left to compare.
    if cursor.previous.is_nil() {
        return Ok(Ground::Firm);
    }
    Ok(match journal.read(log, Seq(before), 1).await? {
        Read::Run { entries, .. } => match entries.first() {
            Some(entry) if entry.id == cursor.previous => Ground::Firm,
            Some(entry) => Ground::Other(format!("it is {}", entry.id)),
            // What a read does not show may be there all the same: it was seen once.
            None if !mutants::is(Mutant::GapIsLoss) && journal.extent(log).await?.next >= cursor.next => {
                let reason =
                    format!("the entry before {} of the journal {log} is not shown yet", cursor.next);
                return Err(journal::Error::Unavailable { reason, outcome: Outcome::NotDone });
            }
            None => Ground::Other("the journal ends before it".to_owned()),
        },
        Read::Truncated { first } => Ground::Gone { first },
    })
}

/// Whether the entry before a cursor is the one that was consumed.
pub(super) async fn check_cursor(journal: &dyn Journal, log: &LogName, cursor: &Cursor) -> Result<(), Error> {
    let found = match look_at(journal, log, cursor).await? {
        Ground::Firm => return Ok(()),
        Ground::Gone { first } => format!("everything below {first} is gone"),
        Ground::Other(found) => found,
    };
    Err(restored(log, cursor, found))
}

fn restored(log: &LogName, cursor: &Cursor, found: String) -> Error {
    Error::Restored { log: log.clone(), next: cursor.next, expected: cursor.previous, found }
}

/// Whether a process may write after what it knows.
pub(super) enum Footing {
    /// It may.
    Firm,
    /// It slept: others have gone on, and removed what it knows.
    Left,
}

impl<S: Stage> Loop<S> {
    /// Whether the ground was seen just now. A process alone with its store need not look: nobody else can have put another
    /// in its place.
    pub(super) fn is_grounded(&self) -> bool {
        self.standing.is_alone() || self.world.clock.monotonic().saturating_sub(self.grounded_at) < TRUST
    }

    /// Makes sure that the own journal goes on from what this process knows, unless that was seen just now.
    pub(super) async fn footing(&mut self) -> Result<Footing, Error> {
        for _ in 0..LOOKS_MAX {
            if self.is_grounded() {
                break;
            }
            let asked_at = self.world.clock.monotonic();
            match self.look_down().await? {
                Ground::Firm => self.grounded_at = asked_at,
                Ground::Gone { first } if self.is_at_the_end().await => {
                    let found = format!("everything below {first} is gone, and nothing follows");
                    return Err(restored(&self.log, &self.replica.cursor(), found));
                }
                Ground::Gone { .. } => return Ok(Footing::Left),
                Ground::Other(found) => return Err(restored(&self.log, &self.replica.cursor(), found)),
            }
        }
        Ok(Footing::Firm)
    }

    /// What was read after what this process knows, if it is of the same journal. A store may have been put back to an
    /// older copy and have grown again beyond here; what is read first and compared then shows it.
    pub(super) async fn news_of_this_ground(&mut self) -> Result<News<S>, Error> {
        let asked_at = self.world.clock.monotonic();
        let news = self.replica.news(&*self.journal, &self.log).await?;
        let News::Entries(entries) = &news else { return Ok(news) };
        if entries.is_empty() || self.standing.is_alone() {
            return Ok(news);
        }
        if asked_at.saturating_sub(self.grounded_at) >= TRUST {
            match self.look_down().await? {
                Ground::Firm => {}
                Ground::Gone { .. } => return self.replica.jump(&*self.journal, &self.log).await,
                Ground::Other(found) => return Err(restored(&self.log, &self.replica.cursor(), found)),
            }
        }
        self.grounded_at = asked_at;
        Ok(news)
    }

    async fn look_down(&mut self) -> Result<Ground, Error> {
        if mutants::is(Mutant::GroundTakenForGranted) {
            return Ok(Ground::Firm);
        }
        Ok(look_at(&*self.journal, &self.log, &self.replica.cursor()).await?)
    }
}
