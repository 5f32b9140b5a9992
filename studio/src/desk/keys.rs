//! Secrets, in the system's keyring. Where there is none, a session lives for this run only, and the
//! window says so: nothing secret is ever written in plain text.

use super::view::KeyringStatus;

const SERVICE: &str = "live.vitrine.studio";

/// The keyring of one profile.
#[derive(Debug, Clone)]
pub struct Keys {
    profile: String,
}

impl Keys {
    /// For this profile.
    pub fn of(profile: &str) -> Self {
        Self { profile: profile.to_owned() }
    }

    /// Whether secrets can be kept: tried with a write, since a locked keyring looks fine until then.
    pub async fn status(&self) -> KeyringStatus {
        let profile = self.profile.clone();
        let probe = tokio::task::spawn_blocking(move || {
            let entry = keyring::Entry::new(SERVICE, &format!("{profile}/probe")).map_err(plain)?;
            entry.set_password("probe").map_err(plain)?;
            entry.delete_credential().map_err(plain)
        });
        match tokio::time::timeout(std::time::Duration::from_secs(5), probe).await {
            Ok(Ok(Ok(()))) => KeyringStatus { available: true, reason: None },
            Ok(Ok(Err(reason))) => KeyringStatus { available: false, reason: Some(reason) },
            Ok(Err(_)) | Err(_) => KeyringStatus {
                available: false,
                reason: Some("The system's keyring does not answer.".to_owned()),
            },
        }
    }

    /// Keeps a session's token.
    ///
    /// # Errors
    /// A sentence for people.
    pub async fn keep(&self, account: &str, token: &str) -> Result<(), String> {
        let token = token.to_owned();
        self.entry(account, move |entry| entry.set_password(&token)).await
    }

    /// The token kept for this account.
    pub async fn recall(&self, account: &str) -> Option<String> {
        self.entry(account, |entry| entry.get_password()).await.ok()
    }

    /// Forgets it.
    pub async fn forget(&self, account: &str) {
        if let Err(reason) = self.entry(account, |entry| entry.delete_credential()).await {
            tracing::debug!(reason, "nothing to forget");
        }
    }

    async fn entry<T: Send + 'static>(
        &self,
        account: &str,
        act: impl FnOnce(&keyring::Entry) -> keyring::Result<T> + Send + 'static,
    ) -> Result<T, String> {
        let name = format!("{}/{account}", self.profile);
        tokio::task::spawn_blocking(move || {
            act(&keyring::Entry::new(SERVICE, &name).map_err(plain)?).map_err(plain)
        })
        .await
        .map_err(|_| "The system's keyring does not answer.".to_owned())?
    }
}

fn plain(error: keyring::Error) -> String {
    match error {
        keyring::Error::NoDefaultStore => {
            "This system has no keyring (no secret service answers).".to_owned()
        }
        keyring::Error::NoStorageAccess(_) => "The system's keyring is locked.".to_owned(),
        keyring::Error::NoEntry => "Nothing is kept for this account.".to_owned(),
        other => format!("The system's keyring refused: {other}"),
    }
}
