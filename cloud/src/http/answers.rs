//! Answers on their way out of one connection: each is taken whole within a time that its size gives.
//!
//! A peer that takes nothing, or a byte now and then, would keep what it asked for in memory for as long as it likes: an
//! HTTP/2 window that is shut is no write that stalls. What one connection leaves untaken has a bound, too, and while memory
//! for answers is short everywhere, who is slow has to go.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderValue, Response, header};
use axum::response::IntoResponse as _;
use hyper::body::{Frame, SizeHint};
use parking_lot::Mutex;
use tokio::time::Instant;
use vitrine_protocol::Code;

use crate::base::{ApiError, Budget, Charge, InMemory, Network, RequestId};

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
/// A proxy that leaves this part of all memory for answers has to go, whoever else is on its connection.
const OF_A_PROXY: u64 = 4;
/// What many share ends after so many times the time of its first answer, whoever else is on it.
const AT_THE_LATEST: u32 = 4;
/// When a peer who was refused may ask again, in seconds.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// How a connection ends, the harder way last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    /// When what is under way is done.
    Softly,
    /// At once, with all that waits to go out.
    Now,
}

/// Those of one connection that are not taken yet.
#[derive(Debug)]
pub(super) struct Answers {
    grace: Duration,
    /// Whether a proxy takes them, for many.
    many: AtomicBool,
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
    /// None yet, and all of one visitor. Each gets `grace` beside what its size allows; all of them together are in
    /// `budget`.
    pub fn new(grace: Duration, budget: Budget) -> Arc<Self> {
        let open = Open { untaken: Vec::new(), next: 0, queue_ends: Instant::now() };
        Arc::new(Self { grace, many: AtomicBool::new(false), budget, open: Mutex::new(open) })
    }

    /// From here on the peer is known to ask for many, and may leave any number of them untaken.
    pub fn are_for_many(&self) {
        self.many.store(true, Relaxed);
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
        if !self.many.load(Relaxed) && untaken > 0 && untaken.saturating_add(size) > MOST_UNTAKEN {
            return None;
        }
        let queue = open.queue_ends.saturating_duration_since(now).min(LONGEST_QUEUE);
        open.queue_ends = now + queue + Duration::from_millis(size * 1000 / SLOWEST);
        let (number, due) = (open.next, open.queue_ends + self.grace);
        open.next += 1;
        open.untaken.push(Untaken { number, size, shared, begun: now, due });
        Some(Taking { answers: self.clone(), number, _charge: charge })
    }

    /// How the connection has to end at `now` because of those that had their time, if at all; `under_way` says that others
    /// are still to come.
    ///
    /// One that many share ends at once when nobody loses what they take in time. Else it takes no new requests, so that
    /// those of others come to an end; it has [`AT_THE_LATEST`] times as long.
    pub fn overdue(&self, under_way: bool, now: Instant) -> Option<End> {
        let open = self.open.lock();
        let is_due = |answer: &Untaken| answer.due <= now;
        open.untaken.iter().any(is_due).then_some(())?;
        let at_the_latest = open.untaken.iter().any(|answer| answer.due_at_the_latest() <= now);
        Some(if at_the_latest { End::Now } else { self.sparing(&open, under_way, is_due) })
    }

    /// When [`overdue`](Self::overdue) says something else than at `now`, if nothing changes.
    pub fn next_due(&self, now: Instant) -> Option<Instant> {
        let open = self.open.lock();
        let times = open.untaken.iter().flat_map(|answer| [answer.due, answer.due_at_the_latest()]);
        times.filter(|due| *due > now).min()
    }

    /// Returns when memory for answers is short.
    pub async fn pressed(&self) {
        self.budget.pressed().await;
    }

    /// How the connection has to end at `now` for want of memory, as [`overdue`](Self::overdue) says: when this peer holds
    /// some of it for too long. What many share ends at once, too, when that is a large part of it.
    pub fn in_the_way(&self, under_way: bool, now: Instant) -> Option<End> {
        let open = self.open.lock();
        let is_late = |answer: &Untaken| answer.is_late(now);
        let late = open.untaken.iter().filter(|answer| !answer.shared && is_late(answer));
        let bytes: u64 = late.map(|answer| answer.size).sum();
        (bytes >= IN_THE_WAY).then_some(())?;
        let large_part = bytes >= self.budget.most() / OF_A_PROXY;
        Some(if large_part { End::Now } else { self.sparing(&open, under_way, is_late) })
    }

    /// The end that spares others on the same connection what they take in time.
    fn sparing(&self, open: &Open, under_way: bool, is_late: impl Fn(&Untaken) -> bool) -> End {
        let alone = !self.many.load(Relaxed) || !under_way && open.untaken.iter().all(is_late);
        if alone { End::Now } else { End::Softly }
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
        now - self.begun > HURRIED + Duration::from_millis(self.size * 1000 / HURRIED_RATE)
    }

    fn due_at_the_latest(&self) -> Instant {
        self.begun + (self.due - self.begun) * AT_THE_LATEST
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
        let refuse = || overloaded("too many answers wait to be taken; try again in a moment");
        let Some(id) = response.headers().get(RequestId::HEADER) else { return refuse() };
        let (id, header) = (RequestId::of(Some(id)), id.clone());
        let mut refused = id.within(refuse);
        refused.headers_mut().insert(RequestId::HEADER, header);
        return refused;
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
        Answers::new(GRACE, budget.clone())
    }

    fn of_a_proxy(budget: &Budget) -> Arc<Answers> {
        let answers = of_a_viewer(budget);
        answers.are_for_many();
        answers
    }

    fn begin(answers: &Arc<Answers>, size: u64) -> Taking {
        answers.begin(size, None, false, Instant::now()).unwrap()
    }

    fn due_in(answers: &Answers) -> Option<u64> {
        answers.next_due(Instant::now()).map(|due| (due - Instant::now()).as_secs())
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
        assert!(due_in(&answers).is_some());
        drop(bytes);
        assert!(due_in(&answers).is_none());
    }

    #[tokio::test]
    async fn what_never_ends_and_what_is_empty_have_no_time() {
        let answers = of_a_viewer(&Budget::new(GB));
        let endless = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
        let _stream = answers.watch(Response::new(Body::from_stream(endless)));
        let _nothing = answers.watch(Response::new(Body::empty()));
        assert!(due_in(&answers).is_none());
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
        let of_a_proxy = of_a_proxy(&Budget::new(GB));
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

    #[tokio::test(start_paused = true)]
    async fn a_visitor_behind_a_proxy_ends_nobody_elses_answers() {
        let proxy = of_a_proxy(&Budget::new(GB));
        let end = |under_way| proxy.overdue(under_way, Instant::now());
        let slow = [begin(&proxy, MB), begin(&proxy, MB)];
        tokio::time::advance(Duration::from_secs(80)).await;
        let other = begin(&proxy, MB);
        assert_eq!(
            (end(false), end(true)),
            (Some(End::Softly), Some(End::Softly)),
            "somebody takes the third"
        );
        drop(other);
        assert_eq!((end(false), end(true)), (Some(End::Now), Some(End::Softly)), "somebody waits for a part");
        drop(slow);
        assert_eq!((end(false), end(true)), (None, None));
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_visitor_behind_a_proxy_does_not_take_has_four_times_as_long_and_no_longer() {
        let (proxy, viewer) = (of_a_proxy(&Budget::new(GB)), of_a_viewer(&Budget::new(GB)));
        let _slow = (begin(&proxy, MB), begin(&viewer, MB));
        for (seconds, of_viewer, of_proxy) in
            [(45, None, None), (46, Some(End::Now), Some(End::Softly)), (184, Some(End::Now), Some(End::Now))]
        {
            let now = Instant::now() + Duration::from_secs(seconds);
            assert_eq!(
                (viewer.overdue(true, now), proxy.overdue(true, now)),
                (of_viewer, of_proxy),
                "{seconds}"
            );
        }
        assert_eq!(due_in(&proxy), Some(46));
        let later = Instant::now() + Duration::from_secs(46);
        assert_eq!(proxy.next_due(later).map(|due| (due - later).as_secs()), Some(3 * 46));
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
        assert_eq!(answers.in_the_way(false, Instant::now() + GRACE), None);
    }

    #[tokio::test(start_paused = true)]
    async fn while_memory_is_short_the_slow_have_to_go_and_only_then() {
        let (budget, stop) = (Budget::new(100 * MB), tokio_util::sync::CancellationToken::new());
        tokio::spawn(budget.clone().press_while_tight(stop.clone()));
        let (slow, small) = (of_a_viewer(&budget), of_a_viewer(&budget));
        let _untaken = (begin(&slow, 2 * MB), begin(&small, 4_000));
        let goes = async |answers: &Answers, under_way| {
            let since = Instant::now();
            let ends = async {
                loop {
                    answers.pressed().await;
                    if let Some(end) = answers.in_the_way(under_way, Instant::now()) {
                        return (end, since.elapsed().as_secs());
                    }
                }
            };
            tokio::time::timeout(Duration::from_secs(20), ends).await.ok()
        };
        assert_eq!(goes(&slow, true).await, None);
        let mut charge = budget.charge(None);
        assert!(charge.cover(90 * MB));
        assert_eq!(goes(&small, true).await, None);
        assert!(goes(&slow, true).await.is_some_and(|(end, seconds)| end == End::Now && seconds <= 1));
        let _another = begin(&small, MB);
        assert!(goes(&small, true).await.is_some_and(|(_, seconds)| (6..=8).contains(&seconds)));
        stop.cancel();
    }

    #[test]
    fn while_memory_is_short_a_slow_visitor_behind_a_proxy_goes_like_any_other_and_takes_nobody_along() {
        let budget = Budget::new(100 * MB);
        let end = |proxy: &Answers, under_way| proxy.in_the_way(under_way, Instant::now() + HURRIED * 2);
        let proxy = of_a_proxy(&budget);
        let _one = begin(&proxy, MB);
        assert_eq!(end(&proxy, false), Some(End::Now), "an HTTP/1.1 proxy has one on each connection");
        assert_eq!(end(&proxy, true), Some(End::Softly), "somebody waits for a part on the same");
        let script = proxy.begin(60_000, None, true, Instant::now());
        assert_eq!(
            end(&proxy, false),
            Some(End::Now),
            "what is in memory anyway and not taken protects nobody"
        );
        drop(script);
        let _in_time = proxy.begin(60_000, None, true, Instant::now() + HURRIED).unwrap();
        assert_eq!(end(&proxy, false), Some(End::Softly));
        let _of_many: Vec<_> = (0..25).map(|_| begin(&proxy, MB)).collect();
        assert_eq!(end(&proxy, true), Some(End::Now), "a quarter of all memory");
    }
}
