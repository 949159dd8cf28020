//! What the screen shows: a function of the model, which draws no more than what is seen.

mod cells;
pub mod detail;
mod footer;
mod gantt;
mod header;
pub mod help;
mod incidents;
pub mod layout;
mod nodes;
pub mod notifications;
pub mod oncall;
mod overlay;
mod rate;
mod rows;
#[cfg(test)]
mod screens_tests;
pub mod services;
pub mod timeline;

use ratatui::Frame;

use super::model::{Model, Screen};
use layout::{Class, Layout};

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
        Screen::Oncall => oncall::draw(model, frame, layout),
        Screen::Services => services::draw(model, frame, layout),
        Screen::Notifications => notifications::draw(model, frame, layout),
        Screen::Rate => rate::draw(model, frame, layout),
        Screen::Nodes => nodes::draw(model, frame, layout),
    }
}

/// How many rows the screen has, if it is not that of incidents.
pub fn rows(model: &Model) -> usize {
    match model.screen {
        Screen::Incidents | Screen::Rate => 0,
        Screen::Services => services::sorted(model).len(),
        Screen::Notifications => notifications::lines(model).len(),
        Screen::Oncall | Screen::Nodes => ids(model).len(),
    }
}

/// What names the rows of the screen, if it is not that of incidents.
pub fn ids(model: &Model) -> Vec<String> {
    match model.screen {
        Screen::Incidents | Screen::Rate => Vec::new(),
        Screen::Oncall => oncall::ids(model),
        Screen::Services => services::sorted(model).into_iter().map(|it| it.id.clone()).collect(),
        Screen::Notifications => notifications::lines(model).into_iter().map(|it| it.id.clone()).collect(),
        Screen::Nodes => nodes::ids(model),
    }
}

/// What the screen says of itself for as long as it is so, if it is not that of incidents.
fn standing(model: &Model) -> Option<String> {
    match model.screen {
        Screen::Oncall => Some(oncall::standing(model)),
        Screen::Services => services::standing(model),
        Screen::Notifications => notifications::standing(model),
        Screen::Incidents | Screen::Rate | Screen::Nodes => None,
    }
}
