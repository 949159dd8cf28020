//! Query strings as clients write them: arrays with and without brackets, booleans of four kinds, times of many forms.

use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use url::form_urlencoded;

use super::error::Error;
use crate::domain::schedule::zone::Zone;
use crate::domain::time::Timestamp;
use crate::wire::rest::envelope::Page;

/// The largest page, and the page if nothing is asked for.
const LIMIT_MAX: u32 = 100;
const LIMIT_DEFAULT: u32 = 25;
/// How deep a list may be read.
const DEPTH_MAX: u32 = 10_000;

/// A query string, taken apart.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Takes a query string apart.
    pub(crate) fn parse(text: &str) -> Self {
        Self(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// All values of `name`, written as `name[]=a`, `name[0]=a` or `name=a`; empty ones do not count.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let is_index = |rest: &str| {
            rest.strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'))
                .is_some_and(|index| index.bytes().all(|b| b.is_ascii_digit()))
        };
        self.0
            .iter()
            .filter(move |(key, _)| {
                key.strip_prefix(name).is_some_and(|rest| rest.is_empty() || is_index(rest))
            })
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// The last value of `name`.
    pub(crate) fn one<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.all(name).last()
    }

    /// All values of `name`, read as `T`; `what` says what they should be.
    pub(crate) fn each<T: FromStr>(&self, name: &str, what: &str) -> Result<Vec<T>, Error> {
        self.all(name)
            .map(|text| text.parse().map_err(|_| Error::invalid(format!("{name}[]: `{text}` is not {what}"))))
            .collect()
    }

    /// Whether `name` is true; false if it is not given.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Error> {
        match self.one(name).map(str::to_ascii_lowercase).as_deref() {
            None | Some("false" | "0") => Ok(false),
            Some("true" | "1") => Ok(true),
            Some(other) => Err(Error::invalid(format!("{name}: `{other}` is neither true nor false"))),
        }
    }

    /// The instant that `name` says; one without a zone is in `time_zone`, or in UTC.
    pub(crate) fn time(&self, name: &str) -> Result<Option<Timestamp>, Error> {
        let Some(text) = self.one(name) else { return Ok(None) };
        let wrong = || {
            Error::invalid(format!(
                "{name}: `{text}` is not a time; expected ISO 8601 such as 2026-01-05T07:00:00Z"
            ))
        };
        let zone = self.time_zone()?;
        // `+` in a query string is a space unless it was escaped, which some clients forget in an offset.
        let mended = text.replace(' ', "+");
        if let (Some(zone), Some(civil)) = (zone, zoneless(text)) {
            let zoned = civil.to_zoned(zone).map_err(|_| wrong())?;
            return Ok(Some(Timestamp::from_millis(zoned.timestamp().as_millisecond())));
        }
        Timestamp::parse(text).or_else(|| Timestamp::parse(&mended)).map(Some).ok_or_else(wrong)
    }

    /// The zone that `time_zone` names.
    pub(crate) fn zone(&self) -> Result<Option<Zone>, Error> {
        let Some(name) = self.one("time_zone") else { return Ok(None) };
        let wrong =
            || Error::invalid(format!("time_zone: `{name}` is not a time zone such as Europe/Berlin"));
        Zone::named(name).map(Some).ok_or_else(wrong)
    }

    fn time_zone(&self) -> Result<Option<TimeZone>, Error> {
        let Some(name) = self.one("time_zone") else { return Ok(None) };
        TimeZone::get(name).map(Some).map_err(|_| {
            Error::invalid(format!("time_zone: `{name}` is not a time zone such as Europe/Berlin"))
        })
    }

    /// The page that is asked for.
    pub(crate) fn page(&self) -> Result<Ask, Error> {
        let number = |name: &str, default: u32| match self.one(name) {
            None => Ok(default),
            Some(text) => text
                .parse::<u64>()
                .map(|n| u32::try_from(n).unwrap_or(u32::MAX))
                .map_err(|_| Error::invalid(format!("{name}: `{text}` is not a number from 0"))),
        };
        // A page of none would make clients that go on by `offset + limit` ask for ever.
        let limit = number("limit", LIMIT_DEFAULT)?.clamp(1, LIMIT_MAX);
        let offset = number("offset", 0)?;
        if offset.saturating_add(limit) > DEPTH_MAX {
            return Err(Error::invalid(format!(
                "offset: offset + limit must not be more than {DEPTH_MAX}; narrow the list by a filter"
            )));
        }
        Ok(Ask { limit, offset, total: self.flag("total")? })
    }

    /// Whether `include[]` has this name.
    pub(crate) fn includes(&self, name: &str) -> bool {
        self.all("include").any(|included| included == name)
    }
}

/// A date, or a date and a time, without a zone.
pub(crate) fn zoneless(text: &str) -> Option<DateTime> {
    let time = text.split_once(['T', ' ']).map_or("", |(_, time)| time);
    if time.contains(['Z', 'z', '+', '-']) {
        return None;
    }
    text.parse().or_else(|_| DateTime::strptime("%Y-%m-%dT%H:%M", text)).ok()
}

/// Which page of a list is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Ask {
    /// From 1 to 100.
    pub(crate) limit: u32,
    /// How many to skip.
    pub(crate) offset: u32,
    /// Whether to count them all.
    pub(crate) total: bool,
}

impl Ask {
    /// Where the page is, when there is `more` after it and there are `total` in all.
    pub(crate) fn page(self, more: bool, total: u64) -> Page {
        Page { limit: self.limit, offset: self.offset, more, total: self.total.then_some(total) }
    }

    /// The page of a list that is at hand.
    pub(crate) fn cut<T>(self, list: Vec<T>) -> (Vec<T>, Page) {
        let (total, end) = (list.len(), self.end());
        let items = list.into_iter().skip(self.offset as usize).take(self.limit as usize).collect();
        (items, self.page(total > end, total as u64))
    }

    /// The index after the page.
    pub(crate) fn end(self) -> usize {
        self.offset as usize + self.limit as usize
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn arrays_are_read_in_all_spellings() {
        for text in
            ["a[]=1&a[]=2", "a%5B%5D=1&a%5B%5D=2", "a=1&a=2", "a[0]=1&a[1]=2", "a=1&a[]=2&ab[]=3&a[x]=4&a="]
        {
            assert_eq!(Query::parse(text).all("a").collect::<Vec<_>>(), ["1", "2"], "{text}");
        }
        assert_eq!(Query::parse("").all("a").count(), 0);
    }

    #[test]
    fn flags() {
        for (text, flag) in [
            ("", false),
            ("t=true", true),
            ("t=True", true),
            ("t=1", true),
            ("t=0", false),
            ("t=false", false),
        ] {
            assert_eq!(Query::parse(text).flag("t").unwrap(), flag, "{text}");
        }
        assert!(Query::parse("t=yes").flag("t").is_err());
    }

    #[test]
    fn pages_are_clamped_and_bounded() {
        for (text, page) in [
            ("", Ok((25, 0, false))),
            ("limit=100&offset=9900&total=true", Ok((100, 9900, true))),
            ("limit=0", Ok((1, 0, false))),
            ("limit=99999999999", Ok((100, 0, false))),
            ("offset=9976", Err("offset")),
            ("offset=99999999999", Err("offset")),
            ("limit=-1", Err("limit")),
            ("offset=x", Err("offset")),
            ("total=maybe", Err("total")),
        ] {
            let asked = Query::parse(text).page().map(|ask| (ask.limit, ask.offset, ask.total));
            match page {
                Ok(page) => assert_eq!(asked.unwrap(), page, "{text}"),
                Err(name) => {
                    assert!(format!("{:?}", asked.unwrap_err()).contains(&format!("{name}: ")), "{text}")
                }
            }
        }
    }

    #[test]
    fn times_without_a_zone_are_in_the_one_that_is_asked_for() {
        for (text, iso) in [
            ("since=2026-01-05", "2026-01-05T00:00:00Z"),
            ("since=2026-01-05&time_zone=Europe/Berlin", "2026-01-04T23:00:00Z"),
            ("since=2026-01-05T08:00&time_zone=Europe/Berlin", "2026-01-05T07:00:00Z"),
            ("since=2026-01-05T08:00:00Z&time_zone=Europe/Berlin", "2026-01-05T08:00:00Z"),
            ("since=2026-01-05T08:00:00+01:00", "2026-01-05T07:00:00Z"),
            ("since=2026-01-05T08:00:00%2B0100", "2026-01-05T07:00:00Z"),
        ] {
            assert_eq!(Query::parse(text).time("since").unwrap().unwrap().to_iso(), iso, "{text}");
        }
        for text in ["since=soon", "since=2026-01-05&time_zone=Nowhere"] {
            assert!(Query::parse(text).time("since").is_err(), "{text}");
        }
    }
}
