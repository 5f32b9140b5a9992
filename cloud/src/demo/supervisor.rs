//! Keeps `vitrine-cloud serve` running: the part that systemd or the kubelet plays elsewhere.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::args::Args;
use super::error::DemoError;
use super::process;

/// How long a first start may take, migrations included.
const START_WITHIN: Duration = Duration::from_secs(60);
/// How long after its end `serve` is started again. Promised: within 1 s.
const RESTART_AFTER: Duration = Duration::from_millis(250);
/// How long everything may take to end by itself.
const END_WITHIN: Duration = Duration::from_secs(6);

/// Where a running `serve` answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) struct Addresses {
    /// HTTP and WebSocket.
    pub(super) http: SocketAddr,
    /// RTMP.
    pub(super) rtmp: SocketAddr,
}

/// A `serve` that comes back. [`Supervisor::stop`] ends it and everything it started.
pub(super) struct Supervisor {
    addresses: Addresses,
    stopping: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Supervisor {
    /// Starts `serve` and waits until it listens.
    pub(super) async fn start(args: &Args) -> Result<Self, DemoError> {
        let plan = Plan::new(args)?;
        let mut child = plan.spawn(None)?;
        let addresses = match plan.wait_until_listening(&mut child).await {
            Ok(addresses) => addresses,
            Err(error) => {
                let _ = child.kill().await;
                return Err(error);
            }
        };
        let stopping = CancellationToken::new();
        let task = tokio::spawn(keep(plan, child, addresses, stopping.clone()));
        Ok(Self { addresses, stopping, task })
    }

    /// Where it answers; the same after each restart.
    pub(super) fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// Ends `serve`, then everything that it left behind.
    pub(super) async fn stop(self) {
        self.stopping.cancel();
        let _ = self.task.await;
        end_everything().await;
    }
}

/// How `serve` is started.
struct Plan {
    program: PathBuf,
    arguments: Vec<String>,
    listen: (SocketAddr, SocketAddr),
    run_file: PathBuf,
    log: PathBuf,
}

impl Plan {
    fn new(args: &Args) -> Result<Self, DemoError> {
        let program = std::env::current_exe()
            .map_err(|source| DemoError::File { what: "the program's own path", source })?;
        let mut arguments =
            vec!["serve".to_owned(), "--data-dir".into(), args.data_dir.display().to_string()];
        if let Some(url) = &args.public_url {
            arguments.extend(["--public-url".into(), url.to_string()]);
            if let Some(host) = url.host_str() {
                arguments
                    .extend(["--rtmp-public-url".into(), format!("rtmp://{host}:{}/live", args.rtmp_port)]);
            }
        }
        // Whoever comes with a good key replaces the synthetic host.
        arguments.extend(["--publisher-conflict".into(), "takeover".into()]);
        Ok(Self {
            program,
            arguments,
            listen: ((args.ip(), args.cloud_port()?).into(), (args.ip(), args.rtmp_port).into()),
            run_file: args.data_dir.join("run/serve.json"),
            log: args.data_dir.join("serve.log"),
        })
    }

    /// Starts `serve`, on the ports that the first start took when there was one.
    fn spawn(&self, bound: Option<Addresses>) -> Result<Child, DemoError> {
        let failed = |source| DemoError::File { what: "the cloud's log", source };
        let log = File::options().create(true).append(true).open(&self.log).map_err(failed)?;
        let http = SocketAddr::new(self.listen.0.ip(), bound.map_or(self.listen.0.port(), |b| b.http.port()));
        let rtmp = SocketAddr::new(self.listen.1.ip(), bound.map_or(self.listen.1.port(), |b| b.rtmp.port()));
        let _ = std::fs::remove_file(&self.run_file);
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .args(["--listen", &http.to_string(), "--rtmp-listen", &rtmp.to_string()])
            // The demo speaks to its own cloud in plain text, whatever this shell has set for another.
            .env_remove("VITRINE_TLS_CERTIFICATE")
            .env_remove("VITRINE_TLS_KEY")
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(failed)?)
            .stderr(log)
            .kill_on_drop(true);
        process::leash(&mut command);
        command.spawn().map_err(|source| DemoError::File { what: "the cloud's process", source })
    }

    async fn wait_until_listening(&self, child: &mut Child) -> Result<Addresses, DemoError> {
        let started = Instant::now();
        loop {
            if let Ok(Some(_)) = child.try_wait() {
                return Err(self.failed());
            }
            if let Some(addresses) = read_addresses(&self.run_file) {
                return Ok(addresses);
            }
            if started.elapsed() > START_WITHIN {
                return Err(self.failed());
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    fn failed(&self) -> DemoError {
        let last_words = last_line(&self.log).unwrap_or_else(|| "it said nothing".to_owned());
        DemoError::CloudFailed { last_words, log: self.log.clone() }
    }
}

async fn keep(plan: Plan, mut child: Child, bound: Addresses, stopping: CancellationToken) {
    loop {
        tokio::select! {
            () = stopping.cancelled() => break,
            _ = child.wait() => {}
        }
        sleep(RESTART_AFTER).await;
        if stopping.is_cancelled() {
            return;
        }
        match plan.spawn(Some(bound)) {
            Ok(started) => child = started,
            Err(error) => {
                eprintln!("demo: {error}");
                return;
            }
        }
        bury_orphans(child.id());
    }
    if let Some(pid) = child.id() {
        process::terminate(pid);
    }
    if timeout(END_WITHIN, child.wait()).await.is_err() {
        let _ = child.kill().await;
    }
}

/// Inherited processes that have ended stay in the table until somebody asks for them.
fn bury_orphans(serve: Option<u32>) {
    for pid in process::children(std::process::id()) {
        if Some(pid) != serve {
            process::bury(pid);
        }
    }
}

/// Ends what `serve` left behind: transmissions live on without it, by design.
async fn end_everything() {
    let own = std::process::id();
    for pid in process::descendants(own) {
        process::terminate(pid);
    }
    let deadline = Instant::now() + END_WITHIN;
    loop {
        bury_orphans(None);
        let left = process::descendants(own);
        if left.is_empty() {
            return;
        }
        if Instant::now() > deadline {
            left.iter().copied().for_each(process::kill);
            sleep(Duration::from_millis(200)).await;
            bury_orphans(None);
            return;
        }
        sleep(Duration::from_millis(50)).await;
    }
}

fn read_addresses(file: &Path) -> Option<Addresses> {
    serde_json::from_slice(&std::fs::read(file).ok()?).ok()
}

/// The last line of a log that is not empty.
fn last_line(log: &Path) -> Option<String> {
    let mut file = File::open(log).ok()?;
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(4_096))).ok()?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail).ok()?;
    let text = String::from_utf8_lossy(&tail).into_owned();
    text.lines().rev().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_words_of_a_log_are_found() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert_eq!(last_line(file.path()), None);
        std::fs::write(file.path(), "one\nError: the disk is full\n\n").unwrap();
        assert_eq!(last_line(file.path()).as_deref(), Some("Error: the disk is full"));
    }

    #[test]
    fn a_run_file_tells_both_addresses() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), r#"{"pid":7,"http":"127.0.0.1:8080","rtmp":"127.0.0.1:1935"}"#).unwrap();
        let addresses = read_addresses(file.path()).unwrap();
        assert_eq!((addresses.http.port(), addresses.rtmp.port()), (8080, 1935));
        std::fs::write(file.path(), "{").unwrap();
        assert_eq!(read_addresses(file.path()), None);
    }
}
