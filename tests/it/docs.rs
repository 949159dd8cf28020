//! The documents say what is true: commands run or parse, the configuration is valid, the map shows every module.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

use pd::config::Config;

use crate::rig::Rig;

/// Stands for the address that a server has unless told otherwise.
const ADDRESS: &str = "127.0.0.1:7433";

/// A fenced block: the words after the fence, and the text.
struct Block {
    kind: String,
    text: String,
}

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

fn blocks(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(kind), None) => open = Some(Block { kind: kind.to_owned(), text: String::new() }),
            (Some(_), Some(block)) => found.push(block),
            (None, Some(mut block)) => {
                block.text += &format!("{line}\n");
                open = Some(block);
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    found
}

fn of_kind(kind: &str) -> Vec<String> {
    of_page("README.md", kind)
}

fn of_page(page: &str, kind: &str) -> Vec<String> {
    let found: Vec<String> =
        blocks(&read(page)).into_iter().filter(|block| block.kind == kind).map(|block| block.text).collect();
    assert!(!found.is_empty(), "{page} has no block marked `{kind}`");
    found
}

/// They run in order, in one shell, against a server that has just been started for the first time.
#[test]
fn the_commands_of_the_readme_work() {
    let rig = Rig::start();
    let script = of_kind("sh tested").concat().replace(ADDRESS, &rig.context().address);
    let output = rig.shell(&script);
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{script}\n{said}\n{}", rig.said());
    for word in ["disk full on db-1", "old logs removed"] {
        assert!(said.contains(word), "no {word:?} in what the commands print:\n{said}");
    }
}

#[test]
fn the_stream_is_as_its_page_shows_it() {
    let rig = Rig::start();
    let script = of_page("docs/stream.md", "sh tested").concat().replace(ADDRESS, &rig.context().address);
    let output = rig.shell(&script);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{script}\n{}\n{}", String::from_utf8_lossy(&output.stderr), rig.said());
    for line in ["event: hello\ndata: {\"version\":", "event: services\n", "event: synced\ndata: {}\nid: 0-"]
    {
        assert!(said.contains(line), "no {line:?} in:\n{said}");
    }
}

/// The others would install, serve or read files that are not there: of them every `pd` command line has to parse.
#[test]
fn every_other_command_of_the_readme_parses() {
    let rig = Rig::prepare("");
    for block in of_kind("sh") {
        let others = "cargo() { :; }\n./backup.sh() { :; }\npd() { command pd \"$@\" --help >/dev/null; }\n";
        let output = rig.shell(&format!("{others}{block}"));
        assert!(output.status.success(), "{block}\n{}", String::from_utf8_lossy(&output.stderr));
    }
    let wrong = rig.shell("command pd list --no-such-option --help");
    assert_eq!(wrong.status.code(), Some(2), "a wrong option is noticed although help is asked for");
}

/// What they would do to a cluster is tried by other tests.
#[test]
fn every_command_of_the_page_on_cassandra_parses() {
    let rig = Rig::prepare("");
    let others = "nodetool() { :; }\nsystemctl() { :; }\ninstall() { :; }\npd() { command pd \"$@\" --help >/dev/null; }\n";
    for block in of_page("docs/cassandra.md", "sh") {
        let output = rig.shell(&format!("{others}{block}"));
        assert!(output.status.success(), "{block}\n{}", String::from_utf8_lossy(&output.stderr));
    }
    for block in of_page("docs/cassandra.md", "toml") {
        Config::parse("cassandra.md", &block).unwrap();
    }
}

/// What a file may hold is applied as it stands on the page, and the commands run beside it.
#[test]
fn the_page_on_configuration_as_code_is_true() {
    let rig = Rig::start();
    for block in of_page("docs/as-code.md", "toml config") {
        fs::write(rig.home().join("page.toml"), block).unwrap();
        let first = rig.shell("pd apply -f page.toml && pd apply -f page.toml --error-unchanged");
        let said = String::from_utf8_lossy(&first.stderr);
        assert_eq!(first.status.code(), Some(3), "the second time there is nothing to do: {said}");
    }
    let output = rig.shell(&of_page("docs/as-code.md", "sh tested").concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for block in of_page("docs/as-code.md", "sh") {
        let output = rig.shell(&format!("pd() {{ command pd \"$@\" --help >/dev/null; }}\n{block}"));
        assert!(output.status.success(), "{block}\n{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// The file on the page on the terminal is one that both its readers accept.
#[test]
fn the_page_on_the_terminal_is_true() {
    for block in of_page("docs/terminal.md", "toml client") {
        let rig = Rig::prepare("");
        let path = rig.home().join("client.toml");
        fs::write(&path, block).unwrap();
        let contexts = pd::client::contexts::Contexts::load(&path).unwrap();
        assert!(contexts.get("prod").unwrap().read_only);
        assert!(pd::tui::config::File::load(&path).unwrap().theme.is_some());
    }
    let rig = Rig::prepare("");
    for block in of_page("docs/terminal.md", "sh") {
        let output = rig.shell(&format!("pd() {{ command pd \"$@\" --help >/dev/null; }}\n{block}"));
        assert!(output.status.success(), "{block}\n{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn the_configuration_of_the_readme_is_valid() {
    for block in of_kind("toml") {
        Config::parse("README.md", &block).unwrap();
    }
}

#[test]
fn the_architecture_is_short_and_shows_every_module() {
    let text = read("ARCHITECTURE.md");
    assert!(text.lines().count() < 200, "ARCHITECTURE.md has {} lines", text.lines().count());
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let slash = if entry.path().is_dir() { "/" } else { "" };
        assert!(
            text.contains(&format!("`src/{name}{slash}`")),
            "ARCHITECTURE.md does not name src/{name}{slash}"
        );
    }
}
