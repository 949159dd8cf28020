//! The one cluster of a test run: by many at once, or by one alone.

use std::io::Write as _;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use super::{Access, Cluster, Speed};

/// The cluster together with others. Ask once per test: who asks again while somebody waits to be alone waits for ever.
pub(crate) struct Shared(&'static Cluster);

/// The cluster alone. It is made whole again when this goes.
pub(crate) struct Alone(&'static Cluster);

/// Who is in.
struct Inside {
    sharing: u32,
    alone: bool,
    /// Who waits to be alone goes first: others only come one after the other.
    waiting: u32,
}

static INSIDE: Mutex<Inside> = Mutex::new(Inside { sharing: 0, alone: false, waiting: 0 });
static CHANGED: Condvar = Condvar::new();

/// The cluster, together with others; `None` where none can be had, which was said then.
pub(crate) fn shared() -> Option<Shared> {
    let cluster = cluster()?;
    let mut inside = inside();
    while inside.alone || inside.waiting > 0 {
        inside = wait(inside);
    }
    inside.sharing += 1;
    Some(Shared(cluster))
}

/// The cluster alone, to break it; `None` where none can be had, which was said then.
pub(crate) fn alone() -> Option<Alone> {
    let cluster = cluster()?;
    let mut inside = inside();
    inside.waiting += 1;
    while inside.alone || inside.sharing > 0 {
        inside = wait(inside);
    }
    inside.waiting -= 1;
    inside.alone = true;
    Some(Alone(cluster))
}

/// As [`alone`], but only where packets can be lost; `None` elsewhere, which was said then.
pub(crate) fn alone_with_partitions() -> Option<Alone> {
    static SAID: OnceLock<()> = OnceLock::new();
    let cluster = cluster()?;
    if !cluster.network.can_part() {
        let text = "tests of partitions: network namespaces need root and iproute2";
        SAID.get_or_init(|| missing(text, rustix::process::geteuid().is_root()));
        return None;
    }
    alone()
}

/// Started by the first who asks, for all others of this process.
fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    let started = CLUSTER.get_or_init(|| {
        if !wanted() {
            return None;
        }
        match Cluster::start(Speed::Start) {
            Ok(cluster) => Some(cluster),
            Err(text) => {
                missing(&format!("tests on Cassandra nodes: {text}"), true);
                None
            }
        }
    });
    started.as_ref()
}

/// Whether tests on nodes are wanted in this run: `PD_TEST_CLUSTER=off` leaves them out, and that is said in one line.
pub(super) fn wanted() -> bool {
    static WANTED: OnceLock<bool> = OnceLock::new();
    *WANTED.get_or_init(|| {
        let wanted = std::env::var("PD_TEST_CLUSTER").as_deref() != Ok("off");
        if !wanted {
            missing("tests on Cassandra nodes, because PD_TEST_CLUSTER is off", false);
        }
        wanted
    })
}

/// Says in one line what is not run.
///
/// # Panics
/// With `CI` in the environment, if that is `required` there.
pub(super) fn missing(text: &str, required: bool) {
    assert!(!required || std::env::var_os("CI").is_none(), "{text}; with CI set they are required");
    // Not by a macro: what a test prints by those is only shown when it fails.
    let _ = writeln!(std::io::stderr(), "not run: {text}");
}

fn inside() -> MutexGuard<'static, Inside> {
    INSIDE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn wait(inside: MutexGuard<'static, Inside>) -> MutexGuard<'static, Inside> {
    CHANGED.wait(inside).unwrap_or_else(PoisonError::into_inner)
}

impl Deref for Shared {
    type Target = Access;

    fn deref(&self) -> &Access {
        self.0
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        inside().sharing -= 1;
        CHANGED.notify_all();
    }
}

impl Deref for Alone {
    type Target = Cluster;

    fn deref(&self) -> &Cluster {
        self.0
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        // The next one gets in whatever happens: what is wrong shows in its own test then, rather than as a wait.
        let mended = catch_unwind(AssertUnwindSafe(|| self.0.mend()));
        inside().alone = false;
        CHANGED.notify_all();
        if let Err(panic) = mended
            && !std::thread::panicking()
        {
            resume_unwind(panic);
        }
    }
}
