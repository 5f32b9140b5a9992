//! How letters leave.

use std::path::PathBuf;

use super::{Hidden, Storage};

/// Mail.
#[derive(Debug, Clone, clap::Args)]
pub struct Mail {
    /// The mail server, smtps://USER:PASSWORD@HOST or smtp://HOST:PORT?tls=required; without one letters are kept as files
    #[arg(long, env = "VITRINE_SMTP_URL", value_name = "URL", hide_env_values = true)]
    pub smtp_url: Option<Hidden>,

    /// Who letters come from
    #[arg(
        long,
        env = "VITRINE_MAIL_FROM",
        value_name = "ADDRESS",
        default_value = "Vitrine <vitrine@localhost>"
    )]
    pub mail_from: String,

    /// Where people get the studio: letters and pages of invitations lead there
    #[arg(long, env = "VITRINE_STUDIO_URL", value_name = "URL", value_parser = web_address)]
    pub studio_url: Option<String>,

    /// The folder of letters where no mail server is set; a folder in the data folder when not set
    #[arg(long, env = "VITRINE_MAIL_DIR")]
    pub mail_dir: Option<PathBuf>,
}

impl Mail {
    pub(super) fn for_testing() -> Self {
        Self {
            smtp_url: None,
            mail_from: "Vitrine <vitrine@localhost>".into(),
            studio_url: None,
            mail_dir: None,
        }
    }

    /// The mail server, if one is set.
    #[must_use]
    pub fn server(&self) -> Option<&str> {
        self.smtp_url.as_ref().map(Hidden::expose).filter(|url| !url.is_empty())
    }

    /// The folder of letters.
    #[must_use]
    pub fn dir(&self, storage: &Storage) -> PathBuf {
        self.mail_dir.clone().unwrap_or_else(|| storage.data_dir.join("mail"))
    }
}

fn web_address(text: &str) -> Result<String, String> {
    match url::Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url.to_string()),
        _ => Err("takes an address that begins with https://".to_owned()),
    }
}
