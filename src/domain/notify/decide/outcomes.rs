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
use crate::domain::notify::state::{Message, Progress, overdue_at};
use crate::domain::notify::{Fact, NotificationId};

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
                self.end_all(&ids, &NotifyOutcome::Failed { reason: Arc::clone(reason) });
            }
            Outcome::Retry { after, reason } => {
                let failed = NotifyOutcome::Failed { reason: Arc::clone(reason) };
                self.try_again(&ids, reason, &failed, |attempts| retry::pause(attempts, *after, chance));
            }
            Outcome::Unknown { reason } => {
                self.unknown(&ids, reason, |attempts| retry::pause(attempts, None, chance));
            }
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
        let overdue = self.state.claims.iter().take_while(|(at, _)| overdue_at(*at) <= self.now);
        let overdue: Vec<_> = overdue.map(|(_, id)| *id).collect();
        self.unknown(&overdue, &reason, |_| Duration::ZERO);
    }

    /// A restored backup: what was claimed then, or due since, may have been sent since. Nothing of it is sent again,
    /// not even where the receiver can tell.
    pub(super) fn start_epoch(&mut self, epoch: u32) {
        if epoch <= self.state.epoch {
            return;
        }
        self.emit(Fact::EpochStarted { epoch, at: self.now });
        let reason = Arc::from("the installation was restored from a backup");
        let maybe_sent = |message: &Message| !message.is_planned() || message.due <= self.now;
        let open =
            self.state.messages.iter().filter(|(id, message)| id.page.epoch < epoch && maybe_sent(message));
        let open: Vec<_> = open.map(|(id, _)| *id).collect();
        self.end_all(&open, &NotifyOutcome::Unknown { reason });
    }

    /// The fate of these is unknown: only where the receiver can tell a repetition they are tried again.
    fn unknown(&mut self, ids: &[NotificationId], reason: &Arc<str>, pause: impl Fn(u32) -> Duration) {
        let tells = |id: &NotificationId| {
            self.state.messages.get(id).is_some_and(|message| message.contact.channel.tells_repeats())
        };
        let (again, over): (Vec<_>, Vec<_>) = ids.iter().copied().partition(tells);
        let outcome = NotifyOutcome::Unknown { reason: Arc::clone(reason) };
        self.try_again(&again, reason, &outcome, pause);
        self.end_all(&over, &outcome);
    }

    /// Plans these again, together; those beyond their budget end with `otherwise`.
    fn try_again(
        &mut self,
        ids: &[NotificationId],
        reason: &Arc<str>,
        otherwise: &NotifyOutcome,
        pause: impl Fn(u32) -> Duration,
    ) {
        let within = |id: &NotificationId| {
            self.state.messages.get(id).is_some_and(|message| retry::within_budget(message, self.now))
        };
        let (again, over): (Vec<_>, Vec<_>) = ids.iter().copied().partition(within);
        let attempts = again.iter().filter_map(|id| self.state.messages.get(id)).map(|m| m.attempts).max();
        if let Some(attempts) = attempts {
            let due = self.now.plus(pause(attempts));
            let reason = Arc::clone(reason);
            self.emit(Fact::NotificationPostponed { ids: again, due, reason, at: self.now });
        }
        self.end_all(&over, otherwise);
    }

    /// Ends messages, and then says what their pages came to, or moves them on.
    fn end_all(&mut self, ids: &[NotificationId], outcome: &NotifyOutcome) {
        for id in ids {
            self.end(*id, outcome.clone());
        }
        for page in by_page(ids).into_keys() {
            if self.state.pages.get(&page).is_some_and(|page| page.reached) {
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

fn by_page(ids: &[NotificationId]) -> BTreeMap<PageId, Vec<NotificationId>> {
    ids.iter().fold(BTreeMap::new(), |mut pages: BTreeMap<_, Vec<_>>, id| {
        pages.entry(id.page).or_default().push(*id);
        pages
    })
}
