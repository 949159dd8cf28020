//! Where everything is on the screen, for the view to draw and for the update to scroll by.

#![allow(missing_docs, reason = "the names say what they are")]

use ratatui::layout::Rect;

use super::header;
use crate::tui::model::{Expanded, Focus, Model, Screen};

/// How much fits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// From 60x15.
    Full,
    /// The list only.
    Small,
    /// Below 20x5: one line that counts.
    Line,
}

/// Where everything is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Layout {
    pub class: Class,
    pub area: Rect,
    pub header: Rect,
    /// Offline, read-only, refused: a line each.
    pub banner: Rect,
    /// Who is on call, in a line.
    pub oncall: Option<Rect>,
    pub body: Rect,
    pub list: Rect,
    pub timeline: Option<Rect>,
    /// Who is on call, in a pane.
    pub side: Option<Rect>,
    /// Messages, and what is typed; empty on a small screen, where it covers the footer.
    pub status: Rect,
    pub footer: Rect,
    /// Whether the first row of another screen is not for its rows, however small it is: it has the axis of time.
    pub axis: bool,
}

/// From this width on, the timeline is beside the list.
const WIDE: u16 = 120;
/// From this height of the body on, it is below.
const TALL: u16 = 11;

/// Where everything is.
pub fn of(model: &Model) -> Layout {
    let area = Rect::new(0, 0, model.width, model.height);
    let class = match (area.width, area.height) {
        (60.., 15..) => Class::Full,
        (20.., 5..) => Class::Small,
        _ => Class::Line,
    };
    let mut rest = area;
    let mut top = |height: u16| {
        let height = height.min(rest.height);
        let taken = Rect { height, ..rest };
        rest.y += height;
        rest.height -= height;
        taken
    };
    let banners = u16::try_from(header::banners(model).len()).unwrap_or(0);
    let header = top(1);
    let banner = top(if class == Class::Full { banners } else { banners.min(1) });
    let wide = area.width >= WIDE;
    let whole = model.detail.is_some() || model.screen != Screen::Incidents;
    let oncall = (class == Class::Full && !wide && !whole).then(|| top(1));
    let below = if class == Class::Full { 2 } else { 1 };
    let body = Rect { height: rest.height.saturating_sub(below), ..rest };
    let line = |up: u16| Rect { y: area.height.saturating_sub(up), height: 1.min(area.height), ..area };
    let status = if class == Class::Full { line(2) } else { line(1) };
    let (list, timeline, side) = split(model, class, wide, body);
    let axis = model.screen == Screen::Oncall;
    Layout { class, area, header, banner, oncall, body, list, timeline, side, status, footer: line(1), axis }
}

/// The list, the timeline, and who is on call.
fn split(model: &Model, class: Class, wide: bool, body: Rect) -> (Rect, Option<Rect>, Option<Rect>) {
    if class != Class::Full || model.screen != Screen::Incidents {
        return (body, None, None);
    }
    if model.expanded == Expanded::Focused {
        return match model.focus {
            Focus::List => (body, None, None),
            Focus::Timeline => (Rect { height: 0, ..body }, Some(body), None),
        };
    }
    if wide {
        let left = body.width * 3 / 5;
        // A column between them is the rule.
        let right = Rect { x: body.x + left + 1, width: body.width - left - 1, ..body };
        let people = super::oncall::lines_beside(model);
        let height = u16::try_from(people + 1).unwrap_or(u16::MAX).min(body.height / 3);
        let timeline = Rect { height: right.height - height, ..right };
        let side = Rect { y: right.y + timeline.height, height, ..right };
        return (Rect { width: left, ..body }, Some(timeline), (height > 1).then_some(side));
    }
    if body.height < TALL {
        return (body, None, None);
    }
    let height = body.height * 2 / 5;
    let list = Rect { height: body.height - height, ..body };
    (list, Some(Rect { y: body.y + list.height, height, ..body }), None)
}

impl Layout {
    /// Whether columns have headings.
    pub fn has_headings(&self) -> bool {
        self.class == Class::Full
    }

    /// The rows of the list, without headings.
    pub fn list_area(&self) -> Rect {
        below_headings(self.list, self.has_headings())
    }

    /// The rows of another screen, without headings.
    pub fn pane_area(&self) -> Rect {
        below_headings(self.body, self.has_headings() || self.axis)
    }

    /// How many rows of the list are on the screen.
    pub fn rows(&self) -> u16 {
        self.list_area().height
    }

    /// How many rows of another screen are.
    pub fn pane_rows(&self) -> u16 {
        self.pane_area().height
    }
}

fn below_headings(area: Rect, headings: bool) -> Rect {
    let taken = u16::from(headings).min(area.height);
    Rect { y: area.y + taken, height: area.height - taken, ..area }
}
