//! A Gantt chart for the terminal: one row of shifts under the other. What it says is in the characters; colour only
//! makes it easier to see.

use anstyle::{AnsiColor, Style};
use jiff::ToSpan as _;
use jiff::tz::TimeZone;

use super::output::{Tone, escape};
use super::when::civil;
use crate::domain::time::Timestamp;

/// Fewer columns show nothing.
const COLUMNS_MIN: usize = 20;
/// A label takes at most so much of the line.
const LABEL_MAX: usize = 24;
const NOBODY: char = '·';
/// In the final row, where somebody should be.
const GAP: char = '!';

/// One line of the chart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Row {
    pub(super) label: String,
    /// In order, without overlaps.
    pub(super) bars: Vec<Bar>,
    /// Whether nobody is as bad as it gets.
    pub(super) is_final: bool,
}

/// Somebody serves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Bar {
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    pub(super) name: String,
}

/// What the chart shows.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
    pub(super) now: Timestamp,
    pub(super) zone: TimeZone,
    /// Of the whole line.
    pub(super) width: usize,
}

impl Frame {
    fn label(&self, rows: &[Row]) -> usize {
        let longest = rows.iter().map(|row| row.label.chars().count()).max().unwrap_or(0);
        longest.min(LABEL_MAX).min(self.width / 3)
    }

    /// How many columns the time has.
    fn columns(&self, label: usize) -> usize {
        self.width.saturating_sub(label + 1).max(COLUMNS_MIN)
    }

    /// The column in which an instant lies; the number of columns at the end.
    fn column(&self, at: Timestamp, columns: usize) -> usize {
        let whole = self.until.since(self.from).as_millis().max(1);
        let part = at.since(self.from).as_millis().min(whole);
        usize::try_from((part * columns as u128 + whole / 2) / whole).unwrap_or(columns)
    }
}

/// The chart, with a line of dates above and a mark for the present.
pub(super) fn draw(rows: &[Row], frame: &Frame) -> String {
    let label = frame.label(rows);
    let columns = frame.columns(label);
    let mut names: Vec<&str> = rows.iter().flat_map(|row| &row.bars).map(|bar| &*bar.name).collect();
    names.sort_unstable();
    names.dedup();
    let mut out = format!("{:label$} {}\n", "", axis(frame, columns).trim_end());
    if frame.from <= frame.now && frame.now < frame.until {
        let column = frame.column(frame.now, columns).min(columns - 1);
        out += &format!("{:label$} {:column$}▼ now\n", "", "");
    }
    for row in rows {
        let cut: String = escape(&row.label).chars().take(label).collect();
        out += &format!("{cut:label$} {}\n", line(row, frame, columns, &names));
    }
    out
}

/// Who serves in each column.
fn line(row: &Row, frame: &Frame, columns: usize, names: &[&str]) -> String {
    let mut out = String::new();
    let mut at = 0;
    for bar in &row.bars {
        let start = frame.column(bar.start, columns).max(at);
        let mut end = frame.column(bar.end, columns).max(start);
        out += &nobody(row, start - at);
        at = end;
        // However short, time without anybody is seen: it takes the last column of the shift before it.
        let next = row.bars.iter().find(|other| other.start >= bar.end).map(|other| other.start);
        let gap_ends = next.unwrap_or(frame.until);
        let hidden = row.is_final && gap_ends > bar.end && frame.column(gap_ends, columns) <= end;
        if hidden && end > start {
            end -= 1;
        }
        let began = bar.start > frame.from;
        let name = escape(&bar.name);
        let text: String = began.then_some('│').into_iter().chain(name.chars()).take(end - start).collect();
        let fill = "─".repeat(end - start - text.chars().count());
        let style = color(names.iter().position(|known| *known == bar.name).unwrap_or(0));
        if end > start {
            out += &format!("{style}{text}{fill}{style:#}");
        }
        out += &nobody(row, at - end);
    }
    out + &nobody(row, columns.saturating_sub(at))
}

fn nobody(row: &Row, columns: usize) -> String {
    match (row.is_final, columns) {
        (_, 0) => String::new(),
        (true, columns) => {
            let text: String = "!nobody".chars().take(columns).collect();
            let fill = String::from(GAP).repeat(columns - text.chars().count());
            Tone::Bad.paint(&format!("{text}{fill}"))
        }
        (false, columns) => Tone::Faint.paint(&String::from(NOBODY).repeat(columns)),
    }
}

fn color(n: usize) -> Style {
    const COLORS: [AnsiColor; 5] =
        [AnsiColor::Cyan, AnsiColor::Green, AnsiColor::Yellow, AnsiColor::Magenta, AnsiColor::Blue];
    Style::new().fg_color(Some(COLORS[n % COLORS.len()].into()))
}

/// Dates, or hours if there is room, each at its column.
fn axis(frame: &Frame, columns: usize) -> String {
    let hours = frame.until.since(frame.from).as_secs() / 3600;
    let room = |step: u64| columns as u64 * step / hours.max(1) >= 8;
    let step = [1, 2, 3, 6, 12, 24, 48, 168, 336].into_iter().find(|step| room(*step)).unwrap_or(24 * 28);
    let mut line = vec![' '; columns];
    let mut free = 0;
    let first = civil(frame.from, &frame.zone).date().to_datetime(jiff::civil::Time::midnight());
    for n in 0.. {
        let local = first.saturating_add((n * i64::try_from(step).unwrap_or(24)).hours());
        let Ok(at) = frame.zone.to_ambiguous_timestamp(local).compatible() else { break };
        let at = Timestamp::from_millis(at.as_millisecond());
        if at >= frame.until {
            break;
        }
        let column = frame.column(at, columns);
        let form = if local.hour() == 0 { "%a %-d" } else { "%H:%M" };
        let text = local.strftime(form).to_string();
        if at < frame.from || column < free || column + text.len() > columns {
            continue;
        }
        for (place, c) in line[column..].iter_mut().zip(text.chars()) {
            *place = c;
        }
        free = column + text.len() + 1;
    }
    line.into_iter().collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn bar(start: &str, end: &str, name: &str) -> Bar {
        Bar { start: at(start), end: at(end), name: name.to_owned() }
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn shifts_and_gaps_are_seen_without_colour() {
        let rows = [
            Row {
                label: "Day".to_owned(),
                bars: vec![bar("2026-01-05T08:00Z", "2026-01-05T16:00Z", "ann")],
                is_final: false,
            },
            Row {
                label: "Final".to_owned(),
                bars: vec![
                    bar("2026-01-05T00:00Z", "2026-01-05T08:00Z", "bob"),
                    bar("2026-01-05T08:00Z", "2026-01-05T16:00Z", "ann"),
                    bar("2026-01-06T00:00Z", "2026-01-06T23:59Z", "bob"),
                ],
                is_final: true,
            },
        ];
        let frame = Frame {
            from: at("2026-01-05T00:00Z"),
            until: at("2026-01-07T00:00Z"),
            now: at("2026-01-05T12:00Z"),
            zone: TimeZone::UTC,
            width: 54,
        };
        let drawn = plain(&draw(&rows, &frame));
        let lines: Vec<&str> = drawn.lines().collect();
        assert_eq!(lines[0], "      Mon 5       12:00       Tue 6       12:00");
        assert_eq!(lines[1], format!("{:18}▼ now", ""));
        assert!(lines[2].starts_with("Day   ········│ann────····"), "{drawn}");
        assert_eq!(lines[2].chars().count(), 54, "{drawn}");
        // A minute without anybody is seen, too.
        assert_eq!(lines[3].chars().count(), 54, "{drawn}");
        assert!(
            lines[3].starts_with("Final bob─────│ann────!nobody!│bob──") && lines[3].ends_with("─!"),
            "{drawn}"
        );
    }

    #[test]
    fn any_width_and_any_range_are_drawn() {
        let row = Row {
            label: "a long label \u{1b}[31m that is cut".to_owned(),
            bars: vec![
                bar("2026-03-28T00:00Z", "2026-03-29T00:59Z", "ann"),
                bar("2026-03-29T01:00Z", "2026-03-31T00:00Z", "bob"),
            ],
            is_final: true,
        };
        for width in [1, 10, 40, 80, 300] {
            for until in ["2026-03-28T00:10Z", "2026-03-30T00:00Z", "2027-03-30T00:00Z"] {
                let frame = Frame {
                    from: at("2026-03-28T00:00Z"),
                    until: at(until),
                    now: at("2026-03-28T00:05Z"),
                    zone: TimeZone::get("Europe/Berlin").unwrap(),
                    width,
                };
                let drawn = plain(&draw(std::slice::from_ref(&row), &frame));
                assert!(drawn.lines().count() == 3 && !drawn.contains('\u{1b}'), "{width} {until}\n{drawn}");
            }
        }
    }
}
