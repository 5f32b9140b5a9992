//! Who starts a transmission: a trait, the child process, and a fake.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use chrono::{DateTime, SecondsFormat, Utc};
use futures_util::future::BoxFuture;
use tokio::process::Command;
use vitrine_protocol::ShowId;

use vitrine_transmission::{EXIT_JOURNAL_UNUSABLE, TOKEN_ENV};

/// What a transmission is started with: the same for every launcher.
#[derive(Clone)]
pub struct Job {
    /// The show.
    pub show: ShowId,
    /// The epoch; the same one again resumes from the journal in `dir`.
    pub epoch: u32,
    /// Proves to the control server that the caller is this job.
    pub token: String,
    /// The control socket.
    pub control: PathBuf,
    /// Where journal and recording go.
    pub dir: PathBuf,
    /// Zero of the media clock.
    pub clock_epoch: DateTime<Utc>,
    /// The wanted rungs: `source,480p`.
    pub ladder: String,
}

/// How a transmission ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It could not read its journal: start past it, in a new epoch.
    JournalUnusable,
    /// Any other way, by signal or by itself.
    Other,
}

/// A started transmission.
pub struct Launched {
    /// Its process.
    pub pid: u32,
    /// Resolves when it has ended.
    pub exited: BoxFuture<'static, Exit>,
}

/// Starts transmissions and finds them again.
pub trait Launcher: Send + Sync + 'static {
    /// Starts one. It must outlive this process.
    ///
    /// # Errors
    /// What the system says.
    fn launch(&self, job: Job) -> BoxFuture<'_, io::Result<Launched>>;

    /// Whether the transmission of `show` with this process id runs.
    fn is_running(&self, show: ShowId, pid: u32) -> bool;

    /// Ends a transmission that does not answer.
    fn kill(&self, show: ShowId, pid: u32);
}

/// Child processes in their own process groups, so that a Ctrl-C or a crash of `serve` does not reach them.
#[derive(Debug, Clone)]
pub struct Processes {
    /// The program: this one.
    pub program: PathBuf,
}

impl Launcher for Processes {
    fn launch(&self, job: Job) -> BoxFuture<'_, io::Result<Launched>> {
        Box::pin(async move {
            let log = log_file(&job.dir)?;
            let mut child = Command::new(&self.program)
                .arg("transmission")
                .args(["--show", &job.show.to_string()])
                .args(["--epoch", &job.epoch.to_string()])
                .arg("--control")
                .arg(&job.control)
                .arg("--dir")
                .arg(&job.dir)
                .args(["--clock-epoch", &job.clock_epoch.to_rfc3339_opts(SecondsFormat::Millis, true)])
                .args(["--ladder", &job.ladder])
                .env(TOKEN_ENV, &job.token)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(log)
                .process_group(0)
                .kill_on_drop(false)
                .spawn()?;
            let pid = child.id().ok_or(io::ErrorKind::NotFound)?;
            let exited = async move {
                match child.wait().await.map(|status| status.code()) {
                    Ok(Some(EXIT_JOURNAL_UNUSABLE)) => Exit::JournalUnusable,
                    _ => Exit::Other,
                }
            };
            Ok(Launched { pid, exited: Box::pin(exited) })
        })
    }

    fn is_running(&self, show: ShowId, pid: u32) -> bool {
        // A process id may have gone to another program since the lease was written: look at its arguments.
        let Ok(arguments) = std::fs::read(format!("/proc/{pid}/cmdline")) else { return false };
        let show = show.to_string();
        let mut arguments = arguments.split(|byte| *byte == 0);
        arguments.any(|argument| argument == b"transmission")
            && arguments.any(|argument| argument == show.as_bytes())
    }

    fn kill(&self, show: ShowId, pid: u32) {
        if !self.is_running(show, pid) {
            return;
        }
        let outcome = i32::try_from(pid)
            .ok()
            .and_then(rustix::process::Pid::from_raw)
            .map(|pid| rustix::process::kill_process(pid, rustix::process::Signal::KILL));
        tracing::warn!(show.id = %show, pid, ?outcome, "a transmission that did not answer was ended");
    }
}

/// A transmission outlives whoever reads `serve`'s standard error, so it writes its own log beside its journal.
fn log_file(folder: &Path) -> io::Result<File> {
    super::files::private_folder(folder)?;
    OpenOptions::new().create(true).append(true).open(folder.join("transmission.log"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn another_program_under_an_old_process_id_is_not_ours() {
        let launcher = Processes { program: "/bin/true".into() };
        assert!(!launcher.is_running(ShowId::new(), std::process::id()));
        assert!(!launcher.is_running(ShowId::new(), u32::MAX));
    }
}
