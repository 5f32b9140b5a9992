//! HTTP of accounts elsewhere.

use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::IdentityId;

use crate::base::{Actor, ApiError, Json, Page, Path, Problems};
use crate::org::{Identity, Orgs};

pub(super) fn router() -> OpenApiRouter<Orgs> {
    OpenApiRouter::new().routes(routes!(list_identities)).routes(routes!(unlink_identity))
}

/// The caller's accounts elsewhere with which they sign in, oldest first.
#[utoipa::path(get, path = "/v1/me/identities", tag = "accounts",
    responses((status = 200, body = Page<Identity>), Problems))]
async fn list_identities(State(orgs): State<Orgs>, actor: Actor) -> Result<Json<Page<Identity>>, ApiError> {
    Ok(Json(Page { items: orgs.identities(&actor).await?, next: None }))
}

/// Ends one of them as a way in. The last way in stays: who has no password chooses one first, by a letter.
#[utoipa::path(delete, path = "/v1/me/identities/{identity}", tag = "accounts", params(("identity" = IdentityId, Path)),
    responses((status = 204), Problems))]
async fn unlink_identity(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path(identity): Path<IdentityId>,
) -> Result<StatusCode, ApiError> {
    orgs.unlink_identity(&actor, identity).await?;
    Ok(StatusCode::NO_CONTENT)
}
