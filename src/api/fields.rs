//! Fields of requests that mean the same everywhere.

use std::str::FromStr;
use std::time::Duration;

use super::error::Error;
use crate::domain::user::Urgency;
use crate::wire::rest::incident;
use crate::wire::rest::reference::Ref;

/// The id that a reference in the field `path` names.
pub(crate) fn id_of<T: FromStr<Err: std::fmt::Display>>(path: &str, reference: &Ref) -> Result<T, Error> {
    reference.id.parse().map_err(|error| Error::invalid(format!("{path}.id: {error}")))
}

/// The ids that references in the list `path` name.
pub(crate) fn ids_of<'a, T: FromStr<Err: std::fmt::Display>>(
    path: &str,
    references: impl Iterator<Item = &'a Ref>,
) -> Result<Vec<T>, Error> {
    references.enumerate().map(|(index, it)| id_of(&format!("{path}[{index}]"), it)).collect()
}

/// The id in the path of a `what`. One that cannot be an id does not exist.
pub(crate) fn id_in_path<T: FromStr>(what: &str, id: &str) -> Result<T, Error> {
    id.parse().map_err(|_| Error::no_such(what, id))
}

/// As the rules have it.
pub(crate) fn urgency_of(urgency: incident::Urgency) -> Urgency {
    match urgency {
        incident::Urgency::High => Urgency::High,
        incident::Urgency::Low => Urgency::Low,
    }
}

/// A time-out in seconds, where null and 0 switch it off.
pub(crate) fn timeout(seconds: Option<Option<u64>>) -> Option<Option<Duration>> {
    seconds.map(|seconds| seconds.filter(|seconds| *seconds > 0).map(Duration::from_secs))
}

/// Whether `text` contains `query`, regardless of case.
pub(crate) fn contains(text: &str, query: &str) -> bool {
    text.to_lowercase().contains(&query.to_lowercase())
}

/// Sorts by name for `sort_by=name`, regardless of case; anything else that is asked for is refused.
pub(crate) fn sort_by_name<T>(
    list: &mut [T],
    sort_by: Option<&str>,
    name: impl Fn(&T) -> &str,
) -> Result<(), Error> {
    match sort_by {
        None => {}
        Some("name" | "name:asc") => list.sort_by_cached_key(|item| name(item).to_lowercase()),
        Some("name:desc") => list.sort_by_cached_key(|item| std::cmp::Reverse(name(item).to_lowercase())),
        Some(other) => {
            return Err(Error::invalid(format!(
                "sort_by: `{other}` is not one of name, name:asc, name:desc"
            )));
        }
    }
    Ok(())
}
