//! Lines of the other grammar, and what they become.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::rules::rules;
use super::{Heard, Said, translate};

fn words(line: &str) -> Vec<String> {
    let parts = line.split('\'').enumerate().flat_map(|(n, part)| {
        let whole = n % 2 == 1;
        if whole { vec![part.to_owned()] } else { part.split_whitespace().map(str::to_owned).collect() }
    });
    parts.collect()
}

fn heard(line: &str) -> Result<Said, String> {
    match translate(&words(line)) {
        Heard::Said(said) => Ok(said),
        Heard::Refused(complaint) => Err(complaint.whole()),
        Heard::Nothing => Err("nothing".to_owned()),
    }
}

/// Also that our own grammar takes it.
fn check(theirs: &str, ours: &str) {
    let said = heard(theirs).unwrap_or_else(|why| panic!("{theirs}: {why}"));
    assert_eq!(said.args, words(ours), "{theirs}");
    let mut args = vec!["pd".to_owned()];
    args.extend(said.args);
    if let Err(problem) = super::super::parse(&args.into_iter().map(Into::into).collect::<Vec<_>>()) {
        assert!(!problem.use_stderr(), "{theirs}: {problem}");
    }
}

fn refused(theirs: &str, part: &str) {
    let why = heard(theirs).unwrap_err();
    assert!(why.contains(part), "{theirs}: {why}");
}

#[test]
fn incidents() {
    check("incident ack -i Q1A2B3C4D5E6F7", "ack Q1A2B3C4D5E6F7");
    check("incident ack -i Q1 -i Q2", "ack Q1 Q2");
    check("incident ack --ids Q1 Q2 -F ann@example.org", "ack Q1 Q2");
    check("incident:ack -iQ1", "ack Q1");
    check("incident acknowledge --ids=Q1", "ack Q1");
    check("incident ack -m", "ack --all --me -y");
    check("incident ack -p", "ack -");
    check("incident ack -i Q1 -z 4h", "snooze --for 4h Q1");
    check("incident resolve -m -b prod", "resolve --all --me -y --context prod");
    check("incident resolve -i Q1 -j", "resolve Q1 -o json");
    check("incident list", "list");
    check("incident list -m -s triggered", "list --status triggered --me");
    check(
        "incident list -s open closed -S database -u high --since 2026-01-01",
        "list --status triggered --status acknowledged --status resolved --service database --urgency high --since 2026-01-01",
    );
    check("incident list -p", "list -q");
    check("incident list -j --limit 5", "list --limit 5 -o json");
    check(
        "incident list --columns=number,title --sort=-created --csv --no-header",
        "list --columns number,title --sort -created -o csv --no-header",
    );
    check("incident list -x --no-truncate --filter status=trig", "list -o wide --filter status=trig");
    check("incident assign -i Q1 -U ann@example.org", "assign --to ann@example.org Q1");
    check("incident assign -p -E default", "assign --policy default -");
    check("incident merge -i Q1 Q2 -I Q3", "merge --into Q3 Q1 Q2");
    check("incident notes -i Q1 -n 'looking at it'", "note Q1 'looking at it'");
    check("incident notes -i Q1", "api GET /incidents/Q1/notes");
    check("incident priority -i Q1 Q2 -n P1", "priority P1 Q1 Q2");
    check("incident log -i Q1 -j", "log Q1 -o json");
    check("incident open -i Q1", "open Q1");
    check("incident alerts -i Q1", "api GET /incidents/Q1/alerts --paginate");
    check(
        "incident responder add -i Q1 -U bob@example.org -s help",
        "responder add --user bob@example.org --message help Q1",
    );
    check("incident subscriber add -i Q1 -u P1A2B3C", "subscribe --user P1A2B3C Q1");
    check("incident subscriber remove -i Q1 -u P1A2B3C", "subscribe --remove --user P1A2B3C Q1");
    check("incident subscriber update -i Q1 --message 'we know'", "update Q1 'we know'");
    check("incident set -i Q1 -k status -v resolved", "resolve Q1");
    check("incident set -i Q1 Q2 -k urgency -v low", "urgency low Q1 Q2");
    check(
        "incident rename -i Q1 -t 'disk full'",
        "api PUT /incidents/Q1 -f incident[type]=incident -f 'incident[title]=disk full'",
    );
}

#[test]
fn other_things() {
    check("service list -n data -j", "service list data -o json");
    check(
        "service create -n web -E default -d shop",
        "service create --policy default --description shop web",
    );
    check("service disable -i P1A2B3C", "service disable P1A2B3C");
    check("user list -e ann -p", "user list -q ann");
    check("user oncall -e ann@example.org", "oncall --user ann@example.org");
    check("user contact list -i P1A2B3C", "user show P1A2B3C");
    check("schedule list -n prim", "schedule list prim");
    check("schedule show -n primary --since 2026-01-01", "schedule show --since 2026-01-01 primary");
    check("schedule oncall -n primary", "oncall --schedule primary");
    check("schedule override list -i P1A2B3C", "override list P1A2B3C");
    check(
        "schedule override add -n primary -U ann@example.org --start 2026-01-01T08:00 --end 2026-01-01T16:00",
        "override create --user ann@example.org --start 2026-01-01T08:00 --end 2026-01-01T16:00 primary",
    );
    check("ep list -x", "policy list -o wide");
    check("ep oncall -n default", "oncall --policy default");
    check("team list -j", "team list -o json");
    check("team user list -n platform", "team show platform");
    check("auth list", "context list");
    check("auth use -a prod", "context use prod");
    check("log --since 2026-01-01", "api GET /log_entries --paginate -f since=2026-01-01");
}

#[test]
fn events_and_rest() {
    check(
        "event alert -r KEY --summary 'disk full' --source db-1 --severity critical -k a -v b -L https://w -T book",
        "trigger --routing-key KEY --source db-1 --severity critical -d a=b --link 'https://w book' 'disk full'",
    );
    check("event alert -a resolve -d disk -r KEY", "resolve --event --routing-key KEY disk");
    check(
        "event alert --summary x -k a -v 5 --jsonvalues -e https://pd.example.com/v2/enqueue",
        "trigger --url https://pd.example.com -d '{\"a\":5}' x",
    );
    check("rest get -e /users/me", "api GET /users/me");
    check("rest get -e /incidents -P statuses[]=triggered", "api GET /incidents -f statuses[]=triggered");
    check(
        "rest put -e /services/P1 -d '{\"service\":{\"name\":\"x\"}}'",
        "api PUT /services/P1 -F 'service={\"name\":\"x\"}'",
    );
    check("rest fetch -e /users -p", "api GET /users --paginate --jq .[].id");
    check("rest delete -e /services/P1A2B3C", "api DELETE /services/P1A2B3C");
}

#[test]
fn who_asks_goes_beside() {
    let said = heard("incident ack -i Q1 --token abc -F ann@example.org -b prod").unwrap();
    assert_eq!(said.token.as_deref(), Some("abc"));
    assert_eq!(said.from.as_deref(), Some("ann@example.org"));
    assert_eq!(said.args, ["ack", "Q1", "--context", "prod"]);
}

#[test]
fn what_is_not_here_says_what_is() {
    refused("incident create -t x", "pd trigger SUMMARY");
    refused("incident list -k foo", "--columns");
    refused("incident ack --nope", "in our words it is `pd ack`");
    refused("incident assign -m -U ann", "pd list --me -q");
    refused("incident set -i Q1 -k title2 -v x", "can be set");
    refused("auth add", "pd context add");
    refused("incident", "ack, resolve, list");
    refused("incident nope -i Q1", "ack, resolve, list");
    refused("rest", "get, delete, post, put, fetch");
    refused("bs list", "pd service list");
    refused("tag list", "pd team list");
    refused("ep create", "pd apply");
    refused("analytics incident -j", "pd list --all -o csv");
    refused("event alert -a acknowledge -d k", "pd ack KEY");
    refused("event alert", "--summary is missing");
    refused("rest post -e /x -d nope", "no JSON object");
}

#[test]
fn our_own_words_are_left_alone() {
    for line in ["", "lst", "service list --nope", "team list --colums x", "show 12 --nope", "-o json list"] {
        assert_eq!(heard(line).unwrap_err(), "nothing", "{line}");
    }
}

#[test]
fn no_option_is_there_twice() {
    for rule in rules() {
        for (n, flag) in rule.flags.iter().enumerate() {
            let twin = rule.flags[n + 1..]
                .iter()
                .any(|other| other.long == flag.long || (flag.short.is_some() && other.short == flag.short));
            assert!(!twin, "{}: --{}", rule.theirs, flag.long);
        }
    }
}
