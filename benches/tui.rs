//! What a frame of the terminal costs with 10,000 incidents: a key, its update and the drawing of what it changed; and
//! how much memory the model takes.
//!
//! `cargo bench --bench tui` prints milliseconds, and fails above 8 ms a frame (the slowest but for one in a hundred) or
//! above 60 MB.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]
#![allow(clippy::cast_precision_loss, reason = "figures for people")]

use std::process::ExitCode;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use pd::clock::{Clock as _, SystemClock};
use pd::domain::time::Timestamp;
use pd::tui::message::Message;
use pd::tui::model::{Model, Settings};
use pd::tui::update::update;
use pd::tui::view::view;
use pd::wire::stream::{Change, Hello};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use serde_json::{Value, json};

const INCIDENTS: u64 = 10_000;
const FRAME_MAX: Duration = Duration::from_millis(8);
const MEMORY_MAX_MB: f64 = 60.0;
const NOW: Timestamp = Timestamp::from_millis(1_767_614_460_000);

fn main() -> ExitCode {
    let clock = SystemClock::new();
    let before = resident_mb();
    let mut model = Model::new(Settings::default(), NOW);
    let begun = clock.monotonic();
    fill(&mut model);
    let filled = clock.monotonic() - begun;
    let memory = resident_mb() - before;
    println!("10,000 incidents come in: {:.0} ms", millis(filled));
    println!("memory: {memory:.1} MB for them, {:.1} MB in all", resident_mb());
    let mut worst = Duration::ZERO;
    for (width, height) in [(80, 24), (160, 50), (300, 100)] {
        update(&mut model, Message::Resize(width, height));
        let mut frames = frames(&mut model, &clock);
        frames.sort();
        let slow = frames[frames.len() * 99 / 100];
        println!(
            "{width}x{height}: {:.2} ms a frame, 1 in 100 {:.2}, at most {:.2}",
            millis(frames[frames.len() / 2]),
            millis(slow),
            millis(frames[frames.len() - 1])
        );
        worst = worst.max(slow);
    }
    if worst > FRAME_MAX || resident_mb() > MEMORY_MAX_MB {
        println!("too much: at most 8 ms and {MEMORY_MAX_MB} MB are promised");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn fill(model: &mut Model) {
    let hello = Hello { may_act: true, at: NOW.to_iso(), ..Hello::default() };
    update(model, Message::Change(Change::Hello(hello)));
    for number in 1..=INCIDENTS {
        update(model, Message::Change(Change::Incident(incident(number, "triggered"))));
    }
    update(model, Message::Change(Change::Synced));
}

/// Keys as somebody presses them in a storm, changes between them, and a filter that is typed.
fn frames(model: &mut Model, clock: &SystemClock) -> Vec<Duration> {
    let mut terminal = Terminal::new(TestBackend::new(model.width, model.height)).unwrap();
    let mut taken = Vec::new();
    let keys: Vec<char> = "jjjjkjjjGggjjj jjvjjjjv/host-77\nS/\njjSSSSj".chars().cycle().take(400).collect();
    for (n, key) in keys.into_iter().enumerate() {
        let code = if key == '\n' { KeyCode::Enter } else { KeyCode::Char(key) };
        let begun = clock.monotonic();
        let changed =
            incident(n as u64 * 17 % INCIDENTS + 1, if n % 2 == 0 { "acknowledged" } else { "triggered" });
        update(model, Message::Change(Change::Incident(changed)));
        update(model, Message::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        update(model, Message::Tick(NOW));
        terminal.draw(|frame| view(model, frame)).unwrap();
        taken.push(clock.monotonic() - begun);
    }
    taken
}

fn incident(number: u64, status: &str) -> Value {
    let user = json!({"id": "P1A2B3C", "type": "user_reference", "summary": "ann of the database team"});
    json!({"incident": {
        "id": format!("Q{number:013}"),
        "incident_number": number,
        "title": format!("disk of host-{number}.example.com is {} % full for 10 minutes", number % 100),
        "status": status,
        "urgency": if number.is_multiple_of(3) { "low" } else { "high" },
        "created_at": NOW.to_iso(),
        "last_status_change_at": NOW.to_iso(),
        "service": {"id": "PSVC123", "summary": format!("service {}", number % 40)},
        "escalation_policy": {"id": "PPOL123", "summary": "default"},
        "current_escalation_level": 1,
        "assignments": [{"at": NOW.to_iso(), "assignee": user}],
        "alert_counts": {"all": 3, "triggered": 2, "resolved": 1},
        "html_url": format!("https://pd.example.com/i/{number}?s=0123456789abcdef"),
        "incident_key": format!("host-{number}/disk"),
        "pending_actions": [{"type": "escalate", "at": NOW.to_iso()}],
    }})
}

/// What the process holds of the memory, as the system says.
fn resident_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1024.0
}
