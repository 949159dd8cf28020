//! The user's pager, for what is longer than the terminal is high.

use std::io::{self, Write as _};
use std::process::{Command, Stdio};

/// The pager unless the environment names one: it ends by itself if all fits, and lets colours through.
const USUAL: &str = "less -FIRX";

/// The command line of the pager; `None` if the user wants none.
pub(super) fn wanted(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let named = variable("PD_PAGER").or_else(|| variable("PAGER"));
    let line = named.unwrap_or_else(|| USUAL.to_owned());
    let line = line.trim();
    (!line.is_empty() && line != "cat").then(|| line.to_owned())
}

/// Shows `text` with the pager `line`; `false` if there is no such pager and nothing was shown.
///
/// # Errors
/// If nobody can be waited for.
pub(super) fn show(line: &str, text: &str) -> io::Result<bool> {
    let started = Command::new("sh").args(["-c", line]).stdin(Stdio::piped()).spawn();
    let Ok(mut pager) = started else { return Ok(false) };
    if let Some(mut pipe) = pager.stdin.take() {
        // Whoever has read enough quits early: no error.
        let _ = pipe.write_all(text.as_bytes());
    }
    let ended = pager.wait()?;
    // What a shell says if there is no such command, or it cannot be run.
    Ok(!matches!(ended.code(), Some(126 | 127)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_environment_says_which() {
        let check = |own: Option<&str>, common: Option<&str>, expected: Option<&str>| {
            let variable = |name: &str| {
                let value = if name == "PD_PAGER" { own } else { common };
                value.map(str::to_owned)
            };
            assert_eq!(wanted(variable).as_deref(), expected);
        };
        check(None, None, Some("less -FIRX"));
        check(None, Some("more"), Some("more"));
        check(Some("bat -p"), Some("more"), Some("bat -p"));
        check(Some(""), Some("more"), None);
        check(Some("cat"), None, None);
        check(None, Some(" "), None);
    }

    #[test]
    fn one_that_is_missing_or_quits_is_no_error() {
        let long = "a line\n".repeat(100_000);
        assert!(!show("/nowhere/pager 2>/dev/null", &long).unwrap());
        assert!(show("true", &long).unwrap(), "it has quit early");
    }
}
