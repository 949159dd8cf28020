//! Times as people type and read them: by some clock on a wall.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::error::Complaint;
use crate::config::duration;
use crate::domain::time::Timestamp;

/// The zone of whoever looks.
pub(super) fn local() -> TimeZone {
    TimeZone::system()
}

/// The time on the clock of whoever looks; with the day if it is not today's.
pub(super) fn clock(at: Timestamp, now: Timestamp) -> String {
    let zone = local();
    let (then, now) = (civil(at, &zone), civil(now, &zone));
    let form = if then.date() == now.date() { "%H:%M:%S" } else { "%m-%d %H:%M:%S" };
    then.strftime(form).to_string()
}

/// `local`, or an IANA time zone.
pub(super) fn zone(name: &str) -> anyhow::Result<TimeZone> {
    if name == "local" {
        return Ok(local());
    }
    TimeZone::get(name).map_err(|_| {
        Complaint::usage(
            format!("there is no time zone `{name}`"),
            "give one such as Europe/Berlin, or `local`",
        )
        .into()
    })
}

/// `now`, a time from now (`3h`), ISO 8601 with a zone, or a time by this clock (`2026-01-05T09:00`), which has to come.
pub(super) fn instant(typed: &str, zone: &TimeZone, now: Timestamp) -> anyhow::Result<Timestamp> {
    if typed == "now" {
        return Ok(now);
    }
    if let Ok(ahead) = duration(typed) {
        return Ok(now.plus(ahead));
    }
    if let Some(civil) = zoneless(typed) {
        let ambiguous = zone.to_ambiguous_timestamp(civil);
        if let AmbiguousOffset::Gap { .. } = ambiguous.offset() {
            let message = format!("{typed} does not exist: the clocks go forward over it");
            return Err(Complaint::usage(message, "give an earlier or a later time").into());
        }
        if let Ok(at) = ambiguous.compatible() {
            return Ok(Timestamp::from_millis(at.as_millisecond()));
        }
    }
    Timestamp::parse(typed).ok_or_else(|| {
        Complaint::usage(
            format!("`{typed}` is not a time"),
            "give one such as 2026-01-05T09:00, 2026-01-05T08:00:00Z, or a time from now such as 3h",
        )
        .into()
    })
}

fn zoneless(typed: &str) -> Option<DateTime> {
    let (_, time) = typed.split_once(['T', ' ']).unwrap_or((typed, ""));
    if time.contains(['Z', 'z', '+', '-']) {
        return None;
    }
    typed.replace(' ', "T").parse().ok()
}

/// What this clock shows.
pub(super) fn civil(at: Timestamp, zone: &TimeZone) -> DateTime {
    let at = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or(jiff::Timestamp::MAX);
    zone.to_datetime(at)
}

/// `Mon 05 Jan 09:00`
pub(super) fn short(at: Timestamp, zone: &TimeZone) -> String {
    civil(at, zone).strftime("%a %d %b %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn times_are_understood_or_refused() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let now = Timestamp::parse("2026-01-05T07:00:00Z").unwrap();
        for (typed, iso) in [
            ("now", "2026-01-05T07:00:00Z"),
            ("3h", "2026-01-05T10:00:00Z"),
            ("2026-01-05T09:00", "2026-01-05T08:00:00Z"),
            ("2026-01-05 09:00", "2026-01-05T08:00:00Z"),
            ("2026-01-05", "2026-01-04T23:00:00Z"),
            ("2026-01-05T09:00:00Z", "2026-01-05T09:00:00Z"),
            ("2026-01-05T09:00:00+02:00", "2026-01-05T07:00:00Z"),
            // The first of the two.
            ("2026-10-25T02:30", "2026-10-25T00:30:00Z"),
        ] {
            assert_eq!(instant(typed, &berlin, now).unwrap().to_iso(), iso, "{typed}");
        }
        for typed in ["soon", "2026-13-01", "2026-03-29T02:30"] {
            assert!(instant(typed, &berlin, now).is_err(), "{typed}");
        }
        assert_eq!(short(now, &berlin), "Mon 05 Jan 08:00");
    }
}
