//! HTTP of coupons and orders.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::{OrgId, ShowId};

use crate::base::{Actor, ApiError, Json, Page, PageQuery, Path, Problems, Query};
use crate::catalog::{Catalog, Coupon, CouponDraft, Order, OrderDraft, OrderTotals};

pub(super) fn router() -> OpenApiRouter<Catalog> {
    OpenApiRouter::new()
        .routes(routes!(list_coupons, create_coupon))
        .routes(routes!(list_orders, record_order))
        .routes(routes!(order_totals))
}

/// Which orders.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct OrdersQuery {
    /// Only those of this show.
    show: Option<ShowId>,
    /// The `next` of the page before.
    after: Option<String>,
    /// How many items at most: 1 to 200, 50 when not said.
    limit: Option<u32>,
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
) -> Result<(StatusCode, Json<Coupon>), ApiError> {
    Ok((StatusCode::CREATED, Json(catalog.create_coupon(&actor, org, draft).await?)))
}

/// Orders, newest first.
#[utoipa::path(get, path = "/v1/orgs/{org}/orders", tag = "orders", params(("org" = OrgId, Path), OrdersQuery),
    responses((status = 200, body = Page<Order>), Problems))]
async fn list_orders(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Query(query): Query<OrdersQuery>,
) -> Result<Json<Page<Order>>, ApiError> {
    let page = PageQuery { after: query.after, limit: query.limit };
    Ok(Json(catalog.orders(&actor, org, query.show, page.after()?, page.limit()).await?))
}

/// Which orders are summed up.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct TotalsQuery {
    /// Only those of this show.
    show: Option<ShowId>,
}

/// What all orders come to, however many there are: count and sum of each currency.
#[utoipa::path(get, path = "/v1/orgs/{org}/orders/totals", tag = "orders",
    params(("org" = OrgId, Path), TotalsQuery), responses((status = 200, body = OrderTotals), Problems))]
async fn order_totals(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Query(query): Query<TotalsQuery>,
) -> Result<Json<OrderTotals>, ApiError> {
    Ok(Json(catalog.order_totals(&actor, org, query.show).await?))
}

/// Records an order that the shop takes; stock goes down. The same `external_ref` again answers 200 with the
/// order that is there. With too little in stock the answer is 409 `out_of_stock`, and nothing is recorded:
/// ask before the money is taken.
#[utoipa::path(post, path = "/v1/orgs/{org}/orders", tag = "orders", params(("org" = OrgId, Path)),
    responses((status = 201, body = Order), (status = 200, body = Order), Problems))]
async fn record_order(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Json(draft): Json<OrderDraft>,
) -> Result<(StatusCode, Json<Order>), ApiError> {
    let (order, new) = catalog.record_order(&actor, org, draft).await?;
    Ok((if new { StatusCode::CREATED } else { StatusCode::OK }, Json(order)))
}
