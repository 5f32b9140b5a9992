//! The issuer: what it says of itself, its keys, and the way to a token of it.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};

use super::token::{self, Expected, Key, Person, TokenError};
use crate::base::http_client;

/// What the issuer says of itself is asked for again after this.
const KNOWN_FOR: TimeDelta = TimeDelta::hours(1);
/// When the issuer does not answer, what it said before is still believed for so long.
const BELIEVED_FOR: TimeDelta = TimeDelta::hours(24);
/// It is left alone for so long after it did not answer.
const LEFT_ALONE: TimeDelta = TimeDelta::seconds(5);
/// A key that is not among those known is looked for at most so often.
const LOOK_AGAIN: TimeDelta = TimeDelta::minutes(1);
/// The most bytes of an answer.
const MOST: usize = 256 * 1024;
/// The most keys that are looked at.
const KEYS: usize = 50;

/// What the operator chose.
#[derive(Debug, Clone)]
pub struct OidcSettings {
    /// The issuer, as it calls itself.
    pub issuer: String,
    /// What it calls us.
    pub client_id: String,
    /// What it gave us with that.
    pub client_secret: Option<Secret>,
    /// What people call it.
    pub label: String,
    /// Whether its word is taken for whose an address is.
    pub trusts_addresses: bool,
    /// Where it sends people back to.
    pub redirect: String,
}

/// A text that is in no log.
#[derive(Clone)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Why the issuer could not tell who somebody is.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// It does not answer, or not in time.
    #[error("the issuer does not answer")]
    Unreachable(#[source] reqwest::Error),
    /// It answers with an error.
    #[error("the issuer answers {0}")]
    Status(u16),
    /// Its answer is none of the kind.
    #[error("the issuer's answer is not what it should be: {0}")]
    Answer(&'static str),
    /// Its token is not taken.
    #[error(transparent)]
    Token(#[from] TokenError),
}

/// The issuer's addresses. Source: OpenID Connect Discovery 1.0, section 3.
#[derive(Debug, Clone, Deserialize)]
struct Described {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    userinfo_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    #[serde(default)]
    access_token: Option<String>,
}

#[derive(Clone)]
struct Known {
    described: Described,
    keys: Arc<[Key]>,
    since: DateTime<Utc>,
}

/// What is known of the issuer, and when it did not answer.
#[derive(Default)]
struct Memory {
    known: Option<Known>,
    silent: Option<DateTime<Utc>>,
}

/// The issuer. Clones share what is known of it.
#[derive(Clone)]
pub struct Oidc {
    pub(in crate::org) settings: Arc<OidcSettings>,
    http: reqwest::Client,
    memory: Arc<Mutex<Memory>>,
    /// Held by whoever asks the issuer.
    asking: Arc<tokio::sync::Mutex<()>>,
}

impl Oidc {
    /// The issuer of these settings. It is asked nothing yet.
    ///
    /// # Errors
    /// The HTTP client cannot be built.
    pub fn new(settings: OidcSettings) -> Result<Self, reqwest::Error> {
        let http = http_client()
            .timeout(Duration::from_secs(10))
            .connect_timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let settings = Arc::new(settings);
        Ok(Self { settings, http, memory: Arc::default(), asking: Arc::default() })
    }

    /// Where somebody says at the issuer who they are. `verifier` is what [`Oidc::who`] shows later.
    ///
    /// # Errors
    /// [`OidcError`].
    pub(in crate::org) async fn ask_at(
        &self,
        state: &str,
        nonce: &str,
        verifier: &str,
        now: DateTime<Utc>,
    ) -> Result<String, OidcError> {
        let known = self.known(now).await?;
        let mut url = Url::parse(&known.described.authorization_endpoint)
            .map_err(|_| OidcError::Answer("authorization_endpoint"))?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", &self.settings.redirect)
            .append_pair("scope", "openid email profile")
            .append_pair("state", state)
            .append_pair("nonce", nonce)
            .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())))
            .append_pair("code_challenge_method", "S256");
        Ok(url.into())
    }

    /// Who somebody is that the issuer sent back with `code`.
    ///
    /// # Errors
    /// [`OidcError`].
    pub(in crate::org) async fn who(
        &self,
        code: &str,
        nonce: &str,
        verifier: &str,
        now: DateTime<Utc>,
    ) -> Result<Person, OidcError> {
        let known = self.known(now).await?;
        let tokens = self.redeem(&known.described, code, verifier).await?;
        let token = tokens.id_token;
        let settings = &self.settings;
        let expected = Expected { issuer: &settings.issuer, client: &settings.client_id, nonce, now };
        let person = match token::check(&token, &known.keys, &expected) {
            // It may have changed its keys since.
            Err(TokenError::UnknownKey | TokenError::Signature) => {
                let known = self.asked(now, LOOK_AGAIN).await?;
                token::check(&token, &known.keys, &expected)?
            }
            checked => checked?,
        };
        match (known.described.userinfo_endpoint, tokens.access_token) {
            (Some(address), Some(access)) if !person.tells_address => {
                self.ask_about(&person, &address, &access).await
            }
            _ => Ok(person),
        }
    }

    /// Asks for the address that the token does not say: issuers that keep to the standard tell it there alone. Source: OpenID
    /// Connect Core 1.0, sections 5.3 and 5.4.
    async fn ask_about(&self, person: &Person, address: &str, access: &str) -> Result<Person, OidcError> {
        let request = self.http.get(address).bearer_auth(access).header("accept", "application/json");
        let said: token::UserInfo = answered(request).await?;
        said.of(person).ok_or(OidcError::Answer("what it says of somebody is about another"))
    }

    /// Source: OpenID Connect Core 1.0, section 3.1.3; RFC 6749, section 2.3.1.
    async fn redeem(&self, described: &Described, code: &str, verifier: &str) -> Result<Tokens, OidcError> {
        let (id, secret) = (&self.settings.client_id, self.settings.client_secret.as_ref());
        let ways = described.token_endpoint_auth_methods_supported.as_deref();
        let basic = ways.is_none_or(|ways| ways.iter().any(|way| way == "client_secret_basic"));
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.settings.redirect),
            ("code_verifier", verifier),
        ];
        let mut request = self.http.post(&described.token_endpoint);
        match secret {
            Some(Secret(secret)) if basic => {
                let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
                let pair = STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret)));
                request = request.header("authorization", format!("Basic {pair}"));
            }
            Some(Secret(secret)) => fields.extend([("client_id", id.as_str()), ("client_secret", secret)]),
            None => fields.push(("client_id", id)),
        }
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        let kind = "application/x-www-form-urlencoded";
        let request = request.header("content-type", kind).header("accept", "application/json");
        answered(request.body(body)).await
    }

    /// What is known of the issuer. Where that is old, one asks anew beside those who sign in: they wait only when nothing is known.
    async fn known(&self, now: DateTime<Utc>) -> Result<Known, OidcError> {
        if let Some(known) = self.younger(now, KNOWN_FOR) {
            return Ok(known);
        }
        let Some(known) = self.younger(now, BELIEVED_FOR) else {
            return self.asked(now, KNOWN_FOR).await;
        };
        if let Ok(turn) = self.asking.clone().try_lock_owned() {
            let issuer = self.clone();
            tokio::spawn(async move {
                let _turn = turn;
                // Whether it answers is noted, and logged.
                let _ = issuer.ask(now, KNOWN_FOR).await;
            });
        }
        Ok(known)
    }

    /// The same, asked for anew when it is older than `at_most`. Who asks meanwhile waits for the same answer.
    async fn asked(&self, now: DateTime<Utc>, at_most: TimeDelta) -> Result<Known, OidcError> {
        let _turn = self.asking.lock().await;
        self.ask(now, at_most).await
    }

    /// What is known, if it is younger than that.
    fn younger(&self, now: DateTime<Utc>, age: TimeDelta) -> Option<Known> {
        self.memory.lock().known.as_ref().filter(|known| now - known.since < age).cloned()
    }

    /// Asks the issuer, for whoever holds the turn, unless somebody did just before.
    async fn ask(&self, now: DateTime<Utc>, at_most: TimeDelta) -> Result<Known, OidcError> {
        if let Some(known) = self.younger(now, at_most) {
            return Ok(known);
        }
        let before = self.younger(now, BELIEVED_FOR);
        let silent = self.memory.lock().silent;
        if silent.is_some_and(|silent| now - silent < LEFT_ALONE) {
            return before.ok_or(OidcError::Answer("it did not answer a moment ago"));
        }
        match self.describe(now).await {
            Ok(fresh) => {
                *self.memory.lock() = Memory { known: Some(fresh.clone()), silent: None };
                Ok(fresh)
            }
            Err(error) => {
                self.memory.lock().silent = Some(now);
                let Some(before) = before else { return Err(error) };
                tracing::warn!(%error, "the issuer of accounts does not answer");
                Ok(before)
            }
        }
    }

    async fn describe(&self, now: DateTime<Utc>) -> Result<Known, OidcError> {
        let issuer = &self.settings.issuer;
        let at = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let described: Described = answered(self.http.get(at)).await?;
        if described.issuer != *issuer {
            return Err(OidcError::Answer("it calls itself otherwise than the setting does"));
        }
        let plain = issuer.starts_with("http://");
        let needed = [&described.authorization_endpoint, &described.token_endpoint, &described.jwks_uri];
        for address in needed.into_iter().chain(&described.userinfo_endpoint) {
            if !(address.starts_with("https://") || plain && address.starts_with("http://")) {
                return Err(OidcError::Answer("one of its addresses is not https"));
            }
        }
        let keys: Keys = answered(self.http.get(&described.jwks_uri)).await?;
        // Keys of kinds that we do not know are somebody else's.
        let keys =
            keys.keys.into_iter().take(KEYS).filter_map(|key| serde_json::from_value(key).ok()).collect();
        Ok(Known { described, keys, since: now })
    }
}

/// A bounded JSON answer.
async fn answered<T: DeserializeOwned>(request: reqwest::RequestBuilder) -> Result<T, OidcError> {
    // An address may hold a code.
    let unreachable = |error: reqwest::Error| OidcError::Unreachable(error.without_url());
    let mut answer = request.send().await.map_err(unreachable)?;
    if !answer.status().is_success() {
        return Err(OidcError::Status(answer.status().as_u16()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > MOST {
            return Err(OidcError::Answer("it is too long"));
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body).map_err(|_| OidcError::Answer("it is no such JSON"))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use axum::routing::get;
    use axum::{Json, Router};
    use serde_json::json;
    use tokio::sync::Semaphore;

    use super::*;
    use crate::base::from_ms;

    /// An issuer that counts who asks what it is, and answers as often as `answers` lets it.
    async fn issuer(asked: &Arc<AtomicUsize>, answers: &Arc<Semaphore>) -> Oidc {
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", socket.local_addr().unwrap());
        let (said, asked, answers) = (issuer.clone(), asked.clone(), answers.clone());
        let described = async move || {
            asked.fetch_add(1, SeqCst);
            answers.acquire().await.unwrap().forget();
            Json(json!({
                "issuer": said,
                "authorization_endpoint": format!("{said}/authorize"),
                "token_endpoint": format!("{said}/token"),
                "jwks_uri": format!("{said}/keys"),
            }))
        };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(described))
            .route("/keys", get(async || Json(json!({ "keys": [] }))));
        tokio::spawn(async move { axum::serve(socket, router).await });
        let (client_id, label, redirect) = ("vitrine".into(), "Example".into(), String::new());
        let settings =
            OidcSettings { issuer, client_id, client_secret: None, label, trusts_addresses: false, redirect };
        Oidc::new(settings).unwrap()
    }

    #[tokio::test]
    async fn nobody_waits_for_an_issuer_that_is_slow_while_it_is_known() {
        let (asked, answers) = (Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(1)));
        let oidc = issuer(&asked, &answers).await;
        let first = from_ms(1_000_000);
        assert_eq!(oidc.known(first).await.unwrap().since, first);

        let later = first + TimeDelta::hours(2);
        for _ in 0..20 {
            let known = tokio::time::timeout(Duration::from_secs(5), oidc.known(later)).await;
            assert_eq!(known.expect("nobody waits").unwrap().since, first);
            tokio::task::yield_now().await;
        }
        answers.add_permits(1);
        for _ in 0..1_000 {
            if oidc.known(later).await.unwrap().since == later {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(oidc.known(later).await.unwrap().since, later);
        assert_eq!(asked.load(SeqCst), 2, "one asks for all");

        // Of an issuer that said nothing for a day nothing is believed.
        answers.add_permits(1);
        let next = later + TimeDelta::hours(24);
        assert_eq!(oidc.known(next).await.unwrap().since, next);
    }
}
