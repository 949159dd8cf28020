//! By what failures are made on purpose, and that no more than one is at a time.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::clusters::Cluster;
use super::timed::Slow;
use crate::cassandra::Store;
use crate::clock::Offset;
use crate::domain::user::Channel;
use crate::drill::Guard;
use crate::drill::plan::Effect;

/// What the parts of the process look at; nothing is made while it is as it begins.
#[derive(Clone, Debug)]
pub(super) struct Levers {
    pub(super) clock: Offset,
    pub(super) slow: Slow,
    /// Whether the stages stand still.
    pub(super) frozen: watch::Sender<bool>,
    /// Whose provider is down.
    pub(super) down: watch::Sender<Option<Channel>>,
    /// Whether every event is stored twice.
    pub(super) twice: watch::Sender<bool>,
    /// What is made now.
    pub(super) made: watch::Sender<Option<Effect>>,
}

impl Levers {
    /// With the clock's.
    pub(super) fn new(clock: Offset) -> Self {
        Self {
            clock,
            slow: Slow::default(),
            frozen: watch::Sender::new(false),
            down: watch::Sender::new(None),
            twice: watch::Sender::new(false),
            made: watch::Sender::new(None),
        }
    }

    /// Makes the failure until the guard is dropped.
    pub(super) fn make(&self, effect: &Effect, clusters: &[Cluster]) -> Guard {
        let stores: Vec<_> =
            clusters.iter().filter_map(|cluster| cluster.store.borrow().there().ok()).collect();
        let pulled =
            Pulled { effect: effect.clone(), levers: self.clone(), offset: self.clock.get(), stores };
        pulled.set(true);
        Box::new(pulled)
    }
}

/// A failure that is being made.
struct Pulled {
    effect: Effect,
    levers: Levers,
    /// What the clock was wrong by before.
    offset: i64,
    stores: Vec<Arc<Store>>,
}

impl Pulled {
    fn set(&self, on: bool) {
        let levers = &self.levers;
        match &self.effect {
            Effect::Datacenter(name) => {
                for store in &self.stores {
                    store.treat_as_gone(on.then_some(name));
                }
            }
            Effect::SlowStore(by) => levers.slow.set(if on { *by } else { Duration::ZERO }),
            Effect::Node => _ = levers.frozen.send_replace(on),
            Effect::Provider(channel) => _ = levers.down.send_replace(on.then_some(*channel)),
            Effect::DuplicateInput => _ = levers.twice.send_replace(on),
            Effect::Clock(by) => {
                levers.clock.set(if on { self.offset.saturating_add(*by) } else { self.offset });
                for store in self.stores.iter().map(Arc::clone) {
                    // What is known of the clock is half a minute old otherwise.
                    tokio::spawn(async move { store.look().await });
                }
            }
        }
        levers.made.send_replace(on.then(|| self.effect.clone()));
    }
}

impl Drop for Pulled {
    fn drop(&mut self) {
        self.set(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_as_it_was_when_the_guard_is_dropped() {
        let offset = Offset::default();
        offset.set(700);
        let levers = Levers::new(offset.clone());
        let seen = || {
            let down = *levers.down.borrow();
            (*levers.frozen.borrow(), down, *levers.twice.borrow(), offset.get(), levers.slow.get())
        };
        let none = (false, None, false, 700, Duration::ZERO);
        let by = Duration::from_millis(300);
        for (effect, made) in [
            (Effect::Node, (true, None, false, 700, Duration::ZERO)),
            (Effect::Provider(Channel::Email), (false, Some(Channel::Email), false, 700, Duration::ZERO)),
            (Effect::DuplicateInput, (false, None, true, 700, Duration::ZERO)),
            (Effect::Clock(-2000), (false, None, false, -1300, Duration::ZERO)),
            (Effect::SlowStore(by), (false, None, false, 700, by)),
        ] {
            let guard = levers.make(&effect, &[]);
            assert_eq!(seen(), made);
            assert_eq!(levers.made.borrow().as_ref(), Some(&effect));
            drop(guard);
            assert_eq!(seen(), none);
            assert!(levers.made.borrow().is_none());
        }
    }
}
