//! Options that every command takes.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args};
use url::Url;

use super::error::Complaint;
use super::output::{Filter, Format, Shape, Sort, Template, When, Wishes};
use crate::client::{Secret, contexts};
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
    /// Only these columns, by name and in this order; `--columns help` lists them
    #[arg(long, global = true, value_name = "NAME", value_delimiter = ',', help_heading = HEADING)]
    #[arg(conflicts_with_all = ["jq", "template", "quiet"])]
    pub(super) columns: Vec<String>,
    /// Sort lists by this column; `-COLUMN` from the last to the first
    #[arg(long, global = true, value_name = "COLUMN", value_parser = Sort::parse, help_heading = HEADING)]
    #[arg(allow_hyphen_values = true)]
    pub(super) sort: Option<Sort>,
    /// Only lines whose column has this text: COLUMN=TEXT; may be given several times
    #[arg(long, global = true, value_name = "COLUMN=TEXT", value_parser = column_text, help_heading = HEADING)]
    pub(super) filter: Vec<(String, String)>,
    /// Print no header above columns
    #[arg(long, global = true, help_heading = HEADING)]
    pub(super) no_header: bool,
    /// Print what this jq filter makes of the JSON
    #[arg(long, global = true, value_name = "FILTER", value_parser = Filter::parse, help_heading = HEADING)]
    #[arg(conflicts_with_all = ["template", "quiet"])]
    pub(super) jq: Option<Filter>,
    /// Print what this Jinja template makes of the JSON
    #[arg(long, global = true, value_name = "TEMPLATE", value_parser = Template::parse)]
    #[arg(help_heading = HEADING, conflicts_with = "quiet")]
    pub(super) template: Option<Template>,
    /// Use no pager
    #[arg(long, global = true, help_heading = HEADING)]
    pub(super) no_pager: bool,
    /// Ask no questions: fail where an answer is needed
    #[arg(long, global = true, help_heading = HEADING)]
    pub(super) no_input: bool,
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
    /// The API token, as PagerDuty's community CLI is given one.
    #[arg(skip)]
    pub(super) token: Option<Secret>,
    /// In whose name PagerDuty is asked, as its community CLI is told.
    #[arg(skip)]
    pub(super) from: Option<String>,
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
            shape: self.shape(),
            columns: self.columns.clone(),
            sort: self.sort.clone(),
            filter: self.filter.clone(),
            pager: !self.no_pager,
            input: !self.no_input,
            quiet: self.quiet,
            header: !self.no_header,
            color: if plain { When::Never } else { self.color },
        }
    }

    fn shape(&self) -> Option<Shape> {
        let filter = self.jq.clone().map(Shape::Jq);
        filter.or_else(|| self.template.clone().map(Shape::Template))
    }

    /// Settles what is said twice: a form that was typed, rather than set in the environment, stays.
    ///
    /// # Errors
    /// If a form was typed that does not go with the rest.
    pub(super) fn settle(&mut self) -> Result<(), Complaint> {
        let Some(format) = self.output else { return Ok(()) };
        let json = matches!(format, Format::Json | Format::Jsonl);
        let has_columns = matches!(format, Format::Table | Format::Wide | Format::Csv);
        let clash = match () {
            () if self.jq.is_some() && !json => "--jq prints what the filter makes",
            () if self.template.is_some() && !json => "--template prints what the template makes",
            () if !self.columns.is_empty() && !has_columns => "only table, wide and csv have columns",
            () => return Ok(()),
        };
        if self.sources.get("output") == Some(&ValueSource::CommandLine) {
            return Err(Complaint::usage(format!("{clash}, so another form cannot be had"), "leave out -o"));
        }
        self.output = None;
        Ok(())
    }

    /// For arguments that could not be parsed: nothing but whether errors are JSON.
    pub(super) fn words_only(json: bool) -> Self {
        Self {
            context: None,
            url: Vec::new(),
            token_file: None,
            output: json.then_some(Format::Json),
            quiet: false,
            columns: Vec::new(),
            sort: None,
            no_header: false,
            jq: None,
            template: None,
            filter: Vec::new(),
            no_pager: std::env::args_os().any(|arg| arg == "--no-pager"),
            no_input: true,
            token: None,
            from: None,
            color: if json { When::Never } else { When::Auto },
            timeout: Duration::ZERO,
            retry: None,
            sources: Sources::new(),
        }
    }
}

fn column_text(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((column, text)) if !column.is_empty() => Ok((column.to_owned(), text.to_owned())),
        _ => Err("expected COLUMN=TEXT".to_owned()),
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
