//! A Postgres of one's own, by `tests/postgres.sh`; it goes with this value.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

/// A running server with an empty database.
pub struct Postgres {
    folder: TempDir,
    /// What `VITRINE_DATABASE_URL` takes.
    pub url: String,
}

impl Postgres {
    /// Starts one, in about a second.
    pub fn start() -> Result<Self> {
        // A socket's path is short, so the folder is.
        let folder = tempfile::Builder::new().prefix("vt-pg-").tempdir_in("/tmp")?;
        let started = script("start", folder.path())?;
        Ok(Self { folder, url: started.trim().to_owned() })
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Err(error) = script("stop", self.folder.path()) {
            eprintln!("a Postgres of the tests was not stopped: {error:#}");
        }
    }
}

fn script(verb: &str, folder: &Path) -> Result<String> {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("postgres.sh");
    let done = Command::new(&script).arg(verb).arg(folder).output().context("tests/postgres.sh")?;
    ensure!(done.status.success(), "tests/postgres.sh {verb}: {}", String::from_utf8_lossy(&done.stderr));
    Ok(String::from_utf8(done.stdout)?)
}

/// Whether this machine has a Postgres to start; where the script looks for one.
pub(crate) fn installed() -> bool {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    versions.map(|version| version.path().join("bin/initdb")).any(|initdb| initdb.is_file())
        || crate::have("initdb")
}
