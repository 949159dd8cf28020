//! What senders mean, compared with what became of it: a trigger that was surely sent after everything else of its key
//! leaves something open, and a resolve that was surely sent last leaves nothing open.

use std::collections::BTreeMap;
use std::time::Duration;

use pd::domain::event::{Action, DedupKey, EventAddress};
use pd::domain::id::IntegrationId;
use pd::domain::incident::{Agent, ResolveReason};
use pd::domain::incidents::decide::CLOCK_BOUND;
use pd::domain::incidents::fact::Fact;
use pd::domain::incidents::state::State;
use pd::domain::service::RoutingKey;
use pd::journal::Seq;

use crate::simulation::monitoring::Attempt;

/// What was accepted by two doors within this time has no order: the clock bound and as much again for the answers.
const IN_DOUBT: Duration = Duration::from_secs(4);

/// Closes that came before their trigger are remembered for some minutes; this is well within.
const REMEMBERED: Duration = Duration::from_secs(200);

/// Where an event has resolved an alert.
#[derive(Clone)]
struct Resolved {
    at: Seq,
    /// The first and the latest trigger of what was resolved.
    closed: [EventAddress; 2],
    /// It was read before them, and was remembered.
    remembered: bool,
    /// Something of the key was open again at the end of the entry.
    open_after: bool,
}

/// See the module.
#[derive(Clone, Default)]
pub(super) struct Keys {
    attempts: BTreeMap<(RoutingKey, String), Vec<Attempt>>,
    /// Where each attempt was decided.
    decided: BTreeMap<String, (EventAddress, Seq)>,
    /// Where events have resolved an alert of a key.
    resolved: BTreeMap<(IntegrationId, DedupKey), Vec<Resolved>>,
    latest: Option<(IntegrationId, DedupKey)>,
}

impl Keys {
    pub(super) fn tried(&mut self, attempt: Attempt) {
        let key = (attempt.routing_key, attempt.dedup_key.clone());
        self.attempts.entry(key).or_default().push(attempt);
    }

    /// Everything since this was lost: what was sent in that time may be anywhere.
    pub(super) fn lost_since(&mut self, then: &Self) {
        for (key, attempts) in &mut self.attempts {
            let known = then.attempts.get(key).map_or(0, Vec::len);
            attempts.iter_mut().skip(known).for_each(|attempt| attempt.accepted = false);
        }
        let attempts = std::mem::take(&mut self.attempts);
        *self = Self { attempts, ..then.clone() };
    }

    /// An event was passed by the stage in this entry.
    pub(super) fn consumed(&mut self, marker: &str, address: EventAddress, seq: Seq) {
        self.decided.insert(marker.to_owned(), (address, seq));
    }

    pub(super) fn decided(&mut self, state: &State, fact: &Fact, seq: Seq) {
        if let Fact::AlertResolved { number, alert, by: Agent::Integration(integration), .. } = fact
            && let Some(incident) = state.incidents.get(number)
            && let Some(alert) = incident.alerts.get(usize::try_from(*alert).unwrap_or(usize::MAX))
        {
            let key = (*integration, alert.dedup_key.clone());
            self.latest = Some(key.clone());
            self.resolved.entry(key).or_default().push(Resolved {
                at: seq,
                closed: [alert.first, alert.latest],
                remembered: false,
                open_after: false,
            });
        }
        if let Fact::IncidentResolved { reason: ResolveReason::ResolvedEarlier, .. } = fact
            && let Some(resolved) =
                self.latest.as_ref().and_then(|key| self.resolved.get_mut(key)?.last_mut())
        {
            resolved.remembered = true;
        }
    }

    /// The entry is at its end, with this state.
    pub(super) fn settle(&mut self, state: &State, seq: Seq) {
        for (key, resolved) in &mut self.resolved {
            for resolved in resolved.iter_mut().rev().take_while(|resolved| resolved.at == seq) {
                resolved.open_after = state.open_alerts.contains_key(key);
            }
        }
    }

    /// The accepted events that were not decided.
    pub(super) fn undecided(&self) -> Vec<String> {
        let accepted = self.attempts.values().flatten().filter(|attempt| attempt.accepted);
        let lost = accepted.filter(|attempt| !self.decided.contains_key(&attempt.marker));
        lost.map(|attempt| format!("the event {} was accepted, but never decided", attempt.marker)).collect()
    }

    /// What was not as senders meant it. Only where clocks were within their bound.
    pub(super) fn not_as_meant(&self, state: &State) -> Vec<String> {
        self.attempts
            .iter()
            .filter_map(|((key, name), attempts)| {
                let (_, integration) = state.routing.get(key)?;
                let key = (*integration, DedupKey(name.as_str().into()));
                self.swallowed(&key, attempts)
                    .or_else(|| self.stale(&key, attempts))
                    .or_else(|| self.left_open(state, &key, attempts))
            })
            .collect()
    }

    /// The last accepted trigger was resolved by what was surely sent before it.
    fn swallowed(&self, key: &(IntegrationId, DedupKey), attempts: &[Attempt]) -> Option<String> {
        let last = attempts.iter().rev().find(|it| it.accepted && it.action == Action::Trigger)?;
        let closes = || attempts.iter().filter(|it| it.action == Action::Resolve);
        // One that was not answered may come at any time.
        let unsure = closes().any(|it| !it.accepted || it.ended > last.began);
        let (address, decided) = self.decided.get(&last.marker).filter(|_| !unsure)?;
        // What two doors accepted within the bound of their clocks has no order. A remembered resolve does not apply
        // then; one that is read after its trigger does, unless the clocks say that it is older. Older triggers that are
        // read after this one open and close something else.
        let near = closes().any(|it| it.ended + CLOCK_BOUND > last.began);
        let after = |it: &&Resolved| it.at > *decided || (it.at == *decided && !it.open_after);
        let wrong = |it: &&Resolved| it.closed.contains(address) && after(it) && (it.remembered || !near);
        let at = self.resolved.get(key)?.iter().find(wrong)?.at;
        Some(format!(
            "the trigger {} of {} was sent after every resolve, but was resolved by one in incidents {at}",
            last.marker, key.1
        ))
    }

    /// Something was resolved by what was surely accepted before the latest trigger, by another door.
    fn stale(&self, key: &(IntegrationId, DedupKey), attempts: &[Attempt]) -> Option<String> {
        let decided = |it: &Attempt| self.decided.get(&it.marker).copied();
        let of = |action| attempts.iter().filter(move |it| it.action == action);
        self.resolved.get(key)?.iter().filter(|it| !it.remembered).find_map(|resolved| {
            let at = |it: &Attempt, seq| decided(it).is_some_and(|(_, there)| there == seq);
            let seqs = of(Action::Trigger).filter_map(|it| Some(decided(it)?.1));
            let latest = seqs.filter(|seq| *seq <= resolved.at).max().filter(|seq| *seq < resolved.at)?;
            let triggers: Vec<_> = of(Action::Trigger).filter(|it| at(it, latest)).collect();
            let mut closes = of(Action::Resolve).filter(|it| at(it, resolved.at)).peekable();
            let one = *closes.peek()?;
            let door = |it: &Attempt| decided(it).map(|(address, _)| address.door);
            let is_older = |close: &Attempt, trigger: &Attempt| {
                close.accepted && close.ended + CLOCK_BOUND < trigger.began && door(close) != door(trigger)
            };
            closes.all(|close| triggers.iter().all(|trigger| is_older(close, trigger))).then(|| {
                let (marker, trigger) = (&one.marker, &triggers[0].marker);
                format!(
                    "{} was resolved in incidents {} by {marker}, which is older than {trigger}",
                    key.1, resolved.at
                )
            })
        })
    }

    /// The last thing that was surely sent is a resolve, but something is open.
    fn left_open(
        &self,
        state: &State,
        key: &(IntegrationId, DedupKey),
        attempts: &[Attempt],
    ) -> Option<String> {
        let last = attempts.iter().rev().find(|it| it.accepted && it.action == Action::Resolve)?;
        // One that waits in its door yet says nothing.
        self.decided.get(&last.marker)?;
        let triggers = || attempts.iter().filter(|it| it.action == Action::Trigger);
        let latest = triggers().map(|it| it.ended).max()?;
        let unsure = triggers().any(|it| !it.accepted) || latest + IN_DOUBT > last.began;
        // A trigger that was decided long after its resolve opens an incident: nothing is remembered for so long.
        let forgotten = latest + REMEMBERED < last.ended;
        let number = state.open_alerts.get(key).filter(|_| !unsure && !forgotten)?;
        Some(format!("#{number} of {} is open, although it was resolved by {}", key.1, last.marker))
    }
}
