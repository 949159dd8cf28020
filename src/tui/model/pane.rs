//! A cursor, a place and a filter: all that a simple screen needs to remember.

use super::filter::Filter;

/// A cursor, a place and a filter.
#[derive(Clone, Debug, Default)]
pub struct Pane {
    pub at: usize,
    /// The first row that is on the screen.
    pub offset: usize,
    pub filter: Filter,
}

impl Pane {
    /// Moves the cursor among so many rows.
    pub fn go(&mut self, by: isize, rows: usize) {
        self.at = self.at.saturating_add_signed(by).min(rows.saturating_sub(1));
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
