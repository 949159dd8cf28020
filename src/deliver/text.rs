//! Text of others made safe for one line of a mail, a terminal or a timeline.

use std::sync::Arc;

use crate::domain::event::ellipsis;

/// How much of what a provider said is kept.
const REASON_BYTES_MAX: usize = 300;

/// `text` on one line: tabs and line breaks become spaces, other invisible characters are left out.
pub(super) fn one_line(text: &str) -> String {
    let spaced = text.chars().map(|c| if breaks(c) { ' ' } else { c });
    spaced.filter(|c| !invisible(*c)).collect::<String>().trim().to_owned()
}

/// `text` with its line breaks (all as `\n`), without other invisible characters.
pub(super) fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").chars().filter(|c| *c == '\n' || *c == '\t' || !invisible(*c)).collect()
}

/// `text` with everything invisible spelled out, such as `\u{1b}`: a terminal shows it and obeys nothing.
pub(super) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            c if invisible(c) => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
    }
    shown
}

/// What a provider said, fit for a timeline: one line, not long, without the address that it was said about.
pub(super) fn reason(text: &str, address: &str) -> Arc<str> {
    ellipsis(&without(&one_line(text), address), REASON_BYTES_MAX)
}

/// `text` with each mention of `address`, in whatever case, replaced.
fn without(text: &str, address: &str) -> String {
    // ASCII folding keeps byte positions, so that a match in the folded text is one in the text.
    let (folded, sought) = (text.to_ascii_lowercase(), address.trim().to_ascii_lowercase());
    if sought.is_empty() {
        return text.to_owned();
    }
    let (mut left_out, mut from) = (String::with_capacity(text.len()), 0);
    for (at, found) in folded.match_indices(&sought) {
        left_out.push_str(&text[from..at]);
        left_out.push_str("(address)");
        from = at + found.len();
    }
    left_out.push_str(&text[from..]);
    left_out
}

fn breaks(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Control characters, and those that turn the direction of text round.
fn invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_others_is_made_safe() {
        for (text, line, shown) in [
            ("disk full", "disk full", "disk full"),
            ("a\r\nBcc: x@y", "a  Bcc: x@y", "a\\r\\nBcc: x@y"),
            ("\u{1b}[2Jgone\u{7}", "[2Jgone", "\\u{1b}[2Jgone\\u{7}"),
            ("\u{9b}31m", "31m", "\\u{9b}31m"),
            ("a\u{202e}b", "ab", "a\\u{202e}b"),
            ("Füße 💥", "Füße 💥", "Füße 💥"),
        ] {
            assert_eq!(one_line(text), line, "{text:?}");
            assert_eq!(visible(text), shown, "{text:?}");
        }
        assert_eq!(lines("a\r\nb\u{7}\tc"), "a\nb\tc");
    }

    #[test]
    fn a_reason_does_not_name_the_address() {
        let said = reason("550 5.1.1 <Ann@Example.com>: no ann@example.com here\r\n", "ann@example.com");
        assert_eq!(said.as_ref(), "550 5.1.1 <(address)>: no (address) here");
        assert_eq!(reason(&"x".repeat(1000), "a@b").len(), REASON_BYTES_MAX);
        assert_eq!(reason("said", "").as_ref(), "said");
    }
}
