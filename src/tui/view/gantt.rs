//! A chart of shifts on the cells of the screen: an axis of time, a row of bars under the other, a line for the present.
//! What it says is in the characters; colour only makes it easier to see.

use std::time::Duration;

use jiff::ToSpan as _;
use jiff::civil::{DateTime, Time};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use crate::domain::time::Timestamp;
use crate::tui::model::roster::{Shift, Window, Zoom, gaps};
use crate::tui::model::{Model, Settings};
use crate::tui::text::{cut, width};
use crate::tui::theme::Name;

/// The part of the time that is on the screen: a sixth of it has passed, unless it is scrolled.
pub(super) fn window(model: &Model) -> Window {
    let zoom = model.roster.zoom;
    let shift = model.roster.scroll - i64::try_from(zoom.length().as_secs() / 6).unwrap_or(0);
    let at = Timestamp::from_millis(model.now.as_millis().saturating_add(shift * 1000));
    let from = rounded(&model.settings, at, zoom).unwrap_or(at);
    Window { from, until: from.plus(zoom.length()) }
}

/// The beginning of the hour, or of the day, by the user's clock.
fn rounded(settings: &Settings, at: Timestamp, zoom: Zoom) -> Option<Timestamp> {
    let local = settings.zoned(at)?.datetime();
    let local = match zoom.by_days() {
        true => local.date().to_datetime(Time::midnight()),
        false => local.date().at(local.hour(), 0, 0, 0),
    };
    instant(settings, local)
}

fn instant(settings: &Settings, local: DateTime) -> Option<Timestamp> {
    let at = settings.zone.to_ambiguous_timestamp(local).compatible().ok()?;
    Some(Timestamp::from_millis(at.as_millisecond()))
}

/// Time on columns.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    pub(super) window: Window,
    pub(super) columns: u16,
}

impl Scale {
    /// The column that an instant is nearest to; the number of columns at the end.
    fn column(&self, at: Timestamp) -> u16 {
        let whole = self.window.length().as_millis().max(1);
        let part = at.since(self.window.from).as_millis().min(whole);
        let column = (part * u128::from(self.columns) + whole / 2) / whole;
        u16::try_from(column).unwrap_or(self.columns).min(self.columns)
    }

    /// The column of the present, if it is on the screen.
    fn now(&self, now: Timestamp) -> Option<u16> {
        let seen = self.window.from <= now && now < self.window.until && self.columns > 0;
        seen.then(|| self.column(now).min(self.columns - 1))
    }
}

/// What the bars are drawn with.
struct Signs {
    begins: &'static str,
    bar: &'static str,
    mine: &'static str,
    instead: &'static str,
    nobody: &'static str,
    now: &'static str,
}

const ICONS: Signs =
    Signs { begins: "│", bar: "─", mine: "━", instead: "═", nobody: "·", now: "┃" };
const LETTERS: Signs = Signs { begins: "|", bar: "-", mine: "#", instead: "=", nobody: ".", now: ":" };
/// In the final row, where somebody should be.
const GAP: &str = "!";

fn signs(settings: &Settings) -> &'static Signs {
    if settings.icons { &ICONS } else { &LETTERS }
}

/// The hours or days, each at its column, and a mark for the present.
pub(super) fn axis(model: &Model, buffer: &mut Buffer, area: Rect, scale: &Scale) {
    let (settings, theme) = (&model.settings, &model.settings.theme);
    let (mut free, mut hidden, now) = (0, false, scale.now(model.now));
    for (at, local) in ticks(settings, scale) {
        let column = scale.column(at);
        // A day may be told at some length where there is room.
        let midnight = local.time() == Time::midnight();
        let text = local.strftime(if midnight { "%a %-d" } else { "%H:%M" }).to_string();
        let text = format!("{}{text}", signs(settings).begins);
        let wide = u16::try_from(width(&text)).unwrap_or(u16::MAX);
        let torn = now.is_some_and(|now| column < now && now < column.saturating_add(wide));
        // The day is told rather than the present, which the rows show as well.
        let (torn, hides) = (torn && !midnight, torn && midnight);
        let beyond = column < free || column.saturating_add(wide) > scale.columns;
        if at < scale.window.from || torn || beyond {
            continue;
        }
        let style = if midnight { theme.title } else { theme.faint };
        buffer.set_stringn(area.x + column, area.y, &text, usize::from(wide), style);
        free = column + wide + 1;
        hidden |= hides;
    }
    if let Some(column) = now.filter(|_| !hidden) {
        let mark = if settings.icons { "▼" } else { "v" };
        buffer.set_stringn(area.x + column, area.y, mark, 1, theme.key);
    }
}

/// The instants that are marked: as many as there is room for.
fn ticks(settings: &Settings, scale: &Scale) -> Vec<(Timestamp, DateTime)> {
    let hours = (scale.window.length().as_secs() / 3600).max(1);
    let room = |step: &u64| u64::from(scale.columns) * step / hours >= 8;
    let step = [1, 2, 3, 6, 12, 24, 48, 168].into_iter().find(room).unwrap_or(24 * 14);
    let Some(first) = settings.zoned(scale.window.from) else { return Vec::new() };
    let first = first.date().to_datetime(Time::midnight());
    let mut ticks = Vec::new();
    for n in 0..=(hours / step + 24) {
        let local = first.saturating_add((i64::try_from(n * step).unwrap_or(0)).hours());
        match instant(settings, local) {
            Some(at) if at < scale.window.until => ticks.push((at, local)),
            _ => break,
        }
    }
    ticks
}

/// A row of the chart.
pub(super) struct Track<'a> {
    pub(super) shifts: &'a [Shift],
    /// Those that stand in for others, to be marked in the final row.
    pub(super) instead: &'a [Shift],
    /// Whether nobody is as bad as it gets.
    pub(super) is_final: bool,
    /// For what time the shifts are known; none: for all.
    pub(super) known: Option<Window>,
}

impl Track<'_> {
    /// Draws it on a row.
    pub(super) fn draw(&self, model: &Model, buffer: &mut Buffer, area: Rect, scale: &Scale) {
        let theme = &model.settings.theme;
        let signs = signs(&model.settings);
        let seen = self.seen(scale.window);
        if let Some(seen) = seen {
            let (start, end) = (scale.column(seen.from), scale.column(seen.until));
            fill(buffer, area, start, end, signs.nobody, theme.faint);
            for shift in self.shifts {
                if shift.end > seen.from && shift.start < seen.until {
                    self.bar(model, buffer, area, scale, seen, shift);
                }
            }
            if self.is_final {
                self.gaps(model, buffer, area, scale, seen);
            }
        }
        let Some(column) = scale.now(model.now) else { return };
        let x = area.x + column;
        // The other half of a wide character is an empty cell.
        let half = column > 0 && buffer.cell((x - 1, area.y)).is_some_and(|cell| width(cell.symbol()) > 1);
        if let Some(cell) = buffer.cell_mut((x, area.y)).filter(|_| !half) {
            // A name is not torn: the line is seen above and below it.
            let bars = [signs.bar, signs.mine, signs.instead, signs.nobody, signs.begins, GAP, " "];
            if bars.contains(&cell.symbol()) {
                cell.set_symbol(signs.now);
                cell.set_style(theme.key);
            }
        }
    }

    /// The part of the screen for which the shifts are known.
    fn seen(&self, window: Window) -> Option<Window> {
        let Some(known) = self.known else { return Some(window) };
        let seen = Window { from: window.from.max(known.from), until: window.until.min(known.until) };
        (seen.from < seen.until).then_some(seen)
    }

    fn bar(
        &self,
        model: &Model,
        buffer: &mut Buffer,
        area: Rect,
        scale: &Scale,
        seen: Window,
        shift: &Shift,
    ) {
        let signs = signs(&model.settings);
        let start = scale.column(shift.start.max(seen.from));
        let end = scale.column(shift.end.min(seen.until));
        if start >= end {
            return;
        }
        let mine = model.data.me() == Some(shift.user.id.as_str());
        let mut style = person(model, &shift.user.id);
        if mine {
            style = style.add_modifier(Modifier::BOLD);
        }
        fill(buffer, area, start, end, if mine { signs.mine } else { signs.bar }, style);
        for other in self.instead.iter().filter(|it| it.start < shift.end && shift.start < it.end) {
            if other.user.id == shift.user.id {
                let from = scale.column(other.start.max(shift.start)).max(start);
                let until = scale.column(other.end.min(shift.end)).min(end);
                fill(buffer, area, from, until, signs.instead, style);
            }
        }
        let began = shift.start > seen.from || scale.window.from < seen.from;
        let begins = if began { signs.begins } else { "" };
        // The first letters say more than a sign that there are more.
        let text = format!("{begins}{}", shift.user.name);
        buffer.set_stringn(area.x + start, area.y, &text, usize::from(end - start), style);
    }

    /// However short, time without anybody is seen.
    fn gaps(&self, model: &Model, buffer: &mut Buffer, area: Rect, scale: &Scale, seen: Window) {
        let style = model.settings.theme.bad.add_modifier(Modifier::REVERSED);
        for (from, until) in gaps(self.shifts, seen.from, seen.until) {
            let start = scale.column(from).min(scale.columns.saturating_sub(1));
            let end = scale.column(until).max(start + 1);
            fill(buffer, area, start, end, GAP, style);
            let room = usize::from(end - start);
            if room >= 6 {
                buffer.set_stringn(area.x + start, area.y, cut("!nobody", room), room, style);
            }
        }
    }
}

/// Fills columns of a row.
fn fill(buffer: &mut Buffer, area: Rect, start: u16, end: u16, sign: &str, style: Style) {
    for column in start..end.min(area.width) {
        if let Some(cell) = buffer.cell_mut((area.x + column, area.y)) {
            cell.reset();
            cell.set_symbol(sign).set_style(style);
        }
    }
}

/// A colour for each person, the same everywhere; no two next to each other need to be told apart by it.
fn person(model: &Model, id: &str) -> Style {
    const DARK: [Color; 4] = [Color::Cyan, Color::Green, Color::Yellow, Color::Magenta];
    const LIGHT: [Color; 4] = [Color::Blue, Color::Indexed(28), Color::Indexed(130), Color::Indexed(90)];
    const COLOUR_BLIND: [Color; 4] =
        [Color::Indexed(75), Color::Indexed(208), Color::White, Color::Indexed(250)];
    let colors = match model.settings.theme.name {
        Name::Default => DARK,
        Name::Light => LIGHT,
        Name::ColourBlind => COLOUR_BLIND,
        Name::Mono => return model.settings.theme.plain,
    };
    // Of its letters: whoever else comes and goes, it stays.
    let sum = id.bytes().fold(0usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
    Style::new().fg(colors[sum % colors.len()])
}

/// `Mon 5 08:00`, or `08:00` if it is of today.
pub(super) fn moment(model: &Model, at: Timestamp) -> String {
    let today = |at| model.settings.zoned(at).map(|at| at.date());
    let form = if today(at) == today(model.now) { "%H:%M" } else { "%a %-d %b %H:%M" };
    model.settings.zoned(at).map(|at| at.strftime(form).to_string()).unwrap_or_default()
}

/// `8h`, `7d`, `1d 12h`.
pub(super) fn length(span: Duration) -> String {
    let minutes = span.as_secs() / 60;
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    let parts = [(days, "d"), (hours, "h"), (minutes, "m")];
    let said: Vec<_> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n}{unit}")).collect();
    if said.is_empty() { "0m".to_owned() } else { said.join(" ") }
}
