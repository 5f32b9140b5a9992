//! HTTP of second factors.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::accounts::Visitor;
use crate::base::{Actor, ApiError, Json, Problem, Problems, Secretive};
use crate::org::{Factors, Orgs, Proof, RecoveryCodes, SignedIn, TotpEnrolment, Visit};

pub(super) fn router() -> OpenApiRouter<Orgs> {
    OpenApiRouter::new()
        .routes(routes!(get_factors))
        .routes(routes!(enrol_totp))
        .routes(routes!(confirm_totp))
        .routes(routes!(remove_totp))
        .routes(routes!(renew_recovery_codes))
        .routes(routes!(answer_second_factor))
}

/// The caller's password, asked for before something that matters.
#[derive(Deserialize, utoipa::ToSchema)]
struct OwnPassword {
    /// The account's password.
    password: String,
}

/// The first code of a new authenticator.
#[derive(Deserialize, utoipa::ToSchema)]
struct FirstCode {
    /// Six digits.
    code: String,
}

/// Password and second factor together.
#[derive(Deserialize, utoipa::ToSchema)]
struct BothFactors {
    /// The account's password.
    password: String,
    /// The authenticator's six digits; or `recovery_code`.
    #[serde(default)]
    code: Option<String>,
    /// A recovery code that was not used; or `code`.
    #[serde(default)]
    recovery_code: Option<String>,
}

/// What a sign-in goes on with.
#[derive(Deserialize, utoipa::ToSchema)]
struct SecondFactor {
    /// The `token` of the `challenge` that the answer `second_factor_required` held.
    challenge: String,
    /// The authenticator's six digits; or `recovery_code`.
    #[serde(default)]
    code: Option<String>,
    /// A recovery code that was not used; or `code`.
    #[serde(default)]
    recovery_code: Option<String>,
    /// The word that an earlier sign-in gave this device.
    #[serde(default)]
    device: Option<String>,
}

/// What the caller's sign-ins ask for beside the password.
#[utoipa::path(get, path = "/v1/me/factors", tag = "accounts", responses((status = 200, body = Factors), Problems))]
async fn get_factors(State(orgs): State<Orgs>, actor: Actor) -> Result<Json<Factors>, ApiError> {
    Ok(Json(orgs.factors(&actor).await?))
}

/// Makes the secret of an authenticator (TOTP, RFC 6238). Its codes are asked for once the first was confirmed.
#[utoipa::path(post, path = "/v1/me/totp", tag = "accounts", request_body = OwnPassword,
    responses((status = 201, body = TotpEnrolment), Problems))]
async fn enrol_totp(
    State(orgs): State<Orgs>,
    actor: Actor,
    Json(own): Json<OwnPassword>,
) -> Result<(StatusCode, Extension<Secretive>, Json<TotpEnrolment>), ApiError> {
    let made = orgs.enrol_totp(&actor, own.password).await?;
    Ok((StatusCode::CREATED, Extension(Secretive), Json(made)))
}

/// Confirms the authenticator with its first code, and gives ten recovery codes, which are shown this once.
#[utoipa::path(post, path = "/v1/me/totp/confirmation", tag = "accounts", request_body = FirstCode,
    responses((status = 201, body = RecoveryCodes), (status = 404, description = "No authenticator waits for its first code.", body = Problem, content_type = "application/problem+json"), Problems))]
async fn confirm_totp(
    State(orgs): State<Orgs>,
    actor: Actor,
    Json(first): Json<FirstCode>,
) -> Result<(StatusCode, Extension<Secretive>, Json<RecoveryCodes>), ApiError> {
    let codes = orgs.confirm_totp(&actor, &first.code).await?;
    Ok((StatusCode::CREATED, Extension(Secretive), Json(codes)))
}

/// Takes the authenticator and the recovery codes away. A POST, since it takes the password and a code, which have no place in a
/// DELETE (RFC 9110, section 9.3.5).
#[utoipa::path(post, path = "/v1/me/totp/removal", tag = "accounts", request_body = BothFactors,
    responses((status = 204), (status = 404, description = "There is no authenticator.", body = Problem, content_type = "application/problem+json"), Problems))]
async fn remove_totp(
    State(orgs): State<Orgs>,
    actor: Actor,
    Json(both): Json<BothFactors>,
) -> Result<StatusCode, ApiError> {
    let proof = orgs.proof_of(&actor, both.code, both.recovery_code)?;
    orgs.remove_totp(&actor, both.password, &proof).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes ten new recovery codes in the place of all others.
#[utoipa::path(post, path = "/v1/me/recovery-codes", tag = "accounts", request_body = BothFactors,
    responses((status = 201, body = RecoveryCodes), (status = 404, description = "There is no authenticator.", body = Problem, content_type = "application/problem+json"), Problems))]
async fn renew_recovery_codes(
    State(orgs): State<Orgs>,
    actor: Actor,
    Json(both): Json<BothFactors>,
) -> Result<(StatusCode, Extension<Secretive>, Json<RecoveryCodes>), ApiError> {
    let proof = orgs.proof_of(&actor, both.code, both.recovery_code)?;
    let codes = orgs.renew_recovery_codes(&actor, both.password, &proof).await?;
    Ok((StatusCode::CREATED, Extension(Secretive), Json(codes)))
}

/// Goes on with a sign-in that was answered `second_factor_required`. A wrong code may be followed by a few others.
#[utoipa::path(post, path = "/v1/sign-ins/second-factor", tag = "accounts", security(()), request_body = SecondFactor,
    responses((status = 201, body = SignedIn), (status = 410, description = "The sign-in took too long, or had too many wrong codes.", body = Problem, content_type = "application/problem+json"), Problems))]
async fn answer_second_factor(
    State(orgs): State<Orgs>,
    Visitor(visit): Visitor,
    Json(said): Json<SecondFactor>,
) -> Result<(StatusCode, Json<SignedIn>), ApiError> {
    let proof = Proof::of(said.code, said.recovery_code)?;
    let visit = Visit { device: said.device, ..visit };
    Ok((StatusCode::CREATED, Json(orgs.second_factor(&said.challenge, &proof, visit).await?)))
}
