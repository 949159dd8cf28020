//! `/users/{id}/contact_methods`

use std::sync::Arc;

use super::body::Body;
use super::context::Context;
use super::error::{Error, Reply};
use super::fields::id_in_path;
use super::reply;
use super::view::contact_kind;
use crate::configuration;
use crate::domain::command::{Ask, ContactMethodChange, Done, NewContactMethod};
use crate::domain::id::ContactMethodId;
use crate::domain::user::{Channel, ContactMethod, User};
use crate::wire::rest::contact_method::{self as wire, ContactMethodUpdate};
use crate::wire::rest::envelope::One;
use axum::extract::Path;

/// `GET /users/{id}/contact_methods`
pub(super) async fn list(cx: Context, Path(id): Path<String>) -> Reply {
    let user = cx.user(&id)?;
    let view = cx.view()?;
    reply::many(user.contact_methods.iter().map(|method| view.contact_method(&user, method)).collect())
}

/// `GET /users/{id}/contact_methods/{method_id}`
pub(super) async fn get(cx: Context, Path((id, method_id)): Path<(String, String)>) -> Reply {
    reply::one(show(&cx, &id, &method_id)?)
}

/// `POST /users/{id}/contact_methods`
pub(super) async fn create(
    mut cx: Context,
    Path(id): Path<String>,
    Body(One(new)): Body<One<ContactMethodUpdate>>,
) -> Reply {
    let user = cx.user(&id)?;
    let channel = channel(new.kind.as_deref())?;
    let address = address(channel, new.address.as_deref())?;
    let secret = new.secret.flatten().map(|secret| cx.seal(&user, &secret)).transpose()?;
    let method = Box::new(NewContactMethod {
        channel,
        label: new.label.filter(|label| !label.is_empty()).unwrap_or_else(|| default_label(channel)).into(),
        address: cx.seal(&user, &address)?,
        country_code: new.country_code.filter(|_| matches!(channel, Channel::Sms | Channel::Phone)),
        send_short_email: new.send_short_email.unwrap_or(false),
        secret: secret.filter(|_| channel == Channel::Webhook),
    });
    let done = cx.ask(Ask::CreateContactMethod { user: user.id, method }, Some(&id)).await?;
    let Done::Object(made) = done else {
        return Err(Error::internal("making a contact method came to something else"));
    };
    reply::created(show(&cx, &id, made.as_str())?)
}

/// `PUT /users/{id}/contact_methods/{method_id}`
pub(super) async fn update(
    mut cx: Context,
    Path((id, method_id)): Path<(String, String)>,
    Body(One(update)): Body<One<ContactMethodUpdate>>,
) -> Reply {
    let (user, method) = find(&cx, &id, &method_id)?;
    if update.kind.is_some() && channel(update.kind.as_deref())? != method.channel {
        return Err(Error::invalid(format!(
            "contact_method.type: this is a {} and stays one; make another instead",
            contact_kind(method.channel)
        )));
    }
    let address = update.address.map(|text| address(method.channel, Some(&text))).transpose()?;
    let address = match address.filter(|address| *address != cx.view_open(&user, &method.address)) {
        // The same address sealed anew would look like a change.
        None => None,
        Some(address) => Some(cx.seal(&user, &address)?),
    };
    let secret = match update.secret {
        None => None,
        Some(None) => Some(None),
        Some(Some(secret)) => Some(Some(cx.seal(&user, &secret)?)),
    };
    let change = Box::new(ContactMethodChange {
        label: update.label.map(Into::into),
        address,
        country_code: update.country_code.map(Some),
        send_short_email: update.send_short_email,
        secret,
    });
    let ask = Ask::UpdateContactMethod { user: user.id, id: method.id, change };
    cx.ask(ask, Some(&method_id)).await?;
    reply::one(show(&cx, &id, &method_id)?)
}

/// `DELETE /users/{id}/contact_methods/{method_id}`
pub(super) async fn delete(mut cx: Context, Path((id, method_id)): Path<(String, String)>) -> Reply {
    let (user, method) = find(&cx, &id, &method_id)?;
    cx.ask(Ask::DeleteContactMethod { user: user.id, id: method.id }, Some(&method_id)).await?;
    reply::nothing()
}

fn find(cx: &Context, user_id: &str, id: &str) -> Result<(Arc<User>, ContactMethod), Error> {
    let user = cx.user(user_id)?;
    let key: ContactMethodId = id_in_path("contact method", id)?;
    let method = user.contact_method(key).cloned().ok_or_else(|| Error::no_such("contact method", id))?;
    Ok((user, method))
}

fn show(cx: &Context, user_id: &str, id: &str) -> Result<wire::ContactMethod, Error> {
    let (user, method) = find(cx, user_id, id)?;
    Ok(cx.view()?.contact_method(&user, &method))
}

fn channel(kind: Option<&str>) -> Result<Channel, Error> {
    let known =
        [Channel::Email, Channel::Webhook, Channel::Console, Channel::Sms, Channel::Phone, Channel::Push];
    let kind = kind.ok_or_else(|| Error::invalid("contact_method: missing field `type`"))?;
    let bare = kind.strip_suffix("_reference").unwrap_or(kind);
    known.into_iter().find(|channel| contact_kind(*channel) == bare).ok_or_else(|| {
        let kinds = known.map(contact_kind).join(", ");
        Error::invalid(format!("contact_method.type: `{kind}` is not one of {kinds}"))
    })
}

fn default_label(channel: Channel) -> String {
    match channel {
        Channel::Email => "E-mail",
        Channel::Webhook => "Webhook",
        Channel::Console => "Console",
        Channel::Sms => "SMS",
        Channel::Phone => "Phone",
        Channel::Push => "Push",
    }
    .to_owned()
}

fn address(channel: Channel, text: Option<&str>) -> Result<String, Error> {
    configuration::address(channel, text.unwrap_or(""))
        .map_err(|error| Error::invalid(format!("contact_method.address: {error}")))
}
