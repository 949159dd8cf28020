//! Keys and events in, what a user sees out.
#![allow(clippy::unwrap_used, reason = "tests")]

mod acts;
mod chance;
mod lists;
mod looks;
mod offline;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use serde_json::{Value, json};

use super::message::{Command, Message};
use super::model::data::LogLine;
use super::model::{Act, Model, Settings};
use super::update::update;
use super::view::view;
use crate::domain::time::Timestamp;
use crate::wire::stream::{Change, Hello};

/// 2026-01-05T12:01:00Z
const NOW: Timestamp = Timestamp::from_millis(1_767_614_460_000);

/// A user before a screen.
struct World {
    model: Model,
    /// What was asked for, and not looked at yet.
    commands: Vec<Command>,
}

impl World {
    /// A screen that shows nothing yet.
    fn bare(width: u16, height: u16) -> Self {
        let settings = Settings { server: "prod".to_owned(), zone: TimeZone::UTC, ..Settings::default() };
        let mut world = Self { model: Model::new(settings, NOW), commands: Vec::new() };
        world.happen(Message::Resize(width, height));
        world
    }

    /// A screen that shows a few incidents.
    fn new(width: u16, height: u16) -> Self {
        let mut world = Self::bare(width, height);
        world.greet(false);
        for value in some() {
            world.change(Change::Incident(value));
        }
        world.change(Change::Oncalls(oncalls()));
        world.change(Change::Services(services()));
        world.change(Change::Traffic(json!({"events": (0..60).collect::<Vec<u64>>()})));
        world.change(Change::Synced);
        world
    }

    fn greet(&mut self, resumed: bool) {
        self.change(Change::Hello(Hello {
            version: "0.1.0".into(),
            node: "a".into(),
            at: NOW.to_iso(),
            resumed,
            user: Some(json!({"id": "PANN", "name": "ann"})),
            may_act: true,
        }));
    }

    fn happen(&mut self, message: Message) {
        self.commands.extend(update(&mut self.model, message));
    }

    fn change(&mut self, change: Change) {
        self.happen(Message::Change(change));
        // As before each frame.
        self.happen(Message::Tick(self.model.now));
    }

    /// So many seconds pass.
    fn wait(&mut self, seconds: u64) {
        let later = self.model.now.plus(std::time::Duration::from_secs(seconds));
        self.happen(Message::Tick(later));
    }

    /// Presses keys: letters as they are, others in `<…>`.
    fn press(&mut self, keys: &str) -> &mut Self {
        for key in script(keys) {
            self.happen(Message::Key(key));
        }
        self
    }

    /// The acts that were sent since this was asked last.
    fn acts(&mut self) -> Vec<Act> {
        let commands = std::mem::take(&mut self.commands);
        commands
            .into_iter()
            .filter_map(|it| if let Command::Act(act) = it { Some(act) } else { None })
            .collect()
    }

    fn buffer(&self) -> Buffer {
        draw(&self.model)
    }

    /// What is seen, without what is only space at the ends of lines.
    fn screen(&self) -> String {
        shown(&self.buffer())
    }

    fn sees(&self, text: &str) {
        assert!(self.screen().contains(text), "{text:?} is not on:\n{}", self.screen());
    }

    fn sees_not(&self, text: &str) {
        assert!(!self.screen().contains(text), "{text:?} is on:\n{}", self.screen());
    }

    /// The numbers in the list, as far as they are seen.
    fn listed(&self) -> Vec<u64> {
        self.model.list.rows.clone()
    }
}

/// Draws a model.
fn draw(model: &Model) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(model.width, model.height)).unwrap();
    terminal.draw(|frame| view(model, frame)).unwrap();
    terminal.backend().buffer().clone()
}

fn shown(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width).max(1);
    let line = |cells: &[ratatui::buffer::Cell]| {
        let mut text = String::new();
        let mut skip = 0;
        for cell in cells {
            if skip == 0 {
                text.push_str(cell.symbol());
                skip = super::text::width(cell.symbol()).saturating_sub(1);
            } else {
                skip -= 1;
            }
        }
        text.trim_end().to_owned()
    };
    buffer.content().chunks(width).map(line).collect::<Vec<_>>().join("\n")
}

fn script(keys: &str) -> Vec<KeyEvent> {
    let mut rest = keys;
    let mut events = Vec::new();
    while let Some(c) = rest.chars().next() {
        let named = rest.strip_prefix('<').and_then(|rest| rest.split_once('>'));
        if let Some((name, after)) = named {
            rest = after;
            let (name, modifiers) = match name.strip_prefix("ctrl-") {
                Some(name) => (name, KeyModifiers::CONTROL),
                None => (name, KeyModifiers::NONE),
            };
            let code = match name {
                "enter" => KeyCode::Enter,
                "esc" => KeyCode::Esc,
                "tab" => KeyCode::Tab,
                "down" => KeyCode::Down,
                "backspace" => KeyCode::Backspace,
                "pgdn" => KeyCode::PageDown,
                "end" => KeyCode::End,
                one => KeyCode::Char(one.chars().next().unwrap()),
            };
            events.push(KeyEvent::new(code, modifiers));
        } else {
            rest = &rest[c.len_utf8()..];
            events.push(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
        }
    }
    events
}

/// An incident, so many minutes old.
fn incident(
    number: u64,
    status: &str,
    urgency: &str,
    title: &str,
    service: &str,
    who: &str,
    age: u64,
) -> Value {
    let at = NOW.minus(std::time::Duration::from_secs(age * 60)).to_iso();
    let user = json!({"id": format!("P{}", who.to_uppercase()), "summary": who});
    let assignments = if who.is_empty() || status == "resolved" {
        json!([])
    } else {
        json!([{"at": at, "assignee": user}])
    };
    let acknowledgements =
        if status == "acknowledged" { json!([{"at": at, "acknowledger": user}]) } else { json!([]) };
    json!({"incident": {
        "id": format!("Q{number:013}"),
        "incident_number": number,
        "title": title,
        "status": status,
        "urgency": urgency,
        "created_at": at,
        "last_status_change_at": at,
        "service": {"id": "PSVC", "summary": service},
        "escalation_policy": {"id": "PPOL", "summary": "default"},
        "current_escalation_level": 1,
        "assignments": assignments,
        "acknowledgements": acknowledgements,
        "alert_counts": {"all": number, "triggered": 1, "resolved": 0},
        "html_url": format!("https://pd.example.com/i/{number}"),
        "incident_key": format!("key-{number}"),
        "pending_actions": [{"type": "escalate", "at": NOW.plus(std::time::Duration::from_secs(600)).to_iso()}],
    }})
}

fn some() -> Vec<Value> {
    vec![
        incident(1, "triggered", "high", "disk of db-1 is full", "database", "ann", 90),
        incident(2, "acknowledged", "high", "replica lags by 40 s", "database", "bob", 60),
        incident(3, "triggered", "low", "certificate ends in 9 days", "web", "ann", 45),
        incident(4, "triggered", "high", "checkout answers 500", "shop", "carol", 12),
        incident(5, "triggered", "high", "队列 backlog grows, 訂單 wait", "queue", "", 3),
    ]
}

fn oncalls() -> Value {
    let one = |policy: &str, level: u64, user: &str| {
        json!({
            "escalation_policy": {"id": "PPOL", "summary": policy},
            "escalation_level": level,
            "schedule": {"id": "PSCH", "summary": "primary"},
            "user": {"id": "PANN", "summary": user},
            "start": "2026-01-05T08:00:00Z",
            "end": "2026-01-05T20:00:00Z",
        })
    };
    json!({"oncalls": [one("default", 1, "ann"), one("default", 2, "bob"), one("shop", 1, "carol")]})
}

fn services() -> Value {
    let one = |name: &str, status: &str| {
        json!({
            "id": format!("P{name}"),
            "name": name,
            "status": status,
            "escalation_policy": {"id": "PPOL", "summary": "default"},
        })
    };
    json!({"services": [one("database", "critical"), one("web", "warning"), one("mail", "active")]})
}

/// A line of the timeline of an incident, so many seconds ago.
fn entry(number: u64, n: u64, kind: &str, summary: &str, ago: u64) -> Value {
    json!({"log_entry": {
        "id": format!("R{number:06}{n:07}"),
        "type": format!("{kind}_log_entry"),
        "summary": summary,
        "created_at": NOW.minus(std::time::Duration::from_secs(ago)).to_iso(),
        "agent": {"id": "PANN", "summary": "ann"},
        "incident": {"id": format!("Q{number:013}"), "summary": format!("[#{number}] x")},
        "service": {"id": "PSVC", "summary": "database"},
        "channel": {"type": "api"},
    }})
}

fn lines(number: u64) -> Vec<LogLine> {
    [
        entry(number, 1, "trigger", "triggered by an event of the database", 720),
        entry(number, 2, "assign", "escalated to level 1 of default: assigned to ann", 719),
        entry(number, 3, "notify", "ann was told by e-mail", 700),
    ]
    .iter()
    .filter_map(LogLine::read)
    .collect()
}
