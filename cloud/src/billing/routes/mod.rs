//! HTTP of billing.

mod page;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::routing::get;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::{Code, InvoiceId, OrgId};

use crate::base::{Actor, ApiError, Json, Page, PageQuery, Path, Problems, Query, Secretive, read_body};
use crate::billing::{Billing, BillingError, BillingOrder, BillingView, Invoice};

/// The room's addresses.
pub fn router(billing: Billing) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(get_billing))
        .routes(routes!(open_checkout))
        .routes(routes!(open_portal))
        .routes(routes!(change_subscription))
        .routes(routes!(list_invoices))
        .routes(routes!(get_invoice))
        .routes(routes!(take_webhook))
        .route("/account/billing", get(page::show))
        .with_state(billing)
}

/// A page of the payment provider.
#[derive(Serialize, utoipa::ToSchema)]
struct BillingPage {
    /// Where a browser is to go. It holds for a short time, and for whoever has it.
    url: String,
}

/// Who takes the money, how payments stand, and what the next period costs.
#[utoipa::path(get, path = "/v1/orgs/{org}/billing", tag = "billing", params(("org" = OrgId, Path)),
    responses((status = 200, body = BillingView), Problems))]
async fn get_billing(
    State(billing): State<Billing>,
    actor: Actor,
    Path(org): Path<OrgId>,
) -> Result<Json<BillingView>, ApiError> {
    Ok(Json(billing.view(&actor, org).await?))
}

/// Opens a page where a plan is paid for the first time. A page that was opened before is closed. The plan holds once the
/// payment was made, a moment after the browser is sent back.
#[utoipa::path(post, path = "/v1/orgs/{org}/billing/checkout", tag = "billing", params(("org" = OrgId, Path)),
    responses((status = 200, body = BillingPage), (status = 502, body = crate::base::Problem,
        content_type = "application/problem+json", description = "The payment provider does not answer; nothing was opened."), Problems))]
async fn open_checkout(
    State(billing): State<Billing>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Json(order): Json<BillingOrder>,
) -> Result<(Extension<Secretive>, Json<BillingPage>), ApiError> {
    Ok((Extension(Secretive), Json(BillingPage { url: billing.checkout(&actor, org, order).await? })))
}

/// Opens a page of the payment provider where invoices are seen and the card is changed.
#[utoipa::path(post, path = "/v1/orgs/{org}/billing/portal", tag = "billing", params(("org" = OrgId, Path)),
    responses((status = 200, body = BillingPage), (status = 502, body = crate::base::Problem,
        content_type = "application/problem+json", description = "The payment provider does not answer; nothing was opened."), Problems))]
async fn open_portal(
    State(billing): State<Billing>,
    actor: Actor,
    Path(org): Path<OrgId>,
) -> Result<(Extension<Secretive>, Json<BillingPage>), ApiError> {
    Ok((Extension(Secretive), Json(BillingPage { url: billing.portal(&actor, org).await? })))
}

/// Changes what is paid for. More holds at once, and what is left of the period is paid for in parts; less holds from the next period
/// on, and so does the default plan, which ends the subscription. What is paid for now, asked for again, takes back what was to come.
/// By invoice, the address of whoever asks has to be confirmed (403 `forbidden`), and nothing more is taken while an invoice is overdue
/// (409 `payment_declined`). What an organisation takes that never paid before holds once its first invoice is paid; until then `state`
/// is `none`.
#[utoipa::path(patch, path = "/v1/orgs/{org}/billing/subscription", tag = "billing", params(("org" = OrgId, Path)),
    responses((status = 200, body = BillingView), (status = 502, body = crate::base::Problem,
        content_type = "application/problem+json", description = "The payment provider does not answer; nothing was changed here."), Problems))]
async fn change_subscription(
    State(billing): State<Billing>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Json(order): Json<BillingOrder>,
) -> Result<Json<BillingView>, ApiError> {
    Ok(Json(billing.change(&actor, org, order).await?))
}

/// Invoices that this server wrote, newest first. Those of a payment provider are seen on its page.
#[utoipa::path(get, path = "/v1/orgs/{org}/invoices", tag = "billing", params(("org" = OrgId, Path), PageQuery),
    responses((status = 200, body = Page<Invoice>), Problems))]
async fn list_invoices(
    State(billing): State<Billing>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Invoice>>, ApiError> {
    Ok(Json(billing.invoices(&actor, org, page.after()?, page.limit()).await?))
}

/// One of them.
#[utoipa::path(get, path = "/v1/orgs/{org}/invoices/{invoice}", tag = "billing",
    params(("org" = OrgId, Path), ("invoice" = InvoiceId, Path)), responses((status = 200, body = Invoice), Problems))]
async fn get_invoice(
    State(billing): State<Billing>,
    actor: Actor,
    Path((org, invoice)): Path<(OrgId, InvoiceId)>,
) -> Result<Json<Invoice>, ApiError> {
    Ok(Json(billing.invoice(&actor, org, invoice).await?))
}

/// Takes webhooks of Stripe, signed as it signs them (`Stripe-Signature`, `v1`). What follows is done after the answer.
#[utoipa::path(post, path = "/v1/billing/stripe", tag = "billing", security(()),
    request_body(content(("application/json"))), responses((status = 200), Problems))]
async fn take_webhook(State(billing): State<Billing>, request: Request) -> Result<StatusCode, ApiError> {
    let signature = request.headers().get("stripe-signature").and_then(|value| value.to_str().ok());
    let signature = signature.map(str::to_owned);
    let body = read_body(request).await?;
    billing.take_webhook(signature.as_deref(), &body).await?;
    Ok(StatusCode::OK)
}

impl From<BillingError> for ApiError {
    fn from(error: BillingError) -> Self {
        let words = error.to_string();
        match error {
            BillingError::Denied(denied) => denied.into(),
            BillingError::Invalid(invalid) => invalid.into(),
            BillingError::NotOnline => Self::new(Code::NoOnlinePayment, words),
            BillingError::OperatorOnly => Self::new(Code::OperatorOnly, words),
            BillingError::Subscribed => Self::new(Code::AlreadySubscribed, words),
            BillingError::NotSubscribed => Self::new(Code::NotSubscribed, words),
            BillingError::Unconfirmed => Self::new(Code::Forbidden, words),
            BillingError::Overdue | BillingError::Declined => Self::new(Code::PaymentDeclined, words),
            BillingError::Unsigned(_) => Self::new(Code::BadSignature, words),
            BillingError::NoEvent => Self::new(Code::InvalidRequest, words),
            BillingError::NoWebhooks => Self::new(Code::NotFound, words),
            BillingError::AnotherCheckout => Self::new(Code::Conflict, words),
            BillingError::NoWebhook => Self::not_found("webhook"),
            BillingError::NoInvoice => Self::not_found("invoice"),
            BillingError::InvoiceClosed => Self::new(Code::IllegalMove, words),
            BillingError::Provider(cause) => {
                tracing::error!(error = %cause, "the payment provider failed");
                Self::new(Code::FarSide, words)
            }
            BillingError::NoSubscription => Self::not_found("subscription"),
            BillingError::Org(error) => error.into(),
            BillingError::Plan(error @ crate::plan::PlanError::Given) => error.into(),
            BillingError::UnknownPrice(_)
            | BillingError::BrokenOff
            | BillingError::Plan(_)
            | BillingError::Mail(_)
            | BillingError::Db(_) => Self::internal(&error),
        }
    }
}
