//! The screens beside that of incidents, drawn from made data at three sizes, and worked with by keys.

#![allow(clippy::unwrap_used, reason = "tests")]

mod nodes;
mod notifications;
mod oncall;
mod rate;
mod services;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use serde_json::{Value, json};

use super::layout;
use crate::domain::time::Timestamp;
use crate::tui::message::{Command, Message};
use crate::tui::model::{Link, Model, Screen, Settings};
use crate::tui::theme::{Name, Theme};
use crate::tui::update::update;
use crate::wire::stream::{Change, Hello};

/// A Monday night.
const NOW: &str = "2026-01-05T03:12:44Z";

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// Connected as ann, who knows nothing yet.
fn model(screen: Screen) -> Model {
    let mut model = Model::new(Settings::default(), at(NOW));
    let user = Some(json!({"id": "UANN", "summary": "ann"}));
    let hello = Hello { user, may_act: true, ..Hello::default() };
    tell(&mut model, Change::Hello(hello));
    tell(&mut model, Change::Synced);
    model.screen = screen;
    model
}

fn tell(model: &mut Model, change: Change) -> Vec<Command> {
    let mut commands = update(model, Message::Change(change));
    // As before each frame.
    let now = model.now;
    commands.extend(update(model, Message::Tick(now)));
    commands
}

/// Presses keys, one after the other: a letter each, or a named one in `<>`.
fn press(model: &mut Model, keys: &str) -> Vec<Command> {
    let mut commands = Vec::new();
    let mut rest = keys;
    while let Some(c) = rest.chars().next() {
        let named = rest.strip_prefix('<').and_then(|rest| rest.split_once('>'));
        let code = match named {
            Some(("enter", _)) => KeyCode::Enter,
            Some(("esc", _)) => KeyCode::Esc,
            Some(("left", _)) => KeyCode::Left,
            Some((other, _)) => panic!("no key is called {other}"),
            None => KeyCode::Char(c),
        };
        rest = named.map_or_else(|| &rest[c.len_utf8()..], |(_, rest)| rest);
        commands.extend(update(model, Message::Key(KeyEvent::new(code, KeyModifiers::NONE))));
    }
    commands
}

fn buffer(model: &mut Model, width: u16, height: u16) -> Buffer {
    update(model, Message::Resize(width, height));
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| super::view(model, frame)).unwrap();
    terminal.backend().buffer().clone()
}

/// The text of a row, without what follows it.
fn row(buffer: &Buffer, y: u16) -> String {
    let (mut text, mut x) = (String::new(), 0);
    while x < buffer.area.width {
        let symbol = buffer[(x, y)].symbol();
        text += symbol;
        x += u16::try_from(crate::tui::text::width(symbol).max(1)).unwrap();
    }
    text.trim_end().to_owned()
}

/// What is between the header and the line of messages.
fn body(model: &mut Model, width: u16, height: u16) -> String {
    let buffer = buffer(model, width, height);
    let area = layout::of(model).body;
    let rows: Vec<_> = (area.y..area.y + area.height).map(|y| row(&buffer, y)).collect();
    rows.join("\n").trim_end().to_owned()
}

/// All that is on the screen.
fn whole(model: &mut Model, width: u16, height: u16) -> String {
    let buffer = buffer(model, width, height);
    (0..height).map(|y| row(&buffer, y)).collect::<Vec<_>>().join("\n")
}

fn reference(id: &str, name: &str) -> Value {
    json!({"id": id, "summary": name})
}

fn incident(number: u64, service: &str, status: &str, created_at: &str) -> Change {
    Change::Incident(json!({"incident": {
        "id": format!("Q{number}"), "incident_number": number, "title": format!("title {number}"),
        "status": status, "urgency": "high", "created_at": created_at,
        "service": reference(service, &service.to_lowercase()),
    }}))
}

#[test]
fn every_screen_is_drawn_at_every_size_in_every_theme() {
    for screen in Screen::ALL {
        for (name, icons, link) in
            Name::ALL.into_iter().flat_map(|name| [(name, true, true), (name, false, false)])
        {
            let mut model = model(screen);
            oncall::fill(&mut model);
            services::fill(&mut model);
            notifications::fill(&mut model);
            rate::fill(&mut model);
            nodes::fill(&mut model);
            model.settings.theme = Theme::of(name);
            model.settings.icons = icons;
            if !link {
                let retry_at = model.now;
                model.link = Link::Offline { since: model.now, retry_at, reason: "gone".to_owned() };
            }
            for width in [1, 5, 19, 20, 21, 39, 40, 41, 59, 60, 80, 100, 119, 120, 160, 250] {
                for height in [1, 4, 5, 6, 8, 12, 15, 24, 50] {
                    let buffer = buffer(&mut model, width, height);
                    // Without signs, names and what stands for cut text are all that is not ASCII.
                    let text: String = buffer.content.iter().map(|cell| cell.symbol()).collect();
                    let extra = |c: char| c.is_ascii() || "漢字仮名…·–\u{fffd}".contains(c);
                    assert!(icons || text.chars().all(extra), "{screen:?} {width}x{height}: {text}");
                    assert!(!text.contains('\u{1b}'));
                }
            }
        }
    }
}

#[test]
fn themes_change_no_character() {
    for screen in Screen::ALL {
        let mut model = model(screen);
        oncall::fill(&mut model);
        services::fill(&mut model);
        notifications::fill(&mut model);
        nodes::fill(&mut model);
        let mut drawn = Name::ALL.map(|name| {
            model.settings.theme = Theme::of(name);
            body(&mut model, 80, 24)
        });
        drawn.sort_unstable();
        assert_eq!(drawn[0], drawn[3], "{screen:?}");
    }
}
