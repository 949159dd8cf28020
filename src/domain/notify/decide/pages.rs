//! Pages: taken over, cancelled, moved on to the next contact method, and settled.

use super::Draft;
use crate::domain::id::{ContactMethodId, IncidentNumber, UserId};
use crate::domain::incident::{CancelReason, PageId};
use crate::domain::incidents;
use crate::domain::incidents::fact::{PageContact, UserPaged};
use crate::domain::notify::state::{Message, Page};
use crate::domain::notify::{Fact, NotificationId};
use crate::domain::purpose::Purpose;

impl Draft {
    /// What the incidents stage says. What is claimed is not cancelled here: the process that sends it takes a last
    /// look itself.
    pub(super) fn incidents(&mut self, fact: &incidents::fact::Fact) {
        use incidents::fact::Fact as Said;
        match fact {
            Said::UserPaged(paged) => self.plan(paged),
            Said::IncidentAcknowledged { number, .. } => {
                self.cancel_incident(*number, CancelReason::Acknowledged, |page| page.purpose.escalates());
            }
            Said::IncidentUnacknowledged { number, .. } => {
                let reminds = |page: &Page| page.purpose == Purpose::Reminder;
                self.cancel_incident(*number, CancelReason::Unacknowledged, reminds);
            }
            Said::IncidentResolved { number, .. } => {
                // That it is over is just what a status update may say.
                let about_work = |page: &Page| !matches!(page.purpose, Purpose::StatusUpdate { .. });
                self.cancel_incident(*number, CancelReason::Resolved, about_work);
            }
            Said::IncidentAssigned { number, users, .. } => {
                let other = |page: &Page| page.purpose.escalates() && !users.contains(&page.user);
                self.cancel_incident(*number, CancelReason::Reassigned, other);
            }
            Said::IncidentRestored { number, .. } => {
                let undone = |page: &Page| page.purpose.escalates() || page.purpose == Purpose::Reminder;
                self.cancel_incident(*number, CancelReason::Undone, undone);
            }
            Said::PagesRecalled { number, reason, .. } => {
                self.cancel_incident(*number, *reason, |page| page.purpose.escalates());
            }
            Said::ResponderReplied { number, user, .. } => {
                let asked = |page: &Page| page.purpose == Purpose::Responder && page.user == *user;
                self.cancel_incident(*number, CancelReason::Answered, asked);
            }
            Said::UserDeleted { id } => self.cancel_contacts(*id, |_| true),
            Said::ContactMethodRemoved { user, id } => self.cancel_contacts(*user, |contact| contact == *id),
            Said::EpochStarted { epoch, .. } => self.start_epoch(*epoch),
            _ => {}
        }
    }

    fn plan(&mut self, paged: &UserPaged) {
        if !self.state.pages.contains_key(&paged.page) {
            self.emit(Fact::PagePlanned(Box::new(paged.clone())));
            self.move_on(paged.page);
        }
    }

    fn cancel_incident(&mut self, number: IncidentNumber, why: CancelReason, of: impl Fn(&Page) -> bool) {
        let first = (number, PageId { epoch: 0, n: 0 });
        let pages = self.state.by_incident.range(first..);
        let pages: Vec<_> = pages.take_while(|(of, _)| *of == number).map(|(_, page)| *page).collect();
        for id in pages {
            if self.state.pages.get(&id).is_some_and(|page| of(page)) {
                self.cancel(id, why, |_| true);
                self.settle(id);
            }
        }
    }

    /// Cancels what goes to a user's contact methods. Goes through all pages: users and contact methods are seldom
    /// removed.
    fn cancel_contacts(&mut self, user: UserId, which: impl Fn(ContactMethodId) -> bool) {
        let pages = self.state.pages.iter().filter(|(_, page)| page.user == user);
        let pages: Vec<_> = pages.map(|(id, _)| *id).collect();
        for id in pages {
            self.cancel(id, CancelReason::ContactRemoved, &which);
            self.move_on(id);
        }
    }

    /// Cancels the planned messages of a page.
    fn cancel(&mut self, id: PageId, reason: CancelReason, which: impl Fn(ContactMethodId) -> bool) {
        let ids: Vec<_> = self
            .open_messages(id)
            .filter(|(_, message)| message.is_planned() && which(message.contact.id))
            .map(|(id, _)| id)
            .collect();
        self.cancelled(id, ids, reason);
    }

    /// A process's last look found that messages of one page are not needed.
    pub(super) fn not_needed(&mut self, page: PageId, ids: Vec<NotificationId>, reason: CancelReason) {
        self.cancelled(page, ids, reason);
        match reason {
            CancelReason::ContactRemoved => self.move_on(page),
            // The rest of the page is not needed either; the incidents stage's own word may still be on its way.
            CancelReason::Acknowledged
            | CancelReason::Resolved
            | CancelReason::Reassigned
            | CancelReason::Unacknowledged
            | CancelReason::Answered
            | CancelReason::UrgencyRaised
            | CancelReason::Undone => {
                self.cancel(page, reason, |_| true);
                self.settle(page);
            }
        }
    }

    /// Says that messages of one page were not needed.
    fn cancelled(&mut self, page: PageId, ids: Vec<NotificationId>, reason: CancelReason) {
        let Some(page) = self.state.pages.get(&page).filter(|_| !ids.is_empty()) else { return };
        let (number, user) = (page.number, page.user);
        self.emit(Fact::NotificationsCancelled { ids, number, user, reason, at: self.now });
    }

    /// After a message ended, or was planned: while nobody was reached and nothing is due or on its way, the user's
    /// next contact method is tried at once. In this order: a planned one that was not tried yet; if the fate of a
    /// message is unknown, one that was not planned; any planned one. With none left the page is settled.
    pub(super) fn move_on(&mut self, id: PageId) {
        let Some(page) = self.state.pages.get(&id).filter(|page| !page.reached) else { return };
        let busy = |message: &Message| !message.is_planned() || message.due <= self.now;
        let fresh_page = page.tried.is_empty();
        if page.settled || self.open_messages(id).any(|(_, message)| busy(message)) {
            return;
        }
        if fresh_page && !page.open.is_empty() {
            // Nothing has gone wrong yet: the user's own rules say when.
            return;
        }
        if let Some(id) = self.next_planned(id, |contact| !page.tried.contains(&contact)) {
            self.emit(Fact::NotificationAdvanced { id, due: self.now });
        } else if let Some(contact) = next_spare(page) {
            let id = NotificationId { page: id, n: page.next };
            self.emit(Fact::NotificationPlanned { id, due: self.now, contact, may_repeat: true });
        } else if let Some(id) = self.next_planned(id, |_| true) {
            self.emit(Fact::NotificationAdvanced { id, due: self.now });
        } else {
            self.settle(id);
        }
    }

    /// Says what a page came to, once: that it reached somebody, or that every message ended without that.
    pub(super) fn settle(&mut self, id: PageId) {
        let Some(page) = self.state.pages.get(&id) else { return };
        if page.settled || !(page.reached || page.open.is_empty()) {
            return;
        }
        let (number, reached, unknown, purpose) = (page.number, page.reached, page.unknown, page.purpose);
        self.emit(Fact::PageSettled { number, page: id, reached, unknown, purpose, at: self.now });
    }

    fn next_planned(&self, id: PageId, of: impl Fn(ContactMethodId) -> bool) -> Option<NotificationId> {
        let planned = self.open_messages(id).filter(|(_, message)| of(message.contact.id));
        planned.min_by_key(|(id, message)| (message.due, *id)).map(|(id, _)| id)
    }

    /// The open messages of a page.
    pub(super) fn open_messages(&self, id: PageId) -> impl Iterator<Item = (NotificationId, &Message)> {
        let ids = self.state.pages.get(&id).into_iter().flat_map(move |page| page.open_ids(id));
        ids.filter_map(|id| Some((id, &**self.state.messages.get(&id)?)))
    }
}

/// What is left of the contact methods that no rule names. Only a message whose fate is unknown opens them.
fn next_spare(page: &Page) -> Option<PageContact> {
    let untried = |contact: &&PageContact| !page.tried.contains(&contact.id);
    page.spare.iter().filter(|_| page.unknown).find(untried).cloned()
}
