//! What others wrote must not steer the terminal: control characters are shown, not obeyed.

/// Whether a terminal may act on `c`, or show the text around it in another order.
fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `text` on one line, with control characters as `\n`, `\x1b` and so on.
pub(crate) fn escape(text: &str) -> String {
    escape_with(text, |_| false)
}

/// The same, but lines stay lines and tabs stay tabs.
pub(crate) fn escape_lines(text: &str) -> String {
    escape_with(text, |c| matches!(c, '\n' | '\t'))
}

/// `json` with the control characters that JSON leaves alone as JSON escapes; the same value when read.
pub(crate) fn escape_json(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        // Those below space appear outside texts only, as line breaks.
        if c != '\n' && is_control(c) {
            escaped.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

fn escape_with(text: &str, keep: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if keep(c) || !is_control(c) => escaped.push(c),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            c if u32::from(c) < 0x100 => escaped.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => escaped.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn shows_what_would_steer_the_terminal() {
        for (text, expected) in [
            ("plain ü 漢", "plain ü 漢"),
            ("a\x1b[31mb", "a\\x1b[31mb"),
            ("a\nb\tc\r", "a\\nb\\tc\\r"),
            ("bell\x07 del\x7f csi\u{9b}", "bell\\x07 del\\x7f csi\\x9b"),
            ("\u{202e}txt", "\\u{202e}txt"),
        ] {
            assert_eq!(escape(text), expected);
        }
        assert_eq!(escape_lines("a\n\tb\x1b"), "a\n\tb\\x1b");
    }

    #[test]
    fn json_keeps_its_value() {
        let value = serde_json::json!({"a": "x\u{9b}y\u{202e}\x7f\x1b\n"});
        let text = escape_json(&format!("{value:#}"));
        assert!(text.is_ascii());
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
