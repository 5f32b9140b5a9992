//! Which of Stripe's prices stands for which plan and add-on, as the operator says.

use std::collections::BTreeMap;

use super::not_sold;
use crate::base::Invalid;
use crate::billing::{BillingChoice, BillingError};
use crate::plan::AddOnCount;

/// Prices by what they stand for: a plan's key, or `+` and an add-on's. The first of each is sold; the others were, and who bought
/// them goes on.
#[derive(Debug, Clone, Default)]
pub struct Prices(BTreeMap<String, Vec<String>>);

impl Prices {
    /// Of pairs as the setting has them.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let each = |prices: String| prices.split('|').map(str::to_owned).collect();
        Self(pairs.into_iter().map(|(what, prices)| (what, each(prices))).collect())
    }

    /// What has to be bought for a choice: prices and how many of each, the plan's first.
    ///
    /// # Errors
    /// A part of it is not sold.
    pub fn items(&self, choice: &BillingChoice) -> Result<Vec<(String, u32)>, Invalid> {
        let sold = |what: &str| self.0.get(what).and_then(|prices| prices.first());
        let plan = sold(&choice.plan).ok_or_else(|| not_sold(&choice.plan))?;
        let mut items = vec![(plan.clone(), 1)];
        for one in &choice.add_ons {
            let price = sold(&format!("+{}", one.key)).ok_or_else(|| not_sold(&one.key))?;
            items.push((price.clone(), one.quantity));
        }
        Ok(items)
    }

    /// What was chosen by whoever bought `items`.
    ///
    /// # Errors
    /// [`BillingError::UnknownPrice`].
    pub fn choice<'a>(
        &self,
        items: impl Iterator<Item = (&'a str, i64)>,
    ) -> Result<BillingChoice, BillingError> {
        let mut choice = BillingChoice { plan: String::new(), add_ons: Vec::new() };
        let mut prices = Vec::new();
        for (price, quantity) in items {
            let Some((what, _)) = self.0.iter().find(|(_, all)| all.iter().any(|one| one == price)) else {
                return Err(BillingError::UnknownPrice(price.to_owned()));
            };
            prices.push(price);
            match what.strip_prefix('+') {
                Some(key) => {
                    let quantity = u32::try_from(quantity.clamp(1, 1000)).unwrap_or(1);
                    choice.add_ons.push(AddOnCount { key: key.to_owned(), quantity });
                }
                None => choice.plan.clone_from(what),
            }
        }
        if choice.plan.is_empty() {
            return Err(BillingError::UnknownPrice(prices.join(" ")));
        }
        choice.add_ons.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(choice)
    }

    /// Whether a price stands for a plan.
    pub fn is_plan(&self, price: &str) -> bool {
        self.0.iter().any(|(what, all)| !what.starts_with('+') && all.iter().any(|one| one == price))
    }
}
