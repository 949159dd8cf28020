//! What keys of the table mean on one screen only: the footer, the help and the manual read it.

use super::keys::{Action, Keymap};
use super::model::Screen;

/// One line: keys that mean something else, or something at all, on this screen.
#[allow(missing_docs, reason = "the names say what they are")]
#[derive(Debug)]
pub struct Meaning {
    pub screen: Screen,
    pub actions: &'static [Action],
    /// A word for the footer.
    pub short: &'static str,
    /// A line for the help.
    pub help: &'static str,
}

const fn on(screen: Screen, actions: &'static [Action], short: &'static str, help: &'static str) -> Meaning {
    Meaning { screen, actions, short, help }
}

/// All of them; the footer shows them in this order.
pub const TABLE: &[Meaning] = &[
    on(Screen::Oncall, &[Action::Left, Action::Right], "scroll", "an earlier time, a later time; esc: now"),
    on(Screen::Oncall, &[Action::Expand, Action::Wider], "zoom", "less time on the screen, more of it"),
    on(Screen::Oncall, &[Action::Open], "shifts", "one schedule: each shift, and when nobody is on call"),
    on(Screen::Services, &[Action::Open], "incidents", "the incidents of the service"),
    on(Screen::Notifications, &[Action::Open], "incident", "the incident that it is about"),
    on(Screen::Notifications, &[Action::Freeze], "freeze", "keep lines as they are; again: let them come"),
];

/// The first key of each action, as `h l`.
fn first(meaning: &Meaning, keymap: &Keymap) -> String {
    let keys = meaning.actions.iter().filter_map(|action| keymap.first(*action));
    keys.collect::<Vec<_>>().join(" ")
}

/// What the footer of a screen shows: keys and words.
pub fn footer(screen: Screen, keymap: &Keymap) -> Vec<(String, String)> {
    let here = TABLE.iter().filter(|it| it.screen == screen);
    let pairs = here.map(|it| (first(it, keymap), it.short.to_owned()));
    pairs.filter(|(keys, _)| !keys.is_empty()).collect()
}

/// What the help shows: keys and a line.
pub fn help(keymap: &Keymap) -> Vec<(String, String)> {
    TABLE.iter().map(|it| (first(it, keymap), format!("{}: {}", it.screen.name(), it.help))).collect()
}

/// The heading of these lines.
pub const TITLE: &str = "On one screen";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_follows_the_keys() {
        let keymap = Keymap::default();
        assert_eq!(footer(Screen::Services, &keymap), [("enter".to_owned(), "incidents".to_owned())]);
        assert_eq!(footer(Screen::Oncall, &keymap)[1], ("+ -".to_owned(), "zoom".to_owned()));
        assert!(footer(Screen::Incidents, &keymap).is_empty());
        assert_eq!(help(&keymap).len(), TABLE.len());
    }
}
