//! What `pd doctor` learns from the server: whether it answers, to whom, how it is, and whether everybody can be reached.

use std::time::Duration;

use serde_json::Value;

use super::super::error::report;
use super::super::session::Session;
use super::super::view::{items, text};
use super::Finding;
use crate::client::contexts::Waits;
use crate::client::{Client, Error, Patience, Request, Target, incidents};
use crate::domain::time::Timestamp;

/// A clock that is off by more leads to wrong times, and to pages that are taken for late.
const CLOCK_MAX: Duration = Duration::from_secs(2);
/// What takes longer is felt.
const SLOW: Duration = Duration::from_secs(1);
/// Work that is older is late.
const LATE: f64 = 60.0;
/// How many findings of `pd check` are repeated.
const SHOWN: usize = 10;

/// Everything that needs the server.
pub(super) async fn look(session: &Session) -> Vec<Finding> {
    let target = match session.target_for(Waits::Person) {
        Ok(target) => target,
        Err(error) => {
            let report = report(&error);
            let todo = report.and_then(|report| report.hint);
            return vec![Finding::fail(
                "token",
                format!("{error:#}"),
                todo.unwrap_or_else(|| "see `pd context show`".to_owned()),
            )];
        }
    };
    let mut findings = Vec::new();
    let mut answers = false;
    for url in &target.urls {
        let door = Target { urls: vec![url.clone()], ..target.clone() };
        let (finding, answered) = reach(session, door).await;
        findings.push(finding);
        answers |= answered;
    }
    if !answers {
        return findings;
    }
    match session.client_with(target, patience(session)) {
        Ok(client) => findings.extend(inquire(session, &client).await),
        Err(error) => findings.push(Finding::fail("server", format!("{error:#}"), "see `pd context show`")),
    }
    findings
}

fn patience(session: &Session) -> Patience {
    Patience { attempt: session.global.timeout, total: Duration::ZERO }
}

/// Whether one door answers, and how fast.
async fn reach(session: &Session, door: Target) -> (Finding, bool) {
    let shown = door.shown();
    let client = match session.client_with(door, patience(session)) {
        Ok(client) => client,
        Err(error) => {
            return (
                Finding::fail(
                    "server",
                    format!("{error:#}"),
                    "install root certificates, or set SSL_CERT_FILE",
                ),
                false,
            );
        }
    };
    let began = session.clock().monotonic();
    let health = Request { with_token: false, ..Request::get("/health") };
    let answer = client.send(&health).await;
    let took = session.clock().monotonic() - began;
    let todo = "is `pd serve` running there, and is the address right? `pd context show` has it";
    match answer {
        Ok(_) | Err(Error::Unavailable { status: 503, .. }) if took > SLOW => {
            let says = format!("{shown} answers, after {} ms", took.as_millis());
            (Finding::warn("server", says, "see to the way there, and to the load of `pd status`"), true)
        }
        Ok(_) | Err(Error::Unavailable { status: 503, .. }) => {
            (Finding::ok("server", format!("{shown} answers within {} ms", took.as_millis() + 1)), true)
        }
        Err(
            error @ (Error::Unreachable { .. }
            | Error::Unavailable { .. }
            | Error::Garbled { .. }
            | Error::Setup(_)),
        ) => (Finding::fail("server", error.to_string(), todo), false),
        // Another program that speaks the API has no such page, and answers all the same.
        Err(_) => (Finding::ok("server", format!("{shown} answers, and does not say how it is")), true),
    }
}

/// Whose the token is, and what the server says of itself.
async fn inquire(session: &Session, client: &Client) -> Vec<Finding> {
    let mut findings = vec![whose(client).await];
    let asked = session.clock().now();
    let status = match ask(client, Request::get("/status"), "status").await {
        Ok(status) => status,
        Err(Error::NotFound { .. }) => {
            findings.push(Finding::ok("status", "the server has none to tell: it is not `pd`"));
            return findings;
        }
        Err(error) => {
            findings.push(Finding::fail(
                "status",
                error.to_string(),
                "see to the token, or ask with another",
            ));
            return findings;
        }
    };
    findings.extend(clock(&status, asked, session.clock().now()));
    findings.push(version(&status));
    findings.extend(judge(&status));
    let check = Request::get("/check").with("weeks", "4");
    match ask(client, check, "check").await {
        Ok(check) => findings.extend(proof(&check)),
        Err(error) => findings.push(Finding::warn("reach", error.to_string(), "`pd check` asks again")),
    }
    findings
}

async fn ask(client: &Client, request: Request, name: &str) -> Result<Value, Error> {
    let answer = client.send(&request).await?;
    incidents::take(answer.json()?, name, &answer.url)
}

async fn whose(client: &Client) -> Finding {
    if client.target().token.is_none() {
        let todo = "set a token in PD_TOKEN, or with `pd context add NAME --url URL --token-file FILE`";
        return Finding::fail("token", "there is none", todo);
    }
    match ask(client, Request::get("/users/me"), "user").await {
        Ok(user) => Finding::ok("token", format!("of {}, {}", text(&user["name"]), text(&user["role"]))),
        // A token of the account acts as nobody in particular.
        Err(Error::Refused { status: 400, .. }) => Finding::ok("token", "of the account, not of a user"),
        Err(error @ Error::Auth { .. }) => {
            let todo = "`pd context add NAME --url URL --token-file FILE --force` gives the context another";
            Finding::fail("token", error.to_string(), todo)
        }
        Err(error) => Finding::warn("token", error.to_string(), "try again"),
    }
}

/// The server's clock against this one, which was read before and after it answered.
fn clock(status: &Value, before: Timestamp, after: Timestamp) -> Option<Finding> {
    let theirs = Timestamp::parse(text(&status["now"]))?;
    let round = after.since(before);
    let ours = before.plus(round / 2);
    let (off, which) =
        if theirs > ours { (theirs.since(ours), "ahead of") } else { (ours.since(theirs), "behind") };
    Some(if off <= CLOCK_MAX + round / 2 {
        Finding::ok("clock", format!("the server's is {} ms {which} this machine's", off.as_millis()))
    } else {
        let says = format!("the server's is {} s {which} this machine's", off.as_secs());
        Finding::warn(
            "clock",
            says,
            "have both set by NTP: times that are shown, typed and waited for are off by as much",
        )
    })
}

fn version(status: &Value) -> Finding {
    let (theirs, ours) = (text(&status["version"]), env!("CARGO_PKG_VERSION"));
    if theirs == ours {
        Finding::ok("version", format!("{ours} here and there"))
    } else {
        Finding::warn(
            "version",
            format!("{ours} here, {theirs} there"),
            "install the same on both, the server first",
        )
    }
}

/// What the server says of itself.
fn judge(status: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    if status["ready"] == Value::Bool(true) {
        findings.push(Finding::ok("ready", format!("{} accepts events", text(&status["node"]))));
    }
    for reason in items(&status["why_not"]) {
        findings.push(Finding::fail("ready", text(reason), "events are refused until that is over"));
    }
    findings.extend(items(&status["stages"]).filter_map(stage));
    if findings.iter().all(|finding| finding.what != "work") {
        findings.push(Finding::ok("work", "all stages are up to date"));
    }
    findings.extend(items(&status["stores"]).map(store));
    if let Some(pressure @ ("busy" | "overloaded")) = status["load"]["pressure"].as_str() {
        findings.push(Finding::warn(
            "load",
            pressure,
            "`pd status` says what waits; docs/drills.md has what that means",
        ));
    }
    for job in items(&status["jobs"]) {
        if let Some(failure) = job["failure"].as_str() {
            let says = format!("{}: its last round failed: {failure}", text(&job["name"]));
            findings.push(Finding::warn("job", says, "`pd status --jobs` shows whether the next one does"));
        }
    }
    if let Some(total @ 1..) = status["quarantine"]["total"].as_u64() {
        let says = format!("{total} inputs with which nothing could be done");
        findings.push(Finding::warn(
            "quarantine",
            says,
            "`pd status` shows the latest and why; please report it",
        ));
    }
    for hint in items(&status["hints"]) {
        findings.push(Finding::warn("hint", text(hint), "`pd status` has more"));
    }
    findings
}

fn stage(stage: &Value) -> Option<Finding> {
    let name = text(&stage["name"]);
    if let Some(reason) = stage["stopped"].as_str() {
        return Some(Finding::fail(
            "work",
            format!("stage {name} has stopped: {reason}"),
            "start the server again",
        ));
    }
    let oldest = stage["oldest_undone_seconds"].as_f64().unwrap_or(0.0);
    (oldest > LATE).then(|| {
        let says = format!("stage {name} is late: its oldest work is {oldest:.0} s old");
        Finding::fail("work", says, "`pd status` shows how many wait, and how the store is")
    })
}

fn store(store: &Value) -> Finding {
    let name = format!("{} at {}", text(&store["name"]), text(&store["url"]));
    if let Some(error) = store["error"].as_str() {
        return Finding::fail("store", format!("{name}: {error}"), "see to the disk or the cluster");
    }
    let down: Vec<&str> = items(&store["nodes"])
        .filter(|node| node["up"] == Value::Bool(false))
        .map(|node| text(&node["address"]))
        .collect();
    let away = if down.is_empty() { String::new() } else { format!("; away: {}", down.join(", ")) };
    match store["margin"].as_i64() {
        Some(margin) if margin <= 0 => Finding::fail(
            "store",
            format!("{name}: no node more may be lost{away}"),
            "bring nodes back before another goes",
        ),
        Some(margin) if !down.is_empty() => Finding::warn(
            "store",
            format!("{name}: {margin} more nodes may be lost{away}"),
            "bring them back",
        ),
        Some(margin) => Finding::ok("store", format!("{name}: {margin} nodes may be lost")),
        None => Finding::ok("store", name),
    }
}

/// What `pd check` finds.
fn proof(check: &Value) -> Vec<Finding> {
    let count = |name: &str| check[name].as_u64().unwrap_or_default();
    if count("problems") + count("warnings") == 0 {
        return vec![Finding::ok("reach", "everybody who should be reached in the next 4 weeks is")];
    }
    let all: Vec<&Value> = items(&check["findings"]).collect();
    let mut findings: Vec<Finding> = all
        .iter()
        .take(SHOWN)
        .map(|it| {
            let (says, todo) = (text(&it["summary"]), "`pd check` says when");
            if it["severity"] == "problem" {
                Finding::fail("reach", says, todo)
            } else {
                Finding::warn("reach", says, todo)
            }
        })
        .collect();
    let more = all.len().saturating_sub(SHOWN) + usize::try_from(count("more")).unwrap_or(usize::MAX);
    if more > 0 {
        findings.push(Finding::warn("reach", format!("and {more} more"), "`pd check` lists them"));
    }
    findings
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::State;
    use super::*;
    use serde_json::json;

    fn states(findings: &[Finding]) -> Vec<(&str, State)> {
        findings.iter().map(|finding| (finding.what, finding.state)).collect()
    }

    #[test]
    fn a_server_that_is_well_is_fine() {
        let status = json!({"ready": true, "node": "a", "stages": [{"name": "incidents", "oldest_undone_seconds": 0.1}],
            "stores": [{"name": "doors", "url": "sqlite:a.db"}], "load": {"pressure": "none"}});
        assert_eq!(
            states(&judge(&status)),
            [("ready", State::Ok), ("work", State::Ok), ("store", State::Ok)]
        );
    }

    #[test]
    fn everything_that_the_server_complains_of_is_told() {
        let status = json!({"ready": false, "why_not": ["the disk is full"], "hints": ["the clock is off"],
            "stages": [{"name": "notify", "oldest_undone_seconds": 61.0}, {"name": "incidents", "stopped": "because"}],
            "stores": [{"name": "doors", "url": "c", "error": "gone"}, {"name": "archive", "url": "c", "margin": 0},
                {"name": "notify", "url": "c", "margin": 1, "nodes": [{"address": "10.0.0.1", "up": false}]}],
            "load": {"pressure": "busy"}, "jobs": [{"name": "purge", "failure": "x"}], "quarantine": {"total": 2}});
        assert_eq!(
            states(&judge(&status)),
            [
                ("ready", State::Fail),
                ("work", State::Fail),
                ("work", State::Fail),
                ("store", State::Fail),
                ("store", State::Fail),
                ("store", State::Warn),
                ("load", State::Warn),
                ("job", State::Warn),
                ("quarantine", State::Warn),
                ("hint", State::Warn),
            ]
        );
    }

    #[test]
    fn gaps_fail_and_warnings_warn() {
        let check = json!({"problems": 1, "warnings": 1, "more": 2,
            "findings": [{"severity": "problem", "summary": "a gap"}, {"severity": "warning", "summary": "one mail only"}]});
        let found = states(&proof(&check)).into_iter().map(|(_, state)| state).collect::<Vec<_>>();
        assert_eq!(found, [State::Fail, State::Warn, State::Warn]);
        assert_eq!(states(&proof(&json!({"problems": 0, "warnings": 0}))), [("reach", State::Ok)]);
    }

    #[test]
    fn a_clock_that_is_off_is_told_by_how_much() {
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let (before, after) = (at("2026-11-27T20:00:00Z"), at("2026-11-27T20:00:01Z"));
        for (now, state, says) in [
            ("2026-11-27T20:00:00.600Z", State::Ok, "100 ms ahead"),
            ("2026-11-27T20:00:10.500Z", State::Warn, "10 s ahead"),
            ("2026-11-27T19:59:30.500Z", State::Warn, "30 s behind"),
        ] {
            let finding = clock(&json!({"now": now}), before, after).unwrap();
            assert!(finding.state == state && finding.says.contains(says), "{finding:?}");
        }
    }
}
