//! What every handler is given: the caller, one consistent state, the query and the links of the answer.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request;

use super::auth::RateLimit;
use super::error::Error;
use super::links::Links;
use super::parts::Parts;
use super::query::Query;
use super::view::View;
use crate::domain::command::{Actor, Ask, Done, Verdict};
use crate::domain::id::{IdKey, UserId};
use crate::domain::incident::ClosedIncident;
use crate::domain::incidents::state::State;
use crate::domain::token::Token;

/// An idempotency key has at most so many characters.
const IDEMPOTENCY_KEY_MAX: usize = 255;

/// The parts, and what the API keeps of its own.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) parts: Parts,
    pub(crate) limit: RateLimit,
}

/// One request, and the world at its time.
pub(crate) struct Context {
    api: Arc<Api>,
    /// One consistent moment; a command replaces it by the moment that shows its verdict.
    pub(crate) state: Arc<State>,
    pub(crate) token: Arc<Token>,
    pub(crate) query: Query,
    pub(crate) links: Links,
    from: Option<String>,
    requester: Option<UserId>,
    idempotency_key: Option<Arc<str>>,
}

impl FromRequestParts<Arc<Api>> for Context {
    type Rejection = Error;

    async fn from_request_parts(request: &mut request::Parts, api: &Arc<Api>) -> Result<Self, Error> {
        let token = request.extensions.get::<Arc<Token>>().cloned().ok_or_else(Error::unauthenticated)?;
        let text =
            |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let idempotency_key = match text("idempotency-key") {
            Some(key) if key.len() > IDEMPOTENCY_KEY_MAX => {
                return Err(Error::invalid(format!(
                    "Idempotency-Key: longer than {IDEMPOTENCY_KEY_MAX} characters"
                )));
            }
            key => key.filter(|key| !key.is_empty()).map(Arc::from),
        };
        Ok(Self {
            state: api.parts.incidents.borrow().clone(),
            token,
            query: Query::parse(request.uri.query().unwrap_or("")),
            links: Links::of(&api.parts.settings, &request.uri, &request.headers),
            from: text("from").filter(|from| !from.is_empty()).map(str::to_owned),
            requester: None,
            idempotency_key,
            api: api.clone(),
        })
    }
}

impl Context {
    /// What the process has handed in.
    pub(crate) fn parts(&self) -> &Parts {
        &self.api.parts
    }

    /// The key that ids are made with.
    pub(crate) fn id_key(&self) -> Result<IdKey, Error> {
        // Nobody has a token before the installation is founded.
        self.state.account.as_ref().map(|account| account.id_key).ok_or_else(Error::unauthenticated)
    }

    /// Shows things as they are now.
    pub(crate) fn view(&self) -> Result<View<'_>, Error> {
        self.view_of(None)
    }

    /// Shows an archived incident with the names that it was archived with.
    pub(crate) fn view_of<'a>(&'a self, closed: Option<&'a ClosedIncident>) -> Result<View<'a>, Error> {
        Ok(View {
            state: &self.state,
            id_key: self.id_key()?,
            keyring: &self.parts().keyring,
            links: &self.links,
            query: &self.query,
            closed,
        })
    }

    /// As whom the caller acts: the user that `From` names, or the token's, or the account.
    pub(crate) fn actor(&self) -> Result<Actor, Error> {
        let user = match (&self.requester, &self.from) {
            (Some(user), _) => Some(*user),
            (None, Some(email)) => Some(self.user_by_email(email).ok_or_else(|| Error::no_requester(email))?),
            (None, None) => self.token.user,
        };
        Ok(Actor { user, token: Some(self.token.id) })
    }

    /// The body says as whom the caller acts.
    pub(crate) fn act_as(&mut self, user: UserId) {
        self.requester = Some(user);
    }

    fn user_by_email(&self, email: &str) -> Option<UserId> {
        let fingerprint = self.parts().keyring.fingerprint(email);
        self.state.users.values().find(|user| user.email.fingerprint == fingerprint).map(|user| user.id)
    }

    /// Whether the client gave the request a key.
    pub(crate) fn has_idempotency_key(&self) -> bool {
        self.idempotency_key.is_some()
    }

    /// Has a command judged. Afterwards [`Self::state`] shows what it did. `subject` is the id in the path, if there is
    /// one: see [`Error::rejected`].
    pub(crate) async fn ask(&mut self, ask: Ask, subject: Option<&str>) -> Result<Done, Error> {
        let key = self.idempotency_key.clone();
        self.ask_with(key, ask, subject).await
    }

    /// The same for one of several commands that answer one request, which cannot share its key.
    pub(crate) async fn ask_part(&mut self, ask: Ask) -> Result<Done, Error> {
        self.ask_with(None, ask, None).await
    }

    async fn ask_with(
        &mut self,
        key: Option<Arc<str>>,
        ask: Ask,
        subject: Option<&str>,
    ) -> Result<Done, Error> {
        let actor = self.actor()?;
        let verdict = self.parts().commands.ask(actor, key, ask).await?;
        let state = self.parts().incidents.borrow().clone();
        self.state = state;
        match verdict {
            Verdict::Done(done) => Ok(done),
            Verdict::Rejected(rejection) => Err(Error::rejected(rejection, subject)),
        }
    }
}
