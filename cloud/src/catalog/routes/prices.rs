//! HTTP of the prices that were.

use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::{OrgId, ProductId, VariantId};

use crate::base::{Actor, ApiError, Json, Page, PageQuery, Path, Problems, Query};
use crate::catalog::{Catalog, PriceChange};

pub(super) fn router() -> OpenApiRouter<Catalog> {
    OpenApiRouter::new().routes(routes!(list_prices))
}

/// Prices that a variant had, newest first, from the first on.
#[utoipa::path(get, path = "/v1/orgs/{org}/products/{product}/variants/{variant}/prices", tag = "catalog",
    params(("org" = OrgId, Path), ("product" = ProductId, Path), ("variant" = VariantId, Path), PageQuery),
    responses((status = 200, body = Page<PriceChange>), Problems))]
async fn list_prices(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path((org, product, variant)): Path<(OrgId, ProductId, VariantId)>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<PriceChange>>, ApiError> {
    Ok(Json(catalog.prices(&actor, org, product, variant, page.after()?, page.limit()).await?))
}
