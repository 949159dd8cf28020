//! What must hold, checked all along by a reader of its own beside the processes: it sees the journals as they are, and
//! draws its conclusions from entries and from what the outside saw, not from what processes say of themselves.

mod controls;
mod doors;
mod finish;
mod ghost;
mod incidents;
mod keys;
mod messages;
mod restored;
mod stores;
mod words;

use std::time::Duration;

use pd::domain::id::IncidentNumber;
use pd::domain::incidents::state::State;
use pd::domain::time::Timestamp;
use pd::domain::user::Channel;
use pd::incidents::Incidents;
use pd::journal::memory::MemoryStore;
use pd::journal::{Journal as _, LogName, Seq};
use pd::notify::stage::Notify;
use pd::notify::transport::Message;
use pd::stage;
use uuid::Uuid;

pub(super) use self::ghost::at_once;

use self::controls::Controls;
use self::doors::Doors;
use self::ghost::Ghost;
use self::incidents::Rules;
use self::keys::Keys;
use self::messages::Messages;
use self::restored::Torn;
use super::Tally;
use super::founding::installation;
use super::monitoring::Attempt;
use super::plan::{Mode, Plan};
use super::process::short;
use super::town::{Life, name};
use super::trace::Trace;
use super::weather::CHECKER;

/// How many looks pass between two full comparisons of replicas, and between two loads of snapshots.
const FULL_EVERY: u64 = 64;

/// How long everything may take once nothing is wrong any more.
const BOUND: Duration = Duration::from_secs(200);

/// See the module.
#[derive(Clone)]
pub(super) struct Check {
    mode: Mode,
    clocks_are_true: bool,
    heals_at: Duration,
    doors_store: MemoryStore,
    stages_store: MemoryStore,
    now: Duration,
    failures: Vec<String>,
    incidents: Ghost<Incidents>,
    notify: Ghost<Notify>,
    doors: Doors,
    rules: Rules,
    keys: Keys,
    messages: Messages,
    controls: Controls,
    tally: Tally,
    /// The stores were restored under processes that live.
    torn: Option<Torn>,
    /// What was asked before this is lost: the stores were restored.
    lost_until: Duration,
}

impl Check {
    pub(super) fn new(plan: &Plan, doors: MemoryStore, stages: MemoryStore) -> Self {
        Self {
            mode: plan.mode,
            clocks_are_true: plan.clocks_are_true(),
            heals_at: plan.heals_at,
            incidents: Ghost::new(LogName::incidents(), stages.handle(CHECKER)),
            notify: Ghost::new(LogName::notify(), stages.handle(CHECKER)),
            doors: Doors::new(doors.handle(CHECKER)),
            rules: Rules::default(),
            keys: Keys::default(),
            messages: Messages::default(),
            controls: Controls::default(),
            doors_store: doors,
            stages_store: stages,
            now: Duration::ZERO,
            failures: Vec::new(),
            tally: Tally::default(),
            torn: None,
            lost_until: Duration::ZERO,
        }
    }

    /// Puts the installation into the journals.
    pub(super) fn found(&mut self) {
        let log = LogName::incidents();
        let founding = installation().entry.clone();
        let handle = self.stages_store.handle(CHECKER);
        ghost::at_once(handle.append(&log, Seq::FIRST, founding))
            .expect("an empty store takes its first entry");
    }

    pub(super) fn has_failed(&self) -> bool {
        !self.failures.is_empty()
    }

    pub(super) fn failures(&self) -> Vec<String> {
        self.failures.clone()
    }

    pub(super) fn tally(&self) -> Tally {
        Tally { entries: self.incidents.next().0 + self.notify.next().0, ..self.tally }
    }

    fn fail(&mut self, trace: &Trace, what: String) {
        trace.say("FAILURE", &what, || what.clone());
        if self.failures.len() < 5 {
            self.failures.push(what);
        }
    }

    fn fail_all(&mut self, trace: &Trace, all: Vec<String>) {
        for what in all {
            self.fail(trace, what);
        }
    }

    /// Reads what is new in the journals of the stages.
    pub(super) fn catch_up(&mut self, trace: &Trace, now: Duration) {
        self.now = now;
        if self.torn.is_some() {
            return self.watch_torn(trace);
        }
        loop {
            match self.incidents.read() {
                Ok(Some((entry, body))) => self.of_incidents(trace, &entry, body),
                Ok(None) => break,
                Err(what) => return self.fail(trace, what),
            }
        }
        loop {
            match self.notify.read() {
                Ok(Some((entry, body))) => self.of_notify(trace, &entry, body),
                Ok(None) => break,
                Err(what) => return self.fail(trace, what),
            }
        }
    }

    fn of_incidents(
        &mut self,
        trace: &Trace,
        entry: &pd::journal::Entry,
        body: stage::Body<pd::domain::incidents::fact::Fact>,
    ) {
        let seq = self.incidents.next();
        trace.say(&short(entry.writer), (seq.0, entry.id), || words::incidents(seq, &body));
        let mut found = Vec::new();
        for (log, cursor) in &body.cursors {
            if *log == LogName::notify() {
                found.extend(self.notify.does_not_have(cursor));
                continue;
            }
            let before = self.incidents.cursor(log);
            let written = self.doors.written(log, before.next);
            found.extend(self.doors.consumed(log, &before, cursor));
            if let Some(written) = written.filter(|_| log.as_str().ends_with("/events")) {
                found.extend(self.took(log, written, cursor));
            }
        }
        for log in &body.dropped {
            found.extend(self.doors.dropped(log, &self.incidents.cursor(log)));
        }
        for fact in &body.facts {
            let state = self.incidents.state();
            found.extend(self.rules.holds(state, fact));
            self.doors.decided(state, fact);
            self.keys.decided(state, fact, seq);
            if let pd::domain::incidents::fact::Fact::UserPaged(page) = fact {
                self.messages.paged(page);
                self.rules.pages += 1;
            }
            if matches!(fact, pd::domain::incidents::fact::Fact::IncidentOpened(_)) {
                self.tally.incidents += 1;
            }
            self.incidents.evolve(fact);
        }
        found.extend(self.doors.balanced(self.incidents.state()));
        if !body.cursors.is_empty() {
            found.extend(self.works("incidents", entry.writer));
        }
        self.keys.settle(self.incidents.state(), seq);
        for (marker, address) in self.doors.take_found() {
            self.keys.consumed(&marker, address, seq);
        }
        self.incidents.advance(entry, body.cursors, &body.dropped);
        self.fail_all(trace, found.into_iter().map(|what| format!("incidents {seq}: {what}")).collect());
    }

    fn of_notify(
        &mut self,
        trace: &Trace,
        entry: &pd::journal::Entry,
        body: stage::Body<pd::domain::notify::Fact>,
    ) {
        let seq = self.notify.next();
        trace.say(&short(entry.writer), (seq.0, entry.id), || words::notify(seq, &body));
        let mut found = Vec::new();
        for (_, cursor) in &body.cursors {
            found.extend(self.incidents.does_not_have(cursor));
        }
        if !body.cursors.is_empty() {
            found.extend(self.works("notify", entry.writer));
        }
        for fact in &body.facts {
            found.extend(self.messages.holds(self.notify.state(), fact, seq));
            self.notify.evolve(fact);
        }
        self.notify.advance(entry, body.cursors, &body.dropped);
        self.fail_all(trace, found.into_iter().map(|what| format!("notify {seq}: {what}")).collect());
    }

    /// A stage cannot go on: never without a restored store. Over one that was restored under processes that live, each of
    /// them may find that it is not where it was, that others make something else of it, or that they have removed what
    /// it needs; to stop is all that it can do, and all of it is restored once more.
    pub(super) fn stage_stopped(&mut self, trace: &Trace, machine: usize, error: &stage::Error) {
        if self.torn.is_some() {
            return trace.say(name(machine), "stopped", || format!("has a stage stopped: {error}"));
        }
        self.fail(trace, format!("a stage has stopped on {}: {error}", name(machine)));
    }

    /// A sender has tried to send an event.
    pub(super) fn tried(&mut self, trace: &Trace, mut attempt: Attempt) {
        // What was accepted by a process that has ended, or by one that should have, may be lost.
        attempt.accepted &= self.torn.is_none() && attempt.began >= self.lost_until;
        if attempt.accepted {
            self.tally.events += 1;
            let found = self.doors.holds(&attempt.marker);
            self.fail_all(trace, found);
        }
        self.keys.tried(attempt);
    }

    /// A process hands a message to a provider.
    pub(super) fn sends(
        &mut self,
        trace: &Trace,
        process: Uuid,
        (channel, message): (Channel, &Message),
        now: Timestamp,
        known: Option<&State>,
    ) {
        trace.say(&short(process), message.id, || format!("sends message {} by {channel:?}", message.id));
        self.messages.hands(process, message);
        if self.mode == Mode::Overload {
            let found = self.controls.sends(process, channel, message.id, self.now);
            self.fail_all(trace, found.into_iter().collect());
        }
        if self.torn.is_none() {
            let found = self.messages.sends(process, message, now, known);
            self.fail_all(trace, found);
        }
    }

    /// A process knows what came of a message, or has given it up.
    pub(super) fn sent(&mut self, process: Uuid, channel: Channel, worked: bool) {
        self.controls.sent(process, channel, worked, self.now);
    }

    /// A process begins a round of a job.
    pub(super) fn round_begins(&mut self, trace: &Trace, process: Uuid, job: &'static str) {
        let found = self.controls.round_begins(process, job, self.now);
        self.fail_all(trace, found.into_iter().collect());
    }

    /// A round of a job has ended; the next should begin after this pause.
    pub(super) fn round_ends(&mut self, process: Uuid, job: &'static str, every: Duration) {
        self.controls.round_ends(process, job, every, self.now);
    }

    /// The sources of a stage were worked on.
    fn works(&mut self, stage: &'static str, by: Uuid) -> Option<String> {
        // Where processes die and stores are cut off from some, nobody can tell from outside who should work.
        if self.mode == Mode::Overload { self.controls.works(stage, by, self.now) } else { None }
    }

    /// The oldest event that a door's journal held was written at this time, and the stage has come to this cursor.
    fn took(&mut self, log: &LogName, written: Timestamp, cursor: &stage::Cursor) -> Option<String> {
        if self.mode != Mode::Overload {
            return None;
        }
        let (waited, drained) = (self.true_now().since(written), self.doors.is_drained(log, cursor));
        self.controls.takes(log, waited, drained, self.now)
    }

    /// A provider takes a message.
    pub(super) fn takes(&mut self, trace: &Trace, process: Uuid, channel: Channel, message: &Message) {
        self.tally.messages += 1;
        trace.say(&format!("{channel:?}"), message.id, || {
            let about: Vec<_> = message.about.iter().map(|about| about.incident.number.0).collect();
            format!("takes message {} to {} about {about:?}", message.id, message.user_name)
        });
        let found = self.messages.takes(process, channel, message);
        if self.torn.is_none() {
            self.fail_all(trace, found);
        }
    }

    /// Somebody is told that what was asked then is done, and was to leave this content.
    pub(super) fn hears(
        &mut self,
        trace: &Trace,
        asked_at: Duration,
        (number, what): (IncidentNumber, &str),
        content: Option<&str>,
    ) {
        if self.torn.is_none()
            && asked_at >= self.lost_until
            && let Some(content) = content
            && !self.rules.notes.contains_key(content)
        {
            self.fail(trace, format!("{what} #{number} was said to be done, but `{content}` is nowhere"));
        }
    }

    /// The journals of events of these processes.
    pub(super) fn doors_of(&self, lives: &[(usize, Life)]) -> Vec<LogName> {
        let doors = self.incidents.state().doors.iter();
        let used = doors.filter(|(_, door)| lives.iter().any(|(_, life)| life.process == door.process));
        used.map(|(door, _)| LogName::door_events(*door)).collect()
    }

    /// How far the incidents stage has come.
    pub(super) fn incidents_next(&self) -> Seq {
        self.incidents.next()
    }

    /// Looks at everything that is not an entry.
    pub(super) fn look(&mut self, trace: &Trace, lives: &[(usize, Life)], looks: u64) {
        if self.torn.is_some() {
            return;
        }
        let full = looks.is_multiple_of(FULL_EVERY);
        let found = self.replicas(lives, full);
        self.fail_all(trace, found);
        if looks.is_multiple_of(8) {
            let found = self.stores(full);
            self.fail_all(trace, found);
        }
    }

    /// Replicas at the same position are equal.
    fn replicas(&self, lives: &[(usize, Life)], full: bool) -> Vec<String> {
        let mut found = Vec::new();
        for (machine, life) in lives {
            let Some(view) = &life.view else { continue };
            let incidents = self.incidents.equals(&view.incidents.replica.borrow(), full);
            let notify = self.notify.equals(&view.notify.replica.borrow(), full);
            let poisoned = view.incidents.status.borrow().poisoned + view.notify.status.borrow().poisoned;
            let poisoned = (poisoned > 0).then(|| "the rules failed on an input".to_owned());
            let all = incidents.into_iter().chain(notify).chain(poisoned);
            found.extend(all.map(|what| format!("on {}: {what}", name(*machine))));
        }
        found
    }
}
