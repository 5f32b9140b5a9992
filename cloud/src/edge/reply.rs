//! An answer as it goes out: made once, then shared by everyone who asks the same.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use bytes::Bytes;

use super::encoding::gzip;

/// What playlists are called.
const PLAYLIST: &str = "application/vnd.apple.mpegurl";
/// What origins say, as values that are copied without a count. Others are copied byte by byte: what came over the
/// wire would keep the whole buffer in memory that it came in.
const KNOWN: [&str; 8] = [
    PLAYLIST,
    "video/mp4",
    "image/jpeg",
    "text/plain",
    "no-store",
    "public, max-age=1",
    "public, max-age=6",
    "public, max-age=31536000, immutable",
];
/// How long this edge keeps what is the same for ever.
const IMMUTABLE_STAYS: Duration = Duration::from_secs(90);
/// When a viewer who was refused may ask again, in seconds.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const ANYONE: HeaderValue = HeaderValue::from_static("*");
/// Heads have at most this many lines here; two more are the server's.
const LINES: usize = 6;

/// An origin's answer, ready to be sent, and beside it the compressed form of a playlist.
#[derive(Debug)]
pub(super) struct Reply {
    pub status: StatusCode,
    /// How long this edge keeps it.
    pub stay: Option<Duration>,
    /// Whether it is the same for ever, as media is.
    pub immutable: bool,
    plain: Form,
    packed: Option<Form>,
}

#[derive(Debug)]
struct Form {
    headers: HeaderMap,
    body: Bytes,
}

impl Reply {
    /// An answer of `kind`. What is no success is never stored, whatever `cache` says.
    pub fn new(
        status: StatusCode,
        kind: Option<&HeaderValue>,
        cache: Option<&HeaderValue>,
        body: Bytes,
    ) -> Self {
        let kind = kind.map_or(HeaderValue::from_static("application/octet-stream"), own);
        let cache = cache.filter(|_| status.is_success()).map_or(NO_STORE, own);
        let stay = stay(status, &cache);
        let immutable = stay == Some(IMMUTABLE_STAYS);
        let mut headers = HeaderMap::with_capacity(LINES);
        let is_playlist = kind == PLAYLIST;
        headers.insert(header::CONTENT_TYPE, kind);
        headers.insert(header::CACHE_CONTROL, cache);
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANYONE);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        let mut packed = None;
        if is_playlist && status.is_success() {
            headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
            packed = gzip(&body).map(|body| {
                let mut headers = headers.clone();
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                Form { headers, body }
            });
        }
        Self { status, stay, immutable, plain: Form { headers, body }, packed }
    }

    /// A refusal in words, which nobody stores.
    pub fn refusal(status: StatusCode) -> Self {
        let words = match status {
            StatusCode::BAD_REQUEST => {
                "_HLS_msn, _HLS_part or _HLS_skip has a value that cannot be meant, or is too far ahead.\n"
            }
            StatusCode::NOT_FOUND => "There is nothing at this address, or the show does not run.\n",
            StatusCode::GONE => "This rung is not to be had now. Choose another one of index.m3u8.\n",
            StatusCode::METHOD_NOT_ALLOWED => "Media is asked for by GET or HEAD.\n",
            StatusCode::SERVICE_UNAVAILABLE => {
                "The show is busy, or is about to go on. Ask again in a second.\n"
            }
            _ => "",
        };
        Self::new(
            status,
            Some(&HeaderValue::from_static("text/plain")),
            None,
            Bytes::from_static(words.as_bytes()),
        )
    }

    /// The same with one more line.
    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.plain.headers.insert(name, value);
        self
    }

    /// The answer to one viewer, which has part in this one until its last byte went out. `bare` for `HEAD`: what would
    /// come, without it.
    pub fn response(self: &Arc<Self>, takes_gzip: bool, bare: bool) -> Response<Body> {
        let form = self.form(takes_gzip);
        let bytes = || Bytes::from_owner(Part { reply: self.clone(), packed: takes_gzip });
        let mut response = Response::new(if bare { Body::empty() } else { Body::from(bytes()) });
        *response.status_mut() = self.status;
        *response.headers_mut() = form.headers.clone();
        if bare {
            response.headers_mut().insert(header::CONTENT_LENGTH, form.body.len().into());
        }
        response
    }

    fn form(&self, packed: bool) -> &Form {
        self.packed.as_ref().filter(|_| packed).unwrap_or(&self.plain)
    }

    /// What came, as it came.
    pub fn body(&self) -> &[u8] {
        &self.plain.body
    }

    /// The bytes it keeps in memory.
    pub fn size(&self) -> usize {
        self.plain.body.len() + self.packed.as_ref().map_or(0, |form| form.body.len())
    }
}

/// The bytes of one viewer's answer: while they lie anywhere, what they are of can be given to others.
struct Part {
    reply: Arc<Reply>,
    packed: bool,
}

impl AsRef<[u8]> for Part {
    fn as_ref(&self) -> &[u8] {
        &self.reply.form(self.packed).body
    }
}

fn own(value: &HeaderValue) -> HeaderValue {
    let known = KNOWN.iter().find(|known| value == **known).map(|known| HeaderValue::from_static(known));
    known.or_else(|| HeaderValue::from_bytes(value.as_bytes()).ok()).unwrap_or(NO_STORE)
}

/// The edge's own stay is shorter than what a browser or a CDN is told.
fn stay(status: StatusCode, cache: &HeaderValue) -> Option<Duration> {
    let cache = cache.to_str().ok().filter(|_| status == StatusCode::OK)?;
    if cache.contains("immutable") {
        return Some(IMMUTABLE_STAYS);
    }
    let age: u64 = cache.split("max-age=").nth(1)?.split(',').next()?.trim().parse().ok()?;
    match age {
        0 => None,
        // A playlist without directives is asked for by players that join: they want the newest.
        1 => Some(Duration::from_millis(200)),
        more => Some(Duration::from_secs(more.min(6))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: StatusCode, kind: &'static str, size: usize) -> Arc<Reply> {
        let (kind, cache) = (HeaderValue::from_static(kind), HeaderValue::from_static("public, max-age=6"));
        Reply::new(status, Some(&kind), Some(&cache), vec![b'x'; size].into()).into()
    }

    #[test]
    fn playlists_go_out_packed_to_whom_they_may_and_media_never() {
        let playlist = reply(StatusCode::OK, PLAYLIST, 4_000);
        let packed = playlist.response(true, false);
        assert_eq!(packed.headers()[header::CONTENT_ENCODING], "gzip");
        let plain = playlist.response(false, false);
        assert!(!plain.headers().contains_key(header::CONTENT_ENCODING));
        for response in [packed, plain] {
            assert_eq!(response.headers()[header::VARY], "accept-encoding");
            assert_eq!(response.headers()[header::CACHE_CONTROL], "public, max-age=6");
        }
        let media = reply(StatusCode::OK, "video/mp4", 4_000).response(true, false);
        assert!(!media.headers().contains_key(header::CONTENT_ENCODING));
        assert!(!media.headers().contains_key(header::VARY));
    }

    #[test]
    fn what_is_no_success_is_stored_by_nobody() {
        for status in [StatusCode::BAD_REQUEST, StatusCode::NOT_FOUND, StatusCode::GONE] {
            let refused = reply(status, PLAYLIST, 4_000);
            assert_eq!(refused.stay, None);
            let refused = refused.response(true, false);
            assert_eq!((refused.status(), &refused.headers()[header::CACHE_CONTROL]), (status, &NO_STORE));
            assert_eq!(refused.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
            assert!(!refused.headers().contains_key(header::RETRY_AFTER));
        }
        let busy = Arc::new(Reply::refusal(StatusCode::SERVICE_UNAVAILABLE)).response(true, false);
        assert_eq!(busy.headers()[header::RETRY_AFTER], "1");
    }

    #[test]
    fn a_look_at_the_head_tells_the_length_and_sends_nothing() {
        let playlist = reply(StatusCode::OK, PLAYLIST, 4_000).response(false, true);
        assert_eq!(playlist.headers()[header::CONTENT_LENGTH], "4000");
        assert_eq!(http_body(&playlist), Some(0));
    }

    fn http_body(response: &Response<Body>) -> Option<u64> {
        use hyper::body::Body as _;
        response.body().size_hint().exact()
    }
}
