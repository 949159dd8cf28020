//! What happens to the model, and what the model wants done.

#![allow(missing_docs, reason = "the names say what they are")]

use std::time::Duration;

use crossterm::event::{KeyEvent, MouseEvent};

use super::model::act::{Act, Target};
use super::model::data::LogLine;
use super::model::detail::Alert;
use super::model::overlay::Assignee;
use super::model::roster::{Answer, Window};
use crate::domain::time::Timestamp;
use crate::wire::stream::Change;

/// What happens.
#[derive(Clone, Debug)]
pub enum Message {
    /// It is so late now. Comes before others, and each second.
    Tick(Timestamp),
    Key(KeyEvent),
    Paste(String),
    Mouse(MouseEvent),
    Resize(u16, u16),
    /// Whether the terminal has the focus.
    Focus(bool),
    /// The server said something.
    Change(Change),
    /// The connection ended, or was not made; the next attempt is in so long.
    Lost {
        reason: String,
        retry_in: Duration,
    },
    /// The server does not accept the token.
    Refused {
        reason: String,
    },
    Timeline {
        number: u64,
        result: Result<Vec<LogLine>, String>,
    },
    Alerts {
        number: u64,
        result: Result<Vec<Alert>, String>,
    },
    Assignees(Result<Vec<Assignee>, String>),
    /// Who is on call when; or why that is not known, and after how long to ask again.
    Roster {
        window: Window,
        result: Result<Answer, (String, Duration)>,
    },
    Acted {
        ticket: u64,
        outcome: Outcome,
    },
    /// What was written in the editor; none: nothing.
    Written {
        targets: Vec<Target>,
        text: Result<Option<String>, String>,
    },
    /// Something of the outside world was done, or not.
    Said {
        text: String,
        bad: bool,
    },
}

/// What came of an act.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The server did it; what it said, if that is more than that.
    Done(Option<String>),
    /// The server is away: again after so long.
    Away { reason: String, again_in: Duration },
    /// The server refused.
    Failed(String),
}

/// What is to be done in the outside world.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    Quit,
    /// Quit, and begin again with another context.
    Turn(String),
    /// Back to the shell, until it continues.
    Suspend,
    /// Draw everything anew.
    Redraw,
    /// Connect again now.
    Reconnect,
    Timeline {
        number: u64,
        id: String,
    },
    Alerts {
        number: u64,
        id: String,
    },
    Assignees,
    /// Who is on call when; so many attempts have failed.
    Roster {
        window: Window,
        tries: u32,
    },
    Act(Act),
    /// Have a note written in the editor.
    Write {
        targets: Vec<Target>,
        about: String,
    },
    /// Show an address in the browser.
    Browse(String),
    /// Put a text on the clipboard.
    Copy(String),
}
