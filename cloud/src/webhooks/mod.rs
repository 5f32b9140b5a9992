//! Webhooks: servers of an organisation that are told what happens, by signed HTTP requests.
//!
//! Owns: webhooks with their sealed secrets, their messages ("deliveries"), and jobs of the kinds `webhooks.deliver` and
//! `webhooks.deliver_slow`. A listener leaves a message for each webhook that wants a fact, in the transaction that moves its
//! cursor; a job calls one webhook, message after message, at least once each. Whoever answers late or not at all is called by
//! workers of their own kind, and rests longer each time, so that nobody waits for them; and of one organisation, and of
//! one owner's, only a share is called at once. What somebody asks for by hand goes before all else, and while they rest.
//! Messages come in the order of their facts while all goes well; one that failed is overtaken. Records `Webhook…`. Leans on
//! `base`, `db`, `secrets`, `jobs`, `events`, `mail`, `org`. Spec: Standard Webhooks 1.0; `docs/webhooks.md`.

mod call;
mod deliver;
mod error;
mod listen;
mod message;
mod model;
mod routes;
mod service;
mod sign;
mod store;
#[cfg(test)]
mod tests;
mod turns;

pub use deliver::{CallWebhooks, Lane};
pub use error::WebhooksError;
pub use listen::{DropStrangersWebhooks, QueueDeliveries};
pub use message::{WebhookEvent, WebhookMessage};
pub use model::{
    CreatedWebhook, DeliveryState, NewWebhook, Webhook, WebhookDelivery, WebhookPatch, WebhookSecret,
};
pub use routes::router;
pub use service::Webhooks;
