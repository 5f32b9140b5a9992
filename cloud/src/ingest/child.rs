//! Transmissions as child processes of this machine.

use std::fs::{File, OpenOptions};
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use chrono::SecondsFormat;
use futures_util::future::BoxFuture;
use tokio::process::Command;
use vitrine_protocol::ShowId;
use vitrine_transmission::{EXIT_JOURNAL_HELD, EXIT_JOURNAL_UNUSABLE, ORIGIN_TOKEN_ENV, TOKEN_ENV};

use super::launcher::{Exit, Job, JobHandle, LaunchError, Launched, Launcher};

/// Child processes in their own process groups, so that a Ctrl-C or a crash of `serve` does not reach them.
///
/// A handle is the process id and the show: a process id alone may have gone to another program since.
#[derive(Debug, Clone)]
pub struct Processes {
    /// The program: this one.
    pub program: PathBuf,
    /// Journals and recordings are below `shows/` in it.
    pub data_dir: PathBuf,
    /// The host or address by which other machines reach this one.
    pub host: String,
    /// Where origins listen; without it, on the host's address or, where that is a name, on every interface.
    pub origin_listen: Option<IpAddr>,
    /// What a show may use of this machine.
    pub limits: Limits,
}

/// What shows may use of this machine, and where their public part begins.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// Thousandths of a core for all encoders together.
    pub encoder_millicores: u32,
    /// Bytes of one show's recording.
    pub recording_bytes: u64,
    /// Bytes of the disk that recordings leave free.
    pub free_bytes: u64,
    /// A show that goes live begins at its newest segment instead of its next key frame.
    pub live_from_newest: bool,
}

impl Processes {
    /// Journal and recording of one transmission.
    fn folder(&self, show: ShowId, epoch: u32) -> PathBuf {
        self.data_dir.join("shows").join(show.to_string()).join(epoch.to_string())
    }

    fn start(&self, job: &Job) -> io::Result<Launched> {
        let folder = self.folder(job.show, job.epoch);
        let log = log_file(&folder).map_or_else(
            |error| {
                tracing::warn!(%error, show.id = %job.show, "a transmission is started without a log: the disk takes none");
                Stdio::null()
            },
            Stdio::from,
        );
        let mut child = Command::new(&self.program)
            .arg("transmission")
            .args(["--show", &job.show.to_string()])
            .args(["--epoch", &job.epoch.to_string()])
            .args(["--control", &job.control])
            .args(["--fence", &job.fence.to_string()])
            .args(["--first-msn", &job.first_msn.to_string()])
            .args(["--first-discontinuity", &job.first_msn.to_string()])
            .args(["--first-media-ms", &job.first_media_ms.to_string()])
            .args(["--origin-host", &self.host])
            .args(self.origin_listen.map(|ip| format!("--origin-listen={ip}")))
            .arg("--dir")
            .arg(&folder)
            .args(["--clock-epoch", &job.clock_epoch.to_rfc3339_opts(SecondsFormat::Millis, true)])
            .args(["--ladder", &job.ladder])
            .args(job.ladder_top.map(|top| format!("--ladder-top={top}")))
            .arg("--cores-dir")
            .arg(self.data_dir.join("run/cores"))
            .args(["--millicores", &self.limits.encoder_millicores.to_string()])
            .args(["--recording-bytes", &self.limits.recording_bytes.to_string()])
            .args(["--free-bytes", &self.limits.free_bytes.to_string()])
            .args(self.limits.live_from_newest.then_some("--live-from-newest"))
            // It opens no database and no seal.
            .env_remove("VITRINE_SECRET_KEYS")
            .env_remove("VITRINE_DATABASE_URL")
            .env(TOKEN_ENV, &job.token)
            .env(ORIGIN_TOKEN_ENV, &job.origin_token)
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
                Ok(Some(EXIT_JOURNAL_HELD)) => Exit::JournalHeld,
                _ => Exit::Other,
            }
        };
        Ok(Launched { handle: JobHandle(format!("{pid} {}", job.show)), exited: Box::pin(exited) })
    }
}

impl Launcher for Processes {
    fn launch(&self, job: Job) -> BoxFuture<'_, Result<Launched, LaunchError>> {
        Box::pin(async move {
            self.start(&job).map_err(|source| LaunchError {
                what: format!("the process of show {} could not be started", job.show),
                source: source.into(),
            })
        })
    }

    fn is_running<'a>(&'a self, handle: &'a JobHandle) -> BoxFuture<'a, Result<bool, LaunchError>> {
        Box::pin(async move { Ok(found(handle).is_some()) })
    }

    fn end<'a>(&'a self, handle: &'a JobHandle) -> BoxFuture<'a, Result<(), LaunchError>> {
        Box::pin(async move {
            let Some(pid) = found(handle).and_then(rustix::process::Pid::from_raw) else { return Ok(()) };
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).map_err(|source| LaunchError {
                what: format!("process {pid:?} could not be ended"),
                source: io::Error::from(source).into(),
            })
        })
    }

    fn has_journal(&self, show: ShowId, epoch: u32) -> BoxFuture<'_, bool> {
        let folder = self.folder(show, epoch).join("journal");
        Box::pin(async move {
            let Ok(mut files) = tokio::fs::read_dir(folder).await else { return false };
            while let Ok(Some(file)) = files.next_entry().await {
                if file.path().extension().is_some_and(|ending| ending == "journal") {
                    return true;
                }
            }
            false
        })
    }

    fn hello_within(&self) -> Duration {
        Duration::from_secs(4)
    }
}

/// The process of a handle, if it still is that show's transmission: its arguments say so.
fn found(handle: &JobHandle) -> Option<i32> {
    let (pid, show) = handle.0.split_once(' ')?;
    let pid: i32 = pid.parse().ok()?;
    let arguments = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let mut arguments = arguments.split(|byte| *byte == 0);
    let ours = arguments.any(|argument| argument == b"transmission")
        && arguments.any(|argument| argument == show.as_bytes());
    ours.then_some(pid)
}

/// A transmission outlives whoever reads `serve`'s standard error, so it writes its own log beside its journal.
fn log_file(folder: &Path) -> io::Result<File> {
    const MOST_BYTES: u64 = 8 << 20;
    super::files::private_folder(folder)?;
    let path = folder.join("transmission.log");
    // One that starts again and again must not fill the disk with its complaints.
    if path.metadata().is_ok_and(|log| log.len() > MOST_BYTES) {
        std::fs::rename(&path, path.with_extension("log.old"))?;
    }
    OpenOptions::new().create(true).append(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn another_program_under_an_old_process_id_is_not_ours() {
        let folder = tempfile::tempdir().unwrap();
        let host = String::from("127.0.0.1");
        let launcher = Processes {
            program: "/bin/true".into(),
            data_dir: folder.path().into(),
            host,
            origin_listen: None,
            limits: Limits::default(),
        };
        for pid in [std::process::id().to_string(), u32::MAX.to_string(), String::from("no number")] {
            let handle = JobHandle(format!("{pid} {}", ShowId::new()));
            assert!(!launcher.is_running(&handle).await.unwrap());
            launcher.end(&handle).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_journal_is_where_its_epoch_ran_until_it_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let host = String::from("127.0.0.1");
        let launcher = Processes {
            program: "/bin/true".into(),
            data_dir: folder.path().into(),
            host,
            origin_listen: None,
            limits: Limits::default(),
        };
        let show = ShowId::new();
        let epoch = folder.path().join(format!("shows/{show}/2"));
        std::fs::create_dir_all(epoch.join("journal")).unwrap();
        std::fs::create_dir_all(epoch.join("recording")).unwrap();
        std::fs::write(epoch.join("journal/00000001.journal"), "").unwrap();
        assert!(launcher.has_journal(show, 2).await);
        std::fs::remove_file(epoch.join("journal/00000001.journal")).unwrap();
        assert!(!launcher.has_journal(show, 2).await, "what is left is the recording");
        std::fs::remove_dir(epoch.join("journal")).unwrap();
        assert!(!launcher.has_journal(show, 2).await);
        assert!(!launcher.has_journal(show, 3).await && !launcher.has_journal(ShowId::new(), 2).await);
    }
}
