//! `Idempotency-Key`: what a member asks for is done once, however often the request comes.

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::Duration;

use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use futures_util::future::Either;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;
use vitrine_protocol::{Code, OrgId};

use crate::base::{Actor, ActorKind, ApiError, RequestId, Secretive, read_body};
use crate::db::DbError;
use crate::replays::{Answer, Begun, Claim, Kept, MOST_BODY, Replays, Wish};

/// Draft-ietf-httpapi-idempotency-key-header, section 2.
pub(super) const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// On an answer that was given before.
pub(super) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Whoever asks for what takes longer is answered; the work goes on.
const WITHIN: Duration = Duration::from_secs(45);
/// So often who is at it says so, before another process may take it for dead.
const RENEWED: Duration = Duration::from_secs(15);
/// So often it is tried to keep an answer: what stalled a change may stall that as well.
const TRIES: usize = 3;
/// Headers that belong to an answer's body and are kept with it.
const KEPT: [HeaderName; 4] = [header::CONTENT_TYPE, header::ETAG, header::LOCATION, header::CACHE_CONTROL];

/// What is answered before anything is changed: too much at once, or somebody else's server failed.
const NOTHING_DONE: [StatusCode; 3] =
    [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE, StatusCode::BAD_GATEWAY];

/// What the layer works with.
#[derive(Clone)]
pub(super) struct Once {
    pub(super) replays: Replays,
    /// Work goes on when its caller is gone, so that the answer is there when they ask again.
    pub(super) tasks: TaskTracker,
}

/// Does a request with an `Idempotency-Key` once: again, it is given the answer of the first time.
///
/// POSTs of members below `/v1/orgs/` and `/v1/me/`; elsewhere nobody takes a key.
pub(super) async fn once(State(once): State<Once>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if request.method() != Method::POST || !takes_key(path) || !request.headers().contains_key(KEY) {
        return next.run(request).await;
    }
    if request.extensions().get::<MatchedPath>().is_none() {
        return next.run(request).await; // There is nothing, which is not worth keeping.
    }
    let Some(actor) = request.extensions().get::<Actor>().filter(|actor| belongs(actor, path)).cloned()
    else {
        return next.run(request).await; // The route refuses strangers, each in its own way.
    };
    match once.answer(&actor, request, next).await {
        Ok(answer) | Err(answer) => answer,
    }
}

/// Whether POSTs to an address take a key. Those whose body holds a password or a code do not: not even a hash of it is kept. Nor do lists that
/// are sent: they are longer than what is held for a comparison, and the same list again changes nothing.
pub(super) fn takes_key(path: &str) -> bool {
    (path.starts_with("/v1/orgs/") || path.starts_with("/v1/me/"))
        && path != "/v1/me/email"
        && path != "/v1/me/password"
        && path != "/v1/me/recovery-codes"
        && !path.starts_with("/v1/me/totp")
        && !path.starts_with("/v1/me/passkey")
        && !path.ends_with("/ownership")
        && !path.ends_with("/deletion")
        && !path.ends_with("/imports")
}

/// Whether what is asked for twice, without a key too, is done once: an order and what becomes of it have a number of the shop's own, and
/// a page where a plan is paid for closes the one before. After its node died it is done again, which gives its answer.
fn is_safe_twice(path: &str) -> bool {
    ["/orders", "/cancellations", "/refunds", "/billing/checkout"].iter().any(|end| path.ends_with(end))
}

/// Whether the caller is still of the organisation that the path names: those who left are given nothing again.
fn belongs(actor: &Actor, path: &str) -> bool {
    let org = path.strip_prefix("/v1/orgs/").and_then(|rest| rest.split('/').next());
    let ActorKind::User { .. } = actor.kind else { return true };
    org.is_none_or(|org| org.parse::<OrgId>().is_ok_and(|org| actor.role_in(org).is_some()))
}

impl Once {
    async fn answer(&self, actor: &Actor, request: Request, next: Next) -> Result<Response, Response> {
        let key = key(request.headers()).map_err(|error| error.into_response())?;
        let (parts, body) = request.into_parts();
        let mut head = Request::new(body);
        *head.extensions_mut() = parts.extensions.clone();
        let body = read_body(head).await.map_err(|error| error.into_response())?;
        let address = format!("{} {}", parts.method, parts.uri.path());
        let query = parts.uri.query().unwrap_or_default();
        let wish = Wish::new(&actor.to_string(), &address, &key, &[query.as_bytes(), &body[..]]);
        let begun = self.replays.begin(&wish).await.map_err(|error| failed(&error))?;
        match begun {
            Begun::New(claim) => {
                Ok(self.run(claim, Request::from_parts(parts, Body::from(body)), next).await)
            }
            Begun::Done(Kept::Whole(answer)) => Ok(again(answer)),
            Begun::Done(Kept::Secret) => Err(refused(
                Code::SecretAlreadyShown,
                "this was done, and its answer held a secret that is shown once; make a new one",
            )),
            Begun::Done(Kept::NotKept) => {
                Err(refused(Code::AnswerNotKept, "this was done; its answer was too large to be kept"))
            }
            Begun::Lost => Err(refused(
                Code::AnswerNotKept,
                "this was done, and its answer was lost when our server failed; look at what is there",
            )),
            Begun::Reused => Err(refused(
                Code::IdempotencyKeyReused,
                "this `Idempotency-Key` came with another request before",
            )),
            Begun::UnderWay => {
                let words = "the request with this `Idempotency-Key` is under way; ask again in a moment";
                Err(in_a_moment(refused(Code::IdempotencyInProgress, words)))
            }
        }
    }

    /// Does the request and keeps its answer, whether its caller still waits or not.
    async fn run(&self, claim: Claim, request: Request, next: Next) -> Response {
        let replays = self.replays.clone();
        let mark = (!is_safe_twice(request.uri().path())).then(|| claim.mark());
        let work = async move {
            let done = match mark {
                Some(mark) => Either::Left(mark.scope(next.run(request))),
                None => Either::Right(next.run(request)),
            };
            let done = AssertUnwindSafe(done).catch_unwind();
            let done = tokio::select! {
                done = done => done,
                () = hold(&replays, &claim) => unreachable!("a key is held until its work is done"),
            };
            match done {
                Ok(answer) => keep(&replays, &claim, answer).await,
                Err(panic) => {
                    replays.leave(&claim); // The change may stand.
                    resume_unwind(panic)
                }
            }
        };
        let work = match RequestId::current() {
            Some(id) => Either::Left(id.scope(work)),
            None => Either::Right(work),
        };
        match tokio::time::timeout(WITHIN, self.tasks.spawn(work.in_current_span())).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) if error.is_panic() => resume_unwind(error.into_panic()),
            Ok(Err(_)) => refused(Code::Restarting, "the server is going down; try again in a moment"),
            Err(_) => {
                let words = "this takes long and goes on; ask again with the same `Idempotency-Key`";
                in_a_moment(refused(Code::Overloaded, words))
            }
        }
    }
}

/// Holds a request's key as long as somebody is at it.
async fn hold(replays: &Replays, claim: &Claim) {
    loop {
        tokio::time::sleep(RENEWED).await;
        while let Err(error) = replays.renew(claim).await {
            tracing::warn!(%error, "an `Idempotency-Key` could not be held for longer");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

/// The key: 1 to 255 visible ASCII characters, as they are.
fn key(headers: &HeaderMap) -> Result<String, ApiError> {
    let mut keys = headers.get_all(KEY).iter();
    let (first, more) = (keys.next().and_then(|key| key.to_str().ok()), keys.next());
    let fits = |key: &&str| (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    match first.filter(fits) {
        Some(key) if more.is_none() => Ok(key.to_owned()),
        _ => {
            let words = "`Idempotency-Key` takes 1 to 255 visible ASCII characters, for example a UUID";
            Err(ApiError::new(Code::InvalidRequest, words))
        }
    }
}

/// Keeps an answer, unless it says to try again, and gives it on.
async fn keep(replays: &Replays, claim: &Claim, answer: Response) -> Response {
    let status = answer.status();
    if NOTHING_DONE.contains(&status) {
        noted(replays.release(claim).await);
        return answer;
    }
    if status.is_server_error() {
        replays.leave(claim); // It may have failed after its change: it is not done again at once.
        return answer;
    }
    let (parts, body) = answer.into_parts();
    let small = body.size_hint().exact().is_some_and(|size| size <= MOST_BODY as u64);
    let (kept, body) = if parts.extensions.get::<Secretive>().is_some() {
        (Kept::Secret, body)
    } else if small {
        let Ok(bytes) = to_bytes(body, MOST_BODY).await else {
            replays.leave(claim);
            return refused(Code::Internal, "something broke on our side; it is in our log");
        };
        let text = std::str::from_utf8(&bytes).ok().filter(|text| !text.contains('\0'));
        let whole = text.map(|text| Answer {
            status: status.as_u16(),
            headers: KEPT.iter().filter_map(|name| header_of(&parts.headers, name)).collect(),
            body: text.to_owned(),
        });
        (whole.map_or(Kept::NotKept, Kept::Whole), Body::from(bytes))
    } else {
        (Kept::NotKept, body)
    };
    let mut finished = replays.finish(claim, status.as_u16(), &kept).await;
    for _ in 1..TRIES {
        if finished.is_err() {
            finished = replays.finish(claim, status.as_u16(), &kept).await;
        }
    }
    if finished.is_err() {
        replays.leave(claim);
    }
    noted(finished);
    Response::from_parts(parts, body)
}

fn header_of(headers: &HeaderMap, name: &HeaderName) -> Option<(String, String)> {
    Some((name.as_str().to_owned(), headers.get(name)?.to_str().ok()?.to_owned()))
}

/// An answer that was given before.
fn again(answer: Answer) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// An answer that says when to ask again.
fn in_a_moment(mut answer: Response) -> Response {
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    answer
}

fn refused(code: Code, words: &str) -> Response {
    ApiError::new(code, words).into_response()
}

fn failed(error: &DbError) -> Response {
    ApiError::internal(error).into_response()
}

/// The change stands, so its caller is answered; asked again, they are told that the answer was lost.
fn noted(result: Result<(), DbError>) {
    if let Err(error) = result {
        tracing::error!(%error, "an answer could not be kept for its `Idempotency-Key`");
    }
}

#[cfg(test)]
mod tests;
