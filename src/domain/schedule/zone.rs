//! Local clocks, from the time zones that are built in, so that all replicas agree.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};

use crate::domain::time::Timestamp;

/// The clock on the wall of some place.
#[derive(Clone, Debug)]
pub struct Zone(TimeZone);

/// A local time that never comes: the clocks go forward over it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("does not exist: on that day the clocks go forward from {from} to {to}")]
pub struct Skipped {
    /// What the clock would show at the change.
    pub from: DateTime,
    /// What it shows instead.
    pub to: DateTime,
}

impl Zone {
    /// UTC.
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// The zone with this IANA name, in any case.
    pub fn named(name: &str) -> Option<Self> {
        TimeZoneDatabase::bundled().get(name).ok().map(Self)
    }

    /// The zone with this name, which was checked when it was taken; UTC if a newer release knows it no more.
    pub fn known(name: &str) -> Self {
        Self::named(name).unwrap_or_else(Self::utc)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// What its clock shows at this instant.
    pub fn civil(&self, at: Timestamp) -> DateTime {
        self.0.to_datetime(jiff(at))
    }

    /// The first moment at which its clock shows this time or a later one.
    pub fn instant(&self, civil: DateTime) -> Timestamp {
        let found = match self.0.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
                offset.to_timestamp(civil)
            }
            AmbiguousOffset::Gap { after, .. } => {
                // Read with the later offset it lies before the change.
                after.to_timestamp(civil).map(|before| self.change_after(before, civil))
            }
        };
        found.map_or(Timestamp::MAX, |at| Timestamp::from_millis(at.as_millisecond()))
    }

    /// The first change of the clock after `before` by which it shows `civil` or a later time.
    fn change_after(&self, before: jiff::Timestamp, civil: DateTime) -> jiff::Timestamp {
        let changes = self.0.following(before).take(4).map(|change| change.timestamp());
        changes.into_iter().find(|at| self.0.to_datetime(*at) >= civil).unwrap_or(before)
    }

    /// The instant of a local time that somebody wrote down; of one that comes twice, the first.
    ///
    /// # Errors
    /// The clock never shows it.
    pub fn exact(&self, civil: DateTime) -> Result<Timestamp, Skipped> {
        let at = self.instant(civil);
        let to = self.civil(at);
        if to == civil {
            return Ok(at);
        }
        let AmbiguousOffset::Gap { before, .. } = self.0.to_ambiguous_timestamp(civil).offset() else {
            return Ok(at);
        };
        Err(Skipped { from: before.to_datetime(jiff(at)), to })
    }

    /// ISO 8601 with this zone's offset, to the second: `2026-01-05T08:00:00+01:00`; in UTC it ends in `Z`.
    pub fn to_iso(&self, at: Timestamp) -> String {
        let at = jiff(at);
        let offset = self.0.to_offset(at);
        let civil = offset.to_datetime(at).strftime("%Y-%m-%dT%H:%M:%S");
        if offset.is_zero() {
            return format!("{civil}Z");
        }
        let minutes = offset.seconds() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        format!("{civil}{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
    }
}

fn jiff(at: Timestamp) -> jiff::Timestamp {
    let (min, max) = (jiff::Timestamp::MIN.as_millisecond() + 1, jiff::Timestamp::MAX.as_millisecond());
    jiff::Timestamp::from_millisecond(at.as_millis().clamp(min, max)).expect("clamped to what there is")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn a_local_time_is_the_first_moment_at_which_the_clock_shows_it_or_a_later_one() {
        for (zone, civil, iso) in [
            ("Europe/Berlin", "2026-01-05T09:00", "2026-01-05T09:00:00+01:00"),
            // The clocks go from 02:00 to 03:00.
            ("Europe/Berlin", "2026-03-29T01:59", "2026-03-29T01:59:00+01:00"),
            ("Europe/Berlin", "2026-03-29T02:00", "2026-03-29T03:00:00+02:00"),
            ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T03:00:00+02:00"),
            ("Europe/Berlin", "2026-03-29T03:15", "2026-03-29T03:15:00+02:00"),
            // They go from 03:00 back to 02:00.
            ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T02:30:00+02:00"),
            ("Europe/Berlin", "2026-10-25T03:00", "2026-10-25T03:00:00+01:00"),
            // Half an hour, and a zone with a change at midnight.
            ("Australia/Lord_Howe", "2026-10-04T02:10", "2026-10-04T02:30:00+11:00"),
            ("America/Santiago", "2026-09-06T00:30", "2026-09-06T01:00:00-03:00"),
            // A whole day that never was.
            ("Pacific/Apia", "2011-12-30T12:00", "2011-12-31T00:00:00+14:00"),
            ("Etc/UTC", "2026-03-29T02:30", "2026-03-29T02:30:00Z"),
            ("Asia/Kolkata", "2026-03-29T02:30", "2026-03-29T02:30:00+05:30"),
        ] {
            let zone = Zone::named(zone).unwrap();
            assert_eq!(zone.to_iso(zone.instant(civil.parse().unwrap())), iso, "{civil}");
        }
    }

    #[test]
    fn a_time_that_does_not_exist_is_refused_when_somebody_writes_it_down() {
        let berlin = Zone::named("europe/berlin").unwrap();
        assert_eq!(
            berlin.exact("2026-03-29T02:30".parse().unwrap()).unwrap_err().to_string(),
            "does not exist: on that day the clocks go forward from 2026-03-29T02:00:00 to 2026-03-29T03:00:00"
        );
        for civil in ["2026-03-29T01:59:59", "2026-03-29T03:00", "2026-10-25T02:30"] {
            let at = berlin.exact(civil.parse().unwrap()).unwrap();
            assert_eq!(berlin.civil(at), civil.parse().unwrap());
        }
        assert!(Zone::named("Europe/Nowhere").is_none());
    }
}
