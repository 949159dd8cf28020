//! The ids that clients see: `P` + 6 characters for configuration objects, `Q` + 13 for incidents, alerts, log entries
//! and notes (PagerDuty's shapes; its own CLI refuses any other).
//!
//! Both come from counters by a keyed permutation, so they are unique without a lookup, say nothing about how many
//! there are, and are the same on every replica. A `Q` id can be opened again, so no index from id to number is kept.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

const ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// 36^6: how many configuration objects an account can ever have had.
const OBJECTS: u64 = 2_176_782_336;

/// What an id that is not an id says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an id: expected P followed by six letters or digits")]
pub struct InvalidId(String);

/// The id of a configuration object: `P` and six of `0-9A-Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId([u8; 7]);

impl ObjectId {
    /// Before all others: where a search begins.
    pub const FIRST: Self = Self(*b"P000000");

    /// The id as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("made of ASCII only")
    }
}

impl FromStr for ObjectId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let bytes: [u8; 7] = text.as_bytes().try_into().map_err(|_| InvalidId(text.to_owned()))?;
        let valid = bytes[0] == b'P' && bytes[1..].iter().all(|b| ALPHABET.contains(b));
        if valid { Ok(Self(bytes)) } else { Err(InvalidId(text.to_owned())) }
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ObjectId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ObjectId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = ObjectId;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id such as P1A2B3C")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<ObjectId, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

macro_rules! object_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub ObjectId);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> { text.parse().map(Self) }
        }
    )+};
}

object_ids! {
    /// A user.
    UserId,
    /// A user's contact method.
    ContactMethodId,
    /// A user's notification rule.
    NotificationRuleId,
    /// A service.
    ServiceId,
    /// An integration of a service: what a routing key leads to.
    IntegrationId,
    /// An escalation policy.
    PolicyId,
    /// One level of an escalation policy.
    EscalationRuleId,
    /// A schedule.
    ScheduleId,
    /// A layer of a schedule.
    LayerId,
    /// An override of a schedule.
    OverrideId,
    /// A calendar of absences.
    CalendarId,
    /// A secret address of a calendar to subscribe to.
    FeedId,
    /// A priority.
    PriorityId,
    /// An API token.
    TokenId,
    /// A maintenance window.
    MaintenanceWindowId,
    /// A heartbeat.
    HeartbeatId,
    /// A team.
    TeamId,
}

/// The number of an incident: 1, 2, 3, … in order of opening.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IncidentNumber(pub u64);

impl fmt::Display for IncidentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for IncidentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// What a `Q` id stands for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LongId {
    /// An incident.
    Incident(IncidentNumber),
    /// The n-th alert of an incident, from 0.
    Alert(IncidentNumber, u32),
    /// The n-th log entry of an incident, from 0. A note has the id of its log entry.
    LogEntry(IncidentNumber, u32),
}

/// Room for 4,294,967,295 … incidents of 2^24 parts each.
const INDEX_BITS: u32 = 24;
const NUMBER_BITS: u32 = 38;

/// The key of the permutations; made once, when the installation is founded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IdKey(pub [u64; 2]);

impl IdKey {
    /// The id of the n-th configuration object ever made, from 0.
    ///
    /// # Panics
    /// When `n` is not below 36^6.
    pub fn object(self, n: u64) -> ObjectId {
        assert!(n < OBJECTS, "an account has at most {OBJECTS} objects");
        // Cycle walking: permute 32 bits until the result is within range again (at most a few steps on average two).
        let mut value = n;
        loop {
            value = self.permute(value, 16);
            if value < OBJECTS {
                break;
            }
        }
        let mut text = [b'P'; 7];
        base36(value, &mut text[1..]);
        ObjectId(text)
    }

    /// The text of a `Q` id.
    pub fn seal(self, id: LongId) -> String {
        let (kind, number, index) = match id {
            LongId::Incident(number) => (0, number, 0),
            LongId::Alert(number, index) => (1, number, index),
            LongId::LogEntry(number, index) => (2, number, index),
        };
        let number = number.0 & ((1 << NUMBER_BITS) - 1);
        let index = u64::from(index) & ((1 << INDEX_BITS) - 1);
        let plain = (kind << (NUMBER_BITS + INDEX_BITS)) | (number << INDEX_BITS) | index;
        let mut text = [b'Q'; 14];
        base36(self.permute(plain, 32), &mut text[1..]);
        String::from_utf8(text.to_vec()).expect("made of ASCII only")
    }

    /// What a `Q` id stands for; `None` if this key never made it.
    pub fn open(self, text: &str) -> Option<LongId> {
        let digits = text.strip_prefix('Q').filter(|d| d.len() == 13)?;
        let value = u64::from_str_radix(digits, 36).ok()?;
        let plain = self.unpermute(value, 32);
        let number = IncidentNumber((plain >> INDEX_BITS) & ((1 << NUMBER_BITS) - 1));
        let index = u32::try_from(plain & ((1 << INDEX_BITS) - 1)).ok()?;
        let id = match (plain >> (NUMBER_BITS + INDEX_BITS), index) {
            (0, 0) => LongId::Incident(number),
            (1, index) => LongId::Alert(number, index),
            (2, index) => LongId::LogEntry(number, index),
            _ => return None,
        };
        // One spelling only: a lower-case id, say, is not an id.
        (number.0 > 0 && self.seal(id) == text).then_some(id)
    }

    /// A Feistel network of six rounds over two halves of `half` bits.
    fn permute(self, value: u64, half: u32) -> u64 {
        let mask = (1u64 << half) - 1;
        let (mut left, mut right) = (value >> half, value & mask);
        for round in 0..6 {
            (left, right) = (right, left ^ (self.round(right, round) & mask));
        }
        (left << half) | right
    }

    fn unpermute(self, value: u64, half: u32) -> u64 {
        let mask = (1u64 << half) - 1;
        let (mut left, mut right) = (value >> half, value & mask);
        for round in (0..6).rev() {
            (left, right) = (right ^ (self.round(left, round) & mask), left);
        }
        (left << half) | right
    }

    fn round(self, value: u64, round: u64) -> u64 {
        // The finaliser of splitmix64 over the half, the round and the key.
        let mut x = value ^ self.0[(round & 1) as usize] ^ round.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    }
}

fn base36(mut value: u64, digits: &mut [u8]) {
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[(value % 36) as usize];
        value /= 36;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: IdKey = IdKey([0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210]);

    #[test]
    fn objects_never_collide() {
        let ids: std::collections::BTreeSet<_> = (0..100_000).map(|n| KEY.object(n)).collect();
        assert_eq!(ids.len(), 100_000);
        for id in ids.iter().take(100) {
            assert_eq!(id.as_str().parse(), Ok(*id));
        }
    }

    proptest! {
        #[test]
        fn long_ids_open_again(number in 1u64..1 << NUMBER_BITS, index in 0u32..1 << INDEX_BITS) {
            let number = IncidentNumber(number);
            for id in [LongId::Incident(number), LongId::Alert(number, index), LongId::LogEntry(number, index)] {
                let text = KEY.seal(id);
                prop_assert_eq!(text.len(), 14);
                prop_assert_eq!(KEY.open(&text), Some(id));
            }
        }

        #[test]
        fn what_is_not_an_id_does_not_open(text in "Q[0-9A-Za-z]{12,14}|P[0-9A-Z]{6}|[a-z]{14}") {
            if let Some(id) = KEY.open(&text) {
                prop_assert_eq!(KEY.seal(id), text);
            }
        }
    }
}
