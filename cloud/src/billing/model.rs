//! The nouns: what is chosen, and how it stands with the provider. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vitrine_protocol::{Currency, OrgId};

use crate::base::Invalid;
use crate::plan::{AddOnCount, Assignment, PlanSource, PlanState, add_on};

/// How long a plan holds whose payment failed.
pub(super) const GRACE: TimeDelta = TimeDelta::days(14);

/// What an organisation chooses to pay for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BillingChoice {
    /// The plan's key.
    pub plan: String,
    /// What is added to it.
    #[serde(default)]
    pub add_ons: Vec<AddOnCount>,
}

impl BillingChoice {
    /// The choice in its one form: add-ons that exist, each once, 1 to 1,000 of each, by their keys.
    pub(super) fn checked(mut self) -> Result<Self, Invalid> {
        if !(1..=40).contains(&self.plan.len()) {
            return Err(Invalid::new("`plan` takes the key of a plan"));
        }
        for (n, one) in self.add_ons.iter().enumerate() {
            if add_on(&one.key).is_none() {
                let key: String = one.key.chars().filter(|c| !c.is_control()).take(60).collect();
                return Err(Invalid(format!("there is no add-on `{key}`")));
            }
            if !(1..=1000).contains(&one.quantity) {
                return Err(Invalid::new("`quantity` of an add-on takes 1 to 1000"));
            }
            if self.add_ons[..n].iter().any(|other| other.key == one.key) {
                return Err(Invalid::new("`add_ons` names each add-on once"));
            }
        }
        self.add_ons.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(self)
    }
}

/// What an owner asks to pay for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
pub struct BillingOrder {
    /// The plan's key.
    pub plan: String,
    /// What is added to it.
    #[serde(default)]
    pub add_ons: Vec<AddOnCount>,
    /// Whether it takes the place of a plan that whoever runs this cloud gave; 409 otherwise.
    #[serde(default, rename = "override")]
    pub overrides: bool,
}

impl BillingOrder {
    pub(super) fn choice(self) -> BillingChoice {
        BillingChoice { plan: self.plan, add_ons: self.add_ons }
    }
}

impl From<BillingChoice> for BillingOrder {
    fn from(choice: BillingChoice) -> Self {
        Self { plan: choice.plan, add_ons: choice.add_ons, overrides: false }
    }
}

/// An organisation that pays for more than one subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SeveralSubscriptions {
    /// The organisation.
    pub organization: OrgId,
    /// The provider's name for it.
    pub customer: String,
    /// The subscription that counts.
    pub subscription: Option<String>,
    /// The others, which cost money for nothing: end them.
    pub others: Vec<String>,
}

/// Who takes the money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BillingProvider)]
pub enum ProviderName {
    /// Nobody: invoices are written, and the operator says that they were paid.
    Invoice,
    /// Stripe.
    Stripe,
    /// Known to a later version only, which looks after it.
    #[serde(other)]
    Unknown,
}

impl ProviderName {
    /// The word on the wire and in SQL.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::Stripe => "stripe",
            Self::Unknown => "unknown",
        }
    }

    /// The provider of a word.
    #[must_use]
    pub fn of(word: &str) -> Self {
        match word {
            "stripe" => Self::Stripe,
            "invoice" => Self::Invoice,
            _ => Self::Unknown,
        }
    }
}

/// How payments stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BillingState {
    /// Nothing was ever paid for. What was taken by a first invoice waits for its payment.
    #[default]
    None,
    /// What is due is paid.
    Active,
    /// A payment failed; the plan holds until `grace_until`.
    PastDue,
    /// It ended.
    Cancelled,
    /// Known to a later version only: it goes on as it is.
    #[serde(other)]
    Unknown,
}

/// An amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    pub minor: i64,
    pub currency: Currency,
}

/// What will be paid for after the present period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = BillingComing)]
pub struct Coming {
    /// What; null when it ends.
    pub choice: Option<BillingChoice>,
    /// When.
    pub at: DateTime<Utc>,
}

/// How an organisation's subscription stands, as its provider says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Subscribed {
    /// How payments stand.
    pub state: BillingState,
    /// What is paid for.
    pub choice: Option<BillingChoice>,
    /// When the present period began.
    pub period_start: Option<DateTime<Utc>>,
    /// When it ends.
    pub period_end: Option<DateTime<Utc>>,
    /// What the next period costs, before taxes.
    pub next_amount: Option<Amount>,
    /// Until when the plan holds after a failed payment.
    pub grace_until: Option<DateTime<Utc>>,
    /// What is to change at the end of the period.
    pub coming: Option<Coming>,
    /// The provider's name for the subscription.
    pub subscription: Option<String>,
    /// Others that live beside it, and cost money for nothing.
    pub others: Vec<String>,
}

impl Subscribed {
    /// Whether it goes on, well or badly.
    #[must_use]
    pub fn is_living(&self) -> bool {
        matches!(self.state, BillingState::Active | BillingState::PastDue | BillingState::Unknown)
    }

    /// What the organisation is to have for it; `None` where nothing was ever paid for.
    #[must_use]
    pub(super) fn assignment(&self) -> Option<Assignment> {
        let state = match self.state {
            BillingState::None | BillingState::Unknown => return None,
            BillingState::Active => PlanState::Active,
            BillingState::PastDue => PlanState::PastDue,
            BillingState::Cancelled => PlanState::Cancelled,
        };
        let choice = self.choice.clone()?;
        Some(Assignment {
            plan: choice.plan,
            add_ons: choice.add_ons,
            state,
            period_end: self.period_end,
            grace_until: self.grace_until,
            source: PlanSource::Billing,
        })
    }

    /// The same after `before`, with what the provider does not say any more: a subscription that is gone has ended, and what a
    /// price stands for that is no longer set is what it stood for.
    #[must_use]
    pub(super) fn after(mut self, before: &Self) -> Self {
        if self.state == BillingState::None && before.is_living() {
            self.state = BillingState::Cancelled;
            (self.period_start, self.period_end) = (before.period_start, before.period_end);
        }
        if self.choice.is_none() && self.state != BillingState::None {
            self.choice.clone_from(&before.choice);
        }
        self
    }

    /// Whether the grace after a failed payment is over.
    #[must_use]
    pub(super) fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.state == BillingState::PastDue && self.grace_until.is_some_and(|until| until <= now)
    }
}

/// An organisation at its provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub org: OrgId,
    pub provider: ProviderName,
    /// The provider's name for it.
    pub customer: String,
    /// The checkout that was opened last.
    pub checkout: Option<String>,
    pub checkout_at: Option<DateTime<Utc>>,
    pub subscribed: Subscribed,
    /// Whether its people were told that the grace is over.
    pub told_over: bool,
}

/// What an owner sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BillingView {
    /// Who takes the money.
    pub provider: ProviderName,
    /// How payments stand.
    pub state: BillingState,
    /// What is paid for, or waits for its first payment; null where nothing does.
    pub choice: Option<BillingChoice>,
    /// When the present period began.
    pub period_start: Option<DateTime<Utc>>,
    /// When it ends.
    pub period_end: Option<DateTime<Utc>>,
    /// What the next period costs, in minor units before taxes; null when there is none.
    pub next_amount_minor: Option<i64>,
    /// Its currency.
    pub currency: Option<Currency>,
    /// Until when the plan holds after a failed payment; then the default plan does.
    pub grace_until: Option<DateTime<Utc>>,
    /// What is to change at the end of the period.
    pub coming: Option<Coming>,
    /// Subscriptions that live at the provider beside the one that counts, by its names for them: they cost money for nothing.
    pub others: Vec<String>,
}

impl BillingView {
    pub(super) fn of(provider: ProviderName, subscribed: Subscribed) -> Self {
        Self {
            provider,
            state: subscribed.state,
            choice: subscribed.choice,
            period_start: subscribed.period_start,
            period_end: subscribed.period_end,
            next_amount_minor: subscribed.next_amount.map(|amount| amount.minor),
            currency: subscribed.next_amount.map(|amount| amount.currency),
            grace_until: subscribed.grace_until,
            coming: subscribed.coming,
            others: subscribed.others,
        }
    }
}

/// A webhook that could be given to nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeadWebhook {
    /// The provider's name for it.
    pub id: String,
    /// What it said: `invoice.paid`.
    pub kind: String,
    /// Whose it is, as the provider calls them.
    pub customer: Option<String>,
    /// Why nothing was done.
    pub reason: String,
    /// When it came.
    pub received_at: DateTime<Utc>,
}
