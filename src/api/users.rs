//! `/users`

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde_json::json;

use super::body::Body;
use super::context::Context;
use super::error::{Error, Reply};
use super::fields::{contains, id_in_path};
use super::reply;
use super::teams::OfTeams;
use crate::configuration;
use crate::domain::command::{Ask, Done, NewUser, UserChange};
use crate::domain::id::UserId;
use crate::domain::sealed::Sealed;
use crate::domain::user::{Role, User};
use crate::wire::rest::envelope::One;
use crate::wire::rest::user::{self as wire, UserUpdate};

impl Context {
    /// The user with this id.
    pub(super) fn user(&self, id: &str) -> Result<Arc<User>, Error> {
        let key: UserId = id_in_path("user", id)?;
        self.state.users.get(&key).cloned().ok_or_else(|| Error::no_such("user", id))
    }
}

/// `GET /users`, by name
pub(super) async fn list(cx: Context) -> Reply {
    let view = cx.view()?;
    let teams = OfTeams::of(&cx.query, &cx.state)?;
    let query = cx.query.one("query");
    let mut users: Vec<&Arc<User>> = cx
        .state
        .users
        .values()
        .filter(|user| {
            teams.has_user(user.id)
                && query.is_none_or(|query| {
                    contains(&user.name, query) || contains(&view.open(user, &user.email), query)
                })
        })
        .collect();
    users.sort_by_cached_key(|user| (user.name.to_lowercase(), user.id));
    let (users, page) = cx.query.page()?.cut(users);
    reply::paged(users.into_iter().map(|user| view.user(user)).collect(), page)
}

/// `GET /users/{id}`
pub(super) async fn get(cx: Context, Path(id): Path<String>) -> Reply {
    let user = cx.user(&id)?;
    reply::one(cx.view()?.user(&user))
}

/// `GET /users/me`: the user that the token acts as. For a token of the account the error is a text, in which clients
/// look for this very phrase.
pub(super) async fn me(cx: Context) -> Result<Response, Error> {
    match cx.token.user {
        Some(id) => reply::one(cx.view()?.user(cx.user(&id.to_string())?.as_ref())),
        None => Ok(reply::json(
            StatusCode::BAD_REQUEST,
            &json!({"error": "The current user cannot be determined from an account-level access token"}),
        )),
    }
}

/// `GET /users/{id}/license`
pub(super) async fn license(cx: Context, Path(id): Path<String>) -> Reply {
    cx.user(&id)?;
    reply::one(super::small::license(&cx, None)?)
}

/// `POST /users`
pub(super) async fn create(mut cx: Context, Body(One(new)): Body<One<UserUpdate>>) -> Reply {
    let missing = |name: &str| Error::invalid(format!("user: missing field `{name}`"));
    let email = email(&new.email.ok_or_else(|| missing("email"))?)?;
    let parts = cx.parts();
    let key = parts.keyring.new_user_key(&*parts.ids);
    let ask = Ask::CreateUser(Box::new(NewUser {
        name: new.name.ok_or_else(|| missing("name"))?.into(),
        email: parts.keyring.seal(&key, &email, &*parts.ids).map_err(|e| Error::internal(e.to_string()))?,
        key,
        role: new.role.map_or(Role::User, role_of),
        time_zone: time_zone(new.time_zone.unwrap_or_else(|| "UTC".to_owned()))?.into(),
        job_title: new.job_title.flatten().map(Into::into),
        description: new.description.flatten().map(Into::into),
        color: new.color.map(Into::into),
    }));
    let Done::Object(id) = cx.ask(ask, None).await? else {
        return Err(Error::internal("making a user came to something else"));
    };
    let user = cx.user(id.as_str())?;
    reply::created(cx.view()?.user(&user))
}

/// `PUT /users/{id}`
pub(super) async fn update(
    mut cx: Context,
    Path(id): Path<String>,
    Body(One(update)): Body<One<UserUpdate>>,
) -> Reply {
    let user = cx.user(&id)?;
    let email = update.email.map(|text| email(&text)).transpose()?;
    let email = match email.filter(|email| *email != cx.view_open(&user, &user.email)) {
        // The same address sealed anew would look like a change.
        None => None,
        Some(email) => Some(cx.seal(&user, &email)?),
    };
    let change = Box::new(UserChange {
        name: update.name.map(Into::into),
        email,
        role: update.role.map(role_of),
        time_zone: update.time_zone.map(time_zone).transpose()?.map(Into::into),
        job_title: update.job_title.map(|text| text.map(Into::into)),
        description: update.description.map(|text| text.map(Into::into)),
        color: update.color.map(Into::into),
    });
    cx.ask(Ask::UpdateUser { id: user.id, change }, Some(&id)).await?;
    let user = cx.user(&id)?;
    reply::one(cx.view()?.user(&user))
}

/// `DELETE /users/{id}`
pub(super) async fn delete(mut cx: Context, Path(id): Path<String>) -> Reply {
    let user = cx.user(&id)?.id;
    cx.ask(Ask::DeleteUser { id: user }, Some(&id)).await?;
    reply::nothing()
}

impl Context {
    /// A user's contact data in clear; empty if it cannot be opened.
    pub(super) fn view_open(&self, user: &User, sealed: &Sealed) -> String {
        self.parts().keyring.open(&user.key, sealed).unwrap_or_default()
    }

    /// Seals a user's contact data.
    pub(super) fn seal(&self, user: &User, plain: &str) -> Result<Sealed, Error> {
        let parts = self.parts();
        parts.keyring.seal(&user.key, plain, &*parts.ids).map_err(|error| Error::internal(error.to_string()))
    }
}

/// An e-mail address, roughly: whether it works is for the mail servers to say.
fn email(text: &str) -> Result<String, Error> {
    configuration::email(text).map_err(|error| Error::invalid(format!("email: {error}")))
}

fn time_zone(name: String) -> Result<String, Error> {
    match jiff::tz::TimeZone::get(&name) {
        Ok(_) => Ok(name),
        Err(_) => Err(Error::invalid(format!(
            "user.time_zone: `{name}` is not a time zone; expected one such as Europe/Berlin"
        ))),
    }
}

/// As the rules have it.
pub(super) fn role_of(role: wire::Role) -> Role {
    match role {
        wire::Role::Owner => Role::Owner,
        wire::Role::Admin => Role::Admin,
        wire::Role::User => Role::User,
        wire::Role::LimitedUser => Role::LimitedUser,
        wire::Role::Observer => Role::Observer,
        wire::Role::ReadOnlyUser => Role::ReadOnlyUser,
        wire::Role::ReadOnlyLimitedUser => Role::ReadOnlyLimitedUser,
        wire::Role::RestrictedAccess => Role::RestrictedAccess,
    }
}
