//! The door to whoever takes the money.

use futures_util::future::BoxFuture;
use vitrine_protocol::OrgId;

use super::{BillingChoice, BillingError, ProviderName, Subscribed};
use crate::base::Invalid;

/// What asking a provider gives.
pub(super) type Asked<'a, T> = BoxFuture<'a, Result<T, BillingError>>;

/// Whom the provider is to know.
#[derive(Debug, Clone)]
pub(super) struct Payer {
    pub org: OrgId,
    pub name: String,
    pub email: String,
}

/// A checkout that was opened.
#[derive(Debug, Clone)]
pub(super) struct Checkout {
    /// The provider's name for it.
    pub id: String,
    /// Where the customer pays.
    pub url: String,
}

/// Whoever takes the money. What it does is done once, and what stands is asked for each time anew.
pub(super) trait Provider: Send + Sync + 'static {
    fn name(&self) -> ProviderName;

    /// Whether every part of a choice is sold, as far as that is known without asking anybody.
    ///
    /// # Errors
    /// A sentence about what is not.
    fn sells(&self, choice: &BillingChoice) -> Result<(), Invalid>;

    /// Makes a customer of an organisation; their name there.
    fn enrol<'a>(&'a self, payer: &'a Payer) -> Asked<'a, String>;

    /// Opens a page where a first payment is made, and closes the one before, so that nobody pays twice. `once` is a
    /// name of the request: asked again under it, the same page is opened.
    fn checkout<'a>(
        &'a self,
        customer: &'a str,
        before: Option<&'a str>,
        choice: &'a BillingChoice,
        once: &'a str,
    ) -> Asked<'a, Checkout>;

    /// Closes such a page, unless it was paid.
    fn close_checkout<'a>(&'a self, customer: &'a str, checkout: &'a str) -> Asked<'a, ()>;

    /// Opens a page where the customer sees invoices and changes the card.
    fn portal<'a>(&'a self, customer: &'a str) -> Asked<'a, String>;

    /// Changes what is paid for: to more at once, paid for in parts of the period; to less at its end. None ends it then.
    fn change<'a>(&'a self, customer: &'a str, choice: Option<&'a BillingChoice>) -> Asked<'a, ()>;

    /// Ends a subscription at once that lives beside the one that counts; what is left of its period is credited.
    fn end_other<'a>(&'a self, customer: &'a str, subscription: &'a str) -> Asked<'a, ()>;

    /// How it stands now.
    fn look<'a>(&'a self, customer: &'a str) -> Asked<'a, Subscribed>;
}
