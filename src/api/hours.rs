//! How urgent a service's incidents are, and when, as requests say it.

use super::error::Error;
use super::fields::urgency_of;
use crate::domain::service::{HoursUrgency, UrgencyRule};
use crate::domain::support_hours::{self as domain, Edge};
use crate::domain::user::Urgency;
use crate::wire::rest::service::{
    HoursRule, IncidentUrgencyRule, RuleUrgency, ScheduledAction, SupportHours,
};

/// The rule that a request means.
pub(super) fn urgency_rule(rule: IncidentUrgencyRule) -> Result<UrgencyRule, Error> {
    match (rule.kind.as_str(), rule.urgency) {
        ("constant", Some(RuleUrgency::High)) => Ok(UrgencyRule::Constant(Urgency::High)),
        ("constant", Some(RuleUrgency::Low)) => Ok(UrgencyRule::Constant(Urgency::Low)),
        ("constant", Some(RuleUrgency::SeverityBased)) => Ok(UrgencyRule::SeverityBased),
        ("constant", None) => {
            Err(Error::invalid("service.incident_urgency_rule.urgency: expected high, low or severity_based"))
        }
        ("use_support_hours", _) => Ok(UrgencyRule::SupportHours {
            during: hours_rule("during_support_hours", rule.during_support_hours)?,
            outside: hours_rule("outside_support_hours", rule.outside_support_hours)?,
        }),
        (other, _) => Err(Error::invalid(format!(
            "service.incident_urgency_rule.type: `{other}` is not one of constant, use_support_hours"
        ))),
    }
}

fn hours_rule(name: &str, rule: Option<HoursRule>) -> Result<HoursUrgency, Error> {
    let path = format!("service.incident_urgency_rule.{name}");
    let rule = rule.ok_or_else(|| Error::invalid(format!("{path}: missing; use_support_hours needs it")))?;
    if rule.kind != "constant" {
        return Err(Error::invalid(format!("{path}.type: `{}` is not constant", rule.kind)));
    }
    Ok(match rule.urgency {
        RuleUrgency::High => HoursUrgency::High,
        RuleUrgency::Low => HoursUrgency::Low,
        RuleUrgency::SeverityBased => HoursUrgency::SeverityBased,
    })
}

/// The hours that a request means.
pub(super) fn support_hours(hours: SupportHours) -> Result<domain::SupportHours, Error> {
    if hours.kind != "fixed_time_per_day" {
        let error = format!("service.support_hours.type: `{}` is not fixed_time_per_day", hours.kind);
        return Err(Error::invalid(error));
    }
    let mut days = hours.days_of_week;
    days.sort_unstable();
    Ok(domain::SupportHours {
        time_zone: hours.time_zone.into(),
        days,
        start: time("start_time", &hours.start_time)?,
        end: time("end_time", &hours.end_time)?,
    })
}

/// Seconds of the day; `24:00` is its end, which is the beginning of the next.
fn time(name: &str, text: &str) -> Result<u32, Error> {
    if matches!(text, "24:00" | "24:00:00") {
        return Ok(0);
    }
    let parts: Vec<Option<u32>> = text
        .split(':')
        .map(|part| part.parse().ok().filter(|_| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())))
        .collect();
    let (hour, minute, second) = match parts[..] {
        [Some(hour), Some(minute)] => (hour, minute, 0),
        [Some(hour), Some(minute), Some(second)] => (hour, minute, second),
        _ => (24, 0, 0),
    };
    if hour < 24 && minute < 60 && second < 60 {
        return Ok(hour * 3600 + minute * 60 + second);
    }
    Err(Error::invalid(format!(
        "service.support_hours.{name}: `{text}` is not a time of the day such as 09:00:00"
    )))
}

/// The actions that a request means.
pub(super) fn scheduled_actions(
    actions: Vec<ScheduledAction>,
) -> Result<Vec<domain::ScheduledAction>, Error> {
    actions.into_iter().enumerate().map(|(index, action)| scheduled_action(index, &action)).collect()
}

fn scheduled_action(index: usize, action: &ScheduledAction) -> Result<domain::ScheduledAction, Error> {
    let path = format!("service.scheduled_actions[{index}]");
    if action.kind != "urgency_change" {
        return Err(Error::invalid(format!("{path}.type: `{}` is not urgency_change", action.kind)));
    }
    let at = match (action.at.kind.as_str(), action.at.name.as_str()) {
        ("named_time", "support_hours_start") => Edge::Start,
        ("named_time", "support_hours_end") => Edge::End,
        (kind, name) => {
            return Err(Error::invalid(format!(
                "{path}.at: `{kind}` `{name}` is not the named_time support_hours_start or support_hours_end"
            )));
        }
    };
    Ok(domain::ScheduledAction { at, to: urgency_of(action.to_urgency) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_the_day() {
        for (text, expected) in [
            ("09:00:00", Some(32_400)),
            ("09:00", Some(32_400)),
            ("23:59:59", Some(86_399)),
            ("24:00:00", Some(0)),
            ("24:00:01", None),
            ("9:00", None),
            ("09:60", None),
            ("+9:00", None),
            ("09:00:00:00", None),
            ("noon", None),
        ] {
            assert_eq!(time("start_time", text).ok(), expected, "{text}");
        }
    }
}
