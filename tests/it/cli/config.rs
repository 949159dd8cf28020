//! The server's configuration: valid files, and what is said about invalid ones.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::time::Duration;

use insta::assert_snapshot;
use pd::config::{Config, Security};

use super::world::World;

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/cli/invalid")
}

#[test]
fn every_mistake_is_named_with_its_place() {
    let mut files: Vec<_> = std::fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 15);
    let mut said = String::new();
    for path in files {
        let name = path.file_name().unwrap().to_str().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let error = Config::parse(name, &text).expect_err(name);
        said += &format!("{error}\n\n");
    }
    assert_snapshot!(said, @r#"
    01-syntax.toml:1:10: string values must be quoted, expected literal string

    02-unknown-key.toml:1:1: unknown key `lisen`
      did you mean `listen`?

    03-unknown-table.toml:1:2: unknown key `stores`
      did you mean `store`?

    04-unknown-nested-key.toml:4:1: unknown key `timout` in [deliver.email]
      did you mean `timeout`?

    05-no-port.toml:2:10: `listen` is "127.0.0.1"
      expected an address with a port, such as "127.0.0.1:7433" or "[::]:7433"

    06-wrong-type.toml:1:10: `listen` is 7433
      expected text in quotes

    07-public-url.toml:1:14: `public_url` is "pd.example.com"
      expected what links begin with, such as "https://pd.example.com"

    08-node.toml:1:8: `node` is "pd 1"
      expected 1 to 63 letters, digits, dots, hyphens or underscores, such as "pd-1"

    09-tls-incomplete.toml:2:1: [tls] is not complete
      expected both `cert` and `key`, the paths of PEM files

    10-store.toml:2:11: `default` is "postgres://db"
      expected "sqlite:PATH", where a relative path starts at the data folder, or "cassandra://HOST,HOST/KEYSPACE?dc=DATACENTER"
    10-store.toml:3:11: `archive` is "sqlite:"
      expected "sqlite:PATH", where a relative path starts at the data folder, or "cassandra://HOST,HOST/KEYSPACE?dc=DATACENTER"

    11-relays.toml:2:23: `relays` is "mail.example.com"
      expected "smtp://HOST:PORT", "smtp+starttls://HOST:PORT" or "smtps://HOST:PORT"
    11-relays.toml:3:8: `from` is "pd at example"
      expected an e-mail address, such as "pd@example.com" or "pd <pd@example.com>"

    12-no-relays.toml:2:1: `relays` is empty
      expected at least one, such as "smtp://HOST:PORT"
    12-no-relays.toml:4:1: `username` and `password_file` go together
      expected both, or neither

    13-network.toml:2:24: `allow` is "10.0.0.0/40"
      the number after the slash is at most 32 here

    14-duration.toml:2:13: `incidents` is "1 week"
      expected a whole number and a unit (ms, s, m, h, d), such as "30s" or "400d"
    14-duration.toml:3:11: `archive` is 400
      expected text in quotes

    15-retention.toml:3:1: `archive` is shorter than `incidents`
      an archived incident would be expired at once: make `archive` the longer one

    16-limits.toml:2:15: `connections` is -1
      expected a whole number from 1 to 1000000
    16-limits.toml:3:12: `requests` is 1.5
      expected a whole number from 1 to 100000
    16-limits.toml:4:11: `waiting` is "12KiB"
      expected at least 1MiB: one entry can be as large
    16-limits.toml:5:13: `free_disk` is "lots"
      expected a whole number and a unit (KiB, MiB, GiB), such as "64MiB"

    17-no-table.toml:1:7: `tls` is "cert.pem"
      expected a table: write [tls] on a line of its own, and its keys below

    18-duplicate.toml:2:1: duplicate key

    19-far-from-anything.toml:1:1: unknown key `colour`
      known keys: listen, public_url, html_origin, node, tls, store, deliver, retention, limits, watch
    "#);
}

#[test]
fn a_whole_configuration_is_understood() {
    let config = Config::parse(
        "pd.toml",
        r#"
        listen = "[::]:443"
        public_url = "https://pd.example.com"
        node = "pd-1"
        [tls]
        cert = "/etc/pd/cert.pem"
        key = "/etc/pd/key.pem"
        [store]
        default = "sqlite:/var/lib/pd/pd.db"
        archive = "sqlite:archive.db"
        [deliver.email]
        relays = ["smtp://one:2525", "smtps://two"]
        from = "pd <pd@example.com>"
        username = "pd"
        password_file = "/etc/pd/password"
        timeout = "20s"
        [deliver.webhook]
        allow = ["127.0.0.0/8", "fd00::/8"]
        timeout = "3s"
        [retention]
        incidents = "2d"
        archive = "800d"
        journal = "1h"
        [limits]
        connections = 5_000
        requests = 100
        waiting = "8MiB"
        free_disk = "1GiB"
        "#,
    )
    .unwrap();
    assert_eq!(config.listen.port(), 443);
    assert_eq!(config.store.notify.to_string(), "sqlite:/var/lib/pd/pd.db");
    assert_eq!(config.store.archive.to_string(), "sqlite:archive.db");
    let email = config.email.unwrap();
    assert_eq!(email.relays[1].security, Security::Tls);
    assert_eq!(email.login.unwrap().0, "pd");
    assert!(config.webhook.allow[0].contains([127, 1, 2, 3].into()));
    assert_eq!(config.retention.archive, Duration::from_secs(800 * 86_400));
    assert_eq!(config.limits.waiting_bytes, 8 << 20);
    assert_eq!(config.limits.connections, 5000);
}

#[test]
fn nothing_is_needed() {
    let config = Config::default();
    assert_eq!(config.listen.to_string(), "127.0.0.1:7433");
    assert_eq!(config.store.doors.to_string(), "sqlite:pd-doors.db");
    assert_eq!(config.store.incidents.to_string(), "sqlite:pd.db");
    assert_eq!(config.email, None);
    assert_eq!(config.retention.incidents, Duration::from_secs(86_400));
    assert_eq!(config.retention.archive, Duration::from_secs(400 * 86_400));
}

#[tokio::test]
async fn config_check_says_what_serve_would() {
    let world = World::new();
    let file = world.path().join("pd.toml");
    std::fs::write(&file, "listen = \"0.0.0.0:80\"\n").unwrap();
    assert_snapshot!(world.pd("config check --config pd.toml --data /srv/pd").await.shown(), @r"
    pd.toml: ok
    listen	http://0.0.0.0:80
    data	/srv/pd
    incidents	sqlite:pd.db
    e-mail	none
    = 0
    ");
    std::fs::write(&file, "lisen = \"0.0.0.0:80\"\n[limits]\nrequests = 0\n").unwrap();
    assert_snapshot!(world.pd("config check --config pd.toml").await.shown(), @r"
    ! error: pd.toml:1:1: unknown key `lisen`
    !   did you mean `listen`?
    ! error: pd.toml:3:12: `requests` is 0
    !   expected a whole number from 1 to 100000
    = 2
    ");
    assert_snapshot!(world.pd("config check --config nothing.toml").await.shown(), @r"
    ! error: cannot read nothing.toml: No such file or directory (os error 2)
    = 2
    ");
    assert_eq!(world.pd("serve --config pd.toml").await.code, 2);
}
