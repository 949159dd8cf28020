//! How times are shown: as distance to people, exact to programs.

use crate::domain::time::Timestamp;

/// When it is, and how times are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Moment {
    /// The present.
    pub(crate) now: Timestamp,
    /// `3m ago` rather than `2026-01-05T07:00:00Z`.
    pub(crate) relative: bool,
}

impl Moment {
    /// A time as the API gives it; as it is if it is none, or exact ones are wanted.
    pub(crate) fn show(&self, iso: &str) -> String {
        match Timestamp::parse(iso) {
            Some(at) if self.relative => self.ago(at),
            _ => super::escape(iso),
        }
    }

    /// For a sentence: `3m ago`, or `at 2026-01-05T07:00:00Z`.
    pub(crate) fn when(&self, iso: &str) -> String {
        if self.relative { self.show(iso) } else { format!("at {}", self.show(iso)) }
    }

    fn ago(&self, at: Timestamp) -> String {
        if at > self.now {
            format!("in {}", span(at.since(self.now).as_secs()))
        } else {
            match self.now.since(at).as_secs() {
                0..5 => "now".to_owned(),
                seconds => format!("{} ago", span(seconds)),
            }
        }
    }
}

/// A span in its largest whole unit.
pub(crate) fn span(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds}s"),
        120..7200 => format!("{}m", seconds / 60),
        7200..172_800 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_times() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let check = |seconds_ago: i64, expected: &str| {
            let iso = Timestamp::from_millis(now.as_millis() - seconds_ago * 1000).to_iso();
            assert_eq!(Moment { now, relative: true }.show(&iso), expected);
            assert_eq!(Moment { now, relative: false }.show(&iso), iso);
        };
        check(0, "now");
        check(30, "30s ago");
        check(180, "3m ago");
        check(3 * 3600, "3h ago");
        check(10 * 86_400, "10d ago");
        check(-600, "in 10m");
        assert_eq!(Moment { now, relative: true }.show("soon\x1b"), "soon\\x1b");
    }
}
