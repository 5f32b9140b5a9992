//! HTTP of webhooks.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::{Code, OrgId, WebhookDeliveryId, WebhookId};

use super::{
    CreatedWebhook, NewWebhook, Webhook, WebhookDelivery, WebhookMessage, WebhookPatch, WebhookSecret,
    Webhooks, WebhooksError,
};
use crate::base::{
    Actor, ApiError, Created, EgressError, IfMatch, Invalid, Json, Page, PageQuery, Path, Problems, Query,
    Secretive, Versioned,
};

/// The room's addresses.
pub fn router(webhooks: Webhooks) -> OpenApiRouter {
    let mut router = OpenApiRouter::new()
        .routes(routes!(list_webhooks, create_webhook))
        .routes(routes!(get_webhook, change_webhook, delete_webhook))
        .routes(routes!(renew_webhook_secret))
        .routes(routes!(test_webhook))
        .routes(routes!(list_webhook_deliveries))
        .routes(routes!(get_webhook_delivery))
        .routes(routes!(redeliver_to_webhook));
    // What is sent is described where it is asked for.
    let components = router.get_openapi_mut().components.get_or_insert_default();
    let schema = <WebhookMessage as utoipa::PartialSchema>::schema();
    components.schemas.insert("WebhookMessage".to_owned(), schema);
    router.with_state(webhooks)
}

/// The servers that are told what happens, oldest first. How messages look and are verified stands in `docs/webhooks.md`.
#[utoipa::path(get, path = "/v1/orgs/{org}/webhooks", tag = "webhooks", params(("org" = OrgId, Path)),
    responses((status = 200, body = Page<Webhook>), Problems))]
async fn list_webhooks(
    State(webhooks): State<Webhooks>,
    actor: Actor,
    Path(org): Path<OrgId>,
) -> Result<Json<Page<Webhook>>, ApiError> {
    Ok(Json(Page { items: webhooks.list(&actor, org).await?, next: None }))
}

/// Has a server told of facts. Its secret is in this answer and nowhere else. At most 10 of an organisation; nobody has a server
/// told what they may not see themselves.
#[utoipa::path(post, path = "/v1/orgs/{org}/webhooks", tag = "webhooks", params(("org" = OrgId, Path)),
    responses((status = 201, body = CreatedWebhook), Problems))]
async fn create_webhook(
    State(webhooks): State<Webhooks>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Json(new): Json<NewWebhook>,
) -> Result<Created<(Extension<Secretive>, Json<CreatedWebhook>)>, ApiError> {
    let made = webhooks.create(&actor, org, new).await?;
    Ok(Created(format!("/v1/orgs/{org}/webhooks/{}", made.webhook.id), (Extension(Secretive), Json(made))))
}

/// A webhook: where it leads, of what it is told, and how it does.
#[utoipa::path(get, path = "/v1/orgs/{org}/webhooks/{webhook}", tag = "webhooks",
    params(("org" = OrgId, Path), ("webhook" = WebhookId, Path)), responses((status = 200, body = Webhook), Problems))]
async fn get_webhook(
    State(webhooks): State<Webhooks>,
    actor: Actor,
    Path((org, webhook)): Path<(OrgId, WebhookId)>,
) -> Result<Versioned<Webhook>, ApiError> {
    let webhook = webhooks.get(&actor, org, webhook).await?;
    Ok(Versioned(webhook.version, webhook))
}

/// Changes a webhook; what is absent stays. Switched on again, it begins anew; switched off, what waited is given up.
#[utoipa::path(patch, path = "/v1/orgs/{org}/webhooks/{webhook}", tag = "webhooks",
    params(("org" = OrgId, Path), ("webhook" = WebhookId, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that was seen.")),
    responses((status = 200, body = Webhook), Problems))]
async fn change_webhook(
    State(webhooks): State<Webhooks>,
    actor: Actor,
    Path((org, webhook)): Path<(OrgId, WebhookId)>,
    IfMatch(seen): IfMatch,
    Json(patch): Json<WebhookPatch>,
) -> Result<Versioned<Webhook>, ApiError> {
    let webhook = webhooks.change(&actor, org, webhook, seen, patch).await?;
    Ok(Versioned(webhook.version, webhook))
}

/// Deletes a webhook, and the list of what it was told.
#[utoipa::path(delete, path = "/v1/orgs/{org}/webhooks/{webhook}", tag = "webhooks",
    params(("org" = OrgId, Path), ("webhook" = WebhookId, Path)), responses((status = 204), Problems))]
async fn delete_webhook(
    State(webhooks): State<Webhooks>,
    actor: Actor,
    Path((org, webhook)): Path<(OrgId, WebhookId)>,
) -> Result<StatusCode, ApiError> {
    webhooks.delete(&actor, org, webhook).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a webhook another secret, which is in this answer and nowhere else. For 24 hours messages are signed with both.
#[utoipa::path(post, path = "/v1/orgs/{org}/webhooks/{webhook}/secret", tag = "webhooks",
    params(("org" = OrgId, Path), ("webhook" = WebhookId, Path)), responses((status = 200, body = WebhookSecret), Problems))]
async fn renew_webhook_secret(
    State(webhooks): State<Webhooks>,
    actor: Actor,
    Path((org, webhook)): Path<(OrgId, WebhookId)>,
) -> Result<(Extension<Secretive>, Json<WebhookSecret>), ApiError> {
    Ok((Extension(Secretive), Json(webhooks.renew_secret(&actor, org, webhook).await?)))
}

/// Sends a webhook a message about nothing (`webhook_test`), before all that waits. The delivery says how that went, in a moment.
#[utoipa::path(post, path = "/v1/orgs/{org}/webhooks/{webhook}/test", tag = "webhooks",
    params(("org" = OrgId, Path), ("webhook" = WebhookId, Path)),
    responses((status = 202, body = WebhookDelivery), Problems))]
async fn test_webhook(
    State(webhooks): State<Webhooks>,
    actor: Actor,
    Path((org, webhook)): Path<(OrgId, WebhookId)>,
) -> Result<(StatusCode, Json<WebhookDelivery>), ApiError> {
    Ok((StatusCode::ACCEPTED, Json(webhooks.test(&actor, org, webhook).await?)))
}

/// What a webhook was and is to be told, newest first; the last seven days, and at most 10,000 that are done.
#[utoipa::path(get, path = "/v1/orgs/{org}/webhooks/{webhook}/deliveries", tag = "webhooks",
    params(("org" = OrgId, Path), ("webhook" = WebhookId, Path), PageQuery),
    responses((status = 200, body = Page<WebhookDelivery>), Problems))]
async fn list_webhook_deliveries(
    State(webhooks): State<Webhooks>,
    actor: Actor,
    Path((org, webhook)): Path<(OrgId, WebhookId)>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<WebhookDelivery>>, ApiError> {
    Ok(Json(webhooks.deliveries(&actor, org, webhook, page.after()?, page.limit()).await?))
}

/// One message to a webhook: how it stands, and how it was answered.
#[utoipa::path(get, path = "/v1/orgs/{org}/webhooks/{webhook}/deliveries/{delivery}", tag = "webhooks",
    params(("org" = OrgId, Path), ("webhook" = WebhookId, Path), ("delivery" = WebhookDeliveryId, Path)),
    responses((status = 200, body = WebhookDelivery), Problems))]
async fn get_webhook_delivery(
    State(webhooks): State<Webhooks>,
    actor: Actor,
    Path((org, webhook, delivery)): Path<(OrgId, WebhookId, WebhookDeliveryId)>,
) -> Result<Json<WebhookDelivery>, ApiError> {
    Ok(Json(webhooks.delivery(&actor, org, webhook, delivery).await?))
}

/// Sends a message at once, under the `webhook-id` that it had: anew, or before its time when it waits.
#[utoipa::path(post, path = "/v1/orgs/{org}/webhooks/{webhook}/deliveries/{delivery}/redelivery", tag = "webhooks",
    params(("org" = OrgId, Path), ("webhook" = WebhookId, Path), ("delivery" = WebhookDeliveryId, Path)),
    responses((status = 202), Problems))]
async fn redeliver_to_webhook(
    State(webhooks): State<Webhooks>,
    actor: Actor,
    Path((org, webhook, delivery)): Path<(OrgId, WebhookId, WebhookDeliveryId)>,
) -> Result<StatusCode, ApiError> {
    webhooks.send_again(&actor, org, webhook, delivery).await?;
    Ok(StatusCode::ACCEPTED)
}

impl From<WebhooksError> for ApiError {
    fn from(error: WebhooksError) -> Self {
        match error {
            WebhooksError::Denied(denied) => denied.into(),
            WebhooksError::Invalid(invalid) => invalid.into(),
            WebhooksError::Egress(EgressError::NoAddress | EgressError::NotPublic) => {
                Invalid::new(format!("`url`: {error}")).into()
            }
            WebhooksError::Egress(_) => Self::new(Code::FarSide, error.to_string()),
            WebhooksError::NotFound => Self::not_found("webhook"),
            WebhooksError::NoDelivery => Self::not_found("delivery"),
            WebhooksError::TooMany(sentence) => Self::new(Code::LimitReached, sentence),
            WebhooksError::Off => {
                Self::new(Code::WebhookOff, "the webhook is switched off; switch it on first")
            }
            WebhooksError::Stale(version) => {
                Self::new(Code::Conflict, format!("it has changed meanwhile; its version is {version}"))
                    .with_status(StatusCode::PRECONDITION_FAILED)
            }
            WebhooksError::Org(_) | WebhooksError::Secrets(_) | WebhooksError::Db(_) => {
                Self::internal(&error)
            }
        }
    }
}
