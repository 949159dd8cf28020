//! Messages as they go out, and what comes of them.

use serde_json::json;

use super::*;

/// A line about a message.
fn line(n: u64, seconds: u64, kind: &str, number: u64, rest: &Value) -> Change {
    let mut entry = json!({
        "id": format!("R{n}"), "type": format!("{kind}_log_entry"),
        "created_at": format!("2026-01-05T03:11:{seconds:02}Z"),
        "incident": reference(&format!("Q{number}"), &format!("[#{number}] disk full on 漢字仮名")),
        "service": reference("DB", "db"),
    });
    for (key, value) in rest.as_object().unwrap() {
        entry[key] = value.clone();
    }
    Change::LogEntry(json!({"log_entry": entry}))
}

fn sent(channel: &str, status: &str, detail: &str, user: &str) -> Value {
    json!({
        "channel": {"notification": {"type": channel, "status": status, "detail": detail}},
        "user": reference(&user.to_uppercase(), user), "summary": "in words",
    })
}

pub(super) fn fill(model: &mut Model) {
    tell(model, line(1, 1, "trigger", 7, &json!({"summary": "not a message"})));
    tell(model, line(2, 2, "notify", 7, &sent("email", "success", "250 ok", "ann")));
    tell(model, line(3, 3, "notify", 7, &sent("push_notification", "unknown", "", "ann")));
    tell(model, line(4, 4, "notify", 8, &sent("webhook", "failed", "410 gone \u{1b}[2J", "bob")));
    let not_sent = json!({
        "channel": {"notification": {"type": "auto", "status": "cancelled"}}, "user": reference("BOB", "bob"),
        "summary": "2 messages to bob not sent: the incident is acknowledged",
    });
    tell(model, line(5, 5, "notify", 8, &not_sent));
    let nobody = json!({"summary": "Level 1 reached nobody: nobody is on call there"});
    tell(model, line(6, 6, "annotate", 9, &nobody));
    tell(model, line(7, 7, "annotate", 9, &json!({"summary": "Note", "note": "reached nobody"})));
}

#[test]
fn what_went_wrong_stands_out() {
    let mut model = model(Screen::Notifications);
    fill(&mut model);
    insta::assert_snapshot!("what_went_wrong_stands_out_40x12", body(&mut model, 40, 12));
    insta::assert_snapshot!("what_went_wrong_stands_out_80x24", body(&mut model, 80, 24));
    insta::assert_snapshot!("what_went_wrong_stands_out_160x50", body(&mut model, 160, 50));
    assert!(whole(&mut model, 80, 24).contains("3 messages failed, unknown or unreached"));
}

#[test]
fn nothing_sent_says_since_when() {
    insta::assert_snapshot!(
        "nothing_sent_says_since_when_40x12",
        body(&mut model(Screen::Notifications), 40, 12)
    );
}

#[test]
fn an_outcome_replaces_the_line() {
    let mut model = model(Screen::Notifications);
    fill(&mut model);
    tell(&mut model, line(3, 3, "notify", 7, &sent("push_notification", "success", "", "ann")));
    assert_eq!(super::super::rows(&model), 5);
    assert!(!body(&mut model, 80, 24).contains("unknown"));
}

#[test]
fn frozen_it_counts_what_comes_and_shows_it_later() {
    let mut model = model(Screen::Notifications);
    fill(&mut model);
    press(&mut model, "f");
    let before = body(&mut model, 80, 24);
    for n in 20..23 {
        tell(&mut model, line(n, 30, "notify", 7, &sent("email", "success", "", "carol")));
    }
    tell(&mut model, line(30, 31, "trigger", 7, &json!({})));
    assert_eq!(body(&mut model, 80, 24), before);
    assert!(whole(&mut model, 80, 24).contains("frozen: 3 new"));
    press(&mut model, "f");
    assert!(body(&mut model, 80, 24).contains("carol"));
}

#[test]
fn the_cursor_follows_the_newest_until_it_is_moved() {
    let mut model = model(Screen::Notifications);
    fill(&mut model);
    let new = |n| line(n, 30, "notify", 7, &sent("email", "success", "", "carol"));
    tell(&mut model, new(20));
    assert_eq!(model.notifications.at, 0);
    press(&mut model, "j");
    tell(&mut model, new(21));
    tell(&mut model, new(22));
    assert_eq!(model.notifications.at, 3);
    press(&mut model, "g");
    tell(&mut model, new(23));
    assert_eq!(model.notifications.at, 0);
}

#[test]
fn enter_goes_to_the_incident() {
    let mut model = model(Screen::Notifications);
    fill(&mut model);
    press(&mut model, "<enter>");
    assert_eq!(model.screen, Screen::Notifications);
    assert!(model.notice.as_ref().unwrap().text.contains("pd show 9"));
    for number in 7..12 {
        tell(&mut model, incident(number, "DB", "triggered", NOW));
    }
    press(&mut model, "<enter>");
    assert_eq!((model.screen, model.list.cursor), (Screen::Incidents, Some(9)));
    // One that the list does not show is shown whole.
    tell(&mut model, incident(9, "DB", "resolved", NOW));
    let commands = press(&mut model, "4<enter>");
    assert_eq!(model.detail.as_ref().map(|detail| detail.number), Some(9));
    assert!(commands.contains(&Command::Alerts { number: 9, id: "Q9".to_owned() }));
}

#[test]
fn the_filter_is_of_messages() {
    let mut model = model(Screen::Notifications);
    fill(&mut model);
    for (filter, rows) in [("bob", 2), ("failed", 1), ("!sent", 3), ("#9", 1), ("email", 1)] {
        press(&mut model, &format!("/{filter}<enter>"));
        assert_eq!(super::super::rows(&model), rows, "{filter}");
    }
}
