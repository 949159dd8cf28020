//! What the user chose before it began.

use jiff::tz::TimeZone;
use ratatui::style::Color;

use crate::domain::time::Timestamp;
use crate::tui::keys::Keymap;
use crate::tui::theme::{Name, Theme};

/// What the user chose before it began.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The context, or the address.
    pub server: String,
    /// All contexts that there are, by name.
    pub contexts: Vec<String>,
    pub theme: Theme,
    /// The context's own colour.
    pub accent: Option<Color>,
    pub icons: bool,
    /// Whether the terminal opens what is linked.
    pub links: bool,
    pub mouse: bool,
    pub read_only: bool,
    pub keymap: Keymap,
    /// Where the user's clock is.
    pub zone: TimeZone,
    /// Nobody else's: what the keys of requests begin with.
    pub seed: String,
    /// What went wrong before it began, to be said first.
    pub complaint: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            server: "default".to_owned(),
            contexts: Vec::new(),
            theme: Theme::of(Name::Default),
            accent: None,
            icons: true,
            links: false,
            mouse: false,
            read_only: false,
            keymap: Keymap::default(),
            zone: TimeZone::UTC,
            seed: "0000000000000000".to_owned(),
            complaint: None,
        }
    }
}

impl Settings {
    /// `12:01`, or `Jan 02 12:01` if it is not of today.
    pub fn clock(&self, at: Timestamp, now: Timestamp) -> String {
        let (at, now) = (self.zoned(at), self.zoned(now));
        match (at, now) {
            (Some(at), Some(now)) if at.date() == now.date() => at.strftime("%H:%M").to_string(),
            (Some(at), _) => at.strftime("%b %d %H:%M").to_string(),
            (None, _) => String::new(),
        }
    }

    /// `12:01:33`
    pub fn seconds(&self, at: Timestamp) -> String {
        self.zoned(at).map(|at| at.strftime("%H:%M:%S").to_string()).unwrap_or_default()
    }

    /// `2026-01-02 12:01:33`
    pub fn exact(&self, at: Timestamp) -> String {
        self.zoned(at).map(|at| at.strftime("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
    }

    /// By the user's clock.
    pub fn zoned(&self, at: Timestamp) -> Option<jiff::Zoned> {
        Some(jiff::Timestamp::from_millisecond(at.as_millis()).ok()?.to_zoned(self.zone.clone()))
    }
}
