//! The one table of keys: what can be done, by which key, and what it is called. The footer, the help, the palette, the
//! configuration and the manual are all read from here.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What a key, or a line of the palette, has done.
#[allow(missing_docs, reason = "the table below says what each is")]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Action {
    Down,
    Up,
    Top,
    Bottom,
    HalfPageDown,
    HalfPageUp,
    PageDown,
    PageUp,
    NextPane,
    Left,
    Right,
    Open,
    Back,
    Acknowledge,
    Resolve,
    Escalate,
    Assign,
    Snooze,
    Note,
    Merge,
    Undo,
    Select,
    SelectRange,
    SelectAll,
    Filter,
    Palette,
    Sort,
    Freeze,
    ShowResolved,
    Expand,
    Wider,
    Browse,
    Copy,
    Incidents,
    Oncall,
    Services,
    Notifications,
    Rate,
    Nodes,
    Theme,
    Reconnect,
    Redraw,
    Help,
    Suspend,
    Quit,
}

/// What a key belongs to, in the help.
#[allow(missing_docs, reason = "the names say what they are")]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Group {
    Move,
    Act,
    Select,
    View,
    Screen,
    Program,
}

impl Group {
    /// In the order of the help.
    pub const ALL: [Self; 6] = [Self::Act, Self::Select, Self::View, Self::Screen, Self::Move, Self::Program];

    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Move => "Move",
            Self::Act => "Act on the incident, or on those selected",
            Self::Select => "Select",
            Self::View => "View",
            Self::Screen => "Screens",
            Self::Program => "Program",
        }
    }
}

/// One line of the table.
#[derive(Debug)]
pub struct Entry {
    /// What is done.
    pub action: Action,
    /// Its name in the configuration and the palette.
    pub name: &'static str,
    /// The keys, unless the configuration has others.
    pub keys: &'static [&'static str],
    /// A word for the footer; empty: it is not shown there.
    pub short: &'static str,
    /// A line for the help.
    pub help: &'static str,
    /// Where it belongs.
    pub group: Group,
}

const fn entry(
    action: Action,
    name: &'static str,
    keys: &'static [&'static str],
    short: &'static str,
    help: &'static str,
    group: Group,
) -> Entry {
    Entry { action, name, keys, short, help, group }
}

/// Everything that can be done. The footer shows what has a short word, in this order.
pub const TABLE: &[Entry] = &[
    entry(Action::Acknowledge, "acknowledge", &["a"], "ack", "acknowledge", Group::Act),
    entry(Action::Resolve, "resolve", &["r"], "resolve", "resolve", Group::Act),
    entry(Action::Snooze, "snooze", &["s"], "snooze", "acknowledge, and be paged again later", Group::Act),
    entry(Action::Undo, "undo", &["z"], "undo", "undo your last act, as `pd undo` does", Group::Act),
    entry(
        Action::Filter,
        "filter",
        &["/"],
        "filter",
        "filter: text, !text, -f fuzzy, -l key=value",
        Group::View,
    ),
    entry(Action::Select, "select", &["space"], "select", "select or deselect, and go on", Group::Select),
    entry(Action::Assign, "assign", &["A"], "assign", "give to users or to an escalation policy", Group::Act),
    entry(Action::Escalate, "escalate", &["e"], "escalate", "page the next level now", Group::Act),
    entry(Action::Note, "note", &["n"], "note", "write a note in $EDITOR", Group::Act),
    entry(
        Action::Merge,
        "merge",
        &["m"],
        "merge",
        "merge those selected into the one under the cursor",
        Group::Act,
    ),
    entry(Action::SelectRange, "select-range", &["v"], "", "select from here to the cursor", Group::Select),
    entry(
        Action::SelectAll,
        "select-all",
        &["ctrl-a"],
        "all",
        "select all that the list shows, or none",
        Group::Select,
    ),
    entry(Action::Palette, "palette", &[":"], "", "go to a screen, or do anything, by name", Group::View),
    entry(Action::Sort, "sort", &["S"], "sort", "sort by another column", Group::View),
    entry(
        Action::Freeze,
        "freeze",
        &["f"],
        "freeze",
        "keep rows where they are; again: let them move",
        Group::View,
    ),
    entry(Action::ShowResolved, "show-resolved", &["R"], "", "show or hide what is resolved", Group::View),
    entry(
        Action::Expand,
        "expand",
        &["+"],
        "",
        "give the list or the timeline the whole screen",
        Group::View,
    ),
    entry(Action::Wider, "wider", &["-"], "", "on call: more time on the screen", Group::View),
    entry(
        Action::Open,
        "detail",
        &["enter"],
        "detail",
        "show all of it: fields, alerts, timeline",
        Group::View,
    ),
    entry(Action::Back, "back", &["esc"], "", "back; then drop the selection; then the filter", Group::View),
    entry(Action::Browse, "open", &["o"], "open", "open its page in $BROWSER", Group::View),
    entry(Action::Copy, "copy", &["y"], "copy", "copy its id, number, title or address", Group::View),
    entry(Action::Incidents, "incidents", &["1"], "", "incidents", Group::Screen),
    entry(Action::Oncall, "oncall", &["2"], "", "who is on call", Group::Screen),
    entry(Action::Services, "services", &["3"], "", "services", Group::Screen),
    entry(Action::Notifications, "notifications", &["4"], "", "notifications as they go out", Group::Screen),
    entry(Action::Rate, "rate", &["5"], "", "how many events come in", Group::Screen),
    entry(Action::Nodes, "nodes", &["6"], "", "nodes and stores", Group::Screen),
    entry(Action::Down, "down", &["j", "down"], "", "one down", Group::Move),
    entry(Action::Up, "up", &["k", "up"], "", "one up", Group::Move),
    entry(Action::Top, "top", &["g", "home"], "", "to the first", Group::Move),
    entry(Action::Bottom, "bottom", &["G", "end"], "", "to the last", Group::Move),
    entry(Action::HalfPageDown, "half-page-down", &["ctrl-d"], "", "half a page down", Group::Move),
    entry(Action::HalfPageUp, "half-page-up", &["ctrl-u"], "", "half a page up", Group::Move),
    entry(Action::PageDown, "page-down", &["pgdn", "ctrl-f"], "", "a page down", Group::Move),
    entry(Action::PageUp, "page-up", &["pgup", "ctrl-b"], "", "a page up", Group::Move),
    entry(Action::NextPane, "next-pane", &["tab"], "", "to the other pane", Group::Move),
    entry(Action::Left, "left", &["h", "left"], "", "to the list", Group::Move),
    entry(Action::Right, "right", &["l", "right"], "", "to the timeline", Group::Move),
    entry(Action::Help, "help", &["?"], "help", "these keys", Group::Program),
    entry(Action::Theme, "theme", &[], "", "another theme; `:theme NAME`", Group::Program),
    entry(Action::Reconnect, "reconnect", &["ctrl-r"], "", "connect again now", Group::Program),
    entry(Action::Redraw, "redraw", &["ctrl-l"], "", "draw everything anew", Group::Program),
    entry(Action::Suspend, "suspend", &["ctrl-z"], "", "back to the shell; `fg` comes back", Group::Program),
    entry(Action::Quit, "quit", &["q", "ctrl-c"], "quit", "quit", Group::Program),
];

impl Action {
    /// Its line of the table.
    pub fn entry(self) -> &'static Entry {
        TABLE.iter().find(|entry| entry.action == self).unwrap_or(&TABLE[0])
    }
}

/// A key with its modifiers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Key {
    code: KeyCode,
    ctrl: bool,
    alt: bool,
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        // Codes are ordered in full, although they do not say so.
        let codes = self.code.partial_cmp(&other.code).unwrap_or(Ordering::Equal);
        codes.then(self.ctrl.cmp(&other.ctrl)).then(self.alt.cmp(&other.alt))
    }
}

const NAMED: &[(&str, KeyCode)] = &[
    ("space", KeyCode::Char(' ')),
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("shift-tab", KeyCode::BackTab),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pgup", KeyCode::PageUp),
    ("pgdn", KeyCode::PageDown),
    ("insert", KeyCode::Insert),
    ("delete", KeyCode::Delete),
    ("backspace", KeyCode::Backspace),
];

impl Key {
    /// The key that was pressed.
    pub fn of(event: &KeyEvent) -> Self {
        let has = |modifier| event.modifiers.contains(modifier);
        let code = match event.code {
            // Some terminals say the letter and shift, some the capital letter.
            KeyCode::Char(c) if has(KeyModifiers::SHIFT) && c.is_lowercase() => {
                KeyCode::Char(c.to_uppercase().next().unwrap_or(c))
            }
            KeyCode::Char(c) if has(KeyModifiers::CONTROL) => KeyCode::Char(c.to_ascii_lowercase()),
            code => code,
        };
        Self { code, ctrl: has(KeyModifiers::CONTROL), alt: has(KeyModifiers::ALT) }
    }

    /// Reads `a`, `A`, `ctrl-a`, `alt-x`, `space`, `f5`, …
    ///
    /// # Errors
    /// What would be right.
    pub fn parse(text: &str) -> Result<Self, String> {
        let expected =
            || "expected a key, such as \"a\", \"A\", \"ctrl-a\", \"alt-x\", \"space\" or \"f5\"".to_owned();
        let (mut rest, mut ctrl, mut alt) = (text, false, false);
        while rest.len() > 1 {
            if let Some(after) = rest.strip_prefix("ctrl-") {
                (rest, ctrl) = (after, true);
            } else if let Some(after) = rest.strip_prefix("alt-") {
                (rest, alt) = (after, true);
            } else {
                break;
            }
        }
        let mut chars = rest.chars();
        let code = match (chars.next(), chars.next()) {
            (Some(c), None) if !c.is_control() && !c.is_whitespace() => {
                KeyCode::Char(if ctrl { c.to_ascii_lowercase() } else { c })
            }
            _ => {
                let function = || {
                    let number = rest.strip_prefix('f')?.parse().ok()?;
                    (1..=12).contains(&number).then_some(KeyCode::F(number))
                };
                let named = NAMED.iter().find(|(name, _)| *name == rest).map(|(_, code)| *code);
                named.or_else(function).ok_or_else(expected)?
            }
        };
        Ok(Self { code, ctrl, alt })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("ctrl-")?;
        }
        if self.alt {
            f.write_str("alt-")?;
        }
        if let Some((name, _)) = NAMED.iter().find(|(_, code)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::F(number) => write!(f, "f{number}"),
            _ => f.write_str("?"),
        }
    }
}

/// Which key does what: the table, with what the configuration has otherwise.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Keymap(BTreeMap<Key, Action>);

impl Default for Keymap {
    fn default() -> Self {
        Self::with(&BTreeMap::new()).unwrap_or_else(|_| Self(BTreeMap::new()))
    }
}

impl Keymap {
    /// The table, with these actions on other keys. An action keeps none of its own keys if it is given others; a key
    /// that is given to an action is taken from the one that has it in the table.
    ///
    /// # Errors
    /// The two actions that are given the same key, and the key.
    pub fn with(remapped: &BTreeMap<Action, Vec<Key>>) -> Result<Self, (Action, Action, Key)> {
        let mut map: BTreeMap<Key, Action> = BTreeMap::new();
        for (action, keys) in remapped {
            for key in keys {
                match map.insert(*key, *action) {
                    Some(other) if other != *action => return Err((other, *action, *key)),
                    _ => {}
                }
            }
        }
        for entry in TABLE.iter().filter(|entry| !remapped.contains_key(&entry.action)) {
            for key in entry.keys.iter().filter_map(|key| Key::parse(key).ok()) {
                map.entry(key).or_insert(entry.action);
            }
        }
        Ok(Self(map))
    }

    /// What this key does.
    pub fn action(&self, key: Key) -> Option<Action> {
        self.0.get(&key).copied()
    }

    /// The keys of an action, in words; those of the table in its order.
    pub fn keys(&self, action: Action) -> Vec<String> {
        let own = action.entry().keys;
        let place = |key: &String| own.iter().position(|it| it == key).unwrap_or(own.len());
        let mut keys: Vec<String> =
            self.0.iter().filter(|(_, it)| **it == action).map(|(key, _)| key.to_string()).collect();
        keys.sort_by_key(place);
        keys
    }

    /// The key of an action that is shown where there is room for one.
    pub fn first(&self, action: Action) -> Option<String> {
        self.keys(action).into_iter().next()
    }
}

/// The table for the documentation: one line of Markdown for each action.
pub fn markdown() -> String {
    let mut text = String::from("| Keys | Name | What it does |\n|---|---|---|\n");
    for group in Group::ALL {
        for entry in TABLE.iter().filter(|entry| entry.group == group) {
            let keys: Vec<_> = entry.keys.iter().map(|key| format!("`{key}`")).collect();
            text += &format!("| {} | `{}` | {} |\n", keys.join(" "), entry.name, entry.help);
        }
    }
    for (keys, help) in super::screen_keys::help(&Keymap::default()) {
        let keys: Vec<_> = keys.split(' ').map(|key| format!("`{key}`")).collect();
        text += &format!("| {} | | {help} |\n", keys.join(" "));
    }
    text
}

/// The table for the manual.
pub fn manual() -> String {
    let mut text = String::new();
    for group in Group::ALL {
        text += &format!("{}:\n", group.title());
        for entry in TABLE.iter().filter(|entry| entry.group == group) {
            text += &format!("  {:<14} {}\n", entry.keys.join(" "), entry.help);
        }
    }
    text += &format!("{}:\n", super::screen_keys::TITLE);
    for (keys, help) in super::screen_keys::help(&Keymap::default()) {
        text += &format!("  {keys:<14} {help}\n");
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_is_sound() {
        let (mut names, mut keys) = (BTreeSet::new(), BTreeSet::new());
        for entry in TABLE {
            assert!(names.insert(entry.name), "{} twice", entry.name);
            assert_eq!(entry.action.entry().name, entry.name, "an action twice");
            for key in entry.keys {
                assert_eq!(Key::parse(key).unwrap().to_string(), *key);
                assert!(keys.insert(*key), "{key} twice");
            }
        }
    }

    #[test]
    fn the_documentation_has_the_table() {
        let page = include_str!("../../docs/terminal.md");
        assert!(page.contains(&markdown()), "put this into docs/terminal.md:\n{}", markdown());
    }

    #[test]
    fn keys_are_remapped() {
        let key = |text| Key::parse(text).unwrap();
        let map = Keymap::with(&BTreeMap::from([(Action::Acknowledge, vec![key("x"), key("r")])])).unwrap();
        assert_eq!(map.action(key("x")), Some(Action::Acknowledge));
        assert_eq!(map.action(key("r")), Some(Action::Acknowledge));
        assert_eq!(map.action(key("a")), None);
        assert_eq!(map.keys(Action::Resolve), Vec::<String>::new());
        let both = BTreeMap::from([(Action::Acknowledge, vec![key("x")]), (Action::Resolve, vec![key("x")])]);
        assert_eq!(Keymap::with(&both), Err((Action::Acknowledge, Action::Resolve, key("x"))));
    }

    #[test]
    fn keys_are_read_as_they_are_pressed() {
        let pressed = |code, modifiers| Key::of(&KeyEvent::new(code, modifiers)).to_string();
        assert_eq!(pressed(KeyCode::Char('a'), KeyModifiers::NONE), "a");
        assert_eq!(pressed(KeyCode::Char('A'), KeyModifiers::SHIFT), "A");
        assert_eq!(pressed(KeyCode::Char('a'), KeyModifiers::SHIFT), "A");
        assert_eq!(pressed(KeyCode::Char('a'), KeyModifiers::CONTROL), "ctrl-a");
        assert_eq!(pressed(KeyCode::BackTab, KeyModifiers::SHIFT), "shift-tab");
        for wrong in ["", "ab", "ctrl-", "f13", "hyper-x", " "] {
            assert!(Key::parse(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(Key::parse("-").unwrap().to_string(), "-");
    }
}
