//! The failures that every run of the tests goes through.

use std::io::Write as _;
use std::time::Duration;

use super::{Failure, Installation, Pace, drill, run};
use crate::cluster::alone;

/// Short: what is held here needs no long failures.
const PACE: Pace = Pace {
    senders: 2,
    pause: Duration::from_millis(250),
    before: Duration::from_secs(2),
    during: Duration::from_secs(8),
    asleep: Duration::from_secs(10),
    after: Duration::from_secs(4),
};

#[test]
fn nothing_is_lost_or_repeated_when_a_datacenter_or_a_server_fails() {
    let Some(cluster) = alone() else { return };
    let mut installation = Installation::start(&cluster);
    // While nothing else fails: what is made on purpose is one failure, and no more.
    let (report, passed) = drill(&installation, 0, &["datacenter", "--for", "6s"]);
    let _ = writeln!(std::io::stderr(), "{report}");
    assert!(passed, "{report}\n{}", installation.said());
    // What takes long to mend comes last: the next test waits for that, not this one.
    let failures =
        [Failure::DatacenterFrozen, Failure::ServerKilled, Failure::QuorumFrozen, Failure::DatacenterKilled];
    for failure in failures {
        let figures = run(&cluster, &mut installation, failure, &PACE);
        // Not by a macro: the figures are of interest also when the test succeeds.
        let _ = writeln!(std::io::stderr(), "{figures}");
        assert_eq!(figures.unkept(), Vec::<String>::new(), "{}", installation.said());
    }
}
