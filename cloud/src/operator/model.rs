//! What an operator sees and says.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use vitrine_protocol::OrgId;

use crate::billing::BillingView;
use crate::leaving::OrganizationDeletion;
use crate::plan::{AddOnCount, Assignment, PlanSource, PlanState, PlanView, Suspension};

/// An organisation as whoever runs the cloud sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OperatorOrganization {
    /// The organisation.
    pub id: OrgId,
    /// Its name.
    pub name: String,
    /// Its channel's name in addresses.
    pub slug: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// How many members it has.
    pub members: i64,
    /// The key of its plan.
    pub plan: String,
    /// How it stands with that.
    pub state: PlanState,
    /// Set while it is suspended.
    pub suspended: Option<Suspension>,
}

/// All that is known of one organisation.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrganizationFile {
    /// The organisation.
    pub organization: OperatorOrganization,
    /// Its plan and what it uses.
    pub plan: PlanView,
    /// How its payments stand, as they were looked up last: what goes on being charged while it is suspended, too.
    pub billing: BillingView,
    /// Set while it is to be deleted.
    pub deletion: Option<OrganizationDeletion>,
}

/// Something that cannot be read, so that whoever needs it gets an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnreadableRow {
    /// What: `role` of a member, `role_permissions` of a role, `plan` or `billing` of an organisation, `plan_offer` of the operator.
    pub what: UnreadableKind,
    /// Which of them: a member's or role's id, or a plan's key.
    pub id: Option<String>,
    /// Whose.
    pub organization: Option<OrgId>,
    /// What is wrong with it.
    pub reason: String,
}

/// What cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnreadableKind {
    /// A member's role: until it is mended they may only look.
    Role,
    /// What a role may: words of it are passed over.
    RolePermissions,
    /// An organisation's plan.
    Plan,
    /// An organisation's account with the payment provider.
    Billing,
    /// A plan of the operator: who has it has no limits until it is mended.
    PlanOffer,
}

/// Which deeds are looked for: all that fits every one of these that is set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeedFilter {
    /// Of one kind.
    pub kind: Option<DeedKind>,
    /// Of whom: `user:ID` or `service:console`.
    pub actor: Option<String>,
    /// To which organisation.
    pub organization: Option<OrgId>,
    /// Not before this.
    pub from: Option<DateTime<Utc>>,
    /// Before this.
    pub until: Option<DateTime<Utc>>,
}

/// The plan that an organisation is to have from now on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
pub struct PlanAssignment {
    /// The plan's key.
    pub plan: String,
    /// What is added.
    #[serde(default)]
    pub add_ons: Vec<AddOnCount>,
    /// How it stands; active when not said.
    #[serde(default)]
    pub state: PlanState,
    /// When the period ends that is paid for.
    #[serde(default)]
    pub period_end: Option<DateTime<Utc>>,
    /// Until when a plan holds whose payment failed.
    #[serde(default)]
    pub grace_until: Option<DateTime<Utc>>,
    /// Whether it is given though the organisation pays for a plan; 409 otherwise. It goes on paying, and what was given stays until it is
    /// taken back, or an owner pays for another on purpose.
    #[serde(default, rename = "override")]
    pub overrides: bool,
}

impl From<PlanAssignment> for Assignment {
    fn from(said: PlanAssignment) -> Self {
        let PlanAssignment { plan, add_ons, state, period_end, grace_until, .. } = said;
        Self { plan, add_ons, state, period_end, grace_until, source: PlanSource::Operator }
    }
}

/// Kinds of deeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeedKind {
    /// An organisation was given a plan.
    PlanAssigned,
    /// A plan that was given was taken back: what is paid for holds, or the default plan.
    PlanTakenBack,
    /// An add-on was given a price, or none.
    AddOnPriced,
    /// An organisation that was to be deleted is kept.
    DeletionStopped,
    /// A plan was made or changed.
    PlanSaved,
    /// Others may make accounts than before.
    SignUpChanged,
    /// An organisation was suspended.
    OrganizationSuspended,
    /// It may do things again.
    OrganizationResumed,
    /// A show was ended.
    ShowEnded,
    /// An invoice was said to be paid, or not to be paid.
    InvoiceClosed,
    /// What an organisation pays for by invoice was ended.
    SubscriptionEnded,
    /// A webhook was to be followed once more.
    WebhookRetried,
    /// Somebody became an operator.
    OperatorAdded,
    /// Somebody is no operator any more.
    OperatorRemoved,
    /// A person's second factor was taken away, which they had lost.
    FactorRemoved,
    /// Known to a later version only.
    #[serde(other)]
    Unknown,
}

impl DeedKind {
    /// The word on the wire and in SQL.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PlanAssigned => "plan_assigned",
            Self::PlanTakenBack => "plan_taken_back",
            Self::AddOnPriced => "add_on_priced",
            Self::DeletionStopped => "deletion_stopped",
            Self::PlanSaved => "plan_saved",
            Self::SignUpChanged => "sign_up_changed",
            Self::OrganizationSuspended => "organization_suspended",
            Self::OrganizationResumed => "organization_resumed",
            Self::ShowEnded => "show_ended",
            Self::InvoiceClosed => "invoice_closed",
            Self::SubscriptionEnded => "subscription_ended",
            Self::WebhookRetried => "webhook_retried",
            Self::OperatorAdded => "operator_added",
            Self::OperatorRemoved => "operator_removed",
            Self::FactorRemoved => "factor_removed",
            Self::Unknown => "unknown",
        }
    }
}

/// What an operator did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OperatorDeed {
    /// Grows with time.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who: `user:ID`, or `service:console` for the command line.
    pub actor: String,
    /// Their name, if it is known.
    pub actor_name: Option<String>,
    /// What.
    pub kind: DeedKind,
    /// To which organisation.
    pub organization: Option<OrgId>,
    /// More of it, as the kind has it.
    pub detail: Value,
}
