//! HTTP of invitations.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::{InvitationId, OrgId};

use super::accounts::{Link, Visitor};
use crate::base::{
    Actor, ApiError, Created, Json, Page, PageQuery, Path, Problem, Problems, Query, Secretive,
};
use crate::mail::Locale;
use crate::org::{
    Invitation, InvitationSeen, Invited, Joined, NewInvitation, Newcomer, Orgs, SignedIn, Visit,
};

pub(super) fn router() -> OpenApiRouter<Orgs> {
    OpenApiRouter::new()
        .routes(routes!(list_invitations, invite))
        .routes(routes!(get_invitation, revoke_invitation))
        .routes(routes!(see_invitation))
        .routes(routes!(accept_invitation))
        .routes(routes!(accept_as_new))
}

/// Who accepts an invitation without being signed in.
#[derive(Deserialize, utoipa::ToSchema)]
struct Acceptance {
    /// The `token` of the link, `vti_…`.
    token: String,
    /// As others are to see them; not used by who has an account.
    #[serde(default)]
    name: String,
    /// The language of letters to them, when an account is made; English when not said.
    #[serde(default)]
    locale: Locale,
    /// The password of the account with the invitation's address, else of the one that is made: 8 to 200 characters.
    password: String,
    /// The word that an earlier sign-in gave this device.
    #[serde(default)]
    device: Option<String>,
}

/// The invitations that wait, newest first.
#[utoipa::path(get, path = "/v1/orgs/{org}/invitations", tag = "members", params(("org" = OrgId, Path), PageQuery),
    responses((status = 200, body = Page<Invitation>), Problems))]
async fn list_invitations(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Invitation>>, ApiError> {
    Ok(Json(orgs.invitations(&actor, org, page.after()?, page.limit()).await?))
}

/// Invites somebody: mails a link, and gives one to hand on. An invitation that waits for the same address ends.
#[utoipa::path(post, path = "/v1/orgs/{org}/invitations", tag = "members", params(("org" = OrgId, Path)),
    responses((status = 201, body = Invited), Problems))]
async fn invite(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Json(new): Json<NewInvitation>,
) -> Result<Created<(Extension<Secretive>, Json<Invited>)>, ApiError> {
    let made = orgs.invite(&actor, org, new).await?;
    let address = format!("/v1/orgs/{org}/invitations/{}", made.invitation.id);
    Ok(Created(address, (Extension(Secretive), Json(made))))
}

/// An invitation that waits.
#[utoipa::path(get, path = "/v1/orgs/{org}/invitations/{invitation}", tag = "members",
    params(("org" = OrgId, Path), ("invitation" = InvitationId, Path)),
    responses((status = 200, body = Invitation), Problems))]
async fn get_invitation(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path((org, invitation)): Path<(OrgId, InvitationId)>,
) -> Result<Json<Invitation>, ApiError> {
    Ok(Json(orgs.invitation(&actor, org, invitation).await?))
}

/// Takes an invitation back: its links open nothing any more.
#[utoipa::path(delete, path = "/v1/orgs/{org}/invitations/{invitation}", tag = "members",
    params(("org" = OrgId, Path), ("invitation" = InvitationId, Path)), responses((status = 204), Problems))]
async fn revoke_invitation(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path((org, invitation)): Path<(OrgId, InvitationId)>,
) -> Result<StatusCode, ApiError> {
    orgs.revoke_invitation(&actor, org, invitation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a link of an invitation is for. Nothing changes.
#[utoipa::path(post, path = "/v1/invitation-lookups", tag = "accounts", security(()), request_body = Link,
    responses((status = 200, body = InvitationSeen), (status = 410, description = "The link was used already, or is too old.", body = Problem, content_type = "application/problem+json"), Problems))]
async fn see_invitation(
    State(orgs): State<Orgs>,
    Json(link): Json<Link>,
) -> Result<Json<InvitationSeen>, ApiError> {
    Ok(Json(orgs.see_invitation(&link.token).await?))
}

/// Accepts an invitation as whoever is signed in, whatever their address is.
#[utoipa::path(post, path = "/v1/me/invitations", tag = "accounts", request_body = Link,
    responses((status = 200, body = Joined), (status = 410, description = "The link was used already, or is too old.", body = Problem, content_type = "application/problem+json"), Problems))]
async fn accept_invitation(
    State(orgs): State<Orgs>,
    actor: Actor,
    Json(link): Json<Link>,
) -> Result<Json<Joined>, ApiError> {
    Ok(Json(orgs.accept_invitation(&actor, &link.token).await?))
}

/// Accepts an invitation without being signed in, and signs in: to the account with the invitation's address and that password,
/// else to a new one. Where that account asks for a second factor, the answer is 401 `second_factor_required`, nobody is a member yet,
/// and the link goes on to hold: go on with the `challenge`, and accept with `POST /v1/me/invitations`.
#[utoipa::path(post, path = "/v1/invitation-acceptances", tag = "accounts", security(()), request_body = Acceptance,
    responses((status = 201, body = SignedIn), (status = 410, description = "The link was used already, or is too old.", body = Problem, content_type = "application/problem+json"), Problems))]
async fn accept_as_new(
    State(orgs): State<Orgs>,
    Visitor(visit): Visitor,
    Json(accepted): Json<Acceptance>,
) -> Result<(StatusCode, Json<SignedIn>), ApiError> {
    let Acceptance { token, name, locale, password, device } = accepted;
    let (visit, who) = (Visit { device, ..visit }, Newcomer { name: &name, locale, has_account: false });
    Ok((StatusCode::CREATED, Json(orgs.accept_as_new(&token, who, password, visit).await?)))
}
