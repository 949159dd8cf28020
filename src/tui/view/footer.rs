//! The last lines: messages and what is typed, and the keys that do something here.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use tui_input::Input;

use super::cells::{put, put_right};
use super::layout::{Class, Layout};
use crate::tui::keys::{Action, TABLE};
use crate::tui::model::{Model, Overlay, Screen};
use crate::tui::text::{count, cut, width};

/// The line of messages, and the keys.
pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, layout: &Layout) {
    let small = layout.class == Class::Small;
    let speaks = model.notice.is_some() || model.overlay.is_some();
    if !small || !speaks {
        let line = keys(model, usize::from(layout.footer.width));
        put(frame.buffer_mut(), layout.footer, 0, &line);
    }
    if !small || speaks {
        status(model, frame, layout.status);
    }
}

fn status(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let theme = &model.settings.theme;
    match &model.overlay {
        Some(Overlay::Filter { input, problem, .. }) => {
            prompt(model, frame, area, "/", input);
            if let Some(problem) = problem {
                let text = cut(problem, usize::from(area.width) * 2 / 3);
                put_right(frame.buffer_mut(), area, 0, &Line::from(Span::styled(text, theme.bad)));
            }
            return;
        }
        Some(Overlay::Palette(picker)) => return prompt(model, frame, area, ":", &picker.input),
        Some(Overlay::Confirm { deed, targets, again }) => {
            let again = again.map(|key| format!("{key} or ")).unwrap_or_default();
            let text = format!(" {}? {again}y: yes, n: no", deed.asks(targets));
            return put(frame.buffer_mut(), area, 0, &Line::from(Span::styled(text, theme.banner)));
        }
        _ => {}
    }
    let place = place(model);
    let columns = usize::from(area.width).saturating_sub(width(&place) + 1);
    put_right(frame.buffer_mut(), area, 0, &Line::from(Span::styled(place, theme.faint)));
    if let Some(notice) = &model.notice {
        let style = if notice.bad { theme.bad } else { theme.good };
        let mark = if notice.bad { "! " } else { "" };
        let text = cut(&format!(" {mark}{}", notice.text), columns);
        return put(frame.buffer_mut(), area, 0, &Line::from(Span::styled(text, style)));
    }
    let text = cut(&format!(" {}", standing(model)), columns);
    put(frame.buffer_mut(), area, 0, &Line::from(Span::styled(text, theme.faint)));
}

/// What stays as it is until somebody changes it.
fn standing(model: &Model) -> String {
    let mut parts = Vec::new();
    if model.detail.is_some() {
        return String::new();
    }
    if !model.filter().is_empty() {
        parts.push(format!("filter /{}", model.filter().text()));
    }
    parts.extend(super::standing(model));
    if model.screen == Screen::Incidents {
        if model.list.range.is_some() {
            parts.push("range".to_owned());
        }
        if !model.list.selected.is_empty() {
            parts.push(format!("{} selected", model.list.selected.len()));
        }
        if let Some(held) = &model.list.frozen {
            parts.push(format!("frozen: {} new, {} changed", held.come.len(), held.moved.len()));
        }
        parts.push(format!("sorted by {}", model.list.sort.as_str()));
        if model.list.show_resolved {
            parts.push("with what is resolved".to_owned());
        }
    }
    if !model.acts.queue.is_empty() {
        parts.push(format!("{} under way", count(model.acts.queue.len(), "act")));
    }
    parts.join("  ·  ")
}

/// `3/30`
fn place(model: &Model) -> String {
    if let Some(detail) = &model.detail {
        let body = super::layout::of(model).body;
        let lines = super::detail::lines(model, body.width).len();
        let last = (detail.offset + usize::from(body.height)).min(lines);
        return format!("lines {} to {last} of {lines} ", detail.offset + 1);
    }
    let (at, rows) = match model.pane() {
        Some(pane) => (pane.at, super::rows(model)),
        None => (model.list.at, model.list.rows.len()),
    };
    if rows == 0 { String::new() } else { format!("{}/{rows} ", at + 1) }
}

/// What is typed, with the cursor in it.
fn prompt(model: &Model, frame: &mut Frame<'_>, area: Rect, sign: &str, input: &Input) {
    let room = usize::from(area.width).saturating_sub(width(sign) + 2);
    let scroll = input.visual_scroll(room.max(1));
    let text: String = input.value().chars().skip(scroll).collect();
    let spans = vec![Span::styled(format!(" {sign}"), model.settings.theme.key), Span::raw(text)];
    put(frame.buffer_mut(), area, 0, &Line::from(spans));
    let column = input.visual_cursor().saturating_sub(scroll) + width(sign) + 1;
    let x = area.x + u16::try_from(column).unwrap_or(0).min(area.width.saturating_sub(1));
    frame.set_cursor_position((x, area.y));
}

/// The keys that do something here, as many as there is room for; help and quit always.
fn keys(model: &Model, columns: usize) -> Line<'static> {
    let pairs = match &model.overlay {
        None => actions(model),
        Some(overlay) => {
            asked(overlay).iter().map(|(key, word)| ((*key).to_owned(), (*word).to_owned())).collect()
        }
    };
    let theme = &model.settings.theme;
    let always: usize = if model.overlay.is_some() { 0 } else { 2 };
    let length = |(key, word): &(String, String)| width(key) + width(word) + 3;
    let kept: usize = pairs.iter().rev().take(always).map(length).sum();
    let (mut spans, mut left) = (vec![Span::raw(" ")], columns.saturating_sub(kept + 1));
    for (n, pair) in pairs.iter().enumerate() {
        let last = n + always >= pairs.len();
        if !last {
            if length(pair) > left {
                left = 0;
                continue;
            }
            left -= length(pair);
        }
        spans.push(Span::styled(pair.0.clone(), theme.key));
        spans.push(Span::styled(format!(" {}  ", pair.1), theme.faint));
    }
    Line::from(spans)
}

fn actions(model: &Model) -> Vec<(String, String)> {
    let acts = model.screen == Screen::Incidents && model.read_only().is_none();
    let here = |action: Action| match action.entry().group {
        crate::tui::keys::Group::Act => acts,
        crate::tui::keys::Group::Select => acts && model.detail.is_none(),
        crate::tui::keys::Group::View => match action {
            Action::Filter => model.detail.is_none(),
            Action::Open | Action::Sort | Action::Freeze => {
                model.screen == Screen::Incidents && model.detail.is_none()
            }
            _ => model.screen == Screen::Incidents,
        },
        _ => true,
    };
    let shown = TABLE.iter().filter(|entry| !entry.short.is_empty() && here(entry.action));
    let pair = |entry: &crate::tui::keys::Entry| {
        Some((model.settings.keymap.first(entry.action)?, entry.short.to_owned()))
    };
    let mut pairs: Vec<_> = shown.filter_map(pair).collect();
    if model.detail.is_none() {
        pairs.splice(0..0, crate::tui::screen_keys::footer(model.screen, &model.settings.keymap));
    }
    if model.detail.is_some() || model.screen != Screen::Incidents {
        pairs.insert(0, ("esc".to_owned(), "back".to_owned()));
    }
    pairs
}

/// The keys where something is asked.
fn asked(overlay: &Overlay) -> &'static [(&'static str, &'static str)] {
    match overlay {
        Overlay::Filter { .. } => {
            &[("enter", "keep"), ("esc", "as before"), ("!", "not"), ("-f", "fuzzy"), ("-l", "key=value")]
        }
        Overlay::Palette(_) => &[("enter", "do it"), ("tab", "complete"), ("esc", "back")],
        Overlay::Assign { .. } => &[("enter", "assign"), ("tab", "several"), ("esc", "back")],
        Overlay::Snooze { .. } => &[("enter", "snooze"), ("esc", "back")],
        Overlay::Copy(_) => &[("enter", "copy"), ("a first letter", "at once"), ("esc", "back")],
        Overlay::Confirm { .. } => &[("y", "yes"), ("n", "no")],
        Overlay::Help { .. } => &[("j k", "scroll"), ("esc", "back")],
    }
}
