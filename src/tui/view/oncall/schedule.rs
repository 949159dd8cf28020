//! One schedule whole: who is on call and who is next, when nobody is, overrides, each shift to come.

use ratatui::Frame;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::super::gantt::{length, moment};
use super::super::layout::Layout;
use super::super::rows;
use super::chart::present;
use crate::tui::model::Model;
use crate::tui::model::roster::{Schedule, Shift};

/// So many gaps are told one by one.
const GAPS: usize = 20;
/// So many shifts are.
const SHIFTS: usize = 300;

/// The screen.
pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, layout: &Layout) {
    let open = model.roster.open.as_deref();
    let name = open.and_then(|id| model.roster.schedule(id)).map_or("", |it| it.name.as_str());
    let area = ratatui::layout::Rect { height: 1.min(layout.body.height), ..layout.body };
    let line = Line::from(vec![
        Span::raw("  "),
        Span::styled(name.to_owned(), model.settings.theme.title),
        Span::styled("  esc: back to the chart", model.settings.theme.faint),
    ]);
    super::put(frame.buffer_mut(), area, 0, &line);
    let lines = lines(model);
    rows::draw(model, frame, layout, lines.len(), "", |buffer, area, index| {
        if let Some(line) = lines.get(index) {
            buffer.set_line(area.x, area.y, line, area.width);
        }
    });
}

/// All lines.
pub(super) fn lines(model: &Model) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    let known = model.roster.open.as_deref().and_then(|id| model.roster.schedule(id));
    let (Some(it), Some((window, _))) = (known, model.roster.answered) else {
        return vec![Line::from(Span::styled("it is not known any more", theme.faint))];
    };
    let title = |text: String| Line::from(Span::styled(text, theme.title));
    let field = |name: &str, text: String| {
        Line::from(vec![Span::styled(format!("{name:<9}"), theme.faint), Span::styled(text, theme.plain)])
    };
    let policies: Vec<_> = it.policies.iter().map(|policy| policy.name.as_str()).collect();
    let used =
        if policies.is_empty() { "no policy: it pages nobody".to_owned() } else { policies.join(", ") };
    let mut lines = vec![
        field("now", present(model, it)),
        field("used by", used),
        field("zone", format!("{}; times below are yours", it.zone)),
    ];
    let from = model.now.max(window.from);
    gaps(model, it, from, window.until, &mut lines);
    let coming = |shifts: &[Shift]| -> Vec<Shift> {
        let seen = shifts.iter().filter(|shift| shift.end > from && shift.start < window.until);
        seen.take(SHIFTS).cloned().collect()
    };
    for (name, shifts) in [("overrides", coming(&it.overrides)), ("shifts", coming(&it.last))] {
        if !shifts.is_empty() {
            lines.push(title(format!("{name} until {}", moment(model, window.until))));
            lines.extend(shifts.iter().map(|shift| line(model, it, shift, window.until)));
        }
    }
    lines
}

/// When nobody is on call.
fn gaps(
    model: &Model,
    it: &Schedule,
    from: crate::domain::time::Timestamp,
    until: crate::domain::time::Timestamp,
    lines: &mut Vec<Line<'static>>,
) {
    let gaps = it.gaps(from, until);
    let style = model.settings.theme.bad.add_modifier(Modifier::REVERSED);
    for (start, end) in gaps.iter().take(GAPS) {
        let end_text = if *end >= until { "?".to_owned() } else { moment(model, *end) };
        let text = format!("!nobody  {} to {end_text}, {}", moment(model, *start), length(end.since(*start)));
        lines.push(Line::from(Span::styled(text, style)));
    }
    if gaps.len() > GAPS {
        let text = format!("and {} more gaps", gaps.len() - GAPS);
        lines.push(Line::from(Span::styled(text, model.settings.theme.bad)));
    }
}

/// `Mon 5 Jan 08:00 to 16:00  8h  ann`
fn line(
    model: &Model,
    it: &Schedule,
    shift: &Shift,
    known_until: crate::domain::time::Timestamp,
) -> Line<'static> {
    let theme = &model.settings.theme;
    let now = shift.start <= model.now && model.now < shift.end;
    let ends = shift.end < known_until;
    let end = if ends { moment(model, shift.end) } else { "?".to_owned() };
    let start = moment(model, shift.start);
    let mine = model.data.me() == Some(shift.user.id.as_str());
    let instead = it
        .overrides
        .iter()
        .any(|other| other.user.id == shift.user.id && other.start < shift.end && shift.start < other.end);
    let mut notes = Vec::new();
    if now {
        notes.push("now");
    }
    if mine {
        notes.push("you");
    }
    if instead {
        notes.push("override");
    }
    let notes = if notes.is_empty() { String::new() } else { format!("  ({})", notes.join(", ")) };
    let long = if ends { length(shift.end.since(shift.start)) } else { String::new() };
    Line::from(vec![
        Span::styled(format!("  {start:<16} to {end:<16}  "), theme.faint),
        Span::styled(format!("{long:<10}"), theme.faint),
        Span::styled(shift.user.name.clone(), if now || mine { theme.key } else { theme.plain }),
        Span::styled(notes, theme.faint),
    ])
}
