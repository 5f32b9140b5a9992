//! The cloud's HTTP interface, as the desk uses it.

mod entry;
mod files;

pub use entry::{Begun, BrowserRequest, Opening, Proof, over, until_said};
pub use files::{Sending, look, write};

use std::time::Duration;

use base64::Engine as _;
use bytes::Bytes;
use reqwest::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::Url;
use vitrine_protocol::{Code, HighlightTarget, Permissions, PublishInstant, Role};

use super::access::{Access, SignedIn};
use super::view::{CloudAnswer, CloudHeaders, Organization, Session, User};
use crate::error::CommandError;

/// A body or an answer longer than this is refused (bytes).
const MOST_BYTES: usize = 8 << 20;
/// The status that says that nobody is signed in.
const UNAUTHORIZED: u32 = 401;

/// An HTTP client with the signed-in session. Clones share the session.
#[derive(Clone)]
pub struct Cloud {
    http: reqwest::Client,
    access: Access,
}

#[derive(Deserialize)]
struct SessionAnswer {
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    device: Option<String>,
    user: UserAnswer,
    organizations: Vec<OrganizationAnswer>,
}

#[derive(Deserialize)]
struct OrganizationAnswer {
    id: String,
    name: String,
    slug: String,
    role: Role,
    #[serde(default)]
    role_name: Option<String>,
    /// A cloud of an earlier version does not say.
    #[serde(default)]
    permissions: Option<Vec<String>>,
}

impl OrganizationAnswer {
    fn view(self) -> Organization {
        let Self { id, name, slug, role, role_name, permissions } = self;
        let by_role = || Permissions::of(role).iter().map(|one| one.as_str().to_owned()).collect();
        let permissions = permissions.unwrap_or_else(by_role);
        Organization { id, name, slug, role, role_name: role_name.unwrap_or_default(), permissions }
    }
}

#[derive(Deserialize)]
struct UserAnswer {
    id: String,
    email: String,
    name: String,
}

/// Where to publish.
#[derive(Deserialize)]
pub struct PublishKey {
    /// `rtmp://host:port/live`.
    pub rtmp_url: String,
    /// The secret.
    pub stream_key: String,
}

impl Cloud {
    /// A client that nobody is signed in with.
    pub fn new() -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .user_agent(concat!("vitrine-studio/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(8))
            .timeout(Duration::from_secs(20))
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { http, access: Access::new() })
    }

    /// The session in use.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// Asks for a letter with which a new password is chosen.
    pub async fn ask_new_password(&self, base: &Url, email: &str) -> Result<(), CommandError> {
        let body = json!({ "email": email }).to_string();
        self.send(base, None, Method::POST, "/v1/password-resets", Some(body)).await.map(drop)
    }

    /// Whether a kept token still holds; the session is used from now on if so.
    pub async fn resume(&self, base: &Url, token: &str) -> Result<Session, CommandError> {
        let answer = self.send(base, Some(token), Method::GET, "/v1/me", None).await?;
        let session: SessionAnswer = read(&answer)?;
        self.access.set(Some(SignedIn { base: base.clone(), token: token.to_owned() }));
        Ok(view(base, session))
    }

    /// The organisations of the signed-in person, as the cloud has them now.
    pub async fn places(&self) -> Result<Vec<Organization>, CommandError> {
        let answer: SessionAnswer = self.call(Method::GET, "/v1/me", None).await?;
        Ok(answer.organizations.into_iter().map(OrganizationAnswer::view).collect())
    }

    /// Any path under `/v1/`, passed on as it comes back.
    pub async fn fetch(
        &self,
        method: &str,
        path: &str,
        body: Option<String>,
        headers: CloudHeaders,
    ) -> Result<CloudAnswer, CommandError> {
        let method = match method {
            "GET" | "POST" | "PUT" | "PATCH" | "DELETE" => {
                Method::from_bytes(method.as_bytes()).unwrap_or_default()
            }
            _ => {
                return Err(CommandError::new(
                    Code::InvalidRequest,
                    format!("{method} is not sent to the cloud."),
                ));
            }
        };
        self.patiently(method, path, Content { body: body.map(in_json), headers: checked(headers)? }).await
    }

    /// Sends a picture, given as a data URL (`data:image/jpeg;base64,…`), and gives the answer as it comes back.
    pub async fn put_picture(
        &self,
        path: &str,
        picture: &str,
        headers: CloudHeaders,
    ) -> Result<CloudAnswer, CommandError> {
        let body = data_url(picture).ok_or_else(|| {
            CommandError::new(Code::UnsupportedType, "A picture is a PNG, JPEG or WebP file.")
        })?;
        self.patiently(Method::PUT, path, Content { body: Some(body), headers: checked(headers)? }).await
    }

    /// Calls as the signed-in person and reads the answer. When the session has ended, the call waits until
    /// somebody has signed in again, and is then repeated.
    pub async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<T, CommandError> {
        read(&good(self.patiently(method, path, Content::json(body)).await?)?)
    }

    /// Calls as the signed-in person, now or not at all.
    pub async fn call_now<T: DeserializeOwned>(&self, method: Method, path: &str) -> Result<T, CommandError> {
        self.now(method, path, None).await
    }

    async fn now<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<T, CommandError> {
        let session = self.access.now().ok_or_else(signed_out)?;
        read(&good(self.send_as(&session, method, path, Content::json(body)).await?)?)
    }

    /// A new publish key for a show.
    pub async fn publish_key(&self, show: &str) -> Result<PublishKey, CommandError> {
        self.call_now(Method::POST, &format!("{show}/publish-key")).await
    }

    /// Ends a show, now or not at all.
    pub async fn end(&self, show: &str) -> Result<(), CommandError> {
        match self.call_now::<Value>(Method::POST, &format!("{show}/end")).await {
            // Ended from elsewhere meanwhile is ended too.
            Err(error) if error.code == Code::ShowEnded => Ok(()),
            other => other.map(drop),
        }
    }

    /// Pins; `at` is the frame on the host's screen.
    pub async fn pin(
        &self,
        show: &str,
        target: HighlightTarget,
        at: Option<PublishInstant>,
    ) -> Result<(), CommandError> {
        let mut body = serde_json::to_value(target).unwrap_or_default();
        body["at"] = json!(at);
        // A pin is meant for the moment: several that waited for a session would arrive together, in any order.
        self.now::<Value>(Method::POST, &format!("{show}/highlights"), Some(body)).await.map(drop)
    }

    /// Takes the pin off.
    pub async fn unpin(&self, show: &str, at: Option<PublishInstant>) -> Result<(), CommandError> {
        let path = format!("{show}/highlights/clear");
        self.now::<Value>(Method::POST, &path, Some(json!({ "at": at }))).await.map(drop)
    }

    /// A picture of a product, if it is one and not over 4 MB.
    pub async fn picture(&self, url: &str) -> Option<Bytes> {
        let answer = self.http.get(url).timeout(Duration::from_secs(5)).send().await.ok()?;
        let fits =
            answer.status().is_success() && answer.content_length().is_none_or(|length| length <= 4 << 20);
        if fits { answer.bytes().await.ok() } else { None }
    }

    async fn send(
        &self,
        base: &Url,
        token: Option<&str>,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Result<CloudAnswer, CommandError> {
        let content = Content { body: body.map(in_json), ..Content::default() };
        good(self.send_any(base, token, method, path, content).await?)
    }

    /// Sends as the signed-in person; once more with the next session when this one has ended.
    async fn patiently(
        &self,
        method: Method,
        path: &str,
        content: Content,
    ) -> Result<CloudAnswer, CommandError> {
        let session = match self.access.now() {
            Some(session) => session,
            None => self.access.after_lapse().await.ok_or_else(signed_out)?,
        };
        let answer = self.send_as(&session, method.clone(), path, content.clone()).await?;
        if !ends_session(&answer) {
            return Ok(answer);
        }
        match self.access.after_lapse().await {
            Some(next) => self.send_as(&next, method, path, content).await,
            None => Ok(answer),
        }
    }

    /// Sends with this session, and notices when the cloud no longer takes it.
    async fn send_as(
        &self,
        session: &SignedIn,
        method: Method,
        path: &str,
        content: Content,
    ) -> Result<CloudAnswer, CommandError> {
        let answer = self.send_any(&session.base, Some(&session.token), method, path, content).await?;
        if ends_session(&answer) {
            self.access.lapse(&session.token);
        }
        Ok(answer)
    }

    async fn send_any(
        &self,
        base: &Url,
        token: Option<&str>,
        method: Method,
        path: &str,
        content: Content,
    ) -> Result<CloudAnswer, CommandError> {
        let url = address(base, path)?;
        let Content { body, headers } = content;
        if body.as_ref().is_some_and(|(_, body)| body.len() > MOST_BYTES) {
            return Err(CommandError::new(Code::TooLarge, "That is more than the cloud takes at once."));
        }
        let mut request = self.http.request(method, url);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(key) = headers.idempotency_key {
            request = request.header("idempotency-key", key);
        }
        if let Some(version) = headers.if_match {
            request = request.header("if-match", version);
        }
        if let Some((kind, body)) = body {
            request = request.header("content-type", kind).body(body);
        }
        let answer = request.send().await.map_err(|error| unreachable(base, &error))?;
        let status = u32::from(answer.status().as_u16());
        let etag = answer.headers().get("etag").and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        if answer.content_length().is_some_and(|length| length > MOST_BYTES as u64) {
            return Err(not_ours());
        }
        let body = answer.text().await.map_err(|error| unreachable(base, &error))?;
        Ok(CloudAnswer { status, body, etag })
    }
}

/// An address that a person typed: `http(s)://host[:port]`, nothing behind it.
///
/// # Errors
/// [`Code::InvalidRequest`] with a sentence.
pub fn base_address(text: &str) -> Result<Url, CommandError> {
    let wrong = || {
        CommandError::new(
            Code::InvalidRequest,
            "The address of the cloud looks like https://live.example.com.",
        )
    };
    let mut url = Url::parse(text.trim()).map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() || !url.username().is_empty() {
        return Err(wrong());
    }
    url.set_path("");
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

/// The most characters that a header of a screen has, as the cloud takes them.
const LONGEST_HEADER: usize = 255;

/// What is sent with a call.
#[derive(Clone, Default)]
struct Content {
    body: Option<Body>,
    headers: CloudHeaders,
}

impl Content {
    fn json(body: Option<Value>) -> Self {
        Self { body: body.map(|body| in_json(body.to_string())), ..Self::default() }
    }
}

/// A body: its type and its bytes.
type Body = (&'static str, Bytes);

/// Headers that can be sent.
fn checked(headers: CloudHeaders) -> Result<CloudHeaders, CommandError> {
    let fits = |text: &String| {
        (1..=LONGEST_HEADER).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let all = [&headers.idempotency_key, &headers.if_match];
    if all.into_iter().flatten().all(fits) {
        return Ok(headers);
    }
    Err(CommandError::new(Code::InvalidRequest, "A header is 1 to 255 visible ASCII characters."))
}

fn in_json(text: String) -> Body {
    ("application/json", text.into())
}

/// The picture in a data URL (RFC 2397), of a kind that the cloud takes.
fn data_url(url: &str) -> Option<Body> {
    let (kind, text) = url.strip_prefix("data:")?.split_once(";base64,")?;
    let kind = ["image/jpeg", "image/png", "image/webp"].into_iter().find(|known| *known == kind)?;
    Some((kind, base64::engine::general_purpose::STANDARD.decode(text).ok()?.into()))
}

/// The full address of a path, which must stay under `/v1/` after all `..` are resolved.
fn address(base: &Url, path: &str) -> Result<Url, CommandError> {
    let refused = || CommandError::new(Code::InvalidRequest, "Only paths under /v1/ are sent to the cloud.");
    if !path.starts_with('/') || path.starts_with("//") || path.contains('\\') {
        return Err(refused());
    }
    let url = base.join(path).map_err(|_| refused())?;
    if url.path().starts_with("/v1/") && url.origin() == base.origin() { Ok(url) } else { Err(refused()) }
}

/// The address of a show below its organisation.
pub fn show_path(org: &str, show: &str) -> String {
    format!("/v1/orgs/{org}/shows/{show}")
}

fn view(base: &Url, answer: SessionAnswer) -> Session {
    let user = User { id: answer.user.id, email: answer.user.email, name: answer.user.name };
    let cloud_url = base.as_str().trim_end_matches('/').to_owned();
    let organizations = answer.organizations.into_iter().map(OrganizationAnswer::view).collect();
    Session { cloud_url, user, organizations, remembered: false, lapsed: false }
}

fn read<T: DeserializeOwned>(answer: &CloudAnswer) -> Result<T, CommandError> {
    let body = if answer.body.is_empty() { "null" } else { &answer.body };
    serde_json::from_str(body).map_err(|_| not_ours())
}

/// Whether the cloud takes the session no more. A password or a code that is wrong has the same status.
fn ends_session(answer: &CloudAnswer) -> bool {
    answer.status == UNAUTHORIZED && problem(answer).code == Code::Unauthenticated
}

/// The answer, if it is a success.
fn good(answer: CloudAnswer) -> Result<CloudAnswer, CommandError> {
    if (200..300).contains(&answer.status) { Ok(answer) } else { Err(problem(&answer)) }
}

fn problem(answer: &CloudAnswer) -> CommandError {
    #[derive(Deserialize)]
    struct Problem {
        code: String,
        #[serde(default)]
        detail: Option<String>,
        #[serde(default)]
        title: Option<String>,
        #[serde(default)]
        retryable: bool,
    }
    match serde_json::from_str::<Problem>(&answer.body) {
        Ok(problem) => CommandError {
            // One that a later cloud has: its words say what is the matter.
            code: serde_json::from_value(problem.code.as_str().into()).unwrap_or(Code::FarSide),
            message: problem.detail.or(problem.title).unwrap_or(problem.code),
            retryable: problem.retryable,
        },
        // A gate in front of the cloud may say it in its own way.
        Err(_) if answer.status == UNAUTHORIZED => signed_out(),
        Err(_) => CommandError::new(
            Code::FarSide,
            format!("The cloud answered {} without a reason.", answer.status),
        ),
    }
}

fn unreachable(base: &Url, error: &reqwest::Error) -> CommandError {
    tracing::debug!(%error, "the cloud does not answer");
    let host = base.host_str().unwrap_or("the cloud");
    CommandError::new(Code::CloudUnreachable, format!("{host} does not answer."))
}

fn signed_out() -> CommandError {
    CommandError::new(Code::Unauthenticated, "The session has ended.")
}

fn not_ours() -> CommandError {
    CommandError::new(Code::FarSide, "That address answers, but not as a Vitrine cloud does.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_cannot_leave_the_interface() {
        let base = base_address("http://127.0.0.1:8080/x?y").unwrap();
        assert_eq!(address(&base, "/v1/me").unwrap().as_str(), "http://127.0.0.1:8080/v1/me");
        for bad in [
            "/healthz",
            "//evil.example/v1/me",
            "/v1/../healthz",
            "http://evil.example/v1/",
            "/\\evil/v1/",
            "/v1/%2e%2e/x",
        ] {
            assert!(address(&base, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_header_of_a_screen_cannot_hold_another_one() {
        let key = |text: &str| checked(CloudHeaders { idempotency_key: Some(text.into()), if_match: None });
        assert!(key("0199f0a0-0000-7000-8000-0000000000a1").is_ok());
        for bad in ["", "a\r\nauthorization: x", "a b", "ä", &"x".repeat(256)] {
            assert!(key(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn only_pictures_come_out_of_a_data_url() {
        assert_eq!(
            data_url("data:image/png;base64,iVBO"),
            Some(("image/png", Bytes::from_static(b"\x89PN")))
        );
        for bad in
            ["", "data:text/html;base64,PGI+", "data:image/png,x", "data:image/png;base64,?", "image/png"]
        {
            assert_eq!(data_url(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_typed_address_must_be_one() {
        for bad in ["", "live.example.com", "ftp://x", "https://u:p@x"] {
            assert!(base_address(bad).is_err(), "{bad}");
        }
        assert_eq!(
            base_address(" https://live.example.com/ ").unwrap().as_str(),
            "https://live.example.com/"
        );
    }

    #[test]
    fn a_problem_keeps_its_code_and_anything_else_is_the_far_side() {
        let body = r#"{"type":"about:blank","title":"No","detail":"No picture arrives.","code":"not_receiving","retryable":true}"#;
        let error = problem(&CloudAnswer { status: 409, body: body.into(), etag: None });
        assert_eq!((error.code, error.retryable), (Code::NotReceiving, true));
        assert_eq!(
            problem(&CloudAnswer { status: 502, body: "<html>".into(), etag: None }).code,
            Code::FarSide
        );
        let body = r#"{"detail":"The moon is full.","code":"full_moon","retryable":true}"#;
        let error = problem(&CloudAnswer { status: 409, body: body.into(), etag: None });
        assert_eq!(
            (error.code, error.message.as_str(), error.retryable),
            (Code::FarSide, "The moon is full.", true)
        );
    }
}
