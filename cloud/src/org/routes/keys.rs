//! HTTP of API keys.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::{ApiKeyId, OrgId};

use crate::base::{Actor, ApiError, Created, Json, Page, PageQuery, Path, Problems, Query, Secretive};
use crate::org::{ApiKey, CreatedApiKey, NewApiKey, Orgs};

pub(super) fn router() -> OpenApiRouter<Orgs> {
    OpenApiRouter::new().routes(routes!(list_keys, create_key)).routes(routes!(get_key, revoke_key))
}

/// The API keys of an organisation, newest first. Keys that are over stay in the list for 90 days, the last 100 of them.
#[utoipa::path(get, path = "/v1/orgs/{org}/api-keys", tag = "api keys", params(("org" = OrgId, Path), PageQuery),
    responses((status = 200, body = Page<ApiKey>), Problems))]
async fn list_keys(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<ApiKey>>, ApiError> {
    Ok(Json(orgs.keys(&actor, org, page.after()?, page.limit()).await?))
}

/// Makes a key for a server of the shop. Its token is in this answer and nowhere else.
#[utoipa::path(post, path = "/v1/orgs/{org}/api-keys", tag = "api keys", params(("org" = OrgId, Path)),
    responses((status = 201, body = CreatedApiKey), Problems))]
async fn create_key(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Json(new): Json<NewApiKey>,
) -> Result<Created<(Extension<Secretive>, Json<CreatedApiKey>)>, ApiError> {
    let made = orgs.create_key(&actor, org, new).await?;
    Ok(Created(format!("/v1/orgs/{org}/api-keys/{}", made.key.id), (Extension(Secretive), Json(made))))
}

/// An API key.
#[utoipa::path(get, path = "/v1/orgs/{org}/api-keys/{key}", tag = "api keys",
    params(("org" = OrgId, Path), ("key" = ApiKeyId, Path)), responses((status = 200, body = ApiKey), Problems))]
async fn get_key(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path((org, key)): Path<(OrgId, ApiKeyId)>,
) -> Result<Json<ApiKey>, ApiError> {
    Ok(Json(orgs.key(&actor, org, key).await?))
}

/// Revokes a key: it opens nothing any more.
#[utoipa::path(delete, path = "/v1/orgs/{org}/api-keys/{key}", tag = "api keys",
    params(("org" = OrgId, Path), ("key" = ApiKeyId, Path)), responses((status = 204), Problems))]
async fn revoke_key(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path((org, key)): Path<(OrgId, ApiKeyId)>,
) -> Result<StatusCode, ApiError> {
    orgs.revoke_key(&actor, org, key).await?;
    Ok(StatusCode::NO_CONTENT)
}
