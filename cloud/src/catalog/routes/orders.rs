//! HTTP of orders, their cancellations and refunds.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::{OrderId, OrgId, ShowId};

use crate::base::{Actor, ApiError, Invalid, Json, Page, PageQuery, Path, Problems, Query, check_text};
use crate::catalog::model::OrderFlag;
use crate::catalog::{
    Catalog, Order, OrderChangeDraft, OrderChangeKind, OrderDraft, OrderFilter, OrderTotals,
};

pub(super) fn router() -> OpenApiRouter<Catalog> {
    OpenApiRouter::new()
        .routes(routes!(list_orders, record_order))
        .routes(routes!(order_totals))
        .routes(routes!(get_order))
        .routes(routes!(cancel_order))
        .routes(routes!(refund_order))
}

/// Which orders.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct OrdersQuery {
    /// Only those of this show.
    show: Option<ShowId>,
    /// Only those with this flag, for example `oversold`.
    flag: Option<String>,
    /// Only those from there, for example `shop`.
    source: Option<String>,
    /// Only those with this number of the shop.
    external_ref: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
    /// How many items at most: 1 to 200, 50 when not said; more than 200 are 200.
    limit: Option<u32>,
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
    let said = [("flag", &query.flag), ("source", &query.source), ("external_ref", &query.external_ref)];
    for (field, text) in said {
        text.as_deref().map(|text| check_text(field, text, 0, 100)).transpose()?;
    }
    if let Some(flag) = query.flag.as_deref().filter(|flag| !flag.is_empty()) {
        check_flag(flag)?;
    }
    let filter = OrderFilter {
        show: query.show,
        flag: query.flag,
        source: query.source,
        external_ref: query.external_ref,
    };
    Ok(Json(catalog.orders(&actor, org, &filter, page.after()?, page.limit()).await?))
}

/// Refuses a misspelt flag, which would look like "no such orders".
fn check_flag(flag: &str) -> Result<(), Invalid> {
    let known = OrderFlag::ALL.map(OrderFlag::as_str);
    if known.contains(&flag) {
        return Ok(());
    }
    Err(Invalid::new(format!("`flag` takes one of {}", known.join(", "))))
}

/// Which orders are summed up.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct TotalsQuery {
    /// Only those of this show.
    show: Option<ShowId>,
}

/// What all orders come to, however many there are: count and sum of each currency, without what was called off or paid back.
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

/// Records an order that the shop took; stock goes down. It is paid, so it is recorded whatever it says: what does not fit (too
/// little in stock, another price, a coupon or product that is not known) stands in its `flags`. A line names its variant by our ids,
/// by what the shop's list calls it (`external`), or by `sku`; what the catalogue does not hold has a `title`. The same number of the same
/// `source` again answers 200 with the order that is there; with another body, 409 `ref_taken`. To be sure of the stock before
/// the money is taken, reserve it.
#[utoipa::path(post, path = "/v1/orgs/{org}/orders", tag = "orders", params(("org" = OrgId, Path)),
    responses((status = 201, body = Order), (status = 200, body = Order), Problems))]
async fn record_order(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Json(draft): Json<OrderDraft>,
) -> Result<(StatusCode, Json<Order>), ApiError> {
    Ok(answer(catalog.record_order(&actor, org, draft).await?))
}

/// An order.
#[utoipa::path(get, path = "/v1/orgs/{org}/orders/{order}", tag = "orders",
    params(("org" = OrgId, Path), ("order" = OrderId, Path)),
    responses((status = 200, body = Order), Problems))]
async fn get_order(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path((org, order)): Path<(OrgId, OrderId)>,
) -> Result<Json<Order>, ApiError> {
    Ok(Json(catalog.order(&actor, org, order).await?))
}

/// Calls an order off: all that is left is paid back and goes back into stock, unless the body says less. The same number again
/// answers 200; with another body, 409 `ref_taken`; for an order that is cancelled, 409 `illegal_move`.
#[utoipa::path(post, path = "/v1/orgs/{org}/orders/{order}/cancellations", tag = "orders",
    params(("org" = OrgId, Path), ("order" = OrderId, Path)),
    responses((status = 201, body = Order), (status = 200, body = Order), Problems))]
async fn cancel_order(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path((org, order)): Path<(OrgId, OrderId)>,
    Json(draft): Json<OrderChangeDraft>,
) -> Result<(StatusCode, Json<Order>), ApiError> {
    Ok(answer(catalog.change_order(&actor, org, order, OrderChangeKind::Cancellation, draft).await?))
}

/// Pays a part of an order back, or all of it, at most what is left; `lines` go back into stock. The same number again answers
/// 200; with another body, 409 `ref_taken`.
#[utoipa::path(post, path = "/v1/orgs/{org}/orders/{order}/refunds", tag = "orders",
    params(("org" = OrgId, Path), ("order" = OrderId, Path)),
    responses((status = 201, body = Order), (status = 200, body = Order), Problems))]
async fn refund_order(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path((org, order)): Path<(OrgId, OrderId)>,
    Json(draft): Json<OrderChangeDraft>,
) -> Result<(StatusCode, Json<Order>), ApiError> {
    Ok(answer(catalog.change_order(&actor, org, order, OrderChangeKind::Refund, draft).await?))
}

fn answer((order, new): (Order, bool)) -> (StatusCode, Json<Order>) {
    (if new { StatusCode::CREATED } else { StatusCode::OK }, Json(order))
}
