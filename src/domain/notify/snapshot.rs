//! The state as records, and back: what a snapshot holds. What can be derived is derived again.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::NotificationId;
use super::evolve::{close_window, insert};
use super::state::{Counts, LaneId, Message, Page, State};
use crate::domain::id::{ServiceId, UserId};
use crate::domain::incident::PageId;
use crate::domain::time::Timestamp;

/// A part of the state. The meaning of a name never changes.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Record {
    /// What there is one of.
    Totals {
        /// How often the installation was restored from a backup.
        epoch: u32,
        /// How often each thing ever happened.
        counts: Counts,
    },
    /// A page.
    Page(PageId, Arc<Page>),
    /// A message, after its page.
    Message(NotificationId, Arc<Message>),
    /// A lane that has sent lately, and when its next may go.
    Window(LaneId, Timestamp),
    /// When a user was paged last for a service.
    Paged(ServiceId, UserId, Timestamp),
}

/// The state as records, in an order in which they can be put together again.
pub fn records(state: &State) -> impl Iterator<Item = Record> {
    let totals = Record::Totals { epoch: state.epoch, counts: state.counts };
    let pages = state.pages.iter().map(|(id, page)| Record::Page(*id, Arc::clone(page)));
    let messages = state.messages.iter().map(|(id, message)| Record::Message(*id, Arc::clone(message)));
    let windows = state.windows.iter().map(|(end, lane)| Record::Window(*lane, *end));
    let paged = state.paged.iter().map(|((service, user), at)| Record::Paged(*service, *user, *at));
    std::iter::once(totals).chain(pages).chain(messages).chain(windows).chain(paged)
}

/// The state that these records were taken from.
pub fn restore(records: impl IntoIterator<Item = Record>) -> State {
    let mut state = State::default();
    for record in records {
        match record {
            Record::Totals { epoch, counts } => (state.epoch, state.counts) = (epoch, counts),
            Record::Page(id, page) => {
                state.by_incident.insert((page.number, id));
                state.pages.insert(id, page);
            }
            Record::Message(id, message) => insert(&mut state, id, Arc::unwrap_or_clone(message)),
            Record::Window(lane, end) => close_window(&mut state, lane, end),
            Record::Paged(service, user, at) => {
                state.paged.insert((service, user), at);
                state.paged_order.insert((at, service, user));
            }
        }
    }
    state
}
