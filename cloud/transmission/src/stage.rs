//! Where facts go: journal first, then the recording, then players.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::path::Path;

use chrono::{DateTime, Utc};
use vitrine_protocol::{Highlight, HighlightAction, HighlightId, PublishSessionId};

use super::journal::{Journal, JournalError, Shelf, Writer};
use super::origin::Origin;
use super::recorder::{Budget, Recorder, Stopped};
use crate::hls::{Fact, MediaTime, NOT_LARGER, Packager, RungName, SOURCE_IS_SHOWN, Window};

/// Everything that a fact must reach, in this order.
pub struct Stage {
    journal: Writer,
    origin: Origin,
    known: Known,
    /// Whether it was told that what is announced would survive a crash.
    told_safe: bool,
}

/// What was said so far, as far as it is still asked for, and the recording that it goes into.
struct Known {
    recorder: Recorder,
    /// Rungs that players are offered, and what else `ingest` must hear of them.
    rungs: BTreeMap<RungName, RungState>,
    ends: BTreeMap<RungName, MediaTime>,
    /// Transitions that were announced: the pin, and whether it was cleared.
    highlights: HashSet<(HighlightId, bool)>,
    head: MediaTime,
}

/// What is known of a rung.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RungState {
    /// Whether it plays.
    pub up: bool,
    /// Why not.
    pub reason: Option<String>,
}

impl Stage {
    /// Opens the journal in `folder`, under its `lock`, and brings players back to where it ends. Without one, segments and
    /// discontinuities are numbered from `first`. A disk that takes nothing holds up no show: it begins without journal and
    /// recording, which are tried again.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn open(
        folder: &Path,
        lock: Option<File>,
        epoch: u32,
        clock_epoch: DateTime<Utc>,
        ladder: &[RungName],
        first: (u64, u64),
        budget: Budget,
    ) -> Result<(Self, Packager), JournalError> {
        let recorder = Recorder::start(folder.join("recording"), clock_epoch, budget)?;
        let mut known = Known::new(recorder);
        let mut window = Window::starting_at(epoch, clock_epoch, first.0, first.1);
        let mut facts = 0;
        let mut journal = Journal::open(folder.join("journal"), lock, |fact, stored| {
            facts += 1;
            known.note(&fact);
            window.apply(fact, stored);
        })?;
        known.head = known.head.max(window.head());
        let (packager, closing) = Packager::resume(ladder, &window);
        let written = journal.append(&closing);
        let whole = written.is_ok();
        let places = written.unwrap_or_else(|_| vec![None; closing.len()]);
        for (fact, stored) in closing.into_iter().zip(places) {
            known.note(&fact);
            window.apply(fact, stored);
        }
        known.recorder.hurry();
        tracing::info!(facts, head_ms = known.head.ms(), "the journal was read");
        let origin = Origin::new(window, Shelf::new(folder.join("journal")));
        Ok((Self { journal: Writer::start(journal, whole)?, origin, known, told_safe: true }, packager))
    }

    /// The last act. The journal goes unless players may still come back to what it holds.
    pub fn close(self) {
        let needed = self.origin.with_window(|window| window.is_on_air() && !window.has_ended());
        self.journal.close(needed);
    }

    /// Where this session was placed before a crash.
    pub fn anchor_of(&self, session: PublishSessionId) -> Option<i64> {
        self.origin.with_window(|window| window.anchor_of(session))
    }

    /// Why nothing is recorded now, when that has changed.
    pub fn recording_news(&mut self) -> Option<Option<Stopped>> {
        self.known.recorder.news()
    }

    /// Whether all of a show that has ended is in the recording.
    pub fn is_recorded(&self) -> bool {
        self.known.recorder.is_done()
    }

    /// What players ask.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// End of what has been packaged; what players see may end a little before.
    pub fn head(&self) -> MediaTime {
        self.known.head
    }

    /// What is known of each rung.
    pub fn rungs(&self) -> &BTreeMap<RungName, RungState> {
        &self.known.rungs
    }

    /// Whether this transition has not been announced yet.
    pub fn is_new(&self, highlight: &Highlight) -> bool {
        !self.known.highlights.contains(&transition(highlight))
    }

    /// The wanted rungs that cannot be chosen, and why: not those in whose place the source is shown.
    pub fn left_out(&self) -> BTreeMap<String, String> {
        let reasons =
            self.known.rungs.iter().filter_map(|(name, state)| Some((name, state.reason.as_ref()?)));
        let left_out =
            reasons.filter(|(_, reason)| ![NOT_LARGER, SOURCE_IS_SHOWN].contains(&reason.as_str()));
        left_out.map(|(name, reason)| (name.to_string(), reason.clone())).collect()
    }

    /// Takes facts that are to be announced by [`Stage::next`]. Gives the rungs whose state changed. Never waits.
    pub fn announce(&mut self, facts: Vec<Fact>) -> Vec<RungName> {
        let changed = facts.iter().filter_map(|fact| self.known.note(fact)).collect();
        if !facts.is_empty() {
            self.journal.append(facts);
        }
        changed
    }

    /// Announces the next facts: they outlive this process before anyone hears of them, unless the disk fails. Gives whether
    /// there was a part among them. May be dropped and called again.
    pub async fn next(&mut self) -> bool {
        let kept = self.journal.next().await;
        let parts = kept.iter().any(|(fact, _)| matches!(fact, Fact::Part { .. }));
        self.origin.apply(kept);
        parts
    }

    /// Whether what is announced would survive a crash of this process, when that has changed.
    pub fn safety_news(&mut self) -> Option<bool> {
        let safe = self.journal.is_safe();
        (std::mem::replace(&mut self.told_safe, safe) != safe).then_some(safe)
    }

    /// Whether what is announced would survive a crash, as was last told.
    pub fn is_safe(&self) -> bool {
        self.told_safe
    }
}

impl Known {
    fn new(recorder: Recorder) -> Self {
        let (rungs, ends, highlights) = (BTreeMap::new(), BTreeMap::new(), HashSet::new());
        Self { recorder, rungs, ends, highlights, head: MediaTime::ZERO }
    }

    /// Takes a fact in; gives its rung if that rung's state changed.
    fn note(&mut self, fact: &Fact) -> Option<RungName> {
        self.recorder.note(fact);
        match fact {
            Fact::SegmentOpened { rung, start, .. } => {
                self.ends.insert(rung.clone(), *start);
                let state = RungState { up: true, reason: None };
                let before = self.rungs.insert(rung.clone(), state.clone());
                (before != Some(state)).then(|| rung.clone())
            }
            Fact::RungDown { rung, reason } => {
                let state = RungState { up: false, reason: Some(reason.clone()) };
                let before = self.rungs.insert(rung.clone(), state.clone());
                (before != Some(state)).then(|| rung.clone())
            }
            Fact::Part { rung, duration, .. } => {
                let end = self.ends.entry(rung.clone()).or_default();
                *end += *duration;
                self.head = self.head.max(*end);
                None
            }
            Fact::Highlight { highlight } => {
                self.highlights.insert(transition(highlight));
                None
            }
            _ => None,
        }
    }
}

fn transition(highlight: &Highlight) -> (HighlightId, bool) {
    (highlight.id, highlight.action == HighlightAction::Clear)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn on_a_full_disk_a_show_begins_without_journal_and_recording_and_says_so() {
        let place = tempfile::tempdir().unwrap();
        let epoch = place.path().join("1");
        std::fs::write(&epoch, "no folder can be made here").unwrap();
        let budget = Budget { show_bytes: u64::MAX, free_bytes: 0 };
        let ladder = [RungName::source()];
        let opened = Stage::open(&epoch, None, 1, DateTime::UNIX_EPOCH, &ladder, (0, 0), budget);
        let (mut stage, _) = opened.unwrap();
        assert_eq!(stage.safety_news(), Some(false));
        assert_eq!(stage.recording_news(), Some(Some(Stopped::Failing)));
        stage.announce(vec![Fact::WentLive { from_msn: 0, at: DateTime::UNIX_EPOCH }]);
        stage.next().await;
        assert!(stage.origin().with_window(|window| window.is_on_air()), "players are told all the same");
    }
}
