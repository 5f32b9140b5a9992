//! Where things are kept.

use std::path::{Path, PathBuf};

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
}

impl Storage {
    pub(super) fn for_testing(dir: &Path) -> Self {
        Self { data_dir: dir.to_owned(), database_url: None, blobs_dir: None }
    }

    /// The database's address.
    #[must_use]
    pub fn database_url(&self) -> String {
        match &self.database_url {
            Some(url) => url.clone(),
            None => format!("sqlite:{}", self.data_dir.join("vitrine.db").display()),
        }
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
