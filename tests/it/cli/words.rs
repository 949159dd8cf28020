//! How things are named and said: beginnings of ids, help, other words for our commands, exit codes.

#![allow(clippy::unwrap_used, reason = "tests")]

use insta::assert_snapshot;

use super::fake::Fake;
use super::world::World;

#[tokio::test]
async fn the_beginning_of_an_id_is_enough() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    fake.change(10, |incident| incident["id"] = "QAB00000000010".into());
    assert_eq!(world.pd("show qab0 -q").await.stdout, "QAB00000000010\n");
    assert_eq!(world.pd("ack Q000000000001 -q").await.code, 2);
    assert_snapshot!(world.pd("show Q000").await.shown(), @r"
    ! error: `Q000` may be any of 2
    !   Q0000000000012 #12 disk full on db-1\x1b]0;x\x07
    !   Q0000000000011 #11 queue too long
    ! hint: give more of the id, or the number
    = 2
    ");
    assert_snapshot!(world.pd("show QZZZ").await.shown(), @r"
    ! error: no incident is called `QZZZ`
    ! hint: `pd list --all` shows which incidents there are
    = 5
    ");
}

#[tokio::test]
async fn what_is_not_found_is_listed_by_its_own_command() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    for (line, hint) in [
        ("api GET /schedules/P1A2B3C/overrides/Q1", "`pd override list SCHEDULE`"),
        ("api GET /services/PXXXXXX", "`pd service list`"),
        ("api GET /feeds/P1A2B3C", "`pd feed list`"),
        ("api GET /nowhere", "the server knows no such path"),
        ("list --service nowhere", "`pd service list`"),
    ] {
        let ran = world.pd(line).await;
        assert!(ran.stderr.contains(hint), "{line}: {}", ran.stderr);
        assert_eq!(ran.code, 5, "{line}");
    }
    let ran = world.pd("list --service 'service 24'").await;
    assert_eq!(ran.code, 0, "a whole name wins: {}", ran.stderr);
    let ran = world.pd("list --service 'service 2'").await;
    assert_eq!(ran.code, 0, "a whole name wins: {}", ran.stderr);
    assert_snapshot!(world.pd("list --service P00024").await.shown(), @r"
    ! error: `P00024` may be any of 10
    !   P000240 service 240
    !   P000241 service 241
    !   P000242 service 242
    !   P000243 service 243
    !   P000244 service 244
    !   P000245 service 245
    !   P000246 service 246
    !   P000247 service 247
    !   P000248 service 248
    !   P000249 service 249
    ! hint: give more of the name, or the id; `pd service list` shows them all
    = 2
    ");
}

#[tokio::test]
async fn nothing_is_done_in_a_dry_run() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    assert_snapshot!(world.pd("ack 12 11 --dry-run").await.shown(), @r"
    would acknowledge #12 disk full on db-1\x1b]0;x\x07
    #11 queue too long: already acknowledged by ann at 2026-01-05T07:01:00Z
    = 0
    ");
    assert_snapshot!(world.pd("resolve --all --dry-run").await.shown(), @r"
    would resolve 2 incidents
    = 0
    ");
    assert_snapshot!(world.pd("urgency low 12 --dry-run").await.shown(), @r"
    would be changed #12 disk full on db-1\x1b]0;x\x07
    = 0
    ");
    assert_eq!(world.pd("snooze 12 --dry-run -q").await.stdout, "Q0000000000012\n");
    assert!(!fake.asked().iter().any(|asked| asked.starts_with("PUT") || asked.starts_with("POST")));
}

#[tokio::test]
async fn the_words_of_the_community_cli_are_understood() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    assert_snapshot!(world.pd("incident ack -i Q0000000000012").await.shown(), @r"
    acknowledged #12 disk full on db-1\x1b]0;x\x07
    = 0
    ");
    assert_snapshot!(world.pd("incident list -s closed -p").await.shown(), @r"
    Q0000000000010
    = 0
    ");
    assert_snapshot!(world.pd_with("incident:resolve -p", "Q0000000000011\n").await.shown(), @r"
    resolved #11 queue too long
    = 0
    ");
    assert_snapshot!(world.pd("incident list -b nowhere").await.shown(), @r"
    ! error: no context is called `nowhere`
    ! hint: `pd context list` shows them all
    = 2
    ");
    let tokenless = World::new().var("PD_URL", &fake.url());
    let token = super::fake::TOKEN;
    assert_eq!(tokenless.pd(&format!("incident list --token {token} -s open -p")).await.code, 0);
    assert_eq!(fake.tokens().last().unwrap().as_deref(), Some(format!("Token token={token}").as_str()));
    assert_snapshot!(world.pd("incident create -t x").await.shown(), @r"
    ! error: `pd incident create` of PagerDuty's community CLI is not here
    ! hint: `pd trigger SUMMARY` opens one by an event, `pd api POST /incidents` by REST
    = 2
    ");
    assert_snapshot!(world.pd("auth add -o json").await.shown(), @r#"
    ! {"error":{"code":"usage","exit":2,"hint":"`pd context add NAME --url URL --token-file FILE`, and `pd context list`","message":"`pd auth` of PagerDuty's community CLI is not here"}}
    = 2
    "#);
    let help = world.pd("help pagerduty-cli").await.stdout;
    assert!(help.contains("pd incident ack") && help.contains("pd bs"), "{help}");
}

#[tokio::test]
async fn the_version_is_the_same_however_it_is_asked_for() {
    let world = World::new();
    let said = format!("pd {}\n", env!("CARGO_PKG_VERSION"));
    for line in ["--version", "-V", "--version --no-pager"] {
        let ran = world.pd(line).await;
        assert_eq!((ran.stdout.as_str(), ran.code), (said.as_str(), 0), "{line}");
    }
}

#[tokio::test]
async fn help_is_about_topics_and_commands() {
    let world = World::new();
    for (line, part) in [
        ("help environment", "PD_PAGER"),
        ("help exit-codes", "130 interrupted"),
        ("help formatting", "--template"),
        ("help names", "dedup key"),
        ("help pagerduty", "api.pagerduty.com"),
        ("help schedule show", "$ pd schedule show primary"),
        ("help", "Usage: pd"),
        ("ack --help", "$ pd ack 12"),
    ] {
        let ran = world.pd(line).await;
        assert!(ran.stdout.contains(part) && ran.code == 0, "{line}: {}{}", ran.stdout, ran.stderr);
        assert!(!ran.stdout.contains('\u{1b}'), "{line}: a pipe has no colour");
    }
    assert_snapshot!(world.pd("help formating").await.shown(), @r"
    ! error: there is no help about `formating`
    ! hint: did you mean `formatting`? topics are environment, exit-codes, formatting, names, pagerduty, pagerduty-cli; `pd --help` lists the commands
    = 2
    ");
    assert_snapshot!(world.pd("lst").await.shown(), @r"
    ! error: unrecognized subcommand 'lst'
    ! 
    !   tip: a similar subcommand exists: 'list'
    ! 
    ! Usage: pd [OPTIONS] [COMMAND]
    ! 
    ! For more information, try '--help'.
    = 2
    ");
}

/// Each exit code that `pd help exit-codes` documents, but those of the spool and of Ctrl-C, which have tests of their
/// own.
#[tokio::test]
async fn exit_codes_are_as_documented() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    let documented = world.pd("help exit-codes").await.stdout;
    for (line, code) in [
        ("list", 0),
        ("ack 10", 1),
        ("list --nope", 2),
        ("ack 11 --error-unchanged", 3),
        ("show nothing", 5),
        ("ack nothing 12", 7),
    ] {
        for form in ["", " -o json"] {
            let ran = world.pd(&format!("{line}{form}")).await;
            assert_eq!(ran.code, code, "{line}{form}: {}", ran.stderr);
            if !form.is_empty() && code > 0 && code != 3 {
                let error: serde_json::Value =
                    serde_json::from_str(ran.stderr.lines().next().unwrap()).unwrap();
                assert!(
                    error["error"]["exit"].is_u64() && error["error"]["code"].is_string(),
                    "{line}: {error}"
                );
            }
        }
        assert!(documented.contains(&format!("{code} ")), "{code}");
    }
    assert_eq!(World::with(&fake).var("PD_TOKEN", "wrong").pd("list").await.code, 4);
    fake.fail(1, 503);
    assert_eq!(world.pd("list").await.code, 6);
}
