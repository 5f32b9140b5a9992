//! HTTP of studios that are signed in in a browser.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::SignInRequestId;

use super::accounts::Visitor;
use crate::base::{ApiError, Json, Path, Problem, Problems, Secretive};
use crate::org::{NewSignInRequest, Orgs, SignInRequest, SignedIn, Visit};

pub(super) fn router() -> OpenApiRouter<Orgs> {
    OpenApiRouter::new().routes(routes!(ask_sign_in)).routes(routes!(take_session))
}

/// With what a studio asks for its session.
#[derive(Deserialize, utoipa::ToSchema)]
struct Poll {
    /// The request's `secret`, `vtq_…`.
    secret: String,
    /// The word that an earlier sign-in gave this device.
    #[serde(default)]
    device: Option<String>,
}

/// Asks that somebody signs this studio in in a browser. Open `url` there, show `code`, and ask for the session every `interval`
/// seconds, for ten minutes.
#[utoipa::path(post, path = "/v1/sign-in-requests", tag = "accounts", security(()), request_body = NewSignInRequest,
    responses((status = 201, body = SignInRequest), Problems))]
async fn ask_sign_in(
    State(orgs): State<Orgs>,
    Visitor(visit): Visitor,
    Json(new): Json<NewSignInRequest>,
) -> Result<(StatusCode, Extension<Secretive>, Json<SignInRequest>), ApiError> {
    let asked = orgs.ask_sign_in(&new, &visit).await?;
    Ok((StatusCode::CREATED, Extension(Secretive), Json(asked)))
}

/// Gives the studio its session, once. Until somebody said yes in the browser the answer is 409 `sign_in_pending`, after a no
/// 403 `sign_in_refused`, and when it is over 410 `challenge_over`.
#[utoipa::path(post, path = "/v1/sign-in-requests/{id}/session", tag = "accounts", security(()),
    params(("id" = SignInRequestId, Path)), request_body = Poll,
    responses((status = 201, body = SignedIn),
        (status = 410, description = "It is unknown, took too long, or the session was taken.", body = Problem, content_type = "application/problem+json"), Problems))]
async fn take_session(
    State(orgs): State<Orgs>,
    Visitor(visit): Visitor,
    Path(id): Path<SignInRequestId>,
    Json(poll): Json<Poll>,
) -> Result<(StatusCode, Extension<Secretive>, Json<SignedIn>), ApiError> {
    let visit = Visit { device: poll.device, ..visit };
    let signed_in = orgs.take_session(id, &poll.secret, &visit).await?;
    Ok((StatusCode::CREATED, Extension(Secretive), Json(signed_in)))
}
