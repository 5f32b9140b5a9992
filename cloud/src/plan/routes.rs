//! HTTP of plans and of what was used.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::{Code, OrgId};

use super::{
    AddOn, AddOnCount, Limit, Limits, Plan, PlanChoice, PlanError, PlanSource, PlanState, Plans,
    RecordingTerms, ScheduledChange, Standing, Suspension, Usage,
};
use crate::base::{Actor, ApiError, Json, Path, Permission, PlanLimit, Problems, Query};

/// The room's addresses.
pub fn router(plans: Plans) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(get_plan, choose_plan)).routes(routes!(get_usage)).with_state(plans)
}

/// What an organisation has, may use, and uses.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanView {
    /// The plan that it has.
    pub plan: Plan,
    /// What it added.
    pub add_ons: Vec<AddOnCount>,
    /// Who gave it; null for the default one that nobody gave.
    pub source: Option<PlanSource>,
    /// How it stands.
    pub state: PlanState,
    /// Since when it has the plan; null for the default one that nobody gave it.
    pub since: Option<chrono::DateTime<chrono::Utc>>,
    /// When the period ends that is paid for.
    pub period_end: Option<chrono::DateTime<chrono::Utc>>,
    /// Until when a plan holds whose payment failed.
    pub grace_until: Option<chrono::DateTime<chrono::Utc>>,
    /// What it will have.
    pub scheduled: Option<ScheduledChange>,
    /// Whether the plan holds, rather than the default one in its place.
    pub holds: bool,
    /// The limits that hold now.
    pub limits: Limits,
    /// What there is of each now; null for what is not counted here.
    pub used: Limits,
    /// What there is more of than the limits allow. None of it is taken away; no more of it is let in.
    pub over: Vec<Limit>,
    /// The same under the plan that is scheduled.
    pub over_then: Vec<Limit>,
    /// How long recordings are kept, and whether that is about to become shorter.
    pub recordings: RecordingTerms,
    /// What was used in this month.
    pub usage: Usage,
    /// Set while the operator suspended the organisation.
    pub suspended: Option<Suspension>,
    /// The plans that can be chosen.
    pub offered: Vec<Plan>,
    /// What can be added.
    pub offered_add_ons: Vec<AddOn>,
    /// Whether an owner chooses the plan here; else only the operator does.
    pub self_service: bool,
}

impl PlanView {
    /// Puts together what is known.
    pub(super) fn new(
        standing: Standing,
        (used, over_then): (Limits, Vec<Limit>),
        (usage, recordings): (Usage, RecordingTerms),
        (plans, offered_add_ons): (Vec<Plan>, Vec<AddOn>),
        self_service: bool,
    ) -> Self {
        let over = used.over(&standing.limits);
        Self {
            plan: standing.plan,
            add_ons: standing.add_ons,
            source: standing.source,
            state: standing.state,
            since: standing.since,
            period_end: standing.period_end,
            grace_until: standing.grace_until,
            scheduled: standing.scheduled,
            holds: standing.holds,
            limits: standing.limits,
            used,
            over,
            over_then,
            recordings,
            usage,
            suspended: standing.suspended,
            offered: plans.into_iter().filter(|plan| plan.offered).collect(),
            offered_add_ons,
            self_service,
        }
    }
}

/// Which month.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UsageQuery {
    /// The month: `2026-11`; this one when not said.
    pub month: Option<String>,
}

/// The organisation's plan, its limits, and what it uses of them.
#[utoipa::path(get, path = "/v1/orgs/{org}/plan", tag = "plans", params(("org" = OrgId, Path)),
    responses((status = 200, body = PlanView), Problems))]
async fn get_plan(
    State(plans): State<Plans>,
    actor: Actor,
    Path(org): Path<OrgId>,
) -> Result<Json<PlanView>, ApiError> {
    actor.require(Permission::ViewPlan, org)?;
    Ok(Json(plans.view(org).await?))
}

/// Chooses another plan, where owners do: more at once, less when the period ends that is paid for. Choosing the present one calls off
/// what was scheduled.
#[utoipa::path(patch, path = "/v1/orgs/{org}/plan", tag = "plans", params(("org" = OrgId, Path)),
    responses((status = 200, body = PlanView), Problems))]
async fn choose_plan(
    State(plans): State<Plans>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Json(choice): Json<PlanChoice>,
) -> Result<Json<PlanView>, ApiError> {
    Ok(Json(plans.choose(&actor, org, choice).await?))
}

/// What the organisation used in a month, counted from what happened.
#[utoipa::path(get, path = "/v1/orgs/{org}/usage", tag = "plans", params(("org" = OrgId, Path), UsageQuery),
    responses((status = 200, body = Usage), Problems))]
async fn get_usage(
    State(plans): State<Plans>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Query(query): Query<UsageQuery>,
) -> Result<Json<Usage>, ApiError> {
    actor.require(Permission::ViewPlan, org)?;
    Ok(Json(plans.usage(org, query.month.as_deref()).await?))
}

impl From<PlanError> for ApiError {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Denied(denied) => denied.into(),
            PlanError::Invalid(invalid) => invalid.into(),
            PlanError::NotFound(_) => Self::not_found("organisation"),
            PlanError::NoPlan(_) => Self::not_found("plan"),
            PlanError::NoAddOn(_) => Self::not_found("add-on"),
            PlanError::Limit(hit) => Self::new(Code::PlanLimit, hit.to_string()).with_limit(PlanLimit {
                limit: hit.limit.as_str(),
                allowed: hit.allowed,
                used: hit.used,
            }),
            PlanError::Suspended(_) => Self::new(Code::OrganizationSuspended, error.to_string()),
            PlanError::Given => Self::new(Code::PlanGiven, error.to_string()),
            PlanError::Rehearsals { allowed, used, .. } => {
                let limit = Limit::ConcurrentShows.as_str();
                Self::new(Code::PlanLimit, error.to_string()).with_limit(PlanLimit { limit, allowed, used })
            }
            PlanError::OperatorOnly => Self::new(
                Code::OperatorOnly,
                "plans are changed by whoever runs this cloud; ask them for the plan that you want",
            ),
            PlanError::Paid => Self::new(
                Code::NotSubscribed,
                "a plan that costs something is chosen with PATCH /v1/orgs/{org}/billing/subscription",
            ),
            PlanError::Db(_) => Self::internal(&error),
        }
    }
}
