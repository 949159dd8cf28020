//! The proof: whether every policy reaches somebody at every instant of a time ahead, for both urgencies.
//!
//! A level that has nobody to tell is not waited for, so at any instant a policy reaches somebody if any of its levels
//! does at that instant. Who is on call changes only where a schedule changes, so whole intervals are compared, and
//! nothing is sampled.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::level::{self, Blame, Shifts};
use super::reach::{Reach, reach};
use super::spans::{minus, union};
use crate::domain::id::{PolicyId, ScheduleId, ServiceId, UserId};
use crate::domain::incidents::state::State;
use crate::domain::policy::{EscalationPolicy, EscalationRule, Target};
use crate::domain::schedule::Span;
use crate::domain::user::{Channel, Urgency};

pub use super::level::{Blame as Why, Shifts as Rendered};

/// Something that was found.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    /// What.
    pub what: What,
    /// For incidents of which urgencies.
    pub urgencies: Vec<Urgency>,
    /// When, in order; empty: at all times.
    pub spans: Vec<Span>,
    /// The zone in which people mean these times.
    pub time_zone: Arc<str>,
}

impl Finding {
    /// Whether it breaks the proof; else it is something to know.
    pub fn is_problem(&self) -> bool {
        match &self.what {
            What::PolicyReachesNobody { .. }
            | What::PolicyWithoutLevel { .. }
            | What::ServiceReachesNobody { .. }
            | What::LastResortUnreachable { .. } => true,
            What::LevelReachesNobody { .. } => self.spans.is_empty(),
            What::UserUnreachable { on_call, .. } => *on_call,
            What::ScheduleGap { .. } | What::UserWithoutRule { .. } => false,
        }
    }
}

/// What can be found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum What {
    /// No level of a policy reaches anybody.
    PolicyReachesNobody {
        /// Which.
        policy: PolicyId,
        /// The services whose incidents it is for.
        services: Vec<ServiceId>,
        /// Why.
        why: Vec<Blame>,
    },
    /// A policy has no level.
    PolicyWithoutLevel {
        /// Which.
        policy: PolicyId,
    },
    /// A service's policy never reaches anybody, or is gone.
    ServiceReachesNobody {
        /// Which.
        service: ServiceId,
        /// Its policy.
        policy: PolicyId,
    },
    /// A level reaches nobody, and others of its policy may.
    LevelReachesNobody {
        /// Of which policy.
        policy: PolicyId,
        /// Which, from 1.
        level: usize,
        /// Why.
        why: Vec<Blame>,
    },
    /// Nobody is on call by a schedule that policies ask.
    ScheduleGap {
        /// Which.
        schedule: ScheduleId,
        /// Which policies.
        policies: Vec<PolicyId>,
    },
    /// A page to a user would reach nobody.
    UserUnreachable {
        /// Who.
        user: UserId,
        /// Why.
        why: Reach,
        /// Whether the user is on call by any policy in the range.
        on_call: bool,
    },
    /// A user who comes on call has no notification rule for this urgency; the first contact method is used at once.
    UserWithoutRule {
        /// Who.
        user: UserId,
        /// What is used.
        uses: Channel,
    },
    /// The last resort of every escalation cannot be reached.
    LastResortUnreachable {
        /// Who it is; `None`: nobody.
        user: Option<UserId>,
    },
}

/// The schedules that policies ask, each once: what is to be rendered before [`check`].
pub fn asked(state: &State) -> BTreeSet<ScheduleId> {
    let targets = state.policies.values().flat_map(|policy| &policy.rules).flat_map(|rule| &rule.targets);
    targets.filter_map(schedule).filter(|id| state.schedules.contains_key(id)).collect()
}

fn schedule(target: &Target) -> Option<ScheduleId> {
    match target {
        Target::Schedule(id) => Some(*id),
        Target::User(_) => None,
    }
}

/// All that is wrong in the range of these shifts, if messages can be sent by these channels: what breaks the proof
/// first, in the order policies, services, last resort, levels, users, schedules.
pub fn check(state: &State, shifts: &Shifts, channels: &BTreeSet<Channel>) -> Vec<Finding> {
    let all = Urgency::BOTH.map(|urgency| {
        let users = state.users.iter().map(|(id, user)| (*id, reach(user, urgency, channels)));
        Checker { state, shifts, urgency, reaches: users.collect(), found: Vec::new() }.run()
    });
    let mut found: Vec<Finding> = Vec::new();
    for finding in all.into_iter().flatten() {
        let same = |known: &&mut Finding| known.what == finding.what && known.spans == finding.spans;
        match found.iter_mut().rev().find(same) {
            Some(known) => known.urgencies.extend(finding.urgencies),
            None => found.push(finding),
        }
    }
    found.extend(gaps(state, shifts));
    found.sort_by_key(|finding| (!finding.is_problem(), rank(&finding.what)));
    found
}

fn rank(what: &What) -> u8 {
    match what {
        What::PolicyReachesNobody { .. } | What::PolicyWithoutLevel { .. } => 0,
        What::ServiceReachesNobody { .. } => 1,
        What::LastResortUnreachable { .. } => 2,
        What::LevelReachesNobody { .. } => 3,
        What::UserUnreachable { .. } => 4,
        What::UserWithoutRule { .. } => 5,
        What::ScheduleGap { .. } => 6,
    }
}

fn gaps(state: &State, shifts: &Shifts) -> Vec<Finding> {
    let gap = |id: ScheduleId| {
        let left = minus(&[shifts.range()], &shifts.served(state, id));
        let asks = |policy: &&Arc<EscalationPolicy>| {
            policy.rules.iter().any(|rule| rule.targets.contains(&Target::Schedule(id)))
        };
        let policies = || state.policies.values().filter(asks).map(|policy| policy.id).collect();
        (!left.is_empty()).then(|| Finding {
            what: What::ScheduleGap { schedule: id, policies: policies() },
            urgencies: Urgency::BOTH.to_vec(),
            spans: but_for_always(left, shifts),
            time_zone: zone(state, [&Target::Schedule(id)]),
        })
    };
    asked(state).into_iter().filter_map(gap).collect()
}

/// Of the first schedule among these.
fn zone<'t>(state: &State, targets: impl IntoIterator<Item = &'t Target>) -> Arc<str> {
    let mut schedules = targets.into_iter().filter_map(schedule).filter_map(|id| state.schedules.get(&id));
    schedules.next().map_or_else(|| Arc::from("UTC"), |schedule| Arc::clone(&schedule.time_zone))
}

/// At all times is said by no spans.
fn but_for_always(spans: Vec<Span>, shifts: &Shifts) -> Vec<Span> {
    if spans == [shifts.range()] { Vec::new() } else { spans }
}

/// The proof for one urgency.
struct Checker<'a> {
    state: &'a State,
    shifts: &'a Shifts,
    urgency: Urgency,
    reaches: BTreeMap<UserId, Reach>,
    found: Vec<Finding>,
}

impl Checker<'_> {
    fn run(mut self) -> Vec<Finding> {
        let mut services: BTreeMap<PolicyId, Vec<ServiceId>> = BTreeMap::new();
        for service in self.state.services.values().filter(|service| !service.disabled) {
            services.entry(service.escalation_policy).or_default().push(service.id);
        }
        for policy in self.state.policies.values() {
            self.policy(policy, services.remove(&policy.id).unwrap_or_default());
        }
        // What is left has a policy that is gone.
        for (policy, services) in services {
            self.dead(policy, services);
        }
        self.users();
        self.found
    }

    fn push(&mut self, what: What, spans: Vec<Span>, time_zone: Arc<str>) {
        let spans = but_for_always(spans, self.shifts);
        self.found.push(Finding { what, urgencies: vec![self.urgency], spans, time_zone });
    }

    fn always(&mut self, what: What) {
        self.push(what, Vec::new(), Arc::from("UTC"));
    }

    fn dead(&mut self, policy: PolicyId, services: Vec<ServiceId>) {
        for service in services {
            self.always(What::ServiceReachesNobody { service, policy });
        }
    }

    fn policy(&mut self, policy: &EscalationPolicy, services: Vec<ServiceId>) {
        let range = self.shifts.range();
        if policy.rules.is_empty() {
            self.always(What::PolicyWithoutLevel { policy: policy.id });
            return self.dead(policy.id, services);
        }
        let levels: Vec<Vec<Span>> =
            policy.rules.iter().map(|rule| level::covered(self.shifts, rule, &self.reaches)).collect();
        let left = minus(&[range], &union(levels.iter().flatten().copied().collect()));
        for (index, (rule, covered)) in policy.rules.iter().zip(&levels).enumerate() {
            self.level(policy, index + 1, rule, &minus(&[range], covered));
        }
        if left.is_empty() {
            return;
        }
        let why = policy.rules.iter().flat_map(|rule| self.blame(rule, &left));
        let why: BTreeSet<Blame> = why.collect();
        let time_zone = zone(self.state, policy.rules.iter().flat_map(|rule| &rule.targets));
        let always = left == [range];
        let what = What::PolicyReachesNobody {
            policy: policy.id,
            services: services.clone(),
            why: why.into_iter().collect(),
        };
        self.push(what, left, time_zone);
        if always {
            self.dead(policy.id, services);
        }
    }

    fn blame(&self, rule: &EscalationRule, spans: &[Span]) -> Vec<Blame> {
        level::blame(self.shifts, rule, &self.reaches, spans)
    }

    fn level(&mut self, policy: &EscalationPolicy, level: usize, rule: &EscalationRule, left: &[Span]) {
        if !left.is_empty() {
            let why = self.blame(rule, left);
            let what = What::LevelReachesNobody { policy: policy.id, level, why };
            self.push(what, left.to_vec(), zone(self.state, &rule.targets));
        }
    }

    fn users(&mut self) {
        let targets = self.state.policies.values().flat_map(|policy| &policy.rules);
        let mut on_call: BTreeSet<UserId> = BTreeSet::new();
        for rule in targets {
            on_call.extend(self.shifts.users(&rule.targets));
        }
        let last_resort = self.state.account.as_ref().map(|account| account.fallback_user);
        if !last_resort.and_then(|user| self.reaches.get(&user)).is_some_and(Reach::is_reached) {
            self.always(What::LastResortUnreachable { user: last_resort });
        }
        for (user, reach) in std::mem::take(&mut self.reaches) {
            let on_call = on_call.contains(&user);
            match reach {
                Reach::Reached { by_rule: false, channel, .. } if on_call => {
                    self.always(What::UserWithoutRule { user, uses: channel });
                }
                Reach::Reached { .. } => {}
                why => self.always(What::UserUnreachable { user, why, on_call }),
            }
        }
    }
}
