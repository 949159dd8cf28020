//! What was done here and is not yet known to be done there: a queue that is sent one by one, in order.

use std::collections::VecDeque;
use std::time::Duration;

use super::read::Named;
use crate::domain::time::Timestamp;
use crate::tui::text::{count, span};

/// As many as one request may change.
pub const BULK: usize = 250;
/// As many acts may wait.
pub const WAITING_MAX: usize = 100;

/// What is to be done to incidents.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Deed {
    Acknowledge,
    Resolve,
    Escalate,
    AssignUsers(Vec<Named>),
    AssignPolicy(Named),
    /// For so many seconds.
    Snooze(u64),
    Note(String),
    /// Into this one, by number and id.
    Merge(Target),
    Undo,
}

impl Deed {
    /// `snooze #12 for 1h`
    pub fn asks(&self, targets: &[Target]) -> String {
        let of = shown(targets);
        match self {
            Self::Acknowledge => format!("acknowledge {of}"),
            Self::Resolve => format!("resolve {of}"),
            Self::Escalate => format!("escalate {of}"),
            Self::AssignUsers(users) => {
                let names: Vec<_> = users.iter().map(|user| user.name.as_str()).collect();
                format!("assign {of} to {}", names.join(", "))
            }
            Self::AssignPolicy(policy) => format!("assign {of} to {}", policy.name),
            Self::Snooze(seconds) => format!("snooze {of} for {}", span(*seconds)),
            Self::Note(_) => format!("write a note on {of}"),
            Self::Merge(into) => format!("merge {of} into #{}", into.number),
            Self::Undo => "undo the last act".to_owned(),
        }
    }

    /// `snoozed #12 for 1h`
    pub fn tells(&self, targets: &[Target]) -> String {
        let words = self.asks(targets);
        let (verb, rest) = words.split_once(' ').unwrap_or((&words, ""));
        let past = match verb {
            "write" => "wrote",
            "undo" => "undid",
            "assign" => "assigned",
            verb => return format!("{verb}d {rest}"),
        };
        format!("{past} {rest}")
    }

    /// Whether the server can take it back.
    pub fn can_be_undone(&self) -> bool {
        !matches!(self, Self::Resolve | Self::Note(_) | Self::Undo)
    }
}

/// An incident that is acted on. Its level is where it is escalated from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    pub number: u64,
    pub id: String,
    pub level: u64,
}

/// `#12`, `#12, #13`, `5 incidents`
pub fn shown(targets: &[Target]) -> String {
    match targets.len() {
        0..=3 => targets.iter().map(|it| format!("#{}", it.number)).collect::<Vec<_>>().join(", "),
        many => count(many, "incident"),
    }
}

/// One request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Act {
    pub ticket: u64,
    pub deed: Deed,
    /// At most [`BULK`].
    pub targets: Vec<Target>,
    /// The server does what has this key once.
    pub key: String,
    pub asked_at: Timestamp,
    /// How often the server was away when it was sent.
    pub tries: u32,
}

/// The queue: the first is on its way if `sent`; the rest wait.
#[derive(Clone, Debug)]
pub struct Acts {
    seed: String,
    next: u64,
    pub queue: VecDeque<Act>,
    pub sent: bool,
    /// Not to be sent before.
    pub not_before: Option<Timestamp>,
}

impl Acts {
    pub fn new(seed: &str) -> Self {
        Self { seed: seed.to_owned(), next: 0, queue: VecDeque::new(), sent: false, not_before: None }
    }

    /// Puts an act at the end, in as many requests as it takes; not if too many would wait.
    pub fn add(&mut self, deed: &Deed, targets: &[Target], now: Timestamp) -> bool {
        let chunks: Vec<&[Target]> =
            if targets.is_empty() { vec![&[]] } else { targets.chunks(BULK).collect() };
        if self.queue.len() + chunks.len() > WAITING_MAX {
            return false;
        }
        for chunk in chunks {
            self.next += 1;
            self.queue.push_back(Act {
                ticket: self.next,
                deed: deed.clone(),
                targets: chunk.to_vec(),
                key: format!("{}{:016x}", self.seed, self.next),
                asked_at: now,
                tries: 0,
            });
        }
        true
    }

    /// The act that is to be sent now, which is on its way from then on.
    pub fn send(&mut self, now: Timestamp) -> Option<Act> {
        if self.sent || self.not_before.is_some_and(|at| now < at) {
            return None;
        }
        let act = self.queue.front()?.clone();
        self.sent = true;
        self.not_before = None;
        Some(act)
    }

    /// The one with this ticket was answered: it is no more in the queue.
    pub fn answered(&mut self, ticket: u64) -> Option<Act> {
        if self.queue.front().is_none_or(|act| act.ticket != ticket) {
            return None;
        }
        self.sent = false;
        self.queue.pop_front()
    }

    /// The one with this ticket could not be sent: it waits again, and others behind it.
    pub fn put_back(&mut self, ticket: u64, now: Timestamp, pause: Duration) {
        if let Some(act) = self.queue.front_mut().filter(|act| act.ticket == ticket) {
            act.tries = act.tries.saturating_add(1);
            self.sent = false;
            self.not_before = Some(now.plus(pause));
        }
    }

    /// Takes back the last one that waits and was never sent.
    pub fn take_back(&mut self) -> Option<Act> {
        let never_sent = |act: &Act| act.tries == 0;
        let first_is_sent = usize::from(self.sent);
        if self.queue.len() > first_is_sent && self.queue.back().is_some_and(never_sent) {
            self.queue.pop_back()
        } else {
            None
        }
    }

    /// What is under way for an incident, the latest.
    pub fn under_way(&self, number: u64) -> Option<&Act> {
        self.queue.iter().rev().find(|act| act.targets.iter().any(|target| target.number == number))
    }
}
