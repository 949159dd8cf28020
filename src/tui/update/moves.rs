//! Moving: the cursor of a list, or what is scrolled.

use crate::tui::model::{Focus, Model, Screen};
use crate::tui::view::{self, layout};

/// A move.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Move {
    By(isize),
    /// Pages, divided by.
    Pages(isize, isize),
    First,
    Last,
}

impl Move {
    /// From where to where, of so many places of which `page` are on the screen.
    fn from(self, at: usize, places: usize, page: usize) -> usize {
        let last = places.saturating_sub(1);
        let page = isize::try_from(page.max(1)).unwrap_or(1);
        match self {
            Self::By(by) => at.saturating_add_signed(by).min(last),
            Self::Pages(pages, divided) => {
                at.saturating_add_signed(pages * (page / divided).max(1)).min(last)
            }
            Self::First => 0,
            Self::Last => last,
        }
    }
}

/// Moves what has the focus.
pub(super) fn go(model: &mut Model, to: Move) {
    let layout = layout::of(model);
    if model.detail.is_some() {
        let (places, page) = (places_of_detail(model), usize::from(layout.body.height));
        if let Some(detail) = &mut model.detail {
            detail.offset = to.from(detail.offset.min(places - 1), places, page);
            detail.at_end = places > 1 && detail.offset + 1 == places;
        }
        return;
    }
    if model.screen != Screen::Incidents {
        let (rows, page) = (view::rows(model), usize::from(layout.pane_rows()));
        if let Some(pane) = model.pane_mut() {
            pane.at = to.from(pane.at, rows, page);
        }
        return;
    }
    match layout.timeline {
        Some(area) if model.focus == Focus::Timeline => {
            let page = usize::from(area.height.saturating_sub(1));
            let places = (view::timeline::lines(model, area.width).len() + 1).saturating_sub(page).max(1);
            let at = (places - 1).saturating_sub(model.timelines.scrolled);
            model.timelines.scrolled = places - 1 - to.from(at, places, page);
        }
        _ => {
            let was = model.list.cursor;
            let row = to.from(model.list.at, model.list.rows.len(), usize::from(layout.rows()));
            model.list.go_to(row);
            if model.list.cursor != was {
                model.timelines.scrolled = 0;
                if let Some(number) = model.list.cursor {
                    model.timelines.retry(number);
                }
            }
        }
    }
}

/// How many offsets there are where an incident is shown whole: the last line is not scrolled past the bottom.
fn places_of_detail(model: &Model) -> usize {
    let body = layout::of(model).body;
    let lines = view::detail::lines(model, body.width).len();
    (lines + 1).saturating_sub(usize::from(body.height)).max(1)
}

/// Whoever looks at the end of an incident goes on seeing it when there are more lines.
pub(super) fn stay_at_end(model: &mut Model) {
    if model.detail.as_ref().is_some_and(|detail| detail.at_end) {
        let last = places_of_detail(model) - 1;
        if let Some(detail) = &mut model.detail {
            detail.offset = last;
        }
    }
}

/// Puts the cursor on a row of the list or of the pane.
pub(super) fn to_row(model: &mut Model, row: usize) {
    match model.pane_mut() {
        Some(pane) => pane.at = row,
        None => {
            model.list.go_to(row);
            model.timelines.scrolled = 0;
        }
    }
}
