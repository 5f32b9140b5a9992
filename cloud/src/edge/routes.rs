//! `GET /live/{show}/…`: what viewers ask for, without cookies, tokens or preflights.

use axum::{
    Router,
    body::Body,
    extract::{Path, RawQuery, State},
    http::{HeaderValue, Response, StatusCode, header},
    routing::get,
};
use vitrine_protocol::ShowId;

use super::{Edge, cache::Reply};

/// Longest path below a show that can name anything.
const MAX_PATH: usize = 96;

/// The edge's routes, to be merged at the root.
pub fn router(edge: Edge) -> Router {
    Router::new().route("/live/{show}/{*path}", get(serve)).with_state(edge)
}

async fn serve(
    State(edge): State<Edge>,
    Path((show, path)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response<Body> {
    let reply = match show.parse::<ShowId>() {
        Ok(show) if is_plain(&path) => match directives(query.as_deref().unwrap_or_default()) {
            Some(directives) => {
                let reply = edge.get(show, &path, &directives).await;
                if reply.status == StatusCode::OK {
                    edge.watching().got(show, &path, &directives);
                }
                reply
            }
            None => Reply::refusal(StatusCode::BAD_REQUEST),
        },
        _ => Reply::refusal(StatusCode::NOT_FOUND),
    };
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = reply.status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, reply.kind);
    headers.insert(header::CACHE_CONTROL, reply.cache);
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// Letters, digits, single dots and slashes: the only paths an origin has.
fn is_plain(path: &str) -> bool {
    path.len() <= MAX_PATH
        && !path.contains("..")
        && path.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/'))
}

/// The delivery directives of a query in one order; everything else, a viewer's token above all, is left
/// out. `None` for a directive that is no number and no known word.
fn directives(query: &str) -> Option<String> {
    let mut kept = Vec::new();
    for name in ["_HLS_msn", "_HLS_part", "_HLS_skip"] {
        let mut values = query.split('&').filter_map(|pair| pair.split_once('=')).filter(|(n, _)| *n == name);
        let Some((_, value)) = values.next() else { continue };
        let fits = match name {
            "_HLS_skip" => matches!(value, "YES" | "v2"),
            _ => (1..=19).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit()),
        };
        if !fits {
            return None;
        }
        kept.push(format!("{name}={value}"));
    }
    Some(kept.join("&"))
}

#[cfg(test)]
mod tests {
    use std::{
        future::Future,
        pin::Pin,
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
        time::Duration,
    };

    use axum::{extract::Request, http::Uri};
    use parking_lot::Mutex;
    use tower::ServiceExt;

    use super::super::{EdgeConfig, Origin, Origins};
    use super::*;

    struct Fixed(Mutex<Option<String>>);

    impl Origins for Fixed {
        fn origin_within(
            &self,
            _: ShowId,
            _: Duration,
        ) -> Pin<Box<dyn Future<Output = Option<Origin>> + Send + '_>> {
            let token = String::from("secret");
            Box::pin(async { self.0.lock().clone().map(|url| Origin { url, token }) })
        }
    }

    async fn origin(hits: Arc<AtomicUsize>, slow: Duration) -> (String, tokio::task::JoinHandle<()>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let handler = move |uri: Uri, headers: axum::http::HeaderMap| {
            let hits = hits.clone();
            async move {
                assert_eq!(headers[header::AUTHORIZATION], "Bearer secret");
                hits.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(slow).await;
                let missing = uri.path().contains("missing");
                let status = if missing { StatusCode::NOT_FOUND } else { StatusCode::OK };
                (status, [(header::CACHE_CONTROL, "public, max-age=31536000, immutable")], uri.to_string())
            }
        };
        let serve = axum::serve(listener, Router::new().fallback(handler));
        (address, tokio::spawn(async move { serve.await.unwrap() }))
    }

    fn edge(base: Option<String>) -> (Edge, Arc<Fixed>) {
        let fixed = Arc::new(Fixed(Mutex::new(base)));
        (Edge::new(EdgeConfig::default(), fixed.clone()).unwrap(), fixed)
    }

    const SHOW: &str = "0193aabb-0000-7000-8000-000000000001";

    async fn ask(edge: &Edge, path: &str) -> (u16, String, String) {
        let request = Request::get(format!("/live/{SHOW}/{path}")).body(Body::empty()).unwrap();
        let response = router(edge.clone()).oneshot(request).await.unwrap();
        assert_eq!(response.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        let cache = response.headers()[header::CACHE_CONTROL].to_str().unwrap().to_owned();
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, cache, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn many_viewers_make_one_request_and_tokens_stay_here() {
        let hits = Arc::new(AtomicUsize::new(0));
        let (base, _server) = origin(hits.clone(), Duration::from_millis(100)).await;
        let (edge, _) = edge(Some(base));
        let asked = (0..50).map(|n| {
            let edge = edge.clone();
            async move { ask(&edge, &format!("1/source/part1.2.m4s?token=viewer{n}&_HLS_msn=4")).await }
        });
        for (status, _, body) in futures_util::future::join_all(asked).await {
            assert_eq!((status, body.as_str()), (200, "/1/source/part1.2.m4s?_HLS_msn=4"));
        }
        ask(&edge, "1/source/part1.2.m4s?_HLS_msn=4").await;
        assert_eq!(hits.load(Ordering::SeqCst), 1);
        ask(&edge, "1/source/part1.2.m4s?_HLS_msn=5").await;
        assert_eq!(hits.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn viewers_are_counted_by_what_they_got() {
        let (base, _server) = origin(Arc::new(AtomicUsize::new(0)), Duration::ZERO).await;
        let (edge, _) = edge(Some(base));
        for viewer in 0..3 {
            ask(&edge, &format!("source/index.m3u8?token={viewer}&_HLS_msn=4&_HLS_part=1")).await;
            ask(&edge, "missing/index.m3u8?_HLS_msn=4&_HLS_part=1").await;
        }
        let viewers = edge.viewers(SHOW.parse().unwrap());
        assert_eq!(viewers.into_iter().collect::<Vec<_>>(), [("source".to_owned(), 3)]);
    }

    #[tokio::test]
    async fn errors_are_not_stored() {
        let hits = Arc::new(AtomicUsize::new(0));
        let (base, _server) = origin(hits.clone(), Duration::ZERO).await;
        let (edge, _) = edge(Some(base));
        for _ in 0..2 {
            let (status, cache, _) = ask(&edge, "1/source/missing.m4s").await;
            assert_eq!((status, cache.as_str()), (404, "no-store"));
        }
        assert_eq!(hits.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_restarted_origin_is_asked_again() {
        let hits = Arc::new(AtomicUsize::new(0));
        let (dead, server) = origin(hits.clone(), Duration::ZERO).await;
        server.abort();
        let _ = server.await;
        let (edge, fixed) = edge(Some(dead));
        let asked = tokio::spawn({
            let edge = edge.clone();
            async move { ask(&edge, "1/source/index.m3u8").await.0 }
        });
        tokio::time::sleep(Duration::from_millis(300)).await;
        let (base, _server) = origin(hits.clone(), Duration::ZERO).await;
        *fixed.0.lock() = Some(base);
        assert_eq!(asked.await.unwrap(), 200);
    }

    #[tokio::test]
    async fn what_no_origin_has_is_refused_here() {
        let (edge, _) = edge(None);
        assert_eq!(ask(&edge, "index.m3u8").await.0, 404, "not running");
        assert_eq!(ask(&edge, "1/../../etc").await.0, 404);
        assert_eq!(ask(&edge, "1/source/index.m3u8?_HLS_msn=x").await.0, 400);
        let request = Request::get("/live/nobody/index.m3u8").body(Body::empty()).unwrap();
        assert_eq!(router(edge).oneshot(request).await.unwrap().status(), StatusCode::NOT_FOUND);
    }
}
