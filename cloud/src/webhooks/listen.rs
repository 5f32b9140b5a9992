//! What webhooks do when they hear a fact: leave a message for each that wants it.

use std::collections::BTreeSet;

use futures_util::FutureExt as _;
use vitrine_protocol::WebhookDeliveryId;

use super::deliver::{Lane, call_job};
use super::service::{fresh, most_waiting};
use super::{WebhookDelivery, WebhookEvent, WebhookMessage, Webhooks, message, store};
use crate::base::Actor;
use crate::db::Tx;
use crate::events::{Event, Heard, ListenError, Listener, Recorded, record};
use crate::jobs::enqueue;

/// Leaves messages about facts.
pub struct QueueDeliveries(Webhooks);

impl QueueDeliveries {
    /// The listener over the room's handle.
    #[must_use]
    pub fn new(webhooks: Webhooks) -> Self {
        Self(webhooks)
    }

    /// Whether the organisation has any webhook.
    async fn leave(&self, tx: &mut Tx, fact: &Recorded) -> Result<bool, ListenError> {
        let Some(message) = WebhookMessage::of(fact) else { return Ok(true) };
        let webhooks = store::wanting(tx, fact.org).await?;
        if webhooks.is_empty() {
            return Ok(false);
        }
        let (now, body) = (self.0.clock.now(), serde_json::to_string(&message)?);
        let (new, subject) = (fresh(&message, now), message::subject(&fact.event));
        for webhook in webhooks {
            if !webhook.events.contains(&message.kind) {
                continue;
            }
            if let Some(subject) = subject
                && store::replace(tx, webhook.id, subject, &new, &body).await?
            {
                continue;
            }
            if webhook.waiting >= most_waiting(message.kind) {
                store::miss(tx, webhook.id).await?;
                continue;
            }
            let id = WebhookDeliveryId::new();
            store::queue(tx, (fact.org, webhook.id), subject, &WebhookDelivery { id, ..new.clone() }, &body)
                .await?;
            let lane = if webhook.slow { Lane::Slow } else { Lane::Quick };
            enqueue(tx, now, &call_job(webhook.id, lane)).await?;
        }
        Ok(true)
    }
}

/// Takes away what strangers had told to servers of theirs, in an organisation that was taken back from them.
pub struct DropStrangersWebhooks;

impl Listener for DropStrangersWebhooks {
    fn name(&self) -> &'static str {
        "webhooks.drop_strangers"
    }

    fn wants(&self, event: &Event) -> bool {
        matches!(event, Event::OrganizationReclaimed { .. })
    }

    /// A worker that starts late must not go on telling them.
    fn hears_the_past(&self) -> bool {
        true
    }

    fn handle<'a>(&'a self, tx: &'a mut Tx, fact: &'a Recorded) -> Heard<'a> {
        async move {
            for webhook in store::delete_made_before(tx, fact.org, fact.at).await? {
                let event = Event::WebhookDeleted { webhook };
                record(tx, &Actor::service("webhooks"), fact.at, fact.org, None, event)?;
            }
            Ok(())
        }
        .boxed()
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
        async move { self.leave(tx, fact).await.map(drop) }.boxed()
    }

    /// Those who have none are asked once: a list leaves many facts.
    fn handle_all<'a>(&'a self, tx: &'a mut Tx, facts: &'a [&'a Recorded]) -> Heard<'a> {
        async move {
            let mut without = BTreeSet::new();
            for fact in facts {
                if !without.contains(&fact.org) && !self.leave(tx, fact).await? {
                    without.insert(fact.org);
                }
            }
            Ok(())
        }
        .boxed()
    }
}
