//! How it looks: snapshots at three sizes, roles in four themes, small screens, odd titles.

use ratatui::style::{Color, Modifier};

use super::*;
use crate::tui::model::detail::Alert;
use crate::tui::theme::{Name, Theme};

fn with_timeline(width: u16, height: u16) -> World {
    let mut world = World::new(width, height);
    world.press("j");
    // The one that was asked for first, then the one under the cursor.
    world.happen(Message::Timeline { number: 5, result: Ok(Vec::new()) });
    world.happen(Message::Timeline { number: 4, result: Ok(lines(4)) });
    world
}

#[test]
fn the_list_at_three_sizes() {
    for (width, height) in [(40, 12), (80, 24), (160, 50)] {
        let world = with_timeline(width, height);
        insta::assert_snapshot!(format!("list_{width}x{height}"), world.screen());
    }
}

#[test]
fn one_whole_at_three_sizes() {
    for (width, height) in [(40, 12), (80, 24), (160, 50)] {
        let mut world = with_timeline(width, height);
        world.happen(Message::Timeline { number: 4, result: Ok(lines(4)) });
        world.press("<enter>");
        let alert = json!({
            "summary": "checkout answers 500", "alert_key": "checkout", "severity": "critical",
            "status": "triggered", "events": 3, "last_event_at": NOW.to_iso(),
            "body": {"cef_details": {"source_origin": "shop-2"}, "details": {"rate": "12 %", "since": 5}},
        });
        world.happen(Message::Alerts { number: 4, result: Ok(vec![Alert::read(&alert)]) });
        insta::assert_snapshot!(format!("detail_{width}x{height}"), world.screen());
        world.press("G");
        let mut more = entry(4, 7, "annotate", "somebody looks at it", 1);
        more["log_entry"]["note"] = json!("lastly");
        world.change(Change::LogEntry(more));
        world.sees("lastly");
        world.press("<esc>");
        assert!(world.model.detail.is_none());
    }
}

#[test]
fn help_and_palette_and_choices() {
    for (name, keys) in [("help", "?"), ("palette", ":the"), ("snooze", "s"), ("copy", "y")] {
        let mut world = with_timeline(80, 24);
        world.press(keys);
        insta::assert_snapshot!(format!("{name}_80x24"), world.screen());
    }
}

#[test]
fn the_help_is_the_table() {
    let mut world = World::new(100, 100);
    world.press("?");
    for entry in crate::tui::keys::TABLE {
        world.sees(entry.help);
    }
}

#[test]
fn other_screens_show_what_is_known() {
    let mut world = World::new(80, 24);
    for (key, text) in [
        ("2", "default  ann"),
        ("3", "critical"),
        ("5", "59"),
        ("4", "no message went out"),
        ("6", "not known"),
    ] {
        world.press(key);
        world.sees(text);
    }
    let mut sent = entry(4, 9, "notify", "ann was told by e-mail", 5);
    sent["log_entry"]["channel"]["notification"] = json!({"type": "email", "status": "failed"});
    world.change(Change::LogEntry(sent));
    world.press("4");
    world.sees("✗ FAILED");
}

#[test]
fn a_small_screen_shows_the_list_and_a_very_small_one_counts() {
    let mut world = World::new(59, 14);
    world.sees("checkout");
    world.sees_not("on call");
    world.happen(Message::Resize(19, 5));
    assert_eq!(world.screen().trim(), "T4 A1");
    world.happen(Message::Resize(20, 4));
    assert_eq!(world.screen().trim(), "T4 A1");
    for size in [(0, 0), (1, 1), (3, 2), (20, 5), (21, 6), (60, 15), (300, 5), (20, 200)] {
        world.happen(Message::Resize(size.0, size.1));
        world.screen();
    }
}

#[test]
fn what_somebody_wrote_does_not_steer_the_terminal() {
    let mut world = World::new(80, 24);
    let title = "\u{1b}[2Jall \u{202e}gone\n\u{7} e\u{301}\u{200d} 漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢";
    world.change(Change::Incident(incident(9, "triggered", "high", title, "s\u{9b}31m", "a\tnn", 0)));
    world.press("g");
    let text = world.screen();
    assert!(!text.contains(|c: char| c.is_control() && c != '\n' || c == '\u{202e}'), "{text:?}");
    world.sees("[2Jall");
    // Columns after wide characters are where they are elsewhere.
    let buffer = world.buffer();
    assert_eq!(find(&buffer, "s\u{fffd}31m").0, find(&buffer, "shop ").0, "{text}");
    world.press("<enter>");
    world.screen();
}

fn line(buffer: &Buffer, y: u16) -> String {
    (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect()
}

/// Where a text is on the screen.
fn find(buffer: &Buffer, text: &str) -> (u16, u16) {
    let first = text.chars().next().unwrap().to_string();
    for y in 0..buffer.area.height {
        for x in 0..buffer.area.width {
            if buffer[(x, y)].symbol() == first {
                let rest: String = (x..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect();
                if rest.starts_with(text) {
                    return (x, y);
                }
            }
        }
    }
    panic!("no {text:?}:\n{}", shown(buffer))
}

#[test]
fn themes_say_the_same_in_their_colours_and_never_by_colour_alone() {
    let mut looks = std::collections::BTreeSet::new();
    for name in Name::ALL {
        let mut world = with_timeline(80, 24);
        world.model.settings.theme = Theme::of(name);
        let theme = world.model.settings.theme;
        let buffer = world.buffer();
        let cell = |text: &str| buffer[find(&buffer, text)].clone();
        assert_eq!(cell("●T ▲H #1").fg, theme.triggered.fg.unwrap_or(Color::Reset), "{name:?}");
        assert_eq!(cell("◐A ▲H").fg, theme.acknowledged.fg.unwrap_or(Color::Reset), "{name:?}");
        // The row under the cursor has a mark of its own.
        let (x, y) = find(&buffer, "▸");
        assert!(line(&buffer, y).contains("#4"));
        let marked = buffer[(x + 10, y)].clone();
        if name == Name::Mono {
            assert!(marked.modifier.contains(Modifier::REVERSED));
            assert!(buffer.content().iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
        } else {
            assert_eq!(Some(marked.bg), theme.cursor.bg, "{name:?}");
        }
        looks.insert(format!("{:?}{:?}", cell("●T ▲H #1").fg, marked.bg));
        // Letters stand beside the glyphs, and text is the same in each theme.
        world.model.settings.icons = false;
        world.sees("!T ^H #4");
        assert!(
            world.screen().replace(['队', '列', '訂', '單', '…', '·'], "").is_ascii(),
            "{}",
            world.screen()
        );
    }
    assert_eq!(looks.len(), Name::ALL.len(), "themes differ");
}

#[test]
fn remapped_keys_are_in_the_footer_and_in_the_help() {
    let mut world = World::new(100, 60);
    let key = crate::tui::keys::Key::parse("x").unwrap();
    let remapped = std::collections::BTreeMap::from([(crate::tui::keys::Action::Acknowledge, vec![key])]);
    world.model.settings.keymap = crate::tui::keys::Keymap::with(&remapped).unwrap();
    world.sees("x ack");
    world.press("a");
    assert!(world.acts().is_empty());
    world.press("x");
    assert_eq!(world.acts().len(), 1);
    world.press("?");
    world.sees(&format!("{:<16} acknowledge", "x"));
}

/// Where each cell of a screen leads.
fn links(buffer: &Buffer) -> Vec<String> {
    let linked = buffer.content().iter().filter_map(|cell| {
        let (url, rest) = cell.symbol().strip_prefix("\x1b]8;;")?.split_once("\x1b\\")?;
        Some(format!("{} -> {url}", rest.strip_suffix("\x1b]8;;\x1b\\")?))
    });
    linked.collect()
}

#[test]
fn numbers_and_addresses_lead_to_the_page_if_the_terminal_can() {
    let mut world = World::new(100, 24);
    assert!(links(&world.buffer()).is_empty(), "not every terminal knows them");
    world.model.settings.links = true;
    let mut hostile = incident(6, "triggered", "high", "x", "web", "ann", 1);
    hostile["incident"]["html_url"] = json!("https://x/\u{1b}]52;c;eA==\u{7}");
    world.change(Change::Incident(hostile));
    let all = links(&world.buffer());
    for number in 1..=5 {
        for sign in ["#".to_owned(), number.to_string()] {
            let link = format!("{sign} -> https://pd.example.com/i/{number}");
            assert!(all.contains(&link), "{link}: {all:?}");
        }
    }
    assert_eq!(all.len(), 10, "{all:?}");
    world.press("j<enter>");
    assert!(links(&world.buffer()).len() > 20, "the address is a link as a whole");
}
