//! HTTP of imports and the export.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::{Code, Currency, ImportId, OrgId};

use super::{
    Format, Import, ImportAddress, ImportProblem, Imports, ImportsError, NewImport, NewImportAddress,
    Options, PictureCounts,
};
use super::{MissingRule, StockRule};
use crate::base::{Actor, ApiError, EgressError, Json, Page, PageQuery, Path, Problem, Problems, Query};
use crate::catalog::{Language, Market};

/// The room's addresses.
pub fn router(imports: Imports) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_imports, create_import))
        .routes(routes!(get_import))
        .routes(routes!(confirm_missing))
        .routes(routes!(fetch_import))
        .routes(routes!(list_import_addresses))
        .routes(routes!(set_import_address, remove_import_address))
        .routes(routes!(export_products))
        .with_state(imports)
}

/// How a list is read.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ImportQuery {
    /// Whose names for products the list has, `main` when not said: the same name of the same source is the same product.
    source: Option<String>,
    /// Currency of prices without one; the organisation's own when not said.
    #[param(value_type = Option<String>)]
    currency: Option<Currency>,
    /// The shop's address, for lists without pages of products.
    shop_url: Option<String>,
    /// `replace` overwrites what is in stock; `keep` when not said.
    #[param(inline)]
    stock: Option<StockRule>,
    /// `hide` takes products of the source off the sale that the list leaves out; `keep` when not said.
    #[param(inline)]
    missing: Option<MissingRule>,
    /// The source whose products the list adds to, and nothing else: `main` when not said, where `language` or `market` is.
    adds_to: Option<String>,
    /// What titles and descriptions of a list that adds are in (BCP 47).
    #[param(value_type = Option<String>)]
    language: Option<Language>,
    /// The country that prices of a list that adds are for (ISO 3166-1 alpha-2); everywhere without it.
    #[param(value_type = Option<String>)]
    market: Option<Market>,
}

/// Where a list is fetched from, once.
#[derive(Deserialize, utoipa::ToSchema)]
struct FetchBody {
    /// An http or https address of the public internet, without name and password.
    address: String,
    /// What is there is written as.
    format: Format,
    /// Whose names for products the list has, `main` when not said.
    #[serde(default)]
    source: Option<String>,
    /// How it is read.
    #[serde(default)]
    options: Options,
}

/// What an export is written as.
#[derive(Debug, Clone, Copy, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum ExportFormat {
    #[default]
    Csv,
    Json,
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ExportQuery {
    /// `csv` when not said.
    #[param(inline)]
    format: Option<ExportFormat>,
}

/// An import with what is wrong with rows of it.
#[derive(Serialize, utoipa::ToSchema)]
struct ImportReport {
    #[serde(flatten)]
    import: Import,
    /// How far its pictures are.
    pictures: PictureCounts,
    /// What is wrong, in the order of the list; the first thousand are kept.
    problems: Page<ImportProblem>,
}

/// Imports, newest first.
#[utoipa::path(get, path = "/v1/orgs/{org}/imports", tag = "import", params(("org" = OrgId, Path), PageQuery),
    responses((status = 200, body = Page<Import>), Problems))]
async fn list_imports(
    State(imports): State<Imports>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Import>>, ApiError> {
    Ok(Json(imports.list(&actor, org, page.after()?, page.limit()).await?))
}

/// Takes a list of products in, at most 256 MB: CSV (Shopify's columns, Google Merchant's, or `id`, `title`, `price`, `link`),
/// RSS or Atom with Google Merchant's elements, or JSON; packed with gzip or not, within that size once it is unpacked. It takes as
/// long to come as it keeps coming. It is read after the answer; the import says how far that is. The
/// same list again changes nothing.
#[utoipa::path(post, path = "/v1/orgs/{org}/imports", tag = "import",
    params(("org" = OrgId, Path), ImportQuery),
    request_body(content(("text/csv"), ("application/xml"), ("application/json"), ("application/x-ndjson"))),
    responses((status = 202, body = Import),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "Many lists are coming in."),
        Problems))]
async fn create_import(
    State(imports): State<Imports>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Query(query): Query<ImportQuery>,
    request: Request,
) -> Result<(StatusCode, Json<Import>), ApiError> {
    actor.require(crate::base::Permission::ImportCatalog, org)?;
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let format = kind.and_then(Format::of_media_type).ok_or_else(|| {
        ApiError::new(
            Code::UnsupportedType,
            "a list is text/csv, application/xml, application/json or application/x-ndjson",
        )
    })?;
    let packed = request.headers().get(header::CONTENT_ENCODING).map(HeaderValue::as_bytes);
    if packed.is_some_and(|packed| ![&b"gzip"[..], b"x-gzip", b"identity"].contains(&packed)) {
        return Err(ApiError::new(Code::UnsupportedType, "a list is packed with gzip, or not at all"));
    }
    let new = NewImport {
        source: query.source.unwrap_or_else(|| "main".into()),
        format,
        options: Options {
            currency: query.currency,
            shop_url: query.shop_url,
            stock: query.stock.unwrap_or_default(),
            missing: query.missing,
            adds_to: query.adds_to,
            language: query.language,
            market: query.market,
        },
    };
    let import = imports.upload(&actor, org, new, request.into_body().into_data_stream()).await?;
    Ok((StatusCode::ACCEPTED, Json(import)))
}

/// Fetches a list of products from an address, once.
#[utoipa::path(post, path = "/v1/orgs/{org}/imports/fetch", tag = "import", params(("org" = OrgId, Path)),
    responses((status = 202, body = Import), Problems))]
async fn fetch_import(
    State(imports): State<Imports>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Json(body): Json<FetchBody>,
) -> Result<(StatusCode, Json<Import>), ApiError> {
    let source = body.source.unwrap_or_else(|| "main".into());
    let new = NewImport { source, format: body.format, options: body.options };
    Ok((StatusCode::ACCEPTED, Json(imports.fetch_once(&actor, org, new, body.address).await?)))
}

/// Where lists are fetched from, by their sources.
#[utoipa::path(get, path = "/v1/orgs/{org}/import-addresses", tag = "import", params(("org" = OrgId, Path)),
    responses((status = 200, body = Page<ImportAddress>), Problems))]
async fn list_import_addresses(
    State(imports): State<Imports>,
    actor: Actor,
    Path(org): Path<OrgId>,
) -> Result<Json<Page<ImportAddress>>, ApiError> {
    Ok(Json(Page { items: imports.addresses(&actor, org).await?, next: None }))
}

/// Has lists of a source fetched from an address, in a minute and then again and again. There is one for each source.
#[utoipa::path(put, path = "/v1/orgs/{org}/import-addresses/{source}", tag = "import",
    params(("org" = OrgId, Path), ("source" = String, Path)), responses((status = 200, body = ImportAddress), Problems))]
async fn set_import_address(
    State(imports): State<Imports>,
    actor: Actor,
    Path((org, source)): Path<(OrgId, String)>,
    Json(body): Json<NewImportAddress>,
) -> Result<Json<ImportAddress>, ApiError> {
    Ok(Json(imports.set_address(&actor, org, source, body).await?))
}

/// Fetches from there no more. What was imported stays.
#[utoipa::path(delete, path = "/v1/orgs/{org}/import-addresses/{source}", tag = "import",
    params(("org" = OrgId, Path), ("source" = String, Path)), responses((status = 204), Problems))]
async fn remove_import_address(
    State(imports): State<Imports>,
    actor: Actor,
    Path((org, source)): Path<(OrgId, String)>,
) -> Result<StatusCode, ApiError> {
    imports.remove_address(&actor, org, &source).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An import: how far it is, what its rows came to, and what is wrong with some of them.
#[utoipa::path(get, path = "/v1/orgs/{org}/imports/{import}", tag = "import",
    params(("org" = OrgId, Path), ("import" = ImportId, Path), PageQuery),
    responses((status = 200, body = ImportReport), Problems))]
async fn get_import(
    State(imports): State<Imports>,
    actor: Actor,
    Path((org, import)): Path<(OrgId, ImportId)>,
    Query(page): Query<PageQuery>,
) -> Result<Json<ImportReport>, ApiError> {
    let pictures = imports.picture_counts(&actor, org, import).await?;
    let (import, problems) = imports.report(&actor, org, import, page.after()?, page.limit()).await?;
    Ok(Json(ImportReport { import, pictures, problems }))
}

/// Lets the products leave the sale that a whole list leaves out, though they are more than 30 % of its source. Only the newest
/// import of a source can be confirmed, once.
#[utoipa::path(post, path = "/v1/orgs/{org}/imports/{import}/confirm-missing", tag = "import",
    params(("org" = OrgId, Path), ("import" = ImportId, Path)),
    responses((status = 202, body = Import), Problems))]
async fn confirm_missing(
    State(imports): State<Imports>,
    actor: Actor,
    Path((org, import)): Path<(OrgId, ImportId)>,
) -> Result<(StatusCode, Json<Import>), ApiError> {
    Ok((StatusCode::ACCEPTED, Json(imports.confirm_missing(&actor, org, import).await?)))
}

/// Every product, as a list that an import takes again.
#[utoipa::path(get, path = "/v1/orgs/{org}/products/export", tag = "import",
    params(("org" = OrgId, Path), ExportQuery),
    responses((status = 200, content((String = "text/csv"), (Vec<serde_json::Value> = "application/json"))), Problems))]
async fn export_products(
    State(imports): State<Imports>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Query(query): Query<ExportQuery>,
) -> Result<Response, ApiError> {
    let (format, kind, name) = match query.format.unwrap_or_default() {
        ExportFormat::Csv => {
            (Format::Csv, "text/csv; charset=utf-8", "attachment; filename=\"products.csv\"")
        }
        ExportFormat::Json => (Format::Json, "application/json", "attachment; filename=\"products.json\""),
    };
    let products = imports.export(&actor, org, format).await?;
    let mut response = Body::from_stream(products).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}

impl From<ImportsError> for ApiError {
    fn from(error: ImportsError) -> Self {
        match error {
            ImportsError::Denied(denied) => denied.into(),
            ImportsError::Invalid(invalid) => invalid.into(),
            ImportsError::NoImport(_) => Self::not_found("import"),
            ImportsError::TooLarge => Self::new(Code::TooLarge, error.to_string()),
            ImportsError::BrokenOff => Self::new(Code::InvalidRequest, error.to_string()),
            ImportsError::Enough | ImportsError::Coming => Self::new(Code::RateLimited, error.to_string()),
            ImportsError::Busy => Self::new(Code::Overloaded, error.to_string()),
            ImportsError::NothingMissing => Self::new(Code::IllegalMove, error.to_string()),
            ImportsError::NoAddress(_) => Self::not_found("import address"),
            ImportsError::EnoughAddresses => Self::new(Code::LimitReached, error.to_string()),
            ImportsError::Egress(EgressError::NoAddress | EgressError::NotPublic) => {
                crate::base::Invalid::new(format!("`address`: {error}")).into()
            }
            ImportsError::Egress(_) => Self::new(Code::FarSide, error.to_string()),
            ImportsError::Catalog(error) => error.into(),
            ImportsError::Suspended => Self::new(Code::OrganizationSuspended, error.to_string()),
            ImportsError::LaterVersion
            | ImportsError::Overtaken
            | ImportsError::Io(_)
            | ImportsError::Db(_) => Self::internal(&error),
        }
    }
}
