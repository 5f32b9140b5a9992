//! The journal on a thread of its own: a disk that stalls or is full makes facts late, and holds up nothing else.
//!
//! A fact is announced when the journal has it. When it has not answered for a few seconds, or cannot write, facts are
//! announced from memory: the show goes on, and would not survive a crash. It survives one again when the journal has
//! caught up; after a failed write the journal begins anew, since what it held does not lead to what was announced. Until
//! then it is marked, so that nobody goes on from it.

use std::collections::VecDeque;
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::time::{Instant, sleep_until};

use super::{Journal, Kept, Mark};
use crate::hls::{Fact, Stored};

/// Facts wait this long for the disk.
const PATIENCE: Duration = Duration::from_secs(3);
/// Batches that may wait for it: about twenty seconds of four rungs.
const WAITING_BATCHES: usize = 512;
/// After a failed write the journal begins anew, at most so often.
const TRY_EVERY: Duration = Duration::from_secs(1);

/// Where each fact's bytes are.
type Places = Vec<Option<Stored>>;

/// What a journal does. The disk may be as slow as it likes.
pub trait Book: Send + 'static {
    /// Appends facts and says where their bytes are.
    ///
    /// # Errors
    /// Not all of them were written; [`Book::begin_again`] before the next.
    fn append(&mut self, facts: &[Fact]) -> io::Result<Places>;
    /// Remembers facts that are not written, as far as a journal that begins anew must know them.
    fn pin(&mut self, facts: &[Fact]);
    /// Begins anew: what was written before brings nothing back any more.
    ///
    /// # Errors
    /// The disk refuses.
    fn begin_again(&mut self) -> io::Result<()>;
    /// What marks whether it leads to what was announced. It never waits, also while the journal itself waits for the disk.
    fn marker(&self) -> Box<dyn Fn(bool) + Send>;
    /// Deletes everything.
    ///
    /// # Errors
    /// The disk refuses.
    fn delete(self) -> io::Result<()>;
}

impl Book for Journal {
    fn append(&mut self, facts: &[Fact]) -> io::Result<Places> {
        self.append(facts)
    }

    fn pin(&mut self, facts: &[Fact]) {
        facts.iter().for_each(|fact| self.pinned.note(fact));
    }

    fn begin_again(&mut self) -> io::Result<()> {
        self.begin_again()
    }

    fn marker(&self) -> Box<dyn Fn(bool) + Send> {
        let mark = Mark::new(self.folder.clone());
        Box::new(move |whole| mark.set(whole))
    }

    fn delete(self) -> io::Result<()> {
        self.delete()
    }
}

/// To the thread.
enum Order {
    Write {
        number: u64,
        /// Facts before these that it was not given; media aside.
        missed: Option<Vec<Fact>>,
        facts: Vec<Fact>,
    },
    Delete,
}

/// From the thread, in order.
struct Answer {
    number: u64,
    /// Unless they could not be written.
    places: Option<Places>,
    /// Whether what is on disk brings back all that was announced.
    whole: bool,
}

/// Facts that are not announced yet.
struct Waiting {
    number: u64,
    facts: Vec<Fact>,
    since: Instant,
}

/// The handle to the thread.
pub struct Writer {
    orders: SyncSender<Order>,
    answers: UnboundedReceiver<Answer>,
    thread: JoinHandle<()>,
    waiting: VecDeque<Waiting>,
    missed: Option<Vec<Fact>>,
    newest: u64,
    safe: bool,
    mark: Box<dyn Fn(bool) + Send>,
}

impl Writer {
    /// Gives the journal to a thread. One that is not `whole` does not lead to what was announced: it begins anew.
    ///
    /// # Errors
    /// The machine has no thread for it.
    pub fn start(book: impl Book, whole: bool) -> io::Result<Self> {
        let (orders, receiver) = sync_channel(WAITING_BATCHES);
        let (sender, answers) = mpsc::unbounded_channel();
        let mark = book.marker();
        let thread = std::thread::Builder::new()
            .name("journal".into())
            .spawn(move || write(book, whole, &receiver, &sender))?;
        let (waiting, missed) = (VecDeque::new(), None);
        let mut writer = Self { orders, answers, thread, waiting, missed, newest: 0, safe: true, mark };
        writer.set_safe(whole);
        Ok(writer)
    }

    /// Takes facts; [`Writer::next`] gives them back when they may be announced. Never waits.
    pub fn append(&mut self, facts: Vec<Fact>) {
        self.newest += 1;
        let (number, missed) = (self.newest, self.missed.take());
        match self.orders.try_send(Order::Write { number, missed, facts: facts.clone() }) {
            Ok(()) => {}
            Err(TrySendError::Full(back) | TrySendError::Disconnected(back)) => {
                let Order::Write { missed, facts, .. } = back else { return };
                let mut missed = missed.unwrap_or_default();
                missed.extend(facts.into_iter().filter(|fact| !matches!(fact, Fact::Part { .. })));
                self.missed = Some(missed);
            }
        }
        self.waiting.push_back(Waiting { number, facts, since: Instant::now() });
    }

    /// The next facts to announce, in order. May be dropped and called again.
    pub async fn next(&mut self) -> Vec<Kept> {
        loop {
            let due = self.waiting.front().map(
                |front| {
                    if self.safe { front.since + PATIENCE } else { front.since }
                },
            );
            let out_of_patience = async {
                match due {
                    Some(due) => sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                Some(answer) = self.answers.recv() => {
                    if let Some(kept) = self.heard(answer) {
                        return kept;
                    }
                }
                () = out_of_patience => {
                    self.set_safe(false);
                    if let Some(front) = self.waiting.pop_front() {
                        return front.facts.into_iter().map(|fact| (fact, None)).collect();
                    }
                }
            }
        }
    }

    fn heard(&mut self, answer: Answer) -> Option<Vec<Kept>> {
        self.set_safe(answer.whole && (self.safe || answer.number == self.newest));
        // Those before it were announced from memory, or were never given to the thread.
        let front = self.waiting.pop_front_if(|front| front.number == answer.number)?;
        let places = answer.places.unwrap_or_else(|| vec![None; front.facts.len()]);
        Some(front.facts.into_iter().zip(places).collect())
    }

    /// To be called before facts go out: the mark comes first.
    fn set_safe(&mut self, safe: bool) {
        if std::mem::replace(&mut self.safe, safe) != safe {
            (self.mark)(safe);
        }
    }

    /// Whether what was announced would survive a crash.
    pub fn is_safe(&self) -> bool {
        self.safe
    }

    /// Writes what is still to be written, and deletes everything unless it is `needed`.
    pub fn close(self, needed: bool) {
        if !needed {
            let _ = self.orders.send(Order::Delete); // a thread that is gone has nothing left to delete
        }
        drop(self.orders);
        if self.thread.join().is_err() {
            tracing::error!("the journal's thread had failed");
        }
    }
}

/// The thread.
fn write(mut book: impl Book, mut whole: bool, orders: &Receiver<Order>, answers: &UnboundedSender<Answer>) {
    let mut broken = !whole;
    let mut tried = None::<std::time::Instant>;
    while let Ok(order) = orders.recv() {
        let Order::Write { number, missed, facts } = order else {
            if let Err(error) = book.delete() {
                tracing::warn!(%error, "the journal could not be deleted");
            }
            return;
        };
        if let Some(missed) = missed {
            book.pin(&missed);
            (broken, whole) = (true, false);
        }
        if broken && tried.is_none_or(|at| at.elapsed() > TRY_EVERY) {
            tried = Some(std::time::Instant::now());
            match book.begin_again() {
                Ok(()) => broken = false,
                Err(error) => tracing::error!(%error, "the journal cannot be begun anew"),
            }
        }
        let written = if broken { None } else { Some(book.append(&facts)) };
        let places = match written {
            Some(Ok(places)) => {
                // The numbers that were announced are spoken for once a segment is written behind them.
                whole |= facts.iter().any(|fact| matches!(fact, Fact::SegmentOpened { .. }));
                Some(places)
            }
            other => {
                if let Some(Err(error)) = other {
                    tracing::error!(%error, "the journal cannot be written");
                }
                book.pin(&facts);
                (broken, whole) = (true, false);
                None
            }
        };
        if answers.send(Answer { number, places, whole }).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::hls::{MediaTime, RungName};

    /// A disk that a test holds up, or fills.
    #[derive(Clone, Default)]
    struct Disk {
        held: Arc<AtomicBool>,
        full: Arc<AtomicBool>,
        written: Arc<Mutex<Vec<&'static str>>>,
        marks: Arc<Mutex<Vec<bool>>>,
    }

    impl Disk {
        fn note(&self, what: &'static str) -> io::Result<()> {
            while self.held.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
            if self.full.load(Ordering::SeqCst) {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.written.lock().unwrap().push(what);
            Ok(())
        }
    }

    impl Book for Disk {
        fn append(&mut self, facts: &[Fact]) -> io::Result<Places> {
            self.note("facts").map(|()| vec![Some(Stored { file: 1, offset: 0, length: 1 }); facts.len()])
        }

        fn pin(&mut self, _: &[Fact]) {}

        fn begin_again(&mut self) -> io::Result<()> {
            self.note("anew")
        }

        fn marker(&self) -> Box<dyn Fn(bool) + Send> {
            let marks = self.marks.clone();
            Box::new(move |whole| marks.lock().unwrap().push(whole))
        }

        fn delete(self) -> io::Result<()> {
            self.note("deleted")
        }
    }

    fn opened(msn: u64) -> Fact {
        Fact::SegmentOpened {
            rung: RungName::source(),
            msn,
            start: MediaTime::ZERO,
            init: 1,
            discontinuity: false,
            discontinuity_sequence: 0,
        }
    }

    /// The facts that came out next, and whether the journal has them.
    async fn next(writer: &mut Writer) -> (Vec<Fact>, bool) {
        let kept = writer.next().await;
        let stored = kept.iter().all(|(_, stored)| stored.is_some());
        (kept.into_iter().map(|(fact, _)| fact).collect(), stored)
    }

    #[tokio::test]
    async fn facts_come_out_in_order_when_they_are_written() {
        let disk = Disk::default();
        let mut writer = Writer::start(disk.clone(), true).unwrap();
        (0..3).for_each(|msn| writer.append(vec![opened(msn)]));
        for msn in 0..3 {
            assert_eq!(next(&mut writer).await, (vec![opened(msn)], true));
        }
        assert!(writer.is_safe());
        writer.close(false);
        assert_eq!(*disk.written.lock().unwrap(), ["facts", "facts", "facts", "deleted"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_disk_that_stalls_makes_facts_late_and_then_they_go_without_it() {
        let disk = Disk::default();
        let mut writer = Writer::start(disk.clone(), true).unwrap();
        disk.held.store(true, Ordering::SeqCst);
        let start = Instant::now();
        writer.append(vec![opened(0)]);
        assert_eq!(next(&mut writer).await, (vec![opened(0)], false));
        assert_eq!(start.elapsed().as_secs(), 3);
        assert!(!writer.is_safe());
        assert_eq!(*disk.marks.lock().unwrap(), [false], "nobody goes on from what is on the disk");
        (1..=WAITING_BATCHES as u64 + 9).for_each(|msn| writer.append(vec![opened(msn)]));
        for msn in 1..=WAITING_BATCHES as u64 + 9 {
            assert_eq!(next(&mut writer).await, (vec![opened(msn)], false));
        }
        assert_eq!(start.elapsed().as_secs(), 3, "nobody waits for it any more");
        disk.held.store(false, Ordering::SeqCst);
        writer.close(true);
        assert!(!disk.written.lock().unwrap().contains(&"anew"), "it learns of what it missed with the next");
    }

    #[tokio::test]
    async fn one_that_the_disk_did_not_take_holds_up_nothing_and_begins_when_it_can() {
        let disk = Disk::default();
        disk.full.store(true, Ordering::SeqCst);
        let mut writer = Writer::start(disk.clone(), false).unwrap();
        assert!(!writer.is_safe());
        writer.append(vec![opened(0)]);
        assert_eq!(next(&mut writer).await, (vec![opened(0)], false), "at once");
        writer.close(true);
        disk.full.store(false, Ordering::SeqCst);
        let mut writer = Writer::start(disk.clone(), false).unwrap();
        writer.append(vec![opened(1)]);
        assert_eq!(next(&mut writer).await.0, [opened(1)]);
        if !writer.is_safe() {
            let answer = writer.answers.recv().await.unwrap(); // they went out before the journal had them
            writer.heard(answer);
        }
        assert!(writer.is_safe());
        assert_eq!(*disk.marks.lock().unwrap(), [false, false, true]);
        assert_eq!(*disk.written.lock().unwrap(), ["anew", "facts"]);
    }

    #[tokio::test]
    async fn after_a_hole_the_journal_begins_anew_and_is_safe_with_the_next_segment() {
        let disk = Disk::default();
        let mut writer = Writer::start(disk.clone(), true).unwrap();
        disk.full.store(true, Ordering::SeqCst);
        writer.append(vec![opened(0)]);
        assert_eq!(next(&mut writer).await, (vec![opened(0)], false), "at once");
        assert!(!writer.is_safe());
        assert_eq!(*disk.marks.lock().unwrap(), [false], "nobody goes on from before the hole");
        disk.full.store(false, Ordering::SeqCst);
        writer.append(vec![Fact::Ended]);
        assert_eq!(next(&mut writer).await.0, [Fact::Ended]);
        writer.append(vec![opened(1)]);
        assert_eq!(next(&mut writer).await.0, [opened(1)]);
        while let Some(answer) = {
            let heard = tokio::time::timeout(Duration::from_millis(200), writer.answers.recv()).await;
            heard.ok().flatten()
        } {
            writer.heard(answer);
        }
        assert!(writer.is_safe());
        assert_eq!(*disk.marks.lock().unwrap(), [false, true]);
        assert_eq!(*disk.written.lock().unwrap(), ["anew", "facts", "facts"]);
    }
}
