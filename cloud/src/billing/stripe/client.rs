//! Stripe's API over HTTP: form posts that can be sent again, and answers within bounds.
//!
//! Source: https://docs.stripe.com/api (authentication, errors, idempotent requests, versioning).

use std::time::Duration;

use rand::RngExt as _;
use reqwest::{Client as Http, Response, StatusCode, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::form_urlencoded::Serializer;

use crate::base::http_client;
use crate::config::Hidden;

/// The version whose shapes `objects` reads. Source: https://docs.stripe.com/changelog/basil
pub const VERSION: &str = "2025-03-31.basil";

/// How long a connection and a whole answer may take.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// How often a request is sent at most.
const ATTEMPTS: u32 = 3;
/// The wait after the first failure; it doubles, and is never the same for two.
const FIRST_PAUSE: Duration = Duration::from_millis(if cfg!(test) { 2 } else { 400 });
/// The longest answer that is read.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// Why Stripe did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StripeError {
    /// It does not answer, or says to come again.
    #[error("Stripe does not answer")]
    Away(#[source] Option<reqwest::Error>),
    /// It answers, and refuses.
    #[error("Stripe refuses: {0}")]
    Refused(Refusal),
    /// Its answer is none that this version can read.
    #[error("Stripe's answer cannot be read: {0}")]
    Unreadable(String),
}

/// An answer that refuses. Source: https://docs.stripe.com/api/errors
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, thiserror::Error)]
#[error("{kind} {code} {param}: {message}", code = code.as_deref().unwrap_or("-"), param = param.as_deref().unwrap_or("-"))]
pub struct Refusal {
    /// The HTTP status.
    #[serde(skip)]
    pub status: u16,
    /// `invalid_request_error`, `card_error`, `idempotency_error` or `api_error`.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// What programs act on.
    #[serde(default)]
    pub code: Option<String>,
    /// What people read.
    #[serde(default)]
    pub message: String,
    /// The parameter that it is about.
    #[serde(default)]
    pub param: Option<String>,
}

#[derive(Deserialize)]
struct RefusalBody {
    error: Refusal,
}

/// Parameters of a request, in their order: `items[0][price]` and its value.
#[derive(Debug, Clone, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One more.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.0.push((name.into(), value.to_string()));
        self
    }

    /// As `application/x-www-form-urlencoded`.
    pub fn encoded(&self) -> String {
        Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

/// Asks Stripe. Clones share connections.
#[derive(Clone)]
pub struct Client {
    http: Http,
    base: String,
    key: Hidden,
}

impl Client {
    /// A client of the API at `base`, which is Stripe's own but in tests.
    ///
    /// # Errors
    /// The system has no certificates to know Stripe by.
    pub fn new(base: &str, key: Hidden) -> Result<Self, reqwest::Error> {
        let http = http_client()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_WITHIN)
            .timeout(ANSWER_WITHIN)
            .user_agent("Vitrine")
            .build()?;
        Ok(Self { http, base: base.trim_end_matches('/').to_owned(), key })
    }

    /// Reads what is at `path`.
    ///
    /// # Errors
    /// [`StripeError`].
    pub async fn get<T: DeserializeOwned>(&self, path: &str, query: Form) -> Result<T, StripeError> {
        let mut url = format!("{}{path}", self.base);
        if !query.0.is_empty() {
            url = format!("{url}?{}", query.encoded());
        }
        self.send(|| self.http.get(&url)).await
    }

    /// Has something done, once: however often it is sent under the same `once`, Stripe does it the first time.
    ///
    /// # Errors
    /// [`StripeError`].
    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        form: Form,
        once: &str,
    ) -> Result<T, StripeError> {
        let (url, body) = (format!("{}{path}", self.base), form.encoded());
        self.send(|| {
            self.http
                .post(&url)
                .header("Idempotency-Key", once)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(body.clone())
        })
        .await
    }

    /// Ends what is at `path`. Ended twice, it is gone the second time.
    ///
    /// # Errors
    /// [`StripeError`].
    pub async fn delete<T: DeserializeOwned>(&self, path: &str, query: Form) -> Result<T, StripeError> {
        let url = format!("{}{path}?{}", self.base, query.encoded());
        self.send(|| self.http.delete(&url)).await
    }

    /// Sends a request until it is answered, a few times.
    async fn send<T: DeserializeOwned>(
        &self,
        request: impl Fn() -> reqwest::RequestBuilder,
    ) -> Result<T, StripeError> {
        let mut attempt = 1;
        loop {
            let request = request().bearer_auth(self.key.expose()).header("Stripe-Version", VERSION);
            let (error, again) = match request.send().await {
                Ok(response) => match read(response).await {
                    Ok(answer) => return Ok(answer),
                    Err(failed) => failed,
                },
                Err(error) => (StripeError::Away(Some(error.without_url())), true),
            };
            if !again || attempt >= ATTEMPTS {
                return Err(error);
            }
            let dice = 0.5 + rand::rng().random::<f64>() / 2.0;
            tokio::time::sleep((FIRST_PAUSE * 2_u32.pow(attempt - 1)).mul_f64(dice)).await;
            attempt += 1;
        }
    }
}

/// Reads an answer; what is wrong with it, and whether to ask again.
async fn read<T: DeserializeOwned>(mut response: Response) -> Result<T, (StripeError, bool)> {
    let status = response.status();
    // Source: https://docs.stripe.com/error-low-level
    let advice = response.headers().get("stripe-should-retry").and_then(|value| value.to_str().ok());
    let again = match advice {
        Some("true") => true,
        Some("false") => false,
        _ => passes(status),
    };
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= MOST_BYTES => body.extend_from_slice(&chunk),
            Ok(Some(_)) => return Err((StripeError::Unreadable("it is too long".to_owned()), false)),
            Ok(None) => break,
            // Its first part may have said that it was done: the same key asks for the same answer.
            Err(error) => return Err((StripeError::Away(Some(error.without_url())), true)),
        }
    }
    if status.is_success() {
        return serde_json::from_slice(&body)
            .map_err(|error| (StripeError::Unreadable(error.to_string()), false));
    }
    if passes(status) {
        return Err((StripeError::Away(None), again));
    }
    let refusal = serde_json::from_slice::<RefusalBody>(&body).map(|body| body.error).unwrap_or_default();
    Err((StripeError::Refused(Refusal { status: status.as_u16(), ..refusal }), again))
}

/// Whether the same request may be answered otherwise soon. Source: https://docs.stripe.com/api/errors
fn passes(status: StatusCode) -> bool {
    status.is_server_error() || matches!(status, StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS)
}
