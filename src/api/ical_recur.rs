//! When events that recur begin, by the clock on the wall: the rules of RFC 5545, of which a library knows all.
//!
//! The library is given times without a zone, as if they were UTC, so that zones and the change of clocks stay with ours.

use std::time::Duration;

use jiff::civil::DateTime;
use rrule::RRuleSet;

use crate::domain::schedule::Span;
use crate::domain::schedule::zone::Zone;
use crate::domain::time::Timestamp;

const DAY: Duration = Duration::from_secs(86_400);
/// How far ahead occurrences are read. A calendar is read again long before.
const AHEAD: Duration = Duration::from_secs(2 * 365 * 86_400);
/// Of one event, those before the window included: one of every day for 50 years.
const OCCURRENCES_MAX: u16 = 18_300;
const FORM: &str = "%Y%m%dT%H%M%S";

/// Which occurrences matter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Within {
    /// Those that end after this,
    from: Timestamp,
    /// and begin before this.
    until: Timestamp,
}

impl Within {
    /// From yesterday on for two years.
    pub(super) fn of(now: Timestamp) -> Self {
        Self { from: now.minus(DAY), until: now.plus(AHEAD) }
    }

    /// Whether an occurrence matters.
    pub(super) fn holds(&self, span: &Span) -> bool {
        span.end > self.from && span.start < self.until
    }
}

/// When the occurrences by these rules begin that an event has whose first one begins at `first`.
///
/// # Errors
/// What is wrong with a rule, in words.
pub(super) fn firsts(
    rules: &[&str],
    first: DateTime,
    zone: &Zone,
    within: Within,
) -> Result<Vec<DateTime>, String> {
    // The first occurrence is one also where the rule would not say so.
    let mut firsts = vec![first];
    for rule in rules {
        let wrong = |why: &dyn std::fmt::Display| format!("has a rule that cannot be read: {rule} ({why})");
        let text = format!("DTSTART:{}Z\nRRULE:{}", first.strftime(FORM), bounded(rule, zone, within)?);
        let set: RRuleSet = text.parse().map_err(|error| wrong(&error))?;
        let found = set.all(OCCURRENCES_MAX);
        if found.limited {
            return Err(format!("recurs too often: by {rule} more than {OCCURRENCES_MAX} times"));
        }
        for at in found.dates {
            let civil = DateTime::strptime(FORM, at.format(FORM).to_string());
            firsts.push(civil.map_err(|error| wrong(&error))?);
        }
    }
    Ok(firsts)
}

/// The rule with an end, by the clock in `zone`, written as if that were UTC.
fn bounded(rule: &str, zone: &Zone, within: Within) -> Result<String, String> {
    let mut parts: Vec<String> = Vec::new();
    let mut end = zone.civil(within.until);
    let mut counted = false;
    for part in rule.trim().split(';').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        if name.eq_ignore_ascii_case("UNTIL") {
            let until = until(value.trim(), zone)
                .ok_or_else(|| format!("has an UNTIL that cannot be read: {value}"))?;
            end = end.min(until);
            continue;
        }
        counted |= name.eq_ignore_ascii_case("COUNT");
        parts.push(part.to_owned());
    }
    if !counted {
        parts.push(format!("UNTIL={}Z", end.strftime(FORM)));
    }
    Ok(parts.join(";"))
}

/// A date (that day included), a time in UTC, or one without a zone.
fn until(text: &str, zone: &Zone) -> Option<DateTime> {
    if text.len() == 8 {
        let date: jiff::civil::Date = text.parse().ok()?;
        return Some(date.at(23, 59, 59, 0));
    }
    match text.strip_suffix(['Z', 'z']) {
        Some(text) => Some(zone.civil(Zone::utc().instant(text.parse().ok()?))),
        None => text.parse().ok(),
    }
}
