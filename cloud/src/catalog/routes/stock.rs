//! HTTP of counts and reservations.

use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::{OrgId, ProductId, ReservationId, VariantId};

use super::{ProductView, view};
use crate::base::{
    Actor, ApiError, Created, IfMatch, Json, Page, PageQuery, Path, Problems, Query, Versioned,
};
use crate::catalog::{Catalog, Reservation, ReservationDraft, StockChange, StockChangeDraft, StockCount};

pub(super) fn router() -> OpenApiRouter<Catalog> {
    OpenApiRouter::new()
        .routes(routes!(list_stock_changes, change_stock))
        .routes(routes!(count_stock))
        .routes(routes!(reserve))
        .routes(routes!(get_reservation, release))
}

/// Moves of a variant's count, newest first: sales and reservations, too.
#[utoipa::path(get, path = "/v1/orgs/{org}/products/{product}/variants/{variant}/stock-changes", tag = "catalog",
    params(("org" = OrgId, Path), ("product" = ProductId, Path), ("variant" = VariantId, Path), PageQuery),
    responses((status = 200, body = Page<StockChange>), Problems))]
async fn list_stock_changes(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path((org, product, variant)): Path<(OrgId, ProductId, VariantId)>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<StockChange>>, ApiError> {
    Ok(Json(catalog.stock_changes(&actor, org, product, variant, page.after()?, page.limit()).await?))
}

/// Moves a variant's count by so many pieces. Whatever is sold meanwhile stays sold. What is taken away beyond what is there is owed
/// to those who bought or hold it; more than that is refused.
#[utoipa::path(post, path = "/v1/orgs/{org}/products/{product}/variants/{variant}/stock-changes", tag = "catalog",
    params(("org" = OrgId, Path), ("product" = ProductId, Path), ("variant" = VariantId, Path)),
    responses((status = 201, body = StockChange), Problems))]
async fn change_stock(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path((org, product, variant)): Path<(OrgId, ProductId, VariantId)>,
    Json(draft): Json<StockChangeDraft>,
) -> Result<(StatusCode, Json<StockChange>), ApiError> {
    Ok((StatusCode::CREATED, Json(catalog.move_stock(&actor, org, product, variant, draft).await?)))
}

/// Sets a variant's count to what was counted on the shelf, less the pieces that reservations hold; needs `If-Match` with the product's version.
#[utoipa::path(put, path = "/v1/orgs/{org}/products/{product}/variants/{variant}/stock", tag = "catalog",
    params(("org" = OrgId, Path), ("product" = ProductId, Path), ("variant" = VariantId, Path),
        ("If-Match" = String, Header)),
    responses((status = 200, body = ProductView), Problems))]
async fn count_stock(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path((org, product, variant)): Path<(OrgId, ProductId, VariantId)>,
    IfMatch(seen): IfMatch,
    Json(count): Json<StockCount>,
) -> Result<Versioned<ProductView>, ApiError> {
    let product = catalog.count_stock(&actor, org, product, variant, seen, count).await?;
    Ok(view(&catalog, product))
}

/// Holds pieces for an order to come, all of them or none: 409 `out_of_stock` names the line that is short, and 409
/// `unknown_product` the one whose name the catalogue does not know, or that several variants have. A line names its variant by our
/// ids, by what the shop's list calls it (`external`), or by `sku`. They go back when they are released or their time is over,
/// unless an order names the reservation.
#[utoipa::path(post, path = "/v1/orgs/{org}/reservations", tag = "orders", params(("org" = OrgId, Path)),
    responses((status = 201, body = Reservation), Problems))]
async fn reserve(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Json(draft): Json<ReservationDraft>,
) -> Result<Created<Json<Reservation>>, ApiError> {
    let made = catalog.reserve(&actor, org, draft).await?;
    Ok(Created(format!("/v1/orgs/{org}/reservations/{}", made.id), Json(made)))
}

/// A reservation that still holds.
#[utoipa::path(get, path = "/v1/orgs/{org}/reservations/{reservation}", tag = "orders",
    params(("org" = OrgId, Path), ("reservation" = ReservationId, Path)),
    responses((status = 200, body = Reservation), Problems))]
async fn get_reservation(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path((org, reservation)): Path<(OrgId, ReservationId)>,
) -> Result<Json<Reservation>, ApiError> {
    Ok(Json(catalog.reservation(&actor, org, reservation).await?))
}

/// Lets the pieces of a reservation go. 404 when an order has them, or their time is over.
#[utoipa::path(delete, path = "/v1/orgs/{org}/reservations/{reservation}", tag = "orders",
    params(("org" = OrgId, Path), ("reservation" = ReservationId, Path)),
    responses((status = 204), Problems))]
async fn release(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path((org, reservation)): Path<(OrgId, ReservationId)>,
) -> Result<StatusCode, ApiError> {
    catalog.release(&actor, org, reservation).await?;
    Ok(StatusCode::NO_CONTENT)
}
