//! A plan for people: what comes, goes and changes, and what that means for them.

use jiff::tz::TimeZone;

use crate::cli::output::{Tone, escape};
use crate::cli::when;
use crate::domain::time::Timestamp;
use crate::wire::configuration::{Change, Effect, Field, Plan};

/// How many things of a list are shown that is only for information.
const SHOWN_MAX: usize = 10;

/// Whether something goes.
pub(super) fn removes(change: &Change) -> bool {
    change.action == "remove"
}

/// `1 thing`, `2 things`
pub(super) fn things(count: usize) -> String {
    if count == 1 { "1 thing".to_owned() } else { format!("{count} things") }
}

/// The changes and the effects, without the end.
pub(super) fn told(plan: &Plan) -> String {
    let mut lines: Vec<String> = plan.changes.iter().flat_map(change).collect();
    if !plan.effects.is_empty() {
        lines.push(String::new());
        lines.push("For people, in the next four weeks:".to_owned());
        lines.extend(plan.effects.iter().flat_map(effect));
    }
    if !plan.unnamed.is_empty() {
        lines.push(String::new());
        let count = plan.unnamed.len();
        let are = if count == 1 { "is" } else { "are" };
        lines.push(format!("{} {are} there and not in the files; --prune removes them:", things(count)));
        for it in plan.unnamed.iter().take(SHOWN_MAX) {
            lines.push(Tone::Faint.paint(&escape(&format!("  {} {}", it.kind, it.name))));
        }
        if count > SHOWN_MAX {
            lines.push(Tone::Faint.paint(&format!("  and {} more", count - SHOWN_MAX)));
        }
    }
    if lines.is_empty() {
        String::new()
    } else {
        format!("{}\n\n", lines.join("\n").trim_start_matches('\n'))
    }
}

/// What it comes to.
pub(super) fn end(plan: &Plan, dry_run: bool) -> String {
    if plan.changes.is_empty() {
        return Tone::Good.paint("nothing to do: everything is as the files say");
    }
    let count = |action: &str| plan.changes.iter().filter(|change| change.action == action).count();
    let (made, changed, removed) = (count("create"), count("update"), count("remove"));
    if dry_run {
        format!("{made} to create, {changed} to change, {removed} to remove; nothing was done")
    } else {
        Tone::Good.paint(&format!("{made} created, {changed} changed, {removed} removed"))
    }
}

fn change(change: &Change) -> Vec<String> {
    let (sign, tone) = match change.action.as_str() {
        "create" => ("+", Tone::Good),
        "remove" => ("-", Tone::Bad),
        _ => ("~", Tone::Watched),
    };
    let head = format!("{sign} {} {}", change.kind, escape(&change.name));
    let mut lines = vec![tone.paint(head.trim_end())];
    lines.extend(change.fields.iter().map(field));
    lines
}

fn field(field: &Field) -> String {
    let path = escape(&field.path);
    match (field.before.as_deref().map(escape), field.after.as_deref().map(escape)) {
        (None, Some(after)) => format!("    {path}: {}", Tone::Good.paint(&after)),
        (Some(before), None) => format!("    {path}: {} goes", Tone::Bad.paint(&before)),
        (Some(before), Some(after)) => {
            format!("    {path}: {} -> {}", Tone::Bad.paint(&before), Tone::Good.paint(&after))
        }
        (None, None) => format!("    {path}"),
    }
}

fn effect(effect: &Effect) -> Vec<String> {
    let zone = TimeZone::get(&effect.time_zone).unwrap_or(TimeZone::UTC);
    let at = |iso: &str| Timestamp::parse(iso).map_or_else(|| escape(iso), |at| when::short(at, &zone));
    let span = format!("{} to {}", at(&effect.start), at(&effect.end));
    let happens = match (effect.from.as_deref().map(escape), effect.to.as_deref().map(escape)) {
        (Some(from), Some(to)) => format!("moves from {from} to {to}"),
        (None, Some(to)) => Tone::Good.paint(&format!("goes to {to}, where nobody was on call")),
        (Some(from), None) => format!("{}, instead of {from}", Tone::Bad.paint("nobody is on call")),
        (None, None) => Tone::Bad.paint("nobody is on call"),
    };
    let (name, zone) = (escape(&effect.schedule), escape(&effect.time_zone));
    let mut lines = vec![format!("  {name}: {span} {happens} ({zone})")];
    if effect.more > 0 {
        lines.push(format!("  {name}: and {} more", effect.more));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn a_plan_reads_like_what_it_does() {
        let effect = |from: Option<&str>, to: Option<&str>, more| Effect {
            schedule: "primary".to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
            start: "2026-01-09T18:00:00+01:00".to_owned(),
            end: "2026-01-12T09:00:00+01:00".to_owned(),
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
            more,
        };
        let change = |action: &str, kind: &str, name: &str, fields| Change {
            action: action.to_owned(),
            kind: kind.to_owned(),
            name: name.to_owned(),
            fields,
        };
        let plan = Plan {
            changes: vec![
                change("create", "user", "ann@example.org", Vec::new()),
                change(
                    "update",
                    "schedule",
                    "primary",
                    vec![
                        Field {
                            path: "time_zone".to_owned(),
                            before: some("UTC"),
                            after: some("Europe/Berlin"),
                        },
                        Field { path: "description".to_owned(), before: None, after: some("nights") },
                    ],
                ),
                change("remove", "service", "old", Vec::new()),
            ],
            effects: vec![effect(Some("ann"), Some("bob"), 0), effect(Some("ann"), None, 3)],
            ..Plan::default()
        };
        let text = anstream::adapter::strip_str(&told(&plan)).to_string();
        assert_eq!(
            text.trim_end(),
            "+ user ann@example.org\n\
             ~ schedule primary\n    time_zone: UTC -> Europe/Berlin\n    description: nights\n\
             - service old\n\n\
             For people, in the next four weeks:\n  \
             primary: Fri 09 Jan 18:00 to Mon 12 Jan 09:00 moves from ann to bob (Europe/Berlin)\n  \
             primary: Fri 09 Jan 18:00 to Mon 12 Jan 09:00 nobody is on call, instead of ann (Europe/Berlin)\n  \
             primary: and 3 more"
        );
        assert_eq!(end(&plan, true), "1 to create, 1 to change, 1 to remove; nothing was done");
        assert!(end(&Plan::default(), false).contains("nothing to do"));
        assert_eq!(told(&Plan::default()), "");
    }
}
