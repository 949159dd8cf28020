//! One incident, whole: its fields, its alerts, its timeline.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::cells::{link, put, rule, status, status_style, urgency};
use super::timeline;
use crate::tui::model::detail::{Alert, Loaded};
use crate::tui::model::{Incident, Model};
use crate::tui::text::{age, count, wrap};

/// All lines, wrapped to a width.
pub fn lines(model: &Model, width: u16) -> Vec<Line<'static>> {
    let width = usize::from(width);
    let Some(incident) = model.current() else { return Vec::new() };
    let theme = &model.settings.theme;
    let mut lines = Vec::new();
    for (n, text) in wrap(&incident.headline(), width.saturating_sub(8)).into_iter().enumerate() {
        let before = if n == 0 {
            vec![
                Span::raw(" "),
                status(&model.settings, incident.status),
                Span::raw(" "),
                urgency(&model.settings, incident.high),
                Span::raw(" "),
            ]
        } else {
            vec![Span::raw("       ")]
        };
        let title = Span::styled(text, theme.title);
        lines.push(Line::from(before.into_iter().chain([title]).collect::<Vec<_>>()));
    }
    lines.push(Line::default());
    for (name, value, style) in fields(model, incident) {
        for (n, text) in wrap(&value, width.saturating_sub(17)).into_iter().enumerate() {
            let name = if n == 0 { name } else { "" };
            let name = Span::styled(format!(" {name:<14} "), theme.faint);
            lines.push(Line::from(vec![name, Span::styled(text, style)]));
        }
    }
    lines.push(Line::default());
    lines.extend(alerts(model, width));
    lines.push(Line::default());
    lines.push(rule(&model.settings, "timeline", true, width));
    lines.extend(timeline::lines(model, u16::try_from(width).unwrap_or(u16::MAX)));
    lines
}

fn fields(model: &Model, incident: &Incident) -> Vec<(&'static str, String, Style)> {
    let (settings, theme) = (&model.settings, &model.settings.theme);
    let when = |at| format!("{} ({} ago)", settings.exact(at), age(model.now, at));
    let names = |all: &[crate::tui::model::read::Named]| {
        all.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    let mut fields = vec![
        ("status", incident.status.as_str().to_owned(), status_style(theme, incident.status)),
        ("urgency", incident.urgency().to_owned(), if incident.high { theme.high } else { theme.low }),
        ("service", incident.service.name.clone(), theme.plain),
        ("policy", format!("{}, level {}", incident.policy.name, incident.level), theme.plain),
    ];
    let mut add = |name, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            fields.push((name, value, theme.plain));
        }
    };
    add("priority", incident.priority.clone());
    add("assigned", Some(incident.assigned()));
    add("acknowledged", Some(names(&incident.acknowledged_by)));
    add("created", Some(when(incident.created_at)));
    add("changed", Some(when(incident.changed_at)));
    add("snoozed until", incident.snoozed_until.map(|at| settings.exact(at)));
    add("nobody paged", incident.hold.clone());
    let next = incident
        .pending
        .iter()
        .map(|(kind, at)| format!("{} at {}", kind.replace('_', " "), settings.clock(*at, model.now)));
    add("by itself", Some(next.collect::<Vec<_>>().join(", ")));
    add("merged into", incident.merged_into.clone());
    add("dedup key", incident.key.clone());
    add("id", Some(incident.id.clone()));
    add("page", Some(incident.html_url.clone()));
    fields
}

fn alerts(model: &Model, width: usize) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    let said = |text: String, style| vec![Line::from(Span::styled(format!(" {text}"), style))];
    let (title, body) = match model.detail.as_ref().map(|detail| &detail.alerts) {
        None | Some(Loaded::Loading) => ("alerts".to_owned(), said("...".to_owned(), theme.faint)),
        Some(Loaded::Failed(reason)) => {
            ("alerts".to_owned(), said(format!("cannot show them: {reason}"), theme.bad))
        }
        Some(Loaded::Ready(all)) => {
            (count(all.len(), "alert"), all.iter().flat_map(|it| alert(model, it, width)).collect())
        }
    };
    [rule(&model.settings, &title, true, width)].into_iter().chain(body).collect()
}

fn alert(model: &Model, alert: &Alert, width: usize) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    let state = if alert.open { "open" } else { "over" };
    let style = if alert.open { theme.plain } else { theme.faint };
    let mut text = format!("{} {state}: {}", alert.severity, alert.summary);
    if alert.events > 1 {
        let last = alert.last_event_at.map(|at| format!(", last {} ago", age(model.now, at)));
        text += &format!(" ({} events{})", alert.events, last.unwrap_or_default());
    }
    let mut lines: Vec<_> = wrap(&text, width.saturating_sub(2))
        .into_iter()
        .map(|text| Line::from(Span::styled(format!(" {text}"), style)))
        .collect();
    let own = [("source", &alert.source), ("key", &alert.key)];
    let own = own.into_iter().map(|(name, value)| (name.to_owned(), value.clone()));
    for (name, value) in own.chain(alert.details.iter().cloned()).filter(|(_, value)| !value.is_empty()) {
        for text in wrap(&format!("{name}: {value}"), width.saturating_sub(4)) {
            lines.push(Line::from(Span::styled(format!("   {text}"), theme.faint)));
        }
    }
    lines
}

/// The whole body.
pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let offset = model.detail.as_ref().map_or(0, |detail| detail.offset);
    let lines = lines(model, area.width);
    for (row, line) in lines.iter().skip(offset).take(usize::from(area.height)).enumerate() {
        let row = u16::try_from(row).unwrap_or(u16::MAX);
        put(frame.buffer_mut(), area, row, line);
        // The address of its page, if it is whole on its line.
        if let (true, Some(last)) = (model.settings.links, line.spans.last())
            && model.current().is_some_and(|incident| incident.html_url == last.content)
        {
            let width = u16::try_from(last.width()).unwrap_or(u16::MAX);
            let before = u16::try_from(line.width()).unwrap_or(u16::MAX).saturating_sub(width);
            let words = Rect { x: area.x + before, y: area.y + row, width, height: 1 };
            link(frame.buffer_mut(), words.intersection(area), &last.content);
        }
    }
}
