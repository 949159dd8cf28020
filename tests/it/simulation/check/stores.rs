//! What must stay in the stores: purge never removes what somebody still needs.

use pd::incidents::Incidents;
use pd::journal::{Journal as _, LogName, Seq};
use pd::notify::stage::Notify;
use pd::stage::Replica;

use super::Check;
use super::ghost::at_once;
use crate::simulation::weather::CHECKER;

impl Check {
    /// What is missing in the stores; `full` also loads the stages anew.
    pub(super) fn stores(&self, full: bool) -> Vec<String> {
        let mut found = Vec::new();
        let (incidents, notify) = (LogName::incidents(), LogName::notify());
        found.extend(self.stage_journal(&incidents, self.notify.cursor(&incidents).next));
        found.extend(self.stage_journal(&notify, self.incidents.cursor(&notify).next));
        let store = self.doors_store.handle(CHECKER);
        for (log, cursor) in self.incidents.cursors().filter(|(log, _)| log.as_str().starts_with("door/")) {
            if let Ok(extent) = at_once(store.extent(log))
                && extent.first.0
                    > cursor.next.0.saturating_sub(1).max(cursor.next.0 * u64::from(extent.closed))
            {
                found
                    .push(format!("{log} begins at {}, but is consumed up to {}", extent.first, cursor.next));
            }
        }
        if full {
            let store = self.stages_store.handle(CHECKER);
            match at_once(Replica::<Incidents>::load(&store, &incidents)) {
                Ok(replica) => found.extend(self.incidents.equals(&replica, true)),
                Err(what) => found.push(format!("{incidents} cannot be loaded: {what}")),
            }
            match at_once(Replica::<Notify>::load(&store, &notify)) {
                Ok(replica) => found.extend(self.notify.equals(&replica, true)),
                Err(what) => found.push(format!("{notify} cannot be loaded: {what}")),
            }
        }
        found
    }

    /// What is missing in a stage's own journal: the entry before the other stage's cursor, and all that is needed to
    /// load the older of two snapshots.
    fn stage_journal(&self, log: &LogName, consumed: Seq) -> Vec<String> {
        let store = self.stages_store.handle(CHECKER);
        let (Ok(extent), Ok(snapshots)) = (at_once(store.extent(log)), at_once(store.snapshots(log))) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        if extent.first > Seq(consumed.0.saturating_sub(1)) {
            found.push(format!("{log} begins at {}, but was read up to {consumed} only", extent.first));
        }
        if extent.first > Seq::FIRST {
            let older = snapshots.get(1).map(|snapshot| snapshot.at);
            if older.is_none_or(|older| extent.first >= older) {
                let first = extent.first;
                found.push(format!("{log} begins at {first}, but its older snapshot is at {older:?}"));
            }
        }
        found
    }
}
