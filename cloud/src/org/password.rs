//! Passwords: argon2id, away from the async threads, few at a time.

use std::sync::Arc;
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::{OnceCell, Semaphore};

use super::OrgError;

/// Each hashing takes 19 MiB while it runs.
const AT_ONCE: usize = 2;

/// How long a caller waits for its turn.
const TURN_WITHIN: Duration = Duration::from_secs(10);

/// Hashes and verifies.
#[derive(Clone)]
pub(super) struct Passwords {
    turns: Arc<Semaphore>,
    nobody: Arc<OnceCell<String>>,
}

impl Passwords {
    pub(super) fn new() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)), nobody: Arc::default() }
    }

    /// The PHC string to store.
    pub(super) async fn hash(&self, password: String) -> Result<String, OrgError> {
        self.in_turn(move || {
            let hash: Result<PasswordHash, _> = Argon2::default().hash_password(password.as_bytes());
            hash.map(|hash| hash.to_string()).map_err(|_| OrgError::Password)
        })
        .await?
    }

    /// Whether `password` fits `hash`. Without a hash (no such user) it works as long and says no.
    pub(super) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, OrgError> {
        let somebody = hash.is_some();
        let hash = match hash {
            Some(hash) => hash,
            None => {
                self.nobody.get_or_try_init(|| self.hash("nobody has this password".into())).await?.clone()
            }
        };
        let fits = self
            .in_turn(move || {
                let hash = PasswordHash::new(&hash).map_err(|_| OrgError::Password)?;
                Ok::<_, OrgError>(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
            })
            .await??;
        Ok(fits && somebody)
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, OrgError> {
        let turn = tokio::time::timeout(TURN_WITHIN, self.turns.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| OrgError::Busy)?.map_err(|_| OrgError::Password)?;
        // The turn goes with the work: a caller who hangs up must not let another one in beside it.
        let work = move || {
            let _turn = turn;
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| OrgError::Password)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_somebody_fits() {
        let passwords = Passwords::new();
        let hash = passwords.hash("correct horse".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(passwords.verify("correct horse".into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("wrong horse".into(), Some(hash)).await.unwrap());
        assert!(!passwords.verify("nobody has this password".into(), None).await.unwrap());
    }
}
