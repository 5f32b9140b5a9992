//! HTTP of what an organisation chose, and of what was done in it.

use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::OrgId;

use crate::base::{Actor, ApiError, IfMatch, Json, Page, PageQuery, Path, Problems, Query, Versioned};
use crate::org::{Deed, OrganizationPatch, OrganizationView, Orgs};

pub(super) fn router() -> OpenApiRouter<Orgs> {
    OpenApiRouter::new().routes(routes!(get_organization, change_organization)).routes(routes!(audit))
}

/// An organisation and what it chose.
#[utoipa::path(get, path = "/v1/orgs/{org}", tag = "organizations", params(("org" = OrgId, Path)),
    responses((status = 200, body = OrganizationView), Problems))]
async fn get_organization(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path(org): Path<OrgId>,
) -> Result<Versioned<OrganizationView>, ApiError> {
    let view = orgs.organization(&actor, org).await?;
    Ok(Versioned(view.version, view))
}

/// Changes an organisation's name and what it chose. What is absent stays.
#[utoipa::path(patch, path = "/v1/orgs/{org}", tag = "organizations",
    params(("org" = OrgId, Path), ("If-Match" = Option<String>, Header, description = "The `ETag` that was seen.")),
    responses((status = 200, body = OrganizationView), Problems))]
async fn change_organization(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path(org): Path<OrgId>,
    IfMatch(seen): IfMatch,
    Json(patch): Json<OrganizationPatch>,
) -> Result<Versioned<OrganizationView>, ApiError> {
    let view = orgs.change_organization(&actor, org, seen, patch).await?;
    Ok(Versioned(view.version, view))
}

/// What people and keys of the organisation did, newest first. Orders and stock have lists of their own.
#[utoipa::path(get, path = "/v1/orgs/{org}/audit", tag = "organizations", params(("org" = OrgId, Path), PageQuery),
    responses((status = 200, body = Page<Deed>), Problems))]
async fn audit(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Deed>>, ApiError> {
    Ok(Json(orgs.audit(&actor, org, page.after()?, page.limit()).await?))
}
