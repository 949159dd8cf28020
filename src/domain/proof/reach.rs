//! Whether a page to a user would reach anybody.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::domain::incidents::decide::steps;
use crate::domain::time::Timestamp;
use crate::domain::user::{Channel, Urgency, User};

/// What a page to a user would come to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Reach {
    /// A message can be sent.
    Reached {
        /// How.
        channel: Channel,
        /// How long after the page: those before it cannot be sent, and are given up at once.
        after: Duration,
        /// Whether a rule says so; if there is none for this urgency, the first contact method is used at once.
        by_rule: bool,
    },
    /// There is no contact method at all.
    NoContactMethod,
    /// Nothing is configured that sends by any of these, and the page would use no other.
    NoProvider(Vec<Channel>),
}

impl Reach {
    /// Whether somebody would hear of it.
    pub fn is_reached(&self) -> bool {
        matches!(self, Self::Reached { .. })
    }
}

/// What a page of this urgency would come to, if messages can be sent by these channels.
pub fn reach(user: &User, urgency: Urgency, channels: &BTreeSet<Channel>) -> Reach {
    let steps = steps(user, urgency, Timestamp::EPOCH);
    if steps.is_empty() {
        return Reach::NoContactMethod;
    }
    match steps.iter().find(|step| channels.contains(&step.contact.channel)) {
        // What comes before it fails at once, and then the next that is planned is not waited for.
        Some(step) => Reach::Reached {
            channel: step.contact.channel,
            after: steps[0].due.since(Timestamp::EPOCH),
            by_rule: step.rule.is_some(),
        },
        None => {
            let channels: BTreeSet<Channel> = steps.iter().map(|step| step.contact.channel).collect();
            Reach::NoProvider(channels.into_iter().collect())
        }
    }
}
