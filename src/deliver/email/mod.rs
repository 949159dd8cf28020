//! E-mail, by SMTP relays that are tried in order.

mod mail;
mod relay;
mod session;

use std::str::FromStr;
use std::time::Duration;

use async_trait::async_trait;
use lettre::message::Mailbox;
use lettre::transport::smtp::client::Certificate;

pub use self::mail::Plain;
pub use self::relay::{Login, Password, Relay};
use self::session::{Letter, Limits, QUIT_MAX, Session};
use super::text;
use crate::clock::SharedClock;
use crate::domain::user::Channel;
use crate::notify::transport::{Message, Outcome, Transport};

/// Whom mails come from: `pd@example.com` or `On call <pd@example.com>`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sender(Mailbox);

/// What is not a sender.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is not a sender: expected pd@example.com or On call <pd@example.com>")]
pub struct InvalidSender(String);

impl FromStr for Sender {
    type Err = InvalidSender;

    fn from_str(text: &str) -> Result<Self, InvalidSender> {
        text.parse().map(Self).map_err(|_| InvalidSender(text.to_owned()))
    }
}

/// How mail is sent.
#[derive(Clone, Debug)]
pub struct EmailConfig {
    /// Tried in order; not empty.
    pub relays: Vec<Relay>,
    /// Whom mails come from.
    pub from: Sender,
    /// How long one attempt may take, all relays together. By default [`EmailConfig::TIMEOUT`].
    pub timeout: Duration,
    /// Certificates (PEM) of authorities that are trusted besides the system's.
    pub ca_pem: Option<Vec<u8>>,
}

impl EmailConfig {
    /// How long an attempt may take unless the configuration says otherwise.
    pub const TIMEOUT: Duration = Duration::from_secs(30);
}

/// Why mail cannot be sent with this configuration.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody to hand mail to.
    #[error("no relay is configured: [deliver.email] needs at least one in `relays`")]
    NoRelay,
    /// The authorities' certificates cannot be read.
    #[error("the certificates in `ca_file` cannot be read: expected PEM")]
    Authorities,
}

/// The e-mail channel.
#[derive(Debug)]
pub struct Email {
    sessions: Vec<Session>,
    from: Mailbox,
    timeout: Duration,
    clock: SharedClock,
}

impl Email {
    /// The channel; it connects for each mail anew, so that no connection can be dead before its first use.
    ///
    /// # Errors
    /// When the configuration contradicts itself.
    pub fn new(config: EmailConfig, clock: SharedClock) -> Result<Self, Error> {
        if config.relays.is_empty() {
            return Err(Error::NoRelay);
        }
        let roots = match config.ca_pem.as_deref().map(Certificate::from_pem).transpose() {
            Ok(roots) => roots,
            Err(_) => return Err(Error::Authorities),
        };
        let sessions = config.relays.into_iter().map(|relay| Session::new(relay, roots.as_ref())).collect();
        Ok(Self { sessions, from: config.from.0, timeout: config.timeout, clock })
    }

    /// Sends a mail that is about no incident.
    pub async fn send_plain(&self, plain: &Plain<'_>) -> Outcome {
        match mail::plain(plain, &self.from) {
            Ok(letter) => self.hand_over(&letter).await,
            Err(error) => Outcome::Permanent { reason: text::reason(&error.to_string(), plain.to) },
        }
    }

    /// Tries the relays until one takes the mail, refuses it for good, or may have taken it.
    async fn hand_over(&self, letter: &Letter) -> Outcome {
        let began = self.clock.monotonic();
        // The last third is for the answer to the mail, so that no mail is ended without time to hear about it.
        let opening = self.timeout * 2 / 3;
        let mut refusals: Vec<String> = Vec::new();
        for (n, session) in (0u32..).zip(&self.sessions) {
            let spent = self.clock.monotonic().saturating_sub(began);
            let others = u32::try_from(self.sessions.len()).unwrap_or(u32::MAX).saturating_sub(n).max(1);
            let limits = Limits {
                phase: self.timeout / 3,
                opening: opening.saturating_sub(spent) / others,
                all: self.timeout.saturating_sub(spent),
            };
            match session.send(letter, limits, self.clock.as_ref()).await {
                Outcome::Retry { reason, .. } => refusals.push(reason.as_ref().to_owned()),
                settled => return settled,
            }
        }
        Outcome::Retry { after: None, reason: text::reason(&refusals.join("; "), "") }
    }
}

#[async_trait]
impl Transport for Email {
    fn channel(&self) -> Channel {
        Channel::Email
    }

    fn timeout(&self) -> Duration {
        self.timeout + QUIT_MAX
    }

    async fn send(&self, message: &Message) -> Outcome {
        match mail::letter(message, &self.from) {
            Ok(letter) => self.hand_over(&letter).await,
            Err(error) => Outcome::Permanent { reason: text::reason(&error.to_string(), &message.address) },
        }
    }
}
