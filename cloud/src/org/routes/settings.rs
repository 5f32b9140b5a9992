//! HTTP of what an organisation chose, and of what was done in it.

use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::OrgId;

use crate::base::{Actor, ApiError, IfMatch, Json, Page, PageQuery, Path, Problems, Query, Versioned};
use crate::events::DeedQuery;
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

/// Which deeds are looked for: all that fits every one of these that is said.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Whose: `user:ID`, `key:ID` or `service:NAME`, as a deed's `actor` has it.
    pub person: Option<String>,
    /// What, by the `kind` of the deed's `event`.
    pub action: Option<String>,
    /// What it is about: the id of a show, a person, a key, or of what else the fact names.
    pub subject: Option<uuid::Uuid>,
    /// Not before this.
    pub from: Option<DateTime<Utc>>,
    /// Before this.
    pub until: Option<DateTime<Utc>>,
    /// The `next` of the page before.
    pub after: Option<String>,
    /// How many items at most: 1 to 200, 50 when not said.
    pub limit: Option<u32>,
}

/// What people and keys of the organisation did, newest first. Orders and stock have lists of their own.
#[utoipa::path(get, path = "/v1/orgs/{org}/audit", tag = "organizations", params(("org" = OrgId, Path), AuditQuery),
    responses((status = 200, body = Page<Deed>), Problems))]
async fn audit(
    State(orgs): State<Orgs>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Query(asked): Query<AuditQuery>,
) -> Result<Json<Page<Deed>>, ApiError> {
    let AuditQuery { person, action, subject, from, until, after, limit } = asked;
    let query = DeedQuery { actor: person, kind: action, subject, from, until };
    let page = PageQuery { after, limit };
    Ok(Json(orgs.audit_of(&actor, org, query, page.after()?, page.limit()).await?))
}
