//! The file that tells other programs (the studio, scripts) of a running demo.

use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use vitrine_protocol::{OrgId, ShowId};

use super::error::DemoError;

/// One way to sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// `owner`, `host` or `moderator`.
    pub role: String,
    /// The account.
    pub email: String,
    /// Its password.
    pub password: String,
}

/// A running demo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFile {
    /// The demo's process; a file whose process is gone is stale.
    pub pid: u32,
    /// The cloud.
    pub cloud_url: String,
    /// The shop.
    pub shop_url: String,
    /// The multivariant playlist.
    pub stream_url: String,
    /// Where publishers arrive.
    pub rtmp_url: String,
    /// How to sign in.
    pub sign_ins: Vec<SignIn>,
    /// The demo organisation.
    pub org_id: OrgId,
    /// The show on air.
    pub show_id: ShowId,
}

/// The file's place: `VITRINE_DEMO_RUN_FILE`, else below `XDG_STATE_HOME`, else below `HOME`.
#[must_use]
pub fn place(env: impl Fn(&str) -> Option<String>) -> PathBuf {
    if let Some(file) = env("VITRINE_DEMO_RUN_FILE").filter(|file| !file.is_empty()) {
        return file.into();
    }
    let state = env("XDG_STATE_HOME").filter(|dir| dir.starts_with('/')).map(PathBuf::from);
    let state = state.or_else(|| env("HOME").map(|home| Path::new(&home).join(".local/state")));
    state.unwrap_or_else(std::env::temp_dir).join("vitrine/demo.json")
}

/// The written file. It goes when this is dropped, unless another demo has written its own.
#[derive(Debug)]
pub(super) struct Written {
    file: PathBuf,
    pid: u32,
}

impl Written {
    /// Writes the file whole, for its owner's eyes only.
    pub(super) fn write(file: PathBuf, run: &RunFile) -> Result<Self, DemoError> {
        let failed = |source| DemoError::File { what: "the demo's run file", source };
        replace(&file, &serde_json::to_vec_pretty(run).map_err(io::Error::other).map_err(failed)?)
            .map_err(failed)?;
        Ok(Self { file, pid: run.pid })
    }
}

impl Written {
    /// Leaves the file to its successor.
    pub(super) fn forget(mut self) {
        self.pid = 0;
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        let ours = std::fs::read(&self.file)
            .ok()
            .and_then(|bytes| serde_json::from_slice::<RunFile>(&bytes).ok())
            .is_some_and(|run| run.pid == self.pid);
        if ours {
            let _ = std::fs::remove_file(&self.file);
        }
    }
}

/// Writes beside the file, then moves into place.
pub(super) fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let beside = file.with_extension(format!("{}.new", std::process::id()));
    let mut out =
        std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    out.write_all(bytes)?;
    out.sync_all()?;
    std::fs::rename(&beside, file)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn run(pid: u32) -> RunFile {
        RunFile {
            pid,
            cloud_url: "http://127.0.0.1:8080".into(),
            shop_url: "http://localhost:8090".into(),
            stream_url: "http://127.0.0.1:8080/live/x/index.m3u8".into(),
            rtmp_url: "rtmp://127.0.0.1:1935/live".into(),
            sign_ins: vec![],
            org_id: OrgId::new(),
            show_id: ShowId::new(),
        }
    }

    #[test]
    fn the_place_follows_the_environment() {
        let with = |pairs: &'static [(&'static str, &'static str)]| {
            place(move |name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
        };
        assert_eq!(with(&[("VITRINE_DEMO_RUN_FILE", "/x/y.json"), ("HOME", "/h")]), Path::new("/x/y.json"));
        assert_eq!(with(&[("XDG_STATE_HOME", "/s"), ("HOME", "/h")]), Path::new("/s/vitrine/demo.json"));
        assert_eq!(with(&[("HOME", "/h")]), Path::new("/h/.local/state/vitrine/demo.json"));
    }

    #[test]
    fn the_file_is_private_and_goes_with_its_demo_only() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state/demo.json");
        let first = Written::write(file.clone(), &run(1)).unwrap();
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let second = Written::write(file.clone(), &run(2)).unwrap();
        drop(first);
        assert!(file.exists(), "it is the second demo's now");
        drop(second);
        assert!(!file.exists());
    }
}
