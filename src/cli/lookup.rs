//! Finds what people name: services, users, escalation policies, priorities.

use serde_json::Value;

use super::error::Complaint;
use super::output::escape;
use super::view::text;
use crate::client::{Client, Request, pages};
use crate::config::nearest;

/// How many are looked through at most.
const MOST: usize = 10_000;

/// The id of something in this collection (`services`), given itself, its name, or a user's e-mail address.
pub(super) async fn id(client: &Client, collection: &str, name: &str) -> anyhow::Result<String> {
    if is_id(name) {
        return Ok(name.to_owned());
    }
    let found = pages::list(client, &Request::get(format!("/{collection}")), collection, MOST).await?.items;
    let same = |value: &Value| text(value).eq_ignore_ascii_case(name);
    let named = |it: &&Value| same(&it["name"]) || same(&it["email"]);
    if let Some(it) = found.iter().find(named) {
        return Ok(text(&it["id"]).to_owned());
    }
    let names = found.iter().map(|it| text(&it["name"]));
    let hint = match nearest(name, names) {
        Some(meant) => format!("did you mean `{}`?", escape(meant)),
        None => format!("`pd api GET /{collection}` lists them"),
    };
    let what = one_of(collection);
    Err(Complaint::not_found(format!("no {what} is called `{}`", escape(name)), hint).into())
}

/// The ids of several.
pub(super) async fn ids(client: &Client, collection: &str, names: &[String]) -> anyhow::Result<Vec<String>> {
    let mut ids = Vec::with_capacity(names.len());
    for name in names {
        ids.push(id(client, collection, name).await?);
    }
    Ok(ids)
}

fn is_id(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    name.len() == 7 && name.starts_with('P') && name.chars().all(plain)
}

fn one_of(collection: &str) -> &str {
    match collection {
        "services" => "service",
        "users" => "user",
        "escalation_policies" => "escalation policy",
        "priorities" => "priority",
        other => other,
    }
}
