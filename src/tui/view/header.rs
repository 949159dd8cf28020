//! The first lines: which server, how many incidents, how the connection is; and banners for what must not be missed.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::cells::{put, put_right, status_glyph, status_style};
use super::layout::{Class, Layout};
use crate::tui::keys::{Group, TABLE};
use crate::tui::model::{Link, Model, Screen, Status};
use crate::tui::text::{clean, count, cut, stopwatch};

/// From this width on, the screens are named.
const TABS: u16 = 120;
/// Nothing is said of a connection that takes no longer.
const SOON: u64 = 2;

/// What must not be missed, a line each.
pub(super) fn banners(model: &Model) -> Vec<String> {
    let link = match &model.link {
        Link::Live => None,
        Link::Connecting { since } if model.now.since(*since).as_secs() < SOON => None,
        Link::Connecting { .. } => Some(format!("connecting to {}", model.settings.server)),
        Link::Offline { since, retry_at, reason } => Some(offline(model, *since, *retry_at, reason)),
        Link::Refused { reason } => Some(format!(
            "the token is not accepted ({}): set another in PD_TOKEN or with `pd context add`, and begin anew",
            clean(reason)
        )),
    };
    let read_only = model.read_only().map(|why| format!("{why}: nothing can be changed from here"));
    link.into_iter().chain(read_only).collect()
}

fn offline(
    model: &Model,
    since: crate::domain::time::Timestamp,
    retry_at: crate::domain::time::Timestamp,
    reason: &str,
) -> String {
    let away = stopwatch(model.now.since(since).as_secs());
    let retry = retry_at.since(model.now).as_secs();
    let retry = if retry == 0 { "connecting".to_owned() } else { format!("retry in {retry} s") };
    let of = match model.data.as_of {
        Some(at) => format!("data as of {}", model.settings.clock(at, model.now)),
        None => "no data yet".to_owned(),
    };
    let waiting = model.acts.queue.len();
    let waiting = if waiting == 0 { String::new() } else { format!(", {} queued", count(waiting, "act")) };
    format!("offline {away}, {retry}, {of}{waiting}: {reason}")
}

/// The header and the banners.
pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, layout: &Layout) {
    let buffer = frame.buffer_mut();
    let mut right = connection(model, layout.class);
    if layout.area.width >= 100
        && let Some(spark) = super::rate::spark(model, 20)
    {
        right.spans.splice(0..0, spark.spans.into_iter().chain([Span::raw("  ")]));
    }
    let mut left = vec![badge(model, layout), Span::raw(" ")];
    left.extend(counts(model));
    if layout.area.width >= TABS {
        left.extend(tabs(model));
    }
    put(buffer, layout.header, 0, &Line::from(left));
    if layout.area.width >= 40 {
        put_right(buffer, layout.header, 0, &right);
    }
    let theme = &model.settings.theme;
    for (row, text) in banners(model).into_iter().enumerate() {
        let Ok(row) = u16::try_from(row) else { break };
        if row < layout.banner.height {
            let area = Rect { y: layout.banner.y + row, height: 1, ..layout.banner };
            buffer.set_style(area, theme.banner);
            let text = cut(&text, usize::from(area.width.saturating_sub(2)));
            put(buffer, area, 0, &Line::from(Span::styled(format!(" {text}"), theme.banner)));
        }
    }
    if let Some(area) = layout.oncall {
        put(buffer, area, 0, &super::oncall::line(model, usize::from(area.width)));
    }
}

/// `1 incidents  2 oncall  …`, the one that is shown in its style.
fn tabs(model: &Model) -> Vec<Span<'static>> {
    let theme = &model.settings.theme;
    let tab = |entry: &crate::tui::keys::Entry| {
        let key = model.settings.keymap.first(entry.action).map(|key| key + " ").unwrap_or_default();
        let style = if entry.name == model.screen.name() { theme.title } else { theme.faint };
        [Span::styled(format!("  {key}"), theme.faint), Span::styled(entry.name, style)]
    };
    TABLE.iter().filter(|entry| entry.group == Group::Screen).flat_map(tab).collect()
}

fn badge(model: &Model, layout: &Layout) -> Span<'static> {
    let room = usize::from(layout.area.width) / 4;
    Span::styled(
        format!(" {} ", cut(&clean(&model.settings.server), room.max(4))),
        model.settings.theme.badge,
    )
}

/// `●T 3  ◐A 2`
fn counts(model: &Model) -> Vec<Span<'static>> {
    let (counts, settings) = (model.data.counts, &model.settings);
    let mut spans = Vec::new();
    let all = [
        (Status::Triggered, counts.triggered),
        (Status::Acknowledged, counts.acknowledged),
        (Status::Held, counts.held),
    ];
    for (status, number) in all {
        // Those that are usual are always there, so that nothing jumps.
        if number > 0 || status != Status::Held {
            let text = format!("{}{} {number}  ", status_glyph(status, settings.icons), status.letter());
            let style = if number > 0 { status_style(&settings.theme, status) } else { settings.theme.faint };
            spans.push(Span::styled(text, style));
        }
    }
    let new = match model.screen {
        Screen::Notifications => model.notifications.frozen.as_ref().map(|frozen| frozen.new),
        _ => model.list.frozen.as_ref().map(|held| held.come.len()),
    };
    if let Some(new) = new {
        spans.push(Span::styled(format!("frozen, {new} new  "), settings.theme.title));
    }
    spans
}

fn connection(model: &Model, class: Class) -> Line<'static> {
    let theme = &model.settings.theme;
    let screen = match model.screen {
        _ if model.width >= TABS => String::new(),
        Screen::Incidents => String::new(),
        other => format!("{}  ", other.name()),
    };
    let (word, style) = match &model.link {
        Link::Live => ("live", theme.good),
        Link::Connecting { .. } => ("connecting", theme.faint),
        Link::Offline { .. } => ("offline", theme.bad),
        Link::Refused { .. } => ("refused", theme.bad),
    };
    let clock = match class {
        Class::Full => format!(" {} ", model.settings.seconds(model.now)),
        _ => " ".to_owned(),
    };
    Line::from(vec![
        Span::styled(screen, theme.title),
        Span::styled(word, style),
        Span::styled(clock, theme.faint),
    ])
}

/// All that fits on a very small screen.
pub(super) fn one_line(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let counts = model.data.counts;
    let link = match &model.link {
        Link::Live => "",
        Link::Connecting { .. } => " ...",
        Link::Offline { .. } | Link::Refused { .. } => " off",
    };
    let text = format!("T{} A{}{link}", counts.triggered, counts.acknowledged);
    let style =
        if counts.triggered > 0 { model.settings.theme.triggered } else { model.settings.theme.plain };
    put(frame.buffer_mut(), area, 0, &Line::from(Span::styled(text, style)));
}
