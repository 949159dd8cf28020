//! The list of incidents: only the rows that are seen.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::cells::{link, put, spinner, status, urgency};
use super::layout::Layout;
use crate::tui::model::{Focus, Incident, Link, Model};
use crate::tui::text::{age, fit, fit_right};

/// How wide columns are; those of no width are left out.
struct Columns {
    number: usize,
    title: usize,
    service: usize,
    age: usize,
    assignee: usize,
    alerts: usize,
}

/// Marks, status and urgency, with the spaces after them.
const MARKS: usize = 3 + 3 + 3;

impl Columns {
    fn of(model: &Model, width: usize) -> Self {
        let largest = model.data.incidents.keys().next_back().copied().unwrap_or(0);
        let number = largest.to_string().len() + 1;
        let (service, assignee, alerts) = match width {
            0..56 => (0, 0, 0),
            56..72 => (12, 0, 0),
            72..90 => (14, 12, 3),
            90..110 => (16, 12, 4),
            _ => (22, 16, 4),
        };
        let age = 4;
        let used: usize =
            [number, service, age, assignee, alerts].into_iter().filter(|it| *it > 0).map(|it| it + 1).sum();
        let title = width.saturating_sub(MARKS + used);
        Self { number, title, service, age, assignee, alerts }
    }
}

/// The list.
pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, layout: &Layout) {
    if layout.list.is_empty() {
        return;
    }
    let buffer = frame.buffer_mut();
    let columns = Columns::of(model, usize::from(layout.list.width));
    if layout.has_headings() {
        put(buffer, layout.list, 0, &headings(model, &columns));
    }
    let area = layout.list_area();
    if model.list.rows.is_empty() {
        return empty(model, buffer, area);
    }
    let rows = model.list.rows.iter().enumerate().skip(model.list.offset).take(usize::from(area.height));
    for (place, (at, number)) in rows.enumerate() {
        let Ok(row) = u16::try_from(place) else { break };
        draw_row(model, buffer, area, row, at, *number, &columns);
    }
}

fn headings(model: &Model, columns: &Columns) -> Line<'static> {
    let mut text = format!("   {:<3}{:<3}", "S", "U");
    let mut add = |title: &str, width: usize, right: bool| {
        if width > 0 {
            text.push_str(&if right { fit_right(title, width) } else { fit(title, width) });
            text.push(' ');
        }
    };
    add("#", columns.number, false);
    add("TITLE", columns.title, false);
    add("SERVICE", columns.service, false);
    add("AGE", columns.age, true);
    add("ASSIGNED", columns.assignee, false);
    add(if columns.alerts > 3 { "ALRT" } else { "ALR" }, columns.alerts, true);
    Line::from(Span::styled(text, model.settings.theme.title))
}

fn empty(model: &Model, buffer: &mut Buffer, area: Rect) {
    let theme = &model.settings.theme;
    let (text, style) = match (&model.link, model.list.filter.is_empty()) {
        (Link::Connecting { .. }, _) => ("connecting ...".to_owned(), theme.faint),
        (_, false) if !model.data.incidents.is_empty() => (
            format!("nothing goes with the filter `{}`; esc drops it", model.list.filter.text()),
            theme.faint,
        ),
        (Link::Live, _) => ("nothing is open: all is well".to_owned(), theme.good),
        _ => ("no data yet".to_owned(), theme.faint),
    };
    put(buffer, area, area.height.min(2) / 2, &Line::from(Span::styled(format!("   {text}"), style)));
}

fn draw_row(
    model: &Model,
    buffer: &mut Buffer,
    area: Rect,
    row: u16,
    at: usize,
    number: u64,
    columns: &Columns,
) {
    let theme = &model.settings.theme;
    let under_cursor = at == model.list.at;
    let selected = model.list.selected.contains(&number);
    let line = match model.data.incidents.get(&number) {
        Some(incident) => cells(model, incident, under_cursor, selected, columns),
        None => Line::from(Span::styled(format!("   #{number} is in the archive"), theme.faint)),
    };
    let place = Rect { y: area.y + row, height: 1, ..area };
    put(buffer, area, row, &line);
    if let Some(incident) = model.data.incidents.get(&number).filter(|_| model.settings.links) {
        let (before, width) = (MARKS as u16, format!("#{number}").len() as u16);
        let words = Rect { x: place.x + before, width, ..place };
        link(buffer, words.intersection(place), &incident.html_url);
    }
    if selected {
        buffer.set_style(place, theme.selected);
    }
    if under_cursor {
        let style =
            if model.focus == Focus::List && model.watched { theme.cursor } else { theme.cursor_elsewhere };
        buffer.set_style(place, style);
    }
}

fn cells(
    model: &Model,
    incident: &Incident,
    under_cursor: bool,
    selected: bool,
    columns: &Columns,
) -> Line<'static> {
    let (settings, theme) = (&model.settings, &model.settings.theme);
    let mark = match (under_cursor, settings.icons) {
        (true, true) => "▸",
        (true, false) => ">",
        _ => " ",
    };
    let chosen = if selected { "*" } else { " " };
    let body = if incident.status.is_open() { theme.plain } else { theme.faint };
    let mut spans = vec![
        Span::styled(mark, theme.key),
        Span::styled(chosen, theme.key),
        under_way(model, incident.number),
        status(settings, incident.status),
        Span::raw(" "),
        urgency(settings, incident.high),
        Span::raw(" "),
    ];
    let mut add = |text: String, width: usize, right: bool, style| {
        if width > 0 {
            let text = if right { fit_right(&text, width) } else { fit(&text, width) };
            spans.push(Span::styled(text + " ", style));
        }
    };
    add(format!("#{}", incident.number), columns.number, false, theme.faint);
    add(incident.title.clone(), columns.title, false, body);
    add(incident.service.name.clone(), columns.service, false, body);
    add(age(model.now, incident.created_at), columns.age, true, body);
    let assigned = match (incident.assignees.is_empty(), incident.status.is_open()) {
        (true, true) => "nobody".to_owned(),
        _ => incident.assigned(),
    };
    let style = if assigned == "nobody" { theme.bad } else { body };
    add(assigned, columns.assignee, false, style);
    add(incident.alerts.to_string(), columns.alerts, true, theme.faint);
    Line::from(spans)
}

/// A mark if something is under way: turning if it was sent, `…` if it waits.
fn under_way(model: &Model, number: u64) -> Span<'static> {
    let theme = &model.settings.theme;
    let Some(act) = model.acts.under_way(number) else { return Span::raw(" ") };
    let sent = model.acts.sent && model.acts.queue.front().is_some_and(|first| first.ticket == act.ticket);
    let waits = if model.settings.icons { "…" } else { "." };
    let mark = if sent { spinner(model.now.as_millis() / 1000, model.settings.icons) } else { waits };
    Span::styled(mark, theme.key)
}
