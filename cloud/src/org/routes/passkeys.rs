//! HTTP of passkeys.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::PasskeyId;

use super::accounts::Visitor;
use crate::base::{Actor, ApiError, Created, Json, Page, Path, Problem, Problems, Secretive};
use crate::org::{Orgs, Passkey, PasskeyChallenge, PasskeyLink, Proof, SignedIn, Visit};

pub(super) fn router() -> OpenApiRouter<Orgs> {
    OpenApiRouter::new()
        .routes(routes!(list_passkeys, add_passkey))
        .routes(routes!(get_passkey, rename_passkey))
        .routes(routes!(remove_passkey))
        .routes(routes!(begin_passkey))
        .routes(routes!(ask_passkey_link))
        .routes(routes!(ask_passkey))
        .routes(routes!(sign_in_by_passkey))
}

/// Password, and the second factor where the account asks for one.
#[derive(Deserialize, utoipa::ToSchema)]
struct AllFactors {
    /// The account's password.
    password: String,
    /// The authenticator's six digits; or `recovery_code`. Neither where there is no authenticator.
    #[serde(default)]
    code: Option<String>,
    /// A recovery code that was not used; or `code`.
    #[serde(default)]
    recovery_code: Option<String>,
}

impl AllFactors {
    fn proof(&mut self) -> Result<Option<Proof>, ApiError> {
        match (self.code.take(), self.recovery_code.take()) {
            (None, None) => Ok(None),
            (code, recovery_code) => Ok(Some(Proof::of(code, recovery_code)?)),
        }
    }
}

/// What an authenticator answered that made a passkey.
#[derive(Deserialize, utoipa::ToSchema)]
struct NewPasskey {
    /// The `challenge` that it was asked with.
    challenge: String,
    /// What the person calls it, 1 to 60 characters.
    name: String,
    /// What `navigator.credentials.create` gave, in the form of `PublicKeyCredential.toJSON`. At most 16 kB.
    #[schema(value_type = Object)]
    credential: Value,
}

/// Another name.
#[derive(Deserialize, utoipa::ToSchema)]
struct PasskeyName {
    /// What the person calls it, 1 to 60 characters.
    name: String,
}

/// What an authenticator answered at a sign-in.
#[derive(Deserialize, utoipa::ToSchema)]
struct PasskeySignIn {
    /// The `challenge` that it was asked with.
    challenge: String,
    /// What `navigator.credentials.get` gave, in the form of `PublicKeyCredential.toJSON`. At most 16 kB.
    #[schema(value_type = Object)]
    credential: Value,
    /// The word that an earlier sign-in gave this device.
    #[serde(default)]
    device: Option<String>,
}

/// The caller's passkeys, oldest first.
#[utoipa::path(get, path = "/v1/me/passkeys", tag = "accounts", responses((status = 200, body = Page<Passkey>), Problems))]
async fn list_passkeys(State(orgs): State<Orgs>, actor: Actor) -> Result<Json<Page<Passkey>>, ApiError> {
    Ok(Json(Page { items: orgs.passkeys(&actor).await?, next: None }))
}

/// One of them.
#[utoipa::path(get, path = "/v1/me/passkeys/{passkey}", tag = "accounts", params(("passkey" = PasskeyId, Path)),
    responses((status = 200, body = Passkey), Problems))]
async fn get_passkey(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path(passkey): Path<PasskeyId>,
) -> Result<Json<Passkey>, ApiError> {
    Ok(Json(orgs.passkey(&actor, passkey).await?))
}

/// Begins to add a passkey: what the authenticator is asked, at a page of this cloud's own address. Where there can be none the answer
/// is 409 `passkeys_unavailable`. Who is at another address asks for a link instead.
#[utoipa::path(post, path = "/v1/me/passkey-challenges", tag = "accounts", request_body = AllFactors,
    responses((status = 201, body = PasskeyChallenge), Problems))]
async fn begin_passkey(
    State(orgs): State<Orgs>,
    actor: Actor,
    Json(mut all): Json<AllFactors>,
) -> Result<(StatusCode, Extension<Secretive>, Json<PasskeyChallenge>), ApiError> {
    let proof = all.proof()?;
    let asked = orgs.begin_passkey(&actor, all.password, proof.as_ref()).await?;
    Ok((StatusCode::CREATED, Extension(Secretive), Json(asked)))
}

/// Adds the passkey that the authenticator made, in the session that began it. A challenge is over after five minutes, and once it was
/// answered, rightly or not.
#[utoipa::path(post, path = "/v1/me/passkeys", tag = "accounts", request_body = NewPasskey,
    responses((status = 201, body = Passkey), (status = 410, description = "The challenge is unknown, was answered, or is over.", body = Problem, content_type = "application/problem+json"), Problems))]
async fn add_passkey(
    State(orgs): State<Orgs>,
    actor: Actor,
    Json(new): Json<NewPasskey>,
) -> Result<Created<Json<Passkey>>, ApiError> {
    let added = orgs.finish_passkey(&actor, &new.challenge, &new.name, &new.credential).await?;
    Ok(Created(format!("/v1/me/passkeys/{}", added.id), Json(added)))
}

/// Calls a passkey otherwise.
#[utoipa::path(patch, path = "/v1/me/passkeys/{passkey}", tag = "accounts", params(("passkey" = PasskeyId, Path)),
    request_body = PasskeyName, responses((status = 200, body = Passkey), Problems))]
async fn rename_passkey(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path(passkey): Path<PasskeyId>,
    Json(new): Json<PasskeyName>,
) -> Result<Json<Passkey>, ApiError> {
    Ok(Json(orgs.rename_passkey(&actor, passkey, &new.name).await?))
}

/// Ends a passkey. A POST, since it takes the password and a code, which have no place in a DELETE (RFC 9110, section 9.3.5).
#[utoipa::path(post, path = "/v1/me/passkeys/{passkey}/removal", tag = "accounts", params(("passkey" = PasskeyId, Path)),
    request_body = AllFactors, responses((status = 204), Problems))]
async fn remove_passkey(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path(passkey): Path<PasskeyId>,
    Json(mut all): Json<AllFactors>,
) -> Result<StatusCode, ApiError> {
    let proof = all.proof()?;
    orgs.remove_passkey(&actor, passkey, all.password, proof.as_ref()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes the address of a page at which the caller adds a passkey in a browser, for ten minutes and once. It is the caller's as long as
/// the session lasts; whoever has it adds a passkey to their account.
#[utoipa::path(post, path = "/v1/me/passkey-links", tag = "accounts", request_body = AllFactors,
    responses((status = 201, body = PasskeyLink), Problems))]
async fn ask_passkey_link(
    State(orgs): State<Orgs>,
    actor: Actor,
    Json(mut all): Json<AllFactors>,
) -> Result<(StatusCode, Extension<Secretive>, Json<PasskeyLink>), ApiError> {
    let proof = all.proof()?;
    let link = orgs.ask_passkey_link(&actor, all.password, proof.as_ref()).await?;
    Ok((StatusCode::CREATED, Extension(Secretive), Json(link)))
}

/// Begins to sign in with a passkey: what the authenticator is asked, at a page of this cloud's own address. It is the same whoever
/// asks.
#[utoipa::path(post, path = "/v1/passkey-challenges", tag = "accounts", security(()),
    responses((status = 201, body = PasskeyChallenge), Problems))]
async fn ask_passkey(
    State(orgs): State<Orgs>,
    Visitor(visit): Visitor,
) -> Result<(StatusCode, Extension<Secretive>, Json<PasskeyChallenge>), ApiError> {
    Ok((StatusCode::CREATED, Extension(Secretive), Json(orgs.ask_passkey(&visit).await?)))
}

/// Signs in with what the authenticator answered. It asked who somebody is, so that no second factor is asked for. A challenge is over
/// after five minutes, and once it was answered, rightly or not.
#[utoipa::path(post, path = "/v1/sign-ins/passkey", tag = "accounts", security(()), request_body = PasskeySignIn,
    responses((status = 201, body = SignedIn), (status = 410, description = "The challenge is unknown, was answered, or is over.", body = Problem, content_type = "application/problem+json"), Problems))]
async fn sign_in_by_passkey(
    State(orgs): State<Orgs>,
    Visitor(visit): Visitor,
    Json(said): Json<PasskeySignIn>,
) -> Result<(StatusCode, Json<SignedIn>), ApiError> {
    let visit = Visit { device: said.device, ..visit };
    let signed_in = orgs.sign_in_by_passkey(&said.challenge, &said.credential, &visit).await?;
    Ok((StatusCode::CREATED, Json(signed_in)))
}
