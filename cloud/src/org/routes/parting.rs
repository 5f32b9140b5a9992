//! HTTP of a person who leaves for good.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::base::{Actor, ApiError, Json, Problems};
use crate::org::{Orgs, Proof};

pub(super) fn router() -> OpenApiRouter<Orgs> {
    OpenApiRouter::new().routes(routes!(delete_account))
}

/// That a person means it.
#[derive(Deserialize, utoipa::ToSchema)]
struct Parting {
    /// The account's password.
    password: String,
    /// The authenticator's six digits; or `recovery_code`. Neither where there is no authenticator.
    #[serde(default)]
    code: Option<String>,
    /// A recovery code that was not used; or `code`.
    #[serde(default)]
    recovery_code: Option<String>,
}

/// Deletes the caller's account: it leaves every organisation, and its sessions end. Not while an organisation has no other owner.
#[utoipa::path(delete, path = "/v1/me", tag = "accounts", responses((status = 204), Problems))]
async fn delete_account(
    State(orgs): State<Orgs>,
    actor: Actor,
    Json(body): Json<Parting>,
) -> Result<StatusCode, ApiError> {
    let proof = Proof::if_said(body.code, body.recovery_code)?;
    orgs.delete_account(&actor, body.password, proof.as_ref()).await?;
    Ok(StatusCode::NO_CONTENT)
}
