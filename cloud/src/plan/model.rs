//! The nouns: plan, add-on, what an organisation has of them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vitrine_protocol::{Currency, OrgId};

use super::{Limit, Limits, PlanError, add_on};
use crate::base::{Invalid, trimmed};
use crate::mail::Locale;

/// A name in each language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PlanNames)]
pub struct Names {
    /// English.
    pub en: String,
    /// German; English where it is null.
    #[serde(default)]
    pub de: Option<String>,
    /// French; English where it is null.
    #[serde(default)]
    pub fr: Option<String>,
}

impl Names {
    /// The name in a language.
    #[must_use]
    pub fn of(&self, locale: Locale) -> &str {
        let own = match locale {
            Locale::En => None,
            Locale::De => self.de.as_deref(),
            Locale::Fr => self.fr.as_deref(),
        };
        own.unwrap_or(&self.en)
    }

    fn check(self) -> Result<Self, Invalid> {
        let one = |name: Option<String>, field| name.map(|name| trimmed(field, &name, 1, 60)).transpose();
        Ok(Self {
            en: trimmed("names.en", &self.en, 1, 60)?,
            de: one(self.de, "names.de")?,
            fr: one(self.fr, "names.fr")?,
        })
    }
}

/// What a plan or an add-on costs a month, as information: this room takes no money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PlanPrice)]
pub struct Price {
    /// In minor units.
    pub price_minor: i64,
    /// Its currency.
    pub currency: Currency,
}

/// What organisations can have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Plan {
    /// What programs call it: lower-case letters, digits and `-`.
    pub key: String,
    /// What people call it.
    pub names: Names,
    /// What it limits.
    pub limits: Limits,
    /// What it costs a month; null where nobody said.
    pub price: Option<Price>,
    /// Whether organisations can choose it; one that is not offered is kept by those who have it.
    pub offered: bool,
    /// Whether it came with the program and nobody changed it.
    pub builtin: bool,
}

/// What a plan of the operator is to be.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
pub struct PlanDraft {
    /// What people call it: 1 to 60 characters in each language.
    pub names: Names,
    /// What it limits; what is absent or null has no limit.
    #[serde(default)]
    pub limits: Limits,
    /// What it costs a month, as information.
    #[serde(default)]
    pub price: Option<Price>,
    /// Whether organisations can choose it.
    #[serde(default)]
    pub offered: bool,
}

/// What is to be changed of a plan; what is not named stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub struct PlanChange {
    /// What people call it: 1 to 60 characters in each language, English at least for a new plan. Names that are absent or null stay.
    #[serde(default)]
    pub names: Option<PlanNamesChange>,
    /// What it limits, as a whole: what is absent or null in it has no limit.
    #[serde(default)]
    pub limits: Option<Limits>,
    /// What it costs a month; null takes the price away.
    #[serde(default, deserialize_with = "crate::base::patch_field")]
    pub price: Option<Option<Price>>,
    /// Whether organisations can choose it; a new plan is not offered when not said.
    #[serde(default)]
    pub offered: Option<bool>,
}

/// Names that are to be changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub struct PlanNamesChange {
    /// English.
    #[serde(default)]
    pub en: Option<String>,
    /// German.
    #[serde(default)]
    pub de: Option<String>,
    /// French.
    #[serde(default)]
    pub fr: Option<String>,
}

impl From<PlanDraft> for PlanChange {
    fn from(draft: PlanDraft) -> Self {
        let PlanDraft { names, limits, price, offered } = draft;
        let names = PlanNamesChange { en: Some(names.en), de: names.de, fr: names.fr };
        Self { names: Some(names), limits: Some(limits), price: Some(price), offered: Some(offered) }
    }
}

impl PlanChange {
    /// The whole plan, of what was `before`.
    pub(super) fn over(self, before: Option<Plan>) -> Result<PlanDraft, Invalid> {
        let was = before.as_ref().map(|plan| plan.names.clone());
        let (names, was_en) = (self.names.unwrap_or_default(), was.as_ref().map(|names| names.en.clone()));
        let en =
            names.en.or(was_en).ok_or_else(|| Invalid::new("`names.en` takes the name of a new plan"))?;
        let (de, fr) = was.map_or((None, None), |names| (names.de, names.fr));
        Ok(PlanDraft {
            names: Names { en, de: names.de.or(de), fr: names.fr.or(fr) },
            limits: self.limits.or(before.as_ref().map(|plan| plan.limits)).unwrap_or_default(),
            price: self.price.unwrap_or(before.as_ref().and_then(|plan| plan.price)),
            offered: self.offered.unwrap_or(before.is_some_and(|plan| plan.offered)),
        })
    }
}

impl PlanDraft {
    /// The plan of a key.
    pub(super) fn check(self, key: &str) -> Result<Plan, Invalid> {
        check_key(key)?;
        for limit in Limit::ALL {
            if self.limits.get(*limit).is_some_and(|most| !(0..=MOST).contains(&most)) {
                return Err(Invalid::new(format!("`limits.{}` takes 0 to {MOST}, or null", limit.as_str())));
            }
        }
        self.price.as_ref().map_or(Ok(()), check_price)?;
        let names = self.names.check()?;
        let (limits, price, offered) = (self.limits, self.price, self.offered);
        Ok(Plan { key: key.to_owned(), names, limits, price, offered, builtin: false })
    }
}

/// A price as it can be asked.
pub(super) fn check_price(price: &Price) -> Result<(), Invalid> {
    if !(0..=MOST_MINOR).contains(&price.price_minor) {
        return Err(Invalid::new(format!("`price.price_minor` takes 0 to {MOST_MINOR}")));
    }
    if !price.currency.is_in_use() {
        return Err(Invalid::new(format!(
            "`price.currency` {} is no currency in use (ISO 4217)",
            price.currency
        )));
    }
    Ok(())
}

/// The most that a limit can be: 1 PB in bytes.
const MOST: i64 = 1_000_000_000_000_000;
/// The most that a plan can cost.
const MOST_MINOR: i64 = 100_000_000;

/// What raises one limit of whatever plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AddOn {
    /// What programs call it.
    pub key: &'static str,
    /// What people call it.
    pub names: Names,
    /// Which limit it raises.
    pub raises: Limit,
    /// By how much each.
    pub by: i64,
    /// What one costs a month; null where nobody said.
    pub price: Option<Price>,
}

/// Some of one add-on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AddOnCount {
    /// The add-on.
    pub key: String,
    /// How many: 1 to 1,000.
    pub quantity: u32,
}

/// How an organisation stands with what it pays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanState {
    /// All is well.
    #[default]
    Active,
    /// A payment failed. The plan holds until the grace ends; then the default plan does.
    PastDue,
    /// It was given up: the default plan holds.
    Cancelled,
}

impl PlanState {
    /// The word on the wire and in SQL.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::PastDue => "past_due",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of a word; one of a later version is active.
    #[must_use]
    pub fn of(word: &str) -> Self {
        match word {
            "past_due" => Self::PastDue,
            "cancelled" => Self::Cancelled,
            _ => Self::Active,
        }
    }
}

/// Who gave an organisation its plan. What the operator gave stays, whatever is paid for, until they take it back or an owner pays for
/// another on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanSource {
    /// Whoever runs the cloud.
    Operator,
    /// It is paid for.
    Billing,
    /// An owner chose it, and it costs nothing.
    Owner,
    /// Known to a later version only.
    #[serde(other)]
    Unknown,
}

impl PlanSource {
    /// The word on the wire and in SQL.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Billing => "billing",
            Self::Owner => "owner",
            Self::Unknown => "unknown",
        }
    }

    /// The source of a word.
    #[must_use]
    pub fn of(word: &str) -> Self {
        match word {
            "operator" => Self::Operator,
            "billing" => Self::Billing,
            "owner" => Self::Owner,
            _ => Self::Unknown,
        }
    }
}

/// What an organisation is to have from now on. What was scheduled before is forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The plan's key.
    pub plan: String,
    /// What is added.
    pub add_ons: Vec<AddOnCount>,
    /// How it stands.
    pub state: PlanState,
    /// When the period ends that is paid for; the end of the calendar month where nobody says.
    pub period_end: Option<DateTime<Utc>>,
    /// Until when a plan holds whose payment failed.
    pub grace_until: Option<DateTime<Utc>>,
    /// Who gives it.
    pub source: PlanSource,
}

impl Assignment {
    /// A plan that nobody has to pay for, given by the operator.
    #[must_use]
    pub fn of(plan: &str) -> Self {
        Self {
            plan: plan.to_owned(),
            add_ons: Vec::new(),
            state: PlanState::Active,
            period_end: None,
            grace_until: None,
            source: PlanSource::Operator,
        }
    }
}

/// What an owner chooses.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
pub struct PlanChoice {
    /// The plan's key.
    pub plan: String,
    /// What is added to it; what was added before stays when not said.
    #[serde(default)]
    pub add_ons: Option<Vec<AddOnCount>>,
    /// Whether it takes the place of a plan that whoever runs this cloud gave; 409 otherwise.
    #[serde(default, rename = "override")]
    pub overrides: bool,
}

/// What an organisation will have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScheduledChange {
    /// The plan's key.
    pub plan: String,
    /// What will be added.
    pub add_ons: Vec<AddOnCount>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Why and since when an organisation may do nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Suspension {
    /// Since when.
    pub at: DateTime<Utc>,
    /// What the operator says about it.
    pub reason: String,
}

/// What an organisation has, and what follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Whose.
    pub org: OrgId,
    /// The plan that it has.
    pub plan: Plan,
    /// What it added.
    pub add_ons: Vec<AddOnCount>,
    /// Who gave it; `None` for the default one that nobody gave, and where it was given long ago.
    pub source: Option<PlanSource>,
    /// Whether a plan that the operator gave makes room for the next one that is paid for.
    pub yields: bool,
    /// How it stands.
    pub state: PlanState,
    /// Since when it has the plan; `None` for the default one that nobody gave it.
    pub since: Option<DateTime<Utc>>,
    /// When the period ends that is paid for.
    pub period_end: Option<DateTime<Utc>>,
    /// Until when a plan holds whose payment failed.
    pub grace_until: Option<DateTime<Utc>>,
    /// What it will have.
    pub scheduled: Option<ScheduledChange>,
    /// The limits that hold now.
    pub limits: Limits,
    /// Whether the plan holds, rather than the default one in its place.
    pub holds: bool,
    /// Set while the organisation is suspended.
    pub suspended: Option<Suspension>,
}

impl Standing {
    /// Whether the operator gave the plan, and it stays whatever is paid for.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.source == Some(PlanSource::Operator) && !self.yields
    }
}

/// Limits of a plan with add-ons. An add-on of a later version raises nothing here.
#[must_use]
pub(super) fn raised(limits: Limits, added: &[AddOnCount]) -> Limits {
    added.iter().fold(limits, |limits, count| match add_on(&count.key) {
        Some(one) => limits.raised(one.raises, one.by.saturating_mul(count.quantity.into())),
        None => limits,
    })
}

/// Add-ons in their one form: each once, those that exist, 1 to 1,000 of each.
pub(super) fn check_add_ons(added: &[AddOnCount]) -> Result<Vec<AddOnCount>, PlanError> {
    let mut checked: Vec<AddOnCount> = Vec::new();
    for one in added {
        if add_on(&one.key).is_none() {
            return Err(PlanError::NoAddOn(one.key.chars().take(60).collect()));
        }
        if !(1..=1000).contains(&one.quantity) {
            return Err(Invalid::new("`quantity` of an add-on takes 1 to 1000").into());
        }
        if checked.iter().any(|other| other.key == one.key) {
            return Err(Invalid::new("`add_ons` names each add-on once").into());
        }
        checked.push(one.clone());
    }
    checked.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(checked)
}

/// A plan's key as it can be taken.
fn check_key(key: &str) -> Result<(), Invalid> {
    let fits = (1..=40).contains(&key.len())
        && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if fits { Ok(()) } else { Err(Invalid::new("`key` takes 1 to 40 of a-z, 0-9 and `-`")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(key: &str, quantity: u32) -> AddOnCount {
        AddOnCount { key: key.into(), quantity }
    }

    #[test]
    fn add_ons_raise_their_limit_by_their_number() {
        let limits = Limits { seats: Some(2), products: Some(10), ..Limits::default() };
        let raised = raised(limits, &[some("seats-5", 2), some("of-a-later-version", 9)]);
        assert_eq!((raised.seats, raised.products, raised.viewers), (Some(12), Some(10), None));
    }

    #[test]
    fn add_ons_are_ones_that_exist_each_once() {
        assert!(check_add_ons(&[some("seats-5", 1), some("shows-10", 1)]).is_ok());
        for bad in [&[some("moons", 1)][..], &[some("seats-5", 0)], &[some("seats-5", 1), some("seats-5", 2)]]
        {
            assert!(check_add_ons(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_key_is_plain() {
        assert!(check_key("pro-2").is_ok());
        for bad in ["", "Pro", "a b", "ü", &"a".repeat(41)] {
            assert!(check_key(bad).is_err(), "{bad}");
        }
    }
}
