//! Completion, as shells ask for it.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use pd::clock::{Clock as _, SystemClock};

use super::fake::Fake;
use super::world::{World, words};

/// What a person feels as at once is 200 ms; this is that of a program with all its checks on a machine that is busy.
const BOUND: Duration = Duration::from_secs(2);

/// What is offered for the last word of `line`.
async fn offered(world: &World, shell: &str, line: &str) -> Vec<String> {
    let index = words(line).len() - 1;
    let mut command = world.command(&format!("-- {line}"));
    command
        .env("COMPLETE", shell)
        .env("_CLAP_COMPLETE_INDEX", index.to_string())
        .env("_CLAP_IFS", "\n")
        .stdin(std::process::Stdio::null());
    let output = command.output().await.unwrap();
    assert!(output.status.success(), "{line}: {output:?}");
    assert!(output.stderr.is_empty(), "{line}: {output:?}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// Without the options, which are offered where there is nothing else.
async fn names(world: &World, line: &str) -> Vec<String> {
    let mut names = offered(world, "bash", line).await;
    names.retain(|name| !name.starts_with('-'));
    names
}

#[tokio::test]
async fn commands_options_and_names_are_offered() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    assert!(offered(&world, "bash", "pd 'ack'").await.contains(&"ack".to_owned()));
    assert!(offered(&world, "bash", "pd list '--st'").await.contains(&"--status".to_owned()));
    let options = offered(&world, "zsh", "pd ack '-'").await;
    assert!(options.iter().any(|option| option.starts_with("--dry-run")), "{options:?}");
    assert!(
        offered(&world, "bash", "pd list ''").await.contains(&"--status".to_owned()),
        "for want of a name"
    );
    assert_eq!(offered(&world, "bash", "pd ack ''").await, ["12", "11"], "what is open, the newest first");
    assert_eq!(offered(&world, "bash", "pd show ''").await, ["12", "11", "10"]);
    assert_eq!(offered(&world, "bash", "pd show 'que'").await, ["queue"], "a dedup key");
    assert_eq!(offered(&world, "bash", "pd show 'Q'").await.len(), 3);
    assert_eq!(offered(&world, "bash", "pd list --service 'service 1'").await[0], "service\\ 1");
    assert_eq!(offered(&world, "fish", "pd ack ''").await[1], "11\tqueue too long (acknowledged, database)");
    assert_eq!(offered(&world, "bash", "pd context use ''").await, ["test"]);
    // What a title would do to the terminal it does not.
    assert!(offered(&world, "zsh", "pd ack ''").await.iter().all(|name| !name.contains('\u{1b}')));
}

#[tokio::test]
async fn another_context_has_other_names() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    let other = Fake::start().await;
    other.change(12, |incident| incident["incident_number"] = 77.into());
    let config = std::fs::read_to_string(world.config()).unwrap();
    world.write_config(&format!(
        "{config}\n[contexts.other]\nurl = \"{}\"\ntoken = \"{}\"\n",
        other.url(),
        super::fake::TOKEN
    ));
    assert_eq!(offered(&world, "bash", "pd --context other ack ''").await, ["77", "11"]);
    assert_eq!(offered(&world, "bash", "pd ack --context=other ''").await, ["77", "11"]);
    assert_eq!(offered(&world, "bash", "pd ack ''").await, ["12", "11"]);
}

#[tokio::test]
async fn while_the_server_is_away_what_it_said_last_is_offered_and_then_nothing() {
    let mut fake = Fake::start().await;
    let world = World::with(&fake);
    assert_eq!(offered(&world, "bash", "pd ack ''").await, ["12", "11"]);
    let kept = world.path().join(".cache/pd/names/test/open.json");
    assert_eq!(std::fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    fake.down().await;
    assert_eq!(offered(&world, "bash", "pd ack ''").await, ["12", "11"]);
    assert_eq!(names(&world, "pd show ''").await, [""; 0], "never asked for");
    // Of a server at another address it is worth nothing.
    let config = std::fs::read_to_string(world.config()).unwrap().replace("127.0.0.1", "127.0.0.2");
    world.write_config(&config);
    assert_eq!(names(&world, "pd ack ''").await, [""; 0]);
    std::fs::write(kept, "garbage").unwrap();
    assert_eq!(names(&world, "pd ack ''").await, [""; 0]);
}

#[tokio::test]
async fn a_server_that_hangs_or_a_token_that_is_long_in_coming_is_not_waited_for() {
    // It is connected to, and never answers.
    let hanging = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let world = World::new();
    let url = format!("http://{}", hanging.local_addr().unwrap());
    for config in [
        format!("[contexts.test]\nurl = \"{url}\"\ntoken = \"t\"\n"),
        format!("[contexts.test]\nurl = \"{url}\"\ntoken_command = \"sleep 30; echo t\"\n"),
    ] {
        world.write_config(&config);
        let clock = SystemClock::new();
        assert_eq!(names(&world, "pd ack ''").await, [""; 0]);
        assert!(clock.monotonic() < BOUND, "{config} took {:?}", clock.monotonic());
    }
    // Nor is anything printed where nothing is set up, or what is set up is wrong.
    world.write_config("nonsense");
    assert_eq!(names(&world, "pd ack ''").await, [""; 0]);
    assert_eq!(names(&World::new(), "pd ack ''").await, [""; 0]);
}

#[tokio::test]
async fn bash_completes_with_the_file_of_the_package() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    let binary = Path::new(env!("CARGO_BIN_EXE_pd")).parent().unwrap().display();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions/pd.bash");
    let script = format!(
        "PATH={binary}:$PATH\nsource {}\nCOMP_WORDS=(pd resolve 1) COMP_CWORD=2 COMP_TYPE=9\n\
         _clap_complete_pd pd 1 resolve\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"",
        file.display()
    );
    let mut bash = tokio::process::Command::new("bash");
    bash.args(["--norc", "-c", &script]).env_clear().env("PATH", "/usr/bin:/bin").env("HOME", world.path());
    bash.env("PD_CONFIG", world.config());
    let output = bash.output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(said.lines().collect::<Vec<_>>(), ["12", "11"], "{output:?}");
}
