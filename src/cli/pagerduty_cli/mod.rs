//! The grammar of PagerDuty's community command line (npm `pagerduty-cli`, whose program is called `pd`, too), put into
//! our words.
//!
//! Pure: arguments in, arguments out. It is asked only about what our own grammar does not understand. What is
//! understood is one table, in [`mod@rules`].

mod incidents;
mod instead;
mod others;
mod read;
mod rules;
mod special;

use super::error::Complaint;
use instead::INSTEAD;
use read::{Read, Unread};
use rules::{Rule, rules};

/// What came of somebody's words.
#[derive(Debug)]
pub(super) enum Heard {
    /// They are not of that grammar.
    Nothing,
    /// In our words.
    Said(Said),
    /// They are, and we have no such thing.
    Refused(Complaint),
}

/// The same in our words.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Said {
    /// Without the program's name.
    pub(super) args: Vec<String>,
    /// The API token, which we take from the environment and from files only.
    pub(super) token: Option<String>,
    /// In whose name PagerDuty is asked.
    pub(super) from: Option<String>,
}

/// Words of the other grammar in ours; `args` has no program's name.
pub(super) fn translate(args: &[String]) -> Heard {
    let args = parted(args);
    let words: Vec<&str> = args.iter().map(String::as_str).take_while(|arg| !arg.starts_with('-')).collect();
    let Some((rule, length)) = find(&words) else { return instead(&words) };
    match read::read(rule, &args[length..]) {
        Ok(read) => match said(rule, read) {
            Ok(said) => Heard::Said(said),
            Err(complaint) => Heard::Refused(complaint),
        },
        Err(Unread::Refused(complaint)) => Heard::Refused(complaint),
        // Our own words say better what is wrong with them.
        Err(Unread::Unknown(_)) if rule.is_ours_too() => Heard::Nothing,
        Err(Unread::Unknown(what)) => Heard::Refused(Complaint::usage(
            format!("`{what}` is not known to `pd {}`", rule.theirs),
            format!("in our words it is `pd {}`; `pd help pagerduty-cli` lists all of them", rule.ours),
        )),
    }
}

/// `incident:ack` is `incident ack`.
fn parted(args: &[String]) -> Vec<String> {
    let Some((first, rest)) = args.split_first() else { return Vec::new() };
    let parts = first.split(':').map(str::to_owned);
    parts.chain(rest.iter().cloned()).collect()
}

/// The rule for what `words` begin with, the longest first, and how many words that are.
fn find(words: &[&str]) -> Option<(&'static Rule, usize)> {
    (1..=words.len().min(3)).rev().find_map(|length| {
        let line = words[..length].join(" ");
        let rule = rules().find(|rule| rule.theirs == line || rule.aliases.contains(&line.as_str()))?;
        Some((rule, length))
    })
}

/// What to do instead of what we do not have.
fn instead(words: &[&str]) -> Heard {
    let line = words.join(" ");
    let known = INSTEAD.iter().find(|(theirs, _)| {
        line.strip_prefix(theirs).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    });
    match known {
        Some((theirs, hint)) => Heard::Refused(Complaint::usage(
            format!("`pd {theirs}` of PagerDuty's community CLI is not here"),
            *hint,
        )),
        None => of_noun(words.first().copied().unwrap_or_default()),
    }
}

/// What is said of a noun that only the other grammar has.
fn of_noun(noun: &str) -> Heard {
    let ours = ["service", "user", "schedule", "team"];
    let verbs: Vec<&str> =
        rules().filter_map(|rule| rule.theirs.strip_prefix(noun)?.strip_prefix(' ')).collect();
    if verbs.is_empty() || ours.contains(&noun) {
        return Heard::Nothing;
    }
    Heard::Refused(Complaint::usage(
        format!("`pd {noun}` is a word of PagerDuty's community CLI, and wants another after it"),
        format!("{}; `pd help pagerduty-cli` says what they are in ours", verbs.join(", ")),
    ))
}

fn said(rule: &Rule, read: Read) -> Result<Said, Complaint> {
    let mut said = Said { args: Vec::new(), token: read.token.clone(), from: read.from.clone() };
    said.args = match rule.special {
        Some(special) => special(&read)?,
        None => {
            let ours = read.becomes.unwrap_or(rule.ours);
            let mut args: Vec<String> = ours.split(' ').map(str::to_owned).collect();
            args.extend(read.options.iter().cloned());
            let mut places = read.places.clone();
            places.sort_by_key(|(slot, _)| *slot);
            args.extend(places.into_iter().map(|(_, value)| value));
            args
        }
    };
    said.args.extend(read.common);
    Ok(said)
}

/// The table, for `pd help pagerduty-cli`.
pub(super) fn table() -> String {
    let width = rules().map(|rule| rule.theirs.len()).max().unwrap_or_default();
    let line = |rule: &Rule| {
        let ours = if rule.shown.is_empty() { rule.ours } else { rule.shown };
        format!("  pd {:<width$}  pd {ours}\n", rule.theirs)
    };
    rules().map(line).collect()
}

/// What is not here, and what is instead, for `pd help pagerduty-cli`.
pub(super) fn missing() -> String {
    let width = INSTEAD.iter().map(|(theirs, _)| theirs.len()).max().unwrap_or_default();
    INSTEAD.iter().map(|(theirs, hint)| format!("  pd {theirs:<width$}  {hint}\n")).collect()
}

#[cfg(test)]
mod tests;
