//! A night at the screen: filter, acknowledge, undo, lose the server, get it back.

use rustix::process::Signal;

use crate::rig::Rig;
use crate::rig::screen::Screen;

fn server(keys: &[&str]) -> Rig {
    let rig = Rig::start();
    for key in keys {
        assert_eq!(rig.trigger(key).status, 202);
    }
    let known = || rig.list("/incidents", "incidents").len() == keys.len();
    assert!(crate::rig::poll(std::time::Duration::from_secs(40), known), "{}", rig.said());
    rig
}

/// The statuses of those whose title has this word.
fn statuses(rig: &Rig, word: &str) -> Vec<String> {
    let all =
        rig.list("/incidents?statuses[]=triggered&statuses[]=acknowledged&statuses[]=resolved", "incidents");
    let of = all.iter().filter(|it| it["title"].as_str().unwrap().contains(word));
    of.map(|it| it["status"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn filter_acknowledge_undo_and_a_server_that_goes_and_comes() {
    let mut rig = server(&["alpha-1", "alpha-2", "beta-1"]);
    rig.stay();
    let mut screen = Screen::start(&rig, 100, 24, &["tui"], &[]);
    screen.sees("live");
    screen.sees("disk of beta-1 is full");

    screen.press("/alpha\r");
    screen.sees_no("disk of beta-1 is full");
    screen.press("  ");
    screen.sees("2 selected");
    screen.press("a");
    screen.sees("acknowledge #2, #1?");
    screen.press("a");
    screen.sees("acknowledged #2, #1 (z undoes it)");
    screen.wait("both are acknowledged", || statuses(&rig, "alpha") == ["acknowledged"; 2]);
    assert_eq!(statuses(&rig, "beta"), ["triggered"]);
    screen.sees("◐A");

    screen.press("z");
    screen.sees("undid acknowledge of #");
    screen.wait("both are as before", || statuses(&rig, "alpha") == ["triggered"; 2]);

    rig.kill9();
    screen.sees("offline 0");
    screen.sees("data as of");
    screen.press("ga");
    screen.sees("queued: acknowledge #2");
    screen.sees("1 act queued");

    rig.up();
    screen.sees_no("offline 0");
    screen.sees("live");
    screen.wait("what was queued is done", || statuses(&rig, "alpha-2") == ["acknowledged"]);
    assert_eq!(statuses(&rig, "alpha-1"), ["triggered"]);
    assert_eq!(rig.trigger("alpha-3").status, 202);
    screen.sees("disk of alpha-3 is full");

    screen.press("q");
    assert_eq!(screen.ended(), Some(0));
    screen.wait("the shell has the screen", || !screen.is_taken());
}

#[test]
fn pd_alone_opens_it_and_a_note_is_written_in_the_editor() {
    let rig = server(&["alpha-1"]);
    let editor = ("EDITOR", "sed -i '1s/^/restarted the replica/'");
    let mut screen = Screen::start(&rig, 80, 24, &[], &[editor, ("BROWSER", "echo >seen")]);
    screen.sees("disk of alpha-1 is full");
    screen.press("n");
    screen.sees("wrote a note on #1");
    let notes = rig.list("/incidents/1/notes", "notes");
    assert_eq!(notes[0]["content"], "restarted the replica");
    screen.press("\r");
    screen.sees("1 alert");
    screen.wait("the note is in the timeline", || {
        screen.press("G");
        screen.text().contains("restarted the replica")
    });
    screen.press("\x1b");
    screen.sees("sorted by");
    screen.press("o");
    screen.sees("opened by");
    screen.press("\x03");
    assert_eq!(screen.ended(), Some(0));
}

#[test]
fn it_stops_and_goes_on_and_leaves_the_terminal_as_it_was() {
    let rig = server(&["alpha-1"]);
    let mut screen = Screen::start(&rig, 80, 24, &["tui"], &[]);
    screen.sees("disk of alpha-1 is full");
    screen.press("\x1a");
    screen.wait("it stops", || screen.is_stopped());
    screen.wait("the shell has the screen", || !screen.is_taken());
    screen.signal(Signal::CONT);
    screen.wait("it has the screen again", || screen.is_taken());
    screen.sees("disk of alpha-1 is full");
    // It still reads keys.
    screen.press("?");
    screen.sees("Act on the incident");
    screen.press("q");
    screen.sees_no("Act on the incident");

    screen.signal(Signal::TSTP);
    screen.wait("it stops when it is told to", || screen.is_stopped() && !screen.is_taken());
    screen.signal(Signal::CONT);
    screen.sees("disk of alpha-1 is full");

    screen.signal(Signal::TERM);
    assert_eq!(screen.ended(), Some(130));
    screen.wait("the shell has the screen", || !screen.is_taken());
}

#[test]
fn nothing_to_do_costs_nearly_nothing() {
    let rig = server(&["alpha-1"]);
    let screen = Screen::start(&rig, 80, 24, &["tui"], &[]);
    screen.sees("disk of alpha-1 is full");
    std::thread::sleep(std::time::Duration::from_secs(1));
    let before = screen.used();
    std::thread::sleep(std::time::Duration::from_secs(5));
    let used = screen.used() - before;
    // An unoptimised build draws five frames in it, and hears of the server's status once.
    assert!(used <= 25, "{used} hundredths of a second in five seconds");
}

#[test]
fn a_token_that_is_not_accepted_is_said() {
    let rig = server(&[]);
    let mut screen = Screen::start(&rig, 160, 24, &["tui"], &[("PD_TOKEN", "nobody-has-this-token")]);
    screen.sees("the token is not accepted");
    screen.press("q");
    assert_eq!(screen.ended(), Some(0));
}

#[test]
fn without_a_terminal_it_says_what_to_do_instead() {
    let rig = Rig::prepare("");
    let output = rig.pd(&["tui"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("pd list"), "{output:?}");
    // Alone it is the short help.
    assert!(String::from_utf8_lossy(&rig.pd(&[]).stdout).contains("Common commands"));
}

#[test]
fn the_palette_goes_to_another_context() {
    let (rig, other) = (server(&["alpha-1"]), server(&["gamma-1"]));
    let add = |name: &str, token: &[&str]| {
        let url = other.url();
        rig.ok(&[&["context", "add", name, "--url", &url], token].concat());
    };
    std::fs::write(rig.home().join("token"), &other.context().token).unwrap();
    add("lab", &["--token-file", "token"]);
    add("broken", &["--token-command", "false"]);
    let mut pd = rig.command();
    pd.args(["tui"]);
    let mut screen = Screen::sized(&pd, 100, 24);
    screen.sees("disk of alpha-1 is full");
    screen.press(":ctx broken\r");
    screen.sees("cannot get the token of context `broken`");
    screen.sees("disk of alpha-1 is full");
    screen.press(":ctx lab\r");
    screen.sees("disk of gamma-1 is full");
    screen.sees("lab");
    screen.press("a");
    screen.wait("it is acknowledged there", || statuses(&other, "gamma") == ["acknowledged"]);
    assert_eq!(statuses(&rig, "alpha"), ["triggered"]);
    screen.press("q");
    assert_eq!(screen.ended(), Some(0));
    let current = rig.command().args(["context", "show", "-q"]).output().unwrap();
    assert_eq!(current.stdout, b"local\n", "what the file says is current stays so");
}
