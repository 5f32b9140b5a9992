//! Answers on their way out of one connection: each is taken whole within a time that its size gives.
//!
//! A peer that takes nothing, or a byte now and then, would keep what it asked for in memory for as long as it likes: an
//! HTTP/2 window that is shut is no write that stalls.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::Response;
use hyper::body::{Frame, SizeHint};
use parking_lot::Mutex;
use tokio::time::Instant;

/// What a peer takes at least, in bytes a second.
const SLOWEST: u64 = 64 * 1024;
/// A page's many files share its line: each may wait this long for those that were asked for before it.
const LONGEST_QUEUE: Duration = Duration::from_secs(90);

/// Those of one connection that are not taken yet.
#[derive(Debug)]
pub(super) struct Answers {
    grace: Duration,
    open: Mutex<Open>,
}

#[derive(Debug)]
struct Open {
    /// Until when each of them has to be taken.
    due: Vec<(u64, Instant)>,
    next: u64,
    /// When the slowest line would have taken all so far.
    queue_ends: Instant,
}

impl Answers {
    /// None yet. Each gets `grace` beside what its size allows.
    pub fn new(grace: Duration) -> Arc<Self> {
        let open = Open { due: Vec::new(), next: 0, queue_ends: Instant::now() };
        Arc::new(Self { grace, open: Mutex::new(open) })
    }

    /// Keeps an eye on this one until its last byte went out. A stream without a known size has no time.
    pub fn watch(self: &Arc<Self>, response: Response<Body>) -> Response<Body> {
        match response.body().size_hint().exact() {
            None | Some(0) => response,
            Some(size) => {
                let taking = Arc::new(self.begin(size, Instant::now()));
                response.map(|body| Body::new(Watched { body, taking }))
            }
        }
    }

    fn begin(self: &Arc<Self>, size: u64, now: Instant) -> Taking {
        let mut open = self.open.lock();
        let queue = open.queue_ends.saturating_duration_since(now).min(LONGEST_QUEUE);
        open.queue_ends = now + queue + Duration::from_millis(size * 1000 / SLOWEST);
        let (number, due) = (open.next, open.queue_ends + self.grace);
        open.next += 1;
        open.due.push((number, due));
        Taking { answers: self.clone(), number }
    }

    /// When the first of them has to be taken.
    pub fn first_due(&self) -> Option<Instant> {
        self.open.lock().due.iter().map(|(_, due)| *due).min()
    }
}

/// One answer, until nothing of it is left.
#[derive(Debug)]
struct Taking {
    answers: Arc<Answers>,
    number: u64,
}

impl Drop for Taking {
    fn drop(&mut self) {
        self.answers.open.lock().due.retain(|(number, _)| *number != self.number);
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

    fn due_in(answers: &Answers) -> Option<u64> {
        answers.first_due().map(|due| (due - Instant::now()).as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn a_large_answer_has_longer_and_those_behind_it_wait_for_it() {
        let answers = Answers::new(GRACE);
        assert_eq!(due_in(&answers), None);
        let first = answers.begin(MB, Instant::now());
        assert_eq!(due_in(&answers), Some(30 + 16));
        let second = answers.begin(MB, Instant::now());
        drop(first);
        assert_eq!(due_in(&answers), Some(30 + 32));
        drop(second);
        // Who asks for everything there is does not get for ever.
        let all: Vec<_> = (0..64).map(|_| answers.begin(5 * MB, Instant::now())).collect();
        let last = answers.open.lock().due.iter().map(|(_, due)| *due).max().unwrap();
        assert_eq!((last - Instant::now()).as_secs(), 30 + 90 + 80);
        drop(all);
        tokio::time::advance(Duration::from_secs(600)).await;
        let _later = answers.begin(MB, Instant::now());
        assert_eq!(due_in(&answers), Some(30 + 16));
    }

    #[tokio::test]
    async fn an_answer_is_taken_when_its_last_byte_went_out_and_not_when_its_body_ends() {
        let answers = Answers::new(GRACE);
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
        let answers = Answers::new(GRACE);
        let endless = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
        let _stream = answers.watch(Response::new(Body::from_stream(endless)));
        let _nothing = answers.watch(Response::new(Body::empty()));
        assert!(answers.first_due().is_none());
    }
}
