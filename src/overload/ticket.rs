//! Says, once and for both sides, whether work was begun or given up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::SeqCst};

const WAITING: u8 = 0;
const BEGUN: u8 = 1;
const GIVEN_UP: u8 = 2;

/// Held by who waits for the work and by who does it. Whoever is first decides: work that was given up is not begun, and
/// what was begun is finished.
#[derive(Clone, Debug, Default)]
pub struct Ticket(Arc<AtomicU8>);

impl Ticket {
    /// The work begins now. `false`: it must not, nobody waits for it any more.
    pub fn begin(&self) -> bool {
        self.0.compare_exchange(WAITING, BEGUN, SeqCst, SeqCst).is_ok()
    }

    /// Nobody waits any more. `false`: too late, it has begun, and what becomes of it is not known yet.
    pub fn give_up(&self) -> bool {
        self.0.compare_exchange(WAITING, GIVEN_UP, SeqCst, SeqCst).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_decides() {
        let ticket = Ticket::default();
        let other = ticket.clone();
        assert!(other.give_up());
        assert!(!ticket.begin());
        let ticket = Ticket::default();
        assert!(ticket.begin());
        assert!(!ticket.clone().give_up());
        assert!(!ticket.begin());
    }
}
