//! Users: whom to reach, and by which rules.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::id::{ContactMethodId, NotificationRuleId, UserId};
use super::sealed::{Sealed, SealedKey};
use super::time::Timestamp;

/// Somebody who can be paged, acknowledge and change things.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// The key that this user's personal data is sealed with.
    pub key: SealedKey,
    /// At most 100 characters.
    pub name: Arc<str>,
    /// The address that the user logs in and is named by; unique by its fingerprint.
    pub email: Sealed,
    /// What the user may do.
    pub role: Role,
    /// An IANA time zone.
    pub time_zone: Arc<str>,
    /// Free text.
    pub job_title: Option<Arc<str>>,
    /// Free text.
    pub description: Option<Arc<str>>,
    /// A colour name for schedules.
    pub color: Arc<str>,
    /// When the user was made.
    pub created_at: Timestamp,
    /// In order of making.
    pub contact_methods: Vec<ContactMethod>,
    /// In order of making.
    pub notification_rules: Vec<NotificationRule>,
}

impl User {
    /// The contact method with this id.
    pub fn contact_method(&self, id: ContactMethodId) -> Option<&ContactMethod> {
        self.contact_methods.iter().find(|method| method.id == id)
    }
}

/// PagerDuty's roles.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// May do everything, and cannot be removed by an admin.
    Owner,
    /// May do everything.
    Admin,
    /// "Manager": PagerDuty's default.
    User,
    /// "Responder".
    LimitedUser,
    /// May look.
    Observer,
    /// May look.
    ReadOnlyUser,
    /// May look at little.
    ReadOnlyLimitedUser,
    /// May do what teams allow.
    RestrictedAccess,
}

/// How a message travels.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// By SMTP relay.
    Email,
    /// An HTTP POST in PagerDuty's V3 form.
    Webhook,
    /// Printed on `pd serve`'s terminal.
    Console,
    /// Text message; kept and shown, but no provider is built in yet.
    Sms,
    /// Voice call; kept and shown, but no provider is built in yet.
    Phone,
    /// Push notification; kept and shown, but no provider is built in yet.
    Push,
}

impl Channel {
    /// All of them.
    pub const ALL: [Channel; 6] =
        [Self::Email, Self::Webhook, Self::Console, Self::Sms, Self::Phone, Self::Push];

    /// Whether the receiver can tell a repetition of the same message from a new one, so that a message whose fate is
    /// unknown may be sent again.
    pub fn tells_repeats(self) -> bool {
        matches!(self, Self::Webhook)
    }

    /// Whether storms are bundled per person on this channel.
    pub fn bundles(self) -> bool {
        !matches!(self, Self::Webhook | Self::Console)
    }
}

/// An address of a user.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ContactMethod {
    /// Its id.
    pub id: ContactMethodId,
    /// How it is reached.
    pub channel: Channel,
    /// A name for people: `Work`, `Default`.
    pub label: Arc<str>,
    /// The e-mail address, URL or number. A webhook's URL is its address.
    pub address: Sealed,
    /// Numbers only: the country code.
    pub country_code: Option<u16>,
    /// E-mail only: a short form of the message.
    pub send_short_email: bool,
    /// Webhook only: the secret that bodies are signed with.
    pub secret: Option<Sealed>,
}

/// "When an incident of this urgency is assigned to me, use this contact method after that delay."
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NotificationRule {
    /// Its id.
    pub id: NotificationRuleId,
    /// Which incidents it is for.
    pub urgency: Urgency,
    /// How long after the page.
    pub delay: Duration,
    /// What is used; always one of the same user's.
    pub contact_method: ContactMethodId,
}

/// The address of the one terminal that the console is.
pub const CONSOLE: &str = "console";
/// The console's only other address: messages to it are those of drills, and go no further.
pub const CONSOLE_OF_DRILLS: &str = "drill";

/// How much it matters that somebody looks now.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Urgency {
    /// Wake somebody up.
    High,
    /// It can wait.
    Low,
}

impl Urgency {
    /// Both.
    pub const BOTH: [Urgency; 2] = [Self::High, Self::Low];

    /// As PagerDuty spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Low => "low",
        }
    }
}
