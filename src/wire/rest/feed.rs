//! Additions of `pd`: secret addresses under which calendar programs read shifts, and calendars of absences.

use serde::{Deserialize, Serialize};

use super::envelope::named;
use super::reference::{Ref, Reference, headed};

/// A secret address.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Feed {
    #[serde(flatten)]
    pub head: Reference,
    /// Whose shifts it shows: a user or a schedule.
    pub of: Reference,
    pub created_at: String,
    /// The address itself: in the answer that made it, and never again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

named! { Feed: "feed", "feeds"; }
headed!(Feed);

/// A secret address that is to be made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FeedCreate {
    /// A reference to a user or a schedule.
    pub of: Ref,
}

named! { FeedCreate: "feed", "feeds"; }

/// A calendar of absences.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Calendar {
    #[serde(flatten)]
    pub head: Reference,
    pub name: String,
    /// Who is absent while it has an event.
    pub users: Vec<Reference>,
    pub absences: Vec<Absence>,
    pub read_at: String,
}

named! { Calendar: "calendar", "calendars"; }
headed!(Calendar);

/// When the users of a calendar are absent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Absence {
    pub start: String,
    pub end: String,
}

/// What a calendar is to be. Of `absences` and `ical` at most one is given.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct CalendarUpdate {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<Vec<Ref>>,
    /// When its users are absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absences: Option<Vec<Absence>>,
    /// Its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ical: Option<String>,
    /// In which zone whole days and times without a zone are meant; not given: the calendar's own, or UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

named! { CalendarUpdate: "calendar", "calendars"; }
