//! Who this studio is at the cloud: a session, which may end in mid-show, and who waits for the next one.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use url::Url;

/// A call whose session has ended waits this long for somebody to sign in again.
const PATIENCE: Duration = Duration::from_secs(120);
/// So many calls wait at most; further ones are refused at once.
const MOST_WAITING: usize = 32;

/// A session and its token.
#[derive(Clone)]
pub struct SignedIn {
    /// Where.
    pub base: Url,
    /// `vts_…`; never logged, never shown.
    pub token: String,
}

/// What is known of the session.
pub enum State {
    /// Nobody is signed in.
    Out,
    /// Somebody is.
    In(SignedIn),
    /// The cloud no longer takes the token of who was.
    Lapsed,
}

/// The session in use. Clones share it.
#[derive(Clone)]
pub struct Access {
    state: Arc<watch::Sender<State>>,
    waiting: Arc<Semaphore>,
}

impl Access {
    /// Nobody is signed in.
    pub fn new() -> Self {
        Self {
            state: Arc::new(watch::Sender::new(State::Out)),
            waiting: Arc::new(Semaphore::new(MOST_WAITING)),
        }
    }

    /// The session in use.
    pub fn now(&self) -> Option<SignedIn> {
        session(&self.state.borrow())
    }

    /// Uses this session from now on, or none.
    pub fn set(&self, session: Option<SignedIn>) {
        self.state.send_replace(session.map_or(State::Out, State::In));
    }

    /// The cloud does not take this token any more. A word about an earlier one comes too late.
    pub fn lapse(&self, token: &str) {
        self.state.send_if_modified(|state| {
            let ours = matches!(state, State::In(session) if session.token == token);
            if ours {
                *state = State::Lapsed;
            }
            ours
        });
    }

    /// Whether who was signed in has to sign in again.
    pub fn is_lapsed(&self) -> bool {
        matches!(*self.state.borrow(), State::Lapsed)
    }

    /// Tells of every change.
    pub fn changes(&self) -> watch::Receiver<State> {
        self.state.subscribe()
    }

    /// The session, once somebody is signed in; waits for as long as that takes.
    pub async fn next(&self) -> Option<SignedIn> {
        let mut changes = self.changes();
        let state = changes.wait_for(|state| matches!(state, State::In(_))).await.ok()?;
        session(&state)
    }

    /// The session after one that has lapsed; none when nobody signs in again, or too many wait for it.
    pub async fn after_lapse(&self) -> Option<SignedIn> {
        let _place = self.waiting.try_acquire().ok()?;
        let mut changes = self.changes();
        let settled = changes.wait_for(|state| !matches!(state, State::Lapsed));
        let state = tokio::time::timeout(PATIENCE, settled).await.ok()?.ok()?;
        session(&state)
    }
}

fn session(state: &State) -> Option<SignedIn> {
    match state {
        State::In(session) => Some(session.clone()),
        State::Out | State::Lapsed => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed_in(token: &str) -> Option<SignedIn> {
        Some(SignedIn { base: Url::parse("http://127.0.0.1/").unwrap(), token: token.to_owned() })
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_goes_on_with_the_next_session_and_not_for_ever() {
        let access = Access::new();
        access.set(signed_in("one"));
        access.lapse("one");
        assert!(access.is_lapsed() && access.now().is_none());
        let (after, ()) = tokio::join!(access.after_lapse(), async { access.set(signed_in("two")) });
        assert_eq!(after.unwrap().token, "two");
        access.lapse("two");
        let start = tokio::time::Instant::now();
        assert!(access.after_lapse().await.is_none());
        assert_eq!(start.elapsed(), PATIENCE);
        let (after, ()) = tokio::join!(access.after_lapse(), async { access.set(None) });
        assert!(after.is_none(), "signed out for good");
    }

    #[tokio::test(start_paused = true)]
    async fn only_so_many_wait() {
        let access = Access::new();
        access.set(signed_in("one"));
        access.lapse("one");
        let crowd: Vec<_> = (0..MOST_WAITING)
            .map(|_| {
                let access = access.clone();
                tokio::spawn(async move { access.after_lapse().await })
            })
            .collect();
        tokio::task::yield_now().await;
        let start = tokio::time::Instant::now();
        assert!(access.after_lapse().await.is_none());
        assert_eq!(start.elapsed(), Duration::ZERO);
        access.set(signed_in("two"));
        for one in crowd {
            assert!(one.await.unwrap().is_some());
        }
    }

    #[test]
    fn a_late_word_about_an_earlier_token_ends_nothing() {
        let access = Access::new();
        access.set(signed_in("one"));
        access.set(signed_in("two"));
        access.lapse("one");
        assert_eq!(access.now().unwrap().token, "two");
    }
}
