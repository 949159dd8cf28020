//! The table `[tui]` of the client's file: how the terminal looks, and which key does what.
//!
//! ```toml
//! [tui]
//! theme = "light"
//! mouse = true
//! icons = false
//!
//! [tui.keys]
//! acknowledge = ["a", "f2"]
//! quit = "ctrl-q"
//! ```

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use super::keys::{Action, Key, Keymap, TABLE};
use super::theme::Name;
use crate::config::{Error, Reader, Section};

/// What the file says; what it does not say is for others to choose.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct File {
    /// The theme.
    pub theme: Option<Name>,
    /// Whether the mouse is used.
    pub mouse: Option<bool>,
    /// Whether signs beside plain letters are drawn.
    pub icons: Option<bool>,
    /// Which key does what.
    pub keymap: Keymap,
}

impl File {
    /// Reads the file at `path`; one that is not there says nothing.
    ///
    /// # Errors
    /// If it cannot be read, or everything that is wrong with the table.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(reason) => return Err(Error::Unreadable { path: path.to_path_buf(), reason }),
        };
        Self::parse(&path.display().to_string(), &text)
    }

    fn parse(file: &str, text: &str) -> Result<Self, Error> {
        Reader::new(file, text).read(|top| {
            // Those are read elsewhere.
            top.leave("current");
            top.leave("contexts");
            let mut section = top.section("tui");
            let theme = section.text("theme", Name::parse);
            let (mouse, icons) = (section.truth("mouse"), section.truth("icons"));
            let keymap = keys(&mut section.section("keys"));
            section.finish();
            Self { theme, mouse, icons, keymap }
        })
    }
}

fn keys(section: &mut Section<'_, '_>) -> Keymap {
    let mut remapped: BTreeMap<Action, Vec<Key>> = BTreeMap::new();
    for entry in TABLE {
        if let Some(keys) = section.texts(entry.name, Key::parse) {
            remapped.insert(entry.action, keys);
        }
    }
    section.finish();
    match Keymap::with(&remapped) {
        Ok(keymap) => {
            let quits = |action: Action| remapped.get(&action).is_some_and(Vec::is_empty);
            if quits(Action::Quit) {
                section.complain("quit", "no key quits", "give it one, such as \"ctrl-q\"");
            }
            keymap
        }
        Err((one, other, key)) => {
            let (one, other) = (one.entry().name, other.entry().name);
            section.complain(
                other,
                format!("`{key}` is given to `{one}` and to `{other}`"),
                "give it to one of them",
            );
            Keymap::default()
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn reads_its_table_and_leaves_the_rest() {
        let text = "current = \"a\"\n[contexts.a]\nurl = \"x\"\n[tui]\ntheme = \"light\"\nmouse = true\n\
                    [tui.keys]\nacknowledge = [\"f2\", \"x\"]\nquit = \"ctrl-q\"\n";
        let file = File::parse("f", text).unwrap();
        assert_eq!((file.theme, file.mouse, file.icons), (Some(Name::Light), Some(true), None));
        assert_eq!(file.keymap.action(Key::parse("f2").unwrap()), Some(Action::Acknowledge));
        assert_eq!(file.keymap.action(Key::parse("ctrl-q").unwrap()), Some(Action::Quit));
        assert_eq!(file.keymap.action(Key::parse("q").unwrap()), None);
        assert_eq!(File::parse("f", "").unwrap(), File::default());
    }

    #[test]
    fn mistakes_are_named() {
        for (text, expected) in [
            (
                "[tui]\ntheme = \"dark\"",
                "f:2:9: `theme` is \"dark\"\n  expected default, light, colour-blind, mono",
            ),
            ("[tui]\nmouse = 1", "f:2:9: `mouse` is 1\n  expected true or false, without quotes"),
            (
                "[tui.keys]\nacknowlege = \"x\"",
                "f:2:1: unknown key `acknowlege` in [tui.keys]\n  did you mean `acknowledge`?",
            ),
            (
                "[tui.keys]\nresolve = \"ctrl\"",
                "f:2:11: `resolve` is \"ctrl\"\n  expected a key, such as \"a\", \"A\", \"ctrl-a\", \"alt-x\", \"space\" or \"f5\"",
            ),
            (
                "[tui.keys]\nresolve = \"x\"\nacknowledge = \"x\"",
                "f:2:1: `x` is given to `acknowledge` and to `resolve`\n  give it to one of them",
            ),
            ("[tui.keys]\nquit = []", "f:2:1: no key quits\n  give it one, such as \"ctrl-q\""),
        ] {
            assert_eq!(File::parse("f", text).unwrap_err().to_string(), expected, "{text}");
        }
    }
}
