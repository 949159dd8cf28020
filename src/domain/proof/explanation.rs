//! Why each person was or was not paged about an incident, as its timeline and the configuration tell.
//!
//! People are all whom the timeline names and all whom the incident's policy might page: its users, and everybody in its
//! schedules. What the timeline says is what happened; by which notification rule a message went, and what is still
//! planned, is read from the rules as they are now.

use std::collections::BTreeMap;
use std::time::Duration;

use super::passed_over;
use crate::domain::id::{ContactMethodId, ScheduleId, UserId};
use crate::domain::incident::{
    Agent, CancelReason, EscalateReason, Happening, Hold, Incident, LogEntry, NotifyOutcome, PageState,
    Status,
};
use crate::domain::incidents::decide::steps;
use crate::domain::incidents::state::State;
use crate::domain::responder::Reply;
use crate::domain::schedule::Found;
use crate::domain::time::Timestamp;
use crate::domain::user::{Channel, Urgency, User};

/// Why one person was paged or not.
#[derive(Clone, PartialEq, Debug)]
pub struct Person {
    /// Who.
    pub user: UserId,
    /// In order; those that are not of a certain time last.
    pub reasons: Vec<Reason>,
}

impl Person {
    /// Whether the person was paged for the escalation or beside it.
    pub fn is_paged(&self) -> bool {
        self.reasons.iter().any(|reason| reason.because.is_page())
    }

    /// Whether a message was taken on its way to the person.
    pub fn is_told(&self) -> bool {
        let sent = |reason: &Reason| {
            matches!(reason.because, Because::Message { outcome: NotifyOutcome::Sent { .. }, .. })
        };
        self.reasons.iter().any(sent)
    }
}

/// A part of why.
#[derive(Clone, PartialEq, Debug)]
pub struct Reason {
    /// When; `None`: as it is now.
    pub at: Option<Timestamp>,
    /// What.
    pub because: Because,
}

/// What there is to say about a person.
#[derive(Clone, PartialEq, Debug)]
pub enum Because {
    /// A level paged the person.
    Level {
        /// From 1.
        level: u8,
        /// From 0.
        round: u8,
        /// Why it was entered.
        reason: EscalateReason,
        /// By which schedules the person came to it; none: named by the level itself.
        found: Vec<Found>,
    },
    /// The incident was given to the person by hand.
    Assigned(Agent),
    /// The person is the last resort.
    LastResort,
    /// The person was asked to help.
    AskedToHelp(Agent),
    /// The person was reminded of what is acknowledged.
    Reminded,
    /// A message, and its fate.
    Message {
        /// How.
        channel: Channel,
        /// By which contact method.
        contact_method: ContactMethodId,
        /// By which rule.
        rule: By,
        /// What came of it.
        outcome: NotifyOutcome,
    },
    /// Messages that were not needed any more.
    Cancelled {
        /// How many.
        count: u32,
        /// Why.
        reason: CancelReason,
    },
    /// A message that is planned, or on its way.
    Planned {
        /// How.
        channel: Channel,
        /// By which contact method.
        contact_method: ContactMethodId,
        /// By which rule.
        rule: By,
        /// When it is due.
        due: Timestamp,
    },
    /// The person acknowledged it.
    Acknowledged,
    /// The person resolved it.
    Resolved,
    /// The person snoozed it.
    Snoozed {
        /// Until when.
        until: Timestamp,
    },
    /// The person answered a request for help, or need not any more.
    Replied(Reply),
    /// The person has no contact method, so a page reaches nobody.
    NoContactMethod,
    /// The person has no notification rule for the incident's urgency: the first contact method is used at once.
    NoRule(Urgency),
    /// A level was entered, and by a schedule of it somebody else, or nobody, was on call.
    NotOnCall {
        /// From 1.
        level: u8,
        /// Which schedule.
        schedule: ScheduleId,
        /// Who was.
        instead: Option<UserId>,
        /// Whether it was the person's turn, who was absent.
        absent: bool,
    },
    /// A level was entered, and it was somebody else's turn in its round robin.
    OthersTurn {
        /// From 1.
        level: u8,
    },
    /// The level was not come to.
    NotYet {
        /// From 1.
        level: u8,
        /// By which schedule the person may come to it; `None`: named by the level itself.
        schedule: Option<ScheduleId>,
        /// Why not.
        stopped: Stopped,
    },
}

impl Because {
    /// Whether the person was paged by this.
    pub fn is_page(&self) -> bool {
        matches!(
            self,
            Self::Level { .. } | Self::Assigned(_) | Self::LastResort | Self::AskedToHelp(_) | Self::Reminded
        )
    }
}

/// Which notification rule a message has, as the rules are now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    /// This long after the page.
    Rule(Duration),
    /// There is none for this urgency: the first contact method is used at once.
    NoRule,
    /// None any more, or another contact method had failed.
    Unknown,
}

/// Why an escalation goes, or went, no further.
#[derive(Clone, PartialEq, Debug)]
pub enum Stopped {
    /// Its time has not come: at the earliest then.
    Waits(Timestamp),
    /// Nobody is paged for the time being.
    Held(Hold),
    /// Somebody looks at it.
    Acknowledged {
        /// Who.
        by: Agent,
        /// Since when.
        at: Timestamp,
    },
    /// It is left alone for a while.
    Snoozed {
        /// Who wished so.
        by: Agent,
        /// Until when.
        until: Timestamp,
    },
    /// It was over.
    Resolved {
        /// Since when.
        at: Timestamp,
    },
    /// It was given to somebody by hand.
    ByHand {
        /// Who did.
        by: Agent,
        /// When.
        at: Timestamp,
    },
    /// The policy was changed meanwhile, or escalation has come to its end.
    Ended,
}

/// Why each person was or was not paged: those who were first, in order of time, then those who were passed over, by
/// level.
pub fn explain(state: &State, incident: &Incident, now: Timestamp) -> Vec<Person> {
    let mut told = Told { state, incident, order: Vec::new(), reasons: BTreeMap::new() };
    for entry in &incident.timeline {
        told.entry(entry);
    }
    for user in told.order.clone() {
        told.present(user, now);
    }
    for (user, reason) in passed_over::reasons(state, incident) {
        told.push(user, reason.at, reason.because);
    }
    let Told { order, mut reasons, .. } = told;
    let person = |user: UserId| {
        let mut reasons = reasons.remove(&user).unwrap_or_default();
        reasons.sort_by_key(|reason| reason.at.unwrap_or(Timestamp::MAX));
        Person { user, reasons }
    };
    let mut people: Vec<Person> = order.into_iter().map(person).collect();
    people.sort_by_key(|person| !person.is_paged());
    people
}

struct Told<'a> {
    state: &'a State,
    incident: &'a Incident,
    /// In order of first mention.
    order: Vec<UserId>,
    reasons: BTreeMap<UserId, Vec<Reason>>,
}

impl Told<'_> {
    fn push(&mut self, user: UserId, at: Option<Timestamp>, because: Because) {
        if !self.reasons.contains_key(&user) {
            self.order.push(user);
        }
        self.reasons.entry(user).or_default().push(Reason { at, because });
    }

    fn entry(&mut self, entry: &LogEntry) {
        let at = Some(entry.at);
        match &entry.what {
            Happening::Escalated { level, round, reason, users, on_call } => {
                for user in users {
                    let found = on_call.found.iter().filter(|found| found.on_call.user == *user);
                    let found = found.copied().collect();
                    let because = Because::Level { level: *level, round: *round, reason: *reason, found };
                    self.push(*user, at, because);
                }
            }
            Happening::Assigned { users } => self.all(users, at, &Because::Assigned(entry.agent)),
            Happening::RespondersRequested { users, .. } => {
                self.all(users, at, &Because::AskedToHelp(entry.agent));
            }
            Happening::Reminded { users } => self.all(users, at, &Because::Reminded),
            Happening::FallbackPaged { user } => self.push(*user, at, Because::LastResort),
            Happening::Notified { user, channel, contact_method, outcome } => {
                let rule = self.rule(*user, *contact_method);
                let (channel, contact_method) = (*channel, *contact_method);
                let because = Because::Message { channel, contact_method, rule, outcome: outcome.clone() };
                self.push(*user, at, because);
            }
            Happening::NotificationsCancelled { user, count, reason } => {
                self.push(*user, at, Because::Cancelled { count: *count, reason: *reason });
            }
            Happening::ResponderReplied { user, reply } => self.push(*user, at, Because::Replied(*reply)),
            Happening::Acknowledged => self.acted(entry, Because::Acknowledged),
            Happening::Resolved { .. } => self.acted(entry, Because::Resolved),
            Happening::Snoozed { until } => self.acted(entry, Because::Snoozed { until: *until }),
            _ => {}
        }
    }

    fn all(&mut self, users: &[UserId], at: Option<Timestamp>, because: &Because) {
        for user in users {
            self.push(*user, at, because.clone());
        }
    }

    fn acted(&mut self, entry: &LogEntry, because: Because) {
        if let Agent::User(user) = entry.agent {
            self.push(user, Some(entry.at), because);
        }
    }

    fn rule(&self, user: UserId, contact_method: ContactMethodId) -> By {
        let Some(user) = self.state.users.get(&user) else { return By::Unknown };
        let mut rules = of_urgency(user, self.incident.urgency).peekable();
        if rules.peek().is_none() {
            return By::NoRule;
        }
        rules
            .find(|rule| rule.contact_method == contact_method)
            .map_or(By::Unknown, |rule| By::Rule(rule.delay))
    }

    /// What is true of somebody now: what is still planned, and what keeps pages from arriving.
    fn present(&mut self, id: UserId, now: Timestamp) {
        let reasons = self.reasons.get(&id).map(Vec::as_slice).unwrap_or_default();
        let paged = reasons.iter().any(|reason| reason.because.is_page());
        let Some(user) = self.state.users.get(&id).cloned().filter(|_| paged) else { return };
        if user.contact_methods.is_empty() {
            return self.push(id, None, Because::NoContactMethod);
        }
        let urgency = self.incident.urgency;
        if of_urgency(&user, urgency).next().is_none() {
            self.push(id, None, Because::NoRule(urgency));
        }
        if self.incident.status != Status::Triggered {
            return;
        }
        let pages = self.incident.escalation.pages.iter().filter(|page| page.user == id);
        let open = pages.filter(|page| page.state != PageState::Unreached).filter_map(|page| page.at);
        for at in open.collect::<Vec<_>>() {
            for step in steps(&user, urgency, at) {
                let (channel, contact_method) = (step.contact.channel, step.contact.id);
                let rule = step.rule.map_or(By::NoRule, |_| By::Rule(step.due.since(at)));
                if step.due > now || !self.ended(id, contact_method, at) {
                    let due = step.due;
                    self.push(id, None, Because::Planned { channel, contact_method, rule, due });
                }
            }
        }
    }

    /// Whether a message by this contact method has come to its end since then.
    fn ended(&self, user: UserId, method: ContactMethodId, since: Timestamp) -> bool {
        let reasons = self.reasons.get(&user).map(Vec::as_slice).unwrap_or_default();
        reasons.iter().filter(|reason| reason.at.is_some_and(|at| at >= since)).any(|reason| {
            match reason.because {
                Because::Message { contact_method, .. } => contact_method == method,
                Because::Cancelled { .. } => true,
                _ => false,
            }
        })
    }
}

fn of_urgency(user: &User, urgency: Urgency) -> impl Iterator<Item = &crate::domain::user::NotificationRule> {
    user.notification_rules.iter().filter(move |rule| rule.urgency == urgency)
}
