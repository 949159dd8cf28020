//! Things that people name: users, schedules, policies, by id, name or e-mail address.

use serde_json::Value;

use super::error::Complaint;
use super::output::escape;
use super::view::text;
use crate::client::{Client, Request, pages};
use crate::config::nearest;

/// A kind of thing that has a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Kind {
    /// In sentences: `schedule`.
    what: &'static str,
    /// In paths: `schedules`.
    collection: &'static str,
}

pub(super) const USER: Kind = Kind { what: "user", collection: "users" };
pub(super) const SCHEDULE: Kind = Kind { what: "schedule", collection: "schedules" };
pub(super) const POLICY: Kind = Kind { what: "escalation policy", collection: "escalation_policies" };

/// The thing itself.
///
/// # Errors
/// None or several have that name.
pub(super) async fn find(client: &Client, kind: Kind, name: &str) -> anyhow::Result<Value> {
    let request = Request::get(format!("/{}", kind.collection));
    let found = pages::list(client, &request, kind.collection, 10_000).await?.items;
    let is = |it: &&Value| {
        let same = |field: &str| text(&it[field]).to_lowercase() == name.to_lowercase();
        text(&it["id"]) == name || same("name") || same("email")
    };
    if let Some(one) = found.iter().find(is) {
        return Ok(one.clone());
    }
    // A part of the name is enough if it is the part of one only.
    let part = name.to_lowercase();
    let mut near = found.iter().filter(|it| text(&it["name"]).to_lowercase().contains(&part));
    match (near.next(), near.next()) {
        (Some(one), None) if !part.is_empty() => return Ok(one.clone()),
        (Some(one), Some(other)) if !part.is_empty() => {
            let (one, other) = (escape(text(&one["name"])), escape(text(&other["name"])));
            let message = format!("`{}` may be {one} or {other}", escape(name));
            return Err(Complaint::usage(message, "give the whole name, or the id").into());
        }
        _ => {}
    }
    let hint = match nearest(name, found.iter().map(|it| text(&it["name"]))) {
        Some(meant) => format!("did you mean `{}`?", escape(meant)),
        None => format!("`pd api GET /{}` lists them", kind.collection),
    };
    Err(Complaint::not_found(format!("no {} is called `{}`", kind.what, escape(name)), hint).into())
}

/// Their ids.
pub(super) async fn ids(client: &Client, kind: Kind, names: &[String]) -> anyhow::Result<Vec<String>> {
    let mut ids = Vec::with_capacity(names.len());
    for name in names {
        ids.push(text(&find(client, kind, name).await?["id"]).to_owned());
    }
    Ok(ids)
}
