//! The chart of who is on call: the levels of each policy, then the layers of each schedule.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::super::cells::put;
use super::super::gantt::{self, Scale, Track, moment};
use super::super::layout::Layout;
use super::super::rows;
use crate::domain::time::Timestamp;
use crate::tui::model::Model;
use crate::tui::model::read::Named;
use crate::tui::model::roster::{Policy, Schedule, Shift, Told, Window};
use crate::tui::text::{age, cut, fit};

const EMPTY: &str = "no schedules, and nobody is on call: write policies and schedules into a file and \
                     `pd apply -f FILE`; docs/as-code.md shows one";

/// A row: what names it, the schedule that it is about, and what is drawn.
pub(super) struct Row<'a> {
    pub(super) id: String,
    pub(super) schedule: Option<String>,
    what: What<'a>,
}

enum What<'a> {
    /// A policy or a schedule begins, with who is on call now.
    Heading {
        name: String,
        says: String,
    },
    Bars {
        label: String,
        shifts: &'a [Shift],
        instead: &'a [Shift],
        is_final: bool,
    },
    /// A user who is paged whenever it is.
    Always {
        label: String,
        user: &'a Named,
    },
    /// What is not known, and why.
    Unknown {
        label: String,
        why: String,
    },
}

/// The part of the time that is on the screen.
pub fn view_window(model: &Model) -> Window {
    gantt::window(model)
}

/// All rows that the filter lets through: policies and schedules come and go as a whole.
pub(super) fn all(model: &Model) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    if let Some((reason, _, due)) = &model.roster.failed {
        let wait = due.since(model.now).as_secs();
        let why = format!("{reason}; again in {wait} s");
        rows.push(Row {
            id: "failed".to_owned(),
            schedule: None,
            what: What::Unknown { label: String::new(), why },
        });
    }
    let lets =
        |text: &str| model.oncall.filter.is_empty() || model.oncall.filter.lets_text(&text.to_lowercase());
    match &model.roster.answer {
        Some(answer) => {
            for it in answer.policies.iter().filter(|it| lets(&policy_text(model, it))) {
                policy(model, it, &mut rows);
            }
        }
        // Until the levels are known, those that somebody is on call at.
        None => {
            for (name, levels) in super::by_policy(model) {
                let says = super::in_levels(model, &levels);
                if lets(&format!("{name} {says}")) {
                    rows.push(Row {
                        id: format!("policy {name}"),
                        schedule: None,
                        what: What::Heading { name, says },
                    });
                }
            }
        }
    }
    for told in model.roster.schedules() {
        match told {
            Told::Shifts(it) if lets(&schedule_text(it)) => schedule(model, it, &mut rows),
            Told::Failed { schedule: it, reason } if lets(&it.name) => {
                let what = What::Unknown { label: it.name.clone(), why: reason.clone() };
                rows.push(Row { id: format!("schedule {}", it.id), schedule: None, what });
            }
            _ => {}
        }
    }
    if model.roster.answer.as_ref().is_some_and(|answer| answer.more) {
        let why = "there are more schedules: `pd schedule list`".to_owned();
        rows.push(Row {
            id: "more".to_owned(),
            schedule: None,
            what: What::Unknown { label: String::new(), why },
        });
    }
    rows
}

fn policy_text(model: &Model, it: &Policy) -> String {
    let targets = it.levels.iter().flatten().map(|target| target.who.name.as_str());
    let people = model.data.oncalls.iter().filter(|on| on.policy.id == it.id).map(|on| on.user.name.as_str());
    format!("{} {}", it.name, targets.chain(people).collect::<Vec<_>>().join(" "))
}

fn schedule_text(it: &Schedule) -> String {
    let layers = it.layers.iter().map(|layer| layer.name.as_str());
    let people = it.last.iter().map(|shift| shift.user.name.as_str());
    format!("{} {}", it.name, layers.chain(people).collect::<Vec<_>>().join(" "))
}

/// A policy: a row for each target of each level.
fn policy<'a>(model: &'a Model, it: &'a Policy, rows: &mut Vec<Row<'a>>) {
    let levels = super::by_policy(model).into_iter().find(|(name, _)| *name == it.name);
    let says = match levels {
        Some((_, levels)) => super::in_levels(model, &levels),
        None => "nobody is on call".to_owned(),
    };
    let id = format!("policy {}", it.id);
    rows.push(Row { id: id.clone(), schedule: None, what: What::Heading { name: it.name.clone(), says } });
    for (n, targets) in it.levels.iter().enumerate() {
        for (m, target) in targets.iter().enumerate() {
            let label = format!("{} {}", n + 1, target.who.name);
            let (schedule, what) = match (target.is_schedule, model.roster.schedule(&target.who.id)) {
                (false, _) => (None, What::Always { label, user: &target.who }),
                (true, Some(it)) => {
                    let what = What::Bars { label, shifts: &it.last, instead: &it.overrides, is_final: true };
                    (Some(it.id.clone()), what)
                }
                (true, None) => {
                    (None, What::Unknown { label, why: "its shifts are not known here".to_owned() })
                }
            };
            rows.push(Row { id: format!("{id} {n} {m}"), schedule, what });
        }
    }
}

/// A schedule: its overrides if there are some, its layers from the highest to the lowest, and what comes of them.
fn schedule<'a>(model: &Model, it: &'a Schedule, rows: &mut Vec<Row<'a>>) {
    let id = format!("schedule {}", it.id);
    let mut push = |id: String, what| rows.push(Row { id, schedule: Some(it.id.clone()), what });
    push(id.clone(), What::Heading { name: it.name.clone(), says: present(model, it) });
    let bars = |label: &str, shifts, instead, is_final| What::Bars {
        label: label.to_owned(),
        shifts,
        instead,
        is_final,
    };
    if !it.overrides.is_empty() {
        push(format!("{id} overrides"), bars("overrides", &it.overrides, &it.overrides, false));
    }
    for (n, layer) in it.layers.iter().enumerate() {
        push(format!("{id} {n}"), bars(&layer.name, &layer.shifts, &[], false));
    }
    push(format!("{id} final"), bars("final", &it.last, &it.overrides, true));
}

/// `ann until 08:00, then bob`
pub(super) fn present(model: &Model, it: &Schedule) -> String {
    let known =
        model.roster.answered.is_some_and(|(window, _)| window.from <= model.now && model.now < window.until);
    if !known {
        return String::new();
    }
    let next = |at: Timestamp| it.after(at).map(|next| (next.start, &next.user.name));
    match it.at(model.now) {
        Some(shift) => {
            let ends = model.roster.answered.is_some_and(|(window, _)| shift.end < window.until);
            if !ends {
                return shift.user.name.clone();
            }
            let then = match next(shift.end) {
                Some((at, name)) if at == shift.end => format!(", then {name}"),
                Some((at, name)) => format!(", then NOBODY until {}, then {name}", moment(model, at)),
                None => ", then NOBODY".to_owned(),
            };
            format!("{} until {}{then}", shift.user.name, moment(model, shift.end))
        }
        None => match next(model.now) {
            Some((at, name)) => format!("NOBODY until {}, then {name}", moment(model, at)),
            None => "NOBODY".to_owned(),
        },
    }
}

/// How wide labels are.
fn label_width(wide: u16) -> u16 {
    match wide {
        0..58 => 11,
        58..100 => 18,
        _ => 26,
    }
}

/// The screen.
pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, layout: &Layout) {
    let wide = u16::try_from(rows::width(layout)).unwrap_or(0);
    let label = label_width(wide).min(wide);
    let scale = Scale { window: view_window(model), columns: wide.saturating_sub(label + 1) };
    heading(model, frame, layout, label, &scale);
    let all = all(model);
    let empty = match &model.roster.answer {
        Some(_) => EMPTY,
        None if model.is_stale() => "not known: offline",
        None => "...",
    };
    rows::draw(model, frame, layout, all.len(), empty, |buffer, area, index| {
        if let Some(row) = all.get(index) {
            draw_row(model, buffer, area, row, label, &scale);
        }
    });
}

/// The zoom and the age of what is shown, then the axis.
fn heading(model: &Model, frame: &mut Frame<'_>, layout: &Layout, label: u16, scale: &Scale) {
    let theme = &model.settings.theme;
    let area = Rect { height: 1.min(layout.body.height), ..layout.body };
    if area.is_empty() {
        return;
    }
    let text = format!("{}, {}", model.roster.zoom.name(), freshness(model));
    let room = usize::from(label + rows::MARK);
    put(frame.buffer_mut(), area, 0, &Line::from(Span::styled(fit(&text, room), theme.faint)));
    let x = area.x + rows::MARK + label + 1;
    let axis = Rect { x: x.min(area.x + area.width), width: scale.columns, ..area };
    gantt::axis(model, frame.buffer_mut(), axis, scale);
}

/// How old the shifts are, or that they are asked for.
fn freshness(model: &Model) -> String {
    let roster = &model.roster;
    match (&roster.failed, roster.answered) {
        (Some(_), None) => "failed".to_owned(),
        (Some(_), Some((_, at))) => format!("{} old!", age(model.now, at)),
        (None, Some((_, at))) if roster.asking.is_none() => format!("{} old", age(model.now, at)),
        _ => "...".to_owned(),
    }
}

/// For the line of messages: which time is on the screen, by which clock.
pub(in super::super) fn standing(model: &Model) -> String {
    let Window { from, until } = view_window(model);
    let away = if model.roster.scroll == 0 { "" } else { "; esc: back to now" };
    let zone = model.settings.zone.iana_name().unwrap_or("local time");
    format!(
        "{} from {} to {}, {zone}{away}",
        model.roster.zoom.name(),
        moment(model, from),
        moment(model, until)
    )
}

fn draw_row(model: &Model, buffer: &mut Buffer, area: Rect, row: &Row<'_>, label: u16, scale: &Scale) {
    let theme = &model.settings.theme;
    let known = model.roster.answered.map(|(window, _)| window);
    let bars = Rect { x: area.x + label + 1, width: scale.columns, ..area };
    let labelled =
        |text: &str| Line::from(Span::styled(fit(&format!(" {text}"), usize::from(label)), theme.plain));
    match &row.what {
        What::Heading { name, says } => {
            let bad = says.contains("NOBODY") || says.as_str() == "nobody is on call";
            let name = cut(name, usize::from(area.width / 2));
            let line = Line::from(vec![
                Span::styled(format!("{name}  "), theme.title),
                Span::styled(says.clone(), if bad { theme.bad } else { theme.plain }),
            ]);
            buffer.set_line(area.x, area.y, &line, area.width);
        }
        What::Bars { label: text, shifts, instead, is_final } => {
            buffer.set_line(area.x, area.y, &labelled(text), label);
            Track { shifts, instead, is_final: *is_final, known }.draw(model, buffer, bars, scale);
        }
        What::Always { label: text, user } => {
            buffer.set_line(area.x, area.y, &labelled(text), label);
            let user = Named { id: user.id.clone(), name: format!("{}, always", user.name) };
            let shift = Shift { start: Timestamp::MIN, end: Timestamp::MAX, user };
            let track =
                Track { shifts: std::slice::from_ref(&shift), instead: &[], is_final: false, known: None };
            track.draw(model, buffer, bars, scale);
        }
        What::Unknown { label: text, why } => {
            let text = if text.is_empty() { String::new() } else { format!("{text}: ") };
            let line = Line::from(vec![
                Span::styled(text, theme.plain),
                Span::styled(cut(why, usize::from(area.width)), theme.bad),
            ]);
            buffer.set_line(area.x, area.y, &line, area.width);
        }
    }
}
