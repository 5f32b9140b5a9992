//! HTTP of pictures: they come in as files, and are served to everybody.

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::{Code, OrgId, ProductId};

use super::{ProductView, view};
use crate::base::{Actor, ApiError, IfMatch, Path, Problem, Problems, Query, Versioned};
use crate::catalog::image::MAX_BYTES;
use crate::catalog::{Catalog, ImageSize, NewPicture, Picture, Product};

pub(super) fn router() -> OpenApiRouter<Catalog> {
    OpenApiRouter::new()
        .routes(routes!(set_image))
        .routes(routes!(add_picture))
        .routes(routes!(replace_picture))
        .layer(DefaultBodyLimit::max(MAX_BYTES))
}

/// A picture of a product.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Picture)]
pub(super) struct PictureView {
    /// What it is named by, made of its content.
    id: String,
    /// What is said in its place, to those who do not see it; empty where nobody wrote it.
    alt: String,
    /// Where it is served, 800 pixels at its longest side where it has so many.
    url: String,
    /// Every form of it, smallest first, to choose from by width and type. Empty for one that an early version took.
    sources: Vec<ImageSource>,
}

/// A picture in one size and type.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ImageSource {
    /// In pixels.
    width: u32,
    /// In pixels.
    height: u32,
    /// Where it is served; what is there never changes.
    url: String,
    /// `image/jpeg` or `image/webp`.
    #[serde(rename = "type")]
    kind: &'static str,
}

pub(super) fn sources(catalog: &Catalog, org: OrgId, picture: &Picture) -> Vec<ImageSource> {
    let source = |size: &ImageSize, name: &str, kind| ImageSource {
        width: size.width,
        height: size.height,
        url: catalog.media_url(org, name),
        kind,
    };
    picture
        .sizes
        .iter()
        .flat_map(|size| [source(size, &size.webp, "image/webp"), source(size, &size.jpeg, "image/jpeg")])
        .collect()
}

pub(super) fn views(catalog: &Catalog, product: &Product) -> Vec<PictureView> {
    let view = |picture: &Picture| PictureView {
        id: picture.id().to_owned(),
        alt: picture.alt.clone(),
        url: catalog.media_url(product.org, &picture.name),
        sources: sources(catalog, product.org, picture),
    };
    product.pictures.iter().map(view).collect()
}

/// What is said of a picture that is sent.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct PictureQuery {
    /// What is said in its place, to those who do not see it: at most 300 characters.
    alt: Option<String>,
}

/// The bytes of a picture that is sent, with its room.
async fn sent(
    catalog: &Catalog,
    actor: &Actor,
    org: OrgId,
    request: Request,
    alt: Option<String>,
) -> Result<NewPicture, ApiError> {
    let turn = catalog.picture_turn(actor, org)?;
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).map(|kind| kind.trim().to_ascii_lowercase());
    if !matches!(kind.as_deref(), Some("image/png" | "image/jpeg" | "image/webp")) {
        return Err(ApiError::new(Code::UnsupportedType, "a picture is image/png, image/jpeg or image/webp"));
    }
    Ok(NewPicture { turn, bytes: crate::base::read_body(request).await?, alt: alt.unwrap_or_default() })
}

/// Gives a product the picture that stands for it, in the place of the one before: PNG, JPEG or WebP, at most 8 MB, 8,000 pixels
/// a side and 40 million in all. It is made anew: upright, without what a camera noted, of what moves the first picture.
#[utoipa::path(put, path = "/v1/orgs/{org}/products/{product}/image", tag = "catalog",
    params(("org" = OrgId, Path), ("product" = ProductId, Path)),
    request_body(content(("image/png"), ("image/jpeg"), ("image/webp"))),
    responses((status = 200, body = ProductView),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "Many pictures are coming in."),
        Problems))]
async fn set_image(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path((org, product)): Path<(OrgId, ProductId)>,
    request: Request,
) -> Result<Versioned<ProductView>, ApiError> {
    let new = sent(&catalog, &actor, org, request, None).await?;
    let product = catalog.set_image(&actor, org, product, new.turn, new.bytes).await?;
    Ok(view(&catalog, product))
}

/// Puts a picture behind those that a product has, taken as its first one is; the product as it is then. The same picture again
/// changes nothing. A product takes ten.
#[utoipa::path(put, path = "/v1/orgs/{org}/products/{product}/pictures", tag = "catalog",
    params(("org" = OrgId, Path), ("product" = ProductId, Path), PictureQuery, ("If-Match" = Option<String>, Header)),
    request_body(content(("image/png"), ("image/jpeg"), ("image/webp"))),
    responses((status = 200, body = ProductView),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "Many pictures are coming in."),
        Problems))]
async fn add_picture(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path((org, product)): Path<(OrgId, ProductId)>,
    Query(query): Query<PictureQuery>,
    IfMatch(seen): IfMatch,
    request: Request,
) -> Result<Versioned<ProductView>, ApiError> {
    let new = sent(&catalog, &actor, org, request, query.alt).await?;
    let product = catalog.add_picture(&actor, org, product, seen, new).await?;
    Ok(view(&catalog, product))
}

/// Lets a picture take the place of another, which needs `If-Match`. What is said in its place stays when `alt` is absent.
#[utoipa::path(put, path = "/v1/orgs/{org}/products/{product}/pictures/{picture}", tag = "catalog",
    params(("org" = OrgId, Path), ("product" = ProductId, Path), ("picture" = String, Path), PictureQuery,
        ("If-Match" = String, Header)),
    request_body(content(("image/png"), ("image/jpeg"), ("image/webp"))),
    responses((status = 200, body = ProductView),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "Many pictures are coming in."),
        Problems))]
async fn replace_picture(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path((org, product, picture)): Path<(OrgId, ProductId, String)>,
    Query(query): Query<PictureQuery>,
    IfMatch(seen): IfMatch,
    request: Request,
) -> Result<Versioned<ProductView>, ApiError> {
    let new = sent(&catalog, &actor, org, request, query.alt).await?;
    let product = catalog.replace_picture(&actor, org, product, (seen, &picture), new).await?;
    Ok(view(&catalog, product))
}

/// A picture. Its name is made of its content, so whoever has it never needs to ask again.
pub(super) async fn image(
    State(catalog): State<Catalog>,
    Path((org, name)): Path<(OrgId, String)>,
) -> Result<Response, ApiError> {
    let image = catalog.image(org, &name).await?.ok_or_else(|| ApiError::not_found("picture"))?;
    let mut response = Body::from(image.bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(image.content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    // Whoever opens it by itself sees a picture, whatever its bytes say.
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}
