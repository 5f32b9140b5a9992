//! Tells shows what happened, in order, without holding up media, and however long shows do not answer.
//!
//! While a fact is not told at once, it and those after it wait in a file too ([`spool`]): a database that is away for minutes
//! loses nothing, nor does one that can be read and not written, nor a `serve` that is killed meanwhile. Each fact keeps its time and the fencing number of the owner
//! that saw it, so what an owner of long ago has to say changes nothing.

mod spool;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use vitrine_protocol::{PublishSessionId, ShowId};

use self::spool::{Entry, Spool};
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

/// Takes a show's facts. They are bounded by the spool behind it, so taking never waits.
#[derive(Debug, Clone)]
pub struct Reporter {
    facts: mpsc::UnboundedSender<Entry>,
    waiting: Arc<AtomicUsize>,
    fence: i64,
    left_behind: Option<PublishSessionId>,
}

impl Reporter {
    /// Starts a show's reporter; it ends when this is dropped and all is told. It begins with what an earlier run of
    /// `serve` could not tell.
    pub fn start(hold: Hold, deps: Arc<Deps>) -> Self {
        let (facts, queue) = mpsc::unbounded_channel();
        let spool = Spool::open(deps.settings.facts_folder().join(format!("{}.jsonl", hold.show)));
        let waiting = Arc::new(AtomicUsize::new(spool.len()));
        let left_behind = spool.publisher();
        let reporters = deps.reporters.clone();
        reporters.spawn(run(hold.show, deps, queue, spool, waiting.clone()));
        Self { facts, waiting, fence: hold.fence, left_behind }
    }

    /// Tells what an earlier run left of shows that nobody here looks after any more.
    pub fn tell_left(deps: &Arc<Deps>, here: impl Fn(ShowId) -> bool) {
        let Ok(files) = std::fs::read_dir(deps.settings.facts_folder()) else { return };
        for path in files.flatten().map(|file| file.path()) {
            let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.split_once('.'));
            let Some((Ok(show), _)) = name.map(|(show, rest)| (show.parse::<ShowId>(), rest)) else {
                continue;
            };
            if here(show) {
                continue;
            }
            // Under another name, so that a task of this show that starts meanwhile has a file of its own.
            let left = path.with_file_name(format!("{show}.left"));
            if let Err(error) = std::fs::rename(&path, &left) {
                tracing::error!(%error, show.id = %show, "facts of an earlier run cannot be told");
                continue;
            }
            let (_, queue) = mpsc::unbounded_channel();
            deps.reporters.spawn(run(show, deps.clone(), queue, Spool::open(left), Arc::default()));
        }
    }

    /// Leaves a fact that happened now.
    pub fn tell(&self, deps: &Deps, fact: MediaFact) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let told = Told { fence: self.fence, at: deps.clock.now() };
        let _ = self.facts.send(Entry { told, fact }); // its task outlives this
    }

    /// The publisher that was there when an earlier run ended, if shows do not know of it yet.
    pub fn left_behind(&self) -> Option<PublishSessionId> {
        self.left_behind
    }

    /// How many facts are not told yet.
    pub fn waiting(&self) -> Arc<AtomicUsize> {
        self.waiting.clone()
    }
}

async fn run(
    show: ShowId,
    deps: Arc<Deps>,
    mut queue: mpsc::UnboundedReceiver<Entry>,
    mut spool: Spool,
    waiting: Arc<AtomicUsize>,
) {
    let mut open = true;
    loop {
        waiting.store(spool.len() + queue.len(), Ordering::Relaxed);
        if spool.is_empty() {
            let Some(entry) = queue.recv().await else { return };
            spool.push(entry);
        }
        let mut pause = FIRST_PAUSE;
        while let Some(entry) = spool.first().cloned() {
            let (telling, patience, mut patient) = (tell(show, &deps, &entry), sleep(KEPT_AFTER), true);
            tokio::pin!(telling, patience);
            let told = loop {
                tokio::select! {
                    told = &mut telling => break told,
                    next = queue.recv(), if open => match next {
                        Some(next) => spool.push(next),
                        // The show's task has ended, and the process may end with it.
                        None => {
                            open = false;
                            spool.keep();
                        }
                    },
                    () = &mut patience, if patient => {
                        patient = false;
                        spool.keep();
                    }
                }
            };
            if told {
                spool.pop();
                pause = FIRST_PAUSE;
                waiting.store(spool.len() + queue.len(), Ordering::Relaxed);
                continue;
            }
            spool.keep();
            let resting = sleep(pause);
            tokio::pin!(resting);
            loop {
                tokio::select! {
                    () = &mut resting => break,
                    Some(next) = queue.recv() => spool.push(next),
                }
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
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
}
