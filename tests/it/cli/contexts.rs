//! Contexts: named, renamed, forgotten; where a token comes from; where each value comes from.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::fake::{Fake, KEY, TOKEN};
use super::world::{World, set_mode};

#[tokio::test]
async fn a_context_is_made_shown_renamed_and_forgotten() {
    let world = World::new();
    assert_eq!(world.pd("context add a --url http://127.0.0.1:1").await.code, 0);
    assert_eq!(world.pd("context add b --url http://127.0.0.1:2").await.code, 0);
    assert_eq!(world.pd("context rename a b").await.code, 2, "it is taken");
    let ran = world.pd("context rename a laptop").await;
    assert!(ran.code == 0 && ran.stderr.contains("a is called laptop now"), "{ran:?}");
    assert_eq!(world.pd("context show -q").await.stdout, "laptop\n");
    let ran = world.pd("context remove laptop").await;
    assert!(ran.code == 0 && ran.stderr.contains("b is used from now on"), "{ran:?}");
    assert_eq!(world.pd("context list -q").await.stdout, "b\n");
    let ran = world.pd("context remove laptop").await;
    assert!(ran.code == 2 && ran.stderr.contains("no context is called `laptop`"), "{ran:?}");
}

#[tokio::test]
async fn a_token_comes_from_a_command_each_time_and_its_complaint_is_told() {
    let fake = Fake::start().await;
    let world = World::new();
    let context =
        |command: &str| format!("[contexts.test]\nurl = \"{}\"\ntoken_command = \"{command}\"\n", fake.url());
    world.write_config(&context(&format!("echo x >> {}/asked; echo {TOKEN}", world.path().display())));
    assert_eq!(world.pd("list -q").await.stdout.lines().count(), 2);
    assert_eq!(world.pd("list -q").await.code, 0);
    let asked = std::fs::read_to_string(world.path().join("asked")).unwrap();
    assert_eq!(asked.lines().count(), 2, "once for each command, and kept nowhere");
    world.write_config(&context("echo 'the vault is locked' >&2; exit 7"));
    let ran = world.pd("list").await;
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(ran.stderr.contains("the vault is locked") && ran.stderr.contains("exit status: 7"), "{ran:?}");
    assert!(!ran.stderr.contains(TOKEN));
}

#[tokio::test]
async fn a_token_file_that_others_can_read_is_warned_about() {
    let fake = Fake::start().await;
    let world = World::new();
    let file = world.path().join("token");
    std::fs::write(&file, TOKEN).unwrap();
    world.write_config(&format!(
        "[contexts.test]\nurl = \"{}\"\ntoken_file = \"{}\"\n",
        fake.url(),
        file.display()
    ));
    for (mode, warned) in [(0o600, false), (0o644, true)] {
        set_mode(&file, mode);
        let ran = world.pd("list").await;
        assert_eq!((ran.code, ran.stderr.contains("others can read the token in")), (0, warned), "{ran:?}");
    }
}

#[tokio::test]
async fn where_each_value_comes_from_is_shown_and_no_secret() {
    let fake = Fake::start().await;
    let world = World::with(&fake).var("PD_TIMEOUT", "7s").var("PD_TOKEN", "secretsecretsecret00");
    let ran = world.pd("config view --origin --color never").await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let line = |key: &str| {
        let line = ran.stdout.lines().find(|line| line.starts_with(&format!("{key}\t"))).unwrap();
        line.split('\t').skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(line("context"), ["test", "config"]);
    assert_eq!(line("url"), [fake.url(), "context test".to_owned()]);
    assert_eq!(line("token"), ["set", "PD_TOKEN"]);
    assert_eq!(line("routing_key"), ["set", "context test"]);
    assert_eq!(line("timeout"), ["7s", "PD_TIMEOUT"]);
    assert_eq!(line("color"), ["never", "--color"]);
    assert_eq!(line("output"), ["table", "default"]);
    for secret in [TOKEN, KEY, "secretsecret"] {
        assert!(!ran.stdout.contains(secret), "{}", ran.stdout);
    }
    let ran = world.pd("config view --url http://127.0.0.1:9 -o json").await;
    assert!(ran.json().as_array().unwrap().iter().any(|it| it["id"] == "url" && it["origin"] == "--url"));
    assert!(!ran.stdout.contains("context test"), "{}", ran.stdout);
}
