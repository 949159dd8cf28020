//! The first start: a user, a service, an escalation policy, a token, and the client's context.

use std::path::Path;

use url::Url;

use crate::api;
use crate::client::Secret;
use crate::client::contexts::{self, Context, Contexts, TokenSource};
use crate::domain::command::{Actor, Ask, Founding, NewUser, Verdict};
use crate::domain::id::IdKey;
use crate::domain::service::RoutingKey;
use crate::domain::user::{CONSOLE, Role};
use crate::ids::Ids;
use crate::ingest::{Commands, NoVerdict};
use crate::keyring::Keyring;

/// Why the installation could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The context could not be written.
    #[error("the first start makes a context for the command line, but: {0}")]
    Context(#[from] contexts::Error),
    /// Nowhere to write it.
    #[error(
        "the first start makes a context for the command line, but there is no home folder: set HOME or PD_CONFIG"
    )]
    NoHome,
    /// The store did not take it.
    #[error("the first user, service and token could not be made: {0}")]
    Ask(#[from] NoVerdict),
    /// The rules did not take it.
    #[error("the first user, service and token could not be made: {0}")]
    Rejected(String),
    /// The keys do not fit.
    #[error(transparent)]
    Key(#[from] crate::keyring::Error),
}

/// Makes everything that a newcomer needs. The context is written first: a token that nobody knows would help nobody.
pub(super) async fn found(
    commands: &Commands,
    keyring: &Keyring,
    ids: &dyn Ids,
    contexts: Option<&Path>,
    url: &Url,
) -> Result<String, Error> {
    let token = api::tokens::draw(ids);
    let mut key = [0; 16];
    ids.fill(&mut key);
    let routing_key = RoutingKey::from_random(key);
    let before = Contexts::load(contexts.ok_or(Error::NoHome)?)?;
    let mut contexts = before.clone();
    let name = write_context(&mut contexts, url, &token, routing_key)?;

    let user =
        std::env::var("USER").ok().filter(|user| !user.trim().is_empty()).unwrap_or("admin".to_owned());
    let user_key = keyring.new_user_key(ids);
    let founding = Founding {
        id_key: IdKey([ids.random(), ids.random()]),
        console: keyring.seal(&user_key, CONSOLE, ids)?,
        user: NewUser {
            email: keyring.seal(&user_key, &format!("{user}@localhost"), ids)?,
            key: user_key,
            name: user.as_str().into(),
            role: Role::Owner,
            time_zone: "UTC".into(),
            job_title: None,
            description: None,
            color: None,
        },
        routing_key,
        token_sha256: api::sha256_hex(&token).into(),
    };
    let nobody = Actor { user: None, token: None };
    match commands.ask(nobody, None, Ask::Found(Box::new(founding))).await? {
        Verdict::Done(_) => Ok(name),
        Verdict::Rejected(rejection) => {
            take_back(&mut contexts, &name, &before)?;
            Err(Error::Rejected(rejection.to_string()))
        }
    }
}

/// Another start was heard, perhaps one that was cut off right after it had asked: the token is of no use, and the context
/// that stood there before may have the one that is.
fn take_back(contexts: &mut Contexts, name: &str, before: &Contexts) -> Result<(), Error> {
    match before.get(name) {
        Ok(context) => contexts.add(context.clone(), true)?,
        Err(_) => contexts.remove(name)?,
    }
    if let Some(current) = before.current() {
        contexts.choose(current)?;
    }
    Ok(())
}

/// Adds a context called `local`, or, if another server has that name already, `local-2`, and so on.
fn write_context(
    contexts: &mut Contexts,
    url: &Url,
    token: &str,
    routing_key: RoutingKey,
) -> Result<String, Error> {
    let mut name = "local".to_owned();
    for n in 2.. {
        // One with our own address is of an installation that is gone.
        match contexts.get(&name) {
            Ok(context) if !context.urls.contains(url) => name = format!("local-{n}"),
            Ok(_) | Err(_) => break,
        }
    }
    let context = Context {
        name: name.clone(),
        urls: vec![url.clone()],
        token: Some(TokenSource::Inline(Secret::new(token))),
        routing_key: Some(Secret::new(routing_key.as_str())),
        from: None,
        server: None,
        read_only: false,
        accent: None,
    };
    contexts.add(context, true)?;
    contexts.choose(&name)?;
    Ok(name)
}
