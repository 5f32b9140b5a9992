//! Those who do jobs.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::{Job, Policy};

/// What running a job gives.
pub type Ran<'a> = BoxFuture<'a, Result<(), Failed>>;

/// Does the jobs of one kind.
///
/// A job is run at least once: a process may die after the work and before that is written down. So the work
/// must be safe to do twice, with the job's id for whoever can tell a repetition. When the lease is lost (the
/// machine slept, the database was away), the future is dropped.
pub trait Runner: Send + Sync + 'static {
    /// The kind of jobs; never changed.
    fn kind(&self) -> &'static str;

    /// How they are run.
    fn policy(&self) -> Policy {
        Policy::default()
    }

    /// Does the work.
    fn run<'a>(&'a self, job: &'a Job) -> Ran<'a>;
}

/// Why a job was not done, and whose that is. Any error becomes [`Failed::Later`] with its causes as the
/// reason.
///
/// Reasons are read by the organisation's people: no token and no one else's data stands in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failed {
    /// It may succeed later: the far side does not answer, or asks to wait.
    Later {
        /// What went wrong.
        reason: String,
        /// How long at least, when the far side says so.
        after: Option<Duration>,
    },
    /// It will never succeed as it is: somebody has to mend something first.
    Never {
        /// What went wrong.
        reason: String,
    },
}

impl Failed {
    /// It may succeed later.
    pub fn later(reason: impl Into<String>) -> Self {
        Self::Later { reason: reason.into(), after: None }
    }

    /// It will never succeed as it is.
    pub fn never(reason: impl Into<String>) -> Self {
        Self::Never { reason: reason.into() }
    }
}

impl<E: std::error::Error + 'static> From<E> for Failed {
    fn from(error: E) -> Self {
        Self::later(chain(&error))
    }
}

/// An error with its causes, on one line.
pub(super) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", chain(source)),
        None => error.to_string(),
    }
}
