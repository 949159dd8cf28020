//! Holds the shape of the house: which module may name which, what the rules stay away from, and how long a file may be.
//!
//! It reads text, so it cannot see through a re-export or a `super::` path: a module re-exports nothing of another's.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// What each module may name beside itself: a module, or a path within one.
const ARROWS: &[(&str, &[&str])] = &[
    ("mutants", &[]),
    ("domain", &["mutants"]),
    ("clock", &["domain"]),
    ("ids", &["domain"]),
    ("config", &["domain"]),
    ("limits", &["domain"]),
    ("lockfile", &[]),
    ("disk", &[]),
    ("keyring", &["domain", "ids", "disk"]),
    ("wire", &[]),
    ("overload", &["domain"]),
    ("cassandra", &["domain::time", "mutants", "clock", "ids", "config"]),
    ("journal", &["domain", "mutants", "clock", "ids", "disk", "lockfile", "cassandra"]),
    // On a cluster the archive's index is a journal.
    ("archive", &["domain", "clock", "disk", "lockfile", "cassandra", "journal"]),
    ("door", &["domain", "journal", "archive"]),
    ("stage", &["domain", "mutants", "clock", "ids", "journal"]),
    ("incidents", &["domain", "mutants", "clock", "ids", "keyring", "journal", "archive", "door", "stage"]),
    (
        "notify",
        &["domain", "mutants", "clock", "ids", "keyring", "overload", "journal", "archive", "door", "stage"],
    ),
    ("deliver", &["domain", "clock", "config", "wire", "notify::transport"]),
    (
        "ingest",
        &[
            "domain",
            "mutants",
            "clock",
            "ids",
            "limits",
            "wire",
            "overload",
            "journal",
            "door",
            "stage::Bell",
            "stage::Signal",
        ],
    ),
    ("pacer", &["domain", "mutants", "clock", "ids", "journal", "overload"]),
    ("watch", &["domain", "clock", "ids", "pacer"]),
    ("drill", &["domain", "clock", "ids", "disk", "wire::rest::drill"]),
    ("purge", &["domain", "mutants", "clock", "ids", "journal", "archive", "door", "stage", "pacer"]),
    (
        "offline",
        &[
            "domain",
            "clock",
            "ids",
            "config",
            "cassandra",
            "journal",
            "archive",
            "door",
            "stage",
            "incidents",
            "notify",
            "daemon",
        ],
    ),
    ("configuration", &["domain", "ids", "keyring", "config", "wire"]),
    (
        "api",
        &[
            "domain",
            "clock",
            "ids",
            "keyring",
            "config",
            "configuration",
            "limits",
            "wire",
            "journal",
            "archive",
            "door",
            "stage",
        ],
    ),
    (
        "daemon",
        &[
            "domain",
            "clock",
            "ids",
            "keyring",
            "disk",
            "lockfile",
            "config",
            "limits",
            "wire",
            "overload",
            "cassandra",
            "journal",
            "archive",
            "door",
            "stage",
            "incidents",
            "notify",
            "deliver",
            "ingest",
            "pacer",
            "purge",
            "watch",
            "drill",
            "api",
            "client::Secret",
            "client::contexts",
        ],
    ),
    ("client", &["domain::time", "clock", "ids", "config", "wire"]),
    (
        "cli",
        &[
            "domain::time",
            "clock",
            "ids",
            "config",
            "wire",
            "cassandra::Replication",
            "client",
            "daemon",
            "offline",
            "tui",
        ],
    ),
    ("tui", &["domain::time", "clock", "ids", "config", "wire", "client"]),
];

/// What the rules stay away from, and why.
const IMPURE: &[(&str, &str)] = &[
    ("async ", "rules are synchronous"),
    (".await", "rules are synchronous"),
    ("tokio", "rules are synchronous"),
    ("SystemTime", "`now` is an argument"),
    ("Instant", "`now` is an argument"),
    ("::now()", "`now` is an argument"),
    (".now()", "`now` is an argument"),
    ("std::fs", "rules do no I/O"),
    ("std::net", "rules do no I/O"),
    ("std::io", "rules do no I/O"),
    ("std::env", "rules read no environment"),
    ("std::thread", "rules are synchronous"),
];

/// A longer file is split by noun or stage, or stands below with its reason.
const LINES_MAX: usize = 500;

/// The files that may be longer. An entry that is not needed any more is an error too.
const LONG: &[(&str, &str)] = &[
    ("src/domain/command.rs", "a table: every command and what it carries"),
    ("src/domain/incident.rs", "a table: an incident and every kind of log entry"),
    ("src/domain/incidents/fact.rs", "a table: every fact and what it carries"),
];

/// A source file: its path from the root of the package, and its text.
struct Source {
    path: String,
    text: String,
}

#[test]
fn arrows_point_one_way() {
    none(cycles(ARROWS));
    none(sources("src").iter().flat_map(|source| sideways(source, ARROWS)).collect());
}

#[test]
fn the_rules_are_pure() {
    none(sources("src/domain").iter().flat_map(impure).collect());
}

#[test]
fn no_datacenter_decides_alone() {
    let all = ["src", "benches"].into_iter().flat_map(sources);
    none(all.flat_map(|source| local(&source)).collect());
}

#[test]
fn every_file_says_what_it_is_for() {
    let all = ["src", "tests", "benches"].into_iter().flat_map(sources);
    none(all.filter_map(|source| headless(&source)).collect());
}

#[test]
fn files_are_short() {
    none(lengths(&sources("src"), LONG));
}

#[test]
fn each_rule_catches_its_breach() {
    let found = |path: &str, text: &str| {
        let source = source(path, text);
        [sideways(&source, ARROWS), impure(&source), headless(&source).into_iter().collect()]
            .concat()
            .join("\n")
    };
    let caught = |path: &str, text: &str, needle: &str| {
        let said = found(path, text);
        assert!(said.contains(needle), "{text:?} in {path}: {said:?}");
    };
    let fine = |path: &str, text: &str| assert_eq!(found(path, text), "", "{text:?} in {path}");
    fine(
        "src/stage/run.rs",
        "//! Runs.\nuse crate::journal::{self, Entry};\nuse crate::{clock, ids::Ids};\n",
    );
    fine(
        "src/notify/mod.rs",
        "//! A stage; see `crate::deliver`.\n// as crate::deliver does\nuse crate::stage::Loop;\n",
    );
    fine("src/deliver/mail.rs", "//! Mail.\nuse crate::notify::transport::{Message, Outcome};\n");
    fine("src/main.rs", "//! Runs.\nfn main() { pd::cli::run() }\n");
    caught(
        "src/notify/mod.rs",
        "//! A stage.\nuse crate::incidents::State;\n",
        "may not name `incidents::State`",
    );
    caught(
        "src/incidents/mod.rs",
        "//! A stage.\nfn f() { crate::notify::plan() }\n",
        "may not name `notify::plan`",
    );
    caught(
        "src/deliver/mail.rs",
        "//! Mail.\nuse crate::notify::{transport, plan::Plan};\n",
        "`notify::plan::Plan`",
    );
    caught(
        "src/ingest/mod.rs",
        "//! Doors.\nuse crate::stage::{Bell, Replica};\n",
        "may not name `stage::Replica`",
    );
    caught(
        "src/domain/event.rs",
        "//! Nouns.\nuse crate::{\n    keyring::Keyring,\n};\n",
        "`keyring::Keyring`",
    );
    caught("src/attic/mod.rs", "//! New.\n", "`attic` has no row");
    caught("src/client/mod.rs", "//! Outside.\nuse crate::*;\n", "may not name `*`");
    caught("src/main.rs", "//! Runs.\nfn main() { pd::daemon::run() }\n", "may not name `daemon::run`");
    for (word, _) in IMPURE {
        caught("src/domain/x.rs", &format!("//! Rules.\nfn f() {{ let _ = {word}; }}\n"), word);
    }
    for word in LOCAL {
        let source = source("src/x.rs", &format!("//! Asks.\nlet at = {word};\n"));
        assert_eq!(local(&source).len(), 1, "{word}");
    }
    fine("src/domain/x.rs", "//! Rules; no tokio.\n/// Never async here.\nfn f() {}\n");
    caught("src/domain/x.rs", "\nfn f() {}\n", "first line");
    assert_eq!(cycles(&[("a", &["b::c"]), ("b", &["c"]), ("c", &[])]), Vec::<String>::new());
    assert!(cycles(&[("a", &["b::c"]), ("b", &["c"]), ("c", &["a"])])[0].contains("a"));
    assert!(cycles(&[("a", &["b"])])[0].contains("`b` has no row"));
    let long = [source("src/a.rs", &"//\n".repeat(LINES_MAX + 1)), source("src/b.rs", "//!")];
    assert_eq!(lengths(&long, &[("src/a.rs", "a table")]), Vec::<String>::new());
    assert!(lengths(&long, &[])[0].contains("src/a.rs has 501 lines"));
    let needless = lengths(&long, &[("src/a.rs", ""), ("src/b.rs", ""), ("src/c.rs", "")]);
    assert_eq!(needless.len(), 2, "{needless:?}");
}

fn none(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

fn source(path: &str, text: &str) -> Source {
    Source { path: path.to_owned(), text: text.to_owned() }
}

/// All Rust files below `folder`, in order of path.
fn sources(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap();
                found.push(source(name, &fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The names in `source` that no arrow allows.
fn sideways(source: &Source, arrows: &[(&str, &[&str])]) -> Vec<String> {
    let module = source.path.trim_start_matches("src/").split('/').next().unwrap().trim_end_matches(".rs");
    // The binary is a caller of the library; the map names every module.
    let (root, allowed): (&str, &[&str]) = match module {
        "main" => ("pd::", &["cli"]),
        "lib" => return Vec::new(),
        _ => match arrows.iter().find(|(name, _)| *name == module) {
            Some((_, allowed)) => ("crate::", allowed),
            None => return vec![format!("{}: module `{module}` has no row in ARROWS", source.path)],
        },
    };
    let permits = |path: &str| {
        let begins =
            |with: &str| path.strip_prefix(with).is_some_and(|r| r.is_empty() || r.starts_with("::"));
        begins(module) || allowed.iter().any(|with| begins(with))
    };
    let paths = named(&code(&source.text), root);
    let forbidden = paths.into_iter().filter(|path| !permits(path));
    forbidden.map(|path| format!("{}: `{module}` may not name `{path}`", source.path)).collect()
}

/// The text without whole-line comments, and without the `use` lines that only tests see.
fn code(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut before = "";
    let mut kept = Vec::new();
    for line in lines {
        if !(before == "#[cfg(test)]" && line.starts_with("use ")) {
            kept.push(line);
        }
        before = line;
    }
    kept.join("\n")
}

/// Every path after `root` in `code`, with braces multiplied out and a final `self` left away.
fn named(code: &str, root: &str) -> BTreeSet<String> {
    let starts = code.match_indices(root).map(|(at, _)| at);
    let words = |c: char| c.is_alphanumeric() || c == '_';
    let whole = starts.filter(|at| !code[..*at].ends_with(words));
    whole.flat_map(|at| expand(&mut &code[at + root.len()..])).collect()
}

/// Reads one tree of paths, as in `a::{b, c::d}`, off the front of `rest`.
fn expand(rest: &mut &str) -> Vec<String> {
    *rest = rest.trim_start();
    if let Some(inside) = rest.strip_prefix('{') {
        *rest = inside;
        let mut found = Vec::new();
        while !rest.trim_start().starts_with('}') && !rest.is_empty() {
            found.extend(expand(rest));
            // Whatever else stands there (`as x`, a comma) ends the branch.
            *rest = rest.trim_start_matches(|c| c != ',' && c != '}').trim_start_matches(',');
        }
        *rest = rest.trim_start().trim_start_matches('}');
        return found;
    }
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '*')).unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    *rest = after;
    match after.strip_prefix("::") {
        // `a::<T>` and `a::(` end the path.
        Some(deeper)
            if deeper.trim_start().starts_with(|c: char| c.is_alphanumeric() || "_*{".contains(c)) =>
        {
            *rest = deeper;
            let below = expand(rest).into_iter();
            below
                .map(|path| if path == "self" { name.to_owned() } else { format!("{name}::{path}") })
                .collect()
        }
        _ => vec![name.to_owned()],
    }
}

/// What of [`IMPURE`] is in `source`, if it is of the domain.
fn impure(source: &Source) -> Vec<String> {
    if !source.path.starts_with("src/domain/") {
        return Vec::new();
    }
    let code = code(&source.text);
    let found = IMPURE.iter().filter(|(word, _)| code.contains(word));
    found.map(|(word, why)| format!("{}: `{word}` in the domain: {why}", source.path)).collect()
}

/// Levels of consistency that hold in one datacenter, or at one node, only.
const LOCAL: &[&str] =
    &["LocalQuorum", "LocalSerial", "LocalOne", "LOCAL_QUORUM", "LOCAL_SERIAL", "LOCAL_ONE"];

fn local(source: &Source) -> Vec<String> {
    let code = code(&source.text);
    let found = LOCAL.iter().filter(|word| code.contains(*word));
    found.map(|word| format!("{}: `{word}`: a datacenter alone decides nothing", source.path)).collect()
}

fn headless(source: &Source) -> Option<String> {
    let first = source.text.lines().next().unwrap_or("");
    (!first.starts_with("//! "))
        .then(|| format!("{}: the first line does not say what the file is for", source.path))
}

/// Files that are too long without being in `excepted`, and entries of it that are not needed.
fn lengths(sources: &[Source], excepted: &[(&str, &str)]) -> Vec<String> {
    let lines: BTreeMap<&str, usize> =
        sources.iter().map(|source| (source.path.as_str(), source.text.lines().count())).collect();
    let long = |path: &str| lines.get(path).is_some_and(|count| *count > LINES_MAX);
    let missing =
        lines.iter().filter(|(path, _)| long(path) && !excepted.iter().any(|(name, _)| name == *path));
    let missing =
        missing.map(|(path, count)| format!("{path} has {count} lines, more than {LINES_MAX}: split it"));
    let needless = excepted.iter().filter(|(path, _)| !long(path));
    missing
        .chain(needless.map(|(path, _)| format!("{path} needs no exception any more: remove it")))
        .collect()
}

/// The modules of `arrows` that name each other in a circle, and the names without a row.
fn cycles(arrows: &[(&str, &[&str])]) -> Vec<String> {
    let module = |path: &str| path.split("::").next().unwrap().to_owned();
    let mut open: BTreeMap<String, BTreeSet<String>> = arrows
        .iter()
        .map(|(name, allowed)| ((*name).to_owned(), allowed.iter().map(|path| module(path)).collect()))
        .collect();
    let names: BTreeSet<String> = open.values().flatten().cloned().collect();
    let unknown: Vec<String> = names.iter().filter(|name| !open.contains_key(*name)).cloned().collect();
    if !unknown.is_empty() {
        return unknown.into_iter().map(|name| format!("`{name}` has no row in ARROWS")).collect();
    }
    // Take away whoever names nobody that is left; a circle is what stays.
    while let Some(free) = open.iter().find(|(_, below)| below.iter().all(|name| !open.contains_key(name))) {
        let free = free.0.clone();
        open.remove(&free);
    }
    open.into_keys().map(|name| format!("`{name}` is in a circle of arrows, or above one")).collect()
}
