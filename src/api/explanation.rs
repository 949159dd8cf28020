//! `GET /incidents/{id}/explanation`: why each person was paged about an incident, or was not.

use axum::extract::Path;

use super::context::Context;
use super::error::Reply;
use super::{reply, words_explained};
use crate::domain::proof::explanation::explain as people;
use crate::wire::rest::proof as wire;

/// How many people are told of, and how much of each.
const PEOPLE_MAX: usize = 1_000;
const REASONS_MAX: usize = 200;

/// `GET /incidents/{id}/explanation`
pub(super) async fn explain(cx: Context, Path(id): Path<String>) -> Reply {
    let found = cx.find(&id).await?;
    let incident = found.incident();
    let view = cx.view_of(found.closed())?;
    let people = people(&cx.state, incident, cx.parts().clock.now());
    let person = |person: &crate::domain::proof::explanation::Person| wire::Person {
        user: view.user_reference(person.user),
        paged: person.is_paged(),
        told: person.is_told(),
        reasons: person
            .reasons
            .iter()
            .take(REASONS_MAX)
            .map(|reason| {
                let (kind, summary) = words_explained::because(&view, incident, &reason.because);
                wire::Reason { at: reason.at.map(|at| at.to_iso()), kind: kind.to_owned(), summary }
            })
            .collect(),
    };
    reply::one(wire::Explanation {
        incident: view.incident_reference(incident),
        summary: words_explained::standing(&view, incident),
        people: people.iter().take(PEOPLE_MAX).map(person).collect(),
        more: people.len().saturating_sub(PEOPLE_MAX),
    })
}
