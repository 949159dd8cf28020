//! How alerts of a service are joined and held back, between PagerDuty's fields and the rules'.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::error::Error;
use crate::domain::service::{Grouping, Service};
use crate::wire::rest::service::{AlertGrouping, AutoPause};

const PATH: &str = "service.alert_grouping_parameters";

/// What a request asks for; null and a type of null switch it off.
pub(super) fn read(given: Option<AlertGrouping>) -> Result<Option<Grouping>, Error> {
    let Some(AlertGrouping { kind: Some(kind), config }) = given else { return Ok(None) };
    let config = config.unwrap_or(Value::Null);
    match kind.as_str() {
        "time" => {
            let minutes = number(&config, "timeout")?.unwrap_or(0);
            Ok(Some(Grouping::Time((minutes > 0).then(|| Duration::from_secs(minutes.saturating_mul(60))))))
        }
        "content_based" => by_fields(&config).map(Some),
        "intelligent" | "content_based_intelligent" => Err(Error::invalid(format!(
            "{PATH}.type: `{kind}` is not offered, because nobody could say why alerts were joined; use time, or \
             content_based with the fields that they have in common"
        ))),
        other => Err(Error::invalid(format!("{PATH}.type: `{other}` is not one of time, content_based"))),
    }
}

fn by_fields(config: &Value) -> Result<Grouping, Error> {
    let fields = config["fields"].as_array().ok_or_else(|| {
        Error::invalid(format!(
            "{PATH}.config.fields: expected a list of fields such as source, custom_details.host"
        ))
    })?;
    let field = |(index, field): (usize, &Value)| {
        field.as_str().map(Arc::from).ok_or_else(|| {
            Error::invalid(format!("{PATH}.config.fields[{index}]: expected the name of a field"))
        })
    };
    let all = match config["aggregate"].as_str() {
        None | Some("all") => true,
        Some("any") => false,
        Some(other) => {
            return Err(Error::invalid(format!("{PATH}.config.aggregate: `{other}` is not one of all, any")));
        }
    };
    Ok(Grouping::Fields {
        fields: fields.iter().enumerate().map(field).collect::<Result<_, _>>()?,
        all,
        within: Duration::from_secs(
            number(config, "time_window")?.filter(|n| *n > 0).unwrap_or(24 * 60 * 60),
        ),
    })
}

fn number(config: &Value, name: &str) -> Result<Option<u64>, Error> {
    match &config[name] {
        Value::Null => Ok(None),
        value => value.as_u64().map(Some).ok_or_else(|| {
            Error::invalid(format!("{PATH}.config.{name}: expected a number from 0, found {value}"))
        }),
    }
}

/// What a request asks for; null and `enabled: false` switch it off.
pub(super) fn read_pause(given: Option<AutoPause>) -> Result<Option<Duration>, Error> {
    match given {
        Some(AutoPause { enabled: true, timeout: Some(seconds) }) => Ok(Some(Duration::from_secs(seconds))),
        Some(AutoPause { enabled: true, timeout: None }) => Err(Error::invalid(
            "service.auto_pause_notifications_parameters.timeout: expected the number of seconds to wait",
        )),
        Some(AutoPause { enabled: false, .. }) | None => Ok(None),
    }
}

/// As it travels.
pub(super) fn shown(service: &Service) -> AlertGrouping {
    let config = service.grouping.as_ref().map(|grouping| match grouping {
        Grouping::Time(_) => json!({ "timeout": timeout_minutes(service).unwrap_or(0) }),
        Grouping::Fields { fields, all, within } => json!({
            "fields": fields,
            "aggregate": if *all { "all" } else { "any" },
            "time_window": within.as_secs(),
        }),
    });
    AlertGrouping { kind: kind(service), config }
}

/// PagerDuty's type.
pub(super) fn kind(service: &Service) -> Option<String> {
    service.grouping.as_ref().map(|grouping| match grouping {
        Grouping::Time(_) => "time".to_owned(),
        Grouping::Fields { .. } => "content_based".to_owned(),
    })
}

/// Of grouping by time; 0: until the incident is resolved.
pub(super) fn timeout_minutes(service: &Service) -> Option<u64> {
    match &service.grouping {
        Some(Grouping::Time(window)) => Some(window.map_or(0, |window| window.as_secs().div_ceil(60))),
        Some(Grouping::Fields { .. }) | None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_taken_or_refused_by_name() {
        let check = |body: Value, expected: &str| {
            let given = serde_json::from_value(body.clone()).expect("the shape is right");
            let found = match read(given) {
                Ok(grouping) => format!("{grouping:?}"),
                Err(error) => format!("{error:?}"),
            };
            assert!(found.contains(expected), "{body}: {found}");
        };
        check(Value::Null, "None");
        check(json!({"type": null}), "None");
        check(json!({"type": "time", "config": {"timeout": 5}}), "Time(Some(300s))");
        check(json!({"type": "time", "config": null}), "Time(None)");
        check(json!({"type": "time", "config": {"timeout": "5"}}), "config.timeout: expected a number");
        check(
            json!({"type": "content_based", "config": {"fields": ["source"], "aggregate": "any", "time_window": 300}}),
            "all: false, within: 300s",
        );
        check(
            json!({"type": "content_based", "config": {"aggregate": "all"}}),
            "config.fields: expected a list",
        );
        check(json!({"type": "content_based", "config": {"fields": [1]}}), "config.fields[0]");
        check(
            json!({"type": "content_based", "config": {"fields": [], "aggregate": "some"}}),
            "aggregate: `some`",
        );
        check(json!({"type": "intelligent", "config": {}}), "`intelligent` is not offered");
        check(json!({"type": "magic"}), "`magic` is not one of time, content_based");
    }
}
