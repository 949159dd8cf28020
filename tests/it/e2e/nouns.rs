//! Services, users, policies, teams, tokens and incidents by name, against the real server.

use serde_json::{Value, json};

use crate::rig::Rig;

/// Runs `pd` with the words of a line; quotes join words. What it printed, and its exit code.
pub(super) fn run(rig: &Rig, line: &str) -> (String, String, i32) {
    let words: Vec<String> = line
        .split('\'')
        .enumerate()
        .flat_map(|(n, part)| match n % 2 {
            1 => vec![part.to_owned()],
            _ => part.split_whitespace().map(str::to_owned).collect(),
        })
        .collect();
    let output = rig.pd(&words.iter().map(String::as_str).collect::<Vec<_>>());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.code().unwrap())
}

/// The same, for one that succeeds.
pub(super) fn pd(rig: &Rig, line: &str) -> String {
    let (out, err, code) = run(rig, line);
    assert_eq!(code, 0, "{line}: {out}{err}");
    out
}

#[test]
fn services_are_made_switched_and_deleted() {
    let rig = Rig::start();
    let policy = pd(&rig, "policy list --columns name").lines().next().unwrap().to_owned();
    let key =
        pd(&rig, &format!("service create 'web shop' --policy '{policy}' --urgency low --resolve-after 4h"));
    let key = key.trim();
    assert_eq!(key.len(), 32, "{key}");
    let shown = pd(&rig, "service show 'web s'");
    for part in ["web shop", "active, escalation policy", "resolved by itself after 4h", key] {
        assert!(shown.contains(part), "no {part} in {shown}");
    }
    assert!(pd(&rig, &format!("trigger 'cart is empty' -k cart --routing-key {key}")).contains("cart"));
    rig.wait_until("the incident is there", std::time::Duration::from_secs(10), || {
        pd(&rig, "list --service web -q").lines().count() == 1
    });

    assert_eq!(pd(&rig, "service disable web --dry-run"), "would disable web shop\n");
    assert!(pd(&rig, "service list shop --columns status").contains("critical"));
    assert_eq!(pd(&rig, "service disable web"), "disabled web shop\n");
    assert_eq!(pd(&rig, "service list shop --columns name,status"), "web shop\tdisabled\n");
    assert_eq!(pd(&rig, "service enable 'WEB SHOP'"), "enabled web shop\n");

    let (_, said, code) = run(&rig, "service delete web");
    assert!(code == 2 && said.contains("--confirm 'web shop'"), "{code} {said}");
    let (_, said, code) = run(&rig, "service delete web --confirm web");
    assert!(code == 2 && said.contains("is not the name"), "{code} {said}");
    assert_eq!(pd(&rig, "service delete web --dry-run"), "would delete the service web shop\n");
    pd(&rig, "resolve cart");
    assert_eq!(pd(&rig, "service delete web --confirm 'web shop'"), "deleted the service web shop\n");
    let (_, said, code) = run(&rig, "service show web");
    assert!(code == 5 && said.contains("`pd service list` shows them all"), "{code} {said}");
}

#[test]
fn people_and_policies_are_shown() {
    let rig = Rig::start();
    let bob = json!({"user": {"name": "bob", "email": "bob@example.org", "time_zone": "UTC"}});
    let bob = rig.rest("POST", "/users", Some(&bob))["user"]["id"].as_str().unwrap().to_owned();
    let team = rig.rest("POST", "/teams", Some(&json!({"team": {"name": "platform"}})))["team"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    rig.request("PUT", &format!("/teams/{team}/users/{bob}"), Some(br#"{"role":"manager"}"#)).unwrap();
    assert!(pd(&rig, "user list bob -o wide").starts_with("bob\tbob@example.org\t"));
    let shown = pd(&rig, "user show bob@");
    for part in
        ["bob <bob@example.org>", "times in UTC", "email bob@example.org", "high urgency, at once: email"]
    {
        assert!(shown.contains(part), "no {part} in {shown}");
    }
    assert!(pd(&rig, "team show plat").contains("bob, manager"));
    let id = pd(&rig, "policy list -q").lines().next().unwrap().to_owned();
    assert!(pd(&rig, &format!("policy show {id}")).contains("level 1"));
    // In the words of the community CLI.
    assert_eq!(pd(&rig, "user list -e bob -p").trim(), bob);
    assert_eq!(pd(&rig, "ep list -p").trim(), id);
    assert_eq!(pd(&rig, "team list -p").trim(), team);
    let json: Value = serde_json::from_str(&pd(&rig, "rest get -e /users/me")).unwrap();
    assert!(json["user"]["id"].is_string());
}

#[test]
fn tokens_are_made_and_taken_back() {
    let rig = Rig::start();
    let token = pd(&rig, "key create dashboard --read -q");
    let token = token.trim();
    assert_eq!(token.len(), 20, "{token}");
    let with_it = |line: &[&str]| {
        let mut command = rig.command();
        command.env("PD_URL", rig.url()).env("PD_TOKEN", token).args(line);
        command.stdin(std::process::Stdio::null()).output().unwrap().status.code()
    };
    assert_eq!(with_it(&["list"]), Some(0));
    assert_eq!(with_it(&["key", "create", "other"]), Some(4), "it may only look");
    assert!(pd(&rig, "key list --columns label,scope --filter label=dash").contains("dashboard\tread"));
    let (_, said, code) = run(&rig, "key delete dash");
    assert!(code == 2 && said.contains("--confirm 'dashboard'"), "{code} {said}");
    assert_eq!(pd(&rig, "key delete dash --confirm dashboard"), "deleted the API token dashboard\n");
    assert_eq!(with_it(&["list"]), Some(4));
}

#[test]
fn what_is_mine_is_acknowledged_at_once() {
    let rig = Rig::start();
    rig.trigger("one");
    rig.trigger("two");
    rig.wait_until("both are mine", std::time::Duration::from_secs(10), || {
        pd(&rig, "list --me -q").lines().count() == 2
    });
    assert_eq!(pd(&rig, "incident ack -m"), "acknowledged 2 incidents\n");
    assert_eq!(pd(&rig, "incident list -m -s triggered -p"), "");
    assert_eq!(pd(&rig, "list --me --sort -number --columns status"), "acknowledged\nacknowledged\n");
    let id = pd(&rig, "list -q").lines().next().unwrap().to_owned();
    assert_eq!(pd(&rig, &format!("show {} -q", &id[..13])).trim(), id, "the beginning is enough");
    assert!(pd(&rig, "open one --print").starts_with("http"));
    let (_, said, code) = run(&rig, "override delete nowhere NOPE");
    assert!(code == 5 && said.contains("`pd schedule list`"), "{code} {said}");
}

#[test]
fn who_has_nothing_to_undo_is_told_what_can_be() {
    let rig = Rig::start();
    let (_, said, code) = run(&rig, "undo --show");
    assert!(code == 5 && said.contains("there is nothing to undo"), "{code} {said}");
    assert!(said.contains("hint: what you did can be undone for 10 minutes"), "{said}");
}
