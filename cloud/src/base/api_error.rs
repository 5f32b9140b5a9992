//! How a wrong call is answered: RFC 9457 problem details with one of our [`Code`]s.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Serialize;
use vitrine_protocol::Code;

use super::{Denied, Invalid, RequestId};

/// An answer that says what went wrong. Handlers return it as their error.
#[derive(Debug, Clone)]
pub struct ApiError {
    /// What programs act on.
    pub code: Code,
    /// The HTTP status.
    pub status: StatusCode,
    /// What a person reads.
    pub detail: String,
    /// The limit of the plan that stands in the way, if one does.
    pub plan_limit: Option<PlanLimit>,
    /// What the sign-in goes on with, when it waits for a second factor.
    challenge: Option<Challenge>,
}

/// A limit of the plan that stands in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PlanLimit {
    /// Which: its name in the limits of plans.
    pub limit: &'static str,
    /// How much there may be.
    pub allowed: i64,
    /// How much there is.
    pub used: i64,
}

/// What a sign-in goes on with that waits for a second factor.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct Challenge {
    /// `POST /v1/sign-ins/second-factor` takes it, `vtc_…`.
    token: String,
    /// Until when.
    expires_at: DateTime<Utc>,
}

impl std::fmt::Debug for Challenge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Challenge(…)")
    }
}

/// The body of every answer that is an error (`application/problem+json`, RFC 9457).
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Names the kind of problem: `urn:vitrine:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What a person reads.
    pub detail: String,
    /// What programs act on.
    pub code: Code,
    /// Whether the same call may succeed later without a change.
    pub retryable: bool,
    /// The request's `X-Request-Id`, by which our log is searched; null where a request has none.
    pub request_id: Option<String>,
    /// The limit of the plan that stands in the way, with the code `plan_limit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan_limit: Option<PlanLimit>,
    /// With `second_factor_required` alone: what the sign-in goes on with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub challenge: Option<Challenge>,
}

/// The answers that every address may give, documented once.
#[derive(utoipa::IntoResponses)]
pub enum Problems {
    /// The request is malformed.
    #[response(status = 400, content_type = "application/problem+json")]
    BadRequest(Problem),
    /// No valid session or API key came with the request.
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthenticated(Problem),
    /// The member's role does not allow it.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(Problem),
    /// It does not exist, or not for you.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// It does not fit the present state.
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(Problem),
    /// `If-Match` names an older version.
    #[response(status = 412, content_type = "application/problem+json")]
    Stale(Problem),
    /// The body is too large.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(Problem),
    /// The body's type is not taken here.
    #[response(status = 415, content_type = "application/problem+json")]
    UnsupportedType(Problem),
    /// A field does not hold what it should.
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(Problem),
    /// Too many tries in a short time.
    #[response(status = 429, content_type = "application/problem+json")]
    RateLimited(Problem),
}

impl ApiError {
    /// An error whose status is the usual one of its code.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, status: usual_status(code), detail: detail.into(), plan_limit: None, challenge: None }
    }

    /// The answer to a right password where the account asks for a second factor.
    pub fn challenging(token: String, expires_at: DateTime<Utc>) -> Self {
        let words = "the password is right; show the second factor with the challenge's token";
        let challenge = Some(Challenge { token, expires_at });
        Self { challenge, ..Self::new(Code::SecondFactorRequired, words) }
    }

    /// The same error under another status.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The same error with the limit of the plan that stands in the way.
    #[must_use]
    pub fn with_limit(mut self, limit: PlanLimit) -> Self {
        self.plan_limit = Some(limit);
        self
    }

    /// The answer for things that are not there, or not for the caller.
    pub fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("there is no such {what}"))
    }

    /// Our fault: the cause goes to the log, never to the caller.
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        let mut text = cause.to_string();
        let mut next = cause.source();
        while let Some(source) = next {
            text = format!("{text}: {source}");
            next = source.source();
        }
        tracing::error!(error = %text, "a request failed on our side");
        Self::new(Code::Internal, "something broke on our side; it is in our log")
    }
}

impl From<Denied> for ApiError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Stranger => Self::not_found("organisation"),
            Denied::Role(what) => Self::new(
                Code::Forbidden,
                format!("your role does not allow this: it takes `{}`", what.as_str()),
            ),
            Denied::Key(what) => Self::new(
                Code::Forbidden,
                format!(
                    "this API key does not allow this: it takes `{}`; make another key that has it",
                    what.as_str()
                ),
            ),
            Denied::NotOperator => Self::new(Code::Forbidden, "only whoever runs this cloud may do this"),
            Denied::Suspended => Self::new(
                Code::OrganizationSuspended,
                "the organisation is suspended, so nothing can be changed; ask whoever runs this cloud",
            ),
        }
    }
}

impl From<Invalid> for ApiError {
    fn from(invalid: Invalid) -> Self {
        Self::new(Code::InvalidRequest, invalid.0).with_status(StatusCode::UNPROCESSABLE_ENTITY)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let problem = Problem {
            kind: format!("urn:vitrine:problem:{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            detail: self.detail,
            code: self.code,
            retryable: self.code.retryable(),
            request_id: RequestId::current().map(|id| id.as_str().to_owned()),
            plan_limit: self.plan_limit,
            challenge: self.challenge,
        };
        let mut response = (self.status, axum::Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self.status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            StatusCode::TOO_MANY_REQUESTS => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
            }
            _ => {}
        }
        response
    }
}

fn usual_status(code: Code) -> StatusCode {
    match code {
        Code::IdempotencyKeyReused => StatusCode::UNPROCESSABLE_ENTITY,
        Code::InvalidRequest | Code::BadMessage | Code::HelloExpected | Code::BadSignature => {
            StatusCode::BAD_REQUEST
        }
        Code::Unauthenticated
        | Code::BadCredentials
        | Code::SecondFactorRequired
        | Code::BadCode
        | Code::PasskeyUnknown
        | Code::PasskeyRefused
        | Code::PasskeyCopied => StatusCode::UNAUTHORIZED,
        Code::Forbidden
        | Code::BadPublishKey
        | Code::Banned
        | Code::AboveYou
        | Code::PeopleOnly
        | Code::OperatorOnly
        | Code::OrganizationSuspended
        | Code::SignUpClosed
        | Code::SignInRefused
        | Code::OriginNotAllowed => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::UnsupportedType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::LinkExpired | Code::ChallengeOver => StatusCode::GONE,
        Code::Conflict
        | Code::EmailTaken
        | Code::FactorExists
        | Code::PasskeyExists
        | Code::PasskeysUnavailable
        | Code::LastWayIn
        | Code::SignInPending
        | Code::AlreadyMember
        | Code::NameTaken
        | Code::RoleInUse
        | Code::LastOwner
        | Code::WebhookOff
        | Code::ShowOnAir
        | Code::ExportRunning
        | Code::LimitReached
        | Code::NoOnlinePayment
        | Code::AlreadySubscribed
        | Code::PlanGiven
        | Code::NotSubscribed
        | Code::PaymentDeclined
        | Code::PlanLimit
        | Code::IllegalMove
        | Code::NotReceiving
        | Code::ShowEnded
        | Code::NotInLineup
        | Code::NotOnSale
        | Code::PublisherBusy
        | Code::IdempotencyInProgress
        | Code::SecretAlreadyShown
        | Code::AnswerNotKept
        | Code::OutOfStock
        | Code::UnknownProduct
        | Code::RefTaken => StatusCode::CONFLICT,
        Code::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
        Code::RateLimited | Code::TooSlow => StatusCode::TOO_MANY_REQUESTS,
        Code::FarSide => StatusCode::BAD_GATEWAY,
        Code::Restarting | Code::Overloaded | Code::ViewersFull | Code::CloudUnreachable => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        Code::KeyringUnavailable | Code::DeviceUnavailable | Code::PluginMissing | Code::Internal => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_problem_carries_code_and_type() {
        let response = ApiError::new(Code::OutOfStock, "none left").into_response();
        assert_eq!(response.status(), 409);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        let body = axum::body::to_bytes(response.into_body(), 4096).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["type"], "urn:vitrine:problem:out_of_stock");
        assert_eq!((&body["code"], &body["retryable"]), (&"out_of_stock".into(), &false.into()));
    }

    #[test]
    fn a_cause_of_ours_stays_out_of_the_answer() {
        let error = ApiError::internal(&std::io::Error::other("the password file"));
        assert!(!error.detail.contains("password"));
    }
}
