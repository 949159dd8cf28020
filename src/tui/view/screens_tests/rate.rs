//! How many events come in.

use serde_json::json;

use super::*;

pub(super) fn fill(model: &mut Model) {
    let events: Vec<u64> = (0..60).map(|n| if n == 40 { 120 } else { (n * 7) % 30 }).collect();
    tell(model, Change::Traffic(json!({"events": events})));
}

#[test]
fn an_hour_is_a_chart() {
    let mut model = model(Screen::Rate);
    fill(&mut model);
    super::services::fill(&mut model);
    insta::assert_snapshot!("an_hour_is_a_chart_40x12", body(&mut model, 40, 12));
    insta::assert_snapshot!("an_hour_is_a_chart_80x24", body(&mut model, 80, 24));
    insta::assert_snapshot!("an_hour_is_a_chart_160x50", body(&mut model, 160, 50));
    model.settings.icons = false;
    insta::assert_snapshot!("an_hour_is_a_chart_80x16", body(&mut model, 80, 16));
}

#[test]
fn before_the_server_told_it_is_not_known() {
    insta::assert_snapshot!(
        "before_the_server_told_it_is_not_known_40x12",
        body(&mut model(Screen::Rate), 40, 12)
    );
}

#[test]
fn one_event_is_seen_beside_many_and_none_is_not() {
    let mut model = model(Screen::Rate);
    let mut events = vec![0; 60];
    (events[0], events[30], events[59]) = (u64::MAX / 100, 1, 0);
    tell(&mut model, Change::Traffic(json!({"events": events})));
    let drawn = body(&mut model, 80, 24);
    assert_eq!(drawn.matches('▁').count(), 1, "{drawn}");
    // The other one is an incident's.
    tell(&mut model, incident(1, "DB", "triggered", NOW));
    assert_eq!(body(&mut model, 80, 24).matches('▁').count(), 2);
}

#[test]
fn a_line_of_it_is_for_the_header() {
    let mut model = model(Screen::Rate);
    assert_eq!(super::super::rate::spark(&model, 10), None);
    tell(&mut model, Change::Traffic(json!({"events": (0..60).map(|n| n % 5).collect::<Vec<_>>()})));
    let line = super::super::rate::spark(&model, 10).unwrap();
    assert_eq!(line.to_string(), "·▂▄▆█·▂▄▆█");
}
