//! How far this stage has come with what the stage before it made of a door's events.

use crate::journal::LogName;
use crate::overload::Standpoint;
use crate::stage::{Handle, Stage};

/// How far the stage before this one (`before`) and this one (`notify`) are with a door's journal, as their handles show it.
pub fn standpoint<I: Stage, N: Stage>(before: &Handle<I>, notify: &Handle<N>, log: &LogName) -> Standpoint {
    // First, so that it is not newer than what it is compared with.
    let idle = notify.status.borrow().oldest_undone.is_none();
    let notified = notify.consumed(&LogName::incidents());
    let next = before.replica.borrow().next;
    let door = before.consumed(log);
    // A stage that has nothing to do does not put on record what it has passed.
    let notified = if idle { next } else { notified };
    Standpoint { door: door.0, incidents: next.0, notify: notified.0 }
}
