//! HTTP of products and their pictures.

mod coupons;
mod locals;
mod orders;
mod pictures;
mod prices;
mod stock;

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::routing::get;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::{Code, Currency, OrgId, ProductId};

use super::{
    Catalog, CatalogError, HiddenBy, Language, Product, ProductDraft, ProductPatch, ProductText, Variant,
};
use crate::base::{
    Actor, ApiError, Created, IfMatch, Invalid, Json, Page, PageQuery, Path, Problem, Problems, Query,
    Versioned,
};

/// The room's addresses for members.
pub fn router(catalog: Catalog) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_products, create_product))
        .routes(routes!(get_product, change_product, remove_product))
        .merge(pictures::router())
        .merge(coupons::router())
        .merge(locals::router())
        .merge(orders::router())
        .merge(prices::router())
        .merge(stock::router())
        .with_state(catalog)
}

/// Pictures, for everybody: `GET /media/{org}/{name}`.
pub fn media_router(catalog: Catalog) -> Router {
    Router::new().route("/media/{org}/{name}", get(pictures::image)).with_state(catalog)
}

/// A product as members see it.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Product)]
struct ProductView {
    /// The product.
    id: ProductId,
    /// Its name.
    title: String,
    /// In words.
    description: String,
    /// Its page in the shop.
    url: String,
    /// Its picture, 800 pixels at its longest side where it has so many.
    image_url: Option<String>,
    /// Every form of its picture, smallest first, to choose from by width and type. Empty without one, and for one that an
    /// earlier version took.
    image: Vec<pictures::ImageSource>,
    /// All of its pictures, at most ten; the first one stands for it.
    pictures: Vec<pictures::PictureView>,
    /// Currency of every price.
    currency: Currency,
    /// The lowest price of its variants, in minor units.
    price_minor: i64,
    /// The price before, when it is reduced, in minor units.
    compare_at_minor: Option<i64>,
    /// Whether it is sold. One that is not stays out of shows and reservations, and keeps its stock, its orders and its prices.
    on_sale: bool,
    /// Who took it off the sale; null while it is sold.
    hidden_by: Option<HiddenBy>,
    /// How many are left over all variants.
    stock: i64,
    /// The names of its variants' options, in the order in which people are asked.
    options: Vec<String>,
    /// What it is found by: in lower case, sorted.
    tags: Vec<String>,
    /// What it is called in other languages than the organisation's own, by BCP 47 tag.
    #[schema(value_type = BTreeMap<String, ProductText>)]
    texts: BTreeMap<Language, ProductText>,
    /// What can be bought; never empty.
    variants: Vec<Variant>,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// Grows with each change, a sale included; the answer's `ETag`.
    version: i64,
}

fn view(catalog: &Catalog, product: Product) -> Versioned<ProductView> {
    Versioned(product.version, plain_view(catalog, product))
}

fn plain_view(catalog: &Catalog, product: Product) -> ProductView {
    ProductView {
        id: product.id,
        image_url: catalog.image_url(&product),
        image: product.image().map(|main| pictures::sources(catalog, product.org, main)).unwrap_or_default(),
        pictures: pictures::views(catalog, &product),
        price_minor: product.price_minor(),
        stock: product.stock(),
        on_sale: product.hidden.is_none(),
        hidden_by: product.hidden,
        title: product.title,
        description: product.description,
        url: product.url,
        currency: product.currency,
        compare_at_minor: product.compare_at_minor,
        options: product.options,
        tags: product.tags,
        texts: product.texts,
        variants: product.variants,
        created_at: product.created_at,
        version: product.version,
    }
}

/// Which products.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ProductQuery {
    /// Those with this tag, however it is written.
    tag: Option<String>,
    /// Those whose title, or a variant's `sku`, begins so: 1 to 100 characters, however they are written. Not together with `tag`.
    q: Option<String>,
}

/// The most products that are asked for by their ids.
const MOST_IDS: usize = 200;

/// The ids that a query names; it may name as many as it likes, and the parameter once each.
fn ids_of(query: Option<&str>) -> Result<Vec<ProductId>, Invalid> {
    let pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let ids = pairs.filter(|(name, _)| name == "id").take(MOST_IDS + 1).map(|(_, id)| id.parse());
    let ids: Result<Vec<ProductId>, _> = ids.collect();
    match ids {
        Ok(ids) if ids.len() <= MOST_IDS => Ok(ids),
        Ok(_) => Err(Invalid::new(format!("`id` is given at most {MOST_IDS} times"))),
        Err(_) => Err(Invalid::new("`id` takes the id of a product")),
    }
}

/// Products, newest first.
#[utoipa::path(get, path = "/v1/orgs/{org}/products", tag = "catalog",
    params(("org" = OrgId, Path),
        ("id" = Option<Vec<ProductId>>, Query, description = "These, in this order, as often as the parameter is given: at most \
            200. Those that are not there are left out; all come in one page, and the other parameters count for nothing."),
        ProductQuery, PageQuery),
    responses((status = 200, body = Page<ProductView>), Problems))]
async fn list_products(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path(org): Path<OrgId>,
    RawQuery(named): RawQuery,
    Query(query): Query<ProductQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<ProductView>>, ApiError> {
    let ids = ids_of(named.as_deref())?;
    let (tag, q, after) = (query.tag.as_deref(), query.q.as_deref(), page.after()?);
    let products = match (ids.is_empty(), tag, q) {
        (false, ..) => catalog.products_named(&actor, org, &ids).await?,
        (true, Some(_), Some(_)) => return Err(Invalid::new("`tag` and `q` are not given together").into()),
        (true, None, Some(q)) => catalog.find_products(&actor, org, q, after, page.limit()).await?,
        (true, tag, None) => catalog.products_with(&actor, org, tag, after, page.limit()).await?,
    };
    Ok(Json(products.map(|product| plain_view(&catalog, product))))
}

/// Makes a product.
#[utoipa::path(post, path = "/v1/orgs/{org}/products", tag = "catalog", params(("org" = OrgId, Path)),
    responses((status = 201, body = ProductView), Problems))]
async fn create_product(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Json(draft): Json<ProductDraft>,
) -> Result<Created<Versioned<ProductView>>, ApiError> {
    let product = catalog.create_product(&actor, org, draft).await?;
    Ok(Created(format!("/v1/orgs/{org}/products/{}", product.id), view(&catalog, product)))
}

/// A product.
#[utoipa::path(get, path = "/v1/orgs/{org}/products/{product}", tag = "catalog",
    params(("org" = OrgId, Path), ("product" = ProductId, Path)),
    responses((status = 200, body = ProductView), Problems))]
async fn get_product(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path((org, product)): Path<(OrgId, ProductId)>,
) -> Result<Versioned<ProductView>, ApiError> {
    let product = catalog.product(&actor, org, product).await?;
    Ok(view(&catalog, product))
}

/// Changes a product; with `If-Match` only the version that was seen. What costs money when it undoes another's change needs it:
/// `variants`, `pictures`, `stock`, `price_minor`, `compare_at_minor`, `currency`; without, the answer is 428 `precondition_required`. What
/// says nothing of stock leaves it alone.
#[utoipa::path(patch, path = "/v1/orgs/{org}/products/{product}", tag = "catalog",
    params(("org" = OrgId, Path), ("product" = ProductId, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = ProductView),
        (status = 428, description = "The change needs `If-Match`.", body = Problem, content_type = "application/problem+json"),
        Problems))]
async fn change_product(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path((org, product)): Path<(OrgId, ProductId)>,
    IfMatch(seen): IfMatch,
    Json(patch): Json<ProductPatch>,
) -> Result<Versioned<ProductView>, ApiError> {
    let product = catalog.change_product(&actor, org, product, seen, patch).await?;
    Ok(view(&catalog, product))
}

/// Removes a product.
#[utoipa::path(delete, path = "/v1/orgs/{org}/products/{product}", tag = "catalog",
    params(("org" = OrgId, Path), ("product" = ProductId, Path)),
    responses((status = 204), Problems))]
async fn remove_product(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path((org, product)): Path<(OrgId, ProductId)>,
) -> Result<StatusCode, ApiError> {
    catalog.remove_product(&actor, org, product).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<CatalogError> for ApiError {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::Denied(denied) => denied.into(),
            CatalogError::Invalid(invalid) => invalid.into(),
            CatalogError::NoProduct(_) => Self::not_found("product"),
            CatalogError::NoVariant(_) => Self::not_found("variant"),
            CatalogError::NoPicture(_) => Self::not_found("picture"),
            CatalogError::NoOrder(_) => Self::not_found("order"),
            CatalogError::NoCoupon(_) => Self::not_found("coupon"),
            CatalogError::NoReservation(_) => Self::not_found("reservation"),
            CatalogError::RefTaken(number) => {
                Self::new(Code::RefTaken, format!("`external_ref` {number} came with another body before"))
            }
            CatalogError::ExternalIdTaken(platform, id) => Self::new(
                Code::RefTaken,
                format!("`external_ids`: another variant is called {id} on {platform} already"),
            ),
            CatalogError::Cancelled => Self::new(Code::IllegalMove, "the order is cancelled already"),
            CatalogError::Unseen => Self::new(
                Code::PreconditionRequired,
                "this needs `If-Match` with the `ETag` of an earlier answer: others sell and change meanwhile",
            ),
            CatalogError::CodeTaken => Self::new(Code::NameTaken, "a coupon has that code already"),
            CatalogError::Stale(version) => {
                Self::new(Code::Conflict, format!("it has changed meanwhile; its version is {version}"))
                    .with_status(StatusCode::PRECONDITION_FAILED)
            }
            CatalogError::OutOfStock(..) => Self::new(Code::OutOfStock, error.to_string()),
            CatalogError::UnknownName(..) => Self::new(Code::UnknownProduct, error.to_string()),
            CatalogError::NotAPicture => {
                Self::new(Code::UnsupportedType, "these bytes are no PNG, JPEG or WebP picture")
            }
            CatalogError::TooManyPixels => Self::new(Code::TooLarge, error.to_string()),
            CatalogError::BrokenPicture => Self::new(Code::InvalidRequest, error.to_string())
                .with_status(StatusCode::UNPROCESSABLE_ENTITY),
            CatalogError::PicturesBusy => Self::new(Code::Overloaded, error.to_string()),
            CatalogError::Plan(error) => error.into(),
            CatalogError::Blob(_) | CatalogError::Db(_) => Self::internal(&error),
        }
    }
}

#[cfg(test)]
mod tests;
