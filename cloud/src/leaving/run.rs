//! Jobs that make exports and delete organisations.

use std::time::Duration;

use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use vitrine_protocol::{ExportId, OrgId};

use super::Leaving;
use crate::jobs::{Job, NewJob, Policy, Ran, Runner};

const EXPORT: &str = "leaving.export";
const ERASE: &str = "leaving.erase";
const ATTEMPTS: u32 = 6;

#[derive(Serialize, Deserialize)]
struct ExportBody {
    org: OrgId,
    export: ExportId,
}

#[derive(Serialize, Deserialize)]
struct EraseBody {
    org: OrgId,
}

pub(super) fn export_job(org: OrgId, export: ExportId) -> NewJob {
    NewJob::new(EXPORT, export.to_string(), serde_json::json!(ExportBody { org, export })).of(org)
}

/// Nobody's: it outlives what it deletes.
pub(super) fn erase_job(org: OrgId) -> NewJob {
    NewJob::new(ERASE, org.to_string(), serde_json::json!(EraseBody { org }))
}

fn policy() -> Policy {
    Policy { at_once: 1, attempts: ATTEMPTS, longest_pause: Duration::from_secs(600), ..Policy::default() }
}

/// Does jobs of the kind `leaving.export`.
pub struct MakeExports(Leaving);

/// Does jobs of the kind `leaving.erase`.
pub struct EraseOrganizations(Leaving);

impl MakeExports {
    /// The runner over the room's handle.
    #[must_use]
    pub fn new(leaving: Leaving) -> Self {
        Self(leaving)
    }
}

impl EraseOrganizations {
    /// The runner over the room's handle.
    #[must_use]
    pub fn new(leaving: Leaving) -> Self {
        Self(leaving)
    }
}

impl Runner for MakeExports {
    fn kind(&self) -> &'static str {
        EXPORT
    }

    fn policy(&self) -> Policy {
        policy()
    }

    fn run<'a>(&'a self, job: &'a Job) -> Ran<'a> {
        async move {
            let ExportBody { org, export } = job.body()?;
            let made = self.0.make(org, export).await;
            if made.is_err() && job.attempt >= ATTEMPTS {
                self.0.give_up(export).await?;
            }
            Ok(made?)
        }
        .boxed()
    }
}

impl Runner for EraseOrganizations {
    fn kind(&self) -> &'static str {
        ERASE
    }

    fn policy(&self) -> Policy {
        policy()
    }

    fn run<'a>(&'a self, job: &'a Job) -> Ran<'a> {
        async move {
            let EraseBody { org } = job.body()?;
            Ok(self.0.erase(org).await?)
        }
        .boxed()
    }
}
