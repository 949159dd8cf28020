//! The processes of the installation, their stages, stores and jobs: what is wrong comes first.

use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::layout::Layout;
use super::rows::{self, Cells};
use crate::domain::time::Timestamp;
use crate::tui::model::Model;
use crate::tui::text::{age, clean, count, cut, span, width};
use crate::wire::status::{Job, Process, Stage, Status, Store};

mod problems;

use problems::is_silent;

/// A row: what names it, and what it says.
struct Row {
    id: String,
    spans: Vec<Span<'static>>,
}

/// What names the rows.
pub(super) fn ids(model: &Model) -> Vec<String> {
    all(model).into_iter().map(|row| row.id).collect()
}

/// The screen.
pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, layout: &Layout) {
    if let Some(status) = &model.data.status {
        let line = Line::from(Span::styled(summary(model, status), model.settings.theme.title));
        rows::headings(frame, layout, &line);
    }
    let all = all(model);
    let empty = "not known yet: the server tells how it is every few seconds while it is connected";
    rows::draw(model, frame, layout, all.len(), empty, |buffer, area, index| {
        if let Some(row) = all.get(index) {
            buffer.set_line(area.x, area.y, &Line::from(row.spans.clone()), area.width);
        }
    });
}

/// `2 processes, 1 problem, as of 03:12:44`
fn summary(model: &Model, status: &Status) -> String {
    let wrong = problems::of(status).len();
    let wrong = if wrong == 0 { "all well".to_owned() } else { count(wrong, "problem") };
    let at = Timestamp::parse(&status.now).map(|at| model.settings.seconds(at)).unwrap_or_default();
    let processes = status.processes.len().max(1);
    let all = if processes == 1 { "1 process".to_owned() } else { format!("{processes} processes") };
    format!("{all}: {wrong}, as of {at}")
}

fn all(model: &Model) -> Vec<Row> {
    let Some(status) = &model.data.status else { return Vec::new() };
    let mut list =
        List { model, wide: usize::from(model.width.saturating_sub(rows::MARK)), rows: Vec::new() };
    list.problems(status);
    list.processes(status);
    for store in &status.process.stores {
        list.store(store);
    }
    for job in &status.process.jobs {
        list.job(job);
    }
    list.quarantine(status);
    let filter = model.filter();
    let lets = |row: &Row| {
        let text: String = row.spans.iter().map(|span| span.content.as_ref()).collect();
        filter.is_empty() || filter.lets_text(&text.to_lowercase())
    };
    list.rows.into_iter().filter(lets).collect()
}

struct List<'a> {
    model: &'a Model,
    wide: usize,
    rows: Vec<Row>,
}

impl List<'_> {
    fn push(&mut self, id: String, spans: Vec<Span<'static>>) {
        self.rows.push(Row { id, spans });
    }

    /// A sign for good or bad.
    fn sign(&self, good: bool) -> Span<'static> {
        let theme = &self.model.settings.theme;
        match (good, self.model.settings.icons) {
            (true, true) => Span::styled("✓ ", theme.good),
            (true, false) => Span::styled("+ ", theme.good),
            (false, true) => Span::styled("✗ ", theme.bad),
            (false, false) => Span::styled("! ", theme.bad),
        }
    }

    /// What is wrong, wrapped: somebody wants to read all of it.
    fn problems(&mut self, status: &Status) {
        let theme = self.model.settings.theme;
        for (n, problem) in problems::of(status).into_iter().enumerate() {
            let style = if problem.grave { theme.bad } else { theme.acknowledged };
            let mark = match (problem.grave, self.model.settings.icons) {
                (true, true) => "✗ ",
                (true, false) => "! ",
                (false, true) => "▲ ",
                (false, false) => "? ",
            };
            let text = clean(&problem.text);
            for (m, line) in
                crate::tui::text::wrap(&text, self.wide.saturating_sub(2)).into_iter().enumerate()
            {
                let mark = if m == 0 { mark } else { "  " };
                self.push(
                    format!("problem {n} {m}"),
                    vec![Span::styled(mark, style), Span::styled(line, style)],
                );
            }
        }
    }

    fn processes(&mut self, status: &Status) {
        if status.processes.is_empty() {
            self.process(&status.process, status, None);
        }
        let mut peers: Vec<_> = status.processes.iter().collect();
        // Those with something wrong first.
        peers.sort_by_key(|peer| (!is_silent(peer, status) && peer.process.health.ready, &peer.process.node));
        for peer in peers {
            self.process(&peer.process, status, Some(&peer.told_at));
        }
    }

    /// A process, and its stages below it.
    fn process(&mut self, it: &Process, status: &Status, told_at: Option<&str>) {
        let (theme, now) = (self.model.settings.theme, Timestamp::parse(&status.now));
        let silent =
            status.processes.iter().any(|peer| peer.process.process == it.process && is_silent(peer, status));
        let (state, good) = match (silent, it.health.ready) {
            (true, _) => ("silent", false),
            (_, true) => ("ready", true),
            (_, false) => ("not ready", false),
        };
        let since = |at: &str| {
            Timestamp::parse(at).zip(now).map(|(at, now)| age(now, at)).unwrap_or_else(|| "?".to_owned())
        };
        let mut more = format!("pd {}, up {}", clean(&it.version), since(&it.started_at));
        if let Some(at) = told_at {
            more = format!("seen {} ago, {more}", since(at));
        }
        if status.processes.len() > 1 && it.process == status.process.process {
            more += ", the one asked";
        }
        let name = cut(&clean(&it.node), self.wide / 3);
        let style = if good { theme.good } else { theme.bad };
        let spans = vec![
            self.sign(good),
            Span::styled(format!("process {name}  "), theme.title),
            Span::styled(format!("{state}  "), style),
            Span::styled(more, theme.faint),
        ];
        self.push(format!("process {}", it.process), spans);
        for stage in &it.stages {
            self.stage(&it.process, stage);
        }
    }

    /// `incidents at 1234  consuming, timers  oldest work 1.2s, as of 0.3s ago`
    fn stage(&mut self, process: &str, it: &Stage) {
        let theme = self.model.settings.theme;
        let position = it.position.to_string();
        let mut cells = Cells::default();
        cells.left(&clean(&it.name), 10, theme.plain);
        cells.right(&format!("at {position}"), position.len().max(8) + 3, theme.faint);
        let mut said: Vec<(String, Style)> = Vec::new();
        if let Some(reason) = &it.stopped {
            said.push((format!("STOPPED: {}", clean(reason)), theme.bad));
        } else {
            let undone = it.oldest_undone_seconds;
            let done =
                if undone > 0.0 { format!("oldest work {}", length(undone)) } else { "all done".to_owned() };
            let style = if undone >= problems::LATE { theme.bad } else { theme.plain };
            said.push((done, style));
            if it.backlog > 0 {
                said.push((format!("{} waiting", it.backlog), theme.plain));
            }
            if let Some(replica) = it.replica_age_seconds {
                said.push((format!("as of {} ago", length(replica)), theme.plain));
            }
            said.push((works_on(it), theme.faint));
        }
        let mut spans = vec![Span::raw("    ")];
        spans.extend(cells.line().spans);
        for (n, (text, style)) in said.into_iter().enumerate() {
            let before = if n > 0 { ", " } else { " " };
            spans.push(Span::styled(before, theme.faint));
            spans.push(Span::styled(text, style));
        }
        self.push(format!("stage {process} {}", it.name), spans);
    }

    /// A store, and the nodes of its cluster.
    fn store(&mut self, it: &Store) {
        let theme = self.model.settings.theme;
        let good = it.error.is_none() && it.margin.is_none_or(|margin| margin > 0);
        let mut said = Vec::new();
        if let Some(error) = &it.error {
            said.push((clean(error), theme.bad));
        }
        if !it.nodes.is_empty() {
            let up = it.nodes.iter().filter(|node| node.up).count();
            let style = if up == it.nodes.len() { theme.good } else { theme.bad };
            said.push((format!("{up} of {} nodes up", it.nodes.len()), style));
        }
        if let Some(margin) = it.margin {
            said.push((problems::margin(margin), if margin > 0 { theme.good } else { theme.bad }));
        }
        if said.is_empty() {
            said.push(("ok".to_owned(), theme.good));
        }
        let mut spans =
            vec![self.sign(good), Span::styled(format!("store {}  ", clean(&it.name)), theme.title)];
        for (text, style) in said {
            spans.push(Span::styled(format!("{text}  "), style));
        }
        let taken: usize = spans.iter().map(|span| width(&span.content)).sum();
        spans.push(Span::styled(cut(&clean(&it.url), self.wide.saturating_sub(taken)), theme.faint));
        self.push(format!("store {}", it.name), spans);
        for node in &it.nodes {
            let (state, style) = if node.up { ("up  ", theme.good) } else { ("DOWN", theme.bad) };
            let mut more = clean(&node.datacenter);
            if let Some(version) = &node.version {
                more += &format!(", {}", clean(version));
            }
            if let Some(ahead) = node.ahead_ms.filter(|ahead| *ahead != 0) {
                more += &format!(
                    ", its clock is {} ms {}",
                    ahead.abs(),
                    if ahead > 0 { "ahead" } else { "behind" }
                );
            }
            let spans = vec![
                Span::raw("    "),
                Span::styled(format!("{state}  "), style),
                Span::styled(format!("{}  ", clean(&node.address)), theme.plain),
                Span::styled(more, theme.faint),
            ];
            self.push(format!("store {} {}", it.name, node.address), spans);
        }
    }

    fn job(&mut self, it: &Job) {
        let theme = self.model.settings.theme;
        let next = match it.next_round_at.as_deref().and_then(Timestamp::parse) {
            Some(at) => format!("next at {}", self.model.settings.clock(at, self.model.now)),
            None => format!("at work, {} done", count(usize::try_from(it.round_steps).unwrap_or(0), "step")),
        };
        let (state, style) = match (&it.failure, &it.waits_for) {
            (Some(failure), _) => (format!("FAILED: {}", clean(failure)), theme.bad),
            (None, Some(what)) => (format!("waits for {}", clean(what)), theme.acknowledged),
            (None, None) => (String::new(), theme.plain),
        };
        let rounds = count(usize::try_from(it.rounds).unwrap_or(0), "round");
        let spans = vec![
            self.sign(it.failure.is_none()),
            Span::styled(format!("job {}  ", clean(&it.name)), theme.title),
            Span::styled(state.clone(), style),
            Span::raw(if state.is_empty() { "" } else { "  " }),
            Span::styled(format!("every {}, {rounds}, {next}", length(it.every_seconds)), theme.faint),
        ];
        self.push(format!("job {}", it.name), spans);
    }

    /// The latest inputs that nothing could be done with.
    fn quarantine(&mut self, status: &Status) {
        let theme = self.model.settings.theme;
        for it in &status.quarantine.last {
            let at = Timestamp::parse(&it.at).map(|at| self.model.settings.clock(at, self.model.now));
            let spans = vec![
                Span::styled("  quarantined ", theme.plain),
                Span::styled(format!("{}  ", at.unwrap_or_default()), theme.faint),
                Span::styled(clean(&it.reason), theme.acknowledged),
                Span::styled(format!("  {}", clean(&it.address)), theme.faint),
            ];
            self.push(format!("quarantine {}", it.address), spans);
        }
    }
}

fn works_on(it: &Stage) -> String {
    match &it.works_on {
        Some(works) if works.is_empty() => "follows".to_owned(),
        Some(works) => clean(&works.join(", ")),
        None if it.working => "works".to_owned(),
        None => "follows".to_owned(),
    }
}

/// Seconds as people say them: `0.3s`, `12s`, `5m`.
fn length(seconds: f64) -> String {
    match seconds {
        short if short < 10.0 => format!("{short:.1}s"),
        // What is no number, or below zero, is no time.
        long if long < 1e12 => span(std::time::Duration::from_secs_f64(long.max(0.0)).as_secs()),
        _ => "for ever".to_owned(),
    }
}
