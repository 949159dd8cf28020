//! Asking for help, telling subscribers, and what people write.

use super::script::{check, run};
use super::world::World;
use crate::domain::command::{Ask, Done, Verdict};
use crate::domain::id::IncidentNumber;
use crate::domain::incident::Happening;
use crate::domain::responder::Reply;

#[test]
fn whoever_is_asked_for_help_gets_a_page_of_their_own() {
    check(
        "0m trigger db; 1m ann ack 1; 2m ann ask 1 bob,cid; 3m bob join 1; 4m cid decline 1; \
         5m ann ask 1 bob,cid; 3h",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: #1 acknowledged
         2m: ask bob, ask cid
         3m: bob joined
         4m: cid declined
         5m: ask cid",
    );
    // Acknowledging is an answer too; a request can be taken back; an answer can be changed.
    check(
        "0m trigger db; 1m ann ask 1 bob,cid; 2m bob ack 1; 3m ann cancel 1; 4m cid join 1; 5m cid decline 1",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: ask bob, ask cid
         2m: #1 acknowledged, bob joined
         3m: cid cancelled
         4m: cid joined
         5m: cid declined",
    );
    check(
        "silent cid; 0m trigger db; 1m ann ask 1 cid; 2m bob join 1; 3m ann resolve 1; 4m ann ask 1 bob",
        "0m: #1 opened, #1 level 1 ann, page ann
         1m: #1 level 0: NoContactMethod
         2m: rejected: you were not asked to help with incident #1: acknowledge it, or have yourself asked
         3m: #1 resolved (Requested)
         4m: rejected: incident #1 is resolved already",
    );
    let (world, _) = run("0m trigger db; 1m ann ask 1 bob; 2m bob join 1");
    let responder = &world.state.incidents[&IncidentNumber(1)].responders[0];
    assert_eq!((responder.reply, &*responder.message), (Reply::Joined, "help"));
}

#[test]
fn a_policy_is_asked_as_its_first_level() {
    let (mut world, _) = run("policy bob,cid 5m / ann 5m; 0m trigger db; 1m bob ack 1");
    let (incident, policy) = (IncidentNumber(1), world.policy);
    let mut ask = |policies: Vec<_>| {
        let ask = Ask::RequestResponders { incident, message: "".into(), users: vec![], policies };
        world.ask(Some("ann"), ask)
    };
    assert!(matches!(ask(vec![]), Verdict::Rejected(_)));
    assert_eq!(ask(vec![policy]), Verdict::Done(Done::Changed));
    assert_eq!(ask(vec![policy]), Verdict::Done(Done::Unchanged));
    let asked = world.state.incidents[&incident].responders.iter();
    let asked: Vec<_> = asked.map(|responder| world.name(responder.user).to_owned()).collect();
    assert_eq!(asked, ["bob", "cid"]);
}

#[test]
fn subscribers_are_told_also_that_it_is_over() {
    check(
        "0m trigger db; 1m ann subscribe 1 bob,cid,bob; 2m ann tell 1 soon; 3m ann resolve 1; 4m ann tell 1 over",
        "0m: #1 opened, #1 level 1 ann, page ann
         2m: tell bob, tell cid
         3m: #1 resolved (Requested)
         4m: tell bob, tell cid",
    );
    let (mut world, _) = run("0m trigger db; 1m ann subscribe 1 bob,cid");
    let incident = IncidentNumber(1);
    let bob = world.user("bob");
    let ask = Ask::ChangeSubscribers { incident, add: vec![], remove: vec![bob, world.user("eve")] };
    assert_eq!(world.ask(Some("ann"), ask), Verdict::Done(Done::Changed));
    assert_eq!(world.state.incidents[&incident].subscribers, [world.user("cid")]);
    let again = Ask::ChangeSubscribers { incident, add: vec![], remove: vec![bob] };
    assert_eq!(world.ask(Some("ann"), again), Verdict::Done(Done::Unchanged));
    let nothing = Ask::UpdateStatus { incident, subject: "".into(), message: " ".into() };
    assert!(matches!(world.ask(Some("ann"), nothing), Verdict::Rejected(_)));
}

#[test]
fn notes_are_changed_by_their_author_or_an_admin() {
    let (mut world, _) = run("0m trigger db; 1m ann ack 1");
    let incident = IncidentNumber(1);
    let note = Ask::AddNote { incident, content: "a fuse".into() };
    let Verdict::Done(Done::Note(_, entry)) = world.ask(Some("ann"), note) else { panic!() };
    let edit = |content: &str| Ask::EditNote { incident, entry, content: content.into() };
    let mut refused = |user: &str, ask: Ask, says: &str| {
        let Verdict::Rejected(rejection) = world.ask(Some(user), ask) else { panic!("{says}") };
        assert!(rejection.to_string().contains(says), "{rejection}");
    };
    refused("bob", edit("a switch"), "only its author or an admin");
    refused("ann", edit("  "), "content cannot be empty");
    refused("ann", Ask::EditNote { incident, entry: 0, content: "x".into() }, "no note with the id");
    refused("ann", Ask::DeleteNote { incident, entry: 99 }, "no note with the id");
    assert_eq!(world.ask(Some("ann"), edit("a fuse")), Verdict::Done(Done::Unchanged));
    assert_eq!(world.ask(Some("ann"), edit("two fuses")), Verdict::Done(Done::Changed));
    let says = |world: &World| world.state.incidents[&incident].log_entry(entry).unwrap().what.clone();
    let edited = says(&world);
    assert!(matches!(edited, Happening::Annotated { content, edited: Some(_) } if &*content == "two fuses"));
    // The account itself may.
    assert_eq!(world.ask(None, Ask::DeleteNote { incident, entry }), Verdict::Done(Done::Changed));
    assert!(matches!(says(&world), Happening::NoteDeleted { .. }));
}

#[test]
fn links_lead_somewhere_and_are_there_once() {
    let (mut world, _) = run("0m trigger db");
    let incident = IncidentNumber(1);
    let mut add = |href: &str| {
        let ask = Ask::AddLink { incident, href: href.into(), text: "runbook".into() };
        world.ask(Some("ann"), ask)
    };
    let first = add("https://wiki/db");
    let Verdict::Done(Done::Entry(_, entry)) = first else { panic!("{first:?}") };
    assert_eq!(add("https://wiki/db"), first);
    for href in ["javascript:alert(1)", "https://", "wiki/db", "https://a b", "", "ftp://wiki"] {
        assert!(matches!(add(href), Verdict::Rejected(_)), "{href}");
    }
    let remove = Ask::RemoveLink { incident, entry };
    assert_eq!(world.ask(Some("bob"), remove.clone()), Verdict::Done(Done::Changed));
    assert!(matches!(world.ask(Some("bob"), remove), Verdict::Rejected(_)));
}
