//! What the screen shows: a function of the model, which draws no more than what is seen.

mod cells;
pub mod detail;
mod footer;
mod header;
pub mod help;
mod incidents;
pub mod layout;
mod nodes;
mod notifications;
mod oncall;
mod overlay;
pub mod plain;
mod rate;
mod services;
pub mod timeline;

use ratatui::Frame;

use super::model::{Model, Screen};
use layout::{Class, Layout};
use plain::Sheet;

/// Draws all of it.
pub fn view(model: &Model, frame: &mut Frame<'_>) {
    let layout = layout::of(model);
    let there = frame.area();
    // The terminal may have become smaller since it was asked; it will say so.
    if layout.area.is_empty() || there.width < layout.area.width || there.height < layout.area.height {
        return;
    }
    frame.buffer_mut().set_style(layout.area, model.settings.theme.plain);
    if layout.class == Class::Line {
        return header::one_line(model, frame, layout.area);
    }
    header::draw(model, frame, &layout);
    body(model, frame, &layout);
    if model.is_stale() {
        frame.buffer_mut().set_style(layout.body, model.settings.theme.stale);
    }
    footer::draw(model, frame, &layout);
    overlay::draw(model, frame, &layout);
}

fn body(model: &Model, frame: &mut Frame<'_>, layout: &Layout) {
    if model.detail.is_some() {
        return detail::draw(model, frame, layout.body);
    }
    match model.screen {
        Screen::Incidents => {
            incidents::draw(model, frame, layout);
            if let Some(area) = layout.timeline {
                timeline::draw(model, frame, area);
            }
            if let Some(area) = layout.side {
                oncall::beside(model, frame, area);
            }
        }
        Screen::Oncall => oncall::draw(model, frame, layout.body),
        Screen::Services => services::draw(model, frame, layout.body),
        Screen::Notifications => notifications::draw(model, frame, layout.body),
        Screen::Rate => rate::draw(model, frame, layout.body),
        Screen::Nodes => nodes::draw(model, frame, layout.body),
    }
}

/// How many rows the screen has, if it is not that of incidents.
pub fn rows(model: &Model) -> usize {
    sheet(model).map_or(0, |sheet| sheet.rows.len())
}

fn sheet(model: &Model) -> Option<Sheet> {
    match model.screen {
        Screen::Incidents => None,
        Screen::Oncall => Some(oncall::sheet(model)),
        Screen::Services => Some(services::sheet(model)),
        Screen::Notifications => Some(notifications::sheet(model)),
        Screen::Rate => Some(rate::sheet(model)),
        Screen::Nodes => Some(nodes::sheet(model)),
    }
}
