//! The commands that follow what changes, at a server that has no stream of changes, such as PagerDuty's own.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::process::Stdio;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout};

use super::fake::Fake;
use super::world::World;

const SOON: Duration = Duration::from_secs(60);

fn start(world: &World, line: &str) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut child = world.command(line).stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let out = BufReader::new(child.stdout.take().unwrap()).lines();
    (child, out)
}

async fn next(out: &mut Lines<BufReader<ChildStdout>>) -> String {
    tokio::time::timeout(SOON, out.next_line()).await.unwrap().unwrap().unwrap()
}

#[tokio::test]
async fn a_server_without_a_stream_is_asked_again_and_again() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    let (mut list, mut listed) = start(&world, "list -w -o name");
    assert_eq!(next(&mut listed).await, "incident/Q0000000000012");
    assert_eq!(next(&mut listed).await, "incident/Q0000000000011");
    let (waiting, mut waited) = start(&world, "wait 12 --for acknowledged -o json");
    fake.change(11, |incident| incident["title"] = json!("longer"));
    assert_eq!(next(&mut listed).await, "incident/Q0000000000011");
    // Away for a while: it is said, and what changed meanwhile is seen.
    fake.fail(10_000, 503);
    tokio::time::sleep(Duration::from_secs(6)).await;
    fake.change(12, |incident| incident["status"] = json!("resolved"));
    fake.fail(0, 503);
    assert_eq!(next(&mut listed).await, "incident/Q0000000000012");
    let mut shown = String::new();
    while let Some(line) = tokio::time::timeout(SOON, waited.next_line()).await.unwrap().unwrap() {
        shown += &line;
    }
    let output = waiting.wait_with_output().await.unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(shown.contains("\"resolved\""), "{shown}");
    assert_eq!(said.matches("this server has no stream: it is asked every 5 seconds").count(), 1, "{said}");
    assert!(said.contains("offline since ") && said.contains("online again after "), "{said}");
    list.kill().await.unwrap();
    // At a constant pace, whatever happens.
    let asked = fake.asked().iter().filter(|asked| asked.starts_with("GET /stream")).count();
    assert_eq!(asked, 2);
}
