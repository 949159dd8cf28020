//! Who is on call when: the chart, and one schedule whole.

use jiff::tz::TimeZone;
use serde_json::json;

use super::*;
use crate::tui::model::roster::{Answer, Policy, Schedule, Told, Window, Zoom};

fn entry(start: &str, end: &str, user: &str) -> Value {
    json!({"start": start, "end": end, "user": reference(&format!("U{}", user.to_uppercase()), user)})
}

fn schedule(
    id: &str,
    name: &str,
    overrides: &[Value],
    layers: &[(&str, Vec<Value>)],
    last: &[Value],
) -> Schedule {
    let layers: Vec<_> = layers
        .iter()
        .map(|(name, entries)| json!({"name": name, "rendered_schedule_entries": entries}))
        .collect();
    Schedule::read(&json!({"schedule": {
        "id": id, "name": name, "time_zone": "Europe/Berlin",
        "overrides_subschedule": {"rendered_schedule_entries": overrides},
        "schedule_layers": layers,
        "final_schedule": {"rendered_schedule_entries": last},
        "escalation_policies": [reference("P1", "default")],
    }}))
}

fn answer() -> Answer {
    let (ann, bob) = ("2026-01-04T20:00:00Z", "2026-01-05T08:00:00Z");
    let primary = schedule(
        "S1",
        "primary",
        &[entry("2026-01-05T04:00:00Z", "2026-01-05T06:00:00Z", "漢字仮名")],
        &[
            (
                "Nights",
                vec![entry(ann, bob, "ann"), entry("2026-01-05T20:00:00Z", "2026-01-06T08:00:00Z", "bob")],
            ),
            ("Always carol", vec![entry("2026-01-01T00:00:00Z", "2026-01-05T10:00:00Z", "carol\u{1b}[31m")]),
        ],
        &[
            entry(ann, "2026-01-05T04:00:00Z", "ann"),
            entry("2026-01-05T04:00:00Z", "2026-01-05T06:00:00Z", "漢字仮名"),
            entry("2026-01-05T06:00:00Z", bob, "ann"),
            entry(bob, "2026-01-05T10:00:00Z", "carol\u{1b}[31m"),
            entry("2026-01-05T20:00:00Z", "2026-01-06T08:00:00Z", "bob"),
        ],
    );
    // For a minute there is nobody.
    let second = schedule(
        "S2",
        "secondary, of a long name that is cut",
        &[],
        &[],
        &[
            entry("2026-01-01T00:00:00Z", "2026-01-05T05:00:00Z", "bob"),
            entry("2026-01-05T05:01:00Z", "2026-01-20T00:00:00Z", "carol"),
        ],
    );
    let target = |id: &str, kind: &str, name: &str| json!({"id": id, "type": kind, "summary": name});
    let policy = Policy::read(&json!({"id": "P1", "name": "default", "escalation_rules": [
        {"targets": [target("S1", "schedule_reference", "primary")]},
        {"targets": [target("S2", "schedule_reference", "secondary"), target("UANN", "user_reference", "ann")]},
        {"targets": [target("S9", "schedule_reference", "lost")]},
    ]}));
    let failed = Told::Failed {
        schedule: crate::tui::model::read::Named { id: "S3".to_owned(), name: "third".to_owned() },
        reason: "the server refused".to_owned(),
    };
    Answer {
        schedules: vec![Told::Shifts(primary), Told::Shifts(second), failed],
        policies: vec![policy],
        more: false,
    }
}

fn oncalls(model: &mut Model) -> Vec<Command> {
    let on = |level: u64, user: &str| {
        json!({
            "escalation_policy": reference("P1", "default"), "escalation_level": level,
            "user": reference(&format!("U{}", user.to_uppercase()), user),
        })
    };
    tell(model, Change::Oncalls(json!({"oncalls": [on(1, "ann"), on(2, "bob"), on(2, "ann")]})))
}

pub(super) fn fill(model: &mut Model) {
    oncalls(model);
    let window = Window { from: at("2026-01-01T00:00:00Z"), until: at("2026-01-20T00:00:00Z") };
    update(model, Message::Roster { window, result: Ok(answer()) });
}

/// What was asked for; none if nothing was.
fn asked(commands: &[Command]) -> Option<Window> {
    commands.iter().find_map(|command| match command {
        Command::Roster { window, .. } => Some(*window),
        _ => None,
    })
}

#[test]
fn a_night_is_a_chart() {
    let mut model = model(Screen::Oncall);
    fill(&mut model);
    insta::assert_snapshot!("a_night_is_a_chart_40x12", body(&mut model, 40, 12));
    insta::assert_snapshot!("a_night_is_a_chart_80x24", body(&mut model, 80, 24));
    insta::assert_snapshot!("a_night_is_a_chart_160x50", body(&mut model, 160, 50));
    model.settings.icons = false;
    model.settings.zone = TimeZone::get("Asia/Kolkata").unwrap();
    insta::assert_snapshot!("a_night_is_a_chart_80x18", body(&mut model, 80, 18));
}

#[test]
fn longer_and_shorter_times_are_shown() {
    let mut model = model(Screen::Oncall);
    fill(&mut model);
    press(&mut model, "--");
    insta::assert_snapshot!("longer_and_shorter_times_are_shown_80x14", body(&mut model, 80, 14));
    press(&mut model, "++++");
    assert_eq!(model.roster.zoom, Zoom::Hours);
    insta::assert_snapshot!("longer_and_shorter_times_are_shown_80x14_2", body(&mut model, 80, 14));
}

#[test]
fn scrolled_it_shows_later_and_comes_back() {
    let mut model = model(Screen::Oncall);
    fill(&mut model);
    let now = body(&mut model, 80, 24);
    press(&mut model, "lll<left>");
    assert_eq!(model.roster.scroll, 12 * 3600);
    assert!(!body(&mut model, 80, 24).contains('▼'));
    press(&mut model, "<esc>");
    assert_eq!(body(&mut model, 80, 24), now);
    press(&mut model, "<esc>");
    assert_eq!(model.screen, Screen::Incidents);
}

#[test]
fn a_schedule_is_shown_whole() {
    let mut model = model(Screen::Oncall);
    fill(&mut model);
    press(&mut model, "<enter>");
    assert!(model.notice.as_ref().unwrap().text.contains("not about a schedule"));
    press(&mut model, "j<enter>");
    insta::assert_snapshot!("a_schedule_is_shown_whole_80x24", body(&mut model, 80, 24));
    insta::assert_snapshot!("a_schedule_is_shown_whole_40x12", body(&mut model, 40, 12));
    press(&mut model, "<esc>");
    assert!(body(&mut model, 80, 24).contains("overrides"), "the chart again");
    assert_eq!(model.screen, Screen::Oncall);
}

#[test]
fn gaps_are_in_reverse_and_overrides_are_marked() {
    let mut model = model(Screen::Oncall);
    fill(&mut model);
    model.settings.theme = Theme::of(Name::Mono);
    let buffer = buffer(&mut model, 160, 24);
    let final_row = (0..24).find(|y| row(&buffer, *y).contains(" final")).unwrap();
    let text = row(&buffer, final_row);
    assert!(text.contains("!nobody!") && text.contains('═'), "{text}");
    let gap = (0..160).find(|x| buffer[(*x, final_row)].symbol() == "!").unwrap();
    let reversed = ratatui::style::Modifier::REVERSED;
    assert!(buffer[(gap, final_row)].modifier.contains(reversed));
}

#[test]
fn shifts_are_asked_for_when_they_are_looked_at_and_when_they_change() {
    let mut model = model(Screen::Incidents);
    assert_eq!(asked(&oncalls(&mut model)), None, "nobody looks");
    let window = asked(&press(&mut model, "2")).unwrap();
    assert_eq!((window.from, window.until), (at("2026-01-03T23:00:00Z"), at("2026-01-06T23:00:00Z")));
    // Once at a time.
    assert_eq!(asked(&oncalls(&mut model)), None);
    let answered = update(&mut model, Message::Roster { window, result: Ok(answer()) });
    assert!(asked(&answered).is_some(), "it changed meanwhile");
    let answered = update(&mut model, Message::Roster { window, result: Ok(answer()) });
    assert_eq!(asked(&answered), None);
    assert_eq!(asked(&press(&mut model, "l")), None, "that was answered with it");
    assert!(asked(&press(&mut model, "llll")).is_some());
}

#[test]
fn a_failure_is_said_and_asked_again_later() {
    let mut model = model(Screen::Oncall);
    let window = asked(&oncalls(&mut model)).unwrap();
    let again_in = std::time::Duration::from_secs(5);
    let failed = Message::Roster { window, result: Err(("the server is away".to_owned(), again_in)) };
    assert_eq!(asked(&update(&mut model, failed.clone())), None);
    insta::assert_snapshot!("a_failure_is_said_and_asked_again_later_80x12", body(&mut model, 80, 12));
    let now = model.now;
    assert_eq!(asked(&update(&mut model, Message::Tick(now.plus(again_in / 2)))), None);
    let commands = update(&mut model, Message::Tick(now.plus(again_in)));
    assert_eq!(commands, [Command::Roster { window, tries: 1 }]);
    // What was known stays, with its age.
    update(&mut model, Message::Roster { window, result: Ok(answer()) });
    oncalls(&mut model);
    update(&mut model, failed);
    let drawn = body(&mut model, 80, 24);
    assert!(
        drawn.contains("the server is away") && drawn.contains("0s old!") && drawn.contains("final"),
        "{drawn}"
    );
}

#[test]
fn offline_nothing_is_asked() {
    let mut model = model(Screen::Oncall);
    let retry_at = model.now;
    model.link = Link::Offline { since: model.now, retry_at, reason: "gone".to_owned() };
    model.roster.changed();
    assert!(press(&mut model, "lll").is_empty());
    assert_eq!(body(&mut model, 80, 24).lines().nth(1), Some("  not known: offline"));
}

#[test]
fn no_schedules_say_what_to_do() {
    let mut model = model(Screen::Oncall);
    let window = Window { from: at("2026-01-01T00:00:00Z"), until: at("2026-01-20T00:00:00Z") };
    let nothing = Answer { schedules: Vec::new(), policies: Vec::new(), more: false };
    update(&mut model, Message::Roster { window, result: Ok(nothing) });
    insta::assert_snapshot!("no_schedules_say_what_to_do_40x12", body(&mut model, 40, 12));
}

#[test]
fn days_of_23_and_of_25_hours_are_marked_at_midnight() {
    for (now, night) in [("2026-03-28T22:00:00Z", "Sun 29"), ("2026-10-24T22:00:00Z", "Sun 25")] {
        let mut model = model(Screen::Oncall);
        model.settings.zone = TimeZone::get("Europe/Berlin").unwrap();
        update(&mut model, Message::Tick(at(now)));
        press(&mut model, "-");
        let axis = body(&mut model, 160, 24);
        assert!(axis.lines().next().unwrap().contains(night), "{axis}");
    }
}

#[test]
fn the_filter_is_of_policies_and_schedules() {
    let mut model = model(Screen::Oncall);
    fill(&mut model);
    press(&mut model, "/secondary, of<enter>");
    let drawn = body(&mut model, 80, 24);
    assert!(drawn.contains("secondary, of") && !drawn.contains("Nights"), "{drawn}");
}
