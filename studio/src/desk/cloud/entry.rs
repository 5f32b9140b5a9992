//! Ways in: a password, the second factor after it, and somebody who signs this studio in in a browser.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;
use vitrine_protocol::Code;

use super::{Cloud, Content, SessionAnswer, SignedIn, UNAUTHORIZED, good, in_json, not_ours, read, view};
use crate::desk::view::{CloudAnswer, Session};
use crate::error::CommandError;

/// Nobody waits longer than this for a browser; the cloud gives up earlier.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// A session that has just begun, and is not used yet.
pub struct Begun {
    /// Who and where.
    pub session: Session,
    /// What it is used with.
    pub signed_in: SignedIn,
    /// The word by which the cloud knows this studio at the next sign-in; it opens nothing.
    pub device: Option<String>,
}

/// What a right password leads to.
pub enum Opening {
    /// A session.
    Begun(Box<Begun>),
    /// The question for a second factor; the token with which it is answered.
    Asks(String),
}

/// A second factor.
pub enum Proof {
    /// Six digits of the authenticator.
    Code(String),
    /// A recovery code.
    Recovery(String),
}

/// A sign-in that somebody is to finish in a browser.
#[derive(Clone, Deserialize)]
pub struct BrowserRequest {
    /// The request.
    pub id: String,
    /// With it the session is taken.
    pub secret: String,
    /// What the page shows too.
    pub code: String,
    /// The page.
    pub url: String,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// Seconds between two questions.
    pub interval: u32,
}

impl Cloud {
    /// Signs in. `device`: the word of an earlier sign-in there.
    pub async fn sign_in(
        &self,
        base: &Url,
        email: &str,
        password: &str,
        device: Option<&str>,
    ) -> Result<Opening, CommandError> {
        let body = json!({ "email": email, "password": password, "device": device });
        self.open(base, "/v1/sessions", body).await
    }

    /// Makes an account.
    pub async fn register(&self, base: &Url, body: Value) -> Result<Opening, CommandError> {
        self.open(base, "/v1/register", body).await
    }

    /// Goes on with a sign-in that asked for a second factor.
    pub async fn second_factor(
        &self,
        base: &Url,
        challenge: &str,
        proof: &Proof,
        device: Option<&str>,
    ) -> Result<Begun, CommandError> {
        let mut body = json!({ "challenge": challenge, "device": device });
        match proof {
            Proof::Code(code) => body["code"] = json!(code),
            Proof::Recovery(code) => body["recovery_code"] = json!(code),
        }
        begun(base, &good(self.post(base, "/v1/sign-ins/second-factor", body).await?)?)
    }

    /// Asks that somebody signs this studio in in a browser.
    pub async fn ask_browser(&self, base: &Url, device_name: &str) -> Result<BrowserRequest, CommandError> {
        let body = json!({ "device_name": device_name });
        read(&good(self.post(base, "/v1/sign-in-requests", body).await?)?)
    }

    /// Takes the session of that, once somebody said yes; until then it is [`Code::SignInPending`].
    pub async fn take_session(
        &self,
        base: &Url,
        request: &BrowserRequest,
        device: Option<&str>,
    ) -> Result<Begun, CommandError> {
        let path = format!("/v1/sign-in-requests/{}/session", request.id);
        let body = json!({ "secret": request.secret, "device": device });
        begun(base, &good(self.post(base, &path, body).await?)?)
    }

    /// Ends a session that is not used. When the cloud does not hear of it, it runs out by itself.
    pub async fn give_back(&self, unused: &SignedIn) {
        let SignedIn { base, token } = unused;
        if let Err(error) = self.send(base, Some(token), Method::DELETE, "/v1/sessions/current", None).await {
            tracing::info!(code = %error.code, "a session that nobody uses stays open");
        }
    }

    async fn open(&self, base: &Url, path: &str, body: Value) -> Result<Opening, CommandError> {
        let answer = self.post(base, path, body).await?;
        match challenge(&answer) {
            Some(token) => Ok(Opening::Asks(token)),
            None => begun(base, &good(answer)?).map(|one| Opening::Begun(Box::new(one))),
        }
    }

    async fn post(&self, base: &Url, path: &str, body: Value) -> Result<CloudAnswer, CommandError> {
        let content = Content { body: Some(in_json(body.to_string())), ..Content::default() };
        self.send_any(base, None, Method::POST, path, content).await
    }
}

/// Asks every `pause` until somebody said yes or no, or it is over. A cloud that does not answer for a while is asked
/// again.
pub async fn until_said<T, A>(pause: Duration, ask: impl Fn() -> A) -> Result<T, CommandError>
where
    A: Future<Output = Result<T, CommandError>>,
{
    let asking = async {
        loop {
            match ask().await {
                Err(error) if error.code == Code::SignInPending || error.retryable => {
                    tokio::time::sleep(pause).await;
                }
                settled => return settled,
            }
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.unwrap_or_else(|_| Err(over()))
}

/// It took too long.
pub fn over() -> CommandError {
    CommandError::new(Code::ChallengeOver, "The sign-in took too long.")
}

fn begun(base: &Url, answer: &CloudAnswer) -> Result<Begun, CommandError> {
    let mut session: SessionAnswer = read(answer)?;
    let token = session.token.take().ok_or_else(not_ours)?;
    let device = session.device.take();
    Ok(Begun { session: view(base, session), signed_in: SignedIn { base: base.clone(), token }, device })
}

/// The token of the question for a second factor, if the answer is one.
fn challenge(answer: &CloudAnswer) -> Option<String> {
    #[derive(Deserialize)]
    struct Asks {
        code: String,
        challenge: Challenge,
    }
    #[derive(Deserialize)]
    struct Challenge {
        token: String,
    }
    let asks: Asks = serde_json::from_str(&answer.body).ok()?;
    let ours = answer.status == UNAUTHORIZED && asks.code == Code::SecondFactorRequired.as_str();
    ours.then_some(asks.challenge.token)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use tokio::time::Instant;

    use super::*;

    const PAUSE: Duration = Duration::from_secs(3);

    fn no(code: Code) -> Result<u8, CommandError> {
        Err(CommandError::new(code, "no"))
    }

    /// What comes of these answers, and after how long.
    async fn told(mut answers: Vec<Result<u8, CommandError>>) -> (Result<u8, Code>, Duration) {
        answers.reverse();
        let (answers, start) = (RefCell::new(answers), Instant::now());
        let next = || answers.borrow_mut().pop().unwrap_or_else(|| no(Code::SignInPending));
        let said = until_said(PAUSE, || std::future::ready(next())).await;
        (said.map_err(|error| error.code), start.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_browser_is_waited_for_at_the_pace_that_the_cloud_asks_for() {
        let pending = || no(Code::SignInPending);
        assert_eq!(told(vec![Ok(7)]).await, (Ok(7), Duration::ZERO));
        assert_eq!(told(vec![pending(), pending(), Ok(7)]).await, (Ok(7), 2 * PAUSE));
    }

    #[tokio::test(start_paused = true)]
    async fn a_no_and_an_end_are_said_at_once_and_a_line_that_was_lost_is_not_the_end() {
        let pending = || no(Code::SignInPending);
        for code in [Code::SignInRefused, Code::ChallengeOver] {
            assert_eq!(told(vec![pending(), no(code), Ok(7)]).await, (Err(code), PAUSE));
        }
        let lost = vec![no(Code::CloudUnreachable), no(Code::RateLimited), Ok(7)];
        assert_eq!(told(lost).await, (Ok(7), 2 * PAUSE));
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever() {
        assert_eq!(told(vec![]).await, (Err(Code::ChallengeOver), PATIENCE));
    }

    #[test]
    fn only_the_question_for_a_second_factor_is_one() {
        let answer = |status, body: &str| CloudAnswer { status, body: body.to_owned(), etag: None };
        let asks = r#"{"code":"second_factor_required","challenge":{"token":"vtc_1","expires_at":"2026-01-01T00:00:00Z"}}"#;
        assert_eq!(challenge(&answer(401, asks)).as_deref(), Some("vtc_1"));
        assert_eq!(challenge(&answer(201, asks)), None);
        assert_eq!(challenge(&answer(401, r#"{"code":"bad_credentials"}"#)), None);
        assert_eq!(challenge(&answer(401, "<html>")), None);
    }
}
