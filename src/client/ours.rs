//! What only `pd` has: paths that PagerDuty does not know.

/// Patterns of paths; `*` is any one part, and whatever follows belongs to it.
const OURS: [&str; 19] = [
    "/calendars",
    "/check",
    "/configuration",
    "/drills",
    "/event_rules",
    "/feeds",
    "/heartbeats",
    "/incidents/*/events",
    "/incidents/*/explanation",
    "/incidents/*/links",
    "/incidents/*/responder_requests/reply",
    "/incidents/snooze",
    "/maintenance_windows/*/end",
    "/services/*/event_rules",
    "/simulate",
    "/status",
    "/stream",
    "/tokens",
    "/undo",
];

/// Whether only `pd` has this path.
pub(super) fn is_ours(path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    OURS.iter().any(|pattern| {
        let wanted: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty()).collect();
        parts.len() >= wanted.len()
            && wanted.iter().zip(&parts).all(|(wanted, part)| *wanted == "*" || wanted == part)
    })
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn tells_what_is_ours() {
        for (path, expected) in [
            ("/undo", true),
            ("/feeds/P1A2B3C", true),
            ("/incidents/Q1A2B3C4D5E6F7/explanation", true),
            ("/incidents/snooze?x=1", true),
            ("/incidents/Q1A2B3C4D5E6F7/snooze", false),
            ("/incidents", false),
            ("/incidents/Q1A2B3C4D5E6F7/responder_requests", false),
            ("/services/P1A2B3C", false),
            ("/services/P1A2B3C/event_rules", true),
        ] {
            assert_eq!(is_ours(path), expected, "{path}");
        }
    }
}
