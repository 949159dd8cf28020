//! Whatever is pressed and whatever comes: it does not panic, and the list is what it would be if it were made anew.

use std::time::Duration;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;

use super::*;
use crate::tui::message::Outcome;

/// What happens, as far as it is chosen by chance.
#[derive(Clone, Debug)]
enum Step {
    Key(KeyCode, KeyModifiers),
    Incident(u64, u8, bool, u8),
    Gone(u64),
    Entry(u64, u64),
    Hello(bool),
    Synced,
    Lost,
    Tick(u64),
    Resize(u16, u16),
    Paste(String),
    Click(u16, u16),
    Answer(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let codes = prop_oneof![
        8 => prop::sample::select("jkgGfvSRaresAnmzoy/?:123456+hl nbdisk-!=".chars().map(KeyCode::Char).collect::<Vec<_>>()),
        2 => any::<char>().prop_map(KeyCode::Char),
        4 => prop::sample::select(vec![
            KeyCode::Enter, KeyCode::Esc, KeyCode::Tab, KeyCode::BackTab, KeyCode::Backspace, KeyCode::Up,
            KeyCode::Down, KeyCode::Left, KeyCode::Right, KeyCode::Home, KeyCode::End, KeyCode::PageUp,
            KeyCode::PageDown, KeyCode::F(3), KeyCode::Delete,
        ]),
    ];
    let modifiers = prop_oneof![
        8 => Just(KeyModifiers::NONE),
        2 => Just(KeyModifiers::CONTROL),
        1 => Just(KeyModifiers::SHIFT),
        1 => Just(KeyModifiers::ALT),
    ];
    let step = prop_oneof![
        12 => (codes, modifiers).prop_map(|(code, modifiers)| Step::Key(code, modifiers)),
        6 => (1..25_u64, 0..5_u8, any::<bool>(), 0..4_u8).prop_map(|(n, s, u, w)| Step::Incident(n, s, u, w)),
        1 => (1..25_u64).prop_map(Step::Gone),
        1 => (1..25_u64, 0..9_u64).prop_map(|(number, n)| Step::Entry(number, n)),
        1 => any::<bool>().prop_map(Step::Hello),
        1 => Just(Step::Synced),
        1 => Just(Step::Lost),
        1 => (0..100_u64).prop_map(Step::Tick),
        1 => (0..200_u16, 0..60_u16).prop_map(|(width, height)| Step::Resize(width, height)),
        1 => any::<String>().prop_map(Step::Paste),
        1 => (0..200_u16, 0..60_u16).prop_map(|(x, y)| Step::Click(x, y)),
        2 => (0..3_u8).prop_map(Step::Answer),
    ];
    prop::collection::vec(step, 0..80)
}

fn take(world: &mut World, step: Step) {
    match step {
        Step::Key(code, modifiers) => world.happen(Message::Key(KeyEvent::new(code, modifiers))),
        Step::Incident(number, status, high, who) => {
            let mut value = incident(
                number,
                ["triggered", "acknowledged", "resolved", "triggered", "acknowledged"][usize::from(status)],
                if high { "high" } else { "low" },
                ["disk", "漢字 e\u{301}", "\u{1b}[2J", ""][usize::from(who)],
                ["db", "web", "shop", ""][usize::from(who)],
                ["ann", "bob", "carol", ""][usize::from(who)],
                number,
            );
            if status == 3 {
                value["incident"]["hold"] = json!({"type": "maintenance"});
            }
            world.change(Change::Incident(value));
        }
        Step::Gone(number) => world.change(Change::IncidentGone(json!({"incident_number": number}))),
        Step::Entry(number, n) => world.change(Change::LogEntry(entry(number, n, "notify", "x", n))),
        Step::Hello(resumed) => world.greet(resumed),
        Step::Synced => world.change(Change::Synced),
        Step::Lost => {
            world.happen(Message::Lost { reason: "gone".into(), retry_in: Duration::from_secs(3) });
        }
        Step::Tick(seconds) => world.wait(seconds),
        Step::Resize(width, height) => world.happen(Message::Resize(width, height)),
        Step::Paste(text) => world.happen(Message::Paste(text)),
        Step::Click(column, row) => world.happen(Message::Mouse(MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column,
            row,
            modifiers: KeyModifiers::NONE,
        })),
        Step::Answer(how) => answer(world, how),
    }
}

/// Answers what was asked for.
fn answer(world: &mut World, how: u8) {
    for command in std::mem::take(&mut world.commands) {
        match command {
            Command::Act(act) => {
                let outcome = match how {
                    0 => Outcome::Done(None),
                    1 => Outcome::Failed("no".into()),
                    _ => Outcome::Away { reason: "gone".into(), again_in: Duration::from_secs(1) },
                };
                world.happen(Message::Acted { ticket: act.ticket, outcome });
            }
            Command::Timeline { number, .. } => {
                let result = if how == 1 { Err("no".into()) } else { Ok(lines(number)) };
                world.happen(Message::Timeline { number, result });
            }
            Command::Alerts { number, .. } => {
                world.happen(Message::Alerts { number, result: Ok(Vec::new()) })
            }
            Command::Assignees => world.happen(Message::Assignees(Ok(Vec::new()))),
            Command::Write { targets, .. } => {
                world.happen(Message::Written { targets, text: Ok(Some("note".into())) });
            }
            _ => {}
        }
    }
}

fn holds(world: &World) {
    let (list, data) = (&world.model.list, &world.model.data);
    assert_eq!(list.cursor, list.rows.get(list.at).copied(), "the cursor is on its row");
    assert!(list.at == 0 || list.at < list.rows.len());
    assert!(list.selected.iter().all(|number| list.rows.contains(number)), "what is selected is listed");
    if list.frozen.is_none() {
        let mut anew = list.clone();
        anew.rebuild(&data.incidents, data.me());
        assert_eq!(anew.rows, list.rows, "{:?}", list.sort);
    }
    let mut counted = data.clone();
    counted.counts = Default::default();
    for incident in data.incidents.values() {
        counted.count(incident, 1);
    }
    assert_eq!(counted.counts, data.counts);
    let height = usize::from(crate::tui::view::layout::of(&world.model).rows());
    if height > 0 {
        assert!(list.at >= list.offset && list.at < list.offset + height || list.rows.is_empty());
    }
    assert!(world.model.acts.queue.len() <= crate::tui::model::act::WAITING_MAX);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_and_the_list_is_what_it_should_be(steps in steps()) {
        let mut world = World::new(80, 24);
        for step in steps {
            take(&mut world, step);
            holds(&world);
            draw(&world.model);
        }
    }
}
