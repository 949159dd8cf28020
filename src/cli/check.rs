//! `pd check`: proves that everybody who should be reached is.

use std::time::Duration;

use jiff::tz::TimeZone;
use serde_json::Value;

use super::error::Exit;
use super::output::{Tone, escape};
use super::session::Session;
use super::view::{items, text};
use super::when;
use crate::client::Request;
use crate::domain::time::Timestamp;

const EXAMPLES: &str = "\
Examples:
  $ pd check

  As a step of a pipeline, half a year ahead, and warnings count:
  $ pd check --weeks 26 --strict

  For a program:
  $ pd check -o json

Exit code: 0 everybody is reached, 9 somebody is not (with --strict also if there are warnings), others as usual.";

/// How many spans of a finding people are shown.
const SPANS_SHOWN: usize = 10;

/// Prove that everybody who should be reached is
///
/// Looks at every escalation policy at every moment of the weeks ahead and for both urgencies: some level has to reach a
/// user by a contact method that the server can send to. Finds gaps in schedules, levels and policies that lead to nobody,
/// and users who cannot be reached. It compares intervals between changes of the schedules, so nothing falls between.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// How many weeks ahead
    #[arg(long, value_name = "WEEKS", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=26))]
    weeks: u8,
    /// Let warnings count as well
    #[arg(long)]
    strict: bool,
}

pub(super) async fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let mut body: Value =
        client.send(&Request::get("/check").with("weeks", args.weeks.to_string())).await?.json()?;
    let check = body["check"].take();
    let now = session.now();
    session.out.object("check", &check, |_| told(&check, args.weeks), now)?;
    let count = |name: &str| check[name].as_u64().unwrap_or_default();
    let found = count("problems") > 0 || args.strict && count("warnings") > 0;
    Ok(if found { Exit::Found } else { Exit::Ok })
}

/// The findings for people, and the end of it all last.
fn told(check: &Value, weeks: u8) -> String {
    let mut lines = Vec::new();
    for finding in items(&check["findings"]) {
        let severity = text(&finding["severity"]);
        let tone = if severity == "problem" { Tone::Bad } else { Tone::Watched };
        lines.push(format!("{}: {}", tone.paint(&escape(severity)), escape(text(&finding["summary"]))));
        lines.extend(spans(finding));
    }
    let count = |name: &str| check[name].as_u64().unwrap_or_default();
    if count("more") > 0 {
        lines.push(format!("{} more are not shown", count("more")));
    }
    let weeks = if weeks == 1 { "week".to_owned() } else { format!("{weeks} weeks") };
    let looked_at = format!(
        "looked at {}, {}, {} and {} for the next {weeks}",
        counted(count("policies"), "policy", "policies"),
        counted(count("services"), "service", "services"),
        counted(count("schedules"), "schedule", "schedules"),
        counted(count("users"), "user", "users")
    );
    let (problems, warnings) = (count("problems"), count("warnings"));
    lines.push(if problems == 0 {
        let all = Tone::Good.paint("everybody who should be reached is");
        format!("{all}; {}; {looked_at}", counted(warnings, "warning", "warnings"))
    } else {
        let (problems, warnings) =
            (counted(problems, "problem", "problems"), counted(warnings, "warning", "warnings"));
        format!("{problems}, {warnings}; {looked_at}")
    });
    lines.join("\n")
}

/// `1 policy`, `2 policies`
fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn spans(finding: &Value) -> Vec<String> {
    let zone_name = text(&finding["time_zone"]);
    let zone = TimeZone::get(zone_name).unwrap_or(TimeZone::UTC);
    let all: Vec<&Value> = items(&finding["spans"]).collect();
    let mut lines: Vec<String> =
        all.iter().take(SPANS_SHOWN).map(|span| format!("  {}", line(span, &zone, zone_name))).collect();
    let beyond = finding["more_spans"].as_u64().unwrap_or_default();
    let more =
        u64::try_from(all.len().saturating_sub(SPANS_SHOWN)).unwrap_or(u64::MAX).saturating_add(beyond);
    if more > 0 {
        lines.push(format!("  and {more} more times"));
    }
    lines
}

fn line(span: &Value, zone: &TimeZone, name: &str) -> String {
    let (start, end) = (text(&span["start"]), text(&span["end"]));
    let (Some(from), Some(until)) = (Timestamp::parse(start), Timestamp::parse(end)) else {
        return escape(&format!("{start} to {end}"));
    };
    let long = lasting(until.since(from));
    format!("{} to {} {} ({long})", when::short(from, zone), when::short(until, zone), escape(name))
}

/// `2d 3h`, `45m`
fn lasting(span: Duration) -> String {
    let minutes = span.as_secs() / 60;
    let parts = [(minutes / 1440, "d"), (minutes / 60 % 24, "h"), (minutes % 60, "m")];
    let said: Vec<String> =
        parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n}{unit}")).collect();
    if said.is_empty() { format!("{}s", span.as_secs()) } else { said.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_no_plural() {
        assert_eq!(counted(1, "policy", "policies"), "1 policy");
        assert_eq!(counted(0, "policy", "policies"), "0 policies");
    }

    #[test]
    fn spans_are_said_in_units_that_people_use() {
        for (seconds, said) in
            [(30, "30s"), (60, "1m"), (5400, "1h 30m"), (86_400, "1d"), (8 * 86_400 + 3600, "8d 1h")]
        {
            assert_eq!(lasting(Duration::from_secs(seconds)), said);
        }
    }
}
