//! Who may do what: the one table, by the method and the path of a request.

use http::Method;

use crate::domain::access::Access;

/// What a request needs; `own` is the id of the user as whom it is asked.
pub(super) fn needed(method: &Method, path: &str, own: Option<&str>) -> Access {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let reads = matches!(*method, Method::GET | Method::HEAD);
    match parts.as_slice() {
        // Who changed what names what was there before.
        ["audit", ..] => Access::Administer,
        _ if reads => Access::Observe,
        // Questions that need a body.
        ["simulate"] | ["schedules", "preview"] | ["event_rules", "test"] => Access::Observe,
        ["incidents" | "undo", ..] | ["schedules", _, "overrides", ..] => Access::Respond,
        ["users", id, "contact_methods" | "notification_rules", ..] if own == Some(*id) => Access::Respond,
        ["users", _, "contact_methods" | "notification_rules", ..] => Access::Configure,
        // A role is a field of a user.
        ["users" | "tokens" | "configuration", ..] => Access::Administer,
        _ => Access::Configure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::access::Access::{Administer, Configure, Observe, Respond};

    #[test]
    fn who_may_do_what() {
        for (request, expected) in [
            ("GET /incidents", Observe),
            ("GET /users/PME", Observe),
            ("GET /tokens", Observe),
            ("GET /configuration", Observe),
            ("HEAD /services", Observe),
            ("POST /simulate", Observe),
            ("POST /schedules/preview", Observe),
            ("POST /event_rules/test", Observe),
            ("POST /incidents", Respond),
            ("PUT /incidents", Respond),
            ("PUT /incidents/Q1", Respond),
            ("POST /incidents/Q1/notes", Respond),
            ("POST /incidents/snooze", Respond),
            ("PUT /incidents/Q1/merge", Respond),
            ("POST /undo", Respond),
            ("POST /schedules/P1/overrides", Respond),
            ("DELETE /schedules/P1/overrides/P2", Respond),
            ("POST /users/PME/contact_methods", Respond),
            ("DELETE /users/PME/notification_rules/P3", Respond),
            ("POST /users/POTHER/contact_methods", Configure),
            ("POST /schedules", Configure),
            ("PUT /schedules/P1", Configure),
            ("DELETE /services/P1", Configure),
            ("PUT /services/P1/event_rules", Configure),
            ("PUT /event_rules", Configure),
            ("POST /maintenance_windows", Configure),
            ("POST /heartbeats", Configure),
            ("POST /escalation_policies", Configure),
            ("POST /feeds", Configure),
            ("POST /calendars", Configure),
            ("POST /teams", Configure),
            ("PUT /users/PME", Administer),
            ("POST /users", Administer),
            ("DELETE /users/PME", Administer),
            ("POST /tokens", Administer),
            ("DELETE /tokens/P1", Administer),
            ("POST /configuration", Administer),
            ("GET /audit/records", Administer),
            ("POST /something/new", Configure),
        ] {
            let (method, path) = request.split_once(' ').expect("a method and a path");
            let method: Method = method.parse().expect("a method");
            assert_eq!(needed(&method, path, Some("PME")), expected, "{request}");
        }
    }
}
