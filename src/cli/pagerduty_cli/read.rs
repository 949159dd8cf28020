//! Reads the options of the other grammar, as its parser would.

use super::super::error::Complaint;
use super::rules::{Act, COMMON, Flag, Rule, Takes};

/// What was read, as far as the table says what it means.
#[derive(Clone, Debug, Default)]
pub(super) struct Read {
    /// What the table has an option of ours for.
    pub(super) options: Vec<String>,
    /// What has a place of its own: which, and what.
    pub(super) places: Vec<(u8, String)>,
    /// The form of what is printed, and who is asked.
    pub(super) common: Vec<String>,
    /// What the special cases look at: by the long name of the option.
    pub(super) kept: Vec<(&'static str, String)>,
    /// Another command of ours than the table says.
    pub(super) becomes: Option<&'static str>,
    pub(super) token: Option<String>,
    pub(super) from: Option<String>,
}

/// Why something could not be read.
#[derive(Debug)]
pub(super) enum Unread {
    /// There is no such option, or a word where none belongs.
    Unknown(String),
    /// There is, and we have no such thing.
    Refused(Complaint),
}

impl Read {
    /// All values of an option that was kept.
    pub(super) fn all(&self, long: &str) -> Vec<&str> {
        self.kept.iter().filter(|(name, _)| *name == long).map(|(_, value)| value.as_str()).collect()
    }

    /// The last value of an option that was kept.
    pub(super) fn one(&self, long: &str) -> Option<&str> {
        self.all(long).last().copied()
    }

    /// The last value of an option that must be there.
    pub(super) fn need(&self, long: &str) -> Result<&str, Complaint> {
        self.one(long).ok_or_else(|| {
            Complaint::usage(format!("--{long} is missing"), "`pd help pagerduty-cli` lists what is accepted")
        })
    }

    fn take(&mut self, flag: &Flag, values: Vec<String>) -> Result<(), Complaint> {
        match flag.act {
            Act::Place(slot) => self.places.extend(values.into_iter().map(|value| (slot, value))),
            Act::Option(ours) => {
                self.options.extend(values.into_iter().flat_map(|value| [ours.to_owned(), value]));
            }
            Act::Words(ours) => self.options.extend(ours.iter().map(|&word| word.to_owned())),
            Act::Input => self.places.push((0, "-".to_owned())),
            Act::Common(ours) => {
                self.common.extend(values.into_iter().flat_map(|value| [ours.to_owned(), value]));
            }
            Act::CommonWords(ours) => self.common.extend(ours.iter().map(|&word| word.to_owned())),
            Act::Keep if values.is_empty() => self.kept.push((flag.long, String::new())),
            Act::Keep => self.kept.extend(values.into_iter().map(|value| (flag.long, value))),
            Act::Become(command, ours) => {
                self.becomes = Some(command);
                self.options.extend(values.into_iter().flat_map(|value| [ours.to_owned(), value]));
            }
            Act::Token => self.token = values.into_iter().next_back(),
            Act::From => self.from = values.into_iter().next_back(),
            Act::Nothing => {}
            Act::Refuse(hint) => {
                return Err(Complaint::usage(format!("--{} is not here", flag.long), hint));
            }
        }
        Ok(())
    }
}

/// Reads what follows the words of a command.
pub(super) fn read(rule: &Rule, args: &[String]) -> Result<Read, Unread> {
    let mut read = Read::default();
    let mut left = args.iter().map(String::as_str).peekable();
    while let Some(arg) = left.next() {
        let unknown = || Unread::Unknown(arg.to_owned());
        let (flag, attached) = named(rule, arg).ok_or_else(unknown)?;
        let mut values: Vec<String> = attached.into_iter().map(str::to_owned).collect();
        match flag.takes {
            Takes::Nothing if !values.is_empty() => return Err(unknown()),
            Takes::Nothing => {}
            Takes::One if values.is_empty() => {
                // Whatever comes next, as `--sort -created` shows.
                values.push(left.next().ok_or_else(unknown)?.to_owned());
            }
            Takes::One => {}
            Takes::Many => {
                while let Some(value) = left.next_if(|value| !value.starts_with('-') || *value == "-") {
                    values.push(value.to_owned());
                }
                if values.is_empty() {
                    return Err(unknown());
                }
            }
        }
        read.take(flag, values).map_err(Unread::Refused)?;
    }
    Ok(read)
}

/// The option that `arg` names, and the value that comes with it: `--long=value`, `-svalue`.
fn named<'a>(rule: &Rule, arg: &'a str) -> Option<(&'static Flag, Option<&'a str>)> {
    let flags = || rule.flags.iter().chain(&COMMON);
    if let Some(long) = arg.strip_prefix("--") {
        let (long, value) = match long.split_once('=') {
            Some((long, value)) => (long, Some(value)),
            None => (long, None),
        };
        return flags().find(|flag| flag.long == long).map(|flag| (flag, value));
    }
    let mut letters = arg.strip_prefix('-')?.chars();
    let short = letters.next()?;
    let flag = flags().find(|flag| flag.short == Some(short))?;
    let rest = letters.as_str();
    let rest = rest.strip_prefix('=').unwrap_or(rest);
    Some((flag, (!rest.is_empty()).then_some(rest)))
}
