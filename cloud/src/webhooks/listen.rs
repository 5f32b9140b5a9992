//! What webhooks do when they hear a fact: leave a message for each that wants it.

use futures_util::FutureExt as _;

use super::deliver::{Lane, call_job};
use super::service::{WAITING, fresh};
use super::{WebhookEvent, WebhookMessage, Webhooks, store};
use crate::db::Tx;
use crate::events::{Event, Heard, ListenError, Listener, Recorded};
use crate::jobs::enqueue;

/// Leaves messages about facts.
pub struct QueueDeliveries(Webhooks);

impl QueueDeliveries {
    /// The listener over the room's handle.
    #[must_use]
    pub fn new(webhooks: Webhooks) -> Self {
        Self(webhooks)
    }

    async fn leave(&self, tx: &mut Tx, fact: &Recorded) -> Result<(), ListenError> {
        let Some(message) = WebhookMessage::of(fact) else { return Ok(()) };
        let (now, body) = (self.0.clock.now(), serde_json::to_string(&message)?);
        for webhook in store::wanting(tx, fact.org).await? {
            if !webhook.events.contains(&message.kind) {
                continue;
            }
            if webhook.waiting >= WAITING {
                store::miss(tx, webhook.id).await?;
                continue;
            }
            store::queue(tx, (fact.org, webhook.id), &fresh(&message, now), &body).await?;
            let lane = if webhook.slow { Lane::Slow } else { Lane::Quick };
            enqueue(tx, now, &call_job(webhook.id, lane)).await?;
        }
        Ok(())
    }
}

impl Listener for QueueDeliveries {
    fn name(&self) -> &'static str {
        "webhooks.queue"
    }

    fn wants(&self, event: &Event) -> bool {
        WebhookEvent::of(event).is_some()
    }

    fn handle<'a>(&'a self, tx: &'a mut Tx, fact: &'a Recorded) -> Heard<'a> {
        self.leave(tx, fact).boxed()
    }
}
