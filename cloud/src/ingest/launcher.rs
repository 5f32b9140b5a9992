//! Who starts a transmission: a trait that knows neither process nor path.

use futures_util::future::BoxFuture;
use std::time::Duration;

use chrono::{DateTime, Utc};
use vitrine_protocol::ShowId;

/// What a transmission is started with: the same for every launcher.
#[derive(Clone)]
pub struct Job {
    /// The show.
    pub show: ShowId,
    /// The epoch; the same one again resumes from its journal, where the launcher keeps one.
    pub epoch: u32,
    /// Proves to the control server that the caller is this job.
    pub token: String,
    /// What the origin asks for.
    pub origin_token: String,
    /// The control server's address, for the transmission alone to read.
    pub control: String,
    /// The fencing number of the show's owner.
    pub fence: u64,
    /// Where media sequence and discontinuity sequence of a new epoch begin.
    pub first_msn: u64,
    /// Where media time of a new epoch begins at the earliest, in milliseconds.
    pub first_media_ms: i64,
    /// Zero of the media clock.
    pub clock_epoch: DateTime<Utc>,
    /// The wanted rungs: `source,480p`.
    pub ladder: String,
    /// The height that the largest picture may have; `None` is without limit.
    pub ladder_top: Option<u32>,
}

/// What a launcher knows a started transmission by. Only the launcher that wrote it can read it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct JobHandle(pub String);

/// How a transmission ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It could not read its journal: start past it, in a new epoch.
    JournalUnusable,
    /// The one before still holds the journal: start again, in the same epoch.
    JournalHeld,
    /// Any other way, by signal or by itself.
    Other,
}

/// A started transmission.
pub struct Launched {
    /// Finds it again.
    pub handle: JobHandle,
    /// Resolves when it has ended. A launcher that is not told never resolves it.
    pub exited: BoxFuture<'static, Exit>,
}

/// A transmission could not be started, ended or looked at.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct LaunchError {
    /// What was tried, in words for the log.
    pub what: String,
    /// Why it failed.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// Starts transmissions and finds them again.
pub trait Launcher: Send + Sync + 'static {
    /// Starts one. It must outlive this process.
    fn launch(&self, job: Job) -> BoxFuture<'_, Result<Launched, LaunchError>>;

    /// Whether it runs, as far as this launcher can tell.
    fn is_running<'a>(&'a self, handle: &'a JobHandle) -> BoxFuture<'a, Result<bool, LaunchError>>;

    /// Ends one that does not answer; nothing when it has ended already.
    fn end<'a>(&'a self, handle: &'a JobHandle) -> BoxFuture<'a, Result<(), LaunchError>>;

    /// Whether a transmission that is started here would find the journal of this epoch.
    fn has_journal(&self, show: ShowId, epoch: u32) -> BoxFuture<'_, bool>;

    /// How long a started transmission may take to say hello.
    fn hello_within(&self) -> Duration;
}
