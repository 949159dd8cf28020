//! `/incidents/{id}/responder_requests`

use axum::extract::Path;

use crate::api::body::Body;
use crate::api::context::Context;
use crate::api::error::{Error, Reply};
use crate::api::fields::id_of;
use crate::api::reply;
use crate::domain::command::Ask;
use crate::domain::id::{PolicyId, UserId};
use crate::domain::incident::Incident;
use crate::wire::rest::responder::{NewTarget, RequestCancel, RequestCreate, RequestReply};

const TARGETS: &str = "responder_request_targets";

/// `POST /incidents/{id}/responder_requests`: answers 200, as PagerDuty does.
pub(crate) async fn create(mut cx: Context, Path(id): Path<String>, Body(new): Body<RequestCreate>) -> Reply {
    let incident = cx.changeable(&id).await?.number;
    let requester = new.requester_id.as_deref().filter(|id| !id.is_empty());
    if let Some(requester) = requester {
        let known = requester.parse::<UserId>().ok().filter(|id| cx.state.users.contains_key(id));
        cx.act_as(known.ok_or_else(|| Error::unknown_requester(requester))?);
    }
    let (users, policies) = targets(&new.responder_request_targets)?;
    let message = new.message.unwrap_or_default().into();
    let ask = Ask::RequestResponders { incident, message, users, policies };
    cx.ask(ask, Some(&incident.to_string())).await?;
    show(&cx, &id).await
}

/// `PUT /incidents/{id}/responder_requests/cancel`
pub(crate) async fn cancel(
    mut cx: Context,
    Path(id): Path<String>,
    Body(cancel): Body<RequestCancel>,
) -> Reply {
    let incident = cx.changeable(&id).await?.number;
    let (users, policies) = targets(&cancel.responder_request_targets)?;
    if !policies.is_empty() {
        let error = format!("{TARGETS}: requests are to users; name those who were asked");
        return Err(Error::invalid(error));
    }
    cx.ask(Ask::CancelResponders { incident, users }, Some(&incident.to_string())).await?;
    show(&cx, &id).await
}

/// `PUT /incidents/{id}/responder_requests/reply`: an addition of `pd`, by which whoever was asked answers.
pub(crate) async fn answer(
    mut cx: Context,
    Path(id): Path<String>,
    Body(reply): Body<RequestReply>,
) -> Reply {
    let incident = cx.changeable(&id).await?.number;
    let joined = match reply.state.as_str() {
        "joined" => true,
        "declined" => false,
        other => return Err(Error::invalid(format!("state: `{other}` is not one of joined, declined"))),
    };
    cx.ask(Ask::ReplyToRequest { incident, joined }, Some(&incident.to_string())).await?;
    show(&cx, &id).await
}

fn targets(targets: &[NewTarget]) -> Result<(Vec<UserId>, Vec<PolicyId>), Error> {
    let (mut users, mut policies) = (Vec::new(), Vec::new());
    for (index, target) in targets.iter().enumerate() {
        let path = format!("{TARGETS}[{index}].responder_request_target");
        let target = &target.responder_request_target;
        match target.kind.as_deref().unwrap_or("user_reference") {
            "user_reference" | "user" => users.push(id_of(&path, target)?),
            "escalation_policy_reference" | "escalation_policy" => policies.push(id_of(&path, target)?),
            other => {
                let kinds = "user_reference, escalation_policy_reference";
                return Err(Error::invalid(format!("{path}.type: `{other}` is not one of {kinds}")));
            }
        }
    }
    Ok((users, policies))
}

/// The latest request.
async fn show(cx: &Context, id: &str) -> Reply {
    let found = cx.find(id).await?;
    let incident: &Incident = found.incident();
    let latest = cx.view()?.responder_requests(incident).pop();
    reply::one(latest.ok_or_else(|| Error::no_such("responder request", id))?)
}
