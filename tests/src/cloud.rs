//! A cloud of one's own: `vitrine-cloud serve` on free ports, with a folder that goes with it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tempfile::TempDir;

use crate::wait::eventually;

/// A running cloud; everything it started ends with it.
pub struct Cloud {
    folder: TempDir,
    serve: Option<Child>,
    settings: Vec<(String, String)>,
    /// `http://127.0.0.1:PORT`.
    pub http: String,
    /// `127.0.0.1:PORT`.
    pub rtmp: String,
}

impl Cloud {
    /// Starts `serve` and waits until it listens.
    pub async fn start() -> Result<Self> {
        Self::start_with(&[]).await
    }

    /// The same with settings (`VITRINE_…`).
    pub async fn start_with(settings: &[(&str, &str)]) -> Result<Self> {
        let settings =
            settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut cloud = Self {
            folder: TempDir::with_prefix("vitrine-it-")?,
            serve: None,
            settings,
            http: String::new(),
            rtmp: String::new(),
        };
        cloud.serve().await?;
        Ok(cloud)
    }

    /// Starts `serve`, again after a kill: same folder, same ports.
    pub async fn serve(&mut self) -> Result<()> {
        let run_file = self.run_folder().join("serve.json");
        let _ = std::fs::remove_file(&run_file);
        let log = std::fs::File::options().append(true).create(true).open(self.log())?;
        let listen =
            if self.http.is_empty() { "127.0.0.1:0" } else { self.http.trim_start_matches("http://") };
        let rtmp = if self.rtmp.is_empty() { "127.0.0.1:0" } else { &self.rtmp };
        let child = Command::new(cloud_program()?)
            .arg("serve")
            .env("VITRINE_DATA_DIR", self.data())
            // Two cores that publish, encode, play and browse at once.
            .env("VITRINE_LADDER", "source,480p")
            .env("VITRINE_FREE_MIB", "0")
            .env("VITRINE_LISTEN", listen)
            .env("VITRINE_RTMP_LISTEN", rtmp)
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("vitrine-cloud serve")?;
        self.serve = Some(child);
        let run = eventually("serve listens", async || {
            if let Some(child) = &mut self.serve
                && let Some(status) = child.try_wait()?
            {
                bail!("serve ended by itself: {status}");
            }
            Ok(std::fs::read_to_string(&run_file)
                .ok()
                .and_then(|text| serde_json::from_str::<Value>(&text).ok()))
        })
        .await
        .with_context(|| self.tail())?;
        self.http = format!("http://{}", run["http"].as_str().context("http")?);
        self.rtmp = run["rtmp"].as_str().context("rtmp")?.to_owned();
        Ok(())
    }

    /// `kill -9` of `serve` alone; its children live on.
    pub fn kill_serve(&mut self) {
        if let Some(mut child) = self.serve.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Ends `serve` as a supervisor does before an upgrade; its children live on.
    pub async fn stop_serve(&mut self) -> Result<()> {
        if let Some(child) = &self.serve {
            signal(i32::try_from(child.id())?, libc::SIGTERM);
        }
        eventually("serve ends", async || {
            let Some(child) = &mut self.serve else { return Ok(Some(())) };
            Ok(child.try_wait()?.map(drop))
        })
        .await?;
        self.serve = None;
        Ok(())
    }

    /// Where the cloud keeps its things.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn run_folder(&self) -> PathBuf {
        self.data().join("run")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("serve.log")
    }

    /// The process id of `serve`.
    pub fn serve_pid(&self) -> Option<u32> {
        self.serve.as_ref().map(Child::id)
    }

    /// The last lines of the log, for a failure's text.
    pub fn tail(&self) -> String {
        let text = std::fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        format!("serve's log:\n{}", lines[lines.len().saturating_sub(30)..].join("\n"))
    }

    /// Ids of this cloud's processes with this role (`transmission`, `encoder`), by their command lines
    /// and their inherited data folder.
    pub fn processes(&self, role: &str) -> Vec<i32> {
        let mark = format!("VITRINE_DATA_DIR={}", self.data().display());
        let mut found = Vec::new();
        for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
            let Ok(pid) = entry.file_name().to_string_lossy().parse::<i32>() else { continue };
            let words = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            let is_role = words.split(|byte| *byte == 0).nth(1) == Some(role.as_bytes());
            let ours = || read_has(&entry.path().join("environ"), mark.as_bytes());
            if is_role && ours() {
                found.push(pid);
            }
        }
        found
    }

    /// `kill -9` of every process of that role; says how many there were.
    pub fn kill(&self, role: &str) -> usize {
        let pids = self.processes(role);
        for pid in &pids {
            signal(*pid, libc::SIGKILL);
        }
        pids.len()
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        if let Some(mut child) = self.serve.take() {
            signal(i32::try_from(child.id()).unwrap_or(0), libc::SIGTERM);
            for _ in 0..50 {
                if matches!(child.try_wait(), Ok(Some(_))) {
                    break;
                }
                std::thread::sleep(Duration::from_millis(100));
            }
            let _ = child.kill();
            let _ = child.wait();
        }
        for role in ["transmission", "encoder"] {
            self.kill(role);
        }
    }
}

fn read_has(path: &Path, needle: &[u8]) -> bool {
    std::fs::read(path).is_ok_and(|bytes| bytes.split(|byte| *byte == 0).any(|entry| entry == needle))
}

/// Sends a signal to one process, or to a group under its negative number.
#[allow(unsafe_code)]
pub(crate) fn signal(pid: i32, signal: i32) {
    if !(-1..=0).contains(&pid) {
        // SAFETY: kill(2) takes plain numbers and touches no memory of ours.
        unsafe { libc::kill(pid, signal) };
    }
}

/// The program under test, from `VITRINE_CLOUD_BIN`.
pub fn cloud_program() -> Result<PathBuf> {
    std::env::var_os("VITRINE_CLOUD_BIN")
        .map(PathBuf::from)
        .context("VITRINE_CLOUD_BIN names no program: run ./x test stories")
}

/// Whether a program of the system is there, for a visible skip. `postgres` is looked for where Debian hides it, too.
pub fn have(program: &str) -> bool {
    if program == "postgres" {
        return crate::postgres::installed();
    }
    std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .any(|folder| folder.join(program).is_file())
}
