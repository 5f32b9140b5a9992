//! Where things are kept.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Folders and the database.
#[derive(Debug, Clone, clap::Args)]
pub struct Storage {
    /// The folder for everything that is kept: database, pictures, running shows
    #[arg(long, env = "VITRINE_DATA_DIR", default_value = "./vitrine-data")]
    pub data_dir: PathBuf,

    /// sqlite:PATH or postgres://…; a file in the data folder when not set
    #[arg(long, env = "VITRINE_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,

    /// The folder of pictures and recordings, shared by all nodes; a folder in the data folder when not set
    #[arg(long, env = "VITRINE_BLOBS_DIR")]
    pub blobs_dir: Option<PathBuf>,

    /// Keys that seal secrets, newest first: id:key,id:key, each key 32 bytes in base64; a file in the data
    /// folder when not set. To change the key, put a new one last on every process, then first, and keep the
    /// older ones
    #[arg(long, env = "VITRINE_SECRET_KEYS", hide_env_values = true)]
    pub secret_keys: Option<Hidden>,
}

/// A setting that stays out of logs.
#[derive(Clone)]
pub struct Hidden(String);

impl Hidden {
    /// The setting's text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for Hidden {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hidden(…)")
    }
}

impl Storage {
    pub(super) fn for_testing(dir: &Path) -> Self {
        Self { data_dir: dir.to_owned(), database_url: None, blobs_dir: None, secret_keys: None }
    }

    /// The database's address.
    #[must_use]
    pub fn database_url(&self) -> String {
        match &self.database_url {
            Some(url) => url.clone(),
            None => format!("sqlite:{}", self.data_dir.join("vitrine.db").display()),
        }
    }

    /// The file of the keys that seal secrets, where the setting names none.
    #[must_use]
    pub fn secret_keys_file(&self) -> PathBuf {
        self.data_dir.join("keys/secrets.keys")
    }

    /// The folder of blobs.
    #[must_use]
    pub fn blobs_dir(&self) -> PathBuf {
        self.blobs_dir.clone().unwrap_or_else(|| self.data_dir.join("blobs"))
    }

    /// The folder of what lives as long as this process: sockets, waiting facts, the run file.
    #[must_use]
    pub fn run_dir(&self) -> PathBuf {
        self.data_dir.join("run")
    }

    /// The folder of running shows' journals.
    #[must_use]
    pub fn shows_dir(&self) -> PathBuf {
        self.data_dir.join("shows")
    }
}
