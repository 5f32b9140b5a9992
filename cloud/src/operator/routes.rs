//! HTTP of operators.

use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::{Code, InvoiceId, OrgId, ShowId};

use super::{
    DeedFilter, DeedKind, OperatorDeed, OperatorError, OperatorOrganization, Operators, OrganizationFile,
    PlanAssignment, UnreadableRow,
};
use crate::base::{Actor, ApiError, Json, Page, PageQuery, Path, Problems, Query};
use crate::billing::{
    BillingView, DeadWebhook, Invoice, InvoiceMove, InvoicePlace, InvoiceState, SeveralSubscriptions,
};
use crate::org::SignUp;
use crate::plan::{AddOn, Plan, PlanChange, Price};

/// The room's addresses.
pub fn router(operators: Operators) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_organizations))
        .routes(routes!(get_organization_file))
        .routes(routes!(assign_plan, take_back_plan))
        .routes(routes!(stop_deletion))
        .routes(routes!(list_add_ons))
        .routes(routes!(price_add_on))
        .routes(routes!(list_several_subscriptions))
        .routes(routes!(end_other_subscription))
        .routes(routes!(list_unreadable))
        .routes(routes!(suspend_organization))
        .routes(routes!(resume_organization))
        .routes(routes!(end_any_show))
        .routes(routes!(list_plans))
        .routes(routes!(put_plan))
        .routes(routes!(get_sign_up_setting, set_sign_up_setting))
        .routes(routes!(list_every_invoice))
        .routes(routes!(close_invoice))
        .routes(routes!(end_subscription))
        .routes(routes!(list_dead_webhooks))
        .routes(routes!(retry_webhook))
        .routes(routes!(remove_lost_factor))
        .routes(routes!(operator_audit))
        .with_state(operators)
}

/// What is searched for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OrganizationQuery {
    /// A part of the name or the channel's name, or a member's address.
    pub query: Option<String>,
    /// The `next` of the page before.
    pub after: Option<String>,
    /// How many items at most: 1 to 200, 50 when not said.
    pub limit: Option<u32>,
}

/// Why an organisation is suspended.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SuspensionRequest {
    /// What its members are told: 1 to 300 characters.
    pub reason: String,
    /// Whether its shows on air end; they go on when not said.
    #[serde(default)]
    pub end_shows: bool,
}

/// Who may make an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignUpSetting {
    /// Who.
    pub sign_up: SignUp,
}

/// Organisations, newest first.
#[utoipa::path(get, path = "/v1/operator/organizations", tag = "operator", params(OrganizationQuery),
    responses((status = 200, body = Page<OperatorOrganization>), Problems))]
async fn list_organizations(
    State(operators): State<Operators>,
    actor: Actor,
    Query(asked): Query<OrganizationQuery>,
) -> Result<Json<Page<OperatorOrganization>>, ApiError> {
    let page = PageQuery { after: asked.after, limit: asked.limit };
    let found = operators.organizations(&actor, asked.query.as_deref(), page.after()?, page.limit()).await?;
    Ok(Json(found))
}

/// One organisation with its plan, its members' number and what it uses.
#[utoipa::path(get, path = "/v1/operator/organizations/{organization}", tag = "operator",
    params(("organization" = OrgId, Path)), responses((status = 200, body = OrganizationFile), Problems))]
async fn get_organization_file(
    State(operators): State<Operators>,
    actor: Actor,
    Path(org): Path<OrgId>,
) -> Result<Json<OrganizationFile>, ApiError> {
    Ok(Json(operators.organization(&actor, org).await?))
}

/// Gives an organisation a plan and add-ons, at once. What was scheduled is forgotten. It stays whatever the organisation pays for, until
/// it is taken back or an owner pays for another on purpose; for one that pays already, say `override`.
#[utoipa::path(put, path = "/v1/operator/organizations/{organization}/plan", tag = "operator",
    params(("organization" = OrgId, Path)), responses((status = 200, body = OrganizationFile), Problems))]
async fn assign_plan(
    State(operators): State<Operators>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Json(said): Json<PlanAssignment>,
) -> Result<Json<OrganizationFile>, ApiError> {
    Ok(Json(operators.assign(&actor, org, said).await?))
}

/// Takes back the plan that an operator gave: what the organisation pays for holds, or the default plan.
#[utoipa::path(delete, path = "/v1/operator/organizations/{organization}/plan", tag = "operator",
    params(("organization" = OrgId, Path)), responses((status = 200, body = OrganizationFile), Problems))]
async fn take_back_plan(
    State(operators): State<Operators>,
    actor: Actor,
    Path(org): Path<OrgId>,
) -> Result<Json<OrganizationFile>, ApiError> {
    Ok(Json(operators.take_back(&actor, org).await?))
}

/// Keeps an organisation that was to be deleted, as long as that has not begun.
#[utoipa::path(delete, path = "/v1/operator/organizations/{organization}/deletion", tag = "operator",
    params(("organization" = OrgId, Path)), responses((status = 204), Problems))]
async fn stop_deletion(
    State(operators): State<Operators>,
    actor: Actor,
    Path(org): Path<OrgId>,
) -> Result<StatusCode, ApiError> {
    operators.stop_deletion(&actor, org).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What an add-on is to cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
pub struct AddOnPricing {
    /// What one costs a month; null takes the price away.
    #[serde(default)]
    pub price: Option<Price>,
}

/// Everything that raises a limit, with what it costs.
#[utoipa::path(get, path = "/v1/operator/add-ons", tag = "operator",
    responses((status = 200, body = Page<AddOn>), Problems))]
async fn list_add_ons(
    State(operators): State<Operators>,
    actor: Actor,
) -> Result<Json<Page<AddOn>>, ApiError> {
    Ok(Json(Page { items: operators.add_ons(&actor).await?, next: None }))
}

/// Says what an add-on costs from the next invoice on, where this server writes them; what Stripe asks is said by
/// `VITRINE_STRIPE_PRICES`. A price that somebody pays by invoice can be changed, and not taken away.
#[utoipa::path(put, path = "/v1/operator/add-ons/{add_on}", tag = "operator", params(("add_on" = String, Path)),
    responses((status = 200, body = AddOn), Problems))]
async fn price_add_on(
    State(operators): State<Operators>,
    actor: Actor,
    Path(add_on): Path<String>,
    Json(pricing): Json<AddOnPricing>,
) -> Result<Json<AddOn>, ApiError> {
    Ok(Json(operators.price_add_on(&actor, &add_on, pricing.price).await?))
}

/// Organisations that pay for several subscriptions at once, as was looked up last. One of them counts; the others are to be ended.
#[utoipa::path(get, path = "/v1/operator/several-subscriptions", tag = "operator", params(PageQuery),
    responses((status = 200, body = Page<SeveralSubscriptions>), Problems))]
async fn list_several_subscriptions(
    State(operators): State<Operators>,
    actor: Actor,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<SeveralSubscriptions>>, ApiError> {
    Ok(Json(operators.several_subscriptions(&actor, page.after()?, page.limit()).await?))
}

/// Ends a subscription at once that is not the one that counts. What is left of its period is credited to the customer.
#[utoipa::path(delete, path = "/v1/operator/organizations/{organization}/subscriptions/{subscription}", tag = "operator",
    params(("organization" = OrgId, Path), ("subscription" = String, Path)),
    responses((status = 200, body = BillingView), (status = 502, body = crate::base::Problem,
        content_type = "application/problem+json", description = "The payment provider does not answer; ask again."), Problems))]
async fn end_other_subscription(
    State(operators): State<Operators>,
    actor: Actor,
    Path((org, subscription)): Path<(OrgId, String)>,
) -> Result<Json<BillingView>, ApiError> {
    Ok(Json(operators.end_other_subscription(&actor, org, &subscription).await?))
}

/// What stands in the database and cannot be read, so that whoever needs it gets an error or less than they should: at most 200 of each
/// kind. It is mended by giving it anew: another role, another plan.
#[utoipa::path(get, path = "/v1/operator/unreadable", tag = "operator",
    responses((status = 200, body = Page<UnreadableRow>), Problems))]
async fn list_unreadable(
    State(operators): State<Operators>,
    actor: Actor,
) -> Result<Json<Page<UnreadableRow>>, ApiError> {
    Ok(Json(Page { items: operators.unreadable(&actor).await?, next: None }))
}

/// Suspends an organisation: its members look and change nothing, its pages are closed, publishers are refused, and those of shows that
/// are not on air are sent away.
#[utoipa::path(put, path = "/v1/operator/organizations/{organization}/suspension", tag = "operator",
    params(("organization" = OrgId, Path)), responses((status = 200, body = OrganizationFile), Problems))]
async fn suspend_organization(
    State(operators): State<Operators>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Json(said): Json<SuspensionRequest>,
) -> Result<Json<OrganizationFile>, ApiError> {
    Ok(Json(operators.suspend(&actor, org, &said.reason, said.end_shows).await?))
}

/// Lets an organisation go on.
#[utoipa::path(delete, path = "/v1/operator/organizations/{organization}/suspension", tag = "operator",
    params(("organization" = OrgId, Path)), responses((status = 200, body = OrganizationFile), Problems))]
async fn resume_organization(
    State(operators): State<Operators>,
    actor: Actor,
    Path(org): Path<OrgId>,
) -> Result<Json<OrganizationFile>, ApiError> {
    Ok(Json(operators.resume(&actor, org).await?))
}

/// Ends a show of whatever organisation.
#[utoipa::path(post, path = "/v1/operator/shows/{show}/end", tag = "operator", params(("show" = ShowId, Path)),
    responses((status = 204), Problems))]
async fn end_any_show(
    State(operators): State<Operators>,
    actor: Actor,
    Path(show): Path<ShowId>,
) -> Result<StatusCode, ApiError> {
    operators.end_show(&actor, show).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Every plan: the operator's, and those of the program.
#[utoipa::path(get, path = "/v1/operator/plans", tag = "operator",
    responses((status = 200, body = Page<Plan>), Problems))]
async fn list_plans(State(operators): State<Operators>, actor: Actor) -> Result<Json<Page<Plan>>, ApiError> {
    Ok(Json(Page { items: operators.plans(&actor).await?, next: None }))
}

/// Makes a plan, or changes what is named of the one of that key for everybody who has it. A price that somebody pays by invoice can be
/// changed, and not taken away.
#[utoipa::path(put, path = "/v1/operator/plans/{plan}", tag = "operator", params(("plan" = String, Path)),
    responses((status = 200, body = Plan), Problems))]
async fn put_plan(
    State(operators): State<Operators>,
    actor: Actor,
    Path(plan): Path<String>,
    Json(change): Json<PlanChange>,
) -> Result<Json<Plan>, ApiError> {
    Ok(Json(operators.put_plan(&actor, &plan, change).await?))
}

/// Who may make an account here.
#[utoipa::path(get, path = "/v1/operator/sign-up", tag = "operator",
    responses((status = 200, body = SignUpSetting), Problems))]
async fn get_sign_up_setting(
    State(operators): State<Operators>,
    actor: Actor,
) -> Result<Json<SignUpSetting>, ApiError> {
    Ok(Json(SignUpSetting { sign_up: operators.sign_up(&actor).await? }))
}

/// Decides who may make an account here.
#[utoipa::path(put, path = "/v1/operator/sign-up", tag = "operator",
    responses((status = 200, body = SignUpSetting), Problems))]
async fn set_sign_up_setting(
    State(operators): State<Operators>,
    actor: Actor,
    Json(setting): Json<SignUpSetting>,
) -> Result<Json<SignUpSetting>, ApiError> {
    operators.set_sign_up(&actor, setting.sign_up).await?;
    Ok(Json(setting))
}

/// Which invoices are looked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct InvoicesQuery {
    /// Those of one organisation.
    pub organization: Option<OrgId>,
    /// Those in one state.
    pub state: Option<InvoiceState>,
    /// The `next` of the page before.
    pub after: Option<String>,
    /// How many items at most: 1 to 200, 50 when not said.
    pub limit: Option<u32>,
}

/// What became of an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
pub struct InvoiceClosing {
    /// It was paid, or is not to be paid.
    pub state: InvoiceMove,
}

/// How a subscription is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
pub struct SubscriptionEnding {
    /// Whether it ends now; with the period that it was begun for when not said.
    #[serde(default)]
    pub at_once: bool,
}

/// Invoices of all organisations that this server wrote: open ones first, then the others; each newest first.
#[utoipa::path(get, path = "/v1/operator/invoices", tag = "operator", params(InvoicesQuery),
    responses((status = 200, body = Page<Invoice>), Problems))]
async fn list_every_invoice(
    State(operators): State<Operators>,
    actor: Actor,
    Query(asked): Query<InvoicesQuery>,
) -> Result<Json<Page<Invoice>>, ApiError> {
    let page = PageQuery { after: asked.after, limit: asked.limit };
    let after: Option<InvoicePlace> = page.after()?;
    let which = (asked.organization, asked.state);
    Ok(Json(operators.invoices(&actor, which, after, page.limit()).await?))
}

/// Says that an open invoice was paid, or is not to be paid (`void`). It cannot be taken back.
#[utoipa::path(put, path = "/v1/operator/invoices/{invoice}/state", tag = "operator",
    params(("invoice" = InvoiceId, Path)), responses((status = 200, body = Invoice), Problems))]
async fn close_invoice(
    State(operators): State<Operators>,
    actor: Actor,
    Path(invoice): Path<InvoiceId>,
    Json(closing): Json<InvoiceClosing>,
) -> Result<Json<Invoice>, ApiError> {
    Ok(Json(operators.close_invoice(&actor, invoice, closing.state).await?))
}

/// Ends what an organisation pays for by invoice: with its period, or at once. Open invoices stay open.
#[utoipa::path(post, path = "/v1/operator/organizations/{organization}/subscription/end", tag = "operator",
    params(("organization" = OrgId, Path)), responses((status = 200, body = BillingView), Problems))]
async fn end_subscription(
    State(operators): State<Operators>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Json(ending): Json<SubscriptionEnding>,
) -> Result<Json<BillingView>, ApiError> {
    Ok(Json(operators.end_subscription(&actor, org, ending.at_once).await?))
}

/// Webhooks of the payment provider that could be given to nobody, newest first, at most 200. They are kept for thirty days.
#[utoipa::path(get, path = "/v1/operator/payment-webhooks", tag = "operator",
    responses((status = 200, body = Page<DeadWebhook>), Problems))]
async fn list_dead_webhooks(
    State(operators): State<Operators>,
    actor: Actor,
) -> Result<Json<Page<DeadWebhook>>, ApiError> {
    Ok(Json(Page { items: operators.dead_webhooks(&actor, 200).await?, next: None }))
}

/// Has one of them followed once more.
#[utoipa::path(post, path = "/v1/operator/payment-webhooks/{webhook}/retry", tag = "operator",
    params(("webhook" = String, Path)), responses((status = 204), Problems))]
async fn retry_webhook(
    State(operators): State<Operators>,
    actor: Actor,
    Path(webhook): Path<String>,
) -> Result<StatusCode, ApiError> {
    operators.retry_webhook(&actor, &webhook).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whose second factor is lost.
#[derive(Debug, Deserialize, ToSchema)]
pub struct LostFactor {
    /// The confirmed address of their account.
    pub email: String,
}

/// Takes away the second factor of a person who lost it, recovery codes and all: the password, or a letter, opens their account
/// again. Their sessions end, and they get a letter. Make sure first who asks.
#[utoipa::path(post, path = "/v1/operator/lost-factors", tag = "operator", request_body = LostFactor,
    responses((status = 204), Problems))]
async fn remove_lost_factor(
    State(operators): State<Operators>,
    actor: Actor,
    Json(lost): Json<LostFactor>,
) -> Result<StatusCode, ApiError> {
    operators.remove_factor(&actor, &lost.email).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which deeds are looked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeedsQuery {
    /// Of one kind.
    pub kind: Option<DeedKind>,
    /// Of whom: `user:ID`, or `service:console` for the command line.
    pub actor: Option<String>,
    /// To which organisation.
    pub organization: Option<OrgId>,
    /// Not before this.
    pub from: Option<DateTime<Utc>>,
    /// Before this.
    pub until: Option<DateTime<Utc>>,
    /// The `next` of the page before.
    pub after: Option<String>,
    /// How many items at most: 1 to 200, 50 when not said.
    pub limit: Option<u32>,
}

/// What operators did, newest first.
#[utoipa::path(get, path = "/v1/operator/audit", tag = "operator", params(DeedsQuery),
    responses((status = 200, body = Page<OperatorDeed>), Problems))]
async fn operator_audit(
    State(operators): State<Operators>,
    actor: Actor,
    Query(asked): Query<DeedsQuery>,
) -> Result<Json<Page<OperatorDeed>>, ApiError> {
    let DeedsQuery { kind, actor: by, organization, from, until, after, limit } = asked;
    let filter = DeedFilter { kind, actor: by, organization, from, until };
    let page = PageQuery { after, limit };
    Ok(Json(operators.audit(&actor, &filter, page.after()?, page.limit()).await?))
}

impl From<OperatorError> for ApiError {
    fn from(error: OperatorError) -> Self {
        if error.is_missing_organization() {
            return Self::not_found("organisation");
        }
        match error {
            OperatorError::Denied(denied) => denied.into(),
            OperatorError::Invalid(invalid) => invalid.into(),
            OperatorError::NoOrganization => Self::not_found("organisation"),
            OperatorError::NoShow => Self::not_found("show"),
            OperatorError::PaidFor(_) => Self::new(Code::IllegalMove, error.to_string()),
            OperatorError::Paying(_) => Self::new(Code::AlreadySubscribed, error.to_string()),
            OperatorError::NotGiven => Self::not_found("plan that was given"),
            OperatorError::Leaving(error) => error.into(),
            OperatorError::Billing(error) => error.into(),
            OperatorError::Plan(error) => error.into(),
            OperatorError::Org(error) => error.into(),
            OperatorError::Show(error) => error.into(),
            OperatorError::Db(_) => Self::internal(&error),
        }
    }
}
