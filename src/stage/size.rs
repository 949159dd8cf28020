//! How many inputs the next entry takes.

use crate::journal::ENTRY_BYTES_MAX;

/// What an entry is to have at most when there is much to do.
const ENTRY_BYTES_AIM: usize = ENTRY_BYTES_MAX / 4 * 3;

/// The next limit: more than this one, but not more than what likely fits into an entry. An entry that turns out too
/// large is decided in vain.
pub(super) fn grown(limit: usize, inputs: usize, bytes: usize) -> usize {
    let grown = limit + limit / 4 + 1;
    // What is due by the clock says nothing about inputs.
    if inputs == 0 || bytes < ENTRY_BYTES_AIM / 4 {
        return grown;
    }
    grown.min((inputs.saturating_mul(ENTRY_BYTES_AIM) / bytes).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_while_entries_are_small_and_aims_at_what_fits() {
        assert_eq!(grown(100, 100, 1000), 126);
        assert_eq!(grown(100, 0, ENTRY_BYTES_MAX), 126, "timers alone");
        assert_eq!(grown(1000, 1000, ENTRY_BYTES_AIM), 1000);
        assert_eq!(grown(1000, 1000, ENTRY_BYTES_AIM * 2), 500);
        assert_eq!(grown(1, 1, ENTRY_BYTES_MAX * 4), 1);
    }
}
