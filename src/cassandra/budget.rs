//! The one bucket that every repetition and every hedge is paid from.
//!
//! The numbers: a frozen node is noticed by its connections after 1 s of silence and 2 s of waiting. Until then each
//! caller that meets it pays one token and marks it, and nobody asks a marked node first; with two frozen nodes in the
//! preferred datacenter a caller pays two. A process has about a dozen callers at once (two doors, two stages, and the
//! journals that they follow), so [`TOKENS_MAX`] covers them all, and the same again. When the whole cluster is slow,
//! marks help nothing and every statement would like a hedge: then the bucket is empty after as many, and what is asked
//! twice is at most [`PER_SUCCESS`] of what is answered.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

/// What the bucket holds at most, and at the start.
const TOKENS_MAX: f64 = 48.0;
/// What an answered statement gives back.
const PER_SUCCESS: f64 = 0.1;

/// See the module.
#[derive(Debug)]
pub(super) struct Budget {
    tokens: Mutex<f64>,
    lifted: AtomicBool,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self { tokens: Mutex::new(TOKENS_MAX), lifted: AtomicBool::new(false) }
    }

    /// Everything is paid from now on.
    pub(super) fn lift(&self) {
        self.lifted.store(true, Relaxed);
    }

    /// Pays for one repetition or hedge; false: there is none to be had.
    pub(super) fn take(&self) -> bool {
        if self.lifted.load(Relaxed) {
            return true;
        }
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let enough = *tokens >= 1.0;
        if enough {
            *tokens -= 1.0;
        }
        enough
    }

    /// Notes that a statement was answered.
    pub(super) fn earn(&self) {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        *tokens = (*tokens + PER_SUCCESS).min(TOKENS_MAX);
    }

    /// How much is left, of 1.
    pub(super) fn left(&self) -> f64 {
        *self.tokens.lock().unwrap_or_else(PoisonError::into_inner) / TOKENS_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covers_a_dozen_callers_twice_and_is_then_a_tenth_of_what_succeeds() {
        let budget = Budget::new();
        assert_eq!((0..1000).filter(|_| budget.take()).count(), 48);
        let mut taken = 0;
        for _ in 0..1000 {
            budget.earn();
            taken += u32::from(budget.take());
        }
        assert!((99..=100).contains(&taken), "{taken}");
        (0..10_000).for_each(|_| budget.earn());
        assert!((budget.left() - 1.0).abs() < f64::EPSILON);
    }
}
