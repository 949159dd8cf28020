//! What goes out to people, and what comes of it, the newest first.

use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::Line;

use super::layout::Layout;
use super::rows::{self, Cells};
use crate::tui::model::Model;
use crate::tui::model::data::LogLine;
use crate::tui::text::count;

/// What became of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Outcome {
    Sent,
    Failed,
    Unknown,
    /// It was not needed any more.
    Cancelled,
    /// There was nobody to send to.
    Nobody,
    /// Whoever acknowledged it is reminded.
    Reminded,
}

/// Whether a line is about somebody being told, or about nobody being.
pub fn is_about(line: &LogLine) -> bool {
    line.kind == "notify" || reached_nobody(line)
}

fn reached_nobody(line: &LogLine) -> bool {
    line.kind == "exhaust_escalation_path"
        || line.kind == "annotate" && line.note.is_none() && line.summary.contains("reached nobody")
}

impl Outcome {
    fn of(line: &LogLine) -> Self {
        match line.notification.as_ref().map(|sent| sent.status.as_str()) {
            Some("success") => Self::Sent,
            Some("failed") => Self::Failed,
            Some("cancelled") => Self::Cancelled,
            Some(_) => Self::Unknown,
            None if reached_nobody(line) => Self::Nobody,
            None => Self::Reminded,
        }
    }

    /// A sign and a word.
    fn shown(self, model: &Model) -> (&'static str, &'static str, Style) {
        let (theme, icons) = (&model.settings.theme, model.settings.icons);
        let (sign, letter, word, style) = match self {
            Self::Sent => ("✓", "+", "sent", theme.good),
            Self::Failed => ("✗", "!", "FAILED", theme.bad),
            Self::Unknown => ("?", "?", "unknown", theme.bad),
            Self::Cancelled => ("–", "-", "not sent", theme.faint),
            Self::Nobody => ("✗", "!", "NOBODY", theme.bad),
            Self::Reminded => ("↻", "r", "reminded", theme.plain),
        };
        (if icons { sign } else { letter }, word, style)
    }

    fn is_bad(self) -> bool {
        matches!(self, Self::Failed | Self::Unknown | Self::Nobody)
    }
}

/// The lines that the screen has, the newest first.
pub fn lines(model: &Model) -> Vec<&LogLine> {
    let filter = &model.notifications.filter;
    let lets = |line: &&LogLine| {
        filter.is_empty() || {
            let (_, word, _) = Outcome::of(line).shown(model);
            let channel = line.notification.as_ref().map_or("", |sent| sent.kind.as_str());
            let text = format!("{} {word} {channel} {} {}", who(line), about(model, line), line.words());
            filter.lets_text(&text.to_lowercase())
        }
    };
    match &model.notifications.frozen {
        Some(frozen) => frozen.lines.iter().filter(lets).collect(),
        None => model.data.log.iter().rev().filter(|line| is_about(line)).filter(lets).collect(),
    }
}

/// How it is frozen, and how many did not go well.
pub(super) fn standing(model: &Model) -> Option<String> {
    let bad = model.data.log.iter().filter(|line| is_about(line) && Outcome::of(line).is_bad()).count();
    let mut parts = Vec::new();
    if let Some(frozen) = &model.notifications.frozen {
        parts.push(format!("frozen: {} new", frozen.new));
    }
    if bad > 0 {
        parts.push(format!("{} failed, unknown or unreached", count(bad, "message")));
    }
    (!parts.is_empty()).then(|| parts.join("  ·  "))
}

/// Who was told.
fn who(line: &LogLine) -> String {
    match &line.notification {
        Some(sent) => sent.user.name.clone(),
        None if reached_nobody(line) => "nobody".to_owned(),
        None => String::new(),
    }
}

/// `#12 disk full`
fn about(model: &Model, line: &LogLine) -> String {
    match line.number.and_then(|number| Some((number, model.data.incidents.get(&number)?))) {
        Some((_, incident)) => incident.headline(),
        None => match (line.number, line.incident.name.split_once("] ")) {
            (Some(number), Some((_, title))) => format!("#{number} {title}"),
            (Some(number), None) => format!("#{number}"),
            (None, _) => line.incident.name.clone(),
        },
    }
}

/// Why it came out as it did, if there is more to say than the outcome's word.
fn why(line: &LogLine) -> String {
    let detail = || line.notification.as_ref().and_then(|sent| sent.detail.clone());
    match Outcome::of(line) {
        Outcome::Sent => String::new(),
        Outcome::Failed => detail().unwrap_or_else(|| "no reason was said".to_owned()),
        Outcome::Unknown => {
            let why = detail().map(|detail| format!(": {detail}")).unwrap_or_default();
            format!("whether it arrived is unknown{why}")
        }
        Outcome::Cancelled => match line.summary.split_once(" not sent: ") {
            Some((_, why)) => why.to_owned(),
            None => line.words(),
        },
        Outcome::Nobody | Outcome::Reminded => line.words(),
    }
}

/// How wide columns are; those of no width are left out.
struct Columns {
    time: usize,
    outcome: usize,
    who: usize,
    by: usize,
    about: usize,
    why: usize,
}

impl Columns {
    fn of(width: usize) -> Self {
        let (outcome, who, by, about) = match width {
            0..58 => (1, 9, 0, 0),
            // What went wrong is read rather than the title.
            58..100 => (10, 12, 7, 0),
            _ => (10, 20, 17, 44),
        };
        let time = 8;
        Self { time, outcome, who, by, about, why: Cells::rest(width, &[time, outcome, who, by, about]) }
    }
}

/// The screen.
pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, layout: &Layout) {
    let columns = Columns::of(rows::width(layout));
    let title = model.settings.theme.title;
    let mut heading = Cells::default();
    heading.left("WHEN", columns.time, title);
    heading.left("OUTCOME", columns.outcome, title);
    heading.left("WHO", columns.who, title);
    heading.left("BY", columns.by, title);
    heading.left("INCIDENT", columns.about, title);
    heading.left(if columns.about > 0 { "WHY" } else { "INCIDENT, OR WHY NOT" }, columns.why, title);
    rows::headings(frame, layout, &heading.line());
    let lines = lines(model);
    let empty = "no message went out since this began: earlier ones are in the timelines of their incidents";
    rows::draw(model, frame, layout, lines.len(), empty, |buffer, area, index| {
        let Some(line) = lines.get(index) else { return };
        buffer.set_line(area.x, area.y, &cells(model, line, &columns), area.width);
    });
}

fn cells(model: &Model, line: &LogLine, columns: &Columns) -> Line<'static> {
    let theme = &model.settings.theme;
    let outcome = Outcome::of(line);
    let (sign, word, style) = outcome.shown(model);
    let body = match outcome {
        Outcome::Cancelled => theme.faint,
        bad if bad.is_bad() => theme.bad,
        _ => theme.plain,
    };
    let mut cells = Cells::default();
    cells.left(&model.settings.seconds(line.at), columns.time, theme.faint);
    let outcome_text = if columns.outcome == 1 { sign.to_owned() } else { format!("{sign} {word}") };
    cells.left(&outcome_text, columns.outcome, style);
    cells.left(&who(line), columns.who, body);
    let by = line.notification.as_ref().map_or("", |sent| match sent.kind.as_str() {
        "push_notification" => "push",
        // What was not sent has no channel.
        "auto" => "",
        kind => kind,
    });
    cells.left(by, columns.by, theme.faint);
    if columns.about > 0 {
        cells.left(&about(model, line), columns.about, theme.plain);
        cells.left(&why(line), columns.why, body);
    } else {
        // One column for both: the number, and then what matters more.
        let number = line.number.map(|number| format!("#{number} ")).unwrap_or_default();
        let text = if outcome.is_bad() { format!("{number}{}", why(line)) } else { about(model, line) };
        cells.left(&text, columns.why, body);
    }
    cells.line()
}
