//! Jobs and how long they wait. Pure.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use vitrine_protocol::{JobId, OrgId};

use super::Failed;

/// A job to be left in a transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// Which [`Runner`](super::Runner) does it.
    pub kind: &'static str,
    /// What it is about; at most one job of a kind and key waits, runs or lies dead.
    pub key: String,
    /// Whose it is; only then an organisation sees it when it dies.
    pub org: Option<OrgId>,
    /// Not before this; at once when not said.
    pub run_after: Option<DateTime<Utc>>,
    /// What the runner needs, as JSON. Secrets go in sealed, or not at all.
    pub body: serde_json::Value,
}

/// A job that a runner holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Stays the same over every attempt: what the work makes elsewhere can be named by it.
    pub id: JobId,
    /// What it is about.
    pub key: String,
    /// Whose it is.
    pub org: Option<OrgId>,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// When it was left.
    pub created_at: DateTime<Utc>,
    pub(super) run_after_ms: i64,
    pub(super) body: String,
    /// The name of this claim.
    pub(super) claim: String,
}

/// A job that failed for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct DeadJob {
    /// The job.
    pub id: JobId,
    /// What kind of work it is.
    pub kind: String,
    /// What it is about.
    pub key: String,
    /// How often it was tried.
    pub attempts: u32,
    /// Why the last attempt failed.
    pub reason: String,
    /// When it was left.
    pub created_at: DateTime<Utc>,
    /// When it was given up.
    pub died_at: DateTime<Utc>,
}

/// How a kind of jobs is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How many run at once in one process.
    pub at_once: u32,
    /// How long a claim holds. It is renewed while the work goes on, so this is how long a dead process's
    /// jobs wait; far more than clocks of two machines may differ.
    pub lease: Duration,
    /// How often a job is tried before it is a dead letter.
    pub attempts: u32,
    /// The wait after the first failure; it doubles with each.
    pub first_pause: Duration,
    /// The longest wait.
    pub longest_pause: Duration,
}

impl Default for Policy {
    /// Eight at once, a lease of a minute; ten attempts over about a day and a half.
    fn default() -> Self {
        Self {
            at_once: 8,
            lease: Duration::from_secs(60),
            attempts: 10,
            first_pause: Duration::from_secs(5),
            longest_pause: Duration::from_secs(6 * 3600),
        }
    }
}

impl Policy {
    /// How long a job waits after failure number `attempt` (from 1): doubled each time up to the longest, and
    /// of that a half to the whole, by `dice` (0 to 1), so that what failed together does not come back
    /// together.
    #[must_use]
    pub fn pause(&self, attempt: u32, dice: f64) -> Duration {
        let doubled = 2u32.saturating_pow(attempt.saturating_sub(1));
        self.first_pause
            .saturating_mul(doubled)
            .min(self.longest_pause)
            .mul_f64(0.5 + dice.clamp(0.0, 1.0) / 2.0)
    }
}

impl NewJob {
    /// A job of nobody in particular, to be done at once.
    #[must_use]
    pub fn new(kind: &'static str, key: impl Into<String>, body: serde_json::Value) -> Self {
        Self { kind, key: key.into(), org: None, run_after: None, body }
    }

    /// The same job of `org`, which sees it when it dies.
    #[must_use]
    pub fn of(mut self, org: OrgId) -> Self {
        self.org = Some(org);
        self
    }

    /// The same job, not before `at`.
    #[must_use]
    pub fn after(mut self, at: DateTime<Utc>) -> Self {
        self.run_after = Some(at);
        self
    }
}

impl Job {
    /// What was left for the runner.
    ///
    /// # Errors
    /// [`Failed::Never`]: it does not fit, and will not fit the next time.
    pub fn body<T: DeserializeOwned>(&self) -> Result<T, Failed> {
        serde_json::from_str(&self.body)
            .map_err(|error| Failed::never(format!("its body cannot be read: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_never_meet() {
        let policy = Policy::default();
        let whole: Vec<_> = [1, 2, 3, 13, 14, 4_000_000].map(|n| policy.pause(n, 1.0).as_secs()).to_vec();
        assert_eq!(whole, [5, 10, 20, 20_480, 21_600, 21_600]);
        assert_eq!(policy.pause(3, 0.0), Duration::from_secs(10));
        assert_eq!(policy.pause(1, 7.0), Duration::from_secs(5), "a wrong dice does no harm");
    }
}
