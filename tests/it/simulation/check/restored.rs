//! What must hold when the stores are put back to what they held some time ago: who has seen more does not go on over it,
//! and what was sent in the time that is lost is not sent again.

use pd::journal::{Entry, Journal as _, LogName, Read, Seq};
use uuid::Uuid;

use super::Check;
use super::ghost::at_once;
use crate::simulation::process::short;
use crate::simulation::town::{Life, name};
use crate::simulation::trace::Trace;
use crate::simulation::weather::CHECKER;

/// Stores that were restored while processes lived. What those write that had seen no more than the restored journals
/// hold is theirs to write; it is not followed, because the stores are restored once more when they have ended.
#[derive(Clone)]
pub(super) struct Torn {
    ends: Vec<(LogName, Seq)>,
    /// Who had seen more of which journal, up to where.
    beyond: Vec<Beyond>,
}

#[derive(Clone)]
struct Beyond {
    log: LogName,
    machine: usize,
    process: Uuid,
}

impl Check {
    /// The stores were put back to what they held at `then`, and these live.
    pub(in crate::simulation) fn tear(&mut self, trace: &Trace, then: &Self, lives: &[(usize, Life)]) {
        let (incidents, notify) = (LogName::incidents(), LogName::notify());
        let ends = vec![(incidents.clone(), then.incidents.next()), (notify.clone(), then.notify.next())];
        let mut beyond = Vec::new();
        for (machine, life) in lives {
            let Some(view) = &life.view else { continue };
            let known = [view.incidents.replica.borrow().next, view.notify.replica.borrow().next];
            for ((log, end), known) in ends.iter().zip(known) {
                if known > *end {
                    let (machine, process) = (*machine, life.process);
                    trace.say(name(machine), known.0, || {
                        format!("knows {log} up to {known}, which ends at {end}")
                    });
                    beyond.push(Beyond { log: log.clone(), machine, process });
                }
            }
        }
        self.torn = Some(Torn { ends, beyond });
    }

    /// Nobody who has seen more writes over what was restored.
    pub(super) fn watch_torn(&mut self, trace: &Trace) {
        let Some(mut torn) = self.torn.take() else { return };
        let mut found = Vec::new();
        let store = self.stages_store.handle(CHECKER);
        for (log, next) in &mut torn.ends {
            for entry in written(&store, log, next) {
                trace.say(&short(entry.writer), (next.0, entry.id), || {
                    format!("writes {log} over what was restored")
                });
                let beyond = torn.beyond.iter().find(|it| it.log == *log && it.process == entry.writer);
                found.extend(beyond.map(|it| {
                    let name = name(it.machine);
                    format!("{name} goes on with {log} at {next} as if it had not been restored")
                }));
            }
        }
        self.torn = Some(torn);
        self.fail_all(trace, found);
    }

    /// All processes have ended, and the stores hold what they held at `then`.
    pub(in crate::simulation) fn restored(&mut self, then: &Self, ended: impl Iterator<Item = Uuid>) {
        self.keys.lost_since(&then.keys);
        self.messages.lost_since(&then.messages, ended);
        let (keys, messages) = (std::mem::take(&mut self.keys), std::mem::take(&mut self.messages));
        let (now, failures, tally) = (self.now, std::mem::take(&mut self.failures), self.tally);
        *self = Self { keys, messages, now, failures, tally, lost_until: now, torn: None, ..then.clone() };
    }

    /// The epoch that the journal of incidents is in.
    pub(in crate::simulation) fn epoch(&self) -> u32 {
        self.incidents.state().account.as_ref().map_or(0, |account| account.epoch)
    }
}

/// What is new in a journal from here on.
fn written(store: &pd::journal::memory::MemoryJournal, log: &LogName, next: &mut Seq) -> Vec<Entry> {
    match at_once(store.read(log, *next, 1 << 20)) {
        Ok(Read::Run { entries, .. }) => {
            next.0 += entries.len() as u64;
            entries
        }
        Ok(Read::Truncated { first }) => {
            *next = first;
            Vec::new()
        }
        Err(_) => Vec::new(),
    }
}
