//! Commands about secret addresses for calendar programs.

use super::check::{self, Errors};
use crate::domain::command::{Done, Rejection};
use crate::domain::id::FeedId;
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::incidents::fact::Fact;
use crate::domain::schedule::ask::NewFeed;
use crate::domain::schedule::{Feed, FeedOf};

const FEEDS_MAX: usize = 10_000;

pub(super) fn issue(draft: &mut Draft, new: &NewFeed) -> Result<Done, Rejection> {
    match new.of {
        FeedOf::User(user) => drop(check::user(draft, user)?),
        FeedOf::Schedule(schedule) => drop(check::schedule(draft, schedule)?),
    }
    let mut errors = Errors::default();
    errors.unless(new.sha256.len() == 64 && new.sha256.bytes().all(|b| b.is_ascii_hexdigit()), || {
        "sha256 must be 64 hex digits".to_owned()
    });
    let twice = draft.state.feeds.values().any(|feed| feed.sha256 == new.sha256);
    errors.unless(!twice, || "this secret exists already: draw another one".to_owned());
    errors.unless(draft.state.feeds.len() < FEEDS_MAX, || {
        format!("there are {FEEDS_MAX} feeds already: revoke some first")
    });
    errors.done()?;
    let object = check::next_object(draft)?;
    let sha256 = new.sha256.clone();
    draft.emit(Fact::FeedIssued(Feed { id: FeedId(object), sha256, of: new.of, created_at: draft.now }));
    Ok(Done::Object(object))
}

pub(super) fn revoke(draft: &mut Draft, id: FeedId) -> Result<Done, Rejection> {
    if !draft.state.feeds.contains_key(&id) {
        return Err(check::not_found("feed", id));
    }
    draft.emit(Fact::FeedRevoked { id });
    Ok(Done::Changed)
}
