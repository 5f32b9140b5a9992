//! HTTP of accounts, sessions and members.

mod accounts;
mod pages;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::{Code, OrgId, Role, UserId};

use super::{Member, NewMember, OrgError, Orgs};
use crate::base::{Actor, ApiError, Json, Page, Path, Problems};

/// The room's addresses.
pub fn router(orgs: Orgs) -> OpenApiRouter {
    OpenApiRouter::new()
        .merge(accounts::router())
        .merge(pages::router())
        .routes(routes!(list_members, add_member))
        .routes(routes!(change_role, remove_member))
        .with_state(orgs)
}

/// A member's new role.
#[derive(Deserialize, utoipa::ToSchema)]
struct RoleChange {
    /// What they are to be.
    role: Role,
}

/// The members of an organisation.
#[utoipa::path(get, path = "/v1/orgs/{org}/members", tag = "members", params(("org" = OrgId, Path)),
    responses((status = 200, body = Page<Member>), Problems))]
async fn list_members(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path(org): Path<OrgId>,
) -> Result<Json<Page<Member>>, ApiError> {
    Ok(Json(Page { items: orgs.members(&actor, org).await?, next: None }))
}

/// Makes an account for somebody and takes them in. Owners only.
#[utoipa::path(post, path = "/v1/orgs/{org}/members", tag = "members", params(("org" = OrgId, Path)),
    responses((status = 201, body = Member), Problems))]
async fn add_member(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Json(new): Json<NewMember>,
) -> Result<(StatusCode, Json<Member>), ApiError> {
    Ok((StatusCode::CREATED, Json(orgs.add_member(&actor, org, new).await?)))
}

/// Gives a member another role. Owners only.
#[utoipa::path(patch, path = "/v1/orgs/{org}/members/{user}", tag = "members",
    params(("org" = OrgId, Path), ("user" = UserId, Path)),
    responses((status = 200, body = Member), Problems))]
async fn change_role(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path((org, user)): Path<(OrgId, UserId)>,
    Json(change): Json<RoleChange>,
) -> Result<Json<Member>, ApiError> {
    Ok(Json(orgs.change_role(&actor, org, user, change.role).await?))
}

/// Lets a member go. Owners only.
#[utoipa::path(delete, path = "/v1/orgs/{org}/members/{user}", tag = "members",
    params(("org" = OrgId, Path), ("user" = UserId, Path)),
    responses((status = 204), Problems))]
async fn remove_member(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path((org, user)): Path<(OrgId, UserId)>,
) -> Result<StatusCode, ApiError> {
    orgs.remove_member(&actor, org, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<OrgError> for ApiError {
    fn from(error: OrgError) -> Self {
        match error {
            OrgError::Denied(denied) => denied.into(),
            OrgError::Invalid(invalid) => invalid.into(),
            OrgError::NotFound(_) => Self::not_found("organisation"),
            OrgError::NoMember => Self::not_found("member"),
            OrgError::BadCredentials => Self::new(Code::BadCredentials, "e-mail or password do not fit"),
            OrgError::NoSession => {
                Self::new(Code::Unauthenticated, "the session is unknown or over; sign in again")
            }
            OrgError::EmailTaken => Self::new(Code::EmailTaken, "that e-mail has an account already"),
            OrgError::TooManyTries => Self::new(Code::RateLimited, "too many tries; wait a few minutes"),
            OrgError::Busy => {
                Self::new(Code::RateLimited, "too many people sign in at this moment; try again")
            }
            OrgError::LastOwner => {
                Self::new(Code::Forbidden, "an organisation keeps at least one owner; name another one first")
            }
            OrgError::NoSuchSession => Self::not_found("session"),
            OrgError::BadLink => {
                Self::new(Code::LinkExpired, "the link was used already, or is too old; ask for a new one")
            }
            OrgError::Db(_) | OrgError::Password | OrgError::Mail(_) => Self::internal(&error),
        }
    }
}
