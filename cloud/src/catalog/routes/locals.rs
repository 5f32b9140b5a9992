//! HTTP of texts per language, and of prices per currency and market.

use axum::extract::State;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::{OrgId, ProductId, VariantId};

use super::{ProductView, view};
use crate::base::{Actor, ApiError, IfMatch, Json, Path, Problems, Versioned};
use crate::catalog::{Catalog, Language, MarketPriceDraft, ProductTextDraft};

pub(super) fn router() -> OpenApiRouter<Catalog> {
    OpenApiRouter::new().routes(routes!(set_text, remove_text)).routes(routes!(set_market_prices))
}

/// All prices of a variant beside its base price.
#[derive(Deserialize, utoipa::ToSchema)]
struct MarketPrices {
    /// At most 50, one for each currency and market.
    prices: Vec<MarketPriceDraft>,
}

/// Sets what a product is called in a language: 20 at most. With `If-Match` only the version that was seen.
#[utoipa::path(put, path = "/v1/orgs/{org}/products/{product}/texts/{language}", tag = "catalog",
    params(("org" = OrgId, Path), ("product" = ProductId, Path),
        ("language" = String, Path, description = "BCP 47, like `de` or `pt-BR`"), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = ProductView), Problems))]
async fn set_text(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path((org, product, language)): Path<(OrgId, ProductId, String)>,
    IfMatch(seen): IfMatch,
    Json(draft): Json<ProductTextDraft>,
) -> Result<Versioned<ProductView>, ApiError> {
    actor.require(crate::base::Permission::EditCatalog, org)?;
    let text = (Language::try_from(language)?, Some(draft));
    Ok(view(&catalog, catalog.set_text(&actor, org, product, seen, text).await?))
}

/// Takes the words of a language away from a product. When there are none, nothing changes.
#[utoipa::path(delete, path = "/v1/orgs/{org}/products/{product}/texts/{language}", tag = "catalog",
    params(("org" = OrgId, Path), ("product" = ProductId, Path), ("language" = String, Path),
        ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = ProductView), Problems))]
async fn remove_text(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path((org, product, language)): Path<(OrgId, ProductId, String)>,
    IfMatch(seen): IfMatch,
) -> Result<Versioned<ProductView>, ApiError> {
    actor.require(crate::base::Permission::EditCatalog, org)?;
    let text = (Language::try_from(language)?, None);
    Ok(view(&catalog, catalog.set_text(&actor, org, product, seen, text).await?))
}

/// Sets all that a variant costs in other currencies and in single countries; what is not named is gone. Needs `If-Match`; without,
/// the answer is 428 `precondition_required`. The base price is not among them.
#[utoipa::path(put, path = "/v1/orgs/{org}/products/{product}/variants/{variant}/market-prices", tag = "catalog",
    params(("org" = OrgId, Path), ("product" = ProductId, Path), ("variant" = VariantId, Path),
        ("If-Match" = String, Header)),
    responses((status = 200, body = ProductView), Problems))]
async fn set_market_prices(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path((org, product, variant)): Path<(OrgId, ProductId, VariantId)>,
    IfMatch(seen): IfMatch,
    Json(body): Json<MarketPrices>,
) -> Result<Versioned<ProductView>, ApiError> {
    let whose = (product, variant);
    Ok(view(&catalog, catalog.set_market_prices(&actor, org, whose, seen, &body.prices).await?))
}
