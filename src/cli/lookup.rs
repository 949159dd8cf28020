//! The ids of what is in a collection of the API, by what people call it.

use super::error::Complaint;
use super::named::{self, Kind};
use super::view::text;
use crate::client::{self, Client, Request, incidents};

/// The id of the user whose token it is.
pub(super) async fn me(client: &Client) -> anyhow::Result<String> {
    match client.send(&Request::get("/users/me")).await {
        Ok(answer) => Ok(text(&incidents::take(answer.json()?, "user", &answer.url)?["id"]).to_owned()),
        Err(client::Error::Refused { .. }) => {
            let message = "the token is nobody's: it is one of the account";
            Err(Complaint::usage(message, "use the token of a user: `pd key create LABEL --user USER`")
                .into())
        }
        Err(error) => Err(error.into()),
    }
}

/// The id of something in this collection (`services`), given itself, its name, or a user's e-mail address; the beginning
/// is enough if it is that of one only.
pub(super) async fn id(client: &Client, collection: &'static str, name: &str) -> anyhow::Result<String> {
    named::id(client, kind(collection), name).await
}

/// The ids of several.
pub(super) async fn ids(
    client: &Client,
    collection: &'static str,
    names: &[String],
) -> anyhow::Result<Vec<String>> {
    named::ids(client, kind(collection), names).await
}

fn kind(collection: &'static str) -> Kind {
    let other = Kind { what: collection, collection, one: collection, list: "pd api GET" };
    named::kind_of(collection).unwrap_or(other)
}
