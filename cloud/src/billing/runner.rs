//! Does what follows from webhooks, after they were answered.

use std::time::Duration;

use serde::Deserialize;

use super::Billing;
use crate::jobs::{Job, Policy, Ran, Runner};

/// The kind of jobs.
pub(super) const KIND: &str = "billing.event";

/// Does jobs of the kind `billing.event`.
pub struct TakeWebhooks(Billing);

impl TakeWebhooks {
    /// The runner over the room's handle.
    #[must_use]
    pub fn new(billing: Billing) -> Self {
        Self(billing)
    }
}

#[derive(Deserialize)]
struct Body {
    webhook: String,
}

impl Runner for TakeWebhooks {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn policy(&self) -> Policy {
        // Some three days, as Stripe itself tries.
        Policy { at_once: 4, attempts: 24, longest_pause: Duration::from_secs(4 * 3600), ..Policy::default() }
    }

    fn run<'a>(&'a self, job: &'a Job) -> Ran<'a> {
        Box::pin(async move {
            let body: Body = job.body()?;
            Ok(self.0.follow_webhook(&body.webhook).await?)
        })
    }
}
