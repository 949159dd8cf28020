//! `pd doctor`, against a real server and without one.

use serde_json::{Value, json};

use crate::rig::Rig;

fn report(rig: &Rig, arguments: &[&str]) -> (Option<i32>, Value, String) {
    let output = rig.command().args([&["doctor", "-o", "json"][..], arguments].concat()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status.code(), serde_json::from_str(&text).unwrap(), text)
}

fn state<'a>(report: &'a Value, what: &str) -> (&'a str, &'a str) {
    let findings = report["findings"].as_array().unwrap();
    let found =
        findings.iter().find(|it| it["what"] == what).unwrap_or_else(|| panic!("no {what} in {report}"));
    (found["state"].as_str().unwrap(), found["says"].as_str().unwrap())
}

#[test]
fn a_server_that_is_well_is_said_to_be_and_nothing_secret() {
    let rig = Rig::start_on_terminal();
    let (code, report, text) = report(&rig, &[]);
    for what in
        ["config", "context", "spool", "server", "token", "clock", "version", "ready", "work", "store"]
    {
        assert_eq!(state(&report, what).0, "ok", "{what}: {report}");
    }
    assert_eq!(state(&report, "token").1, "of ann, owner");
    assert_eq!(state(&report, "reach").0, "ok", "{report}");
    assert_eq!(code, Some(0), "{report}");
    let context = rig.context();
    for secret in [&context.token, &context.routing_key] {
        assert!(!text.contains(secret.as_str()), "{text}");
    }
    let told = String::from_utf8(rig.command().arg("doctor").output().unwrap().stdout).unwrap();
    assert!(told.contains("ok    token") && !told.contains(&context.token), "{told}");
}

#[test]
fn what_is_wrong_is_told_with_what_to_do() {
    let mut rig = Rig::start();
    std::fs::set_permissions(
        rig.home().join("config/pd/config.toml"),
        std::os::unix::fs::PermissionsExt::from_mode(0o644),
    )
    .unwrap();
    let token = rig.home().join("wrong");
    std::fs::write(&token, "abcdefghij0123456789").unwrap();
    let (code, wrong, _) = report(&rig, &["--token-file", token.to_str().unwrap()]);
    assert_eq!((code, state(&wrong, "token").0), (Some(1), "fail"), "{wrong}");
    assert_eq!(state(&wrong, "config").0, "warn", "{wrong}");
    let todo = wrong["findings"].as_array().unwrap().iter().find(|it| it["what"] == "config").unwrap();
    assert!(todo["todo"].as_str().unwrap().starts_with("chmod 600 "), "{todo}");
    // Nobody has a way to be reached but the console, which this server has not: `pd check` says so, and so does this.
    let (_, unreached, _) = report(&rig, &[]);
    let check = rig.command().args(["check", "-o", "json"]).output().unwrap();
    let check: Value = serde_json::from_slice(&check.stdout).unwrap();
    let expected = if check["problems"] == json!(0) && check["warnings"] == json!(0) { "ok" } else { "fail" };
    assert_eq!(state(&unreached, "reach").0, expected, "{unreached} {check}");
    rig.kill9();
    let (code, away, _) = report(&rig, &["--timeout", "2s"]);
    assert_eq!((code, state(&away, "server").0), (Some(1), "fail"), "{away}");
    assert!(away["findings"].as_array().unwrap().iter().all(|it| it["what"] != "ready"), "{away}");
}
