//! Billing: who pays for a plan, by what, and what follows when a payment fails.
//!
//! Owns: which customer of the provider an organisation is, how its subscription stands ([`Subscribed`]), the provider's webhooks,
//! invoices, jobs of the kind `billing.event`. Who takes the money stands behind one trait: Stripe, or nobody, and then invoices are
//! written and the operator says that they were paid. Whatever is told by webhooks, what stands is looked up at the provider and
//! written in the order in which it was looked up, so that webhooks may come twice, late and in any order. Gives organisations their
//! plan ([`Plans::assign`](crate::plan::Plans::assign)). Records `PaymentFailed`, `PaymentRecovered`, `GraceEnded`, `InvoiceIssued`,
//! `InvoicePaid`, `InvoiceVoided`. Leans on `config`, `base`, `db`, `jobs`, `events`, `mail`, `org`, `plan`.
//! Spec: Stripe's API, <https://docs.stripe.com/api>.

mod error;
mod invoice;
mod model;
mod provider;
mod record;
mod routes;
mod runner;
mod service;
mod store;
mod stripe;

pub use error::BillingError;
pub use invoice::{Invoice, InvoiceLine, InvoiceMove, InvoicePlace, InvoiceState};
pub use model::{
    BillingChoice, BillingOrder, BillingState, BillingView, Coming, DeadWebhook, ProviderName,
    SeveralSubscriptions, Subscribed,
};
pub use routes::router;
pub use runner::TakeWebhooks;
pub use service::{Billing, Parts};

#[cfg(test)]
mod tests;
