//! What organisations have that nobody gave a plan.

/// Plans.
#[derive(Debug, Clone, clap::Args)]
pub struct Plan {
    /// The plan of organisations that nobody gave one: open, free, starter, pro, or one of your own
    #[arg(long, env = "VITRINE_DEFAULT_PLAN", default_value = "open", value_name = "PLAN")]
    pub default_plan: String,
    /// Owners choose their organisation's plan themselves, among those that are offered
    #[arg(long, env = "VITRINE_PLAN_SELF_SERVICE")]
    pub plan_self_service: bool,
}

impl Plan {
    pub(super) fn for_testing() -> Self {
        Self { default_plan: "open".into(), plan_self_service: false }
    }
}
