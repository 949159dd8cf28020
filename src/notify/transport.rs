//! The seam to the outside: how a message reaches a person. `crate::deliver` implements it, a file per channel.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::domain::id::UserId;
use crate::domain::incident::Incident;
use crate::domain::notify::NotificationId;
use crate::domain::purpose::Purpose;
use crate::domain::time::Timestamp;
use crate::domain::user::Channel;

/// A message that is ready to be sent: addresses are open, and everything it says is the newest known.
#[derive(Clone, Debug)]
pub struct Message {
    /// Names the message for ever; the same on each attempt, so that a receiver that can tell sees it once.
    pub id: NotificationId,
    /// To whom.
    pub user: UserId,
    /// What the user is called.
    pub user_name: Arc<str>,
    /// The e-mail address or URL. Contact data: never logged.
    pub address: String,
    /// What a webhook's body is signed with. Never logged.
    pub secret: Option<String>,
    /// Whether the user may have been told this already by a message whose fate is unknown; the text says so.
    pub may_repeat: bool,
    /// When this attempt began.
    pub at: Timestamp,
    /// What it is about: one incident, or several that are bundled, most urgent first. Never empty.
    pub about: Vec<About>,
}

/// An incident, as a message speaks of it.
#[derive(Clone, Debug)]
pub struct About {
    /// Why the user is told.
    pub purpose: Purpose,
    /// The same in a sentence, where it is not plain. May hold what people wrote.
    pub why: Option<String>,
    /// All of it.
    pub incident: Arc<Incident>,
    /// `Q` + 13.
    pub id: String,
    /// The name of its service.
    pub service_name: Arc<str>,
    /// The name of its escalation policy.
    pub policy_name: Arc<str>,
    /// Who is responsible, by id and name.
    pub assignees: Vec<(UserId, Arc<str>)>,
    /// The incident in REST.
    pub self_url: String,
    /// The incident's page for people, signed.
    pub html_url: String,
}

/// What came of an attempt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The provider took it.
    Sent {
        /// What the provider called it.
        receipt: Arc<str>,
    },
    /// The provider surely did not take it, and may later.
    Retry {
        /// The provider's own wish for the pause, if it has one.
        after: Option<Duration>,
        /// What the provider said.
        reason: Arc<str>,
    },
    /// The provider did not take it, and never will.
    Permanent {
        /// What the provider said.
        reason: Arc<str>,
    },
    /// Whether the provider took it cannot be known.
    Unknown {
        /// What happened.
        reason: Arc<str>,
    },
}

/// A channel to people.
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    /// Which channel it is.
    fn channel(&self) -> Channel;

    /// How long `send` takes at most; it answers by then, come what may.
    fn timeout(&self) -> Duration;

    /// Sends the message once. Never retries by itself: an attempt is one attempt.
    async fn send(&self, message: &Message) -> Outcome;
}
