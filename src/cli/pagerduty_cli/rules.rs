//! What a line of the table is, and what its lines share.

use super::super::error::Complaint;
use super::read::Read;
use super::{incidents, others};

/// Makes our words of theirs.
pub(super) type Making = fn(&Read) -> Result<Vec<String>, Complaint>;

/// A command of theirs.
pub(super) struct Rule {
    /// Its words.
    pub(super) theirs: &'static str,
    /// The same in other words.
    pub(super) aliases: &'static [&'static str],
    /// Ours.
    pub(super) ours: &'static str,
    /// What help shows instead of `ours`, if that alone says too little.
    pub(super) shown: &'static str,
    pub(super) flags: &'static [Flag],
    /// Makes all of our words, where the table cannot.
    pub(super) special: Option<Making>,
}

impl Rule {
    /// Whether the first words are ours, too.
    pub(super) fn is_ours_too(&self) -> bool {
        self.theirs == self.ours || ["service", "user", "schedule", "team", "log"].contains(&self.theirs)
    }
}

/// An option of theirs.
pub(super) struct Flag {
    pub(super) short: Option<char>,
    pub(super) long: &'static str,
    pub(super) takes: Takes,
    pub(super) act: Act,
}

/// How many values an option takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    Nothing,
    One,
    Many,
}

/// What an option means.
#[derive(Clone, Copy)]
pub(super) enum Act {
    /// Arguments, those with lower numbers first.
    Place(u8),
    /// An option of ours, for each value.
    Option(&'static str),
    /// These words of ours.
    Words(&'static [&'static str]),
    /// Names come from standard input.
    Input,
    /// As `Option` and `Words`, of every command.
    Common(&'static str),
    CommonWords(&'static [&'static str]),
    /// The rule's special case looks at it.
    Keep,
    /// Another command, with this option.
    Become(&'static str, &'static str),
    Token,
    From,
    /// It asks for what happens anyway.
    Nothing,
    /// We have no such thing; what to do instead.
    Refuse(&'static str),
}

use Act::{Common, CommonWords, From, Input, Place, Refuse, Words};

pub(super) const fn flag(short: char, long: &'static str, takes: Takes, act: Act) -> Flag {
    Flag { short: if short == ' ' { None } else { Some(short) }, long, takes, act }
}
pub(super) const fn one(short: char, long: &'static str, act: Act) -> Flag {
    flag(short, long, Takes::One, act)
}
pub(super) const fn many(short: char, long: &'static str, act: Act) -> Flag {
    flag(short, long, Takes::Many, act)
}
pub(super) const fn on(short: char, long: &'static str, act: Act) -> Flag {
    flag(short, long, Takes::Nothing, act)
}
pub(super) const fn rule(theirs: &'static str, ours: &'static str, flags: &'static [Flag]) -> Rule {
    Rule { theirs, aliases: &[], ours, shown: "", flags, special: None }
}
pub(super) const fn special(
    theirs: &'static str,
    ours: &'static str,
    flags: &'static [Flag],
    special: fn(&Read) -> Result<Vec<String>, Complaint>,
) -> Rule {
    Rule { theirs, aliases: &[], ours, shown: "", flags, special: Some(special) }
}

pub(super) const NO_KEYS: Act = Refuse("--columns has more columns, and --jq any field of the JSON");
pub(super) const NO_LIMIT: Act = Refuse("all of them are listed; pipe into `head`");
pub(super) const NO_OPEN: Act = Refuse("`pd open INCIDENT` opens an incident in the browser");
pub(super) const NO_ME: Act =
    Refuse("name them: `pd list --me -q` prints the ids of yours, and `-` reads ids");

/// What all their commands take.
pub(super) const COMMON: [Flag; 14] = [
    on('j', "json", CommonWords(&["-o", "json"])),
    one('b', "useauth", Common("--context")),
    one(' ', "token", Act::Token),
    on(' ', "debug", Act::Nothing),
    one(' ', "columns", Common("--columns")),
    one(' ', "sort", Common("--sort")),
    one(' ', "filter", Common("--filter")),
    on(' ', "csv", CommonWords(&["-o", "csv"])),
    one(' ', "output", Common("-o")),
    on('x', "extended", CommonWords(&["-o", "wide"])),
    on(' ', "no-truncate", Act::Nothing),
    on(' ', "no-header", CommonWords(&["--no-header"])),
    on('h', "help", CommonWords(&["--help"])),
    one('F', "from", From),
];

pub(super) const IDS: Flag = many('i', "ids", Place(1));
pub(super) const MINE: Flag = on('m', "me", Words(&["--all", "--me", "-y"]));
pub(super) const NOT_MINE: Flag = on('m', "me", NO_ME);
pub(super) const PIPE_IN: Flag = on('p', "pipe", Input);
pub(super) const PIPE_OUT: Flag = on('p', "pipe", Words(&["-q"]));
pub(super) const KEYS: Flag = many('k', "keys", NO_KEYS);
pub(super) const DELIMITER: Flag = one('d', "delimiter", NO_KEYS);
pub(super) const LIMIT: Flag = one(' ', "limit", NO_LIMIT);
pub(super) const PART: Flag = one('n', "name", Place(1));
pub(super) const ONE_ID: Flag = one('i', "id", Place(1));

/// Lists with a part of a name.
pub(super) const LIST: &[Flag] = &[PART, PIPE_OUT, KEYS, DELIMITER, LIMIT];

/// The whole table: what each command of the other grammar is in ours.
pub(super) fn rules() -> impl Iterator<Item = &'static Rule> {
    incidents::RULES.iter().chain(others::RULES)
}
