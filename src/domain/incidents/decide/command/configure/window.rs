//! A maintenance window as it is wanted.

use super::super::{check, maintenance};
use super::service_id;
use crate::domain::command::Rejection;
use crate::domain::incident::Agent;
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::maintenance::WindowChange;
use crate::domain::wanted::WantedWindow;

pub(super) fn make(draft: &mut Draft, by: Agent, wanted: &WantedWindow) -> Result<(), Rejection> {
    let names = wanted.services.iter().enumerate();
    let services = names
        .map(|(n, name)| service_id(draft, name, &format!("services[{n}]")))
        .collect::<Result<Vec<_>, _>>()?;
    let change = WindowChange {
        description: Some(wanted.description.clone()),
        services: Some(services),
        ..wanted.change.clone()
    };
    let mut same = draft
        .state
        .windows
        .values()
        .filter(|it| !it.is_past(draft.now) && check::same_name(&it.description, &wanted.description));
    let Some(known) = same.nth(wanted.nth).cloned() else {
        return maintenance::create(draft, by, &change).map(|_| ());
    };
    // Times that are as they were are no change: a window that comes again has moved on by itself.
    let change = WindowChange {
        start: change
            .start
            .filter(|at| change.weekly.as_ref().is_none_or(Option::is_none) && *at != known.start),
        end: change.end.filter(|at| *at != known.end),
        weekly: change.weekly.filter(|weekly| *weekly != known.weekly),
        ..change
    };
    maintenance::update(draft, known.id, &change).map(|_| ())
}
