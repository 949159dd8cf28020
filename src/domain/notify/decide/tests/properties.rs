//! What holds whatever comes in, in whatever order.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::domain::notify::snapshot::{Record, records, restore};

const CHANNELS: [Channel; 4] = [Channel::Email, Channel::Webhook, Channel::Sms, Channel::Console];

#[derive(Clone, Debug)]
enum Op {
    Page { user: u64, steps: Vec<(u64, Channel)>, spare: Vec<Channel> },
    Acknowledge(prop::sample::Index),
    Resolve(prop::sample::Index),
    Assign(prop::sample::Index, u64),
    Remove(u64, Channel),
    RemoveUser(u64),
    Offer(Uuid, Vec<(Channel, usize)>),
    Outcome(prop::sample::Index, Outcome),
    Epoch,
}

fn channel() -> impl Strategy<Value = Channel> {
    prop::sample::select(CHANNELS.to_vec())
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let reason = || Arc::from("because");
    prop::sample::select(vec![
        Outcome::Sent { receipt: reason() },
        Outcome::Retry { after: None, reason: reason() },
        Outcome::Retry { after: Some(Duration::from_secs(400)), reason: reason() },
        Outcome::NotTried { after: Duration::from_secs(2), reason: reason() },
        Outcome::Permanent { reason: reason() },
        Outcome::Unknown { reason: reason() },
        Outcome::NotNeeded { reason: CancelReason::Resolved },
        Outcome::NotNeeded { reason: CancelReason::ContactRemoved },
    ])
}

fn op() -> impl Strategy<Value = Op> {
    let index = any::<prop::sample::Index>;
    let step = (prop::sample::select(vec![0u64, 0, 0, 5, 60]), channel());
    let process = prop::sample::select(vec![US, THEM]);
    prop_oneof![
        6 => (0u64..3, prop::collection::vec(step, 0..4), prop::collection::vec(channel(), 0..3))
            .prop_map(|(user, steps, spare)| Op::Page { user, steps, spare }),
        8 => (process, prop::collection::vec((channel(), 0usize..4), 1..4)).prop_map(|(p, c)| Op::Offer(p, c)),
        8 => (index(), outcome()).prop_map(|(index, outcome)| Op::Outcome(index, outcome)),
        1 => index().prop_map(Op::Acknowledge),
        1 => index().prop_map(Op::Resolve),
        1 => (index(), 0u64..3).prop_map(|(page, user)| Op::Assign(page, user)),
        1 => (0u64..3, channel()).prop_map(|(user, channel)| Op::Remove(user, channel)),
        1 => (0u64..3).prop_map(Op::RemoveUser),
        1 => Just(Op::Epoch),
    ]
}

fn batches() -> impl Strategy<Value = Vec<(u64, Vec<Op>)>> {
    let pause_ms = prop_oneof![Just(0u64), 1..3_000u64, 10_000..50_000u64];
    prop::collection::vec((pause_ms, prop::collection::vec(op(), 0..6)), 1..40)
}

/// The world around the rules: it knows only inputs and facts.
#[derive(Default)]
struct World {
    state: State,
    now: Timestamp,
    pages: Vec<u64>,
    epoch: u32,
    channels: BTreeMap<NotificationId, Channel>,
    due: BTreeMap<NotificationId, Timestamp>,
    open: BTreeMap<NotificationId, (Uuid, Vec<NotificationId>)>,
    ended: BTreeSet<NotificationId>,
    settled: BTreeMap<PageId, bool>,
    sent: BTreeSet<PageId>,
}

impl World {
    fn input(&mut self, op: Op) -> Option<Input> {
        let page = |index: prop::sample::Index, pages: &[u64]| (!pages.is_empty()).then(|| *index.get(pages));
        Some(match op {
            Op::Page { user, steps, spare } => {
                let n = user * 1_000 + self.pages.len() as u64;
                self.pages.push(n);
                let mut paged = paged(n, self.now, &steps, &spare);
                paged.page.epoch = self.epoch;
                Input::Incidents(Said::UserPaged(Box::new(paged)))
            }
            Op::Acknowledge(index) => Input::Incidents(acknowledged(page(index, &self.pages)?, self.now)),
            Op::Resolve(index) => Input::Incidents(resolved(page(index, &self.pages)?, self.now)),
            Op::Assign(index, to) => {
                let number = IncidentNumber(page(index, &self.pages)?);
                let (by, users) = (Agent::Account, vec![user(to)]);
                Input::Incidents(Said::IncidentAssigned { number, by, users, at: self.now })
            }
            Op::Remove(of, channel) => {
                let id = contact(of, channel).id;
                Input::Incidents(Said::ContactMethodRemoved { user: user(of), id })
            }
            Op::RemoveUser(of) => Input::Incidents(Said::UserDeleted { id: user(of) }),
            Op::Offer(process, channels) => Input::Offer { process, channels, leaves: Arc::default() },
            Op::Outcome(index, outcome) => {
                let open: Vec<_> = self.open.values().collect();
                let (process, ids) = (!open.is_empty()).then(|| *index.get(&open))?.clone();
                Input::Outcome { ids, process, outcome, chance: 12_345 }
            }
            Op::Epoch => {
                self.epoch += 1;
                Input::Incidents(Said::EpochStarted { epoch: self.epoch, at: self.now })
            }
        })
    }

    fn run(&mut self, inputs: &[Input]) {
        let decision = step(&self.state, inputs, self.now);
        let mut retried: BTreeSet<NotificationId> = BTreeSet::new();
        let mut room: BTreeMap<(Uuid, Channel), usize> = BTreeMap::new();
        for input in inputs {
            match input {
                Input::Outcome { ids, outcome: Outcome::Retry { .. } | Outcome::NotTried { .. }, .. } => {
                    retried.extend(ids);
                }
                Input::Offer { process, channels, .. } => {
                    for (channel, n) in channels {
                        *room.entry((*process, *channel)).or_default() += n;
                    }
                }
                Input::Incidents(_) | Input::Outcome { .. } => {}
            }
        }
        for fact in &decision.facts {
            self.see(fact, &retried, &mut room);
        }
        self.state = decision.state;
        let text: Vec<_> =
            records(&self.state).map(|record| serde_json::to_string(&record).unwrap()).collect();
        let again = restore(text.iter().map(|text| serde_json::from_str::<Record>(text).unwrap()));
        assert_eq!(again, self.state, "the snapshot differs");
    }

    fn see(
        &mut self,
        fact: &Fact,
        retried: &BTreeSet<NotificationId>,
        room: &mut BTreeMap<(Uuid, Channel), usize>,
    ) {
        match fact {
            Fact::PagePlanned(paged) => {
                for (n, step) in (0..).zip(&paged.steps) {
                    self.planned(NotificationId { page: paged.page, n }, step.contact.channel, step.due);
                }
            }
            Fact::NotificationPlanned { id, due, contact, may_repeat } => {
                assert!(may_repeat);
                self.planned(*id, contact.channel, *due);
            }
            Fact::NotificationsClaimed { ids, process, .. } => {
                let channel = self.channels[&ids[0]];
                let room = room.get_mut(&(*process, channel)).unwrap();
                assert!(*room > 0, "claimed beyond the room");
                *room -= 1;
                assert!(ids.len() == 1 || channel.bundles());
                for id in ids {
                    assert!(self.due[id] <= self.now, "{id} claimed before it is due");
                    assert_eq!(self.channels[id], channel);
                    assert!(!self.ended.contains(id), "{id} claimed after its end");
                    let twice = self.open.insert(*id, (*process, ids.clone()));
                    assert!(twice.is_none(), "{id} claimed twice");
                }
            }
            Fact::NotificationAdvanced { id, due } => {
                assert!(*due < self.due[id] && !self.open.contains_key(id));
                self.due.insert(*id, *due);
            }
            Fact::NotificationPostponed { ids, due, .. } => {
                for id in ids {
                    assert!(
                        retried.contains(id) || self.channels[id].tells_repeats(),
                        "{id} may be repeated"
                    );
                    assert!(self.open.remove(id).is_some());
                    self.due.insert(*id, *due);
                }
            }
            Fact::NotificationEnded { id, outcome, .. } => {
                if matches!(outcome, NotifyOutcome::Sent { .. }) {
                    self.sent.insert(id.page);
                }
                self.end(*id);
            }
            Fact::NotificationsCancelled { ids, .. } => ids.iter().for_each(|id| self.end(*id)),
            Fact::PageSettled { page, reached, .. } => {
                assert_eq!(*reached, self.sent.contains(page), "{page:?}");
                assert!(self.settled.insert(*page, *reached).is_none(), "{page:?} settled twice");
            }
            Fact::EpochStarted { .. } => {}
        }
    }

    fn planned(&mut self, id: NotificationId, channel: Channel, due: Timestamp) {
        assert!(self.channels.insert(id, channel).is_none(), "{id} planned twice");
        self.due.insert(id, due);
    }

    fn end(&mut self, id: NotificationId) {
        self.open.remove(&id);
        assert!(self.ended.insert(id), "{id} ended twice");
    }

    /// Everything that is open fails, until nothing is.
    fn drain(&mut self) {
        for _ in 0..1_000 {
            self.now = self.now.plus(Duration::from_secs(31));
            let failed = || Outcome::Permanent { reason: Arc::from("the end") };
            let mut inputs: Vec<_> = self
                .open
                .values()
                .map(|(process, ids)| Input::Outcome {
                    ids: ids.clone(),
                    process: *process,
                    outcome: failed(),
                    chance: 0,
                })
                .collect();
            let channels = CHANNELS.map(|channel| (channel, 1_000)).to_vec();
            inputs.push(Input::Offer { process: US, channels, leaves: Arc::default() });
            self.run(&inputs);
            if self.state.messages.is_empty() {
                return;
            }
        }
        panic!("not drained: {:#?}", self.state);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn messages_go_once_and_pages_settle_once(batches in batches()) {
        let mut world = World { now: Timestamp::from_millis(1_000_000_000_000), ..World::default() };
        for (pause_ms, ops) in batches {
            world.now = world.now.plus(Duration::from_millis(pause_ms));
            let inputs: Vec<_> = ops.into_iter().filter_map(|op| world.input(op)).collect();
            world.run(&inputs);
        }
        world.drain();
        prop_assert_eq!(world.ended.len(), world.channels.len());
        prop_assert_eq!(world.settled.len(), world.pages.len());
        let state = &world.state;
        prop_assert!(state.pages.is_empty() && state.by_incident.is_empty() && state.claims.is_empty());
        prop_assert!(state.ready.is_empty() && state.lanes.len() == state.windows.len());
        prop_assert_eq!(state.next_due(), None);
        let counts = state.counts;
        let ended = counts.sent + counts.failed + counts.unknown + counts.cancelled;
        prop_assert_eq!(counts.planned, ended);
        prop_assert_eq!(counts.pages, world.pages.len() as u64);
    }
}
