//! What commands about named things share: lists of them, and what must be said before one is deleted.

use http::Method;
use serde_json::{Value, json};

use super::dry::Dry;
use super::error::{Complaint, Exit};
use super::named::{self, Kind};
use super::output::{Cell, Column, Moment, escape};
use super::session::Session;
use super::view::{items, text};
use crate::client::{Client, Request, pages};

/// How many are listed at most.
const MOST: usize = 10_000;

/// A column that is always shown.
pub(super) const fn column(title: &'static str, cell: fn(&Value, &Moment) -> Cell) -> Column {
    Column { title, wide: false, gives_way: false, cell }
}

/// A column that is always shown, and gives way.
pub(super) const fn narrow(title: &'static str, cell: fn(&Value, &Moment) -> Cell) -> Column {
    Column { title, wide: false, gives_way: true, cell }
}

/// A column that only the wide form has.
pub(super) const fn wide(title: &'static str, cell: fn(&Value, &Moment) -> Cell) -> Column {
    Column { title, wide: true, gives_way: false, cell }
}

/// The text of a field.
pub(super) fn field(thing: &Value, name: &str) -> Cell {
    Cell::new(text(&thing[name]))
}

/// What a reference, or each of several, is called.
pub(super) fn names(references: &Value) -> String {
    if references.is_object() {
        return text(&references["summary"]).to_owned();
    }
    items(references).map(|it| text(&it["summary"])).collect::<Vec<_>>().join(", ")
}

/// Lists what is of a kind, all of it or what has `part` in its name.
pub(super) async fn list(
    session: &mut Session,
    kind: Kind,
    part: Option<String>,
    columns: &[Column],
) -> anyhow::Result<Exit> {
    session.out.expect_columns(columns)?;
    let client = session.client().await?;
    let mut request = Request::get(format!("/{}", kind.collection));
    if let Some(part) = part {
        request = request.with("query", part);
    }
    let listed = pages::list(&client, &request, kind.collection, MOST).await?;
    session.out.expect_long();
    session.list(kind.one, &listed.items, columns, &format!("no {}", kind.collection.replace('_', " ")))
}

/// What is said before something goes for good.
#[derive(Debug, clap::Args)]
pub(super) struct Farewell {
    /// Its name, typed once more: nobody is asked for it then
    #[arg(long, value_name = "NAME")]
    confirm: Option<String>,
    #[command(flatten)]
    dry: Dry,
}

/// Deletes what is called `name`, once it was named again.
pub(super) async fn delete(
    session: &mut Session,
    kind: Kind,
    name: &str,
    farewell: &Farewell,
) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let thing = named::find(&client, kind, name).await?;
    let called = thing["name"].as_str().unwrap_or_else(|| text(&thing["label"])).to_owned();
    let shown = escape(&called);
    if let Some(exit) =
        farewell.dry.says(session, kind.one, &thing, &format!("delete the {} {shown}", kind.what))?
    {
        return Ok(exit);
    }
    let typed = match &farewell.confirm {
        Some(typed) => typed.clone(),
        None if session.out.can_ask() => {
            let question =
                format!("This deletes the {} {shown} for good. Type its name to go on:", kind.what);
            session.out.ask(&question)?
        }
        None => {
            let message = format!("deleting the {} {shown} needs its name once more", kind.what);
            return Err(Complaint::usage(message, format!("add --confirm '{shown}'")).into());
        }
    };
    if typed != called && typed != text(&thing["id"]) {
        let message = format!("`{}` is not the name of the {} {shown}", escape(&typed), kind.what);
        return Err(Complaint::usage(message, "nothing was deleted").into());
    }
    remove(session, &client, kind, &thing).await?;
    done(session, kind, &thing, &format!("deleted the {} {shown}", kind.what))
}

/// Has it deleted.
async fn remove(session: &Session, client: &Client, kind: Kind, thing: &Value) -> anyhow::Result<()> {
    let path = format!("/{}/{}", kind.collection, text(&thing["id"]));
    let request = Request::command(Method::DELETE, path, json!({})).with_key(session.fresh_key());
    client.send(&request).await?;
    Ok(())
}

/// Deletes what has this id and no name, and says so.
pub(super) async fn delete_by_id(
    session: &mut Session,
    (one, collection): (&str, &str),
    id: &str,
    dry: Dry,
    (what, said): (&str, &str),
) -> anyhow::Result<Exit> {
    let client = session.client().await?;
    let path = format!("/{collection}/{id}");
    let gone = json!({"id": id, "type": one});
    dry.finds(&client, &path).await?;
    if let Some(exit) = dry.says(session, one, &gone, what)? {
        return Ok(exit);
    }
    client.send(&Request::command(Method::DELETE, path, json!({})).with_key(session.fresh_key())).await?;
    let now = session.now();
    session.out.object(one, &gone, |_| said.to_owned(), now)?;
    Ok(Exit::Ok)
}

/// Prints what was done with one.
pub(super) fn done(session: &mut Session, kind: Kind, thing: &Value, said: &str) -> anyhow::Result<Exit> {
    let now = session.now();
    session.out.object(kind.one, thing, |_| said.to_owned(), now)?;
    Ok(Exit::Ok)
}
