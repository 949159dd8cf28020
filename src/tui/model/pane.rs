//! A cursor, a place and a filter: all that a simple screen needs to remember.

use super::data::LogLine;
use super::filter::Filter;

/// A cursor, a place and a filter.
#[derive(Clone, Debug, Default)]
pub struct Pane {
    pub at: usize,
    /// The first row that is on the screen.
    pub offset: usize,
    pub filter: Filter,
    /// What the cursor is on, by its id, and where that was: it stays there while rows come, go and move.
    anchor: Option<(String, usize)>,
    /// While it is frozen, what it shows.
    pub frozen: Option<Frozen>,
}

/// Lines of the log that stay as they are.
#[derive(Clone, Debug, Default)]
pub struct Frozen {
    pub lines: Vec<LogLine>,
    /// How many came since.
    pub new: usize,
}

impl Pane {
    /// Moves the cursor among so many rows.
    pub fn go(&mut self, by: isize, rows: usize) {
        self.at = self.at.saturating_add_signed(by).min(rows.saturating_sub(1));
    }

    /// Rows are these now: the cursor goes with the one it was on, unless it was moved. With `newest` it stays at the top
    /// if it is there.
    pub fn follow(&mut self, ids: &[String], newest: bool) {
        if let Some((id, at)) = &self.anchor
            && *at == self.at
            && !(newest && self.at == 0)
            && let Some(place) = ids.iter().position(|it| it == id)
        {
            self.at = place;
        }
        self.at = self.at.min(ids.len().saturating_sub(1));
        self.anchor = ids.get(self.at).map(|id| (id.clone(), self.at));
    }

    /// Scrolls so that the cursor is among `height` of `rows` rows.
    pub fn scroll(&mut self, height: usize, rows: usize) {
        self.at = self.at.min(rows.saturating_sub(1));
        self.offset = scroll(self.offset, self.at, height, rows);
    }
}

/// The first row to be shown so that row `at` is among `height` of `rows`, as near to the one now as can be.
pub fn scroll(offset: usize, at: usize, height: usize, rows: usize) -> usize {
    let height = height.max(1);
    let first = (at + 1).saturating_sub(height);
    // Without empty rows below the last one.
    offset.clamp(first, at).min(rows.saturating_sub(height))
}
