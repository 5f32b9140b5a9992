//! The show's LL-HLS origin: answers from the [`Window`] and lets early requests wait.

use std::{io, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{Path, RawQuery, State},
    http::{HeaderValue, Response, StatusCode, header},
    routing::get,
};
use bytes::{Bytes, BytesMut};
use parking_lot::Mutex;
use tokio::{net::TcpListener, sync::watch, time};

use super::journal::{Kept, Shelf};
use super::origin_access::Access;
use crate::hls::{AddressError, Answer, Media, MediaTime, TARGET_DURATION, Want, Window};

/// How long a request may wait for what is promised: three target durations.
const PATIENCE: Duration = Duration::from_secs(3 * TARGET_DURATION as u64);

const MEDIA: &str = "public, max-age=31536000, immutable";
const PLAYLIST: &str = "public, max-age=1";
const BLOCKING_PLAYLIST: &str = "public, max-age=6";
/// The still picture's path; it is replaced every few seconds while the show is on air.
const STILL: &str = "still.jpg";
const STILL_CACHE: &str = "public, max-age=5";
/// So much may have been shown since another still picture could have been made: a show that goes on without one has none of
/// now. Of a source that sends no other key frame there is no other one.
const STILL_FOR: MediaTime = MediaTime::from_ms(60_000);
/// A break counts as this: behind it the next still picture has its time to come.
const BREAK: MediaTime = MediaTime::from_ms(10_000);

/// The handle to what players of one show get. Clones share it.
#[derive(Debug, Clone)]
pub struct Origin {
    window: Arc<Mutex<Window>>,
    changed: Arc<watch::Sender<u64>>,
    still: Arc<Mutex<Option<Still>>>,
    shelf: Shelf,
}

/// The newest still picture.
#[derive(Debug, Clone)]
struct Still {
    /// When it is shown.
    time: MediaTime,
    jpeg: Bytes,
    /// What players were shown since the first key frame behind it.
    since: MediaTime,
}

impl Origin {
    /// An origin that serves `window`; what that holds no more is read from `shelf`.
    pub fn new(window: Window, shelf: Shelf) -> Self {
        let (window, changed) = (Arc::new(Mutex::new(window)), Arc::new(watch::Sender::new(0)));
        Self { window, changed, still: Arc::default(), shelf }
    }

    /// Shows facts to players and wakes those who wait. The facts must outlive this process already.
    pub fn apply(&self, facts: impl IntoIterator<Item = Kept>) {
        let mut window = self.window.lock();
        let head = window.head();
        facts.into_iter().for_each(|(fact, stored)| window.apply(fact, stored));
        let shown = window.head() - head;
        if let Some(still) = self.still.lock().as_mut().filter(|still| window.has_key_behind(still.time)) {
            still.since += shown.clamp(MediaTime::ZERO, BREAK);
        }
        drop(window);
        self.changed.send_modify(|version| *version += 1);
    }

    /// Replaces the still picture, a JPEG of the picture that is shown at `time`. Nobody gets one of before the show went
    /// live, any after its end, or one that stands still while the show goes on.
    pub fn set_still(&self, time: MediaTime, jpeg: Bytes) {
        *self.still.lock() = Some(Still { time, jpeg, since: MediaTime::ZERO });
    }

    fn still(&self) -> Option<Bytes> {
        let Still { time, jpeg, .. } = self.still.lock().clone().filter(|still| still.since <= STILL_FOR)?;
        self.with_window(|window| window.is_public(time) && !window.has_ended()).then_some(jpeg)
    }

    /// Reads from the window.
    pub fn with_window<T>(&self, read: impl FnOnce(&Window) -> T) -> T {
        read(&self.window.lock())
    }

    /// The routes: `/index.m3u8`, `/plain.m3u8`, `/still.jpg` and everything under `/{rung}/`.
    pub fn router(self) -> Router {
        Router::new().route("/{*path}", get(serve)).with_state(self)
    }

    /// Serves those whom `access` lets in, until the process ends.
    pub async fn serve(self, listener: TcpListener, access: Access) {
        access.serve(listener, self.router()).await;
    }

    /// The bytes of an answer. Old ones are read from the disk, on a thread that may wait for it.
    async fn read(&self, pieces: Vec<Media>) -> io::Result<Bytes> {
        let held = |piece: &Media| match piece {
            Media::Held(bytes) => Some(bytes.clone()),
            Media::Stored(_) => None,
        };
        if let Some(held) = pieces.iter().map(held).collect::<Option<Vec<_>>>() {
            return Ok(join(held));
        }
        let shelf = self.shelf.clone();
        let read = tokio::task::spawn_blocking(move || {
            let pieces = pieces.into_iter().map(|piece| match piece {
                Media::Held(bytes) => Ok(bytes),
                Media::Stored(stored) => shelf.read(stored),
            });
            pieces.collect::<io::Result<Vec<_>>>().map(join)
        });
        read.await.map_err(io::Error::other)?
    }

    /// The answer, after waiting for what is promised; `None` if it didn't come in time.
    async fn answer(&self, want: &Want) -> Option<Answer> {
        let mut changed = self.changed.subscribe();
        let ready = async {
            loop {
                match self.with_window(|w| w.answer(want)) {
                    Answer::NotYet => {}
                    answer => return Some(answer),
                }
                changed.changed().await.ok()?;
            }
        };
        time::timeout(PATIENCE, ready).await.ok().flatten()
    }
}

async fn serve(
    State(origin): State<Origin>,
    Path(path): Path<String>,
    RawQuery(query): RawQuery,
) -> Response<Body> {
    if path == STILL {
        let still = origin.still();
        return still
            .map_or_else(|| refuse(StatusCode::NOT_FOUND), |jpeg| respond("image/jpeg", STILL_CACHE, jpeg));
    }
    let epoch = origin.with_window(Window::epoch);
    let want = match Want::parse(&path, query.as_deref().unwrap_or_default(), epoch) {
        Ok(want) => want,
        Err(AddressError::Unknown) => return refuse(StatusCode::NOT_FOUND),
        Err(AddressError::Directive) => return refuse(StatusCode::BAD_REQUEST),
    };
    match origin.answer(&want).await {
        Some(Answer::Playlist(text)) => {
            let cache = if want.is_blocking() { BLOCKING_PLAYLIST } else { PLAYLIST };
            respond("application/vnd.apple.mpegurl", cache, text.into())
        }
        Some(Answer::Media(pieces)) => match origin.read(pieces).await {
            Ok(bytes) => respond("video/mp4", MEDIA, bytes),
            Err(error) => {
                tracing::warn!(%error, path, "a part could not be read back");
                refuse(StatusCode::NOT_FOUND)
            }
        },
        Some(Answer::Refused) => refuse(StatusCode::BAD_REQUEST),
        Some(Answer::Missing | Answer::NotYet) => refuse(StatusCode::NOT_FOUND),
        Some(Answer::Gone) => refuse(StatusCode::GONE),
        None => refuse(StatusCode::SERVICE_UNAVAILABLE),
    }
}

fn join(mut pieces: Vec<Bytes>) -> Bytes {
    if pieces.len() == 1 {
        return pieces.remove(0);
    }
    let mut whole = BytesMut::with_capacity(pieces.iter().map(Bytes::len).sum());
    pieces.iter().for_each(|piece| whole.extend_from_slice(piece));
    whole.freeze()
}

fn respond(kind: &'static str, cache: &'static str, body: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

fn refuse(status: StatusCode) -> Response<Body> {
    let mut response = respond("text/plain", "no-store", Bytes::new());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hls::{Fact, RungName, TrackInfo};
    use axum::http::Request;
    use chrono::DateTime;
    use tower::ServiceExt;

    fn part(index: u32) -> Fact {
        let duration = MediaTime::from_ms(333);
        let bytes = Bytes::from(format!("part {index};"));
        Fact::Part { rung: RungName::source(), msn: 5, index, duration, independent: index == 0, bytes }
    }

    fn apply(origin: &Origin, facts: Vec<Fact>) {
        origin.apply(facts.into_iter().map(|fact| (fact, None)));
    }

    fn airing() -> Origin {
        let origin = Origin::new(Window::new(2, DateTime::UNIX_EPOCH), Shelf::new("nowhere".into()));
        let rung = RungName::source();
        let info = TrackInfo { codecs: "avc1.64001f".into(), width: 64, height: 64, frame_rate: None };
        apply(
            &origin,
            vec![
                Fact::Init { rung: rung.clone(), version: 1, info, bytes: Bytes::from_static(b"init") },
                Fact::SegmentOpened {
                    rung,
                    msn: 5,
                    start: MediaTime::from_ms(1_000),
                    init: 1,
                    discontinuity: false,
                    discontinuity_sequence: 0,
                },
                part(0),
                Fact::Ladder { offers: Vec::new() },
                Fact::WentLive { from_msn: 5, at: DateTime::UNIX_EPOCH },
            ],
        );
        origin
    }

    async fn get(origin: &Origin, path: &str) -> (u16, String, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = origin.clone().router().oneshot(request).await.unwrap();
        assert_eq!(response.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        let cache = response.headers()[header::CACHE_CONTROL].to_str().unwrap().to_owned();
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, cache, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn media_is_immutable_and_playlists_are_short_lived() {
        let origin = airing();
        let (status, cache, body) = get(&origin, "/source/2/part5.0.m4s").await;
        assert_eq!((status, cache.as_str(), body.as_str()), (200, MEDIA, "part 0;"));
        assert_eq!(get(&origin, "/index.m3u8").await.1, PLAYLIST);
        assert_eq!(get(&origin, "/source/index.m3u8").await.1, PLAYLIST);
        assert_eq!(get(&origin, "/source/index.m3u8?_HLS_msn=5&_HLS_part=0").await.1, BLOCKING_PLAYLIST);
        let newest = get(&origin, "/source/index.m3u8?_HLS_skip=YES").await.1;
        assert_eq!(newest, PLAYLIST, "a delta of what is newest is as short-lived as the whole");
        let (status, cache, _) = get(&origin, "/source/1/part5.0.m4s").await;
        assert_eq!((status, cache.as_str()), (404, "no-store"), "another epoch");
    }

    #[tokio::test]
    async fn a_hinted_part_and_a_blocking_reload_wait_for_the_fact() {
        let origin = airing();
        let waiting = tokio::spawn({
            let origin = origin.clone();
            async move {
                tokio::join!(
                    get(&origin, "/source/2/part5.1.m4s"),
                    get(&origin, "/source/index.m3u8?_HLS_msn=5&_HLS_part=1")
                )
            }
        });
        time::sleep(Duration::from_millis(50)).await;
        assert!(!waiting.is_finished());
        apply(&origin, vec![part(1)]);
        let (media, playlist) = waiting.await.unwrap();
        assert_eq!((media.0, media.2.as_str()), (200, "part 1;"));
        assert!(playlist.2.contains("part5.1.m4s"));
    }

    #[tokio::test(start_paused = true)]
    async fn what_never_comes_is_404_when_the_head_passes_and_503_when_time_does() {
        let origin = airing();
        let early = tokio::spawn({
            let origin = origin.clone();
            async move { get(&origin, "/source/2/part5.1.m4s").await.0 }
        });
        tokio::task::yield_now().await;
        let duration = MediaTime::from_ms(333);
        apply(&origin, vec![Fact::SegmentClosed { rung: RungName::source(), msn: 5, duration, gap: false }]);
        assert_eq!(early.await.unwrap(), 404);
        assert_eq!(get(&origin, "/source/index.m3u8?_HLS_msn=6").await.0, 503);
        assert_eq!(get(&origin, "/source/index.m3u8?_HLS_msn=9").await.0, 400);
        assert_eq!(get(&origin, "/source/index.m3u8?_HLS_part=1").await.0, 400);
    }

    #[tokio::test]
    async fn nothing_is_served_before_the_show_is_live() {
        let origin = Origin::new(Window::new(2, DateTime::UNIX_EPOCH), Shelf::new("nowhere".into()));
        origin.set_still(MediaTime::ZERO, Bytes::from_static(b"rehearsal"));
        assert_eq!(get(&origin, "/index.m3u8").await.0, 404);
        assert_eq!(get(&origin, "/still.jpg").await.0, 404);
    }

    #[tokio::test]
    async fn the_still_picture_is_the_newest_and_short_lived() {
        let origin = airing();
        assert_eq!(get(&origin, "/still.jpg").await.0, 404, "none was made yet");
        origin.set_still(MediaTime::from_ms(1_000), Bytes::from_static(b"one"));
        origin.set_still(MediaTime::from_ms(6_000), Bytes::from_static(b"two"));
        let (status, cache, body) = get(&origin, "/still.jpg").await;
        assert_eq!((status, cache.as_str(), body.as_str()), (200, STILL_CACHE, "two"));
        apply(&origin, vec![Fact::Ended]);
        assert_eq!(get(&origin, "/still.jpg").await.0, 404, "the show is over");
    }

    /// The next segment begins at this second, and is two seconds long.
    fn segment(origin: &Origin, msn: u64, start_s: i64) {
        segment_with(origin, msn, start_s, true);
    }

    /// The same, with a key frame or without.
    fn segment_with(origin: &Origin, msn: u64, start_s: i64, independent: bool) {
        let rung = RungName::source();
        let start = MediaTime::from_ms(start_s * 1_000);
        let (init, discontinuity, discontinuity_sequence) = (1, false, 0);
        let opened = Fact::SegmentOpened {
            rung: rung.clone(),
            msn,
            start,
            init,
            discontinuity,
            discontinuity_sequence,
        };
        let (duration, bytes) = (MediaTime::from_ms(2_000), Bytes::from_static(b"part"));
        let part = Fact::Part { rung: rung.clone(), msn, index: 0, duration, independent, bytes };
        apply(origin, vec![opened, part, Fact::SegmentClosed { rung, msn, duration, gap: false }]);
    }

    #[tokio::test]
    async fn a_still_picture_of_a_minute_ago_is_not_shown_as_now_and_a_break_makes_none_old() {
        let origin = airing();
        let still = async || get(&origin, "/still.jpg").await.0;
        (6..16).for_each(|msn| segment(&origin, msn, msn as i64 * 2));
        origin.set_still(MediaTime::from_ms(31_000), Bytes::from_static(b"before"));
        segment(&origin, 16, 632);
        assert_eq!(
            still().await,
            200,
            "the publisher is back after ten minutes, and the next one is being made"
        );
        (17..42).for_each(|msn| segment(&origin, msn, 600 + msn as i64 * 2));
        assert_eq!(still().await, 200);
        (42..60).for_each(|msn| segment(&origin, msn, 600 + msn as i64 * 2));
        assert_eq!(still().await, 404, "the show goes on without another");
        origin.set_still(MediaTime::from_ms(719_000), Bytes::from_static(b"now"));
        assert_eq!(get(&origin, "/still.jpg").await.2, "now");
    }

    #[tokio::test]
    async fn the_still_picture_of_a_source_with_one_key_frame_is_shown_while_the_show_goes_on() {
        let origin = airing();
        origin.set_still(MediaTime::from_ms(1_000), Bytes::from_static(b"only"));
        (6..100).for_each(|msn| segment_with(&origin, msn, msn as i64 * 2, false));
        assert_eq!(get(&origin, "/still.jpg").await.2, "only", "there is none to make another of");
        (100..130).for_each(|msn| segment_with(&origin, msn, msn as i64 * 2, msn == 100));
        assert_eq!(get(&origin, "/still.jpg").await.0, 200, "another is being made");
        (130..135).for_each(|msn| segment_with(&origin, msn, msn as i64 * 2, false));
        assert_eq!(get(&origin, "/still.jpg").await.0, 404, "none came, a minute after a key frame");
    }

    #[tokio::test]
    async fn the_last_still_picture_of_the_rehearsal_is_not_shown_when_the_show_goes_live() {
        let origin = Origin::new(Window::new(2, DateTime::UNIX_EPOCH), Shelf::new("nowhere".into()));
        let opened = Fact::SegmentOpened {
            rung: RungName::source(),
            msn: 5,
            start: MediaTime::from_ms(10_000),
            init: 1,
            discontinuity: false,
            discontinuity_sequence: 0,
        };
        origin.set_still(MediaTime::from_ms(9_999), Bytes::from_static(b"rehearsal"));
        apply(&origin, vec![Fact::WentLive { from_msn: 5, at: DateTime::UNIX_EPOCH }]);
        assert_eq!(get(&origin, "/still.jpg").await.0, 404, "the public part has not begun");
        apply(&origin, vec![opened]);
        assert_eq!(get(&origin, "/still.jpg").await.0, 404, "it is still the newest");
        origin.set_still(MediaTime::from_ms(10_000), Bytes::from_static(b"live"));
        assert_eq!(get(&origin, "/still.jpg").await.2, "live");
    }
}
