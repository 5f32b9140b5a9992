//! Stories of viewers, the edge, and an origin on loopback.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::{net::IpAddr, sync::Arc, time::Duration};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, Uri, header};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};
use parking_lot::Mutex;
use tokio::time::{sleep, timeout};

use super::*;
use crate::base::{Caller, Proxies};

mod memory;

struct Fixed(Mutex<Option<String>>);

impl Origins for Fixed {
    fn origin_within(&self, _: ShowId, _: Duration) -> BoxFuture<'_, Result<Origin, NoOrigin>> {
        let token = String::from("secret");
        Box::pin(async { self.0.lock().clone().map(|url| Origin { url, token }).ok_or(NoOrigin::Nobody) })
    }
}

/// A show whose transmission does not come back for as long as anybody waits.
struct Late;

impl Origins for Late {
    fn origin_within(&self, _: ShowId, patience: Duration) -> BoxFuture<'_, Result<Origin, NoOrigin>> {
        Box::pin(sleep(patience).map(|()| Err(NoOrigin::NotInTime)))
    }
}

/// An origin that counts who asks, answers after a while, and blocks for ever what is far ahead.
#[derive(Clone, Default)]
struct Stage {
    hits: Arc<AtomicUsize>,
    slow: Duration,
    /// The part that its playlists promise.
    next: Option<&'static str>,
    /// Bytes of its media, about.
    media: usize,
}

impl Stage {
    fn hits(&self) -> usize {
        self.hits.load(Ordering::SeqCst)
    }

    async fn open(&self) -> (String, tokio::task::JoinHandle<()>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let stage = self.clone();
        let serve =
            axum::serve(listener, Router::new().fallback(move |uri, headers| stage.say(uri, headers)));
        (address, tokio::spawn(async move { serve.await.unwrap() }))
    }

    async fn say(
        self,
        uri: Uri,
        headers: HeaderMap,
    ) -> (StatusCode, [(header::HeaderName, &'static str); 2], String) {
        assert_eq!(headers[header::AUTHORIZATION], "Bearer secret");
        self.hits.fetch_add(1, Ordering::SeqCst);
        sleep(self.slow).await;
        let (path, query) = (uri.path(), uri.query().unwrap_or_default());
        if query.contains("_HLS_msn=9") {
            std::future::pending::<()>().await;
        }
        let status = match path {
            _ if path.contains("missing") => StatusCode::NOT_FOUND,
            _ if path.contains("gone") => StatusCode::GONE,
            _ if path.contains("late") => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::OK,
        };
        let (kind, cache, length) = match () {
            () if !path.ends_with(".m3u8") => {
                ("video/mp4", "public, max-age=31536000, immutable", self.media)
            }
            () if query.contains("_HLS_msn") => ("application/vnd.apple.mpegurl", "public, max-age=6", 4_000),
            () => ("application/vnd.apple.mpegurl", "public, max-age=1", 4_000),
        };
        let mut body = format!("{uri}\n{}", " ".repeat(length));
        match self.next.filter(|_| path.ends_with(".m3u8")) {
            Some(next) if path.ends_with("plain.m3u8") => {
                let msn: u64 = next.split('.').next().unwrap().parse().unwrap();
                body.push_str(&format!("\n#EXTINF:2.00000,\n1/seg{}.m4s\n", msn - 1));
            }
            Some(next) => {
                body.push_str(&format!("\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"1/part{next}.m4s\"\n"));
            }
            None => {}
        }
        (status, [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, cache)], body)
    }
}

fn edge_with(config: EdgeConfig, base: Option<String>) -> (Edge, Arc<Fixed>) {
    let fixed = Arc::new(Fixed(Mutex::new(base)));
    (Edge::new(config, fixed.clone()).unwrap(), fixed)
}

fn edge(base: Option<String>) -> (Edge, Arc<Fixed>) {
    edge_with(EdgeConfig::default(), base)
}

const SHOW: &str = "0193aabb-0000-7000-8000-000000000001";

struct Heard {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Heard {
    fn cache(&self) -> &str {
        self.headers[header::CACHE_CONTROL].to_str().unwrap()
    }

    fn first_line(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap().lines().next().unwrap_or_default()
    }
}

async fn hear(edge: &Edge, path: &str, from: &str, line: (&str, &str)) -> Heard {
    let uri = format!("/live/{SHOW}/{path}");
    let request = Request::get(uri).header(line.0, line.1).body(()).unwrap();
    let response = edge.answer(&request, from.parse::<IpAddr>().unwrap().into()).await;
    assert_eq!(response.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap().to_vec();
    Heard { status: parts.status.as_u16(), headers: parts.headers, body }
}

async fn ask(edge: &Edge, path: &str) -> Heard {
    hear(edge, path, "203.0.113.7", ("x-none", "x")).await
}

#[tokio::test]
async fn many_viewers_make_one_request_and_tokens_stay_here() {
    let stage = Stage { slow: Duration::from_millis(100), ..Stage::default() };
    let (base, _server) = stage.open().await;
    let (edge, _) = edge(Some(base));
    let asked = (0..50).map(|n| {
        let edge = edge.clone();
        async move { ask(&edge, &format!("source/index.m3u8?token=viewer{n}&_HLS_msn=4")).await }
    });
    for heard in join_all(asked).await {
        assert_eq!((heard.status, heard.first_line()), (200, "/source/index.m3u8?_HLS_msn=4"));
        assert_eq!(heard.cache(), "public, max-age=6");
    }
    ask(&edge, "source/index.m3u8?_HLS_msn=4").await;
    assert_eq!(stage.hits(), 1);
    ask(&edge, "source/index.m3u8?_HLS_msn=5").await;
    assert_eq!(stage.hits(), 2);
    let media = ask(&edge, "source/1/part1.2.m4s?token=me&_HLS_msn=4").await;
    assert_eq!(
        (media.first_line(), media.cache()),
        ("/source/1/part1.2.m4s", "public, max-age=31536000, immutable")
    );
    assert_eq!(ask(&edge, "source/index.m3u8").await.cache(), "public, max-age=1");
}

#[tokio::test]
async fn a_playlist_is_fetched_once_for_those_who_read_gzip_and_those_who_do_not() {
    let stage = Stage::default();
    let (base, _server) = stage.open().await;
    let (edge, _) = edge(Some(base));
    let path = "source/index.m3u8?_HLS_msn=4&_HLS_part=0";
    let packed = hear(&edge, path, "203.0.113.7", ("accept-encoding", "gzip, br")).await;
    let plain = ask(&edge, path).await;
    assert_eq!(packed.headers[header::CONTENT_ENCODING], "gzip");
    assert!(packed.body.len() * 10 < plain.body.len());
    for heard in [&packed, &plain] {
        assert_eq!((heard.status, &heard.headers[header::VARY]), (200, &"accept-encoding".parse().unwrap()));
    }
    assert_eq!(stage.hits(), 1);
    let media = hear(&edge, "source/1/part1.2.m4s", "203.0.113.7", ("accept-encoding", "gzip")).await;
    assert!(
        !media.headers.contains_key(header::CONTENT_ENCODING) && !media.headers.contains_key(header::VARY)
    );
}

#[tokio::test]
async fn refusals_pass_through_and_are_not_stored() {
    let stage = Stage::default();
    let (base, _server) = stage.open().await;
    let (edge, _) = edge(Some(base));
    for (path, status) in [("1/missing.m4s", 404), ("gone/index.m3u8", 410), ("late/index.m3u8", 503)] {
        let before = stage.hits();
        for _ in 0..2 {
            let heard = ask(&edge, path).await;
            assert_eq!((heard.status, heard.cache()), (status, "no-store"));
            assert_eq!(heard.headers.contains_key(header::RETRY_AFTER), status == 503);
        }
        assert_eq!(stage.hits() - before, 2);
    }
}

#[tokio::test]
async fn a_restarted_origin_is_asked_again() {
    let stage = Stage::default();
    let (dead, server) = stage.open().await;
    server.abort();
    let _ = server.await;
    let (edge, fixed) = edge(Some(dead));
    let asked = tokio::spawn({
        let edge = edge.clone();
        async move { ask(&edge, "source/index.m3u8").await.status }
    });
    sleep(Duration::from_millis(300)).await;
    let (base, _server) = stage.open().await;
    *fixed.0.lock() = Some(base);
    assert_eq!(asked.await.unwrap(), 200);
}

#[tokio::test(start_paused = true)]
async fn a_show_that_is_not_back_in_time_is_asked_for_again_and_one_that_nobody_has_is_not() {
    let late = Edge::new(EdgeConfig::default(), Arc::new(Late)).unwrap();
    let heard = ask(&late, "index.m3u8").await;
    assert_eq!((heard.status, heard.cache()), (503, "no-store"));
    assert!(heard.headers.contains_key(header::RETRY_AFTER));
    let (nobody, _) = edge(None);
    let heard = ask(&nobody, "index.m3u8").await;
    assert_eq!((heard.status, heard.headers.contains_key(header::RETRY_AFTER)), (404, false));
}

#[tokio::test]
async fn what_no_origin_has_is_refused_here() {
    let (edge, _) = edge(None);
    assert_eq!(ask(&edge, "index.m3u8").await.status, 404, "not running");
    assert_eq!(ask(&edge, "1/../../etc").await.status, 404);
    let meant = ask(&edge, "source/index.m3u8?_HLS_msn=x").await;
    assert_eq!((meant.status, meant.first_line().contains("_HLS_msn")), (400, true), "in words");
    let request = Request::post(format!("/live/{SHOW}/index.m3u8")).body(()).unwrap();
    let refused = edge.answer(&request, IpAddr::from([203, 0, 113, 7]).into()).await;
    assert_eq!(
        (refused.status(), &refused.headers()[header::ALLOW]),
        (StatusCode::METHOD_NOT_ALLOWED, &"GET, HEAD".parse().unwrap())
    );
    assert_eq!(refused.headers()[header::CACHE_CONTROL], "no-store");
}

#[tokio::test]
async fn one_laptop_that_counts_through_the_past_asks_for_one_thing() {
    let stage = Stage { next: Some("8.2"), ..Stage::default() };
    let (base, _server) = stage.open().await;
    let (edge, _) = edge(Some(base));
    assert_eq!(ask(&edge, "source/index.m3u8").await.status, 200);
    for part in 0..1_000 {
        let past = ask(&edge, &format!("source/index.m3u8?_HLS_msn=1&_HLS_part={part}")).await;
        assert_eq!((past.status, past.first_line()), (200, "/source/index.m3u8?_HLS_msn=8&_HLS_part=1"));
    }
    assert_eq!(stage.hits(), 2);
    let next = ask(&edge, "source/index.m3u8?_HLS_msn=8&_HLS_part=2").await;
    assert_eq!(
        next.first_line(),
        "/source/index.m3u8?_HLS_msn=8&_HLS_part=2",
        "what is to come is waited for"
    );
    assert_eq!(stage.hits(), 3);
}

#[tokio::test]
async fn a_look_at_the_head_sends_no_body() {
    let (base, _server) = Stage::default().open().await;
    let (edge, _) = edge(Some(base));
    let whole = ask(&edge, "source/1/part1.2.m4s").await;
    let request = Request::head(format!("/live/{SHOW}/source/1/part1.2.m4s")).body(()).unwrap();
    let head = edge.answer(&request, IpAddr::from([203, 0, 113, 7]).into()).await;
    assert_eq!(head.headers()[header::CONTENT_LENGTH], whole.body.len().to_string());
    assert!(to_bytes(head.into_body(), 1).await.unwrap().is_empty());
}

/// Begins to wait for this many moments that never come.
fn wait_for_moments(edge: &Edge, from: &str, count: u32) -> Vec<BoxFuture<'static, Response>> {
    wait_as(edge, from.parse::<IpAddr>().unwrap().into(), count)
}

fn wait_as(edge: &Edge, from: Caller, count: u32) -> Vec<BoxFuture<'static, Response>> {
    let begin = |part| {
        let uri = format!("/live/{SHOW}/source/index.m3u8?_HLS_msn=9&_HLS_part={part}");
        let request = Request::get(uri).body(()).unwrap();
        edge.answer(&request, from).boxed()
    };
    (0..count).map(begin).collect()
}

type Response = axum::http::Response<Body>;

#[tokio::test]
async fn one_laptop_that_waits_for_two_thousand_parts_leaves_the_others_in_peace() {
    let stage = Stage::default();
    let (base, _server) = stage.open().await;
    let (edge, _) = edge(Some(base));
    let waiting = wait_for_moments(&edge, "203.0.113.66", 2_048);
    let mut refused = 0;
    for response in waiting.into_iter().filter_map(FutureExt::now_or_never) {
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        assert_eq!(response.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        refused += 1;
    }
    assert_eq!(refused, 2_048 - Shares::default().network_and_show);
    assert_eq!(ask(&edge, "source/index.m3u8?_HLS_msn=4").await.status, 200, "its neighbour plays on");
}

#[tokio::test]
async fn a_city_behind_one_address_waits_together() {
    let stage = Stage::default();
    let (base, _server) = stage.open().await;
    let (edge, _) = edge(Some(base));
    let waiting: Vec<_> = (0..5_000).flat_map(|_| wait_for_moments(&edge, "203.0.113.66", 2)).collect();
    let refused = waiting.into_iter().filter_map(FutureExt::now_or_never).count();
    assert_eq!(refused, 0, "ten thousand requests for two things are two things");
    let all_moments = wait_for_moments(&edge, "203.0.113.67", 40);
    assert_eq!(all_moments.len(), 40);
    let joins = wait_for_moments(&edge, "203.0.113.66", 40);
    assert_eq!(joins.into_iter().filter_map(FutureExt::now_or_never).count(), 0);
}

/// Who asks through the proxy at 10.0.0.1, which says from where.
fn through_a_proxy(from: &str) -> Caller {
    let mut headers = HeaderMap::new();
    headers.insert("x-forwarded-for", from.parse().unwrap());
    Proxies::new(&["10.0.0.0/8".parse().unwrap()]).caller(IpAddr::from([10, 0, 0, 1]), &headers)
}

#[tokio::test]
async fn one_laptop_behind_a_proxy_leaves_the_others_behind_it_in_peace() {
    let stage = Stage::default();
    let (base, _server) = stage.open().await;
    let (edge, _) = edge(Some(base));
    let waiting = wait_as(&edge, through_a_proxy("203.0.113.66"), 100);
    let refused = waiting.into_iter().filter_map(FutureExt::now_or_never).count();
    assert_eq!(refused, 100 - Shares::default().network_and_show);
    let neighbour = Request::get(format!("/live/{SHOW}/source/index.m3u8?_HLS_msn=4")).body(()).unwrap();
    assert_eq!(edge.answer(&neighbour, through_a_proxy("203.0.113.67")).await.status(), 200);
}

#[tokio::test]
async fn a_proxy_that_says_nothing_may_ask_for_all_of_many_shows() {
    let stage = Stage::default();
    let (base, _server) = stage.open().await;
    let (edge, _) = edge(Some(base));
    let proxy = through_a_proxy("unknown");
    let mut waiting = Vec::new();
    for (show, part) in (0..30).flat_map(|show| (0..20).map(move |part| (show, part))) {
        let path = format!(
            "/live/0193aabb-0000-7000-8000-0000000000{show:02}/source/index.m3u8?_HLS_msn=9&_HLS_part={part}"
        );
        waiting.push(edge.answer(&Request::get(path).body(()).unwrap(), proxy));
    }
    assert_eq!(waiting.into_iter().filter_map(FutureExt::now_or_never).count(), 0);
}

#[tokio::test]
async fn who_comes_to_a_crowd_is_led_to_plain_playlists_and_the_others_play_on() {
    let stage = Stage::default();
    let (base, _server) = stage.open().await;
    let (edge, _) = edge_with(EdgeConfig { ll_viewers: 100, ..EdgeConfig::default() }, Some(base));
    assert_eq!(ask(&edge, "index.m3u8").await.first_line(), "/index.m3u8");
    // A hundred and fifty viewers ask once for each of the parts of two seconds.
    for part in 0..10 {
        for viewer in 0..150 {
            let (path, from) =
                (format!("source/index.m3u8?_HLS_msn=4&_HLS_part={part}"), format!("203.0.113.{viewer}"));
            hear(&edge, &path, &from, ("x-none", "x")).await;
        }
    }
    assert_eq!(ask(&edge, "index.m3u8").await.first_line(), "/plain.m3u8");
    assert_eq!(ask(&edge, "source/index.m3u8?_HLS_msn=5").await.status, 200);
    assert_eq!(ask(&edge, "plain.m3u8").await.first_line(), "/plain.m3u8");
}

#[tokio::test]
async fn one_laptop_that_asks_for_a_moment_over_and_over_makes_no_crowd() {
    let stage = Stage::default();
    let (base, _server) = stage.open().await;
    let (edge, _) = edge_with(EdgeConfig { ll_viewers: 100, ..EdgeConfig::default() }, Some(base));
    let path = format!("/live/{SHOW}/source/index.m3u8?_HLS_msn=4&_HLS_part=0");
    let laptop = Caller::from(IpAddr::from([203, 0, 113, 66]));
    for _ in 0..1_000 {
        edge.answer(&Request::head(&path).body(()).unwrap(), laptop).await;
    }
    assert!(edge.all_viewers().is_empty(), "a look at the head plays nothing");
    for _ in 0..1_000 {
        edge.answer(&Request::get(&path).body(()).unwrap(), laptop).await;
    }
    assert_eq!(ask(&edge, "index.m3u8").await.first_line(), "/index.m3u8");
}

#[tokio::test]
async fn viewers_of_plain_playlists_are_seen_and_are_no_crowd() {
    let stage = Stage::default();
    let (base, _server) = stage.open().await;
    let (edge, _) = edge_with(EdgeConfig { ll_viewers: 3, ..EdgeConfig::default() }, Some(base));
    for viewer in 1..=3 {
        let from = format!("203.0.113.{viewer}");
        for path in ["480p/plain.m3u8", "480p/1/seg6.m4s", "480p/plain.m3u8", "480p/1/seg7.m4s"] {
            hear(&edge, path, &from, ("x-none", "x")).await;
        }
    }
    let show = SHOW.parse().unwrap();
    assert_eq!(edge.viewers(show), std::collections::BTreeMap::from([("480p".to_owned(), 3)]));
    assert_eq!(ask(&edge, "index.m3u8").await.first_line(), "/index.m3u8");
}

#[tokio::test]
async fn the_waiting_are_woken_together() {
    let stage = Stage { slow: Duration::from_millis(300), ..Stage::default() };
    let (base, _server) = stage.open().await;
    let (edge, _) = edge(Some(base));
    let viewers = (0..10_000).map(|_| {
        let edge = edge.clone();
        tokio::spawn(async move { ask(&edge, "source/index.m3u8?_HLS_msn=4&_HLS_part=1").await.status })
    });
    let answered = timeout(Duration::from_secs(20), join_all(viewers)).await.unwrap();
    assert!(answered.into_iter().all(|status| status.unwrap() == 200));
    assert_eq!(stage.hits(), 1);
}
