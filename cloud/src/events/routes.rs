//! HTTP of facts that a listener could not handle.

use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::OrgId;

use super::{DeadFact, DeadFacts, EventsError};
use crate::base::{Actor, ApiError, Json, Page, PageQuery, Path, Problems, Query};

/// The room's addresses.
pub fn router(dead: DeadFacts) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(dead_facts))
        .routes(routes!(dead_fact))
        .routes(routes!(replay_fact))
        .with_state(dead)
}

/// Facts of the organisation that a part of Vitrine could not handle, newest first: what happened, and why
/// not.
#[utoipa::path(get, path = "/v1/orgs/{org}/events/dead", tag = "jobs", params(("org" = OrgId, Path), PageQuery),
    responses((status = 200, body = Page<DeadFact>), Problems))]
async fn dead_facts(
    State(dead): State<DeadFacts>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<DeadFact>>, ApiError> {
    Ok(Json(dead.list(&actor, org, page.after()?, page.limit()).await?))
}

/// One such fact; `seq` is the fact's.
#[utoipa::path(get, path = "/v1/orgs/{org}/events/dead/{listener}/{seq}", tag = "jobs",
    params(("org" = OrgId, Path), ("listener" = String, Path), ("seq" = i64, Path)),
    responses((status = 200, body = DeadFact), Problems))]
async fn dead_fact(
    State(dead): State<DeadFacts>,
    actor: Actor,
    Path((org, listener, seq)): Path<(OrgId, String, i64)>,
) -> Result<Json<DeadFact>, ApiError> {
    Ok(Json(dead.one(&actor, org, &listener, seq).await?))
}

/// Has that part try the fact again, once; `seq` is the fact's. If it fails, it is back in the list.
#[utoipa::path(post, path = "/v1/orgs/{org}/events/dead/{listener}/{seq}/replay", tag = "jobs",
    params(("org" = OrgId, Path), ("listener" = String, Path), ("seq" = i64, Path)),
    responses((status = 202), Problems))]
async fn replay_fact(
    State(dead): State<DeadFacts>,
    actor: Actor,
    Path((org, listener, seq)): Path<(OrgId, String, i64)>,
) -> Result<StatusCode, ApiError> {
    dead.replay(&actor, org, &listener, seq).await?;
    Ok(StatusCode::ACCEPTED)
}

impl From<EventsError> for ApiError {
    fn from(error: EventsError) -> Self {
        match error {
            EventsError::Denied(denied) => denied.into(),
            EventsError::NotFound => Self::not_found("dead letter"),
            EventsError::Db(_) => Self::internal(&error),
        }
    }
}
