//! `/services/{id}/integrations`

use axum::extract::Path;

use super::body::Body;
use super::context::Context;
use super::error::{Error, Reply};
use super::fields::{id_in_path, id_of};
use super::reply;
use crate::domain::command::{Ask, Done, NewIntegration};
use crate::domain::id::IntegrationId;
use crate::domain::service::RoutingKey;
use crate::wire::rest::envelope::One;
use crate::wire::rest::integration::{Integration, IntegrationUpdate};

/// What an integration is unless its maker says so.
const DEFAULT_KIND: &str = "events_api_v2_inbound_integration";

/// `GET /services/{id}/integrations`: an addition of `pd`.
pub(super) async fn list(cx: Context, Path(id): Path<String>) -> Reply {
    let service = cx.service(&id)?;
    let view = cx.view()?;
    reply::many(service.integrations.iter().map(|it| view.integration(&service, it)).collect())
}

/// `GET /services/{id}/integrations/{integration_id}`
pub(super) async fn get(cx: Context, Path((id, integration_id)): Path<(String, String)>) -> Reply {
    reply::one(show(&cx, &id, &integration_id)?)
}

/// `POST /services/{id}/integrations`
pub(super) async fn create(
    mut cx: Context,
    Path(id): Path<String>,
    Body(One(new)): Body<One<IntegrationUpdate>>,
) -> Reply {
    let service = cx.service(&id)?.id;
    let kind = kind(new.kind)?;
    let mut random = [0; 16];
    cx.parts().ids.fill(&mut random);
    let integration = Box::new(NewIntegration {
        name: new.name.filter(|name| !name.is_empty()).unwrap_or_else(|| kind.clone()).into(),
        kind: kind.into(),
        routing_key: RoutingKey::from_random(random),
        vendor: new.vendor.map(|vendor| id_of("integration.vendor", &vendor)).transpose()?,
    });
    let done = cx.ask(Ask::CreateIntegration { service, integration }, Some(&id)).await?;
    let Done::Object(made) = done else {
        return Err(Error::internal("making an integration came to something else"));
    };
    reply::created(show(&cx, &id, made.as_str())?)
}

/// `PUT /services/{id}/integrations/{integration_id}`
pub(super) async fn update(
    mut cx: Context,
    Path((id, integration_id)): Path<(String, String)>,
    Body(One(update)): Body<One<IntegrationUpdate>>,
) -> Reply {
    let (service, integration) = find(&cx, &id, &integration_id)?;
    let ask = Ask::UpdateIntegration { service, id: integration, name: update.name.map(Into::into) };
    cx.ask(ask, Some(&integration_id)).await?;
    reply::one(show(&cx, &id, &integration_id)?)
}

/// `DELETE /services/{id}/integrations/{integration_id}`
pub(super) async fn delete(mut cx: Context, Path((id, integration_id)): Path<(String, String)>) -> Reply {
    let (service, integration) = find(&cx, &id, &integration_id)?;
    cx.ask(Ask::DeleteIntegration { service, id: integration }, Some(&integration_id)).await?;
    reply::nothing()
}

fn find(
    cx: &Context,
    service_id: &str,
    id: &str,
) -> Result<(crate::domain::id::ServiceId, IntegrationId), Error> {
    let service = cx.service(service_id)?;
    let key: IntegrationId = id_in_path("integration", id)?;
    service.integration(key).map(|it| (service.id, it.id)).ok_or_else(|| Error::no_such("integration", id))
}

fn show(cx: &Context, service_id: &str, id: &str) -> Result<Integration, Error> {
    let service = cx.service(service_id)?;
    let key: IntegrationId = id_in_path("integration", id)?;
    let integration = service.integration(key).ok_or_else(|| Error::no_such("integration", id))?;
    Ok(cx.view()?.integration(&service, integration))
}

fn kind(kind: Option<String>) -> Result<String, Error> {
    let kind = kind.unwrap_or_else(|| DEFAULT_KIND.to_owned());
    let kind = kind.strip_suffix("_reference").unwrap_or(&kind).to_owned();
    match kind.as_str() {
        "generic_email_inbound_integration" => Err(Error::invalid(
            "integration.type: e-mail integrations are not supported; use events_api_v2_inbound_integration",
        )),
        other if other.ends_with("_inbound_integration") && other.len() <= 100 => Ok(kind),
        other => Err(Error::invalid(format!(
            "integration.type: `{other}` is not the type of an integration; expected {DEFAULT_KIND} or the like"
        ))),
    }
}
