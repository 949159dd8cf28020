//! Text on cells: what others wrote must not steer the terminal, and a line has only so many columns.

use ratatui::style::Style;
use ratatui::text::Span;

use crate::domain::time::Timestamp;

/// Whether a terminal may act on `c`, or show the text around it in another order.
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// `text` on one line, with what would steer the terminal shown as a mark.
pub fn clean(text: &str) -> String {
    let shown = |c| match c {
        '\n' | '\r' | '\t' => ' ',
        c if is_control(c) => '\u{fffd}',
        c => c,
    };
    text.chars().map(shown).collect()
}

/// The columns that `text` takes.
pub fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { Span::raw(text).width() }
}

/// The beginning of `text` that fits into `columns`, and how many of these it takes; wide and combining characters are
/// not torn.
fn beginning(text: &str, columns: usize) -> (&str, usize) {
    if text.is_ascii() {
        let end = text.len().min(columns);
        return (&text[..end], end);
    }
    let span = Span::raw(text);
    let (mut end, mut taken) = (0, 0);
    for grapheme in span.styled_graphemes(Style::new()) {
        let wide = width_of(grapheme.symbol);
        if taken + wide > columns {
            break;
        }
        taken += wide;
        end += grapheme.symbol.len();
    }
    // Characters that are not shown are left out of what is iterated over, so that the count of bytes may lag.
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    (&text[..end], taken)
}

fn width_of(symbol: &str) -> usize {
    Span::raw(symbol).width()
}

/// `text` in at most `columns`; the end is replaced by `…` if it is too long.
pub fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    if columns == 0 {
        return String::new();
    }
    let (kept, _) = beginning(text, columns - 1);
    format!("{}…", kept.trim_end())
}

/// `text` in exactly `columns`, to the left.
pub fn fit(text: &str, columns: usize) -> String {
    let mut fitted = cut(text, columns);
    fitted.extend(std::iter::repeat_n(' ', columns.saturating_sub(width(&fitted))));
    fitted
}

/// `text` in exactly `columns`, to the right.
pub fn fit_right(text: &str, columns: usize) -> String {
    let fitted = cut(text, columns);
    let gap = columns.saturating_sub(width(&fitted));
    " ".repeat(gap) + &fitted
}

/// `text` in lines of at most `columns`, broken at spaces where there are some.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = vec![String::new()];
    let mut taken = 0;
    for word in text.split(' ') {
        let mut rest = word;
        let gap = usize::from(taken > 0);
        if taken + gap + width(rest) > columns && taken > 0 {
            lines.push(String::new());
            taken = 0;
        }
        while width(rest) > columns {
            let (kept, _) = beginning(rest, columns);
            // A character wider than the line is left out.
            let kept =
                if kept.is_empty() { &rest[..rest.chars().next().map_or(0, char::len_utf8)] } else { kept };
            if let Some(last) = lines.last_mut() {
                last.push_str(kept);
            }
            lines.push(String::new());
            rest = &rest[kept.len()..];
        }
        if let Some(last) = lines.last_mut() {
            if taken > 0 {
                last.push(' ');
                taken += 1;
            }
            last.push_str(rest);
            taken += width(rest);
        }
    }
    lines
}

/// How long ago, in one number: `45s`, `12m`, `3h`, `9d`.
pub fn age(now: Timestamp, at: Timestamp) -> String {
    span(now.since(at).as_secs())
}

/// A span in its largest whole unit.
pub fn span(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m", seconds / 60),
        3600..86_400 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// A span as a clock shows it: `00:42`, `1:02:03`.
pub fn stopwatch(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes:02}:{seconds:02}")
    }
}

/// `1 incident`, `2 incidents`.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(
            clean("a\x1b[31mb\nc\u{202e}d\u{200d}e\x07"),
            "a\u{fffd}[31mb c\u{fffd}d\u{fffd}e\u{fffd}"
        );
        assert_eq!(clean("plain ü 漢"), "plain ü 漢");
    }

    #[test]
    fn fits_by_columns_not_by_characters() {
        for (text, columns, expected) in [
            ("plain", 7, "plain  "),
            ("plain", 4, "pla…"),
            ("漢字漢字", 6, "漢字… "),
            ("漢字", 4, "漢字"),
            ("e\u{301}e\u{301}e\u{301}", 3, "e\u{301}e\u{301}e\u{301}"),
            ("", 2, "  "),
            ("x", 0, ""),
        ] {
            assert_eq!(fit(text, columns), expected, "{text} in {columns}");
        }
        assert_eq!(fit_right("7", 3), "  7");
    }

    #[test]
    fn wraps_words_and_breaks_what_is_longer() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("漢字漢", 4), ["漢字", "漢"]);
        assert_eq!(wrap("", 4), [""]);
    }

    #[test]
    fn says_spans_shortly() {
        assert_eq!((span(59), span(60), span(7199)), ("59s".into(), "1m".into(), "1h".into()));
        assert_eq!((stopwatch(42), stopwatch(3723)), ("00:42".into(), "1:02:03".into()));
    }
}
