//! What the definition of the command line takes and refuses.
#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;

#[test]
fn the_definition_is_sound() {
    Cli::command().debug_assert();
}

/// Splits a line as a shell would, quotes included; the last part of a pipe, up to where its output goes.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None, '|') => words = vec![String::new()],
            (None, '>') if words.last().is_some_and(String::is_empty) => break,
            (None, ' ') if words.last().is_some_and(String::is_empty) => {}
            (None, ' ') => words.push(String::new()),
            (_, c) => words.last_mut().unwrap().push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn check_examples(command: &clap::Command, path: &str) {
    for sub in command.get_subcommands() {
        let path = format!("{path} {}", sub.get_name());
        if sub.get_subcommands().next().is_some() {
            check_examples(sub, &path);
            continue;
        }
        let help = sub.get_after_long_help().map(ToString::to_string).unwrap_or_default();
        let examples: Vec<_> = help.lines().filter_map(|line| line.trim().strip_prefix("$ ")).collect();
        assert!(!examples.is_empty(), "{path} has no examples");
        for example in examples {
            let parsed = Cli::try_parse_from(words(example));
            assert!(parsed.is_ok(), "{example}: {}", parsed.unwrap_err());
            assert!(example.contains(&path), "{example} is no example of {path}");
        }
    }
}

#[test]
fn every_command_has_examples_that_parse() {
    check_examples(&Cli::command(), "pd");
}

#[test]
fn what_the_first_help_names_exists() {
    let command = Cli::command();
    for line in START.lines().filter(|line| line.starts_with("  ")) {
        let name = line.split_whitespace().next().unwrap();
        assert!(command.find_subcommand(name).is_some(), "{name}");
    }
}

#[test]
fn understands_or_refuses() {
    let check = |line: &str, understood: bool| {
        assert_eq!(Cli::try_parse_from(words(line)).is_ok(), understood, "{line}");
    };
    check("pd", true);
    check("pd trigger", false);
    check("pd trigger 'disk full' -s critical -d a=b -d '{\"c\":1}'", true);
    check("pd trigger x -s terrible", false);
    check("pd ack", false);
    check("pd ack --all", true);
    check("pd ack --all 12", false);
    check("pd ack --service x", false);
    check("pd snooze 12 --for 8h", true);
    check("pd snooze 12 --for soon", false);
    check("pd assign 12", false);
    check("pd assign 12 --to ann --policy x", false);
    check("pd escalate 12 --level 0", false);
    check("pd merge 12", false);
    check("pd urgency middling 12", false);
    check("pd responder add 12", false);
    check("pd ack 1 Q1A2B3C4D5E6F7 disk-full", true);
    check("pd acknowledge 1", true);
    check("pd resolve 1 --error-unchanged", true);
    check("pd list --status open", false);
    check("pd list --status acknowledged --urgency high -o json", true);
    check("pd list --all --status triggered", false);
    check("pd -o yml list", false);
    check("pd list -o yaml --color never", true);
    check("pd list --timeout soon", false);
    check("pd list --timeout 3s --retry 0s", true);
    check("pd list -w --until 1d", false);
    check("pd log", false);
    check("pd log -f", true);
    check("pd wait 12", false);
    check("pd wait 12 --for triggered", false);
    check("pd wait 12 --for resolved --timeout soon", false);
    check("pd wait 12 --for resolved --timeout 15m -o json", true);
    check("pd watch --exec-limit 5s", false);
    check("pd api BREW /coffee", true);
    check("pd api 'B W' /x", false);
    check("pd context", false);
    check("pd context use", false);
    check("pd list --url http://a --context b", false);
    check("pd serve --listen 7433", false);
    check("pd serve --listen 127.0.0.1:0 --data /x --config /y", true);
    check("pd store", false);
    check("pd store init", true);
    check("pd store init sqlite:a.db --replication dc1=2,dc2=1", true);
    check("pd store init --replication dc1", false);
    check("pd store check postgres://a/b", false);
    check("pd store copy sqlite:a.db", false);
    check("pd store copy sqlite:a.db next.toml --force --data /x", true);
    check("pd store copy sqlite:a.db elsewhere", false);
    check("pd journal incidents --from 3 --limit 10", true);
    check("pd completions tcsh", false);
    check("pd spool drop", false);
    check("pd spool", true);
    check("pd oncall --at 3h --until 7d --user ann --policy x -o json", true);
    check("pd schedule", false);
    check("pd schedule show x --days 0", false);
    check("pd override create x --user ann", false);
    check("pd override create x --user ann --for 4h --end now", false);
    check("pd feed create", false);
    check("pd feed create --user a --schedule b", false);
}
