//! The founding: what a new installation begins with, so that a first event pages somebody at once.

use std::time::Duration;

use super::{check, policy, service, token, user};
use crate::domain::command::{
    Done, EscalationRuleFields, Founding, NewIntegration, NewToken, PolicyChange, Rejection, ServiceChange,
};
use crate::domain::id::{ContactMethodId, PolicyId, ServiceId, UserId};
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::incidents::fact::Fact;
use crate::domain::policy::{Strategy, Target};
use crate::domain::token::Scope;
use crate::domain::user::{Channel, ContactMethod};

/// What the first service and the first policy are called.
const NAME: &str = "default";
const SECOND_LEVEL_AFTER: Duration = Duration::from_secs(60 * 60);

/// Accepted once, in an empty state: a user who is reached on the console, a policy of two levels, a service with one
/// integration, and a token that acts as the user.
pub(super) fn found(draft: &mut Draft, founding: &Founding) -> Result<Done, Rejection> {
    if draft.state.account.is_some() {
        return Err(Rejection::AlreadyFounded);
    }
    user::check_new(draft, &founding.user)?;
    let user = UserId(founding.id_key.object(draft.state.objects));
    draft.emit(Fact::Founded { id_key: founding.id_key, at: draft.now, fallback_user: user });
    user::make(draft, user, &founding.user);
    let console = ContactMethod {
        id: ContactMethodId(check::next_object(draft)?),
        channel: Channel::Console,
        label: "Console".into(),
        address: founding.console.clone(),
        country_code: None,
        send_short_email: false,
        secret: None,
    };
    user::make_method(draft, user, console)?;
    let policy = PolicyId(policy::create(draft, &first_policy(user))?);
    let first = ServiceChange {
        name: Some(NAME.into()),
        escalation_policy: Some(policy),
        ..ServiceChange::default()
    };
    let service = ServiceId(service::create(draft, &first)?);
    service::create_integration(draft, service, &first_integration(founding))?;
    token::issue(draft, &first_token(founding, user))?;
    Ok(Done::Object(user.0))
}

/// The same user twice: whoever did not look up the first time is reminded after an hour.
fn first_policy(user: UserId) -> PolicyChange {
    let level = || EscalationRuleFields {
        id: None,
        delay: SECOND_LEVEL_AFTER,
        targets: vec![Target::User(user)],
        strategy: Strategy::AssignToEveryone,
    };
    PolicyChange { name: Some(NAME.into()), rules: Some(vec![level(), level()]), ..PolicyChange::default() }
}

fn first_integration(founding: &Founding) -> NewIntegration {
    NewIntegration {
        name: "Events API V2".into(),
        kind: "events_api_v2_inbound_integration".into(),
        routing_key: founding.routing_key,
        vendor: None,
    }
}

fn first_token(founding: &Founding, user: UserId) -> NewToken {
    NewToken {
        sha256: founding.token_sha256.clone(),
        user: Some(user),
        scope: Scope::Full,
        role: None,
        label: "first token".into(),
        expires_at: None,
    }
}
