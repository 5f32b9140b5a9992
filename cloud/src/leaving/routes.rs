//! HTTP of leaving.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::{Code, ExportId, OrgId};

use super::{Confirmation, Export, Leaving, LeavingError, OrganizationDeletion};
use crate::base::{Actor, ApiError, Json, Page, Path, Problem, Problems, Query};
use crate::org;

/// The room's addresses.
pub fn router(leaving: Leaving) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(export_organization))
        .routes(routes!(list_exports))
        .routes(routes!(get_export_file))
        .routes(routes!(get_deletion, schedule_deletion, cancel_deletion))
        .with_state(leaving)
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct TokenQuery {
    /// What the link holds.
    token: Option<String>,
}

/// Has all data of the organisation put into one file: a tar archive, packed by gzip, with a file of JSON lines for each kind of
/// thing. It takes a while; the owners get a letter. One at a time; a new one takes the place of the one before.
#[utoipa::path(post, path = "/v1/orgs/{org}/export", tag = "organizations", params(("org" = OrgId, Path)),
    responses((status = 202, body = Export), Problems))]
async fn export_organization(
    State(leaving): State<Leaving>,
    actor: Actor,
    Path(org): Path<OrgId>,
) -> Result<(StatusCode, Json<Export>), ApiError> {
    Ok((StatusCode::ACCEPTED, Json(leaving.export(&actor, org).await?)))
}

/// The exports that there are, newest first, with links to their files.
#[utoipa::path(get, path = "/v1/orgs/{org}/exports", tag = "organizations", params(("org" = OrgId, Path)),
    responses((status = 200, body = Page<Export>), Problems))]
async fn list_exports(
    State(leaving): State<Leaving>,
    actor: Actor,
    Path(org): Path<OrgId>,
) -> Result<Json<Page<Export>>, ApiError> {
    Ok(Json(Page { items: leaving.exports(&actor, org).await?, next: None }))
}

/// The file of an export, for whoever has a link that still holds.
#[utoipa::path(get, path = "/v1/exports/{export}", tag = "organizations", security(()),
    params(("export" = ExportId, Path), TokenQuery),
    responses((status = 200, description = "The archive.", content(("application/gzip"))),
        (status = 410, description = "The link is too old, or is none.", body = Problem, content_type = "application/problem+json"),
        Problems))]
async fn get_export_file(
    State(leaving): State<Leaving>,
    Path(export): Path<ExportId>,
    Query(query): Query<TokenQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let opened = leaving.open(export, query.token.as_deref().unwrap_or_default()).await;
    // The link stands in a letter, and people follow it.
    let accepted = headers.get(header::ACCEPT).and_then(|accepted| accepted.to_str().ok());
    if matches!(opened, Err(LeavingError::BadLink)) && accepted.is_some_and(|all| all.contains("text/html")) {
        return Ok(org::export_is_over(&leaving.orgs, &headers));
    }
    let file = opened?;
    let mut response = Body::from_stream(file.body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, file.size_bytes.into());
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/gzip"));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"vitrine-export.tar.gz\""),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}

/// Whether and when the organisation is to be deleted; 404 when it is not.
#[utoipa::path(get, path = "/v1/orgs/{org}/deletion", tag = "organizations", params(("org" = OrgId, Path)),
    responses((status = 200, body = OrganizationDeletion), Problems))]
async fn get_deletion(
    State(leaving): State<Leaving>,
    actor: Actor,
    Path(org): Path<OrgId>,
) -> Result<Json<OrganizationDeletion>, ApiError> {
    Ok(Json(leaving.deletion(&actor, org).await?))
}

/// Has the organisation deleted in fourteen days, with all that is in it. Until then everything goes on as before, and any owner
/// can stop it. Accounts of members stay. Asked again, it stays with the day that was.
#[utoipa::path(post, path = "/v1/orgs/{org}/deletion", tag = "organizations", params(("org" = OrgId, Path)),
    responses((status = 202, body = OrganizationDeletion), Problems))]
async fn schedule_deletion(
    State(leaving): State<Leaving>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Json(confirmation): Json<Confirmation>,
) -> Result<(StatusCode, Json<OrganizationDeletion>), ApiError> {
    Ok((StatusCode::ACCEPTED, Json(leaving.schedule(&actor, org, confirmation).await?)))
}

/// Keeps the organisation after all.
#[utoipa::path(delete, path = "/v1/orgs/{org}/deletion", tag = "organizations", params(("org" = OrgId, Path)),
    responses((status = 204), Problems))]
async fn cancel_deletion(
    State(leaving): State<Leaving>,
    actor: Actor,
    Path(org): Path<OrgId>,
) -> Result<StatusCode, ApiError> {
    leaving.cancel(&actor, org).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<LeavingError> for ApiError {
    fn from(error: LeavingError) -> Self {
        match error {
            LeavingError::Denied(denied) => denied.into(),
            LeavingError::Invalid(invalid) => invalid.into(),
            LeavingError::BadLink => {
                Self::new(Code::LinkExpired, "the link does not hold any more; ask for a new one")
            }
            LeavingError::Running => {
                Self::new(Code::ExportRunning, "the data is being put together; the owners get a letter")
            }
            LeavingError::OnAir => Self::new(Code::ShowOnAir, "a show is on air; end it first"),
            LeavingError::NoDeletion => Self::not_found("deletion"),
            LeavingError::Org(error) => error.into(),
            LeavingError::Show(error) => error.into(),
            LeavingError::Billing(_)
            | LeavingError::Secrets(_)
            | LeavingError::Blob(_)
            | LeavingError::Io(_)
            | LeavingError::Db(_) => Self::internal(&error),
        }
    }
}
