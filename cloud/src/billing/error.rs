//! What can go wrong with billing.

use super::stripe::{StripeError, Unsigned};
use crate::base::{Denied, Invalid};
use crate::db::DbError;
use crate::mail::MailError;
use crate::org::OrgError;
use crate::plan::PlanError;

/// The caller mends all up to [`BillingError::NoInvoice`]; the provider or the operator the next three; the rest is ours.
#[derive(Debug, thiserror::Error)]
pub enum BillingError {
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// A field does not hold what it should.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Nobody takes payments here.
    #[error("this server takes no payments; change the plan instead, and an invoice is written")]
    NotOnline,
    /// Owners change nothing here.
    #[error("plans are changed by whoever runs this server; ask them")]
    OperatorOnly,
    /// There is a subscription already.
    #[error("the organisation pays for a plan already; change that one instead")]
    Subscribed,
    /// There is none to change.
    #[error("the organisation pays for no plan yet; pay for one first")]
    NotSubscribed,
    /// An earlier payment is open.
    #[error("a payment is open; pay it first, with another card if need be")]
    Overdue,
    /// Invoices would reach nobody.
    #[error("confirm the address of your account first: invoices are sent to it")]
    Unconfirmed,
    /// The card was declined; nothing was changed.
    #[error("the payment was declined, and nothing was changed; choose another card and try again")]
    Declined,
    /// The webhook is not the provider's.
    #[error(transparent)]
    Unsigned(#[from] Unsigned),
    /// It is signed, and yet no event.
    #[error("the body is none of Stripe's events")]
    NoEvent,
    /// No webhooks are taken here.
    #[error("this server takes no webhooks of Stripe")]
    NoWebhooks,
    /// Somebody opened another page to pay at the same time.
    #[error("somebody else opened a page to pay at the same moment, and this one was closed; try again")]
    AnotherCheckout,
    /// There is no such webhook.
    #[error("there is no such webhook among those that could be given to nobody")]
    NoWebhook,
    /// There is no such subscription beside the one that counts.
    #[error("there is no such subscription beside the one that counts")]
    NoSubscription,
    /// There is no such invoice.
    #[error("there is no such invoice")]
    NoInvoice,
    /// The invoice is not open any more.
    #[error("the invoice is paid or void already")]
    InvoiceClosed,
    /// A change did not end.
    #[error("it is not known whether the change was made; look again in a moment")]
    BrokenOff,
    /// The provider failed.
    #[error(
        "the payment provider did not answer as it should; look in a moment how it stands, and try again"
    )]
    Provider(#[from] StripeError),
    /// A price at the provider stands for nothing here.
    #[error("the price {0} stands for no plan and no add-on; VITRINE_STRIPE_PRICES says which are which")]
    UnknownPrice(String),
    /// Plans failed.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Organisations failed.
    #[error(transparent)]
    Org(#[from] OrgError),
    /// A letter could not be left.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}
