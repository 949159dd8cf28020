//! Who sends what: due messages go to the process that has room for them.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::Draft;
use crate::domain::id::ContactMethodId;
use crate::domain::notify::limits::{BUNDLE_MAX, CLAIM_DEADLINE};
use crate::domain::notify::{Fact, NotificationId};
use crate::domain::user::Channel;

impl Draft {
    /// Claims what is due, the oldest first, as far as the room goes, but for what is left to others.
    pub(super) fn claim(
        &mut self,
        process: Uuid,
        channels: &[(Channel, usize)],
        leaves: &BTreeSet<NotificationId>,
    ) {
        for (channel, room) in channels {
            let mut room = *room;
            while room > 0
                && let Some(first) =
                    self.state.first_send(*channel, leaves).filter(|first| first.at <= self.now)
            {
                let bundles = self.next_of(*channel, first.contact, room, leaves);
                if bundles.is_empty() {
                    break;
                }
                for ids in bundles {
                    room -= 1;
                    self.claim_one(process, ids);
                }
            }
        }
    }

    fn claim_one(&mut self, process: Uuid, ids: Vec<NotificationId>) {
        let deadline = self.now.plus(CLAIM_DEADLINE);
        self.emit(Fact::NotificationsClaimed { ids, process, deadline, at: self.now });
    }

    /// What a contact method gets next, at most `room` messages: one that goes alone; or else the next one, or, where
    /// the channel bundles, all that is due, in bundles (more than one only where more than one bundle's worth waits).
    fn next_of(
        &self,
        channel: Channel,
        contact: ContactMethodId,
        room: usize,
        leaves: &BTreeSet<NotificationId>,
    ) -> Vec<Vec<NotificationId>> {
        let Some(lane) = self.state.lanes.get(&(channel, contact)) else { return Vec::new() };
        let is_due = |(due, id): &(_, NotificationId)| *due <= self.now && !leaves.contains(id);
        if let Some((_, id)) = lane.alone.get_min().filter(|next| is_due(next)) {
            return vec![vec![*id]];
        }
        let due = lane.waiting.iter().take_while(|(due, _)| *due <= self.now);
        let due = due.filter(|next| is_due(next)).map(|(_, id)| *id);
        if !channel.bundles() {
            return due.take(1).map(|id| vec![id]).collect();
        }
        let due: Vec<_> = due.take(room.saturating_mul(BUNDLE_MAX)).collect();
        due.chunks(BUNDLE_MAX).map(<[_]>::to_vec).collect()
    }
}
