//! A channel between the stage and its provider, where drills take hold: messages of canaries end here, and while a
//! provider is treated as down nothing gets past.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;

use crate::domain::user::{CONSOLE_OF_DRILLS, Channel};
use crate::notify::transport::{Message, Outcome, Transport};

/// The address of the canaries' contact by e-mail. Nobody can have one under `.invalid`.
pub(super) const EMAIL: &str = "drill@pd.invalid";
/// The address of the canaries' contact by webhook.
pub(super) const WEBHOOK: &str = "https://pd.invalid/drill";

/// The canaries' address on a channel; `None`: they are not sent by it.
pub(super) fn address(channel: Channel) -> Option<&'static str> {
    match channel {
        Channel::Console => Some(CONSOLE_OF_DRILLS),
        Channel::Email => Some(EMAIL),
        Channel::Webhook => Some(WEBHOOK),
        Channel::Sms | Channel::Phone | Channel::Push => None,
    }
}

/// A channel with its provider behind it.
pub(super) struct Drilled {
    provider: Arc<dyn Transport>,
    down: watch::Receiver<Option<Channel>>,
}

impl Drilled {
    /// In front of this provider.
    pub(super) fn new(provider: Arc<dyn Transport>, down: watch::Receiver<Option<Channel>>) -> Self {
        Self { provider, down }
    }
}

#[async_trait]
impl Transport for Drilled {
    fn channel(&self) -> Channel {
        self.provider.channel()
    }

    fn timeout(&self) -> Duration {
        self.provider.timeout()
    }

    async fn send(&self, message: &Message) -> Outcome {
        if *self.down.borrow() == Some(self.channel()) {
            // Nothing has left the process: it is surely not taken.
            return Outcome::Retry { after: None, reason: "a drill treats the provider as down".into() };
        }
        if address(self.channel()) == Some(message.address.as_str()) {
            return Outcome::Sent { receipt: "a canary, seen by the drill".into() };
        }
        self.provider.send(message).await
    }
}
