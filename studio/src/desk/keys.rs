//! Secrets, in the system's keyring. Where there is none, a session lives for this run only, and the
//! window says so: nothing secret is ever written in plain text.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::oneshot;

use super::view::KeyringStatus;

const SERVICE: &str = "live.vitrine.studio";
/// A keyring that is open answers in milliseconds; one that asks the person first is not waited for.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);
/// So many calls may hang in the keyring at once; further ones are not tried.
const MOST_HELD: usize = 3;

/// The keyring of one profile.
#[derive(Debug, Clone)]
pub struct Keys {
    profile: String,
    /// Calls that the keyring has not answered.
    held: Arc<AtomicUsize>,
}

impl Keys {
    /// For this profile.
    pub fn of(profile: &str) -> Self {
        Self { profile: profile.to_owned(), held: Arc::default() }
    }

    /// Whether secrets can be kept: tried with a write, since a locked keyring looks fine until then.
    pub async fn status(&self) -> KeyringStatus {
        let tried = self.entry("probe", |entry| {
            entry.set_password("probe")?;
            entry.delete_credential()
        });
        match tried.await {
            Ok(()) => KeyringStatus { available: true, reason: None },
            Err(reason) => KeyringStatus { available: false, reason: Some(reason) },
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
        let act = move || act(&keyring::Entry::new(SERVICE, &name).map_err(plain)?).map_err(plain);
        self.within(ANSWER_WITHIN, act).await
    }

    /// Runs `act` on a thread of its own and waits so long for it. A keyring may hold a call for as long as
    /// its prompt stands on the screen: such a thread is left behind, and ends when the prompt does.
    async fn within<T: Send + 'static>(
        &self,
        patience: Duration,
        act: impl FnOnce() -> Result<T, String> + Send + 'static,
    ) -> Result<T, String> {
        if self.held.load(Ordering::Relaxed) >= MOST_HELD {
            return Err(silent());
        }
        let held = self.held.clone();
        held.fetch_add(1, Ordering::Relaxed);
        let (tell, told) = oneshot::channel();
        let work = move || {
            let _ = tell.send(act());
            held.fetch_sub(1, Ordering::Relaxed);
        };
        if std::thread::Builder::new().name("keyring".to_owned()).spawn(work).is_err() {
            self.held.fetch_sub(1, Ordering::Relaxed);
            return Err(silent());
        }
        match tokio::time::timeout(patience, told).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Err(silent()),
        }
    }
}

fn silent() -> String {
    "The system's keyring does not answer.".to_owned()
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// A call that hangs until the sender is dropped, as one does behind a prompt that nobody answers.
    fn hanging(prompt: mpsc::Receiver<()>) -> impl FnOnce() -> Result<(), String> + Send {
        move || {
            let _ = prompt.recv();
            Ok(())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_prompt_that_nobody_answers_holds_nobody_up() {
        let keys = Keys::of("test");
        let (_standing, prompt) = mpsc::channel();
        let start = tokio::time::Instant::now();
        let answer = keys.within(ANSWER_WITHIN, hanging(prompt)).await;
        assert_eq!(answer, Err(silent()));
        assert_eq!(start.elapsed(), ANSWER_WITHIN);
    }

    #[tokio::test(start_paused = true)]
    async fn calls_do_not_pile_up_behind_a_prompt() {
        let keys = Keys::of("test");
        let mut standing = Vec::new();
        for _ in 0..MOST_HELD {
            let (stands, prompt) = mpsc::channel();
            standing.push(stands);
            assert!(keys.within(ANSWER_WITHIN, hanging(prompt)).await.is_err());
        }
        let start = tokio::time::Instant::now();
        assert!(keys.within(ANSWER_WITHIN, || Ok(())).await.is_err());
        assert_eq!(start.elapsed(), Duration::ZERO, "not even tried");
        drop(standing);
        while keys.held.load(Ordering::Relaxed) > 0 {
            std::thread::yield_now();
        }
    }

    #[tokio::test]
    async fn an_answer_is_passed_on() {
        let keys = Keys::of("test");
        assert_eq!(keys.within(Duration::from_secs(60), || Ok(7)).await, Ok(7));
        assert_eq!(
            keys.within(Duration::from_secs(60), || Err::<(), _>("no".into())).await,
            Err("no".into())
        );
    }
}
