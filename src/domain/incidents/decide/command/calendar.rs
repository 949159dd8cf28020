//! Commands about calendars of absences.

use std::collections::BTreeSet;

use super::check::{self, Errors, LABEL_MAX};
use crate::domain::command::{Done, Rejection};
use crate::domain::id::CalendarId;
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::incidents::fact::Fact;
use crate::domain::schedule::ask::CalendarChange;
use crate::domain::schedule::{Calendar, TIME_MAX, TIME_MIN};

const CALENDARS_MAX: usize = 2_000;
const USERS_MAX: usize = 1_000;
/// How many events a calendar has at most, so that it fits into an entry of the journal.
const ABSENCES_MAX: usize = 2_000;

pub(super) fn create(draft: &mut Draft, change: &CalendarChange) -> Result<Done, Rejection> {
    let mut errors = Errors::default();
    errors.unless(change.name.is_some(), || "name cannot be empty: give the calendar a name".to_owned());
    errors
        .unless(change.users.is_some(), || "users cannot be empty: say whose absences these are".to_owned());
    errors.unless(change.absences.is_some(), || {
        "absences cannot be missing: say when the users are absent, or give the text of a calendar".to_owned()
    });
    errors.unless(draft.state.calendars.len() < CALENDARS_MAX, || {
        format!("there are {CALENDARS_MAX} calendars already: remove some first")
    });
    errors.done()?;
    check_change(draft, change)?;
    let object = check::next_object(draft)?;
    let bare = Calendar {
        id: CalendarId(object),
        name: "".into(),
        users: Vec::new(),
        absences: Vec::new(),
        read_at: draft.now,
        created_at: draft.now,
    };
    draft.emit(Fact::CalendarSet(Box::new(changed(draft, bare, change))));
    Ok(Done::Object(object))
}

pub(super) fn update(draft: &mut Draft, id: CalendarId, change: &CalendarChange) -> Result<Done, Rejection> {
    let old = draft.state.calendars.get(&id).cloned().ok_or_else(|| check::not_found("calendar", id))?;
    check_change(draft, change)?;
    let new = changed(draft, (*old).clone(), change);
    if new != *old {
        draft.emit(Fact::CalendarSet(Box::new(new)));
    }
    Ok(Done::Changed)
}

pub(super) fn delete(draft: &mut Draft, id: CalendarId) -> Result<Done, Rejection> {
    if !draft.state.calendars.contains_key(&id) {
        return Err(check::not_found("calendar", id));
    }
    draft.emit(Fact::CalendarRemoved { id });
    Ok(Done::Changed)
}

fn changed(draft: &Draft, mut calendar: Calendar, change: &CalendarChange) -> Calendar {
    let CalendarChange { name, users, absences } = change.clone();
    calendar.name = name.unwrap_or(calendar.name);
    if let Some(users) = users {
        let users: BTreeSet<_> = users.into_iter().collect();
        calendar.users = users.into_iter().collect();
    }
    // Reading the same again is no news.
    if let Some(mut absences) = absences {
        absences.sort_unstable();
        absences.dedup();
        if absences != calendar.absences {
            (calendar.absences, calendar.read_at) = (absences, draft.now);
        }
    }
    calendar
}

fn check_change(draft: &Draft, change: &CalendarChange) -> Result<(), Rejection> {
    let mut errors = Errors::default();
    if let Some(name) = &change.name {
        errors.name("name", name, LABEL_MAX);
    }
    if let Some(users) = &change.users {
        errors.unless((1..=USERS_MAX).contains(&users.len()), || {
            format!("{} users: give 1 to {USERS_MAX}", users.len())
        });
        for (index, user) in users.iter().enumerate() {
            errors.unless(draft.state.users.contains_key(user), || {
                format!("users[{index}]: no user with the id {user}")
            });
        }
    }
    if let Some(absences) = &change.absences {
        errors.unless(absences.len() <= ABSENCES_MAX, || {
            format!("{} events: at most {ABSENCES_MAX} are allowed", absences.len())
        });
        let sound =
            absences.iter().all(|span| !span.is_empty() && span.start >= TIME_MIN && span.end <= TIME_MAX);
        errors.unless(sound, || "an event ends before it begins, or is not between 1970 and 2200".to_owned());
    }
    errors.done()
}
