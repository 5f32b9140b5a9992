//! HTTP of organisations and their members.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::{OrgId, UserId};

use crate::base::{
    Actor, ApiError, Created, IfMatch, Json, Page, PageQuery, Path, Problems, Query, Versioned,
};
use crate::org::{Member, OrganizationOfUser, Orgs, Proof, RoleChoice};

pub(super) fn router() -> OpenApiRouter<Orgs> {
    OpenApiRouter::new()
        .routes(routes!(create_organization))
        .routes(routes!(list_members))
        .routes(routes!(get_member, change_role, remove_member))
        .routes(routes!(transfer_ownership))
}

/// An organisation to be made.
#[derive(Deserialize, utoipa::ToSchema)]
struct NewOrganization {
    /// Its name, 1 to 80 characters; its channel's name is made of it when none is said.
    name: String,
    /// The channel's name in addresses, and in the code of shop pages: 2 to 40 small letters and digits, with hyphens between.
    #[serde(default)]
    slug: Option<String>,
}

/// Who is to own the organisation.
#[derive(Deserialize, utoipa::ToSchema)]
struct Transfer {
    /// A member.
    user_id: UserId,
    /// The caller's password.
    password: String,
    /// The authenticator's six digits; or `recovery_code`. Neither where there is no authenticator.
    #[serde(default)]
    code: Option<String>,
    /// A recovery code that was not used; or `code`.
    #[serde(default)]
    recovery_code: Option<String>,
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct KeysQuery {
    /// Whether the API keys that the member made go on, for a shop's server that works with them; otherwise those end that may what the
    /// member no longer may. One's own end always.
    keep_keys: Option<bool>,
}

fn view(member: Member) -> Versioned<Member> {
    Versioned(member.version, member)
}

/// Makes another organisation, which the caller owns.
#[utoipa::path(post, path = "/v1/orgs", tag = "organizations",
    responses((status = 201, body = OrganizationOfUser), Problems))]
async fn create_organization(
    State(orgs): State<Orgs>,
    actor: Actor,
    Json(new): Json<NewOrganization>,
) -> Result<Created<Json<OrganizationOfUser>>, ApiError> {
    let made = orgs.create_organization_at(&actor, &new.name, new.slug.as_deref()).await?;
    Ok(Created(format!("/v1/orgs/{}", made.id), Json(made)))
}

/// The members of an organisation.
#[utoipa::path(get, path = "/v1/orgs/{org}/members", tag = "members", params(("org" = OrgId, Path), PageQuery),
    responses((status = 200, body = Page<Member>), Problems))]
async fn list_members(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Member>>, ApiError> {
    Ok(Json(orgs.members(&actor, org, page.after()?, page.limit()).await?))
}

/// A member.
#[utoipa::path(get, path = "/v1/orgs/{org}/members/{user}", tag = "members",
    params(("org" = OrgId, Path), ("user" = UserId, Path)),
    responses((status = 200, body = Member), Problems))]
async fn get_member(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path((org, user)): Path<(OrgId, UserId)>,
) -> Result<Versioned<Member>, ApiError> {
    Ok(view(orgs.member(&actor, org, user).await?))
}

/// Gives a member another role. Nobody gives or takes more than they may do themselves.
#[utoipa::path(patch, path = "/v1/orgs/{org}/members/{user}", tag = "members",
    params(("org" = OrgId, Path), ("user" = UserId, Path), KeysQuery, ("If-Match" = Option<String>, Header, description = "The `ETag` that was seen.")),
    responses((status = 200, body = Member), Problems))]
async fn change_role(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path((org, user)): Path<(OrgId, UserId)>,
    IfMatch(seen): IfMatch,
    Query(keys): Query<KeysQuery>,
    Json(choice): Json<RoleChoice>,
) -> Result<Versioned<Member>, ApiError> {
    let keep_keys = keys.keep_keys.unwrap_or_default();
    Ok(view(orgs.change_role_keeping(&actor, org, ((user, seen), keep_keys), choice).await?))
}

/// Lets a member go, or lets the caller leave. The API keys that they made end, unless `keep_keys`.
#[utoipa::path(delete, path = "/v1/orgs/{org}/members/{user}", tag = "members",
    params(("org" = OrgId, Path), ("user" = UserId, Path), KeysQuery, ("If-Match" = Option<String>, Header, description = "The `ETag` that was seen.")),
    responses((status = 204), Problems))]
async fn remove_member(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path((org, user)): Path<(OrgId, UserId)>,
    IfMatch(seen): IfMatch,
    Query(keys): Query<KeysQuery>,
) -> Result<StatusCode, ApiError> {
    let keep_keys = keys.keep_keys.unwrap_or_default();
    orgs.remove_member_keeping(&actor, org, (user, seen), keep_keys).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Hands the organisation to a member, who owns it from then on. The caller becomes an admin.
#[utoipa::path(post, path = "/v1/orgs/{org}/ownership", tag = "members", params(("org" = OrgId, Path)),
    responses((status = 200, body = Member), Problems))]
async fn transfer_ownership(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Json(transfer): Json<Transfer>,
) -> Result<Json<Member>, ApiError> {
    let Transfer { user_id, password, code, recovery_code } = transfer;
    let proof = Proof::if_said(code, recovery_code)?;
    Ok(Json(orgs.transfer_ownership(&actor, org, user_id, password, proof.as_ref()).await?))
}
