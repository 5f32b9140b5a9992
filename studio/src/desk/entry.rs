//! How a person comes to sit before the desk. What a sign-in waits with (the cloud's question for a second factor, the
//! secret of one in the browser) stays here: the page never sees it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;
use specta::Type;
use tokio_util::sync::CancellationToken;
use url::Url;
use vitrine_protocol::Code;

use super::cloud::{Begun, BrowserRequest, Opening, Proof, base_address, over, until_said};
use super::faults::Fault;
use super::owner::Ask;
use super::view::{FaultCode, RegisterRequest, Session};
use super::{Desk, Done, account};
use crate::error::CommandError;

/// The cloud is not asked more often or more seldom than this, whatever it says (seconds).
const INTERVAL: std::ops::RangeInclusive<u32> = 1..=30;

/// Sign-ins that have begun.
#[derive(Default)]
pub struct Waiting {
    challenge: Option<Challenge>,
    browser: Option<Browser>,
}

/// A right password was given; a second factor is asked for.
#[derive(Clone)]
struct Challenge {
    base: Url,
    token: String,
    remember: bool,
}

/// Somebody is to sign this studio in in a browser.
#[derive(Clone)]
struct Browser {
    base: Url,
    request: BrowserRequest,
    remember: bool,
    cancelled: CancellationToken,
}

/// A sign-in in the browser, as the page shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BrowserSignIn {
    /// What the browser's page shows too, `BCDF-GHJK`.
    pub code: String,
    /// That page.
    pub url: String,
    /// Until when (milliseconds since the Unix epoch).
    pub expires_at_ms: f64,
    /// Whether a browser was opened with it.
    pub opened: bool,
}

impl Desk {
    /// Signs a person in.
    ///
    /// # Errors
    /// `bad_credentials`, `rate_limited`, `cloud_unreachable`. `second_factor_required`: goes on with
    /// [`Desk::answer_second_factor`]. A keyring that refuses is none.
    pub async fn sign_in(
        &self,
        cloud_url: String,
        email: String,
        password: String,
        remember: bool,
    ) -> Done<Session> {
        let base = base_address(&cloud_url)?;
        let device = self.device(&base);
        let opening = self.cloud.sign_in(&base, email.trim(), &password, device.as_deref()).await?;
        self.opened(base, opening, remember).await
    }

    /// Has a letter sent with which a new password is chosen. Whether the address has an account is not told.
    ///
    /// # Errors
    /// `invalid_request`, `rate_limited`, `cloud_unreachable`.
    pub async fn ask_new_password(&self, cloud_url: String, email: String) -> Done<()> {
        self.cloud.ask_new_password(&base_address(&cloud_url)?, email.trim()).await
    }

    /// Makes an account with its own organisation.
    ///
    /// # Errors
    /// `invalid_request`, `name_taken` for the channel's, `cloud_unreachable`, `second_factor_required` as of [`Desk::sign_in`].
    pub async fn register(&self, request: RegisterRequest) -> Done<Session> {
        let base = base_address(&request.cloud_url)?;
        let mut body = json!({
            "name": request.name, "organization_name": request.organization_name,
            "email": request.email.trim(), "password": request.password,
        });
        // Clouds of earlier versions refuse what they do not know.
        if let Some(channel) = request.channel {
            body["slug"] = channel.into();
        }
        let opening = self.cloud.register(&base, body).await?;
        self.opened(base, opening, request.remember).await
    }

    /// Goes on with a sign-in that asked for a second factor: the authenticator's code, or a recovery code.
    ///
    /// # Errors
    /// `bad_code`: another may be tried. `challenge_over`: from the beginning. `rate_limited`, `cloud_unreachable`.
    pub async fn answer_second_factor(
        &self,
        code: Option<String>,
        recovery_code: Option<String>,
    ) -> Done<Session> {
        let proof = match (code, recovery_code) {
            (Some(code), None) => Proof::Code(code.split_whitespace().collect()),
            (None, Some(code)) => Proof::Recovery(code.trim().to_owned()),
            _ => return Err(CommandError::new(Code::InvalidRequest, "Give a code, or a recovery code.")),
        };
        let waiting = self.waiting.lock().await.challenge.clone();
        let Challenge { base, token, remember } = waiting.ok_or_else(over)?;
        let device = self.device(&base);
        let answered = self.cloud.second_factor(&base, &token, &proof, device.as_deref()).await;
        if answered.as_ref().err().is_none_or(|error| error.code == Code::ChallengeOver) {
            self.waiting.lock().await.challenge = None;
        }
        self.keep(answered?, remember).await
    }

    /// Asks the cloud for a sign-in in a browser; an earlier one is waited for no more.
    ///
    /// # Errors
    /// `invalid_request`, `rate_limited`, `cloud_unreachable`.
    pub async fn begin_browser_sign_in(
        &self,
        cloud_url: String,
        device_name: String,
        remember: bool,
    ) -> Done<BrowserSignIn> {
        self.cancel_browser_sign_in().await;
        let base = base_address(&cloud_url)?;
        let request = self.cloud.ask_browser(&base, &device_name).await?;
        // It is handed to the system: nothing but a page.
        if !Url::parse(&request.url).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
            return Err(CommandError::new(Code::FarSide, "The cloud gave no page for the browser."));
        }
        let view = BrowserSignIn {
            code: request.code.clone(),
            url: request.url.clone(),
            expires_at_ms: request.expires_at.timestamp_millis() as f64,
            opened: false,
        };
        let browser = Browser { base, request, remember, cancelled: CancellationToken::new() };
        self.waiting.lock().await.browser = Some(browser);
        Ok(view)
    }

    /// The page of the sign-in that is waited for.
    ///
    /// # Errors
    /// `challenge_over`: there is none.
    pub async fn sign_in_page(&self) -> Done<String> {
        let waiting = self.waiting.lock().await;
        waiting.browser.as_ref().map(|browser| browser.request.url.clone()).ok_or_else(over)
    }

    /// A page at which whoever is signed in does something about their account, as their cloud named it.
    ///
    /// # Errors
    /// `invalid_request`: it is no such page.
    pub fn account_page(&self, url: &str) -> Done<String> {
        let page = Url::parse(url)
            .ok()
            .filter(|page| matches!(page.scheme(), "http" | "https") && page.path().starts_with("/account/"));
        page.map(String::from)
            .ok_or_else(|| CommandError::new(Code::InvalidRequest, "that is no page of an account"))
    }

    /// Waits until somebody has signed this studio in in the browser.
    ///
    /// # Errors
    /// `sign_in_refused`, `challenge_over` (also when it was cancelled), `forbidden`: somebody else did, while a
    /// session that has ended waits for its person.
    pub async fn await_browser_sign_in(&self) -> Done<Session> {
        let waiting = self.waiting.lock().await.browser.clone();
        let Browser { base, request, remember, cancelled } = waiting.ok_or_else(over)?;
        let device = self.device(&base);
        let pause = Duration::from_secs(request.interval.clamp(*INTERVAL.start(), *INTERVAL.end()).into());
        let ask = || {
            let (cloud, base, request, device) =
                (self.cloud.clone(), base.clone(), request.clone(), device.clone());
            async move { cloud.take_session(&base, &request, device.as_deref()).await }
        };
        let begun = tokio::select! {
            () = cancelled.cancelled() => Err(over()),
            said = until_said(pause, ask) => said,
        };
        let mut now = self.waiting.lock().await;
        if now.browser.as_ref().is_some_and(|browser| browser.request.id == request.id) {
            now.browser = None;
        }
        drop(now);
        self.keep(begun?, remember).await
    }

    /// Waits no longer for a browser.
    pub async fn cancel_browser_sign_in(&self) {
        if let Some(browser) = self.waiting.lock().await.browser.take() {
            browser.cancelled.cancel();
        }
    }

    async fn opened(&self, base: Url, opening: Opening, remember: bool) -> Done<Session> {
        match opening {
            Opening::Begun(begun) => {
                self.waiting.lock().await.challenge = None;
                self.keep(*begun, remember).await
            }
            Opening::Asks(token) => {
                self.waiting.lock().await.challenge = Some(Challenge { base, token, remember });
                Err(CommandError::new(Code::SecondFactorRequired, "This account asks for a second factor."))
            }
        }
    }

    /// The word by which that cloud knows this studio, if it is the one that gave it.
    fn device(&self, base: &Url) -> Option<String> {
        let settings = self.settings.read();
        let here = settings.cloud_url.as_deref() == Some(base.as_str().trim_end_matches('/'));
        settings.device.filter(|_| here)
    }

    async fn keep(&self, begun: Begun, remember: bool) -> Done<Session> {
        let Begun { session, signed_in, device } = begun;
        // What is open on the desk belongs to whoever's session has ended.
        let owner = self.ask(Ask::Session).await?.filter(|owner| owner.lapsed);
        if owner.is_some_and(|owner| owner.user.id != session.user.id || owner.cloud_url != session.cloud_url)
        {
            self.cloud.give_back(&signed_in).await;
            return Err(CommandError::new(Code::Forbidden, "Somebody else has signed in."));
        }
        let account = account(&session.cloud_url, &session.user.email);
        let remembered = remember
            && match self.keys.keep(&account, &signed_in.token).await {
                Ok(()) => {
                    self.faults.clear(FaultCode::KeyringSilent);
                    true
                }
                Err(reason) => {
                    tracing::warn!(reason, "the session is kept for this run only");
                    self.faults.raise(Fault::new(FaultCode::KeyringSilent).because(reason));
                    false
                }
            };
        let mut settings = self.settings.read();
        settings.cloud_url = Some(session.cloud_url.clone());
        settings.email = remembered.then(|| session.user.email.clone());
        settings.device = device;
        if let Err(error) = self.settings.write(&settings) {
            tracing::warn!(%error, "the settings could not be written");
        }
        self.cloud.access().set(Some(signed_in));
        self.signed_in(Session { remembered, ..session }).await
    }
}
