//! All that the screen shows, and nothing else: the view is a function of it.

#![allow(missing_docs, reason = "the names say what they are")]

pub mod act;
pub mod data;
pub mod detail;
pub mod filter;
pub mod heat;
pub mod incident;
pub mod link;
pub mod list;
pub mod overlay;
pub mod pane;
pub mod read;
pub mod roster;
pub mod settings;

use super::message::Command;
use crate::domain::time::Timestamp;

pub use act::{Act, Acts, Deed};
pub use data::Data;
pub use detail::{Detail, Timelines};
pub use filter::Filter;
pub use incident::{Incident, Status};
pub use link::Link;
pub use list::{List, Sort};
pub use overlay::Overlay;
pub use pane::Pane;
pub use roster::Roster;
pub use settings::Settings;

/// What fills the screen below the header.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Screen {
    #[default]
    Incidents,
    Oncall,
    Services,
    Notifications,
    Rate,
    Nodes,
}

impl Screen {
    pub const ALL: [Self; 6] =
        [Self::Incidents, Self::Oncall, Self::Services, Self::Notifications, Self::Rate, Self::Nodes];

    /// As the palette and the header call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Incidents => "incidents",
            Self::Oncall => "oncall",
            Self::Services => "services",
            Self::Notifications => "notifications",
            Self::Rate => "rate",
            Self::Nodes => "nodes",
        }
    }

    /// Shorter names for the palette.
    pub fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::Incidents => &["in", "inc"],
            Self::Oncall => &["oc", "on-call"],
            Self::Services => &["svc", "se"],
            Self::Notifications => &["no", "log"],
            Self::Rate => &["ra", "traffic"],
            Self::Nodes => &["nd", "status"],
        }
    }
}

/// Where keys that move go, on the screen of incidents.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Focus {
    #[default]
    List,
    Timeline,
}

/// How much of the screen the focused pane has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Expanded {
    #[default]
    Both,
    Focused,
}

/// A line about what was done, or what went wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    pub text: String,
    pub bad: bool,
    pub at: Timestamp,
}

/// All that the screen shows.
#[derive(Clone, Debug)]
pub struct Model {
    pub now: Timestamp,
    pub width: u16,
    pub height: u16,
    pub settings: Settings,
    pub data: Data,
    pub link: Link,
    pub screen: Screen,
    pub focus: Focus,
    pub expanded: Expanded,
    /// The incidents in their order, with cursor, filter and selection.
    pub list: List,
    pub timelines: Timelines,
    /// The incident that is shown whole, over the list.
    pub detail: Option<Detail>,
    pub overlay: Option<Overlay>,
    pub notice: Option<Notice>,
    pub acts: Acts,
    pub oncall: Pane,
    /// Who is on call when.
    pub roster: Roster,
    pub services: Pane,
    pub notifications: Pane,
    pub rate: Pane,
    pub nodes: Pane,
    /// Whether the terminal has the focus, as far as it says so.
    pub watched: bool,
    /// How it was asked to end although acts wait: the second time it does.
    pub leaving: Option<Command>,
    pub quit: bool,
}

impl Model {
    pub fn new(settings: Settings, now: Timestamp) -> Self {
        Self {
            now,
            width: 80,
            height: 24,
            acts: Acts::new(&settings.seed),
            data: Data::default(),
            link: Link::Connecting { since: now },
            screen: Screen::default(),
            focus: Focus::default(),
            expanded: Expanded::default(),
            list: List::default(),
            timelines: Timelines::default(),
            detail: None,
            overlay: None,
            notice: settings.complaint.clone().map(|text| Notice { text, bad: true, at: now }),
            oncall: Pane::default(),
            roster: Roster::default(),
            services: Pane::default(),
            notifications: Pane::default(),
            rate: Pane::default(),
            nodes: Pane::default(),
            watched: true,
            leaving: None,
            quit: false,
            settings,
        }
    }

    /// The state of a screen that has no more than a cursor and a filter.
    pub fn pane(&self) -> Option<&Pane> {
        match self.screen {
            Screen::Incidents => None,
            Screen::Oncall => Some(&self.oncall),
            Screen::Services => Some(&self.services),
            Screen::Notifications => Some(&self.notifications),
            Screen::Rate => Some(&self.rate),
            Screen::Nodes => Some(&self.nodes),
        }
    }

    /// The same, to be changed.
    pub fn pane_mut(&mut self) -> Option<&mut Pane> {
        match self.screen {
            Screen::Incidents => None,
            Screen::Oncall => Some(&mut self.oncall),
            Screen::Services => Some(&mut self.services),
            Screen::Notifications => Some(&mut self.notifications),
            Screen::Rate => Some(&mut self.rate),
            Screen::Nodes => Some(&mut self.nodes),
        }
    }

    /// The filter of the screen.
    pub fn filter(&self) -> &Filter {
        self.pane().map_or(&self.list.filter, |pane| &pane.filter)
    }

    /// The incident under the cursor, or the one that is shown whole.
    pub fn current(&self) -> Option<&Incident> {
        let number = self.detail.as_ref().map(|detail| detail.number).or(self.list.cursor)?;
        self.data.incidents.get(&number)
    }

    /// Why incidents cannot be changed; none if they can.
    pub fn read_only(&self) -> Option<&'static str> {
        if self.settings.read_only {
            return Some("read-only");
        }
        let refused = self.data.hello.as_ref().is_some_and(|hello| !hello.may_act);
        refused.then_some("read-only token")
    }

    /// Whether what is shown may be out of date.
    pub fn is_stale(&self) -> bool {
        !matches!(self.link, Link::Live) && self.data.as_of.is_some()
    }

    /// Says something in the line of messages.
    pub fn say(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), bad: false, at: self.now });
    }

    /// Says what went wrong.
    pub fn complain(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), bad: true, at: self.now });
    }
}
