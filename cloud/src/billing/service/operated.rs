//! What whoever runs the cloud asks of billing. The caller has checked who asks.

use vitrine_protocol::OrgId;

use super::Billing;
use crate::base::{Actor, Page};
use crate::billing::{BillingError, BillingState, BillingView, SeveralSubscriptions, store};
use crate::db::Tx;

impl Billing {
    /// Whether an organisation pays for something now; its account's row is held until the transaction ends.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn is_paying(&self, tx: &mut Tx, org: OrgId) -> Result<bool, BillingError> {
        let account = store::lock(tx, org).await?;
        Ok(account.is_some_and(|account| {
            let subscribed = account.subscribed;
            subscribed.is_living() && subscribed.state != BillingState::Unknown
        }))
    }

    /// Gives an organisation what it pays for, after what the operator gave it was taken back.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn assign_in(&self, tx: &mut Tx, org: OrgId, by: &Actor) -> Result<(), BillingError> {
        let Some(account) = store::lock(tx, org).await? else { return Ok(()) };
        if let Some(assignment) = account.subscribed.assignment() {
            self.plans.assign_paid(tx, org, &assignment, true, by).await?;
        }
        Ok(())
    }

    /// Organisations that pay for several subscriptions, as was looked up last.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn several_subscriptions(
        &self,
        after: Option<OrgId>,
        limit: i64,
    ) -> Result<Page<SeveralSubscriptions>, BillingError> {
        let found = store::with_others(&self.db, after, limit + 1).await?;
        let page = Page::cut(found, limit, |account| account.org.to_string());
        Ok(page.map(|account| SeveralSubscriptions {
            organization: account.org,
            customer: account.customer,
            subscription: account.subscribed.subscription,
            others: account.subscribed.others,
        }))
    }

    /// Ends one of an organisation's subscriptions at once that lives beside the one that counts, and looks how it stands then.
    ///
    /// # Errors
    /// [`BillingError::NotSubscribed`]; [`BillingError::NoSubscription`]; [`BillingError::Provider`].
    pub async fn end_other(&self, org: OrgId, subscription: &str) -> Result<BillingView, BillingError> {
        let fits = (1..=255).contains(&subscription.len())
            && subscription.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let account = store::account(&self.db, org).await?.ok_or(BillingError::NotSubscribed)?;
        if !fits {
            return Err(BillingError::NoSubscription);
        }
        self.provider_of(account.provider)?.end_other(&account.customer, subscription).await?;
        let subscribed = self.look(org).await?;
        Ok(BillingView::of(account.provider, subscribed))
    }

    /// Organisations whose account cannot be read, and why.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn unreadable(&self, limit: usize) -> Result<Vec<(OrgId, String)>, BillingError> {
        Ok(store::unreadable(&self.db, limit).await?)
    }
}
