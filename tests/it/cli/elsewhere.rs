//! The command line against PagerDuty's own API.

#![allow(clippy::unwrap_used, reason = "tests")]

use insta::assert_snapshot;

use super::vendor::{EMAIL, TOKEN, Vendor};
use super::world::World;

/// A machine whose context is PagerDuty's, under another address.
fn world(vendor: &Vendor) -> World {
    let world = World::new();
    world.write_config(&format!(
        "[contexts.vendor]\nurl = \"{}\"\ntoken = \"{TOKEN}\"\nfrom = \"{EMAIL}\"\nserver = \"pagerduty\"\n",
        vendor.url()
    ));
    world
}

#[tokio::test]
async fn questions_are_understood() {
    let vendor = Vendor::start().await;
    let world = world(&vendor);
    let list = world.pd("list -n 250 -q").await;
    assert_eq!((list.code, list.stdout.lines().count()), (0, 250), "{}", list.stderr);
    assert_snapshot!(world.pd("list --status triggered --service shop -n 1").await.stdout, @"#250	triggered	high	shop	trouble 250	2026-01-05T07:00:00Z");
    assert_snapshot!(world.pd("show Q0012AAAAAAAAA").await.shown(), @r"
    #12 trouble 12
    triggered, high urgency, service shop, opened at 2026-01-05T07:00:00Z
    id Q0012AAAAAAAAA, key key-12
    https://acme.pagerduty.com/incidents/12

    Alerts

    Timeline
      2026-01-05T07:00:00Z  Triggered through the API.
    = 0
    ");
    for name in ["12", "#12", "key-12", "q0012", "Q0012AAAAAAAAA"] {
        let shown = world.pd(&format!("show {name} -q")).await;
        assert_eq!((shown.stdout.as_str(), shown.code), ("Q0012AAAAAAAAA\n", 0), "{name}: {}", shown.stderr);
    }
    assert_eq!(world.pd("log 12").await.stdout, "2026-01-05T07:00:00Z\tTriggered through the API.\n");
    assert_snapshot!(world.pd("oncall --user ann").await.shown(), @r"
    default	1	ann			
    = 0
    ");
    assert_eq!(world.pd("oncall --until 2d -q").await.code, 0);
    assert_eq!(world.pd("service list --columns name,id").await.stdout, "shop\tPSERVIC\n");
    assert_eq!(world.pd("policy list -q").await.stdout, "PPOLICY\n");
    assert_eq!(world.pd("open 12 --print").await.stdout, "https://acme.pagerduty.com/incidents/12\n");
}

#[tokio::test]
async fn commands_are_carried_out() {
    let vendor = Vendor::start().await;
    let world = world(&vendor);
    let done = async |line: &str| {
        let ran = world.pd(line).await;
        assert_eq!(ran.code, 0, "{line}: {}", ran.stderr);
    };
    done("ack Q0012AAAAAAAAA key-14").await;
    assert_eq!((vendor.status(12), vendor.status(14)), ("acknowledged".into(), "acknowledged".into()));
    done("unack Q0012AAAAAAAAA").await;
    assert_eq!(vendor.status(12), "triggered");
    done("snooze 12 --for 30m").await;
    assert_eq!(vendor.status(12), "acknowledged");
    done("urgency low 12").await;
    done("escalate 12 --level 2").await;
    done("assign 12 --to ann").await;
    done("note 12 'looked at it'").await;
    assert_eq!(vendor.notes()[0]["content"], "looked at it");
    done("resolve 12").await;
    assert_eq!(vendor.status(12), "resolved");
    done("ack --all -y").await;
    assert_eq!(vendor.status(250), "acknowledged");
    done("resolve --all -y").await;
    assert!((1..=250).all(|number| vendor.status(number) == "resolved"));
}

#[tokio::test]
async fn what_is_missing_is_said() {
    let vendor = Vendor::start().await;
    let world = world(&vendor);
    assert_snapshot!(world.pd("undo").await.shown(), @r"
    ! error: this server has no /undo: it is an addition of `pd`
    ! hint: `pd help pagerduty` tells what works with PagerDuty's own API
    = 1
    ");
    assert!(world.pd("list --held").await.stderr.contains("this server has no held incidents"));
    for line in
        ["status", "check", "explain 12", "feed list", "key list", "rule list", "drill list", "export"]
    {
        let ran = world.pd(line).await;
        assert!(ran.stderr.contains("this server has no /"), "{line}: {}", ran.stderr);
    }
    assert_snapshot!(world.pd("escalate 12").await.shown(), @r"
    ! error: PagerDuty does not say at which level an incident is
    ! hint: say which level is to be paged, with --level
    = 2
    ");
    assert_snapshot!(world.pd("ack --all --me -y").await.shown(), @r"
    ! error: the token is nobody's: it is one of the account
    ! hint: use the token of a user: `pd key create LABEL --user USER`
    = 2
    ");
    let nameless =
        World::new().var("PD_URL", vendor.url()).var("PD_TOKEN", TOKEN).var("PD_SERVER", "pagerduty");
    assert_snapshot!(nameless.pd("ack 12").await.shown(), @r"
    ! error: #12: the server refused with 400: Invalid Input Provided: the From header is required
    ! hint: say in whose name with PD_FROM, or `from` in the context: an e-mail address
    = 1
    ");
    let named = nameless.var("PD_FROM", EMAIL);
    assert_eq!(named.pd("ack 12 -q").await.stdout, "Q0012AAAAAAAAA\n");
    assert!(!vendor.asked().iter().any(|asked| asked.contains("/undo")), "it is not even asked for");
    let wrong = World::new().var("PD_URL", vendor.url()).var("PD_SERVER", "opsgenie").pd("list").await;
    assert_eq!(wrong.code, 2, "{}", wrong.stderr);
}
