//! An action that is undone at once has never been.

use std::time::Duration;

use proptest::prelude::*;

use super::properties::{Step, check_state, run, run_held, steps};
use super::script::change;
use super::world::World;
use crate::domain::command::{Ask, Done, StatusChange, Verdict};
use crate::domain::id::IncidentNumber;
use crate::domain::incident::PageId;
use crate::domain::incidents::state::State;

fn undoable(world: &World, action: u8, number: u64, other: u64) -> Ask {
    let mut change = change(number);
    match action {
        0 => change.status = Some(StatusChange::Acknowledged),
        1 => change.assignees = Some(vec![world.user("cid")]),
        2 => change.escalation_level = Some(1),
        3 => {
            let incidents = vec![IncidentNumber(number), IncidentNumber(other)];
            return Ask::Snooze { incidents, duration: Duration::from_secs(60), if_open: true };
        }
        _ => {
            let sources = vec![IncidentNumber(other)];
            return Ask::Merge { into: IncidentNumber(number), sources };
        }
    }
    Ask::UpdateIncidents(vec![change])
}

/// The state but for what an undo leaves behind: log entries, counters, and messages that were planned anew.
fn essence(state: &State) -> State {
    let mut essence = State {
        verdicts: Default::default(),
        verdict_order: Default::default(),
        actions: Default::default(),
        pages: 0,
        ..state.clone()
    };
    for number in state.incidents.keys() {
        let incident = std::sync::Arc::make_mut(essence.incidents.get_mut(number).unwrap());
        incident.timeline.clear();
        (incident.revision, incident.updated_at, incident.acted) = (0, incident.created_at, None);
        incident.alerts.retain(|alert| alert.moved.is_none());
        for page in &mut incident.escalation.pages {
            (page.id, page.at) = (PageId { epoch: 0, n: 0 }, None);
        }
        incident.escalation.pages.sort_by_key(|page| page.user);
        for unsure in &mut incident.escalation.unsure {
            unsure.again = false;
        }
    }
    essence
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn an_action_that_is_undone_at_once_has_never_been(
        steps in steps(),
        held in any::<bool>(),
        action in 0..5u8,
        number in 1..6u64,
        other in 1..6u64,
    ) {
        // Who cannot be reached any more is not paged anew, so that the escalation goes on.
        let steps: Vec<_> =
            steps.into_iter().filter(|step| !matches!(step, Step::DropContacts(_))).collect();
        let mut world = if held { run_held(&steps) } else { run(&steps) };
        let ask = undoable(&world, action, number, other);
        let before = world.state.clone();
        if world.ask(Some("ann"), ask) == Verdict::Done(Done::Changed)
            && before.users.contains_key(&world.user("ann"))
        {
            check_state(&world.state);
            let undone = world.ask(Some("ann"), Ask::Undo);
            check_state(&world.state);
            prop_assert!(matches!(undone, Verdict::Done(Done::Undone(_))), "{:?}", undone);
            prop_assert_eq!(essence(&world.state), essence(&before));
        }
    }
}
