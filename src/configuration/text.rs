//! How files say lengths of time, times of the day, days of the week and words out of a few.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::config;
use crate::domain::schedule::zone::Zone;
use crate::domain::time::Timestamp;
use crate::wire::configuration::Length;

/// The type that an integration has unless it says otherwise.
pub(super) const EVENTS_V2: &str = "events_api_v2_inbound_integration";

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// In the largest unit that says it exactly.
pub(super) fn length(duration: Duration) -> Length {
    let millis = duration.as_millis();
    let units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];
    let (unit, of) = units.into_iter().find(|(_, of)| millis.is_multiple_of(*of)).unwrap_or(("ms", 1));
    Length::Text(if millis == 0 { "0s".to_owned() } else { format!("{}{unit}", millis / of) })
}

pub(super) fn duration(length: &Length) -> Result<Duration, String> {
    match length {
        Length::Seconds(seconds) => Ok(Duration::from_secs(*seconds)),
        Length::Text(text) => config::duration(text).map_err(|expected| format!("`{text}`: {expected}")),
    }
}

/// `09:00`, or with seconds if there are any.
pub(super) fn time_of_day(seconds: u32) -> String {
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if second == 0 { format!("{hour:02}:{minute:02}") } else { format!("{hour:02}:{minute:02}:{second:02}") }
}

pub(super) fn seconds_of_day(text: &str) -> Result<u32, String> {
    let wrong = || format!("`{text}` is not a time of the day such as 09:00");
    if text == "24:00" {
        return Ok(0);
    }
    let time: jiff::civil::Time = text.parse().map_err(|_| wrong())?;
    let part = |number: i8| u32::from(number.unsigned_abs());
    Ok(part(time.hour()) * 3600 + part(time.minute()) * 60 + part(time.second()))
}

/// From 1, which is Monday.
pub(super) fn day(number: u8) -> String {
    let index = usize::from(number).saturating_sub(1).min(DAYS.len() - 1);
    DAYS[index].to_owned()
}

/// Also by the first three letters.
pub(super) fn day_number(text: &str) -> Result<u8, String> {
    let text = text.to_lowercase();
    let known = (1u8..).zip(DAYS).find(|(_, name)| *name == text || name[..3] == text);
    known.map(|(number, _)| number).ok_or_else(|| format!("`{text}` is not a day of the week such as monday"))
}

pub(super) fn days(names: &[String]) -> Result<Vec<u8>, String> {
    let mut days = names.iter().map(|name| day_number(name)).collect::<Result<Vec<_>, _>>()?;
    days.sort_unstable();
    days.dedup();
    if days.is_empty() { Err("expected at least one day of the week".to_owned()) } else { Ok(days) }
}

/// The word that stands for a value.
pub(super) fn word<T: Serialize>(value: T) -> String {
    serde_json::to_value(value).ok().and_then(|it| it.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The value that a word stands for.
pub(super) fn value_of<T: DeserializeOwned>(word: &str, expected: &str) -> Result<T, String> {
    serde_json::from_value(Value::String(word.to_owned()))
        .map_err(|_| format!("`{word}` is not one of {expected}"))
}

/// To the second, with the zone's offset.
pub(super) fn instant(zone: &Zone, at: Timestamp) -> String {
    zone.to_iso(at)
}

/// An instant to the second; without an offset it is by this clock, which has to show it.
pub(super) fn timestamp(zone: &Zone, text: &str) -> Result<Timestamp, String> {
    let at = match civil(text) {
        Some(civil) => zone.exact(civil).map_err(|skipped| format!("{text} in {} {skipped}", zone.name()))?,
        None => Timestamp::parse(text)
            .ok_or_else(|| format!("`{text}` is not a time such as 2026-01-05T09:00"))?,
    };
    Ok(Timestamp::from_millis(at.as_millis().div_euclid(1000) * 1000))
}

fn civil(text: &str) -> Option<jiff::civil::DateTime> {
    let (_, time) = text.split_once(['T', ' '])?;
    if time.contains(['Z', 'z', '+', '-']) {
        return None;
    }
    text.parse().or_else(|_| jiff::civil::DateTime::strptime("%Y-%m-%dT%H:%M", text)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_said_in_the_largest_unit_that_is_exact() {
        for (millis, said) in [
            (0, "0s"),
            (1, "1ms"),
            (90_000, "90s"),
            (5_400_000, "90m"),
            (604_800_000, "7d"),
            (7_200_000, "2h"),
        ] {
            let duration = Duration::from_millis(millis);
            assert_eq!(length(duration), Length::Text(said.to_owned()));
            assert_eq!(super::duration(&Length::Text(said.to_owned())), Ok(duration));
        }
        assert_eq!(super::duration(&Length::Seconds(90)), Ok(Duration::from_secs(90)));
        assert!(super::duration(&Length::Text("soon".to_owned())).is_err());
    }

    #[test]
    fn times_are_by_the_clock_unless_they_say_otherwise() {
        let zone = Zone::known("Europe/Berlin");
        for (text, expected) in [
            ("2026-01-05T09:00", Ok("2026-01-05T08:00:00Z")),
            ("2026-07-05 09:00:00", Ok("2026-07-05T07:00:00Z")),
            ("2026-01-05T09:00:00Z", Ok("2026-01-05T09:00:00Z")),
            ("2026-01-05T09:00:00+05:00", Ok("2026-01-05T04:00:00Z")),
            ("2026-03-29T02:30", Err("the clocks go forward")),
            ("monday", Err("is not a time")),
        ] {
            match (timestamp(&zone, text).map(Timestamp::to_iso), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{text}"),
                (Err(found), Err(part)) => assert!(found.contains(part), "{text}: {found}"),
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
    }

    #[test]
    fn days_and_times_of_the_day_are_read_as_they_are_said() {
        for number in 1..=7 {
            assert_eq!(day_number(&day(number)), Ok(number));
        }
        assert_eq!(day_number("Sat"), Ok(6));
        assert!(day_number("someday").is_err());
        for (text, seconds) in [("09:00", 32_400), ("23:59:59", 86_399), ("00:00", 0)] {
            assert_eq!(seconds_of_day(text), Ok(seconds));
            assert_eq!(time_of_day(seconds), text);
        }
        assert_eq!(seconds_of_day("24:00"), Ok(0));
        assert!(seconds_of_day("noon").is_err());
    }
}
