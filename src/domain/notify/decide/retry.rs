//! Whether a message is tried again, and when.

use std::time::Duration;

use crate::domain::notify::limits::{ATTEMPTS_MAX, RETRY_AGE_MAX, RETRY_BASE, RETRY_CAP, RETRY_WISH_MAX};
use crate::domain::notify::state::Message;
use crate::domain::time::Timestamp;

/// Whether the message may be tried once more.
pub(super) fn within_budget(message: &Message, now: Timestamp) -> bool {
    let age = message.first_tried.map_or(Duration::ZERO, |first| now.since(first));
    message.attempts < ATTEMPTS_MAX && age < RETRY_AGE_MAX
}

/// The pause before the next attempt: what the provider wishes, within reason, and full jitter below a limit that doubles.
pub(super) fn pause(attempts: u32, after: Duration, chance: Option<u64>) -> Duration {
    let doubled = RETRY_BASE.saturating_mul(1u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX));
    let limit = u64::try_from(doubled.min(RETRY_CAP).as_millis()).unwrap_or(u64::MAX - 1);
    let jitter = chance.map_or(Duration::ZERO, |chance| Duration::from_millis(chance % (limit + 1)));
    after.min(RETRY_WISH_MAX) + jitter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_up_to_its_cap_and_is_spread() {
        let longest = |attempts| {
            (0..200_000).step_by(7).map(|chance| pause(attempts, Duration::ZERO, Some(chance))).max()
        };
        for (attempts, limit) in [(1, 1_000), (2, 2_000), (4, 8_000), (7, 60_000), (200, 60_000)] {
            let longest = longest(attempts).map(|pause| pause.as_millis());
            assert!(
                longest.is_some_and(|ms| ms <= limit && ms + limit / 100 >= limit),
                "{attempts}: {longest:?}"
            );
        }
        assert_eq!(pause(3, Duration::ZERO, Some(0)), Duration::ZERO);
    }

    #[test]
    fn the_providers_wish_is_honoured_within_reason() {
        let secs = Duration::from_secs;
        assert_eq!(pause(1, secs(20), None), secs(20));
        assert_eq!(pause(1, secs(20), Some(999)), Duration::from_millis(20_999));
        assert_eq!(pause(1, secs(86_400), Some(0)), RETRY_WISH_MAX);
    }
}
