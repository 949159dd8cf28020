//! Options that every command takes.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args};
use url::Url;

use super::output::{Format, When, Wishes};
use crate::client::contexts;
use crate::config;

const HEADING: &str = "Options of every command";

/// Options that every command takes.
#[derive(Clone, Debug, Args)]
pub(super) struct Global {
    /// Ask the server of this context, rather than the current one [env: PD_CONTEXT]
    // Not by clap: an option must win over a variable, also over that of the other option.
    #[arg(long, global = true, value_name = "NAME")]
    #[arg(help_heading = HEADING)]
    pub(super) context: Option<String>,
    /// Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]
    #[arg(long, global = true, value_name = "URL", value_delimiter = ',')]
    #[arg(value_parser = contexts::url, conflicts_with = "context", help_heading = HEADING)]
    pub(super) url: Vec<Url>,
    /// Read the API token from this file
    #[arg(long, global = true, value_name = "FILE", help_heading = HEADING)]
    pub(super) token_file: Option<PathBuf>,
    /// The form of what is printed
    #[arg(short, long, global = true, env = "PD_OUTPUT", hide_env_values = true, value_name = "FORMAT")]
    #[arg(help_heading = HEADING, hide_possible_values = true)]
    #[arg(long_help = "The form of what is printed: table, wide, json, jsonl, yaml, csv or name")]
    pub(super) output: Option<Format>,
    /// Print ids only
    #[arg(short, long, global = true, help_heading = HEADING)]
    pub(super) quiet: bool,
    /// Print no header above columns
    #[arg(long, global = true, help_heading = HEADING)]
    pub(super) no_header: bool,
    /// Use colour: auto, always or never
    #[arg(long, global = true, env = "PD_COLOR", hide_env_values = true, value_name = "WHEN")]
    #[arg(default_value = "auto", hide_possible_values = true, help_heading = HEADING)]
    pub(super) color: When,
    /// How long to wait for one answer
    #[arg(long, global = true, env = "PD_TIMEOUT", hide_env_values = true, value_name = "DURATION")]
    #[arg(default_value = "10s", value_parser = patience, help_heading = HEADING)]
    pub(super) timeout: Duration,
    /// How long to go on asking while the server is away [default: 5s for events, 2s for the rest]
    #[arg(long, global = true, env = "PD_RETRY", hide_env_values = true, value_name = "DURATION")]
    #[arg(value_parser = config::duration, help_heading = HEADING)]
    pub(super) retry: Option<Duration>,
    /// Which of these were typed, and which come from the environment.
    #[arg(skip)]
    pub(super) sources: Sources,
}

/// Where the values of options come from, by their names.
pub(super) type Sources = BTreeMap<&'static str, ValueSource>;

/// Options that may also be in the environment, and so are worth a question.
const MIXED: [&str; 4] = ["output", "color", "timeout", "retry"];

/// Where they come from.
pub(super) fn sources(matches: &ArgMatches) -> Sources {
    MIXED.into_iter().filter_map(|name| Some((name, matches.value_source(name)?))).collect()
}

impl Global {
    /// What the user wants to see.
    pub(super) fn wishes(&self) -> Wishes {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let plain = self.color == When::Auto && set("PD_NO_COLOR");
        Wishes {
            format: self.output,
            quiet: self.quiet,
            header: !self.no_header,
            color: if plain { When::Never } else { self.color },
        }
    }

    /// Nothing but `-o json`, for arguments that could not be parsed.
    pub(super) fn json_only() -> Self {
        Self {
            context: None,
            url: Vec::new(),
            token_file: None,
            output: Some(Format::Json),
            quiet: false,
            no_header: false,
            color: When::Never,
            timeout: Duration::ZERO,
            retry: None,
            sources: Sources::new(),
        }
    }
}

fn patience(text: &str) -> Result<Duration, String> {
    match config::duration(text) {
        Ok(duration) if duration.is_zero() => Err("expected more than nothing".to_owned()),
        other => other,
    }
}

/// Whether arguments that could not be parsed ask for JSON.
pub(super) fn wants_json(args: &[OsString]) -> bool {
    let json = |text: &str| matches!(text, "json" | "jsonl");
    let args: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
    let asked = args.iter().enumerate().rev().find_map(|(n, arg)| {
        if matches!(&**arg, "-o" | "--output") {
            return args.get(n + 1).map(|value| json(value));
        }
        arg.strip_prefix("--output=").or_else(|| arg.strip_prefix("-o")).map(json)
    });
    asked.unwrap_or_else(|| std::env::var("PD_OUTPUT").is_ok_and(|value| json(&value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_json_in_what_cannot_be_parsed() {
        let check = |line: &str, expected: bool| {
            let args: Vec<_> = line.split(' ').map(OsString::from).collect();
            assert_eq!(wants_json(&args), expected, "{line}");
        };
        check("pd list -o json --nope", true);
        check("pd list -ojson --nope", true);
        check("pd --output=jsonl list --nope", true);
        check("pd --output yaml list", false);
        check("pd list --nope", false);
    }
}
