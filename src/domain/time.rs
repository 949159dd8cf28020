//! Instants in UTC, to the millisecond.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Milliseconds since the Unix epoch, UTC. Facts carry instants in this form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The Unix epoch; also the "never" of comparisons that look backwards.
    pub const EPOCH: Timestamp = Timestamp(0);
    /// Before everything: the "since ever" of spans.
    pub const MIN: Timestamp = Timestamp(i64::MIN);
    /// After everything: the "for ever" of spans.
    pub const MAX: Timestamp = Timestamp(i64::MAX);

    /// The instant this many milliseconds after the Unix epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// This instant moved forward; saturates at the end of time.
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }

    /// This instant moved back; saturates.
    pub fn minus(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How long after `earlier` this is; zero if it is not after.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// ISO 8601 to the second, as PagerDuty prints it: `2026-01-05T07:00:00Z`.
    pub fn to_iso(self) -> String {
        self.jiff().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// ISO 8601 with milliseconds, for logs and journals.
    pub fn to_iso_millis(self) -> String {
        self.jiff().strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
    }

    /// Reads ISO 8601: date only, minutes only, fractions, `Z`, `±hh:mm` and `±hhmm`; also the text that Go programs
    /// send (`2026-01-05 07:00:00 +0000 UTC`). A value without a zone is taken as UTC. `None` if it is none of these.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_suffix(" UTC").unwrap_or(text);
        if let Ok(at) = text.parse::<jiff::Timestamp>() {
            return Some(Self(at.as_millisecond()));
        }
        for form in
            ["%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%.f %z", "%Y-%m-%dT%H:%M%:z", "%Y-%m-%dT%H:%M%z"]
        {
            if let Ok(at) = jiff::Timestamp::strptime(form, text) {
                return Some(Self(at.as_millisecond()));
            }
        }
        let bare = text.strip_suffix('Z').unwrap_or(text);
        let civil = bare
            .parse::<jiff::civil::DateTime>()
            .or_else(|_| jiff::civil::DateTime::strptime("%Y-%m-%dT%H:%M", bare))
            .ok()?;
        let at = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(Self(at.timestamp().as_millisecond()))
    }

    fn jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::MAX)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_iso_millis())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_iso())
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn parses_what_clients_send() {
        for (text, iso) in [
            ("2026-01-05T07:00:00Z", "2026-01-05T07:00:00.000Z"),
            ("2026-01-05T07:00:00.250Z", "2026-01-05T07:00:00.250Z"),
            ("2026-01-05T08:00:00+01:00", "2026-01-05T07:00:00.000Z"),
            ("2026-01-05T08:00:00.5+0100", "2026-01-05T07:00:00.500Z"),
            ("2026-01-05T07:00:00+0000", "2026-01-05T07:00:00.000Z"),
            ("2026-01-05 07:00:00 +0000 UTC", "2026-01-05T07:00:00.000Z"),
            ("2026-01-05T07:00", "2026-01-05T07:00:00.000Z"),
            ("2026-01-05T07:00Z", "2026-01-05T07:00:00.000Z"),
            ("2026-01-05T07:00:01", "2026-01-05T07:00:01.000Z"),
            ("2026-01-05", "2026-01-05T00:00:00.000Z"),
        ] {
            assert_eq!(Timestamp::parse(text).map(Timestamp::to_iso_millis).as_deref(), Some(iso), "{text}");
        }
        for text in ["", "yesterday", "2026-13-01", "12:00"] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }
}
