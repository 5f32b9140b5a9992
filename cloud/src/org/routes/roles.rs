//! HTTP of an organisation's own roles.

use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::{OrgId, RoleId};

use crate::base::{Actor, ApiError, Created, IfMatch, Json, Path, Problems, Versioned};
use crate::org::{CustomRole, Orgs, RoleDraft, RoleTable};

pub(super) fn router() -> OpenApiRouter<Orgs> {
    OpenApiRouter::new().routes(routes!(list_roles, create_role)).routes(routes!(
        get_role,
        change_role,
        delete_role
    ))
}

fn view(role: CustomRole) -> Versioned<CustomRole> {
    Versioned(role.version, role)
}

/// The roles of an organisation, its own and those that are the same everywhere, and what each lets people do.
#[utoipa::path(get, path = "/v1/orgs/{org}/roles", tag = "members", params(("org" = OrgId, Path)),
    responses((status = 200, body = RoleTable), Problems))]
async fn list_roles(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path(org): Path<OrgId>,
) -> Result<Json<RoleTable>, ApiError> {
    Ok(Json(orgs.roles(&actor, org).await?))
}

/// Puts a role together, of what the caller may do themselves.
#[utoipa::path(post, path = "/v1/orgs/{org}/roles", tag = "members", operation_id = "create_custom_role",
    params(("org" = OrgId, Path)), responses((status = 201, body = CustomRole), Problems))]
async fn create_role(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Json(draft): Json<RoleDraft>,
) -> Result<Created<Versioned<CustomRole>>, ApiError> {
    let made = orgs.create_role(&actor, org, draft).await?;
    Ok(Created(format!("/v1/orgs/{org}/roles/{}", made.id), view(made)))
}

/// A role of the organisation's own.
#[utoipa::path(get, path = "/v1/orgs/{org}/roles/{role}", tag = "members", operation_id = "get_custom_role",
    params(("org" = OrgId, Path), ("role" = RoleId, Path)), responses((status = 200, body = CustomRole), Problems))]
async fn get_role(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path((org, role)): Path<(OrgId, RoleId)>,
) -> Result<Versioned<CustomRole>, ApiError> {
    Ok(view(orgs.role(&actor, org, role).await?))
}

/// Changes a role, for everybody who has it.
#[utoipa::path(put, path = "/v1/orgs/{org}/roles/{role}", tag = "members", operation_id = "change_custom_role",
    params(("org" = OrgId, Path), ("role" = RoleId, Path), ("If-Match" = Option<String>, Header, description = "The `ETag` that was seen.")), responses((status = 200, body = CustomRole), Problems))]
async fn change_role(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path((org, role)): Path<(OrgId, RoleId)>,
    IfMatch(seen): IfMatch,
    Json(draft): Json<RoleDraft>,
) -> Result<Versioned<CustomRole>, ApiError> {
    Ok(view(orgs.change_role_of_org(&actor, org, role, seen, draft).await?))
}

/// Deletes a role that nobody has.
#[utoipa::path(delete, path = "/v1/orgs/{org}/roles/{role}", tag = "members", operation_id = "delete_custom_role",
    params(("org" = OrgId, Path), ("role" = RoleId, Path), ("If-Match" = Option<String>, Header, description = "The `ETag` that was seen.")),
    responses((status = 204), Problems))]
async fn delete_role(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path((org, role)): Path<(OrgId, RoleId)>,
    IfMatch(seen): IfMatch,
) -> Result<StatusCode, ApiError> {
    orgs.delete_role(&actor, org, (role, seen)).await?;
    Ok(StatusCode::NO_CONTENT)
}
