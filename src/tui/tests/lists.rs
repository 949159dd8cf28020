//! The list: order, cursor, filters, selection, freezing.

use super::*;
use crate::tui::model::Screen;

#[test]
fn what_needs_somebody_is_first_and_the_cursor_stays_on_its_incident() {
    let mut world = World::new(80, 24);
    assert_eq!(world.listed(), [5, 4, 1, 3, 2]);
    world.press("jj");
    assert_eq!(world.model.list.cursor, Some(1));
    world.change(Change::Incident(incident(6, "triggered", "high", "new", "web", "ann", 0)));
    assert_eq!(world.listed(), [6, 5, 4, 1, 3, 2]);
    assert_eq!((world.model.list.cursor, world.model.list.at), (Some(1), 3));
    // One that goes leaves its place to the next.
    world.change(Change::Incident(incident(1, "resolved", "high", "disk", "database", "ann", 90)));
    assert_eq!((world.model.list.cursor, world.model.list.at), (Some(3), 3));
    world.change(Change::IncidentGone(json!({"incident_number": 6})));
    assert_eq!((world.listed(), world.model.list.at), (vec![5, 4, 3, 2], 2));
}

#[test]
fn keys_move() {
    let mut world = World::bare(80, 24);
    world.greet(false);
    for number in 1..=100 {
        world.change(Change::Incident(incident(number, "triggered", "high", "x", "web", "ann", 1)));
    }
    world.change(Change::Synced);
    world.press("S");
    for (keys, row) in [
        ("G", 99),
        ("g", 0),
        ("j", 1),
        ("<down><down>", 3),
        ("k", 2),
        ("<end>", 99),
        ("gg", 0),
        ("<pgdn>", 11),
        ("<ctrl-u>", 6),
        ("k", 5),
        ("kkkkkkk", 0),
    ] {
        world.press(keys);
        assert_eq!(world.model.list.at, row, "after {keys}\n{}", world.screen());
        assert!(world.screen().contains(&format!("{}/100", row + 1)));
    }
}

#[test]
fn filters_are_tried_as_they_are_typed() {
    for (filter, expected) in [
        ("disk", vec![1]),
        ("DISK", vec![1]),
        ("!disk", vec![5, 4, 3, 2]),
        ("disk|lags", vec![1, 2]),
        ("db.*full", vec![1]),
        ("full.*db", vec![]),
        ("^#4", vec![4]),
        ("low$", vec![3]),
        ("-f ckt500", vec![4]),
        ("-f zzz", vec![]),
        ("-l service=data", vec![1, 2]),
        ("-l urgency=low", vec![3]),
        ("-l status=ack", vec![2]),
        ("-l assignee=me", vec![1, 3]),
        ("-l assignee=", vec![5]),
        ("-l assignee=ann,urgency=high", vec![1]),
        ("队列", vec![5]),
        ("", vec![5, 4, 1, 3, 2]),
    ] {
        let mut world = World::new(80, 24);
        world.press("/").press(filter);
        assert_eq!(world.listed(), expected, "while {filter} is typed");
        world.press("<enter>");
        assert_eq!(world.listed(), expected, "after {filter}");
        assert!(world.model.overlay.is_none());
    }
}

#[test]
fn a_filter_that_makes_no_sense_says_so_and_escape_brings_back_the_one_before() {
    let mut world = World::new(80, 24);
    world.press("/disk<enter>");
    world.sees("filter /disk");
    world.press("/-l colour=red");
    world.sees("no key is called `colour`");
    world.press("<enter>");
    assert!(world.model.overlay.is_some());
    world.press("<esc>");
    assert_eq!(world.listed(), [1]);
    world.press("<esc>");
    assert_eq!(world.listed().len(), 5);
}

#[test]
fn filters_are_kept_for_each_screen() {
    let mut world = World::new(80, 24);
    world.press("/disk<enter>3/web<enter>");
    world.sees("web");
    world.sees_not("database");
    world.press("1");
    assert_eq!(world.listed(), [1]);
    world.press("3");
    world.sees("filter /web");
    world.press("<esc><esc>");
    assert_eq!(world.model.screen, Screen::Incidents);
}

#[test]
fn an_incident_that_changes_comes_into_the_filter_or_leaves_it() {
    let mut world = World::new(80, 24);
    world.press("/-l status=trig<enter>");
    assert_eq!(world.listed(), [5, 4, 1, 3]);
    world.change(Change::Incident(incident(2, "triggered", "high", "again", "database", "bob", 60)));
    assert_eq!(world.listed(), [5, 4, 2, 1, 3]);
    world.change(Change::Incident(incident(4, "acknowledged", "high", "x", "shop", "carol", 12)));
    assert_eq!(world.listed(), [5, 2, 1, 3]);
}

#[test]
fn space_and_ranges_select() {
    let mut world = World::new(80, 24);
    let selected = |world: &World| world.model.list.selected.iter().copied().collect::<Vec<_>>();
    world.press("  ");
    assert_eq!((selected(&world), world.model.list.at), (vec![4, 5], 2));
    world.sees("2 selected");
    world.press("vj");
    assert_eq!(selected(&world), [1, 3, 4, 5]);
    world.press("k");
    assert_eq!(selected(&world), [1, 4, 5]);
    world.press("v<esc>");
    assert!(selected(&world).is_empty());
    world.press("<ctrl-a>");
    assert_eq!(selected(&world), [1, 2, 3, 4, 5]);
    world.press("<ctrl-a>");
    assert!(selected(&world).is_empty());
    // What the filter hides is not selected any more.
    world.press("<ctrl-a>/disk<enter>");
    assert_eq!(selected(&world), [1]);
}

#[test]
fn a_frozen_list_stays_as_it_is_and_counts_what_it_holds_back() {
    let mut world = World::new(80, 24);
    world.press("f");
    world.change(Change::Incident(incident(6, "triggered", "high", "new", "web", "ann", 0)));
    world.change(Change::Incident(incident(1, "resolved", "high", "disk", "database", "ann", 90)));
    world.change(Change::IncidentGone(json!({"incident_number": 3})));
    assert_eq!(world.listed(), [5, 4, 1, 3, 2]);
    world.sees("frozen, 1 new");
    world.sees("✓R");
    world.sees("#3 is in the archive");
    world.press("f");
    assert_eq!(world.listed(), [6, 5, 4, 2]);
    world.sees_not("frozen");
}

#[test]
fn it_is_sorted_otherwise_and_what_is_resolved_can_be_shown() {
    let mut world = World::new(80, 24);
    for expected in [[5, 4, 3, 2, 1], [1, 2, 3, 4, 5], [2, 1, 5, 4, 3], [5, 3, 1, 2, 4]] {
        world.press("S");
        assert_eq!(world.listed(), expected, "{:?}", world.model.list.sort);
    }
    world.press("S");
    world.change(Change::Incident(incident(4, "resolved", "high", "x", "shop", "", 12)));
    assert_eq!(world.listed(), [5, 1, 3, 2]);
    world.press("R");
    assert_eq!(world.listed(), [5, 1, 3, 2, 4]);
}

#[test]
fn what_is_not_told_again_after_a_new_beginning_is_gone() {
    let mut world = World::new(80, 24);
    world.press("jj");
    world.greet(false);
    assert_eq!(world.listed().len(), 5, "what is known is shown meanwhile");
    for value in some().into_iter().skip(1) {
        world.change(Change::Incident(value));
    }
    world.change(Change::Synced);
    assert_eq!(world.listed(), [5, 4, 3, 2]);
    assert_eq!(world.model.data.counts.triggered, 3);
}

#[test]
fn what_is_known_is_bounded() {
    let mut world = World::bare(80, 24);
    world.greet(false);
    for number in 1..=1200 {
        world.change(Change::Incident(incident(number, "resolved", "high", "x", "web", "", 1)));
        world.change(Change::LogEntry(entry(number, 1, "trigger", "x", 1)));
        world.change(Change::LogEntry(entry(number, 2, "resolve", "x", 1)));
    }
    assert_eq!(world.model.data.incidents.len(), crate::tui::model::data::RESOLVED_MAX);
    assert_eq!(world.model.data.resolved.len(), crate::tui::model::data::RESOLVED_MAX);
    assert_eq!(world.model.data.log.len(), crate::tui::model::data::LOG_MAX);
}

#[test]
fn the_palette_finds_screens_and_acts() {
    for (typed, screen) in [
        ("services", Screen::Services),
        ("svc", Screen::Services),
        ("onc", Screen::Oncall),
        ("oc", Screen::Oncall),
        ("nodes", Screen::Nodes),
        ("rat", Screen::Rate),
        ("notif<tab>", Screen::Notifications),
    ] {
        let mut world = World::new(80, 24);
        world.press(":").press(typed).press("<enter>");
        assert_eq!(world.model.screen, screen, "{typed}");
    }
    let mut world = World::new(80, 24);
    world.press(":acknowledge<enter>");
    assert_eq!(world.acts().len(), 1);
    world.press(":theme mono<enter>");
    assert_eq!(world.model.settings.theme.name, crate::tui::theme::Name::Mono);
    world.press(":xyzzy<enter>");
    world.sees("nothing is called `xyzzy`");
    let mut world = World::new(80, 24);
    world.press(":q<enter>");
    assert!(world.model.quit);
}

#[test]
fn the_palette_turns_to_another_context() {
    let mut world = World::new(100, 24);
    world.model.settings.contexts = vec!["lab".into(), "prod".into()];
    world.press(":ctx");
    world.sees("context lab");
    world.sees_not("context prod");
    world.press("<enter>");
    assert_eq!(world.commands.pop(), Some(Command::Turn("lab".into())));
    assert!(world.model.quit);
}
