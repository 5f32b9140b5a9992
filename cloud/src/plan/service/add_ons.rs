//! Add-ons and what they cost.

use super::{Plans, check_price};
use crate::base::Invalid;
use crate::db::Tx;
use crate::plan::{AddOn, PlanError, Price, add_on, add_ons, store};

impl Plans {
    /// Everything that raises a limit, with what it costs.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn add_ons(&self) -> Result<Vec<AddOn>, PlanError> {
        let prices = store::add_on_prices(&self.db).await?;
        let priced = |one: &AddOn| AddOn { price: prices.get(one.key).copied(), ..one.clone() };
        Ok(add_ons().iter().map(priced).collect())
    }

    /// The same within a transaction: who holds one connection does not wait for another.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn add_ons_in(&self, tx: &mut Tx) -> Result<Vec<AddOn>, PlanError> {
        let prices = store::add_on_prices_in(tx).await?;
        let priced = |one: &AddOn| AddOn { price: prices.get(one.key).copied(), ..one.clone() };
        Ok(add_ons().iter().map(priced).collect())
    }

    /// Says what an add-on costs from now on; `None` takes its price away. The caller has checked who asks.
    ///
    /// # Errors
    /// [`PlanError::NoAddOn`]; [`PlanError::Invalid`].
    pub async fn price_add_on(
        &self,
        tx: &mut Tx,
        key: &str,
        price: Option<Price>,
    ) -> Result<AddOn, PlanError> {
        let one = add_on(key).ok_or_else(|| PlanError::NoAddOn(key.chars().take(60).collect()))?;
        price.as_ref().map_or(Ok::<_, Invalid>(()), check_price)?;
        store::price_add_on(tx, one.key, price).await?;
        Ok(AddOn { price, ..one.clone() })
    }
}
