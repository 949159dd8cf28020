//! What `pd serve` says: where it listens and what to try on stdout, its log on stderr, and pages for the console.

use std::io::{self, IsTerminal as _, Write as _};

use tracing_subscriber::EnvFilter;

use crate::deliver::console::ConsoleSink;

/// Logs to stderr: `PD_LOG` says what, in the way of `RUST_LOG`; JSON if `PD_LOG_FORMAT=json`.
pub(super) fn log() {
    let filter =
        EnvFilter::try_from_env("PD_LOG").unwrap_or_else(|_| EnvFilter::new("info,rusqlite_migration=warn"));
    let json = std::env::var("PD_LOG_FORMAT").is_ok_and(|format| format == "json");
    let colour =
        io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(colour);
    // Only the first call in a process counts; tests may serve more than once.
    let _ = if json { builder.json().try_init() } else { builder.with_target(false).try_init() };
}

/// The terminal for pages; `None` if there is none.
pub(super) fn console() -> Option<ConsoleSink> {
    let out = io::stdout();
    let colour = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    out.is_terminal().then(|| ConsoleSink { out: Box::new(out), colour })
}

/// A line for whoever started the server.
pub(super) fn say(line: &str) {
    let mut out = io::stdout().lock();
    // A server whose terminal is gone serves on.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
