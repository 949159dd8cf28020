//! Services and maintenance windows of an account.

use serde_json::Value;

use super::translate::{Translator, id};
use super::{items, text};
use crate::wire::configuration::{Grouping, Integration, Length, Service, SupportHours, Weekly, Window};

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const EVENTS_V2: &str = "events_api_v2_inbound_integration";

pub(super) fn service(it: &mut Translator, service: &Value) -> Option<Service> {
    let name = it.services.get(&id(service)).cloned().unwrap_or_default();
    let what = format!("service `{name}`");
    let Some(policy) = it.policies.get(text(&service["escalation_policy"]["id"])).cloned() else {
        it.leave(&what, "its escalation policy is not carried over");
        it.services.remove(&id(service));
        return None;
    };
    let length = |name: &str| service[name].as_u64().filter(|it| *it > 0).map(Length::Seconds);
    let rule = &service["incident_urgency_rule"];
    let constant = rule["urgency"].as_str().unwrap_or("high").to_owned();
    let by_hours = text(&rule["type"]) == "use_support_hours";
    let part = |name: &str| rule[name]["urgency"].as_str().filter(|_| by_hours).map(str::to_owned);
    let pause = &service["auto_pause_notifications_parameters"];
    let pause = pause["timeout"].as_u64().filter(|_| pause["enabled"] == true).map(Length::Seconds);
    Some(Service {
        description: service["description"].as_str().filter(|it| !it.is_empty()).map(str::to_owned),
        disabled: text(&service["status"]) == "disabled",
        escalation_policy: policy,
        urgency: Some(if by_hours { "support_hours".to_owned() } else { constant }),
        during_support_hours: part("during_support_hours"),
        outside_support_hours: part("outside_support_hours"),
        acknowledgement_timeout: length("acknowledgement_timeout"),
        auto_resolve_timeout: length("auto_resolve_timeout"),
        reminder_interval: length("reminder_interval"),
        hand_over_acknowledged: service["hand_over_acknowledged"].as_bool().unwrap_or_default(),
        reopen_within: length("reopen_within"),
        auto_pause: pause,
        support_hours: hours(&service["support_hours"]),
        urgency_at_start: at_edge(service, "support_hours_start"),
        urgency_at_end: at_edge(service, "support_hours_end"),
        grouping: grouping(it, &what, &service["alert_grouping_parameters"]),
        integrations: Some(integrations(it, &what, service)),
        event_rules: None,
        name,
    })
}

fn hours(hours: &Value) -> Option<SupportHours> {
    let days = days(&hours["days_of_week"]);
    (!days.is_empty()).then(|| SupportHours {
        time_zone: text(&hours["time_zone"]).to_owned(),
        days,
        start: text(&hours["start_time"]).to_owned(),
        end: text(&hours["end_time"]).to_owned(),
    })
}

fn days(numbers: &Value) -> Vec<String> {
    let name = |day: &Value| DAYS.get(usize::try_from(day.as_u64()?).ok()?.checked_sub(1)?);
    items(numbers).filter_map(name).map(|it| (*it).to_owned()).collect()
}

fn at_edge(service: &Value, edge: &str) -> Option<String> {
    let action = items(&service["scheduled_actions"]).find(|action| text(&action["at"]["name"]) == edge);
    action.and_then(|action| action["to_urgency"].as_str()).map(str::to_owned)
}

fn grouping(it: &mut Translator, what: &str, given: &Value) -> Option<Grouping> {
    let config = &given["config"];
    match given["type"].as_str()? {
        "time" => {
            let minutes = config["timeout"].as_u64().filter(|minutes| *minutes > 0);
            let within = minutes.map(|minutes| Length::Seconds(minutes.saturating_mul(60)));
            Some(Grouping { fields: None, any: false, within })
        }
        "content_based" => Some(Grouping {
            fields: Some(items(&config["fields"]).filter_map(Value::as_str).map(str::to_owned).collect()),
            any: text(&config["aggregate"]) == "any",
            within: config["time_window"].as_u64().filter(|it| *it > 0).map(Length::Seconds),
        }),
        other => {
            it.leave(what, &format!("{other} grouping of alerts: nobody could say why alerts were joined"));
            None
        }
    }
}

fn integrations(it: &mut Translator, what: &str, service: &Value) -> Vec<Integration> {
    let mut found = Vec::new();
    for integration in items(&service["integrations"]) {
        let name =
            integration["name"].as_str().or(integration["summary"].as_str()).unwrap_or("Events").to_owned();
        let Some(key) = integration["integration_key"].as_str().filter(|key| key.len() == 32) else {
            it.leave(what, &format!("the integration `{name}`, which has no key of 32 characters"));
            continue;
        };
        let kind = text(&integration["type"]);
        let kind = kind.strip_suffix("_reference").unwrap_or(kind);
        found.push(Integration {
            name,
            kind: (!kind.is_empty() && kind != EVENTS_V2).then(|| kind.to_owned()),
            key: Some(key.to_owned()),
        });
    }
    found
}

pub(super) fn window(it: &mut Translator, window: &Value) -> Option<Window> {
    let description = text(&window["description"]).to_owned();
    let what = format!("maintenance window `{description}`");
    let mut services = Vec::new();
    for service in items(&window["services"]) {
        match it.services.get(text(&service["id"])) {
            Some(name) => services.push(name.clone()),
            None => it.leave(&what, "a service that is not carried over"),
        }
    }
    let when = window["condition"].as_str().map(str::to_owned);
    if services.is_empty() && when.is_none() {
        it.leave(&what, "it is for no service");
        return None;
    }
    // What `pd` adds to the vendor's windows.
    let recurrence = &window["recurrence"];
    let weekly = recurrence.is_object().then(|| Weekly {
        time_zone: text(&recurrence["time_zone"]).to_owned(),
        days: days(&recurrence["days_of_week"]),
        start: text(&recurrence["start_time_of_day"]).to_owned(),
        duration: Length::Seconds(recurrence["duration_seconds"].as_u64().unwrap_or_default()),
        until: recurrence["until"].as_str().map(str::to_owned),
    });
    let once = |name: &str| window[name].as_str().filter(|_| weekly.is_none()).map(str::to_owned);
    Some(Window { start: once("start_time"), end: once("end_time"), description, services, when, weekly })
}
