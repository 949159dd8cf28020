//! Rings the terminal's bell and has it show a notification.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal as _, Write as _};

use super::super::output::escape;
use super::super::session::env;

/// How much of a text is shown.
const MOST: usize = 200;

/// Tells whoever sits at the terminal, wherever data and messages go. Without a terminal nobody is told.
pub(super) fn tell(text: &str) {
    let bytes = sequence(text, env("TMUX").is_some());
    // Nobody sees it: that is no reason to fail.
    let _ = if io::stderr().is_terminal() {
        io::stderr().write_all(bytes.as_bytes())
    } else {
        OpenOptions::new().write(true).open("/dev/tty").and_then(|mut tty| tty.write_all(bytes.as_bytes()))
    };
}

/// The bell, which tmux marks its window by, and OSC 9, which tmux hands on to the terminal around it if it may.
fn sequence(text: &str, tmux: bool) -> String {
    let text: String = escape(text).chars().take(MOST).collect();
    let notification = format!("\x1b]9;{text}\x07");
    if tmux {
        let doubled = notification.replace('\x1b', "\x1b\x1b");
        format!("\x07\x1bPtmux;{doubled}\x1b\\")
    } else {
        format!("\x07{notification}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_the_sequence() {
        assert_eq!(sequence("db: #1 a\x07\x1b\\b", false), "\x07\x1b]9;db: #1 a\\x07\\x1b\\b\x07");
        assert_eq!(sequence("a", true), "\x07\x1bPtmux;\x1b\x1b]9;a\x07\x1b\\");
        assert_eq!(sequence(&"é".repeat(500), false).chars().count(), 1 + 4 + MOST + 1);
    }
}
