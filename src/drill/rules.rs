//! When a drill is refused, and when it is aborted: whatever endangers the promise goes before what could be learnt. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::plan::{Effect, Plan};
use crate::domain::user::Channel;

/// Undone work that is older than this endangers the promise.
pub const UNDONE_MAX: Duration = Duration::from_secs(60);
/// So does a canary that was accepted, and has reached nobody for so long. Later than [`LATE`] it would be late.
pub const WAITING_MAX: Duration = Duration::from_secs(120);
/// A page that comes later than this after its event was accepted is late.
pub const LATE: Duration = Duration::from_secs(300);
/// While nobody else is there to do the work, the stages stand still for no longer than this.
pub const ALONE_MAX: Duration = Duration::from_secs(30);
/// Of so many canaries that were refused one after the other the door is taken for closed.
pub const REFUSED_MAX: u64 = 10;

/// How a process and its stores are.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Facts {
    /// Whether the store is a cluster.
    pub cluster: bool,
    /// How many other processes of the installation are known to be well.
    pub others: usize,
    /// The age of the oldest undone work.
    pub undone: Duration,
    /// What is not as it should be: the process is not ready, or a store takes no appends.
    pub failing: Option<String>,
    /// How many more store nodes may be lost before the store stands still, as this process sees it; the least of all
    /// its stores; negative: it does.
    pub margin: Option<i64>,
    /// The datacenters of its stores, and what the margin would be without the nodes of each.
    pub datacenters: BTreeMap<String, Option<i64>>,
    /// The datacenter that this process prefers.
    pub preferred: Option<String>,
    /// The channels that this process can send by.
    pub channels: BTreeSet<Channel>,
    /// A drill that another process has announced.
    pub elsewhere: Option<String>,
}

/// Why this is not to be begun; `None`: it may be.
pub fn refusal(plan: &Plan, facts: &Facts) -> Option<String> {
    if let Some(reason) = &facts.failing {
        return Some(format!("this process is not well: {reason}"));
    }
    if let Some(drill) = &facts.elsewhere {
        return Some(format!("another process is at it: {drill}"));
    }
    if facts.undone > UNDONE_MAX / 2 {
        return Some(format!("work is late already: the oldest is {} s old", facts.undone.as_secs()));
    }
    if facts.cluster
        && let Some(reason) = without_margin(&plan.effect, facts)
    {
        return Some(reason);
    }
    if plan.effect == Effect::Node && facts.others == 0 && plan.lasts > ALONE_MAX {
        let (max, asked) = (ALONE_MAX.as_secs(), plan.lasts.as_secs());
        return Some(format!(
            "no other process would do the work: while this one is alone its stages may stand still for {max} s, and \
             not for {asked} s"
        ));
    }
    None
}

fn without_margin(effect: &Effect, facts: &Facts) -> Option<String> {
    let Some(margin) = facts.margin else {
        return Some("how many store nodes may be lost is not known: look at `pd store check`".to_owned());
    };
    if let Effect::Datacenter(name) = effect {
        let left = facts.datacenters.get(name).copied().flatten();
        return match left {
            Some(left) if left >= 0 => None,
            Some(_) => Some(format!("without the nodes of {name} the store would have no majority")),
            None => Some(format!("what the store could do without {name} is not known")),
        };
    }
    (margin < 1)
        .then(|| "the store has no margin: it stands still if one more of its nodes is lost".to_owned())
}

/// What a drill sees of its canaries.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Progress {
    /// For how long the oldest canary that was accepted has been waiting.
    pub waiting: Duration,
    /// How many were refused, one after the other, up to now.
    pub refused_in_a_row: u64,
}

/// Why what is going on must end; `None`: it may go on. `before` is how things were when it began.
pub fn danger(effect: &Effect, before: &Facts, now: &Facts, progress: &Progress) -> Option<String> {
    if now.undone > UNDONE_MAX {
        return Some(format!("the oldest undone work is {} s old", now.undone.as_secs()));
    }
    if progress.waiting > WAITING_MAX {
        return Some(format!(
            "a canary was accepted {} s ago and has reached nobody",
            progress.waiting.as_secs()
        ));
    }
    if progress.refused_in_a_row >= REFUSED_MAX {
        return Some(format!("{REFUSED_MAX} canaries were refused one after the other"));
    }
    let expected = match effect {
        Effect::Datacenter(name) => before.datacenters.get(name).copied().flatten(),
        _ => before.margin,
    };
    match (expected, now.margin) {
        (Some(expected), Some(margin)) if margin < expected => {
            Some(format!("the store's margin fell to {margin}, and was to be {expected}"))
        }
        (Some(_), None) => Some("the store's margin is not known any more".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn five_nodes() -> Facts {
        Facts {
            cluster: true,
            others: 2,
            margin: Some(2),
            datacenters: [("dc1".to_owned(), Some(0)), ("dc3".to_owned(), Some(1))].into(),
            ..Facts::default()
        }
    }

    #[test]
    fn it_is_refused_where_the_promise_would_hang_by_a_thread() {
        let check = |effect: Effect, secs: u64, change: fn(&mut Facts), refused: Option<&str>| {
            let mut facts = five_nodes();
            change(&mut facts);
            let plan = Plan { effect: effect.clone(), lasts: Duration::from_secs(secs) };
            let said = refusal(&plan, &facts);
            match refused {
                None => assert_eq!(said, None, "{effect:?}"),
                Some(part) => {
                    assert!(said.as_ref().is_some_and(|it| it.contains(part)), "{effect:?}: {said:?}")
                }
            }
        };
        let dc = |name: &str| Effect::Datacenter(name.to_owned());
        let same = |_: &mut Facts| {};
        check(dc("dc1"), 300, same, None);
        check(dc("dc3"), 300, same, None);
        check(dc("dc1"), 300, |f| _ = f.datacenters.insert("dc1".to_owned(), Some(-1)), Some("no majority"));
        check(dc("dc1"), 300, |f| f.datacenters.clear(), Some("not known"));
        check(dc("dc1"), 300, |f| f.margin = None, Some("not known"));
        check(Effect::SlowStore(LATE), 300, same, None);
        check(Effect::SlowStore(LATE), 300, |f| f.margin = Some(1), None);
        check(Effect::SlowStore(LATE), 300, |f| f.margin = Some(0), Some("no margin"));
        check(Effect::Clock(1), 300, |f| f.margin = None, Some("not known"));
        check(Effect::Clock(1), 300, |f| (f.cluster, f.margin) = (false, None), None);
        check(Effect::Node, 300, same, None);
        check(Effect::Node, 300, |f| f.others = 0, Some("no other process"));
        check(Effect::Node, 30, |f| f.others = 0, None);
        check(Effect::Node, 31, |f| f.others = 0, Some("no other process"));
        check(Effect::DuplicateInput, 5, |f| f.failing = Some("disk full".to_owned()), Some("disk full"));
        check(Effect::DuplicateInput, 5, |f| f.elsewhere = Some("clock on b".to_owned()), Some("clock on b"));
        check(Effect::DuplicateInput, 5, |f| f.undone = Duration::from_secs(30), None);
        check(Effect::DuplicateInput, 5, |f| f.undone = Duration::from_secs(31), Some("late already"));
    }

    #[test]
    fn it_is_aborted_when_more_fails_than_was_meant_to() {
        let check = |effect: &Effect, change: fn(&mut Facts, &mut Progress), aborted: Option<&str>| {
            let (before, mut now, mut progress) = (five_nodes(), five_nodes(), Progress::default());
            if let Effect::Datacenter(name) = effect {
                now.margin = before.datacenters[name];
            }
            change(&mut now, &mut progress);
            let said = danger(effect, &before, &now, &progress);
            match aborted {
                None => assert_eq!(said, None, "{effect:?}"),
                Some(part) => {
                    assert!(said.as_ref().is_some_and(|it| it.contains(part)), "{effect:?}: {said:?}")
                }
            }
        };
        let gone = Effect::Datacenter("dc1".to_owned());
        check(&gone, |_, _| {}, None);
        check(&gone, |now, _| now.margin = Some(-1), Some("fell to -1"));
        check(&gone, |now, _| now.margin = None, Some("not known"));
        check(&Effect::Node, |_, _| {}, None);
        check(&Effect::Node, |now, _| now.margin = Some(1), Some("fell to 1"));
        check(&Effect::Node, |now, _| now.undone = UNDONE_MAX, None);
        check(&Effect::Node, |now, _| now.undone = UNDONE_MAX + LATE, Some("undone work is 360 s old"));
        check(&Effect::Node, |_, seen| seen.waiting = WAITING_MAX, None);
        check(&Effect::Node, |_, seen| seen.waiting = Duration::from_secs(121), Some("121 s ago"));
        check(&Effect::Node, |_, seen| seen.refused_in_a_row = 9, None);
        check(&Effect::Node, |_, seen| seen.refused_in_a_row = 10, Some("10 canaries were refused"));
    }

    #[test]
    fn a_file_has_no_margin_to_lose() {
        let alone = Facts::default();
        assert_eq!(danger(&Effect::Node, &alone, &alone, &Progress::default()), None);
    }
}
