//! HTTP of health.

use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::{OrgId, ShowId};

use super::{Monitor, ShowHealth};
use crate::base::{Actor, ApiError, Json, Path, Problems};

/// The room's addresses.
pub fn router(monitor: Monitor) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(show_health)).with_state(monitor)
}

/// How a show's media is doing, as it was measured last; worth asking every two seconds.
#[utoipa::path(get, path = "/v1/orgs/{org}/shows/{show}/health", tag = "shows",
    params(("org" = OrgId, Path), ("show" = ShowId, Path)),
    responses((status = 200, body = ShowHealth), Problems))]
async fn show_health(
    State(monitor): State<Monitor>,
    actor: Actor,
    Path((org, show)): Path<(OrgId, ShowId)>,
) -> Result<Json<ShowHealth>, ApiError> {
    Ok(Json(monitor.show(&actor, org, show).await?))
}
