//! `pd demo`: the story happens, and nothing is left of it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::rig::{Rig, poll};

const SOON: Duration = Duration::from_secs(60);

/// A demo in a folder of its own.
fn demo(rig: &Rig, arguments: &[&str]) -> Command {
    let mut command = rig.command();
    command.arg("demo").args(arguments).env("TMPDIR", rig.home());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The folders of demos that are there.
fn left(rig: &Rig) -> Vec<PathBuf> {
    let files = std::fs::read_dir(rig.home()).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("pd-demo-")).collect()
}

/// The servers that run on this folder.
fn servers(folder: &Path) -> usize {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let line = |path: PathBuf| std::fs::read(path.join("cmdline")).unwrap_or_default();
    let name = folder.to_string_lossy().into_owned();
    processes.filter(|it| String::from_utf8_lossy(&line(it.path())).contains(&name)).count()
}

fn wait(child: &mut Child) -> Option<i32> {
    let mut status = None;
    poll(SOON, || {
        status = child.try_wait().unwrap();
        status.is_some()
    });
    status.unwrap_or_else(|| panic!("the demo does not end")).code()
}

#[test]
fn the_story_happens_on_a_server_that_is_gone_afterwards() {
    let rig = Rig::prepare("");
    let mut child = demo(&rig, &["--no-tui", "--speed", "20"]).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let told = lines.find(|line| line.contains("PD_CONFIG=")).unwrap();
    let config = told.split_once("PD_CONFIG=").unwrap().1.split(' ').next().unwrap().to_owned();
    let last = lines.find(|line| line.contains("payments are well again"));
    assert!(last.is_some(), "the story does not come to its end");

    let list =
        rig.command().args(["list", "--all", "-o", "json"]).env("PD_CONFIG", &config).output().unwrap();
    let incidents: Vec<Value> = serde_json::from_slice(&list.stdout).unwrap();
    let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
    let mut states: Vec<_> = incidents
        .iter()
        .map(|it| {
            (text(&it["title"]), text(&it["status"]), text(&it["urgency"]), text(&it["service"]["summary"]))
        })
        .collect();
    states.sort();
    let state = |title: &str, status: &str, urgency: &str, service: &str| {
        (title.to_owned(), status.to_owned(), urgency.to_owned(), service.to_owned())
    };
    assert_eq!(
        states,
        [
            state("31 % of payments are declined", "resolved", "high", "checkout"),
            state("Certificate of shop.example.com ends in 2 days", "acknowledged", "high", "checkout"),
            state("Database node does not answer", "acknowledged", "high", "database"),
            state("Search index is 12 minutes behind", "triggered", "low", "search"),
            state("heartbeat nightly backup is missing", "triggered", "high", "database"),
        ]
    );
    let storm = incidents.iter().find(|it| it["title"] == "Database node does not answer").unwrap();
    assert_eq!(storm["alert_counts"]["all"], 12, "one incident of twelve alerts");
    let show =
        rig.command().args(["show", "deploy", "-o", "json"]).env("PD_CONFIG", &config).output().unwrap();
    let deploy: Value = serde_json::from_slice(&show.stdout).unwrap();
    assert_eq!(deploy["hold"]["type"], "suppressed", "{deploy}");
    let log = rig.command().args(["log", "payments"]).env("PD_CONFIG", &config).output().unwrap();
    let log = String::from_utf8_lossy(&log.stdout).into_owned();
    assert!(log.contains("bob") && log.contains("rolling back"), "{log}");

    let folders = left(&rig);
    assert!(folders.len() == 1 && servers(&folders[0]) == 1, "{folders:?}");
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(wait(&mut child), Some(0));
    assert_eq!((left(&rig), servers(&folders[0])), (Vec::new(), 0), "something is left");
    assert!(!rig.home().join("config").exists(), "the user's own contexts are not touched");
}

#[test]
fn it_ends_with_its_story_if_asked_and_says_it_in_json() {
    let rig = Rig::prepare("");
    let output = demo(&rig, &["--speed", "50", "--exit", "-o", "jsonl"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let told = String::from_utf8(output.stdout).unwrap();
    let steps: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(steps.len() > 10, "{told}");
    assert!(steps.windows(2).all(|pair| pair[0]["at_seconds"].as_u64() <= pair[1]["at_seconds"].as_u64()));
    assert!(left(&rig).is_empty());
}

#[test]
fn a_server_that_does_not_start_is_told_of_in_its_own_words() {
    let rig = Rig::prepare("");
    // With so few open files it cannot hold its stores. The shell fails as the demo does.
    let script = format!("ulimit -n 14; export TMPDIR={}; pd demo --no-tui --exit", rig.home().display());
    let output = rig.shell(&script);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("the demo's server ended") && said.contains("open files"), "{said}");
    assert!(left(&rig).is_empty());
}

#[test]
fn a_terminal_that_is_closed_ends_it_too() {
    let rig = Rig::prepare("");
    let mut child = demo(&rig, &["--no-tui"]).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut some = [0; 16];
    assert!(stdout.read(&mut some).unwrap() > 0);
    let folder = left(&rig).remove(0);
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::HUP).unwrap();
    assert_eq!(wait(&mut child), Some(0));
    assert_eq!((left(&rig), servers(&folder)), (Vec::new(), 0));
}
