//! Who would be paged for an event, when and how: both state machines run on a copy of the state, and the clock moves on.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use crate::domain::event::Event;
use crate::domain::id::{ContactMethodId, IncidentNumber, UserId};
use crate::domain::incident::{Happening, Incident, LogEntry, NotifyOutcome, PageId};
use crate::domain::incidents;
use crate::domain::incidents::decide::{Rehearsal, rehearse};
use crate::domain::incidents::fact::{Fact, UserPaged};
use crate::domain::incidents::state::State;
use crate::domain::notify;
use crate::domain::notify::input::Outcome;
use crate::domain::time::Timestamp;
use crate::domain::user::Channel;

/// How long after the event what happens is looked at.
pub const HORIZON: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How many decisions are made at most.
pub const STEPS_MAX: usize = 20_000;
/// How many messages of one channel go at a time.
const ROOM: usize = 1000;

/// What would happen.
#[derive(Clone, PartialEq, Debug)]
pub struct Simulation {
    /// What would become of the event itself, with the state at that moment.
    pub rehearsal: Rehearsal,
    /// The state before the event.
    pub before: State,
    /// The state at the end.
    pub after: State,
    /// Which incident it would be in; `None`: in none.
    pub number: Option<IncidentNumber>,
    /// What would happen from the event on, in order.
    pub plan: Vec<Planned>,
    /// How it would end.
    pub end: End,
}

/// Something that would happen.
#[derive(Clone, PartialEq, Debug)]
pub enum Planned {
    /// An entry of the timeline.
    Entry(LogEntry),
    /// A message.
    Message(Message),
}

/// A message that would be sent, or tried.
#[derive(Clone, PartialEq, Debug)]
pub struct Message {
    /// When.
    pub at: Timestamp,
    /// To whom.
    pub user: UserId,
    /// How.
    pub channel: Channel,
    /// By which contact method.
    pub contact_method: ContactMethodId,
    /// For which level, from 1, and in which round, from 0; `None`: the last resort, or chosen by hand.
    pub level: Option<(u8, u8)>,
    /// How long after the page the user's rule has it; `None`: no rule has it.
    pub rule: Option<Duration>,
    /// Whether it could be sent: something is configured that sends by this channel.
    pub sent: bool,
}

/// How a simulation ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// All levels have been paged, and nobody acknowledged.
    Exhausted,
    /// It is over by itself, or there never was an incident.
    Over,
    /// Nothing more happens by itself.
    Quiet,
    /// What comes next is beyond what is looked at.
    Later(Timestamp),
    /// More happens than is looked at.
    TooMuch,
}

/// Too much happens before the time that was asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("too much happens until then: ask for an earlier time")]
pub struct TooMuch;

/// Lets `event` come at its time of acceptance, which is not before `now`, if nobody acts and messages can be sent by
/// these channels. Until then only its own incident, if it is open already, and maintenance windows go on; every other
/// incident stays as it is.
///
/// # Errors
/// [`TooMuch`] happens before it.
pub fn simulate(
    state: &State,
    event: &Event,
    now: Timestamp,
    channels: &BTreeSet<Channel>,
) -> Result<Simulation, TooMuch> {
    simulate_while(state, event, now, channels, &|| true)
}

/// The same as long as `goes_on` says so, which is asked before each step.
///
/// # Errors
/// It takes too many steps, or longer than it may.
pub fn simulate_while(
    state: &State,
    event: &Event,
    now: Timestamp,
    channels: &BTreeSet<Channel>,
    goes_on: &dyn Fn() -> bool,
) -> Result<Simulation, TooMuch> {
    let at = event.accepted_at.max(now);
    let joins = subject(&rehearse(state, event, at)).filter(|number| state.incidents.contains_key(number));
    let mut course = Course::new(state, joins, channels, goes_on);
    if course.run(now, at, Vec::new()) == End::TooMuch {
        return Err(TooMuch);
    }
    let before = course.incidents.clone();
    let rehearsal = rehearse(&before, event, at);
    let number = subject(&rehearsal);
    let mut course = Course::new(&before, number, channels, goes_on);
    course.seen =
        number.and_then(|number| before.incidents.get(&number)).map_or(0, |it| it.log_entries_total());
    course.incidents = rehearsal.state.clone();
    course.only(number);
    let end = match number {
        None => End::Over,
        Some(_) => course.run(at, at.plus(HORIZON), rehearsal.facts.clone()),
    };
    let Course { incidents: after, plan, .. } = course;
    Ok(Simulation { rehearsal, before, after, number, plan, end })
}

/// The incident that an event opens, or comes to.
pub fn subject(rehearsal: &Rehearsal) -> Option<IncidentNumber> {
    let found = rehearsal.facts.iter().find_map(|fact| match fact {
        Fact::IncidentOpened(opened) => Some(opened.number),
        Fact::AlertAdded { number, .. }
        | Fact::AlertRepeated { number, .. }
        | Fact::IncidentAcknowledged { number, .. }
        | Fact::AlertResolved { number, .. } => Some(*number),
        _ => None,
    });
    found.filter(|number| rehearsal.state.incidents.contains_key(number))
}

/// A page: for which level and round, and what it plans.
type Known = (Option<(u8, u8)>, Box<UserPaged>);

/// Both state machines on their way.
struct Course<'a> {
    incidents: State,
    notify: notify::state::State,
    number: Option<IncidentNumber>,
    channels: &'a BTreeSet<Channel>,
    /// Whether there is time for another step.
    goes_on: &'a dyn Fn() -> bool,
    /// What is known of pages.
    pages: BTreeMap<PageId, Known>,
    /// Messages that have ended, of which the timeline does not tell yet.
    ended: VecDeque<Message>,
    /// How many entries of the timeline are in the plan already, or were before.
    seen: u32,
    plan: Vec<Planned>,
    steps: usize,
}

impl<'a> Course<'a> {
    fn new(
        state: &State,
        number: Option<IncidentNumber>,
        channels: &'a BTreeSet<Channel>,
        goes_on: &'a dyn Fn() -> bool,
    ) -> Self {
        let mut course = Self {
            incidents: state.clone(),
            notify: notify::state::State::default(),
            number,
            channels,
            goes_on,
            pages: BTreeMap::new(),
            ended: VecDeque::new(),
            seen: 0,
            plan: Vec::new(),
            steps: 0,
        };
        course.notify.epoch = state.account.as_ref().map_or(0, |account| account.epoch);
        course.only(number);
        course
    }

    /// Only this incident's clock goes on, and that of windows.
    fn only(&mut self, number: Option<IncidentNumber>) {
        self.number = number;
        let timers = self.incidents.timers.iter().filter(|(_, of, _)| Some(*of) == number);
        self.incidents.timers = timers.copied().collect();
        self.incidents.heartbeat_timers.clear();
    }

    /// Goes from one decision to the next. `facts` are those that led to the present state and that the notify stage
    /// has not been told.
    fn run(&mut self, from: Timestamp, until: Timestamp, facts: Vec<Fact>) -> End {
        let (mut now, mut facts) = (from, facts);
        loop {
            if !self.settle(now, std::mem::take(&mut facts)) {
                return End::TooMuch;
            }
            if let Some(end) = self.ended() {
                return end;
            }
            match self.next().map(|next| next.max(now)) {
                None => return End::Quiet,
                Some(next) if next > until => return End::Later(next),
                Some(next) => now = next,
            }
        }
    }

    fn incident(&self) -> Option<&Arc<Incident>> {
        self.incidents.incidents.get(&self.number?)
    }

    fn ended(&self) -> Option<End> {
        let incident = self.incident()?;
        let quiet = self.notify.messages.is_empty();
        if !incident.is_open() && quiet {
            return Some(End::Over);
        }
        (incident.escalation.exhausted && quiet).then_some(End::Exhausted)
    }

    fn room(&self) -> Vec<(Channel, usize)> {
        Channel::ALL.map(|channel| (channel, ROOM)).to_vec()
    }

    fn next(&self) -> Option<Timestamp> {
        let sends = self.notify.next_send(&self.room());
        [self.incidents.next_due(), self.notify.next_due(), sends].into_iter().flatten().min()
    }

    /// Decides at `now` until neither stage has anything more to say. Whether that came to an end.
    fn settle(&mut self, now: Timestamp, facts: Vec<Fact>) -> bool {
        let (mut facts, mut outcomes) = (facts, Vec::new());
        loop {
            self.steps += 1;
            if self.steps > STEPS_MAX || !(self.goes_on)() {
                return false;
            }
            self.note(&facts);
            let about =
                |fact: &&Fact| !matches!(fact, Fact::UserPaged(page) if Some(page.number) != self.number);
            let told = facts.iter().filter(about).cloned().map(notify::input::Input::Incidents);
            let mut inputs: Vec<_> = outcomes.into_iter().chain(told).collect();
            inputs.push(self.offer());
            let sent = notify::decide::decide(&self.notify, &inputs, now);
            self.notify = sent.state;
            outcomes = self.outcomes(&sent.facts);
            self.end(&sent.facts);
            let said: Vec<_> = sent.facts.into_iter().map(incidents::input::Input::Notify).collect();
            let decided = incidents::decide::decide(&self.incidents, &said, now);
            self.incidents = decided.state;
            facts = decided.facts;
            if said.is_empty() && facts.is_empty() {
                return true;
            }
        }
    }

    fn offer(&self) -> notify::input::Input {
        let (process, leaves) = (Uuid::nil(), Arc::default());
        notify::input::Input::Offer { process, channels: self.room(), leaves }
    }

    /// What comes of claims: what can be sent is taken at once.
    fn outcomes(&self, facts: &[notify::Fact]) -> Vec<notify::input::Input> {
        let outcome = |fact: &notify::Fact| {
            let notify::Fact::NotificationsClaimed { ids, process, .. } = fact else { return None };
            let message = self.notify.messages.get(ids.first()?)?;
            let outcome = if self.channels.contains(&message.contact.channel) {
                Outcome::Sent { receipt: Arc::from("") }
            } else {
                Outcome::Permanent { reason: Arc::from("nothing is configured that sends there") }
            };
            Some(notify::input::Input::Outcome { ids: ids.clone(), process: *process, outcome, chance: 0 })
        };
        facts.iter().filter_map(outcome).collect()
    }

    /// Keeps what is known of messages that have ended.
    fn end(&mut self, facts: &[notify::Fact]) {
        for fact in facts {
            let notify::Fact::NotificationEnded { id, user, channel, contact_method, outcome, at, .. } = fact
            else {
                continue;
            };
            let page = self.pages.get(&id.page);
            let step = page.and_then(|(_, page)| page.steps.get(usize::try_from(id.n).ok()?));
            let rule = step.filter(|step| step.rule.is_some());
            self.ended.push_back(Message {
                at: *at,
                user: *user,
                channel: *channel,
                contact_method: *contact_method,
                level: page.and_then(|(level, _)| *level),
                rule: rule.zip(page).map(|(step, (_, page))| step.due.since(page.at)),
                sent: matches!(outcome, NotifyOutcome::Sent { .. }),
            });
        }
    }

    /// Writes what facts have added to the timeline into the plan.
    fn note(&mut self, facts: &[Fact]) {
        let Some(incident) = self.incident().cloned() else { return };
        let escalation = &incident.escalation;
        let by_level = !escalation.by_hand && !escalation.fallback;
        for fact in facts {
            if let Fact::UserPaged(page) = fact {
                let level = by_level.then_some((escalation.level, escalation.round));
                self.pages.insert(page.page, (level, page.clone()));
            }
        }
        for (_, entry) in incident.log_entries().filter(|(index, _)| *index >= self.seen) {
            let message = match &entry.what {
                Happening::Notified { .. } => self.ended.pop_front(),
                _ => None,
            };
            self.plan.push(message.map_or_else(|| Planned::Entry(entry.clone()), Planned::Message));
        }
        self.seen = incident.log_entries_total();
    }
}
