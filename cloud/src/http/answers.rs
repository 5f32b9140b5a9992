//! Answers on their way out of one connection: each is taken whole within a time that its size gives.
//!
//! A peer that takes nothing, or a byte now and then, would keep what it asked for in memory for as long as it likes: an
//! HTTP/2 window that is shut is no write that stalls. What one connection leaves untaken has a bound, too, and while memory
//! for answers is short everywhere, who is slow has to go.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderValue, Response, header};
use axum::response::IntoResponse as _;
use hyper::body::{Frame, SizeHint};
use parking_lot::Mutex;
use tokio::time::Instant;
use vitrine_protocol::Code;

use crate::base::{ApiError, Budget, Charge, InMemory, Network};

/// What a peer takes at least, in bytes a second.
const SLOWEST: u64 = 64 * 1024;
/// A page's many files share its line: each may wait this long for those that were asked for before it.
const LONGEST_QUEUE: Duration = Duration::from_secs(90);
/// Bytes that one peer may leave untaken, beside a single answer of any size: a segment of 50 Mb/s fits twice.
const MOST_UNTAKEN: u64 = 64 << 20;
/// While memory is short, an answer gets this long and what its size needs at this many bytes a second.
const HURRIED: Duration = Duration::from_secs(5);
const HURRIED_RATE: u64 = 1 << 20;
/// Who leaves less than this is in nobody's way.
const IN_THE_WAY: u64 = 64 * 1024;
/// A proxy that leaves less than this part of all memory for answers is in nobody's way.
const OF_A_PROXY: u64 = 4;
/// When a peer who was refused may ask again, in seconds.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// Those of one connection that are not taken yet.
#[derive(Debug)]
pub(super) struct Answers {
    grace: Duration,
    /// Whether a proxy takes them, for many.
    many: bool,
    budget: Budget,
    open: Mutex<Open>,
}

#[derive(Debug)]
struct Open {
    untaken: Vec<Untaken>,
    next: u64,
    /// When the slowest line would have taken all so far.
    queue_ends: Instant,
}

#[derive(Debug)]
struct Untaken {
    number: u64,
    size: u64,
    /// Its bytes are there for all who ask, whether anybody does.
    shared: bool,
    begun: Instant,
    /// Until when it has to be taken.
    due: Instant,
}

impl Answers {
    /// None yet. Each gets `grace` beside what its size allows; all of them together are in `budget`. A peer whose visitors
    /// are `many` may leave any number of them untaken.
    pub fn new(grace: Duration, many: bool, budget: Budget) -> Arc<Self> {
        let open = Open { untaken: Vec::new(), next: 0, queue_ends: Instant::now() };
        Arc::new(Self { grace, many, budget, open: Mutex::new(open) })
    }

    /// Keeps an eye on this one until its last byte went out; refuses it when too much lies there already. A stream
    /// without a known size has no time.
    pub fn watch(self: &Arc<Self>, mut response: Response<Body>) -> Response<Body> {
        let Some(size) = response.body().size_hint().exact().filter(|size| *size > 0) else {
            return response;
        };
        let charge = response.extensions_mut().remove::<Arc<Charge>>();
        let shared = response.extensions().get::<InMemory>().is_some();
        match self.begin(size, charge, shared, Instant::now()) {
            Some(taking) => response.map(|body| Body::new(Watched { body, taking: Arc::new(taking) })),
            None => overloaded("more was asked for than was taken; take what is on its way, then ask again"),
        }
    }

    fn begin(
        self: &Arc<Self>,
        size: u64,
        charge: Option<Arc<Charge>>,
        shared: bool,
        now: Instant,
    ) -> Option<Taking> {
        let mut open = self.open.lock();
        let untaken = open.untaken();
        if !self.many && untaken > 0 && untaken.saturating_add(size) > MOST_UNTAKEN {
            return None;
        }
        let queue = open.queue_ends.saturating_duration_since(now).min(LONGEST_QUEUE);
        open.queue_ends = now + queue + Duration::from_millis(size * 1000 / SLOWEST);
        let (number, due) = (open.next, open.queue_ends + self.grace);
        open.next += 1;
        open.untaken.push(Untaken { number, size, shared, begun: now, due });
        Some(Taking { answers: self.clone(), number, _charge: charge })
    }

    /// Whether it is one visitor's answers alone that end with the connection, as far as can be told: `under_way` says that
    /// others are still to come.
    pub fn are_of_one(&self, under_way: bool) -> bool {
        !self.many || !under_way && self.open.lock().untaken.len() <= 1
    }

    /// When the first of them has to be taken.
    pub fn first_due(&self) -> Option<Instant> {
        self.open.lock().untaken.iter().map(|answer| answer.due).min()
    }

    /// Returns when memory for answers is short, and this peer holds some of it for too long; a proxy, when that is a large
    /// part of it.
    pub async fn in_the_way(&self) {
        let in_the_way = if self.many { self.budget.most() / OF_A_PROXY } else { IN_THE_WAY };
        loop {
            self.budget.pressed().await;
            let (open, now) = (self.open.lock(), Instant::now());
            let late = open.untaken.iter().filter(|answer| answer.is_late(now)).map(|answer| answer.size);
            if late.sum::<u64>() >= in_the_way {
                return;
            }
        }
    }
}

impl Open {
    fn untaken(&self) -> u64 {
        self.untaken.iter().map(|answer| answer.size).sum()
    }
}

impl Untaken {
    /// Whether it would be taken by now on a line that players get on with.
    fn is_late(&self, now: Instant) -> bool {
        !self.shared && now - self.begun > HURRIED + Duration::from_millis(self.size * 1000 / HURRIED_RATE)
    }
}

/// Counts an answer that nobody else shares for `network`, until its last byte went out; refuses it when there is no memory
/// for it.
pub(super) fn counted(
    mut response: Response<Body>,
    budget: &Budget,
    network: Option<Network>,
) -> Response<Body> {
    if response.extensions().get::<InMemory>().is_some() {
        return response;
    }
    let Some(size) = response.body().size_hint().exact().filter(|size| *size > 0) else { return response };
    let mut charge = budget.charge(network);
    if !charge.cover(size) {
        return overloaded("too many answers wait to be taken; try again in a moment");
    }
    response.extensions_mut().insert(Arc::new(charge));
    response
}

fn overloaded(words: &str) -> Response<Body> {
    let headers = [
        (header::RETRY_AFTER, RETRY_AFTER),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    ];
    (headers, ApiError::new(Code::Overloaded, words)).into_response()
}

/// One answer, until nothing of it is left.
#[derive(Debug)]
struct Taking {
    answers: Arc<Answers>,
    number: u64,
    _charge: Option<Arc<Charge>>,
}

impl Drop for Taking {
    fn drop(&mut self) {
        self.answers.open.lock().untaken.retain(|answer| answer.number != self.number);
    }
}

/// A body, and its bytes wherever they are on the way to the socket.
struct Watched {
    body: Body,
    taking: Arc<Taking>,
}

struct Held {
    bytes: Bytes,
    _taking: Arc<Taking>,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(frame) = ready!(Pin::new(&mut self.body).poll_frame(cx)) else { return Poll::Ready(None) };
        let hold = |bytes| Bytes::from_owner(Held { bytes, _taking: self.taking.clone() });
        Poll::Ready(Some(frame.map(|frame| frame.map_data(hold))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: Duration = Duration::from_secs(30);
    const MB: u64 = 1 << 20;

    const GB: u64 = 1 << 30;

    fn of_a_viewer(budget: &Budget) -> Arc<Answers> {
        Answers::new(GRACE, false, budget.clone())
    }

    fn begin(answers: &Arc<Answers>, size: u64) -> Taking {
        answers.begin(size, None, false, Instant::now()).unwrap()
    }

    fn due_in(answers: &Answers) -> Option<u64> {
        answers.first_due().map(|due| (due - Instant::now()).as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn a_large_answer_has_longer_and_those_behind_it_wait_for_it() {
        let answers = of_a_viewer(&Budget::new(GB));
        assert_eq!(due_in(&answers), None);
        let first = begin(&answers, MB);
        assert_eq!(due_in(&answers), Some(30 + 16));
        let second = begin(&answers, MB);
        drop(first);
        assert_eq!(due_in(&answers), Some(30 + 32));
        drop(second);
        // Who asks for everything there is does not get for ever.
        let all: Vec<_> = (0..12).map(|_| begin(&answers, 5 * MB)).collect();
        let last = answers.open.lock().untaken.iter().map(|answer| answer.due).max().unwrap();
        assert_eq!((last - Instant::now()).as_secs(), 30 + 90 + 80);
        drop(all);
        tokio::time::advance(Duration::from_secs(600)).await;
        let _later = begin(&answers, MB);
        assert_eq!(due_in(&answers), Some(30 + 16));
    }

    #[tokio::test]
    async fn an_answer_is_taken_when_its_last_byte_went_out_and_not_when_its_body_ends() {
        let answers = of_a_viewer(&Budget::new(GB));
        let mut body = answers.watch(Response::new(Body::from(vec![7; 1000]))).into_body();
        assert_eq!((body.size_hint().exact(), body.is_end_stream()), (Some(1000), false));
        let frame = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await.unwrap().unwrap();
        let mut bytes = frame.into_data().unwrap();
        assert!(body.is_end_stream());
        drop(body);
        let written = bytes.split_to(999);
        drop(written);
        assert!(answers.first_due().is_some());
        drop(bytes);
        assert!(answers.first_due().is_none());
    }

    #[tokio::test]
    async fn what_never_ends_and_what_is_empty_have_no_time() {
        let answers = of_a_viewer(&Budget::new(GB));
        let endless = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
        let _stream = answers.watch(Response::new(Body::from_stream(endless)));
        let _nothing = answers.watch(Response::new(Body::empty()));
        assert!(answers.first_due().is_none());
    }

    /// An answer of so many bytes, and the status that goes out in its place.
    fn give(answers: &Arc<Answers>, size: u64) -> Response<Body> {
        answers.watch(Response::new(Body::from(vec![7; size as usize])))
    }

    #[tokio::test]
    async fn who_leaves_too_much_is_refused_more_until_it_is_taken() {
        let answers = of_a_viewer(&Budget::new(GB));
        let largest = give(&answers, MOST_UNTAKEN + MB);
        assert_eq!(largest.status(), 200, "one of any size");
        let refused = give(&answers, MB);
        assert_eq!((refused.status().as_u16(), &refused.headers()[header::RETRY_AFTER]), (503, &RETRY_AFTER));
        assert_eq!(refused.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        drop(largest);
        let segments: Vec<_> = (0..64).map(|_| give(&answers, MB)).collect();
        assert!(segments.iter().all(|segment| segment.status() == 200));
        assert_eq!(give(&answers, MB).status(), 503);
        let of_a_proxy = Answers::new(GRACE, true, Budget::new(GB));
        let segments: Vec<_> = (0..80).map(|_| give(&of_a_proxy, MB)).collect();
        assert!(segments.iter().all(|segment| segment.status() == 200), "its visitors share one connection");
    }

    #[tokio::test]
    async fn what_rooms_answer_is_counted_until_its_last_byte_went_out() {
        let budget = Budget::new(4 * MB);
        let laptop = Some(std::net::IpAddr::from([203, 0, 113, 66]).into());
        let answers = of_a_viewer(&budget);
        let ask = |network| {
            let picture = Response::new(Body::from(vec![7; MB as usize]));
            answers.watch(counted(picture, &budget, network))
        };
        let pictures = [ask(laptop), ask(laptop)];
        assert_eq!(ask(laptop).status(), 503);
        let neighbour = std::net::IpAddr::from([203, 0, 113, 67]);
        assert_eq!(ask(Some(neighbour.into())).status(), 200);
        let [first, _second] = pictures;
        let mut body = first.into_body();
        let frame = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await.unwrap().unwrap();
        drop(body);
        assert_eq!(ask(laptop).status(), 503, "its bytes are on the way");
        drop(frame);
        assert_eq!(ask(laptop).status(), 200);
    }

    #[test]
    fn a_visitor_behind_a_proxy_ends_nobody_elses_answers() {
        let proxy = Answers::new(GRACE, true, Budget::new(GB));
        let slow = begin(&proxy, MB);
        assert!(proxy.are_of_one(false) && !proxy.are_of_one(true), "somebody else waits for a part");
        let other = begin(&proxy, MB);
        assert!(!proxy.are_of_one(false) && of_a_viewer(&Budget::new(GB)).are_of_one(true));
        drop((slow, other));
    }

    #[tokio::test]
    async fn what_is_in_memory_anyway_is_given_to_any_number_and_presses_nobody() {
        let budget = Budget::new(4 * MB);
        let answers = of_a_viewer(&budget);
        let script = || {
            let mut script = Response::new(Body::from(Bytes::from_static(&[7; 60_000])));
            script.extensions_mut().insert(InMemory);
            answers.watch(counted(script, &budget, None))
        };
        let crowd: Vec<_> = (0..500).map(|_| script()).collect();
        assert!(crowd.iter().all(|script| script.status() == 200));
        let open = answers.open.lock();
        assert!(open.untaken.iter().all(|script| !script.is_late(Instant::now() + GRACE)));
    }

    #[tokio::test(start_paused = true)]
    async fn while_memory_is_short_the_slow_have_to_go_and_only_then() {
        let (budget, stop) = (Budget::new(100 * MB), tokio_util::sync::CancellationToken::new());
        tokio::spawn(budget.clone().press_while_tight(stop.clone()));
        let (slow, small) = (of_a_viewer(&budget), of_a_viewer(&budget));
        let _untaken = (begin(&slow, 2 * MB), begin(&small, 4_000));
        let goes = async |answers: &Answers| {
            let since = Instant::now();
            let gone = tokio::time::timeout(Duration::from_secs(20), answers.in_the_way()).await;
            gone.is_ok().then(|| since.elapsed().as_secs())
        };
        assert_eq!(goes(&slow).await, None);
        let mut charge = budget.charge(None);
        assert!(charge.cover(90 * MB));
        assert_eq!(goes(&small).await, None);
        assert!(goes(&slow).await.is_some_and(|seconds| seconds <= 1));
        let proxy = Answers::new(GRACE, true, budget.clone());
        let _of_a_visitor = begin(&proxy, MB);
        assert_eq!(goes(&proxy).await, None, "its other visitors get on");
        let _of_many: Vec<_> = (0..25).map(|_| begin(&proxy, MB)).collect();
        assert!(goes(&proxy).await.is_some());
        let _another = begin(&small, MB);
        assert!(goes(&small).await.is_some_and(|seconds| (6..=8).contains(&seconds)));
        stop.cancel();
    }
}
