//! Tells shows what happened, in order, without holding up media, and however long shows do not answer.
//!
//! While a fact is not told at once, it and those after it wait in a file too ([`spool`]): a database that is away for minutes
//! loses nothing, nor does one that can be read and not written, nor a `serve` that is killed meanwhile. Each fact keeps its time
//! and the fencing number of the owner that saw it, so what an owner of long ago has to say changes nothing.
//!
//! A show has one reporter at a time in this process, and so one order of facts and one file: a task of the show that starts while
//! facts of the one before still wait goes on with its reporter.

mod spool;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_util::task::TaskTracker;
use vitrine_protocol::{PublishSessionId, ShowId};

use self::spool::{Entry, Left, Spool, publisher_after};
use super::Deps;
use super::door::DoorError;
use super::lease::Hold;
use crate::show::{MediaFact, Told};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A database that takes longer for one fact is taken for away.
const TELL_WITHIN: Duration = Duration::from_secs(15);
/// What takes longer to tell is kept on disk meanwhile.
const KEPT_AFTER: Duration = Duration::from_millis(250);

/// The reporters that run here.
#[derive(Debug, Default)]
pub struct Reporters {
    /// Their tasks.
    pub tasks: TaskTracker,
    /// By their shows.
    running: Mutex<BTreeMap<ShowId, Arc<Slot>>>,
}

/// A show's reporter, as those who give it facts see it.
#[derive(Debug, Default)]
struct Slot {
    state: Mutex<State>,
    waiting: Arc<AtomicUsize>,
}

#[derive(Debug, Default)]
struct State {
    /// Of those who may still have something to tell.
    holders: usize,
    /// To its task, once that was started.
    queue: Option<mpsc::UnboundedSender<Message>>,
    /// The publisher that is there once all that waits is told.
    publisher: Option<Left>,
}

enum Message {
    Tell(Entry),
    /// A task of the show has ended, and the process may end with it.
    Left,
}

/// Takes a show's facts. They are bounded by the spool behind it, so taking never waits.
#[derive(Debug)]
pub struct Reporter {
    slot: Arc<Slot>,
    fence: i64,
    left_behind: Option<Left>,
}

impl Reporter {
    /// Starts a show's reporter, or goes on with the one that still has facts to tell; it ends when this is dropped and all is
    /// told. It begins with what an earlier run of `serve` could not tell.
    pub fn start(hold: Hold, deps: Arc<Deps>) -> Self {
        let show = hold.show;
        let mut running = deps.reporters.running.lock();
        let slot = running.entry(show).or_default().clone();
        let mut state = slot.state.lock();
        state.holders += 1;
        drop(running); // whoever else starts one need not wait for this one's disk
        if state.queue.as_ref().is_none_or(mpsc::UnboundedSender::is_closed) {
            let (sender, queue) = mpsc::unbounded_channel();
            let spool = Spool::open(deps.settings.facts_folder().join(format!("{show}.jsonl")));
            slot.waiting.store(spool.len(), Ordering::Relaxed);
            (state.queue, state.publisher) = (Some(sender), spool.publisher());
            let tasks = deps.reporters.tasks.clone();
            tasks.spawn(run(show, slot.clone(), deps.clone(), queue, spool));
        }
        let left_behind = state.publisher;
        drop(state);
        Self { slot, fence: hold.fence, left_behind }
    }

    /// Tells what an earlier run left of shows that nobody here looks after. A task of such a show that starts meanwhile goes on
    /// from there.
    pub fn tell_left(deps: &Arc<Deps>, here: impl Fn(ShowId) -> bool) {
        let Ok(files) = std::fs::read_dir(deps.settings.facts_folder()) else { return };
        for path in files.flatten().map(|file| file.path()) {
            let is_spool = path.extension().is_some_and(|kind| kind == "jsonl" || kind == "left");
            let show = path.file_stem().and_then(|name| name.to_str()?.parse::<ShowId>().ok());
            if let Some(show) = show.filter(|show| is_spool && !here(*show)) {
                drop(Self::start(Hold { show, fence: 0 }, deps.clone()));
            }
        }
    }

    /// Leaves a fact that happened now.
    pub fn tell(&self, deps: &Deps, fact: MediaFact) {
        let mut state = self.slot.state.lock();
        let entry = Entry { told: Told { fence: self.fence, at: deps.clock.now() }, fact };
        state.publisher = publisher_after(&entry, state.publisher);
        self.slot.waiting.fetch_add(1, Ordering::Relaxed);
        state.send(Message::Tell(entry));
    }

    /// The publisher that was there when an earlier run or task ended, if shows do not know of it yet and will take its word:
    /// they have `heard` an owner with that number, and listen to none before it.
    pub fn left_behind(&self, heard: i64) -> Option<PublishSessionId> {
        self.left_behind.filter(|(_, fence)| *fence >= heard).map(|(session, _)| session)
    }

    /// How many facts are not told yet.
    pub fn waiting(&self) -> Arc<AtomicUsize> {
        self.slot.waiting.clone()
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        let mut state = self.slot.state.lock();
        state.holders -= 1;
        state.send(Message::Left);
    }
}

impl State {
    fn send(&self, message: Message) {
        if let Some(queue) = &self.queue {
            let _ = queue.send(message); // its task outlives those who hold it
        }
    }
}

impl Slot {
    /// All is told. Whether nobody will have anything more to tell: then the next reporter of the show is another.
    fn is_over(&self, show: ShowId, deps: &Deps, queue: &mpsc::UnboundedReceiver<Message>) -> bool {
        let mut running = deps.reporters.running.lock();
        let mut state = self.state.lock();
        if !queue.is_empty() {
            return false;
        }
        state.publisher = None;
        if state.holders == 0 {
            running.remove(&show);
        }
        state.holders == 0
    }
}

async fn run(
    show: ShowId,
    slot: Arc<Slot>,
    deps: Arc<Deps>,
    mut queue: mpsc::UnboundedReceiver<Message>,
    mut spool: Spool,
) {
    loop {
        slot.waiting.store(spool.len() + queue.len(), Ordering::Relaxed);
        if spool.is_empty() {
            if slot.is_over(show, &deps, &queue) {
                return;
            }
            match queue.recv().await {
                Some(message) => take(&mut spool, message),
                None => return,
            }
        }
        let mut pause = FIRST_PAUSE;
        while let Some(entry) = spool.first().cloned() {
            let (telling, patience, mut patient) = (tell(show, &deps, &entry), sleep(KEPT_AFTER), true);
            tokio::pin!(telling, patience);
            let told = loop {
                tokio::select! {
                    told = &mut telling => break told,
                    Some(message) = queue.recv() => take(&mut spool, message),
                    () = &mut patience, if patient => {
                        patient = false;
                        spool.keep();
                    }
                }
            };
            if told {
                spool.pop();
                pause = FIRST_PAUSE;
                slot.waiting.store(spool.len() + queue.len(), Ordering::Relaxed);
                continue;
            }
            spool.keep();
            let resting = sleep(pause);
            tokio::pin!(resting);
            loop {
                tokio::select! {
                    () = &mut resting => break,
                    Some(message) = queue.recv() => take(&mut spool, message),
                }
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

fn take(spool: &mut Spool, message: Message) {
    match message {
        Message::Tell(entry) => spool.push(entry),
        Message::Left if spool.is_empty() => {}
        Message::Left => spool.keep(),
    }
}

/// Whether shows have heard the fact, or never will.
async fn tell(show: ShowId, deps: &Deps, Entry { told, fact }: &Entry) -> bool {
    match timeout(TELL_WITHIN, deps.door.report(show, *told, fact.clone())).await {
        Ok(Ok(())) => true,
        Ok(Err(DoorError::Refused(reason))) => {
            tracing::warn!(show.id = %show, ?fact, reason, "shows refused a fact");
            true
        }
        Ok(Err(DoorError::Unavailable(reason))) => {
            tracing::warn!(show.id = %show, ?fact, reason, "a fact could not be recorded yet");
            false
        }
        Err(_) => {
            tracing::warn!(show.id = %show, ?fact, "a fact could not be recorded in time yet");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::LossReason;
    use crate::ingest::testing::{Stage, eventually};

    fn hold(stage: &Stage, fence: i64) -> Hold {
        Hold { show: stage.door.show, fence }
    }

    #[tokio::test(start_paused = true)]
    async fn an_outage_of_minutes_loses_no_fact_and_keeps_their_order() {
        let stage = Stage::new();
        let session = PublishSessionId::new();
        stage.door.away(true);
        let reporter = Reporter::start(hold(&stage, 1), stage.deps.clone());
        let facts = [
            MediaFact::Receiving { session },
            MediaFact::RungUp { name: "480p".into() },
            MediaFact::PublisherLost { session, reason: LossReason::Silent },
        ];
        for fact in &facts {
            reporter.tell(&stage.deps, fact.clone());
            sleep(Duration::from_secs(60)).await;
        }
        assert_eq!(reporter.waiting().load(Ordering::Relaxed), 3);
        stage.door.away(false);
        eventually(|| *stage.door.facts.lock() == facts).await;
        eventually(|| reporter.waiting().load(Ordering::Relaxed) == 0).await;
        let folder = stage.deps.settings.facts_folder();
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0, "nothing is kept that was told");
    }

    #[tokio::test(start_paused = true)]
    async fn a_fact_that_is_refused_does_not_hold_up_those_behind_it() {
        let stage = Stage::new();
        let poison = MediaFact::Codec { text: "poison".into() };
        stage.door.refuses(poison.clone());
        let reporter = Reporter::start(hold(&stage, 1), stage.deps.clone());
        reporter.tell(&stage.deps, poison);
        reporter.tell(&stage.deps, MediaFact::RungUp { name: "480p".into() });
        let waiting = reporter.waiting();
        eventually(|| waiting.load(Ordering::Relaxed) == 0).await;
        assert_eq!(*stage.door.facts.lock(), [MediaFact::RungUp { name: "480p".into() }]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_database_that_can_be_read_and_not_written_loses_no_fact() {
        let stage = Stage::new();
        let session = PublishSessionId::new();
        stage.door.takes_no_facts(true);
        let reporter = Reporter::start(hold(&stage, 1), stage.deps.clone());
        let facts = [
            MediaFact::PublisherLost { session, reason: LossReason::Silent },
            MediaFact::RungUp { name: "480p".into() },
            MediaFact::Codec { text: "H.264".into() },
        ];
        facts.iter().for_each(|fact| reporter.tell(&stage.deps, fact.clone()));
        sleep(Duration::from_secs(600)).await;
        assert!(stage.deps.door.standing(stage.door.show).await.is_ok());
        stage.door.takes_no_facts(false);
        eventually(|| *stage.door.facts.lock() == facts).await;
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_killed_serve_could_not_tell_is_told_by_the_next() {
        let stage = Stage::new();
        let session = PublishSessionId::new();
        stage.door.away(true);
        let first = Reporter::start(hold(&stage, 1), stage.deps.clone());
        first.tell(&stage.deps, MediaFact::PublisherLost { session, reason: LossReason::Closed });
        sleep(Duration::from_secs(1)).await;
        std::mem::forget(first); // a kill drops nothing
        stage.door.away(false);
        let again = Stage::over(&stage);
        let second = Reporter::start(hold(&again, 2), again.deps.clone());
        second.tell(&again.deps, MediaFact::Receiving { session });
        let lost = MediaFact::PublisherLost { session, reason: LossReason::Closed };
        eventually(|| *again.door.facts.lock() == [lost.clone(), MediaFact::Receiving { session }]).await;
    }

    #[tokio::test(start_paused = true)]
    async fn what_hangs_is_on_disk_in_a_moment_and_at_once_when_the_show_is_left() {
        for killed in [true, false] {
            let stage = Stage::new();
            let session = PublishSessionId::new();
            stage.door.says_nothing(true);
            let first = Reporter::start(hold(&stage, 1), stage.deps.clone());
            let facts = [
                MediaFact::RungUp { name: "480p".into() },
                MediaFact::PublisherLost { session, reason: LossReason::Closed },
            ];
            facts.iter().for_each(|fact| first.tell(&stage.deps, fact.clone()));
            if killed {
                sleep(Duration::from_millis(300)).await;
                std::mem::forget(first); // a kill drops nothing
            } else {
                drop(first);
                sleep(Duration::from_millis(5)).await;
            }
            let again = Stage::over(&stage);
            let _second = Reporter::start(hold(&again, 2), again.deps.clone());
            eventually(|| *again.door.facts.lock() == facts).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_show_that_comes_back_while_facts_wait_goes_on_with_the_reporter_that_has_them() {
        let stage = Stage::new();
        let session = PublishSessionId::new();
        let rung = |name: &str| MediaFact::RungUp { name: name.into() };
        stage.door.takes_no_facts(true);
        let first = Reporter::start(hold(&stage, 1), stage.deps.clone());
        first.tell(&stage.deps, rung("480p"));
        first.tell(&stage.deps, MediaFact::Receiving { session });
        sleep(Duration::from_secs(1)).await;
        drop(first);
        sleep(Duration::from_secs(1)).await;
        let second = Reporter::start(hold(&stage, 2), stage.deps.clone());
        assert_eq!(second.left_behind(1), Some(session));
        second.tell(&stage.deps, rung("720p"));
        assert_eq!(second.waiting().load(Ordering::Relaxed), 3);
        stage.door.takes_no_facts(false);
        let waiting = second.waiting();
        eventually(|| waiting.load(Ordering::Relaxed) == 0).await;
        sleep(LONGEST_PAUSE).await;
        assert_eq!(*stage.door.facts.lock(), [rung("480p"), MediaFact::Receiving { session }, rung("720p")]);

        // What waits from now on is on disk too.
        stage.door.takes_no_facts(true);
        second.tell(&stage.deps, rung("1080p"));
        sleep(Duration::from_secs(1)).await;
        std::mem::forget(second); // a kill drops nothing
        let again = Stage::over(&stage);
        let third = Reporter::start(hold(&again, 3), again.deps.clone());
        assert_eq!(third.left_behind(1), None);
        eventually(|| *again.door.facts.lock() == [rung("1080p")]).await;
    }

    #[tokio::test(start_paused = true)]
    async fn what_an_owner_before_the_last_one_saw_is_not_who_publishes_now() {
        let stage = Stage::new();
        let session = PublishSessionId::new();
        stage.door.away(true);
        let before = Reporter::start(hold(&stage, 1), stage.deps.clone());
        before.tell(&stage.deps, MediaFact::Receiving { session });
        sleep(Duration::from_secs(1)).await;
        drop(before); // two others took the show, and nothing came of it
        let now = Reporter::start(hold(&stage, 3), stage.deps.clone());
        assert_eq!(now.left_behind(1), Some(session));
        assert_eq!(now.left_behind(2), None, "another node reported with 2, and is gone");
    }

    #[tokio::test(start_paused = true)]
    async fn a_reporter_that_nobody_needs_ends_and_the_next_begins_anew() {
        let stage = Stage::new();
        for name in ["480p", "720p"] {
            let reporter = Reporter::start(hold(&stage, 1), stage.deps.clone());
            reporter.tell(&stage.deps, MediaFact::RungUp { name: name.into() });
            drop(reporter);
            eventually(|| stage.deps.reporters.tasks.is_empty()).await;
        }
        assert_eq!(stage.door.facts.lock().len(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn what_two_runs_left_is_all_told_and_in_order() {
        let stage = Stage::new();
        let session = PublishSessionId::new();
        let lost = MediaFact::PublisherLost { session, reason: LossReason::Closed };
        let (folder, show) = (stage.deps.settings.facts_folder(), stage.door.show);
        let files = [("left", MediaFact::Receiving { session }), ("jsonl", lost.clone())];
        for (extension, fact) in files {
            let mut spool = Spool::open(folder.join(format!("{show}.{extension}")));
            spool.push(Entry { told: Told { fence: 1, at: stage.deps.clock.now() }, fact });
            spool.keep();
            std::mem::forget(spool);
        }
        Reporter::tell_left(&stage.deps, |_| false);
        eventually(|| *stage.door.facts.lock() == [MediaFact::Receiving { session }, lost.clone()]).await;
        eventually(|| std::fs::read_dir(&folder).unwrap().count() == 0).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_show_that_starts_while_left_facts_wait_learns_of_the_publisher_in_them() {
        let stage = Stage::new();
        let session = PublishSessionId::new();
        stage.door.away(true);
        let before = Reporter::start(hold(&stage, 1), stage.deps.clone());
        before.tell(&stage.deps, MediaFact::Receiving { session });
        sleep(Duration::from_secs(1)).await;
        std::mem::forget(before); // a kill drops nothing
        let again = Stage::over(&stage);
        again.door.away(true);
        Reporter::tell_left(&again.deps, |_| false);
        let reporter = Reporter::start(hold(&again, 2), again.deps.clone());
        assert_eq!(reporter.left_behind(0), Some(session));
        let lost = MediaFact::PublisherLost { session, reason: LossReason::ServerLost };
        reporter.tell(&again.deps, lost.clone());
        again.door.away(false);
        eventually(|| *again.door.facts.lock() == [MediaFact::Receiving { session }, lost.clone()]).await;
    }
}
