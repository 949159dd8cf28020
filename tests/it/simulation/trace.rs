//! Who did what, in order: for a person when something failed, and as a number by which two runs are compared.

use std::collections::hash_map::DefaultHasher;
use std::fmt::Write as _;
use std::hash::{Hash, Hasher as _};
use std::sync::{Mutex, PoisonError};

use pd::clock::SharedClock;

/// How many lines are kept; the last ones say what went wrong.
const LINES_MAX: usize = 20_000;

/// What happened so far.
pub(super) struct Trace {
    clock: SharedClock,
    inner: Mutex<Inner>,
}

struct Inner {
    hasher: DefaultHasher,
    steps: u64,
    /// `None`: only the number is wanted.
    text: Option<Vec<String>>,
}

impl Trace {
    pub(super) fn new(clock: SharedClock, with_text: bool) -> Self {
        let text = with_text.then(Vec::new);
        Self { clock, inner: Mutex::new(Inner { hasher: DefaultHasher::new(), steps: 0, text }) }
    }

    /// `who` did what `what` says. `number` tells this step from others of its kind where text is not made.
    pub(super) fn say(&self, who: &str, number: impl Hash, what: impl FnOnce() -> String) {
        let at = u64::try_from(self.clock.monotonic().as_millis()).unwrap_or(u64::MAX);
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.steps += 1;
        (at, who, number).hash(&mut inner.hasher);
        if let Some(text) = &mut inner.text
            && text.len() < LINES_MAX
        {
            text.push(format!("{:>4}.{:03} {who:<10} {}", at / 1000, at % 1000, what()));
        }
    }

    /// The same for the same run.
    pub(super) fn hash(&self) -> u64 {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).hasher.finish()
    }

    /// How many steps there were.
    pub(super) fn steps(&self) -> u64 {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).steps
    }

    /// The steps as lines.
    pub(super) fn text(&self) -> String {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.text.iter().flatten().fold(String::new(), |mut all, line| {
            let _ = writeln!(all, "{line}");
            all
        })
    }
}
