//! Stories of media that nobody takes, and of the memory in which it lies.

use super::*;

/// Begins to ask for media.
fn begin(edge: &Edge, from: &str, path: &str) -> impl Future<Output = Response> + use<> {
    let request = Request::get(format!("/live/{SHOW}/{path}")).body(()).unwrap();
    edge.answer(&request, from.parse::<IpAddr>().unwrap().into())
}

/// Has these laptops ask for one segment after the other, take none, and go on until there is no memory for the next.
async fn fill(edge: &Edge, laptops: &[&str]) -> Vec<Response> {
    let mut untaken = Vec::new();
    for (n, laptop) in laptops.iter().cycle().enumerate() {
        let segment = begin(edge, laptop, &format!("source/1/seg{n}.m4s")).await;
        if segment.status() != StatusCode::OK {
            break;
        }
        untaken.push(segment);
    }
    assert!(untaken.len() >= 15 * laptops.len(), "half of a megabyte each");
    untaken
}

/// An edge with memory for thirty segments that keeps none: each one that is fetched anew is a copy more.
fn small_edge(base: String) -> Edge {
    let config = EdgeConfig { cache_bytes: 0, answer_bytes: 1 << 20, ..EdgeConfig::default() };
    edge_with(config, Some(base)).0
}

#[tokio::test]
async fn one_laptop_that_takes_nothing_fills_no_more_than_its_part_of_the_memory() {
    let stage = Stage { media: 32 << 10, ..Stage::default() };
    let (base, _server) = stage.open().await;
    let edge = small_edge(base);
    let begin = |from: &str, msn: usize| begin(&edge, from, &format!("source/1/seg{msn}.m4s"));
    let mut untaken = Vec::new();
    loop {
        let segment = begin("203.0.113.66", untaken.len()).await;
        if segment.status() != StatusCode::OK {
            assert_eq!(segment.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(segment.headers()[header::RETRY_AFTER], "1");
            break;
        }
        untaken.push(segment);
        assert!(untaken.len() <= 16, "half of a megabyte is sixteen segments");
    }
    assert_eq!(ask(&edge, "source/index.m3u8").await.status, 200, "a playlist is small");
    assert_eq!(begin("203.0.113.67", 500).await.status(), 200, "its neighbour plays on");
    drop(untaken);
    let again = async { while begin("203.0.113.66", 99).await.status() != StatusCode::OK {} };
    timeout(Duration::from_secs(10), again).await.unwrap();
}

#[tokio::test]
async fn a_laptop_without_a_share_left_keeps_the_next_part_from_nobody() {
    let stage =
        Stage { media: 32 << 10, next: Some("99.3"), slow: Duration::from_millis(50), ..Stage::default() };
    let (base, _server) = stage.open().await;
    let edge = small_edge(base);
    ask(&edge, "source/index.m3u8").await;
    let _untaken = fill(&edge, &["203.0.113.66", "203.0.113.67"]).await;
    // It asks for the coming part first; a viewer waits for the same.
    let (first, second) = tokio::join!(
        begin(&edge, "203.0.113.66", "source/1/part99.3.m4s"),
        begin(&edge, "203.0.113.68", "source/1/part99.3.m4s"),
    );
    assert_eq!((first.status(), second.status()), (StatusCode::OK, StatusCode::OK));
}

#[tokio::test]
async fn one_laptop_that_asks_in_a_circle_for_what_is_on_now_has_it_in_memory_once() {
    let stage = Stage { media: 32 << 10, next: Some("20.3"), ..Stage::default() };
    let (base, _server) = stage.open().await;
    // It keeps nothing, as if all were too large for it.
    let edge = small_edge(base);
    ask(&edge, "source/index.m3u8").await;
    let mut untaken = Vec::new();
    for _ in 0..10 {
        for msn in 8..=20 {
            untaken.push(begin(&edge, "203.0.113.66", &format!("source/1/seg{msn}.m4s")).await);
        }
    }
    assert!(untaken.iter().all(|segment| segment.status() == StatusCode::OK), "refused to nobody");
    assert_eq!(stage.hits(), 1 + 13, "the copy that waits is given out again");
    let viewer = begin(&edge, "203.0.113.68", "source/1/seg8.m4s").await;
    let copies = [viewer, untaken.swap_remove(0)].map(|segment| to_bytes(segment.into_body(), 1 << 20));
    let [viewers, laptops] = join_all(copies).await.try_into().unwrap();
    let (viewers, laptops) = (viewers.unwrap(), laptops.unwrap());
    assert!(viewers.starts_with(b"/source/1/seg8.m4s\n") && viewers.as_ptr() == laptops.as_ptr());
    drop((untaken, viewers));
    assert_eq!(begin(&edge, "203.0.113.68", "source/1/seg8.m4s").await.status(), StatusCode::OK);
    assert_eq!(stage.hits(), 1 + 13, "somebody still has it");
    drop(laptops);
    assert_eq!(begin(&edge, "203.0.113.68", "source/1/seg8.m4s").await.status(), StatusCode::OK);
    assert_eq!(stage.hits(), 1 + 13 + 1, "what everybody took is in memory no more");
}

#[tokio::test]
async fn laptops_without_a_share_left_keep_no_new_segment_from_viewers_of_plain_playlists() {
    let stage =
        Stage { media: 32 << 10, next: Some("99.3"), slow: Duration::from_millis(20), ..Stage::default() };
    let (base, _server) = stage.open().await;
    let edge = small_edge(base);
    let _untaken = fill(&edge, &["203.0.113.66", "203.0.113.67"]).await;
    // Nobody watches this rung with low latency.
    assert_eq!(ask(&edge, "480p/plain.m3u8").await.status, 200);
    let (first, second) = tokio::join!(
        begin(&edge, "203.0.113.66", "480p/1/seg98.m4s"),
        begin(&edge, "203.0.113.68", "480p/1/seg98.m4s"),
    );
    assert_eq!((first.status(), second.status()), (StatusCode::OK, StatusCode::OK));
}

#[tokio::test]
async fn who_waits_for_the_same_as_a_laptop_without_a_share_left_pays_for_it_and_gets_it() {
    let stage = Stage { media: 32 << 10, slow: Duration::from_millis(20), ..Stage::default() };
    let (base, _server) = stage.open().await;
    let edge = small_edge(base);
    let laptops_own = fill(&edge, &["203.0.113.66"]).await;
    let (laptop, viewer) = tokio::join!(
        begin(&edge, "203.0.113.66", "source/1/seg500.m4s"),
        begin(&edge, "203.0.113.68", "source/1/seg500.m4s"),
    );
    assert_eq!((laptop.status(), viewer.status()), (StatusCode::OK, StatusCode::OK));
    let (again, same) = tokio::join!(
        begin(&edge, "203.0.113.66", "source/1/seg501.m4s"),
        begin(&edge, "203.0.113.66", "source/1/seg501.m4s"),
    );
    assert_eq!((again.status(), same.status()), (StatusCode::SERVICE_UNAVAILABLE, again.status()));
    drop((laptop, viewer));
    // With all of the memory used up there is nothing left to pay with.
    let mut all_of_it = edge.budget().charge(None);
    all_of_it.count(1 << 20);
    let (laptop, viewer) = tokio::join!(
        begin(&edge, "203.0.113.66", "source/1/seg502.m4s"),
        begin(&edge, "203.0.113.68", "source/1/seg502.m4s"),
    );
    assert_eq!((laptop.status(), viewer.status()), (StatusCode::SERVICE_UNAVAILABLE, laptop.status()));
    drop(laptops_own);
}
