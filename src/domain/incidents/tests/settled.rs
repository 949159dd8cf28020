//! What the notify stage says of a page in random steps.

use super::world::World;
use crate::domain::id::IncidentNumber;
use crate::domain::incident::{NotifyOutcome, Page};
use crate::domain::incidents::input::Input;
use crate::domain::notify::{self, NotificationId};
use crate::domain::purpose::Purpose;

pub(super) fn settle(
    world: &World,
    number: IncidentNumber,
    page: &Page,
    reached: bool,
    unknown: bool,
) -> Vec<Input> {
    let mut inputs = Vec::new();
    if let Some(method) = world.state.users.get(&page.user).and_then(|user| user.contact_methods.first()) {
        let outcome = match (reached, unknown) {
            (true, _) => NotifyOutcome::Sent { receipt: "r".into() },
            (false, true) => NotifyOutcome::Unknown { reason: "u".into() },
            (false, false) => NotifyOutcome::Failed { reason: "f".into() },
        };
        inputs.push(Input::Notify(notify::Fact::NotificationEnded {
            id: NotificationId { page: page.id, n: 0 },
            number,
            user: page.user,
            channel: method.channel,
            contact_method: method.id,
            outcome,
            at: world.now,
        }));
    }
    let at = world.now;
    inputs.push(Input::Notify(notify::Fact::PageSettled {
        number,
        page: page.id,
        reached,
        unknown,
        purpose: Purpose::Triggered,
        at,
    }));
    inputs
}
