//! Acts: sent at once, confirmed if they are many, undone, refused where nothing may be changed.

use super::*;
use crate::tui::message::Outcome;
use crate::tui::model::act::Deed;
use crate::tui::model::overlay::Assignee;
use crate::tui::model::read::Named;

fn numbers(act: &Act) -> Vec<u64> {
    act.targets.iter().map(|it| it.number).collect()
}

fn answer(world: &mut World, act: &Act, outcome: Outcome) {
    world.happen(Message::Acted { ticket: act.ticket, outcome });
}

#[test]
fn one_is_acknowledged_at_once_and_marked_until_it_is_done() {
    let mut world = World::new(80, 24);
    world.press("ja");
    let acts = world.acts();
    assert_eq!((acts.len(), &acts[0].deed, numbers(&acts[0])), (1, &Deed::Acknowledge, vec![4]));
    assert_eq!(acts[0].key, "00000000000000000000000000000001");
    world.sees("◜●T");
    world.wait(1);
    world.sees("◝●T");
    answer(&mut world, &acts[0], Outcome::Done(None));
    world.sees("acknowledged #4 (z undoes it)");
    world.sees_not("◝");
}

#[test]
fn a_storm_is_acknowledged_with_two_keys() {
    let mut world = World::new(80, 24);
    world.press("/-l urgency=high<enter><ctrl-a>a");
    world.sees("acknowledge #5, #4, #1? a or y: yes, n: no");
    assert!(world.acts().is_empty());
    world.press("a");
    let acts = world.acts();
    assert_eq!(numbers(&acts[0]), [5, 4, 1], "what is acknowledged already is left out");
    assert!(world.model.list.selected.is_empty());
}

#[test]
fn many_go_in_several_requests_one_after_the_other() {
    let mut world = World::bare(80, 24);
    world.greet(false);
    for number in 1..=600 {
        world.change(Change::Incident(incident(number, "triggered", "high", "x", "web", "ann", 1)));
    }
    world.change(Change::Synced);
    world.press("<ctrl-a>aa");
    let mut sizes = Vec::new();
    while let Some(act) = world.acts().pop() {
        sizes.push(act.targets.len());
        answer(&mut world, &act, Outcome::Done(None));
    }
    assert_eq!(sizes, [250, 250, 100]);
}

#[test]
fn a_resolve_is_confirmed_and_no_is_no() {
    let mut world = World::new(80, 24);
    world.press("rn");
    assert!(world.acts().is_empty() && world.model.overlay.is_none());
    world.press("rx<esc>");
    assert!(world.acts().is_empty() && world.model.overlay.is_none());
    world.press("r<enter>");
    assert_eq!(world.acts()[0].deed, Deed::Resolve);
}

#[test]
fn what_is_done_already_is_not_done_again() {
    let mut world = World::new(80, 24);
    world.press("Ga");
    world.sees("#2 is acknowledged already by bob");
    assert!(world.acts().is_empty());
}

#[test]
fn it_is_snoozed_for_what_is_chosen_or_typed() {
    for (keys, seconds) in
        [("s<enter>", 900), ("s<down><down><enter>", 3600), ("s90m<enter>", 5400), ("s8h<enter>", 28_800)]
    {
        let mut world = World::new(80, 24);
        world.press(keys);
        assert_eq!(world.acts()[0].deed, Deed::Snooze(seconds), "{keys}");
    }
    let mut world = World::new(80, 24);
    world.press("s9d<enter>");
    world.sees("expected 1s to 7d");
    assert!(world.acts().is_empty());
}

#[test]
fn it_is_assigned_to_users_or_to_a_policy() {
    let named = |name: &str| Named { id: format!("P{name}"), name: name.to_owned() };
    let all = || {
        Message::Assignees(Ok(vec![
            Assignee::User(named("ann")),
            Assignee::User(named("bob")),
            Assignee::Policy(named("database")),
        ]))
    };
    for (keys, deed) in [
        ("<enter>", Deed::AssignUsers(vec![named("ann")])),
        ("bo<enter>", Deed::AssignUsers(vec![named("bob")])),
        ("<tab><tab><enter>", Deed::AssignUsers(vec![named("ann"), named("bob")])),
        ("data<enter>", Deed::AssignPolicy(named("database"))),
    ] {
        let mut world = World::new(80, 24);
        world.press("A");
        assert!(world.commands.contains(&Command::Assignees));
        world.happen(all());
        world.press(keys);
        assert_eq!(world.acts()[0].deed, deed, "{keys}");
    }
    let mut world = World::new(80, 24);
    world.press("A");
    world.happen(Message::Assignees(Err("not found".into())));
    world.sees("cannot list users: not found");
}

#[test]
fn those_selected_are_merged_into_the_one_under_the_cursor() {
    let mut world = World::new(80, 24);
    world.press("m");
    world.sees("select what to merge");
    world.press("  m");
    world.sees("merge #5, #4 into #1?");
    world.press("m");
    let acts = world.acts();
    assert!(matches!(&acts[0].deed, Deed::Merge(into) if into.number == 1));
    assert_eq!(numbers(&acts[0]), [5, 4]);
}

#[test]
fn a_note_is_written_elsewhere_and_then_sent() {
    let mut world = World::new(80, 24);
    world.press("n");
    let Some(Command::Write { targets, about }) = world.commands.pop() else { panic!("no editor") };
    assert!(about.starts_with("#5 "));
    world.happen(Message::Written { targets: targets.clone(), text: Ok(None) });
    world.sees("nothing was written: no note");
    world.happen(Message::Written { targets, text: Ok(Some("restarted it".into())) });
    assert_eq!(world.acts()[0].deed, Deed::Note("restarted it".into()));
}

#[test]
fn undo_asks_the_server_and_says_what_it_did() {
    let mut world = World::new(80, 24);
    world.press("a");
    let act = world.acts().remove(0);
    answer(&mut world, &act, Outcome::Done(None));
    world.press("z");
    let undo = world.acts().remove(0);
    assert_eq!(undo.deed, Deed::Undo);
    answer(&mut world, &undo, Outcome::Done(Some("undid acknowledge of #5".into())));
    world.sees("undid acknowledge of #5");
    world.press("z");
    let undo = world.acts().remove(0);
    answer(&mut world, &undo, Outcome::Failed("there is nothing to undo".into()));
    world.sees("! cannot undo the last act: there is nothing to undo");
}

#[test]
fn nothing_is_changed_where_it_may_not_be() {
    let mut world = World::new(80, 24);
    world.model.settings.read_only = true;
    world.sees("read-only: nothing can be changed from here");
    for key in ["a", "r", "e", "A", "s", "n", "m", "z"] {
        world.press(key);
        world.sees("! read-only");
        assert!(
            world.commands.iter().all(|it| !matches!(it, Command::Act(_) | Command::Write { .. })),
            "{key}"
        );
        assert!(world.model.overlay.is_none(), "{key}");
    }
    world.sees_not(" ack ");
    let mut world = World::new(80, 24);
    world.change(Change::Hello(Hello { resumed: true, may_act: false, ..Hello::default() }));
    world.press("a");
    world.sees("read-only token");
    assert!(world.acts().is_empty());
}

#[test]
fn a_failure_is_said_and_the_row_is_as_before() {
    let mut world = World::new(80, 24);
    world.press("e");
    let act = world.acts().remove(0);
    answer(&mut world, &act, Outcome::Failed("there is no level 2".into()));
    world.sees("! cannot escalate #5: there is no level 2");
    world.sees_not("◜");
    world.wait(30);
    world.sees_not("there is no level 2");
}

#[test]
fn what_names_it_is_copied_and_its_page_opened() {
    for (keys, text) in [
        ("yi", "Q0000000000005"),
        ("yn", "5"),
        ("yu", "https://pd.example.com/i/5"),
        ("yk", "key-5"),
        ("y<down><enter>", "5"),
    ] {
        let mut world = World::new(80, 24);
        world.press(keys);
        assert_eq!(world.commands.pop(), Some(Command::Copy(text.into())), "{keys}");
    }
    let mut world = World::new(80, 24);
    world.press("o");
    assert_eq!(world.commands.pop(), Some(Command::Browse("https://pd.example.com/i/5".into())));
}

#[test]
fn pasted_text_is_typed_and_never_acts() {
    let mut world = World::new(80, 24);
    world.happen(Message::Paste("aaar\n".into()));
    assert!(world.acts().is_empty() && world.model.overlay.is_none());
    world.press("/");
    world.happen(Message::Paste("di\x1bsk".into()));
    assert!(world.model.filter().text().starts_with("di"));
}
