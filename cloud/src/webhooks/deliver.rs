//! Jobs that call webhooks, one webhook each, message after message.

use std::time::Duration;

use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use vitrine_protocol::WebhookId;

use super::{Webhooks, WebhooksError, store};
use crate::jobs::{Job, NewJob, Policy, Ran, Runner, enqueue};

/// So long one webhook is called before others have their turn.
const TURN: Duration = Duration::from_secs(5);
/// How many webhooks are found at once for which something is due.
const READY: i64 = 2_000;
/// How many are called at once by one process, in each lane.
const CALLED_AT_ONCE: u32 = 32;

/// Who calls a webhook: those that answer late or not at all have workers of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Webhooks that answer at once.
    Quick,
    /// The others.
    Slow,
}

impl Lane {
    fn kind(self) -> &'static str {
        match self {
            Self::Quick => "webhooks.deliver",
            Self::Slow => "webhooks.deliver_slow",
        }
    }

    fn of(slow: bool) -> Self {
        if slow { Self::Slow } else { Self::Quick }
    }
}

#[derive(Serialize, Deserialize)]
struct Body {
    webhook: WebhookId,
}

/// A job that calls a webhook. It is nobody's: what goes wrong stands in the deliveries, and a dead one makes room for the next.
pub(super) fn call_job(webhook: WebhookId, lane: Lane) -> NewJob {
    NewJob::new(lane.kind(), webhook.to_string(), serde_json::json!(Body { webhook }))
}

/// Does jobs of one lane.
pub struct CallWebhooks {
    webhooks: Webhooks,
    lane: Lane,
}

impl CallWebhooks {
    /// The runner over the room's handle.
    #[must_use]
    pub fn new(webhooks: Webhooks, lane: Lane) -> Self {
        Self { webhooks, lane }
    }
}

impl Runner for CallWebhooks {
    fn kind(&self) -> &'static str {
        self.lane.kind()
    }

    fn policy(&self) -> Policy {
        Policy { at_once: CALLED_AT_ONCE, longest_pause: Duration::from_secs(300), ..Policy::default() }
    }

    fn run<'a>(&'a self, job: &'a Job) -> Ran<'a> {
        async move {
            let Body { webhook } = job.body()?;
            Ok(self.webhooks.call_in_turn(webhook, self.lane).await?)
        }
        .boxed()
    }
}

impl Webhooks {
    /// Calls a webhook with what is due, as long as it takes that and its turn lasts. What is left is found by [`Webhooks::wake`], and
    /// so is one whose organisation, or owner, has its share of places already.
    pub(super) async fn call_in_turn(&self, id: WebhookId, lane: Lane) -> Result<(), WebhooksError> {
        let begun = Instant::now();
        let Some(target) = store::target(&self.db, id).await? else { return Ok(()) };
        let owner = self.orgs.first_owner(target.org).await?;
        let Some(_turn) = self.turns.take(lane, target.org, owner) else { return Ok(()) };
        while begun.elapsed() < TURN {
            let now = self.clock.now();
            let Some(target) = store::target(&self.db, id).await? else { return Ok(()) };
            if !target.active {
                return Ok(());
            }
            let Some(mut due) = store::due(&self.db, &target, now).await? else { return Ok(()) };
            let its_own = Lane::of(target.slow);
            if its_own != lane {
                let mut tx = self.db.begin().await?;
                enqueue(&mut tx, now, &call_job(id, its_own)).await?;
                return Ok(tx.commit().await?);
            }
            if due.is_open {
                let mut tx = self.db.begin().await?;
                let Some(body) = store::take(&mut tx, due.id).await? else { continue };
                tx.commit().await?;
                due.body = body;
            }
            let outcome = self.call(&target, &due).await?;
            self.settle(&target, &due, outcome).await?;
        }
        Ok(())
    }

    /// Has webhooks called for which something is due: what failed before, and what came or was asked for while a job was ending.
    /// How many. A timer calls it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn wake(&self) -> Result<usize, WebhooksError> {
        let now = self.clock.now();
        let mut ready = store::asked(&self.db, now, READY).await?;
        ready.extend(store::ready(&self.db, now, READY).await?);
        if ready.is_empty() {
            return Ok(0);
        }
        for (id, slow) in &ready {
            // One at a time: the listener leaves the same jobs in an order of its own, and neither waits for the other.
            let mut tx = self.db.begin().await?;
            if enqueue(&mut tx, now, &call_job(*id, Lane::of(*slow))).await? {
                tx.commit().await?;
            }
        }
        Ok(ready.len())
    }
}
