//! The walk through the terminal in the README is what the real program shows; `PD_UPDATE_README=1` writes it anew.

use serde_json::json;

use crate::rig::Rig;
use crate::rig::screen::Screen;

const README: &str = "README.md";

/// What each second, minute and clock of the README stands at: the program says another at every run.
const CLOCK: &str = "02:14:07";
const AGE: &str = "4s";

/// A run of digits and colons that is a time of day, and one that is an age in seconds, each as wide as it was.
fn at_a_quiet_time(line: &str) -> String {
    let words: Vec<String> = line.split(' ').map(quiet).collect();
    words.join(" ").trim_end().to_owned()
}

fn quiet(word: &str) -> String {
    let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != ':');
    let is_clock = bare.len() == CLOCK.len() && bare.split(':').all(|part| part.parse::<u8>().is_ok());
    if is_clock {
        return word.replace(bare, CLOCK);
    }
    let is_age = bare.strip_suffix(['s', 'm']).is_some_and(|number| number.parse::<u8>().is_ok());
    if is_age {
        // It stands at the right of its column, which stays as wide.
        return format!("{}{}", " ".repeat(bare.len() - AGE.len()), word.replace(bare, AGE));
    }
    word.to_owned()
}

/// The lines of the screen, the same at every run.
fn captured(screen: &Screen) -> String {
    let lines: Vec<String> = screen.text().lines().map(at_a_quiet_time).collect();
    lines.join("\n").trim_end().to_owned()
}

/// The block of the README that follows the mark of this name.
fn block<'r>(readme: &'r str, name: &str) -> &'r str {
    let begin = format!("<!-- screen: {name} -->\n\n```text\n");
    let from =
        readme.find(&begin).unwrap_or_else(|| panic!("the README has no screen `{name}`")) + begin.len();
    let length = readme[from..].find("\n```").unwrap();
    &readme[from..from + length]
}

#[test]
fn the_walk_in_the_readme_is_what_is_shown() {
    // On a terminal of its own, so that the console reaches somebody.
    let rig = Rig::start_on_terminal();
    let happened = [
        ("certificate of shop.example ends in 9 days", "web-2", "warning"),
        ("replica lags by 40 s", "db-2", "error"),
        ("disk full on db-1", "db-1", "critical"),
        ("checkout answers 500", "shop-1", "critical"),
    ];
    for (summary, source, severity) in happened {
        let event = json!({
            "routing_key": rig.context().routing_key,
            "event_action": "trigger",
            "dedup_key": format!("{source}/{summary}"),
            "payload": { "summary": summary, "source": source, "severity": severity },
        });
        assert_eq!(rig.post_event(&event).status, 202);
        rig.wait_until(
            "each is an incident before the next comes",
            std::time::Duration::from_secs(40),
            || rig.list("/incidents", "incidents").iter().any(|it| it["title"] == summary),
        );
    }
    let mut screen = Screen::sized(&rig.command(), 90, 16);
    screen.sees("●T 4");
    screen.sees("checkout answers 500");
    screen.sees("by console");
    let mut shown = vec![("list", captured(&screen))];
    screen.press("/db-|replica\r");
    screen.sees_no("certificate");
    screen.sees("── #3");
    screen.sees("by console");
    screen.press("\x01a");
    screen.sees("acknowledge #");
    shown.push(("acknowledge", captured(&screen)));
    screen.press("a");
    screen.sees("z undoes it");
    screen.sees("◐A 2");
    screen.sees("Acknowledged");
    shown.push(("acknowledged", captured(&screen)));
    screen.press("q");
    assert_eq!(screen.ended(), Some(0));

    let readme = std::fs::read_to_string(README).unwrap();
    if std::env::var_os("PD_UPDATE_README").is_some() {
        let mut anew = readme;
        for (name, screen) in &shown {
            let old = block(&anew, name).to_owned();
            anew = anew.replacen(
                &format!("<!-- screen: {name} -->\n\n```text\n{old}"),
                &format!("<!-- screen: {name} -->\n\n```text\n{screen}"),
                1,
            );
        }
        std::fs::write(README, anew).unwrap();
        return;
    }
    for (name, screen) in &shown {
        assert_eq!(block(&readme, name), screen, "the screen `{name}` of the README");
    }
}
