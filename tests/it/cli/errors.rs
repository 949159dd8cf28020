//! What goes wrong: what is said, and with which exit code.

#![allow(clippy::unwrap_used, reason = "tests")]

use insta::assert_snapshot;

use super::fake::Fake;
use super::world::World;

#[tokio::test]
async fn errors_say_what_to_do() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    assert_snapshot!(world.pd("show 99").await.shown(), @r"
    ! error: no incident is called `99`
    ! hint: `pd list --all` shows which incidents there are
    = 5
    ");
    assert_snapshot!(world.pd("show 99 -o json").await.shown(), @r#"
    ! {"error":{"code":"not_found","exit":5,"hint":"`pd list --all` shows which incidents there are","message":"no incident is called `99`"}}
    = 5
    "#);
    assert_snapshot!(world.pd("list --status open").await.shown(), @r"
    ! error: invalid value 'open' for '--status <STATUS>'
    !   [possible values: triggered, acknowledged, resolved]
    ! 
    ! For more information, try '--help'.
    = 2
    ");
    assert_snapshot!(world.pd("list --status open -o json").await.shown(), @r#"
    ! {"error":{"code":"usage","exit":2,"message":"invalid value 'open' for '--status <STATUS>'"}}
    = 2
    "#);
    assert_snapshot!(world.pd("list --context tset").await.shown(), @r"
    ! error: no context is called `tset`
    ! hint: did you mean `test`? `pd context list` shows them all
    = 2
    ");
    assert_snapshot!(World::new().pd("list").await.shown(), @r"
    ! error: no server is set up
    ! hint: start one with `pd serve`, or name one: `pd context add NAME --url URL --token-file FILE`
    = 2
    ");
    assert_snapshot!(World::new().var("PD_URL", "localhost").pd("list").await.shown(), @r#"
    ! error: PD_URL is no address
    ! hint: expected a server's address, such as "https://pd.example.com"
    = 2
    "#);
    assert_snapshot!(World::with(&fake).var("PD_TOKEN", "wrong").pd("list").await.shown(), @r"
    ! error: the server did not accept the token: Authentication failed
    ! hint: set a token in PD_TOKEN, or with `pd context add NAME --url URL --token-file FILE`
    = 4
    ");
    let no_key = World::new().var("PD_URL", &fake.url());
    assert_snapshot!(no_key.pd("trigger x").await.shown(), @r"
    ! error: nothing says where the event goes
    ! hint: give --routing-key or PD_ROUTING_KEY, or add `routing_key` to the context
    = 2
    ");
    assert_snapshot!(no_key.pd("trigger x --routing-key 0").await.shown(), @r"
    ! error: the server refused with 400: Event object is invalid: Invalid routing key
    = 1
    ");
    assert_snapshot!(world.pd("trigger ' '").await.shown(), @r"
    ! error: the summary is empty
    ! hint: say in one line what is wrong
    = 2
    ");
    assert_snapshot!(world.pd("ack - -q").await.shown(), @r"
    ! error: no incident is named
    ! hint: give numbers, ids or dedup keys
    = 2
    ");
}

#[tokio::test]
async fn a_server_that_is_away_is_waited_for() {
    let mut fake = Fake::start().await;
    let world = World::with(&fake).var("PD_RETRY", "20s");
    fake.fail(2, 503);
    assert_eq!(world.pd("list -q").await.code, 0);
    fake.fail(1, 429);
    assert_eq!(world.pd("ack 12").await.code, 0, "a command with a key may be repeated");
    fake.fail(1, 503);
    assert_eq!(world.pd("api POST /echo -f a=b").await.code, 6, "one without a key may not");

    let url = fake.url();
    fake.down().await;
    let world = World::with(&fake);
    let shown = world.pd("list").await.shown().replace(&url, "URL");
    assert_snapshot!(shown, @r"
    ! error: cannot reach URL: connection refused
    ! hint: is `pd serve` running there? `pd context show` says which server is asked
    = 6
    ");
    let shown = world.pd("ack 11 queue").await.shown().replace(&url, "URL");
    assert_snapshot!(shown, @r"
    ! error: 11: cannot reach URL: connection refused
    ! hint: is `pd serve` running there? `pd context show` says which server is asked
    ! error: queue: cannot reach URL: connection refused
    ! hint: is `pd serve` running there? `pd context show` says which server is asked
    = 6
    ");
}

#[tokio::test]
async fn what_is_no_server_is_noticed() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    // It takes connections and never answers.
    let world = World::new().var("PD_URL", &url);
    let shown = world.pd("list --timeout 200ms").await.shown().replace(&url, "URL");
    assert_snapshot!(shown, @r"
    ! error: cannot reach URL: no answer in time
    ! hint: is `pd serve` running there? `pd context show` says which server is asked
    = 6
    ");
    drop(listener);
}

#[tokio::test]
async fn interrupted_is_130() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let world = World::new().var("PD_URL", &format!("http://{}", listener.local_addr().unwrap()));
    let mut child = world.command("list --timeout 60s").spawn().unwrap();
    // Once it is connected, it waits for an answer, and for Ctrl-C.
    let _connection = listener.accept().await.unwrap();
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id().unwrap()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().await.unwrap().code(), Some(130));
}

#[tokio::test]
async fn a_closed_pipe_is_success() {
    let fake = Fake::start().await;
    let world = World::with(&fake);
    let mut child = world.command("api GET /services --paginate").spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().await.unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}
