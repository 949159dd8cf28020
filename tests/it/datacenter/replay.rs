//! What happened on 2014-03-25, again: a cluster near its capacity, and then more than it can take.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use pd::clock::{Clock as _, SystemClock};
use pd::domain::time::Timestamp;

use super::Installation;
use super::figures::{Told, first_accepted, quantile};
use super::fronts::{Fronts, Sent, of_dedup_key};
use super::installation::status;
use super::scenario::Pace;
use crate::cluster::cql::{self, Consistency};
use crate::cluster::{Cluster, DATACENTERS, NODES};
use crate::rig::http::Connection;
use crate::rig::{event, poll};

/// What is later than this is late.
const LATE: Duration = Duration::from_secs(300);
/// How long closed incidents stay before they are archived: what a day's jobs would do comes in one go after it.
const KEPT: Duration = Duration::from_secs(20);
/// How long it may take after the trouble until all is as before.
const BACK: Duration = Duration::from_secs(60);
/// How long everything may take to settle.
const SETTLE: Duration = Duration::from_secs(180);
/// Of a page that takes no longer nobody would say that it is late.
const NORMAL_MIN: Duration = Duration::from_secs(3);
/// So many times as long as before is not normal.
const NORMAL_FACTOR: u32 = 4;
/// At each front: enough that those whose answers are late do not keep the others from sending. Fewer would measure how
/// long they wait for each other.
const SENDERS: usize = 256;
/// At the one server where what was sent is resolved.
const RESOLVERS: usize = 64;
/// Nodes are warm when a round of load brings less than this many times as much as the best before it.
const WARM_GROWTH: f64 = 1.1;
/// They are taken for warm after so many rounds.
const WARM_ROUNDS: usize = 8;
/// So many services and people share the load: what one contact may be sent at a time is no measure of anything else.
const SERVICES: usize = 32;
/// Readers of all of a table at each node.
const SCANS: usize = 2;

/// What troubles the cluster.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Trouble {
    /// The scheduled work of a day becomes due at once.
    Jobs,
    /// Three times as many events as can be taken.
    Overload,
    /// All nodes read all that they have, as a repair does.
    Repair,
}

impl Trouble {
    /// For how many seconds one stands. What lasted three hours is here three minutes; what is no replay of anything has a
    /// bound that is five times as strict.
    fn scale(self) -> u32 {
        match self {
            Self::Jobs => 60,
            Self::Overload | Self::Repair => 5,
        }
    }

    fn late(self) -> Duration {
        LATE / self.scale()
    }
}

/// How hard and for how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Course {
    pub(crate) trouble: Trouble,
    /// Whether the servers have what keeps overload from becoming an outage.
    pub(crate) controls: bool,
    /// How long the capacity is measured, and each part lasts.
    pub(crate) part: Duration,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Seen {
    course: Course,
    /// Events a second whose pages went out.
    pub(crate) capacity: f64,
    /// Events a second that were offered during the trouble.
    offered: f64,
    /// And accepted.
    goodput: f64,
    sent: usize,
    accepted: usize,
    refused: usize,
    refusals_p99: Duration,
    late: usize,
    untold: usize,
    page_p99: Duration,
    page_max: Duration,
    /// Closed incidents that were to be archived.
    due: usize,
    /// From the end of the trouble until all was as before; `None`: it never was.
    back: Option<Duration>,
}

/// Starts an installation of its own, measures what it can take, and troubles it.
pub(crate) fn replay(cluster: &Cluster, course: Course) -> Seen {
    let told: &[&str] = if course.controls { &[] } else { &["--without-controls"] };
    let retention = match course.trouble {
        Trouble::Jobs => format!("[retention]\nincidents = \"{}s\"\n", KEPT.as_secs()),
        Trouble::Overload | Trouble::Repair => String::new(),
    };
    let installation = Installation::start_told(cluster, &DATACENTERS, 0, (told, &retention));
    Run::of(cluster, &installation, course).all()
}

/// Loads the nodes until they take no more than before: for minutes after their start, what is measured is how far their
/// compilers have come. How much they took in each round, in pages a second.
pub(crate) fn warm_up(cluster: &Cluster, part: Duration) -> Vec<f64> {
    let course = Course { trouble: Trouble::Overload, controls: true, part };
    let installation = Installation::start_told(cluster, &DATACENTERS, 0, (&[], ""));
    let run = Run::of(cluster, &installation, course);
    let (mut taken, mut best) = (Vec::new(), 0.0);
    for _ in 0..WARM_ROUNDS {
        let (capacity, _) = run.capacity();
        taken.push(capacity);
        if capacity < best * WARM_GROWTH {
            break;
        }
        best = capacity.max(best);
    }
    taken
}

struct Run<'a> {
    cluster: &'a Cluster,
    installation: &'a Installation,
    course: Course,
    clock: SystemClock,
    routing_keys: Vec<String>,
}

impl<'a> Run<'a> {
    fn of(cluster: &'a Cluster, installation: &'a Installation, course: Course) -> Self {
        let routing_keys = installation.make_services(SERVICES);
        Self { cluster, installation, course, clock: SystemClock::new(), routing_keys }
    }

    fn all(&self) -> Seen {
        let (capacity, keys) = self.capacity();
        let due = match self.course.trouble {
            Trouble::Jobs => self.resolve(&keys),
            Trouble::Overload | Trouble::Repair => 0,
        };
        let base = self.load("base", capacity * 0.7);
        let began = self.clock.now();
        std::thread::sleep(self.course.part.max(if due > 0 { KEPT } else { Duration::ZERO }));
        let troubled = self.clock.now();
        let (mut sent, ended) = self.trouble(capacity, due);
        // As long as it may take until all is as before, and some more, so that it shows.
        std::thread::sleep(self.course.part.max(BACK + Duration::from_secs(5)));
        sent.extend(base.finish());
        self.judge(capacity, due, &sent, (began, troubled, ended))
    }

    fn load(&self, name: &str, rate: f64) -> Fronts {
        let all = SENDERS * DATACENTERS.len();
        #[expect(clippy::cast_precision_loss, reason = "some hundreds")]
        let pause = if rate > 0.0 { Duration::from_secs_f64(all as f64 / rate) } else { Duration::ZERO };
        let none = Duration::ZERO;
        let pace = Pace { senders: SENDERS, pause, before: none, during: none, asleep: none, after: none };
        let name = format!("{name}-{}", self.clock.now().as_millis());
        Fronts::start(self.installation.addresses(), &self.routing_keys, &name, &pace)
    }

    /// Events a second whose pages go out when everybody sends as fast as they are answered, and their keys.
    fn capacity(&self) -> (f64, BTreeSet<String>) {
        let began = self.clock.now();
        let load = self.load("capacity", 0.0);
        std::thread::sleep(self.course.part);
        let sent = load.finish();
        let accepted = first_accepted(&sent);
        let keys: BTreeSet<&str> = accepted.keys().copied().collect();
        let told = self.told(&keys);
        let last = told.first.values().max().copied().unwrap_or(began);
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        let capacity = told.first.len() as f64 / last.since(began).as_secs_f64().max(0.001);
        (capacity, keys.into_iter().map(str::to_owned).collect())
    }

    /// What the receiver was told of these keys, once it was told of all, or that takes too long.
    fn told(&self, keys: &BTreeSet<&str>) -> Told {
        let mut told = Told::default();
        poll(SETTLE, || {
            told = Told::of(self.installation, keys);
            let all = told.first.len() >= keys.len();
            if !all {
                std::thread::sleep(Duration::from_secs(1));
            }
            all
        });
        told
    }

    /// Resolves these; how many.
    fn resolve(&self, keys: &BTreeSet<String>) -> usize {
        let context = self.installation.context();
        let routing_keys = &self.routing_keys;
        let left = Mutex::new(keys.iter());
        std::thread::scope(|scope| {
            for _ in 0..RESOLVERS {
                scope.spawn(|| {
                    let mut connection = Connection::open(&context.address).unwrap();
                    loop {
                        let Some(key) = left.lock().unwrap().next() else { return };
                        let body = event(of_dedup_key(routing_keys, key), "resolve", key).to_string();
                        let taken = || {
                            let answer = connection.request("POST", "/v2/enqueue", "", Some(body.as_bytes()));
                            answer.is_ok_and(|answer| answer.status == 202)
                        };
                        assert!(poll(SETTLE, taken), "{key} is not resolved");
                    }
                });
            }
        });
        keys.len()
    }

    /// Troubles the cluster; what more was sent, and when the trouble was over.
    fn trouble(&self, capacity: f64, due: usize) -> (Vec<Sent>, Timestamp) {
        match self.course.trouble {
            Trouble::Jobs => {
                let started = self.clock.monotonic();
                let archived = || {
                    let closed = status(&self.installation.servers[1]).map(|it| it.incidents.resolved);
                    closed.is_some_and(|closed| closed < due as u64 / 20)
                };
                // With the controls it takes its time, which is what they are for.
                while self.clock.monotonic() - started < self.course.part * 2 && !archived() {
                    std::thread::sleep(Duration::from_millis(500));
                }
                (Vec::new(), self.clock.now())
            }
            Trouble::Overload => {
                let load = self.load("more", capacity * 2.3);
                std::thread::sleep(self.course.part);
                (load.finish(), self.clock.now())
            }
            Trouble::Repair => {
                self.scan();
                (Vec::new(), self.clock.now())
            }
        }
    }

    /// Reads all of the journals at every node, again and again.
    fn scan(&self) {
        let stop = AtomicBool::new(false);
        let query = format!("SELECT count(*) FROM {}.journal", self.installation.keyspace);
        let nodes: Vec<_> = NODES.map(|node| self.cluster.address(node)).collect();
        std::thread::scope(|scope| {
            for node in &nodes {
                for _ in 0..SCANS {
                    let (stop, query) = (&stop, &query);
                    scope.spawn(move || {
                        while !stop.load(Ordering::Relaxed) {
                            let limit = Duration::from_secs(20);
                            let _ = cql::execute(*node, query, Consistency::One, limit);
                        }
                    });
                }
            }
            std::thread::sleep(self.course.part);
            stop.store(true, Ordering::Relaxed);
        });
    }

    fn judge(
        &self,
        capacity: f64,
        due: usize,
        sent: &[Sent],
        (began, troubled, ended): (Timestamp, Timestamp, Timestamp),
    ) -> Seen {
        let accepted = first_accepted(sent);
        let told = self.told(&accepted.keys().copied().collect());
        let page = |it: &Sent| Some(told.first.get(&it.key)?.since(accepted.get(it.key.as_str()).copied()?));
        let sorted = |mut times: Vec<Duration>| {
            times.sort_unstable();
            times
        };
        let before = sent.iter().filter(|it| it.at >= began && it.at < troubled);
        let usual = quantile(&sorted(before.filter_map(page).collect()), 0.99);
        let normal = NORMAL_MIN.max(usual * NORMAL_FACTOR);
        let abnormal = |it: &&Sent| !it.accepted() || page(it).is_none_or(|took| took > normal);
        let last = sent.iter().filter(|it| it.at >= troubled).filter(abnormal).map(|it| it.at).max();
        // Abnormal to the very end: nobody knows when it would have been over.
        let end = sent.iter().map(|it| it.at).max().unwrap_or(ended);
        let back = last.map_or(Some(Duration::ZERO), |at| {
            (end.since(at) > Duration::from_secs(2)).then(|| at.since(ended))
        });
        let pages = sorted(sent.iter().filter_map(page).collect());
        let refused: Vec<_> = sent.iter().filter(|it| !it.accepted()).collect();
        let within = |it: &&Sent| it.at >= troubled && it.at < ended;
        let seconds = ended.since(troubled).as_secs_f64().max(0.001);
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        let rate = |count: usize| count as f64 / seconds;
        Seen {
            course: self.course,
            capacity,
            offered: rate(sent.iter().filter(within).count()),
            goodput: rate(sent.iter().filter(within).filter(|it| it.accepted()).count()),
            sent: sent.len(),
            accepted: sent.len() - refused.len(),
            refused: refused.len(),
            refusals_p99: quantile(&sorted(refused.iter().map(|it| it.took).collect()), 0.99),
            late: pages.iter().filter(|took| **took > self.course.trouble.late()).count(),
            untold: accepted.keys().filter(|key| !told.first.contains_key(**key)).count(),
            page_p99: quantile(&pages, 0.99),
            page_max: pages.last().copied().unwrap_or_default(),
            due,
            back,
        }
    }
}

impl Seen {
    /// Whether what happened then has happened: events were refused, or their pages late.
    pub(crate) fn is_harmed(&self) -> bool {
        self.refused > 0 || self.late > 0 || self.untold > 0 || self.back.is_none()
    }

    /// Which bounds were broken, with the controls.
    pub(crate) fn broken(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut hold = |held: bool, what: String| {
            if !held {
                found.push(what);
            }
        };
        hold(self.accepted > 0, "nothing was accepted".to_owned());
        hold(self.late + self.untold == 0, format!("{} late, {} untold", self.late, self.untold));
        hold(self.back.is_some_and(|back| back < BACK), "not back to normal within 60 s".to_owned());
        if self.course.trouble == Trouble::Overload {
            let least = self.capacity * 0.9;
            hold(self.goodput >= least, format!("goodput {:.0}, of {least:.0} at least", self.goodput));
            hold(self.refused > 0, "nothing was refused: it was no overload".to_owned());
            let slow = Duration::from_millis(1500);
            hold(self.refusals_p99 <= slow, format!("refusals took {} ms", self.refusals_p99.as_millis()));
        } else {
            hold(self.refused == 0, format!("{} refused", self.refused));
        }
        found
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Course { trouble, controls, .. } = self.course;
        let controls = if controls { "on" } else { "off" };
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        let percent = |count: usize, of: usize| 100.0 * count as f64 / of.max(1) as f64;
        let back = self.back.map_or("never".to_owned(), |back| format!("{:.1} s", back.as_secs_f64()));
        write!(
            f,
            "{trouble:?}, controls {controls}: capacity {:.0} pages/s; during: offered {:.0}/s, accepted {:.0}/s; {} sent, \
             {:.1} % refused (p99 after {} ms), {:.1} % of pages later than {} s, {} untold; pages p99 {:.1} s, worst \
             {:.1} s; {} incidents to archive; normal again after {back}",
            self.capacity,
            self.offered,
            self.goodput,
            self.sent,
            percent(self.refused, self.sent),
            self.refusals_p99.as_millis(),
            percent(self.late, self.accepted),
            trouble.late().as_secs(),
            self.untold,
            self.page_p99.as_secs_f64(),
            self.page_max.as_secs_f64(),
            self.due,
        )
    }
}
