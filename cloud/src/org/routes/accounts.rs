//! HTTP of a person's own account: signing in, sessions, the address, the password.

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::SessionId;

use crate::base::{Actor, ApiError, Caller, Json, Page, Path, Problem, Problems, Remote};
use crate::org::{Me, MePatch, Orgs, Proof, Registration, Session, SignedIn, Visit};

pub(super) fn router() -> OpenApiRouter<Orgs> {
    OpenApiRouter::new()
        .routes(routes!(register))
        .routes(routes!(sign_in, list_sessions, end_other_sessions))
        .routes(routes!(sign_out))
        .routes(routes!(end_session))
        .routes(routes!(me, change_me))
        .routes(routes!(change_password))
        .routes(routes!(change_email))
        .routes(routes!(ask_verification))
        .routes(routes!(verify))
        .routes(routes!(ask_reset, reset))
}

/// What a person signs in with.
#[derive(Deserialize, utoipa::ToSchema)]
struct Credentials {
    /// The e-mail of the account.
    email: String,
    /// Its password.
    password: String,
    /// The word that an earlier sign-in gave this device.
    #[serde(default)]
    device: Option<String>,
}

/// An address that mail may be sent to.
#[derive(Deserialize, utoipa::ToSchema)]
struct Address {
    /// The e-mail.
    email: String,
}

/// Another address for an account.
#[derive(Deserialize, utoipa::ToSchema)]
struct NewAddress {
    /// The new e-mail.
    email: String,
    /// The account's password.
    password: String,
    /// The authenticator's six digits; or `recovery_code`. Neither where there is no authenticator.
    #[serde(default)]
    code: Option<String>,
    /// A recovery code that was not used; or `code`.
    #[serde(default)]
    recovery_code: Option<String>,
}

/// Another password for an account.
#[derive(Deserialize, utoipa::ToSchema)]
struct ChangedPassword {
    /// The account's password, as it is.
    password: String,
    /// The one that it is to have, 8 to 200 characters.
    new_password: String,
    /// The authenticator's six digits; or `recovery_code`. Neither where there is no authenticator.
    #[serde(default)]
    code: Option<String>,
    /// A recovery code that was not used; or `code`.
    #[serde(default)]
    recovery_code: Option<String>,
}

/// What a mailed link holds.
#[derive(Deserialize, utoipa::ToSchema)]
pub(super) struct Link {
    /// The `token` of the link.
    pub token: String,
}

/// A link that shows whose an address is, with the password of the account that says so.
#[derive(Deserialize, utoipa::ToSchema)]
struct Verification {
    /// The `token` of the link, `vtl_…`.
    token: String,
    /// The account's password.
    password: String,
}

/// A new password.
#[derive(Deserialize, utoipa::ToSchema)]
struct NewPassword {
    /// The `token` of the link, `vtl_…`.
    token: String,
    /// 8 to 200 characters.
    password: String,
    /// The word that an earlier sign-in gave this device: it is known from now on.
    #[serde(default)]
    device: Option<String>,
}

/// Where a request comes from, as far as sign-ins are told apart by it.
pub(super) struct Visitor(pub Visit);

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let Remote(address) = Remote::from_request_parts(parts, state).await?;
        let shared = parts.extensions.get::<Caller>().is_some_and(|caller| caller.many);
        let agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        Ok(Self(Visit { agent: agent.unwrap_or_default().to_owned(), shared, ..address.into() }))
    }
}

/// Makes an account with an organisation of its own, and mails a link with which the address is shown to be theirs. The answer
/// is the same when the address has an account: its owner is told by mail.
#[utoipa::path(post, path = "/v1/register", tag = "accounts", security(()),
    responses((status = 201, body = SignedIn), Problems))]
async fn register(
    State(orgs): State<Orgs>,
    Visitor(visit): Visitor,
    Json(registration): Json<Registration>,
) -> Result<(StatusCode, Json<SignedIn>), ApiError> {
    Ok((StatusCode::CREATED, Json(orgs.register(registration, visit).await?)))
}

/// Signs in. Where the account asks for a second factor, the answer to a right password is 401 `second_factor_required`, whose
/// `challenge` goes on with it.
#[utoipa::path(post, path = "/v1/sessions", tag = "accounts", security(()),
    responses((status = 201, body = SignedIn), Problems))]
async fn sign_in(
    State(orgs): State<Orgs>,
    Visitor(visit): Visitor,
    Json(credentials): Json<Credentials>,
) -> Result<(StatusCode, Json<SignedIn>), ApiError> {
    let visit = Visit { device: credentials.device, ..visit };
    let signed_in = orgs.sign_in(&credentials.email, credentials.password, visit).await?;
    Ok((StatusCode::CREATED, Json(signed_in)))
}

/// The caller's sessions, newest first.
#[utoipa::path(get, path = "/v1/sessions", tag = "accounts", responses((status = 200, body = Page<Session>), Problems))]
async fn list_sessions(State(orgs): State<Orgs>, actor: Actor) -> Result<Json<Page<Session>>, ApiError> {
    Ok(Json(Page { items: orgs.sessions(&actor).await?, next: None }))
}

/// Signs out everywhere else. Devices are no longer known.
#[utoipa::path(delete, path = "/v1/sessions", tag = "accounts", responses((status = 204), Problems))]
async fn end_other_sessions(State(orgs): State<Orgs>, actor: Actor) -> Result<StatusCode, ApiError> {
    orgs.end_other_sessions(&actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signs out.
#[utoipa::path(delete, path = "/v1/sessions/current", tag = "accounts", responses((status = 204), Problems))]
async fn sign_out(State(orgs): State<Orgs>, actor: Actor) -> Result<StatusCode, ApiError> {
    orgs.sign_out(&actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends one of the caller's sessions.
#[utoipa::path(delete, path = "/v1/sessions/{session}", tag = "accounts", params(("session" = SessionId, Path)),
    responses((status = 204), Problems))]
async fn end_session(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path(session): Path<SessionId>,
) -> Result<StatusCode, ApiError> {
    orgs.end_session(&actor, session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who is signed in.
#[utoipa::path(get, path = "/v1/me", tag = "accounts", responses((status = 200, body = Me), Problems))]
async fn me(State(orgs): State<Orgs>, actor: Actor) -> Result<Json<Me>, ApiError> {
    Ok(Json(orgs.me(&actor).await?))
}

/// Changes the caller's name, and the language of letters to them. What is absent stays.
#[utoipa::path(patch, path = "/v1/me", tag = "accounts", request_body = MePatch,
    responses((status = 200, body = Me), Problems))]
async fn change_me(
    State(orgs): State<Orgs>,
    actor: Actor,
    Json(patch): Json<MePatch>,
) -> Result<Json<Me>, ApiError> {
    Ok(Json(orgs.change_me(&actor, patch).await?))
}

/// Gives the caller's account another password. All of their other sessions end, and they get a letter. An account without a password
/// gets its first by `POST /v1/password-resets`.
#[utoipa::path(post, path = "/v1/me/password", tag = "accounts", request_body = ChangedPassword,
    responses((status = 204), Problems))]
async fn change_password(
    State(orgs): State<Orgs>,
    actor: Actor,
    Json(changed): Json<ChangedPassword>,
) -> Result<StatusCode, ApiError> {
    let ChangedPassword { password, new_password, code, recovery_code } = changed;
    let proof = Proof::if_said(code, recovery_code)?;
    orgs.change_password(&actor, (password, new_password), proof.as_ref()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Mails a link to another address: the account has it once the link is used. The answer does not say whether the address has
/// an account.
#[utoipa::path(post, path = "/v1/me/email", tag = "accounts", request_body = NewAddress,
    responses((status = 202), Problems))]
async fn change_email(
    State(orgs): State<Orgs>,
    actor: Actor,
    Json(new): Json<NewAddress>,
) -> Result<StatusCode, ApiError> {
    let NewAddress { email, password, code, recovery_code } = new;
    let proof = Proof::if_said(code, recovery_code)?;
    orgs.ask_change(&actor, &email, password, proof.as_ref()).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Mails the caller another link with which the address is shown to be theirs.
#[utoipa::path(post, path = "/v1/me/email/verification", tag = "accounts", responses((status = 202), Problems))]
async fn ask_verification(State(orgs): State<Orgs>, actor: Actor) -> Result<StatusCode, ApiError> {
    orgs.ask_verification(&actor).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Uses a link of a letter: its address is the account's own from now on.
#[utoipa::path(post, path = "/v1/email-verifications", tag = "accounts", security(()), request_body = Verification,
    responses((status = 204), (status = 410, description = "The link was used already, or is too old.", body = Problem, content_type = "application/problem+json"), Problems))]
async fn verify(State(orgs): State<Orgs>, Json(said): Json<Verification>) -> Result<StatusCode, ApiError> {
    orgs.verify(&said.token, said.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Mails a link with which a new password is chosen, if the address has an account. The answer does not say so.
#[utoipa::path(post, path = "/v1/password-resets", tag = "accounts", security(()), request_body = Address,
    responses((status = 202), Problems))]
async fn ask_reset(
    State(orgs): State<Orgs>,
    Remote(address): Remote,
    Json(asked): Json<Address>,
) -> Result<StatusCode, ApiError> {
    orgs.ask_reset(&asked.email, address.into())?;
    Ok(StatusCode::ACCEPTED)
}

/// Uses a link of a letter to choose a new password. All sessions of the account end.
#[utoipa::path(put, path = "/v1/password-resets", tag = "accounts", security(()), request_body = NewPassword,
    responses((status = 204), (status = 410, description = "The link was used already, or is too old.", body = Problem, content_type = "application/problem+json"), Problems))]
async fn reset(
    State(orgs): State<Orgs>,
    Visitor(visit): Visitor,
    Json(new): Json<NewPassword>,
) -> Result<StatusCode, ApiError> {
    let visit = Visit { device: new.device, ..visit };
    orgs.reset(&new.token, new.password, &visit).await?;
    Ok(StatusCode::NO_CONTENT)
}
