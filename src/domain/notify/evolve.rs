//! What a fact changes. It computes no time, decides nothing and cannot fail; what a fact names and the state does not
//! know is passed over.

use std::sync::Arc;

use super::limits::{BUNDLE_WINDOW, FIRST_PAGE_QUIET};
use super::state::{Lane, LaneId, Message, Page, Progress, State, overdue_at};
use super::{Fact, NotificationId};
use crate::domain::incident::{NotifyOutcome, PageId};
use crate::domain::incidents::fact::{PageContact, UserPaged};
use crate::domain::time::Timestamp;

/// Applies one fact.
pub fn evolve(state: &mut State, fact: &Fact) {
    match fact {
        Fact::PagePlanned(paged) => page_planned(state, paged),
        Fact::NotificationPlanned { id, due, contact, may_repeat } => {
            let Some(page) = state.pages.get_mut(&id.page).map(Arc::make_mut) else { return };
            page.open.push(id.n);
            page.next = page.next.max(id.n + 1);
            page.spare.retain(|spare| spare.id != contact.id);
            state.counts.planned += 1;
            insert(state, *id, message(contact, *due, *may_repeat, false));
        }
        Fact::NotificationsClaimed { ids, process, deadline, at } => {
            forget_windows(state, *at);
            for id in ids {
                claim(state, *id, Progress::Claimed { process: *process, deadline: *deadline }, *at);
            }
        }
        Fact::NotificationAdvanced { id, due } => {
            let Some(message) = remove(state, *id) else { return };
            insert(state, *id, Message { due: *due, ..message });
        }
        Fact::NotificationPostponed { ids, due, tried, .. } => {
            for id in ids {
                let Some(message) = remove(state, *id) else { continue };
                open_window(state, message.lane());
                state.counts.postponed += 1;
                let attempts = message.attempts - u32::from(!tried && message.attempts > 0);
                insert(state, *id, Message { due: *due, attempts, progress: Progress::Planned, ..message });
            }
        }
        Fact::NotificationEnded { id, outcome, .. } => ended(state, *id, outcome),
        Fact::NotificationsCancelled { ids, .. } => {
            for id in ids {
                if let Some(message) = remove(state, *id) {
                    state.counts.cancelled += 1;
                    close(state, *id, &message);
                }
            }
        }
        Fact::PageSettled { page: id, reached, .. } => {
            let Some(page) = state.pages.get_mut(id).map(Arc::make_mut) else { return };
            page.settled = true;
            state.counts.unreached += u64::from(!reached);
            forget_page(state, *id);
        }
        Fact::EpochStarted { epoch, .. } => state.epoch = *epoch,
    }
}

fn page_planned(state: &mut State, paged: &UserPaged) {
    let first = first_of_service(state, paged);
    let steps = u32::try_from(paged.steps.len()).unwrap_or(u32::MAX);
    let page = Page {
        number: paged.number,
        service: paged.service,
        user: paged.user,
        urgency: paged.urgency,
        purpose: paged.purpose,
        at: paged.at,
        may_repeat: paged.may_repeat,
        open: (0..steps).collect(),
        next: steps,
        spare: paged.spare.clone(),
        tried: Vec::new(),
        reached: false,
        unknown: false,
        settled: false,
    };
    state.pages.insert(paged.page, Arc::new(page));
    state.by_incident.insert((paged.number, paged.page));
    state.counts.pages += 1;
    for (n, step) in (0..steps).zip(&paged.steps) {
        let alone = first && step.due <= paged.at && step.contact.channel.bundles();
        let id = NotificationId { page: paged.page, n };
        state.counts.planned += 1;
        insert(state, id, message(&step.contact, step.due, paged.may_repeat, alone));
    }
}

/// Whether the user was not paged for the service lately; from now on the user was.
fn first_of_service(state: &mut State, paged: &UserPaged) -> bool {
    let quiet_since = paged.at.minus(FIRST_PAGE_QUIET);
    while let Some(oldest) = state.paged_order.get_min().filter(|(at, _, _)| *at < quiet_since).copied() {
        state.paged_order.remove(&oldest);
        state.paged.remove(&(oldest.1, oldest.2));
    }
    let key = (paged.service, paged.user);
    let before = state.paged.insert(key, paged.at);
    if let Some(before) = before {
        state.paged_order.remove(&(before, key.0, key.1));
    }
    state.paged_order.insert((paged.at, key.0, key.1));
    before.is_none()
}

fn message(contact: &PageContact, due: Timestamp, may_repeat: bool, alone: bool) -> Message {
    Message {
        contact: contact.clone(),
        alone,
        may_repeat,
        due,
        attempts: 0,
        first_tried: None,
        progress: Progress::Planned,
    }
}

fn claim(state: &mut State, id: NotificationId, progress: Progress, at: Timestamp) {
    let Some(message) = remove(state, id) else { return };
    let (lane, bundles) = (message.lane(), message.contact.channel.bundles());
    let attempts = message.attempts + 1;
    let first_tried = message.first_tried.or(Some(at));
    state.counts.claimed += 1;
    insert(state, id, Message { attempts, first_tried, progress, ..message });
    if bundles {
        close_window(state, lane, at.plus(BUNDLE_WINDOW));
    }
}

fn ended(state: &mut State, id: NotificationId, outcome: &NotifyOutcome) {
    let Some(message) = remove(state, id) else { return };
    let count = match outcome {
        NotifyOutcome::Sent { .. } => &mut state.counts.sent,
        NotifyOutcome::Failed { .. } => &mut state.counts.failed,
        NotifyOutcome::Unknown { .. } => &mut state.counts.unknown,
    };
    *count += 1;
    if matches!(outcome, NotifyOutcome::Failed { .. }) {
        open_window(state, message.lane());
    }
    if let Some(page) = state.pages.get_mut(&id.page).map(Arc::make_mut) {
        page.reached |= matches!(outcome, NotifyOutcome::Sent { .. });
        page.unknown |= matches!(outcome, NotifyOutcome::Unknown { .. });
        page.may_repeat |= page.unknown;
    }
    close(state, id, &message);
}

/// The message is not open any more.
fn close(state: &mut State, id: NotificationId, message: &Message) {
    if let Some(page) = state.pages.get_mut(&id.page).map(Arc::make_mut) {
        page.open.retain(|n| *n != id.n);
        if !page.tried.contains(&message.contact.id) {
            page.tried.push(message.contact.id);
        }
    }
    forget_page(state, id.page);
}

fn forget_page(state: &mut State, id: PageId) {
    let Some(page) = state.pages.get(&id).filter(|page| page.settled && page.open.is_empty()) else { return };
    let number = page.number;
    state.pages.remove(&id);
    state.by_incident.remove(&(number, id));
}

/// Puts a message in, with everything that points to it.
pub(super) fn insert(state: &mut State, id: NotificationId, message: Message) {
    if let Progress::Claimed { deadline, .. } = message.progress {
        state.claims.insert((overdue_at(deadline, message.contact.channel), id));
    }
    with_lane(state, message.lane(), |lane| match message.progress {
        Progress::Claimed { .. } => lane.claimed += 1,
        Progress::Planned if message.alone => {
            lane.alone.insert((message.due, id));
        }
        Progress::Planned => {
            lane.waiting.insert((message.due, id));
        }
    });
    state.messages.insert(id, Arc::new(message));
}

/// Takes a message out, with everything that points to it.
fn remove(state: &mut State, id: NotificationId) -> Option<Message> {
    let message = Arc::unwrap_or_clone(state.messages.remove(&id)?);
    if let Progress::Claimed { deadline, .. } = message.progress {
        state.claims.remove(&(overdue_at(deadline, message.contact.channel), id));
    }
    with_lane(state, message.lane(), |lane| match message.progress {
        Progress::Claimed { .. } => lane.claimed = lane.claimed.saturating_sub(1),
        Progress::Planned => {
            lane.alone.remove(&(message.due, id));
            lane.waiting.remove(&(message.due, id));
        }
    });
    Some(message)
}

/// The lane's last message has not gone: the next need not wait for its sake.
fn open_window(state: &mut State, id: LaneId) {
    if let Some(end) = state.lanes.get(&id).and_then(|lane| lane.window_end) {
        state.windows.remove(&(end, id));
        with_lane(state, id, |lane| lane.window_end = None);
    }
}

/// The lane's next message waits, unless it does so already.
pub(super) fn close_window(state: &mut State, id: LaneId, end: Timestamp) {
    if state.lanes.get(&id).is_none_or(|lane| lane.window_end.is_none()) {
        state.windows.insert((end, id));
        with_lane(state, id, |lane| lane.window_end = Some(end));
    }
}

/// Windows that are over by `at` are forgotten.
fn forget_windows(state: &mut State, at: Timestamp) {
    while let Some((_, id)) = state.windows.get_min().filter(|(end, _)| *end <= at).copied() {
        open_window(state, id);
    }
}

/// Changes a lane, puts it in its place among those that may send, and drops it when it says nothing.
fn with_lane(state: &mut State, id: LaneId, change: impl FnOnce(&mut Lane)) {
    let (channel, contact) = id;
    let lane = state.lanes.entry(id).or_default();
    let before = lane.ready;
    change(lane);
    lane.ready = lane.earliest(channel);
    let (after, idle) = (lane.ready, lane.is_idle());
    if before != after {
        let ready = state.ready.entry(channel).or_default();
        if let Some(at) = before {
            ready.remove(&(at, contact));
        }
        if let Some(at) = after {
            ready.insert((at, contact));
        }
        if ready.is_empty() {
            state.ready.remove(&channel);
        }
    }
    if idle {
        state.lanes.remove(&id);
    }
}
