//! Shows a fencing number to a transmission that another owner started, at its origin.

use std::time::Duration;

use reqwest::StatusCode;
use vitrine_transmission::{CONTROL_PATH, HandOver};

use crate::base::inner_http_client;

/// An origin that does not answer within this is taken for gone. It may dial the new owner first, for up to 2 s.
const ANSWER_WITHIN: Duration = Duration::from_millis(2_500);
const CONNECT_WITHIN: Duration = Duration::from_secs(1);

/// Where a transmission serves its show, and what it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Base URL: `http://HOST:PORT`.
    pub url: String,
    /// Shown as a bearer token.
    pub token: String,
}

/// Why an origin cannot be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoOrigin {
    /// Nobody looks after the show.
    #[error("nobody looks after the show")]
    Nobody,
    /// Somebody does, and its transmission was not up in time.
    #[error("the show's transmission was not up in time")]
    NotInTime,
}

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// It obeys.
    Obeys,
    /// It has a newer owner.
    HasNewer,
    /// It lives, and cannot reach our control server.
    CannotReachUs,
    /// Nobody answers, or somebody else does.
    Nobody,
}

/// Calls origins.
#[derive(Debug, Clone)]
pub struct Caller(reqwest::Client);

impl Caller {
    /// A caller with connections of its own.
    ///
    /// # Errors
    /// The HTTP client cannot be built.
    pub fn new() -> Result<Self, reqwest::Error> {
        let client = inner_http_client().no_proxy().connect_timeout(CONNECT_WITHIN).timeout(ANSWER_WITHIN);
        Ok(Self(client.build()?))
    }

    /// Calls a transmission to the control server at `control`.
    pub async fn call(&self, origin: &Origin, fence: u64, control: &str) -> Reached {
        self.show(origin, &HandOver { fence, control: Some(control.to_owned()) }).await
    }

    /// Sends a transmission away: it stops destinations and recording at once.
    pub async fn send_away(&self, origin: &Origin, fence: u64) -> Reached {
        self.show(origin, &HandOver { fence, control: None }).await
    }

    async fn show(&self, origin: &Origin, word: &HandOver) -> Reached {
        let Ok(body) = serde_json::to_vec(word) else { return Reached::Nobody };
        let request =
            self.0.post(format!("{}{CONTROL_PATH}", origin.url)).bearer_auth(&origin.token).body(body);
        match request.send().await.map(|answer| answer.status()) {
            Ok(StatusCode::NO_CONTENT) => Reached::Obeys,
            Ok(StatusCode::CONFLICT) => Reached::HasNewer,
            Ok(StatusCode::BAD_GATEWAY | StatusCode::BAD_REQUEST) => Reached::CannotReachUs,
            answer => {
                tracing::info!(origin = origin.url, ?answer, "an origin was not reached");
                Reached::Nobody
            }
        }
    }
}
