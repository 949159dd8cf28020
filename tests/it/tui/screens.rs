//! The screens beside that of incidents, before a server that has something to show on each.

use crate::rig::Rig;
use crate::rig::screen::Screen;

const TEAM: &str = r#"
[[users]]
email = "bob@example.org"
name = "Bob"

[[schedules]]
name = "primary"
time_zone = "UTC"

[[schedules.layers]]
name = "Always"
users = ["bob@example.org"]
rotation_start = "2026-01-05T09:00"
turn = "7d"

[[schedules]]
name = "nobody there"
time_zone = "UTC"

[[escalation_policies]]
name = "database"
levels = [{ targets = [{ schedule = "primary" }], delay = "5m" }]

[[services]]
name = "database"
escalation_policy = "database"
"#;

#[test]
fn each_screen_shows_what_the_server_has() {
    // On a terminal of its own, so that the console reaches somebody.
    let rig = Rig::start_on_terminal();
    let file = rig.home().join("team.toml");
    std::fs::write(&file, TEAM).unwrap();
    rig.ok(&["apply", "-f", file.to_str().unwrap()]);
    assert_eq!(rig.trigger("alpha").status, 202);

    let screen = Screen::start(&rig, 100, 30, &["tui"], &[]);
    screen.sees("disk of alpha is full");
    screen.press("2");
    screen.sees("1 primary");
    screen.sees("!nobody!");
    screen.press("-");
    screen.sees("1 week");
    screen.press("/primary\r");
    screen.sees_no("nobody there");
    screen.press("j\r");
    screen.sees("used by  database");

    // Somebody else is on call: it is asked for again.
    screen.press("\u{1b}");
    screen.sees("Always");
    rig.ok(&["override", "create", "primary", "--user", "ann", "--for", "2h"]);
    screen.sees("overrides");

    screen.press("5");
    screen.sees("60 min 1");
    screen.press("6");
    screen.sees("incidents");
    screen.sees("all done");
    screen.press("4");
    screen.sees("OUTCOME");
    assert_eq!(rig.trigger("beta").status, 202);
    screen.sees("sent");
    screen.press("3");
    screen.sees("critical");
    screen.press("\r");
    screen.sees("disk of beta is full");
    screen.sees("filter /-l service=");
}
