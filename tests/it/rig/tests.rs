//! The rig's own parts that need no server.

use super::poll;
use std::time::Duration;

#[test]
fn a_condition_is_waited_for_within_bounds() {
    let mut looks = 0;
    assert!(poll(Duration::from_secs(5), || {
        looks += 1;
        looks == 3
    }));
    assert_eq!(looks, 3);
    assert!(!poll(Duration::from_millis(30), || false));
}
