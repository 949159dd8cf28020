//! The services, the worst first: how each is, what is open, and what the last hour was like.

use std::collections::BTreeMap;

use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::Span;

use super::layout::Layout;
use super::rows::{self, Cells, cell};
use crate::domain::time::Timestamp;
use crate::tui::model::data::Service;
use crate::tui::model::{Model, Status};
use crate::tui::text::{age, count};

const EMPTY: &str = "no services: write them into a file and `pd apply -f FILE`; docs/as-code.md shows one";

/// Minutes that the strip shows.
const HOUR: usize = 60;

/// Those that the filter lets through, the worst first.
pub fn sorted(model: &Model) -> Vec<&Service> {
    let filter = model.filter();
    let text = |it: &Service| {
        let teams: Vec<_> = it.teams.iter().map(|team| team.name.as_str()).collect();
        format!("{} {} {} {}", it.name, it.status, it.policy.name, teams.join(" ")).to_lowercase()
    };
    let all = model.data.services.iter();
    let mut shown: Vec<&Service> =
        all.filter(|it| filter.is_empty() || filter.lets_text(&text(it))).collect();
    shown.sort_by_cached_key(|it| {
        let heat = model.data.heats.of(&it.id);
        let counts = heat.map_or((0, 0), |heat| (heat.triggered(), heat.acknowledged));
        // Of two with as many, the one where somebody has waited longest.
        let waits = heat.and_then(|heat| heat.waits_since()).unwrap_or(Timestamp::MAX);
        (rank(it), std::cmp::Reverse(counts), waits, it.name.clone())
    });
    shown
}

/// The lower, the worse.
fn rank(service: &Service) -> u8 {
    match service.status.as_str() {
        "critical" => 0,
        "warning" => 1,
        "maintenance" => 2,
        "disabled" => 4,
        _ => 3,
    }
}

/// `2 critical, 1 warning`: what is not as it should be.
pub(super) fn standing(model: &Model) -> Option<String> {
    let of = |status: &str| model.data.services.iter().filter(|it| it.status == status).count();
    let counts = ["critical", "warning", "maintenance", "disabled"].map(|status| (of(status), status));
    let said: Vec<_> =
        counts.iter().filter(|(n, _)| *n > 0).map(|(n, status)| format!("{n} {status}")).collect();
    let all = count(model.data.services.len(), "service");
    (!model.data.services.is_empty()).then(|| match said.is_empty() {
        true => format!("{all}, all well"),
        false => format!("{all}: {}", said.join(", ")),
    })
}

/// How wide columns are; those of no width are left out.
struct Columns {
    status: usize,
    name: usize,
    number: usize,
    oldest: usize,
    last: usize,
    strip: usize,
    policy: usize,
    teams: usize,
}

impl Columns {
    fn of(width: usize) -> Self {
        let (status, number, oldest, last, strip, policy, teams) = match width {
            0..58 => (6, 3, 6, 0, 0, 0, 0),
            58..100 => (13, 4, 6, 5, 12, 0, 0),
            100..140 => (13, 4, 6, 5, 12, 18, 12),
            _ => (13, 4, 6, 5, HOUR, 16, 12),
        };
        let taken = [status, number, number, oldest, last, strip, policy, teams];
        Self { status, name: Cells::rest(width, &taken), number, oldest, last, strip, policy, teams }
    }
}

/// The screen.
pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, layout: &Layout) {
    let columns = Columns::of(rows::width(layout));
    let title = model.settings.theme.title;
    let mut heading = Cells::default();
    heading.left("STATUS", columns.status, title);
    heading.left("SERVICE", columns.name, title);
    heading.right("TRIG", columns.number, title);
    heading.right("ACK", columns.number, title);
    heading.right("WAITS", columns.oldest, title);
    heading.right("LAST", columns.last, title);
    heading.left("LAST HOUR", columns.strip, title);
    heading.left("POLICY", columns.policy, title);
    heading.left("TEAMS", columns.teams, title);
    rows::headings(frame, layout, &heading.line());
    let services = sorted(model);
    let (hours, last) = (Hours::of(model, columns.strip), last_events(model));
    rows::draw(model, frame, layout, services.len(), EMPTY, |buffer, area, index| {
        let Some(service) = services.get(index) else { return };
        let line = line(model, service, &columns, &hours, last.get(service.id.as_str()).copied());
        buffer.set_line(area.x, area.y, &line, area.width);
    });
}

fn line(
    model: &Model,
    service: &Service,
    columns: &Columns,
    hours: &Hours<'_>,
    event_at: Option<Timestamp>,
) -> ratatui::text::Line<'static> {
    let theme = &model.settings.theme;
    let heat = model.data.heats.of(&service.id).cloned().unwrap_or_default();
    let (word, style) = status(model, service, columns.status < 12);
    let quiet = if model.settings.icons { "·" } else { "-" };
    let number = |n: usize, style: Style| match n {
        0 => (quiet.to_owned(), theme.faint),
        n => (n.to_string(), style),
    };
    let mut cells = Cells::default();
    cells.left(&word, columns.status, style);
    let name = if heat.triggered() > 0 { theme.high } else { theme.plain };
    cells.left(&service.name, columns.name, name);
    let (text, style) = number(heat.triggered(), theme.triggered);
    cells.right(&text, columns.number, style);
    let (text, style) = number(heat.acknowledged, theme.acknowledged);
    cells.right(&text, columns.number, style);
    let waits = heat.waits_since().map(|at| age(model.now, at)).unwrap_or_default();
    cells.right(&waits, columns.oldest, theme.triggered);
    let last = service.last_incident_at.max(event_at).map(|at| age(model.now, at)).unwrap_or_default();
    cells.right(&last, columns.last, theme.faint);
    if columns.strip > 0 {
        cells.spans(hours.strip(model, &service.id, columns.strip));
    }
    cells.left(&service.policy.name, columns.policy, theme.faint);
    let teams: Vec<_> = service.teams.iter().map(|team| team.name.as_str()).collect();
    cells.left(&teams.join(", "), columns.teams, theme.faint);
    cells.line()
}

/// The status by a sign and by a word.
fn status(model: &Model, service: &Service, short: bool) -> (String, Style) {
    let (theme, icons) = (&model.settings.theme, model.settings.icons);
    let (sign, letter, brief, style) = match service.status.as_str() {
        "critical" => ("●", "!", "crit", theme.triggered),
        "warning" => ("◐", "~", "warn", theme.acknowledged),
        "active" => ("✓", "+", "ok", theme.good),
        "maintenance" => ("◌", "-", "maint", theme.held),
        "disabled" => ("✗", "x", "off", theme.faint),
        other => return (other.to_owned(), theme.plain),
    };
    let sign = if icons { sign } else { letter };
    let word = if short { brief } else { service.status.as_str() };
    (format!("{sign}{}{word}", if short { "" } else { " " }), style)
}

/// When something was last heard of a service, of what was said since this began.
fn last_events(model: &Model) -> BTreeMap<&str, Timestamp> {
    let mut last = BTreeMap::new();
    for line in model.data.log.iter().filter(|line| line.kind == "trigger") {
        let at = line.repeats.and_then(|(_, at)| at).unwrap_or(line.at);
        let newest = last.entry(line.service.id.as_str()).or_insert(at);
        *newest = at.max(*newest);
    }
    last
}

/// The incidents that were opened in the last hour, by service and part of the hour: how many, and the worst of them.
struct Hours<'a>(BTreeMap<&'a str, Vec<(usize, Status)>>);

impl<'a> Hours<'a> {
    fn of(model: &'a Model, columns: usize) -> Self {
        let mut hours: BTreeMap<&str, Vec<(usize, Status)>> = BTreeMap::new();
        if columns == 0 {
            return Self(hours);
        }
        let each = HOUR / columns;
        for incident in model.data.incidents.values() {
            let Some(ago) = minutes_ago(model.now, incident.created_at).filter(|ago| *ago < HOUR) else {
                continue;
            };
            let bins = hours
                .entry(incident.service.id.as_str())
                .or_insert_with(|| vec![(0, Status::Resolved); columns]);
            if let Some((number, worst)) = bins.get_mut(columns - 1 - ago / each) {
                *number += 1;
                *worst = incident.status.min(*worst);
            }
        }
        Self(hours)
    }

    fn strip(&self, model: &Model, service: &str, columns: usize) -> Vec<Span<'static>> {
        let theme = &model.settings.theme;
        let nothing = vec![(0, Status::Resolved); columns];
        let bins = self.0.get(service).unwrap_or(&nothing);
        let mut spans: Vec<_> = bins
            .iter()
            .map(|(number, worst)| {
                let style = match number {
                    0 => theme.faint,
                    _ => super::cells::status_style(theme, *worst),
                };
                Span::styled(cell(*number, model.settings.icons), style)
            })
            .collect();
        spans.push(Span::raw(" "));
        spans
    }
}

/// How many whole minutes of the clock lie between; none: it has not been yet.
pub(super) fn minutes_ago(now: Timestamp, at: Timestamp) -> Option<usize> {
    let minute = |at: Timestamp| at.as_millis().div_euclid(60_000);
    usize::try_from(minute(now) - minute(at)).ok()
}
