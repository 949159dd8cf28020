//! What came of messages, and what follows from it.
//!
//! An outcome of a message that has ended meanwhile (its claim was given up as unknown) is ignored: the page has moved
//! on, and what the timeline says of it stays true.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::{Draft, retry};
use crate::domain::incident::{NotifyOutcome, PageId};
use crate::domain::notify::input::Outcome;
use crate::domain::notify::state::Progress;
use crate::domain::notify::{Fact, NotificationId};
use crate::mutants::{self, Mutant};

impl Draft {
    /// The process that claimed these says what came of them.
    pub(super) fn outcome(&mut self, ids: &[NotificationId], process: Uuid, outcome: &Outcome, chance: u64) {
        let claimed = |id: &NotificationId| {
            let message = self.state.messages.get(id);
            message
                .is_some_and(|m| matches!(m.progress, Progress::Claimed { process: by, .. } if by == process))
        };
        let ids: Vec<_> = ids.iter().copied().filter(claimed).collect();
        match outcome {
            Outcome::Sent { receipt } => {
                self.end_all(&ids, &NotifyOutcome::Sent { receipt: Arc::clone(receipt) });
            }
            Outcome::Permanent { reason } => {
                self.end_all(&ids, &failed(reason));
            }
            Outcome::NotTried { after, reason } => {
                self.try_again(
                    &ids,
                    &Again { reason, after: *after, chance: Some(chance), tried: false },
                    &failed(reason),
                );
            }
            Outcome::Retry { after, reason } => {
                let after = after.unwrap_or_default();
                self.try_again(
                    &ids,
                    &Again { reason, after, chance: Some(chance), tried: true },
                    &failed(reason),
                );
            }
            Outcome::Unknown { reason } => self.unknown(&ids, reason, Some(chance)),
            Outcome::NotNeeded { reason } => {
                for (page, ids) in by_page(&ids) {
                    self.not_needed(page, ids, *reason);
                }
            }
        }
    }

    /// Claims that nobody told the outcome of in time: their process is gone, or cut off.
    pub(super) fn give_up_claims(&mut self) {
        let reason = Arc::from("the process that was to send it did not say what came of it");
        let overdue = self.state.claims.iter().take_while(|(at, _)| *at <= self.now);
        let overdue: Vec<_> = overdue.map(|(_, id)| *id).collect();
        self.unknown(&overdue, &reason, None);
    }

    /// A restored backup: whatever was open then may have been sent since. What seems to be due later only may have been
    /// tried early, or the clock may be wrong that says so. Nothing of it is sent again, not even where the receiver can
    /// tell, and no other contact method is tried in its place: who is paged next is the incident's to say, under ids
    /// that were never used.
    pub(super) fn start_epoch(&mut self, epoch: u32) {
        if epoch <= self.state.epoch {
            return;
        }
        self.emit(Fact::EpochStarted { epoch, at: self.now });
        let reason = Arc::from("the installation was restored from a backup");
        let open = self.state.messages.keys().filter(|id| id.page.epoch < epoch);
        let open: Vec<_> = open.copied().collect();
        self.end_all(&open, &NotifyOutcome::Unknown { reason });
    }

    /// The fate of these is unknown: only where the receiver can tell a repetition they are tried again.
    fn unknown(&mut self, ids: &[NotificationId], reason: &Arc<str>, chance: Option<u64>) {
        let tells = |id: &NotificationId| {
            let message = self.state.messages.get(id);
            message.is_some_and(|message| message.contact.channel.tells_repeats())
                || mutants::is(Mutant::UnknownSentAgain)
        };
        let (again, over): (Vec<_>, Vec<_>) = ids.iter().copied().partition(tells);
        let outcome = NotifyOutcome::Unknown { reason: Arc::clone(reason) };
        self.try_again(&again, &Again { reason, after: Duration::ZERO, chance, tried: true }, &outcome);
        self.end_all(&over, &outcome);
    }

    /// Plans these again, together; those beyond their budget end with `otherwise`.
    fn try_again(&mut self, ids: &[NotificationId], again: &Again<'_>, otherwise: &NotifyOutcome) {
        let within = |id: &NotificationId| {
            self.state.messages.get(id).is_some_and(|message| retry::within_budget(message, self.now))
        };
        let (planned, over): (Vec<_>, Vec<_>) = ids.iter().copied().partition(within);
        let attempts = planned.iter().filter_map(|id| self.state.messages.get(id)).map(|m| m.attempts).max();
        if let Some(attempts) = attempts {
            let due = self.now.plus(retry::pause(attempts, again.after, again.chance));
            let (reason, tried, at) = (Arc::clone(again.reason), again.tried, self.now);
            self.emit(Fact::NotificationPostponed { ids: planned, due, tried, reason, at });
        }
        self.end_all(&over, otherwise);
    }

    /// Ends messages, and then says what their pages came to, or moves them on.
    fn end_all(&mut self, ids: &[NotificationId], outcome: &NotifyOutcome) {
        for id in ids {
            self.end(*id, outcome.clone());
        }
        for page in by_page(ids).into_keys() {
            let of_the_past = page.epoch < self.state.epoch;
            if of_the_past || self.state.pages.get(&page).is_some_and(|page| page.reached) {
                self.settle(page);
            } else {
                self.move_on(page);
            }
        }
    }

    fn end(&mut self, id: NotificationId, outcome: NotifyOutcome) {
        let Some(message) = self.state.messages.get(&id) else { return };
        let Some(page) = self.state.pages.get(&id.page) else { return };
        let (number, user, at) = (page.number, page.user, self.now);
        let (channel, contact_method) = (message.contact.channel, message.contact.id);
        self.emit(Fact::NotificationEnded { id, number, user, channel, contact_method, outcome, at });
    }
}

/// How messages are tried again.
struct Again<'a> {
    /// Why.
    reason: &'a Arc<str>,
    /// Not before this.
    after: Duration,
    /// For the jitter; `None`: without.
    chance: Option<u64>,
    /// Whether the provider was asked.
    tried: bool,
}

fn failed(reason: &Arc<str>) -> NotifyOutcome {
    NotifyOutcome::Failed { reason: Arc::clone(reason) }
}

fn by_page(ids: &[NotificationId]) -> BTreeMap<PageId, Vec<NotificationId>> {
    ids.iter().fold(BTreeMap::new(), |mut pages: BTreeMap<_, Vec<_>>, id| {
        pages.entry(id.page).or_default().push(*id);
        pages
    })
}
