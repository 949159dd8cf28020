//! How many events came in, minute by minute, and how many incidents they opened.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::cells::{put, status_style};
use super::layout::Layout;
use super::rows::{cell, eighths};
use super::services::minutes_ago;
use crate::domain::time::Timestamp;
use crate::tui::model::data::MINUTES;
use crate::tui::model::{Model, Status};
use crate::tui::text::{fit_right, width, wrap};

const EMPTY: &str = "not known yet: the server says how many events it takes when it is connected";

/// How minutes are laid out: so many columns each, or so many of them a column.
#[derive(Clone, Copy)]
struct Scale {
    /// What stands to the left.
    label: u16,
    wide: usize,
    minutes: usize,
}

impl Scale {
    fn of(area: Rect, most: u64) -> Self {
        let label = most.to_string().len().max(6) + 1;
        let room = usize::from(area.width).saturating_sub(label + 1).max(1);
        let label = u16::try_from(label).unwrap_or(7);
        match room / MINUTES {
            0 => Self { label, wide: 1, minutes: MINUTES.div_ceil(room) },
            wide => Self { label, wide, minutes: 1 },
        }
    }

    fn bars(self) -> usize {
        MINUTES / self.minutes
    }

    /// The minutes of a bar, as places in the hour; what does not fill a bar is left out at the beginning.
    fn minutes_of(self, bar: usize) -> std::ops::Range<usize> {
        let first = MINUTES - self.bars() * self.minutes + bar * self.minutes;
        first..first + self.minutes
    }

    /// Where a bar begins.
    fn x(self, area: Rect, bar: usize) -> u16 {
        area.x + self.label + u16::try_from(bar * self.wide).unwrap_or(0)
    }

    /// The bar in which a minute is; the newest minute is 0 ago.
    fn bar(self, ago: usize) -> Option<usize> {
        self.bars().checked_sub(1 + ago / self.minutes)
    }
}

/// The events of each minute, the newest last; always of an hour.
fn events(model: &Model) -> Vec<u64> {
    let known = &model.data.traffic;
    let mut events = vec![0; MINUTES.saturating_sub(known.len())];
    events.extend(known.iter().skip(known.len().saturating_sub(MINUTES)));
    events
}

/// The screen.
pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, layout: &Layout) {
    let (theme, buffer, area) = (&model.settings.theme, frame.buffer_mut(), layout.body);
    if model.data.traffic.is_empty() {
        let lines = wrap(EMPTY, usize::from(area.width.saturating_sub(4)));
        for (row, text) in (0..area.height).zip(lines) {
            put(buffer, area, row, &Line::from(Span::styled(format!("  {text}"), theme.faint)));
        }
        return;
    }
    let events = events(model);
    let most = events.iter().copied().max().unwrap_or(0);
    let scale = Scale::of(area, most);
    put(buffer, area, 0, &totals(model, &events, usize::from(area.width)));
    if area.height < 4 {
        return;
    }
    // The totals, the axis with its times, and what was opened.
    let (opened, below) = if area.height >= 8 { (2, 4) } else { (0, 3) };
    let chart =
        Rect { y: area.y + 1, height: area.height.saturating_sub(below + u16::from(opened > 0)), ..area };
    bars(model, buffer, chart, scale, &events, most);
    let rest = Rect { y: chart.y + chart.height, height: area.height - 1 - chart.height, ..area };
    axis(model, buffer, rest, scale);
    if opened > 0 {
        let rest = Rect { y: rest.y + 2, height: rest.height.saturating_sub(2), ..rest };
        opened_incidents(model, buffer, rest, scale);
    }
}

/// `5 min 12   15 min 40   60 min 300   most 30 at 03:12`
fn totals(model: &Model, events: &[u64], columns: usize) -> Line<'static> {
    let theme = &model.settings.theme;
    let last = |minutes: usize| events.iter().rev().take(minutes).sum::<u64>();
    let most = events.iter().copied().max().unwrap_or(0);
    let ago = events.iter().rev().position(|it| *it == most).unwrap_or(0);
    let now = events.last().copied().unwrap_or(0);
    let at = model.settings.clock(minute(model.now, ago), model.now);
    let mut said = vec![
        (" events in 5 min ".to_owned(), last(5).to_string()),
        ("15 min ".to_owned(), last(15).to_string()),
        ("60 min ".to_owned(), last(60).to_string()),
    ];
    if most > 0 {
        said.push(("most ".to_owned(), format!("{most} at {at}")));
    }
    said.push(("this minute ".to_owned(), now.to_string()));
    let (mut spans, mut left) = (Vec::new(), columns);
    for (what, number) in said {
        // On a small screen the first word gives way.
        let what = if columns < 58 { what.replace("events in ", "") } else { what };
        let taken = width(&what) + width(&number) + 2;
        if taken > left + 2 {
            break;
        }
        left = left.saturating_sub(taken);
        spans.push(Span::styled(what, theme.faint));
        spans.push(Span::styled(format!("{number}  "), theme.title));
    }
    Line::from(spans)
}

/// The beginning of the minute so many minutes ago.
fn minute(now: Timestamp, ago: usize) -> Timestamp {
    let minute = now.as_millis().div_euclid(60_000) - i64::try_from(ago).unwrap_or(0);
    Timestamp::from_millis(minute * 60_000)
}

fn bars(model: &Model, buffer: &mut Buffer, area: Rect, scale: Scale, events: &[u64], most: u64) {
    let (theme, icons) = (&model.settings.theme, model.settings.icons);
    let height = usize::from(area.height);
    let bar = if icons { "│" } else { "|" };
    for row in 0..area.height {
        // The maximum at the top, its half in the middle.
        let value = match usize::from(row) {
            0 => most.to_string(),
            middle if height >= 6 && middle == height / 2 && most >= 4 => (most / 2).to_string(),
            _ => String::new(),
        };
        let label = fit_right(&value, usize::from(scale.label - 1));
        put(
            buffer,
            area,
            row,
            &Line::from(vec![Span::styled(label, theme.faint), Span::styled(bar, theme.rule)]),
        );
    }
    let places = most.max(1);
    for bar in 0..scale.bars() {
        let minutes = &events[scale.minutes_of(bar)];
        let value = minutes.iter().copied().max().unwrap_or(0);
        let full = u128::from(value) * (height * 8) as u128 / u128::from(places);
        // A single event is seen beside however many.
        let filled = usize::try_from(full).unwrap_or(0).max(usize::from(value > 0));
        // The minute that is not over yet looks otherwise.
        let style = if bar + 1 == scale.bars() { theme.key } else { theme.good };
        for row in 0..height {
            let below = (height - 1 - row) * 8;
            let sign = eighths(filled.saturating_sub(below).min(8), icons);
            if sign == " " {
                continue;
            }
            let y = area.y + u16::try_from(row).unwrap_or(0);
            buffer.set_stringn(scale.x(area, bar), y, sign.repeat(gapless(scale.wide)), scale.wide, style);
        }
    }
}

/// Wide bars have a gap between them.
fn gapless(wide: usize) -> usize {
    if wide > 2 { wide - 1 } else { wide }
}

/// The line below the bars, with the time at each quarter of an hour.
fn axis(model: &Model, buffer: &mut Buffer, area: Rect, scale: Scale) {
    let (theme, icons) = (&model.settings.theme, model.settings.icons);
    let (corner, dash, tick) = if icons { ("└", "─", "┬") } else { ("+", "-", "+") };
    let columns = scale.bars() * scale.wide;
    let line = format!("{}{corner}{}", fit_right("0", usize::from(scale.label - 1)), dash.repeat(columns));
    put(buffer, area, 0, &Line::from(Span::styled(line, theme.rule)));
    if area.height < 2 {
        return;
    }
    let end = area.x + area.width;
    let mut free = area.x;
    for bar in 0..scale.bars() {
        let ago = MINUTES - 1 - scale.minutes_of(bar).start;
        let at = minute(model.now, ago);
        let quarter = (0..scale.minutes).find(|n| {
            let at = minute(model.now, ago.saturating_sub(*n));
            model.settings.zoned(at).is_some_and(|at| at.minute() % 15 == 0)
        });
        let x = scale.x(area, bar);
        if let Some(n) = quarter.filter(|_| x >= free && x + 5 <= end) {
            let at = minute(at, 0).plus(std::time::Duration::from_secs(60 * n as u64));
            let text =
                model.settings.zoned(at).map(|at| at.strftime("%H:%M").to_string()).unwrap_or_default();
            buffer.set_stringn(x, area.y, tick, 1, theme.rule);
            buffer.set_stringn(x, area.y + 1, &text, 5, theme.faint);
            free = x + 6;
        }
    }
}

/// Incidents opened, of those that are known: the open ones, and those resolved since this began.
fn opened_incidents(model: &Model, buffer: &mut Buffer, area: Rect, scale: Scale) {
    let theme = &model.settings.theme;
    let mut bins = vec![(0, Status::Resolved); scale.bars()];
    for incident in model.data.incidents.values() {
        let bar = minutes_ago(model.now, incident.created_at).and_then(|ago| scale.bar(ago));
        if let Some((number, worst)) = bar.and_then(|bar| bins.get_mut(bar)) {
            *number += 1;
            *worst = incident.status.min(*worst);
        }
    }
    let label = fit_right("opened", usize::from(scale.label - 1));
    put(buffer, area, 0, &Line::from(Span::styled(label, theme.faint)));
    for (bar, (number, worst)) in bins.iter().enumerate() {
        let style = if *number == 0 { theme.faint } else { status_style(theme, *worst) };
        let sign = cell(*number, model.settings.icons);
        buffer.set_stringn(scale.x(area, bar), area.y, sign, 1, style);
    }
    let all: usize = bins.iter().map(|(number, _)| number).sum();
    let known = if area.width < 58 { "" } else { ", of those that are known here" };
    let text = format!("{} opened{known}", crate::tui::text::count(all, "incident"));
    let indent = " ".repeat(usize::from(scale.label));
    put(buffer, area, 1, &Line::from(Span::styled(format!("{indent}{text}"), theme.faint)));
}

/// The last minutes in one line of at most so many columns: for where there is room for no more. None: nothing is known.
pub(super) fn spark(model: &Model, columns: usize) -> Option<Line<'static>> {
    let events = events(model);
    if model.data.traffic.is_empty() || columns == 0 {
        return None;
    }
    let shown = &events[MINUTES.saturating_sub(columns)..];
    let most = shown.iter().copied().max().unwrap_or(0).max(1);
    let sign = |n: &u64| match (n, model.settings.icons) {
        (0, true) => "·",
        (0, false) => ".",
        (n, icons) => eighths(usize::try_from(n * 8 / most).unwrap_or(8).max(1), icons),
    };
    let text: String = shown.iter().map(sign).collect();
    Some(Line::from(Span::styled(text, model.settings.theme.faint)))
}
