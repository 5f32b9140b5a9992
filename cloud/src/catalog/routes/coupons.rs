//! HTTP of coupons.

use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::{CouponId, OrgId};

use crate::base::{
    Actor, ApiError, Created, IfMatch, Json, Page, PageQuery, Path, Problems, Query, Versioned,
};
use crate::catalog::{Catalog, Coupon, CouponDraft, CouponPatch};

pub(super) fn router() -> OpenApiRouter<Catalog> {
    OpenApiRouter::new()
        .routes(routes!(list_coupons, create_coupon))
        .routes(routes!(get_coupon, change_coupon))
        .routes(routes!(end_coupon))
}

/// Coupons, newest first.
#[utoipa::path(get, path = "/v1/orgs/{org}/coupons", tag = "catalog", params(("org" = OrgId, Path), PageQuery),
    responses((status = 200, body = Page<Coupon>), Problems))]
async fn list_coupons(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Coupon>>, ApiError> {
    Ok(Json(catalog.coupons(&actor, org, page.after()?, page.limit()).await?))
}

/// Makes a coupon.
#[utoipa::path(post, path = "/v1/orgs/{org}/coupons", tag = "catalog", params(("org" = OrgId, Path)),
    responses((status = 201, body = Coupon), Problems))]
async fn create_coupon(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Json(draft): Json<CouponDraft>,
) -> Result<Created<Versioned<Coupon>>, ApiError> {
    let coupon = catalog.create_coupon(&actor, org, draft).await?;
    Ok(Created(format!("/v1/orgs/{org}/coupons/{}", coupon.id), Versioned(coupon.version, coupon)))
}

/// A coupon.
#[utoipa::path(get, path = "/v1/orgs/{org}/coupons/{coupon}", tag = "catalog",
    params(("org" = OrgId, Path), ("coupon" = CouponId, Path)),
    responses((status = 200, body = Coupon), Problems))]
async fn get_coupon(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path((org, coupon)): Path<(OrgId, CouponId)>,
) -> Result<Versioned<Coupon>, ApiError> {
    let coupon = catalog.coupon(&actor, org, coupon).await?;
    Ok(Versioned(coupon.version, coupon))
}

/// Changes a coupon's terms; needs `If-Match`. Orders that were recorded stay as they are.
#[utoipa::path(patch, path = "/v1/orgs/{org}/coupons/{coupon}", tag = "catalog",
    params(("org" = OrgId, Path), ("coupon" = CouponId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = Coupon), Problems))]
async fn change_coupon(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path((org, coupon)): Path<(OrgId, CouponId)>,
    IfMatch(seen): IfMatch,
    Json(patch): Json<CouponPatch>,
) -> Result<Versioned<Coupon>, ApiError> {
    let coupon = catalog.change_coupon(&actor, org, coupon, seen, patch).await?;
    Ok(Versioned(coupon.version, coupon))
}

/// Ends a coupon for good.
#[utoipa::path(post, path = "/v1/orgs/{org}/coupons/{coupon}/end", tag = "catalog",
    params(("org" = OrgId, Path), ("coupon" = CouponId, Path)),
    responses((status = 200, body = Coupon), Problems))]
async fn end_coupon(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path((org, coupon)): Path<(OrgId, CouponId)>,
) -> Result<Versioned<Coupon>, ApiError> {
    let coupon = catalog.end_coupon(&actor, org, coupon).await?;
    Ok(Versioned(coupon.version, coupon))
}
