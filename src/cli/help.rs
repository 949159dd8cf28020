//! `pd help`: what is said about a topic, or about a command.

use clap::CommandFactory as _;

use super::error::{Complaint, Exit};
use super::pagerduty_cli;
use super::session::Session;
use crate::config::nearest;

const EXAMPLES: &str = "\
Examples:
  $ pd help formatting
  $ pd help exit-codes
  $ pd help schedule show";

/// Show help about a topic or a command
///
/// Topics: environment, exit-codes, formatting, names, pagerduty, pagerduty-cli.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// A topic, or a command
    #[arg(value_name = "TOPIC")]
    topic: Vec<String>,
}

/// What the environment says, in `pd --help`, too.
pub(super) const ENVIRONMENT: &str = "\
Environment:
  PD_CONTEXT, PD_URL, PD_OUTPUT, PD_COLOR, PD_TIMEOUT, PD_RETRY   as the options
  PD_TOKEN                  the API token, instead of the context's
  PD_ROUTING_KEY            where events go, instead of the context's
  PD_FROM                   in whose name PagerDuty is asked: an e-mail address
  PD_SERVER                 `pagerduty` if PagerDuty answers at another address than its own, or `pd`
  PD_CONFIG                 the file of contexts, instead of ~/.config/pd/config.toml
  PD_PAGER, PAGER           what shows long texts [default: less -FIRX]; `cat` or nothing: no pager
  PD_NO_COLOR, NO_COLOR     no colour
  BROWSER                   what `pd open` opens pages with
  HTTPS_PROXY, SSL_CERT_FILE  as usual";

/// How commands end, in `pd --help`, too.
pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0 ok   1 failed   2 usage   3 unchanged (only with --error-unchanged)   4 token not accepted   5 not found
  6 server unreachable or too slow, or the time is over (pd wait)   7 partly done   8 spooled, not yet accepted
  9 something was found (pd check)   130 interrupted";

const FORMATTING: &str = "\
Every command that prints a list or an object prints it in the form of -o:

  table   columns fitted to the terminal, or text for people; the usual one
  wide    more columns
  json    PagerDuty's objects as the API gives them; a list is one array
  jsonl   the same, each object on one line
  yaml    the same as YAML
  csv     all columns, separated by commas
  name    the kind and the id: incident/Q1A2B3C4D5E6F7

Piped, a table has no header, no colour, tabs between the columns, exact times, and nothing is cut.
-q prints ids only; what reads incidents takes them as `-`:

  $ pd list --status triggered -q | pd ack -

--columns picks columns by name, in the order given, those of the wide form included. A name that is none lists them:

  $ pd list --columns number,title,changed
  $ pd list --columns help

--sort sorts by a column, --sort -COLUMN from the last to the first; times and numbers sort as such, and what is
empty comes last. --filter COLUMN=TEXT keeps the lines whose column has this text. --no-header leaves the header out.

--jq runs a filter in the language of jq on what -o json prints: one array for a list. Texts are printed without
quotes, anything else as JSON. It may work for 5 seconds.

  $ pd list --jq '.[] | select(.urgency == \"high\") | .title'
  $ pd list --jq 'group_by(.service.summary)[] | [.[0].service.summary, length] | @tsv'

--template fills a Jinja template with the same: a list is `items`, the fields of an object have their names.

  $ pd list --template '{% for it in items %}{{ it.title | truncate(40) }}, {{ it.created_at | timeago }}
  {% endfor %}'
  $ pd show 12 --template '{{ title | color(\"red+bold\") }} on {{ service.summary }}'

Beside the usual filters there are timeago, timefmt('%H:%M') (in UTC), color('green'), truncate(20) and json.
An error under -o json is an object, too: {\"error\": {\"code\": …, \"exit\": …, \"message\": …, \"hint\": …}}.";

const NAMES: &str = "\
An incident goes by its number (12 or #12), its id (Q1A2B3C4D5E6F7), the beginning of the id if only one that is open
or among the latest 1,000 begins so (Q1A2), or its dedup key. `-` reads such names from standard input, one a line;
what -o name prints is understood, too.

Services, users, schedules, escalation policies and teams go by id, name or e-mail address, in any case of letters; by
how one of these begins, or by a part of the name, if that fits one only. What fits several is an error that lists them.";

const PAGERDUTY: &str = "\
The API of `pd` is PagerDuty's, and this program speaks to PagerDuty itself as well:

  $ pd context add vendor --url https://api.pagerduty.com --token-file FILE --from ann@example.org
  $ pd list --context vendor

With a token of the account PagerDuty wants to know in whose name something is done: `from` in the context, or PD_FROM.
A token of a user needs none.

What works there: list, show, log, ack, resolve, unack, snooze, assign, escalate --level, merge, urgency, priority,
note, responder add, update, oncall, schedule list and show, override, service, user, policy, team, api, open.

What is an addition of `pd` does not: undo, explain, check, simulate, status, apply, export, feed, calendar, heartbeat,
drill, rule, route, link, key, maintenance end, and list --held. They say so. Events go to
events.pagerduty.com: `pd trigger --url https://events.pagerduty.com`. A command that was sent and not answered is not
sent again there, unless twice does no more than once.";

/// Texts by topic.
fn topic(name: &str) -> Option<String> {
    Some(match name {
        "environment" => ENVIRONMENT.to_owned(),
        "exit-codes" => EXIT_CODES.to_owned(),
        "formatting" => FORMATTING.to_owned(),
        "names" => NAMES.to_owned(),
        "pagerduty" => PAGERDUTY.to_owned(),
        "pagerduty-cli" => format!(
            "The words of PagerDuty's community CLI (npm pagerduty-cli, a program called `pd`, too) are understood:\n\n\
             {}\nOptions of all of them: -j and --json, --csv, --output, -x, --columns, --sort, --filter, --no-header, \
             -p (ids in or out),\n-b ALIAS for --context, --token, -F EMAIL. Names of columns are ours: \
             `--columns help` lists them.\n\nWhat is not here, and what is instead:\n\n{}",
            pagerduty_cli::table(),
            pagerduty_cli::missing(),
        ),
        _ => return None,
    })
}

/// The topics, for suggestions.
const TOPICS: [&str; 6] = ["environment", "exit-codes", "formatting", "names", "pagerduty", "pagerduty-cli"];

pub(super) fn run(session: &mut Session, args: Args) -> anyhow::Result<Exit> {
    session.out.expect_long();
    if let [name] = args.topic.as_slice()
        && let Some(text) = topic(name)
    {
        session.out.text(&text)?;
        return Ok(Exit::Ok);
    }
    let mut command = super::Cli::command();
    command.build();
    for part in &args.topic {
        let known = command.get_subcommands().map(|sub| sub.get_name().to_owned());
        let known: Vec<String> = known.chain(TOPICS.map(str::to_owned)).collect();
        let Some(found) = command.find_subcommand(part) else {
            let near = nearest(part, known.iter().map(String::as_str));
            let meant = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
            let hint = format!("{meant}topics are {}; `pd --help` lists the commands", TOPICS.join(", "));
            let message = format!("there is no help about `{}`", super::output::escape(part));
            return Err(Complaint::usage(message, hint).into());
        };
        command = found.clone();
    }
    let help = command.render_long_help();
    session.out.text(&help.ansi().to_string())?;
    Ok(Exit::Ok)
}

#[cfg(test)]
mod tests {
    use super::{TOPICS, topic};

    #[test]
    fn each_topic_has_a_text_that_fits() {
        for name in TOPICS {
            let text = topic(name).unwrap_or_default();
            assert!(text.lines().count() > 3, "{name}");
            let long = text.lines().find(|line| line.chars().count() > 130);
            assert_eq!(long, None, "{name}");
        }
        assert_eq!(topic("nothing"), None);
    }
}
