//! The one task that sees changes and tells them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::changes::Changes;
use super::frames::{self, CHUNK, Frames, Item, Shower, alone};
use super::position::Position;
use super::reader::{Inlet, Outlet, queue};
use super::ring::Ring;
use super::traffic::Traffic;
use super::{Join, Joins};
use crate::api::links::Links;
use crate::api::parts::Parts;
use crate::api::query::Query;
use crate::api::{services, status};
use crate::clock::{SharedClock, within};
use crate::domain::id::ServiceId;
use crate::domain::incidents::oncall::{Serving, Wanted, serving};
use crate::domain::incidents::state::State;
use crate::domain::schedule::Span;
use crate::domain::time::Timestamp;
use crate::journal;
use crate::wire::rest::envelope::{Many, One};

/// Changes are told at most so often; what comes in between is told together.
const PACE: Duration = Duration::from_millis(100);
/// The same while nobody listens: they are only noted for those who come back.
const PACE_ALONE: Duration = Duration::from_secs(1);
/// How often it is said how the process is.
const TICK: Duration = Duration::from_secs(5);
/// Services, and who is on call, are looked at again after at least this long when something changed, and after so long
/// when only time has passed.
const REFRESH_MIN: Duration = Duration::from_secs(2);
const REFRESH_MAX: Duration = Duration::from_secs(10);
/// How many lines of timelines somebody is shown who comes anew.
const ENTRIES: usize = 200;

/// How long the archive may take for all that is asked of it, and how long it is left alone when it did not answer.
const ARCHIVE_MAX: Duration = Duration::from_secs(1);
const ARCHIVE_REST: Duration = Duration::from_secs(60);

/// What a reader is given when it is let in.
#[derive(Debug)]
pub(super) struct Joined {
    pub(super) resumed: bool,
    /// Everything up to here is in what follows, or was sent before.
    pub(super) at: Position,
    /// To be sent first.
    pub(super) first: VecDeque<Bytes>,
    /// To be sent then.
    pub(super) unknown: Vec<Item>,
    /// What changes from here on.
    pub(super) live: Inlet,
}

/// Those who used the same address, and so are sent the same bytes.
#[derive(Debug, Default)]
struct Face {
    readers: Vec<Outlet>,
    services: Bytes,
    oncalls: Bytes,
}

impl Face {
    fn send(&mut self, bytes: &Bytes) {
        if !bytes.is_empty() {
            self.readers.retain(|reader| reader.send(bytes));
        }
    }
}

/// Sees changes and tells them.
pub struct Hub {
    parts: Parts,
    clock: SharedClock,
    joins: Joins,
    incidents: watch::Receiver<Arc<State>>,
    /// What everybody has been told, and up to where.
    at: Position,
    state: Arc<State>,
    ring: Ring,
    traffic: Traffic,
    traffic_told: Vec<u64>,
    faces: BTreeMap<Links, Face>,
    /// The state has changed since it was looked at.
    changed: bool,
    /// It is not looked at again before this.
    look_at: Duration,
    tick_at: Duration,
    /// Services or duties may be others than were told.
    stale: bool,
    refreshed_at: Option<Duration>,
    on_call: Vec<Serving>,
    /// When the latest incident of each service was opened.
    last_incidents: BTreeMap<ServiceId, Option<Timestamp>>,
    /// The archive is not asked before this.
    archive_at: Duration,
    query: Query,
}

impl Hub {
    /// Tells what it sees in these parts to those who join.
    pub fn new(parts: Parts, joins: Joins) -> Self {
        let moment = parts.moments.moment();
        Self {
            clock: Arc::clone(&parts.clock),
            incidents: parts.incidents.clone(),
            at: Position { epoch: epoch(&moment.state), next: moment.next },
            state: moment.state,
            ring: Ring::default(),
            traffic: Traffic::new(parts.clock.now()),
            traffic_told: Vec::new(),
            faces: BTreeMap::new(),
            // What came while this was built is seen at once.
            changed: true,
            look_at: Duration::ZERO,
            tick_at: Duration::ZERO,
            stale: true,
            refreshed_at: None,
            on_call: Vec::new(),
            last_incidents: BTreeMap::new(),
            archive_at: Duration::ZERO,
            query: Query::default(),
            joins,
            parts,
        }
    }

    /// Runs until the shutdown, which ends all connections.
    pub async fn run(mut self, shutdown: CancellationToken) {
        tokio::select! {
            biased;
            () = shutdown.cancelled() => {}
            () = self.serve() => {}
        }
    }

    async fn serve(&mut self) {
        loop {
            let now = self.clock.monotonic();
            let (look_in, tick_in) = (self.look_at.saturating_sub(now), self.tick_at.saturating_sub(now));
            tokio::select! {
                join = self.joins.0.recv() => match join {
                    Some(join) => self.admit(join).await,
                    None => return,
                },
                seen = self.incidents.changed(), if !self.changed => match seen {
                    Ok(()) => self.changed = true,
                    Err(_) => return,
                },
                () = self.clock.sleep(look_in), if self.changed => self.look().await,
                () = self.clock.sleep(tick_in), if self.is_heard() => self.tick().await,
            }
        }
    }

    fn is_heard(&self) -> bool {
        !self.faces.is_empty()
    }

    /// Sees what has changed, and tells it.
    async fn look(&mut self) {
        self.changed = false;
        self.look_at = self.clock.monotonic() + if self.is_heard() { PACE } else { PACE_ALONE };
        let moment = self.parts.moments.moment();
        let at = Position { epoch: epoch(&moment.state), next: moment.next };
        if at == self.at {
            return;
        }
        if at.epoch != self.at.epoch || at.next < self.at.next || self.state.account.is_none() {
            // Another history: nobody's id means anything in it. Who comes back is shown everything.
            self.ring.clear();
            self.faces.clear();
            (self.at, self.state, self.stale) = (at, moment.state, true);
            return;
        }
        let changes = Changes::between(&self.state, &moment.state);
        self.ring.push(self.at.next, at.next, &changes);
        self.traffic.add(self.parts.clock.now(), changes.events);
        self.stale |= changes.services || changes.oncalls;
        (self.at, self.state) = (at, moment.state);
        self.tell(&changes).await;
        if self.stale && self.is_heard() && self.refreshed_before(REFRESH_MIN) {
            self.refresh().await;
        }
    }

    /// Tells changes to everybody.
    async fn tell(&mut self, changes: &Changes) {
        if changes.len() == 0 {
            return;
        }
        for (links, face) in &mut self.faces {
            let Some(shower) = Shower::new(&self.parts, &self.state, links, &self.query) else { continue };
            let mut frames = Frames::default();
            for item in frames::items(changes) {
                shower.add(&mut frames, item);
                if frames.len() >= CHUNK {
                    face.send(&frames.take());
                    // In a storm there is much to write, and others want to go on, the readers first.
                    tokio::task::yield_now().await;
                }
            }
            frames.end_at(self.at);
            face.send(&frames.whole());
        }
        self.forget_gone();
    }

    /// Says how the process is, and what time alone has changed.
    async fn tick(&mut self) {
        self.tick_at = self.clock.monotonic() + TICK;
        self.forget_gone();
        let traffic = self.traffic.shown(self.parts.clock.now());
        let mut frames = Frames::default();
        frames.add("status", &One(status::told(&self.parts, &self.state)));
        if self.traffic_told != traffic {
            frames.add("traffic", &events(&traffic));
            self.traffic_told = traffic;
        }
        let bytes = frames.whole();
        self.faces.values_mut().for_each(|face| face.send(&bytes));
        if self.stale || self.refreshed_before(REFRESH_MAX) {
            self.refresh().await;
        }
        self.forget_gone();
    }

    fn refreshed_before(&self, ago: Duration) -> bool {
        let now = self.clock.monotonic();
        self.refreshed_at.is_none_or(|at| now.saturating_sub(at) >= ago)
    }

    /// Looks at the services and at who is on call, and tells those who know otherwise.
    async fn refresh(&mut self) {
        self.refreshed_at = Some(self.clock.monotonic());
        let now = self.parts.clock.now();
        self.on_call = serving(
            &self.state,
            &Wanted {
                users: Vec::new(),
                policies: Vec::new(),
                schedules: Vec::new(),
                range: Span { start: now, end: now },
                earliest: false,
            },
        );
        self.find_last_incidents().await;
        self.stale = false;
        let mut faces = std::mem::take(&mut self.faces);
        for (links, face) in &mut faces {
            let Some((services, oncalls)) = self.shown(links) else { continue };
            for (old, new) in [(&mut face.services, services), (&mut face.oncalls, oncalls)] {
                if *old != new {
                    *old = new.clone();
                    face.readers.retain(|reader| reader.send(&new));
                }
            }
        }
        self.faces = faces;
    }

    /// The services, and who is on call.
    fn shown(&self, links: &Links) -> Option<(Bytes, Bytes)> {
        let shower = Shower::new(&self.parts, &self.state, links, &self.query)?;
        let view = shower.view();
        let mut services: Vec<_> = self.state.services.values().collect();
        services.sort_by_key(|service| (service.created_at, service.id));
        let last = |id| self.last_incidents.get(&id).copied().flatten();
        let services = services.into_iter().map(|service| view.service(service, last(service.id)));
        let oncalls = self.on_call.iter().map(|serving| view.oncall(serving, None));
        Some((alone("services", &Many(services.collect())), alone("oncalls", &Many(oncalls.collect()))))
    }

    /// The archive is asked once for each service of which nothing newer is seen.
    async fn find_last_incidents(&mut self) {
        let state = &self.state;
        self.last_incidents.retain(|id, _| state.services.contains_key(id));
        let mut missing: BTreeSet<ServiceId> = state.services.keys().copied().collect();
        for incident in state.incidents.values().rev() {
            if missing.is_empty() {
                break;
            }
            if missing.remove(&incident.service) {
                self.last_incidents.insert(incident.service, Some(incident.created_at));
            }
        }
        missing.retain(|id| !self.last_incidents.contains_key(id));
        let now = self.clock.monotonic();
        if now < self.archive_at {
            return;
        }
        let clock = Arc::clone(&self.clock);
        let asked = async {
            for id in missing {
                self.last_incidents.insert(id, services::last_archived(&self.parts, id).await?);
            }
            Ok::<_, journal::Error>(())
        };
        // It is worth showing, and not worth that changes wait for a slow archive.
        if !matches!(within(&*clock, ARCHIVE_MAX, asked).await, Some(Ok(()))) {
            self.archive_at = now + ARCHIVE_REST;
        }
    }

    /// Lets somebody in.
    async fn admit(&mut self, join: Join) {
        self.look().await;
        self.forget_gone();
        let readers: usize = self.faces.values().map(|face| face.readers.len()).sum();
        if readers >= self.parts.settings.streams {
            // Who asked may have gone already.
            let _ = join.reply.send(None);
            return;
        }
        if self.stale || self.refreshed_before(REFRESH_MAX) {
            self.refresh().await;
        }
        if !self.faces.contains_key(&join.links) {
            let (services, oncalls) = self.shown(&join.links).unwrap_or_default();
            self.faces.insert(join.links.clone(), Face { readers: Vec::new(), services, oncalls });
        }
        let resume = join.resume.filter(|position| position.epoch == self.at.epoch);
        let missed = resume.and_then(|position| self.ring.since(position.next, self.at.next));
        let resumed = missed.is_some();
        let unknown = missed.unwrap_or_else(|| frames::picture(&self.state, ENTRIES));
        let traffic = self.traffic.shown(self.parts.clock.now());
        if readers == 0 {
            self.tick_at = self.clock.monotonic() + TICK;
            self.traffic_told.clone_from(&traffic);
        }
        let status = alone("status", &One(status::told(&self.parts, &self.state)));
        let Some(face) = self.faces.get_mut(&join.links) else { return };
        let (outlet, live) = queue();
        let first =
            [face.services.clone(), face.oncalls.clone(), status, alone("traffic", &events(&traffic))];
        let first = first.into_iter().filter(|bytes| !bytes.is_empty()).collect();
        let unknown = frames::items(&unknown).collect();
        let joined = Joined { resumed, at: self.at, first, unknown, live };
        if join.reply.send(Some(joined)).is_ok() {
            face.readers.push(outlet);
        }
    }

    fn forget_gone(&mut self) {
        self.faces.retain(|_, face| {
            face.readers.retain(|reader| !reader.is_closed());
            !face.readers.is_empty()
        });
    }
}

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hub").field("at", &self.at).field("faces", &self.faces.len()).finish_non_exhaustive()
    }
}

fn epoch(state: &State) -> u32 {
    state.account.as_ref().map_or(0, |account| account.epoch)
}

fn events(traffic: &[u64]) -> serde_json::Value {
    serde_json::json!({ "events": traffic })
}
