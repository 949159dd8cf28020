//! The processes of the installation and their stores, and how each is.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::plain::{self, Cell, Column, Sheet};
use crate::tui::model::Model;
use crate::tui::text::clean;
use crate::wire::status::{Process, Store, StoreNode};

/// Each process, each store, each node of a store.
pub(super) fn sheet(model: &Model) -> Sheet {
    let mut rows = Vec::new();
    if let Some(status) = &model.data.status {
        if status.processes.is_empty() {
            rows.push(process(model, &status.process));
        }
        rows.extend(status.processes.iter().map(|peer| process(model, &peer.process)));
        for it in &status.process.stores {
            rows.push(store(model, it));
            rows.extend(it.nodes.iter().map(|node| store_node(model, node)));
        }
    }
    let columns = [Column("WHAT", 8), Column("STATE", 9), Column("NAME", 24), Column("", 0)];
    Sheet::new(model, &columns, rows, "not known yet")
}

fn row(model: &Model, what: &str, good: bool, state: &str, name: &str, more: &str) -> Vec<Cell> {
    let theme = &model.settings.theme;
    vec![
        (what.to_owned(), theme.faint),
        (state.to_owned(), if good { theme.good } else { theme.bad }),
        (clean(name), theme.plain),
        (clean(more), theme.faint),
    ]
}

fn process(model: &Model, it: &Process) -> Vec<Cell> {
    let stopped = it.stages.iter().filter_map(|stage| stage.stopped.as_ref());
    let wrong: Vec<String> = it.health.why_not.iter().chain(stopped).chain(&it.hints).cloned().collect();
    let more = if wrong.is_empty() { format!("pd {}", it.version) } else { wrong.join("; ") };
    let state = if it.health.ready { "ready" } else { "not ready" };
    row(model, "process", it.health.ready, state, &it.node, &more)
}

fn store(model: &Model, it: &Store) -> Vec<Cell> {
    let state = if it.error.is_none() { "well" } else { "wrong" };
    let margin = it.margin.map(|margin| format!("; may lose {margin} more")).unwrap_or_default();
    let more = format!("{}{margin}", it.error.as_deref().unwrap_or(&it.url));
    row(model, "store", it.error.is_none(), state, &it.name, &more)
}

fn store_node(model: &Model, it: &StoreNode) -> Vec<Cell> {
    let version = it.version.as_deref().unwrap_or_default();
    let more = format!("{} {version}", it.datacenter);
    row(model, "  node", it.up, if it.up { "up" } else { "down" }, &it.address, &more)
}

/// The screen.
pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    plain::draw(model, frame, area, &sheet(model));
}
