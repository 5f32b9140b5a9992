//! The recording: segments, written as they close, beside an EVENT playlist that grows with them. It begins where the
//! show goes on air: rehearsals are nobody's business.
//!
//! `DIR/recording/{rung}/`: `init{version}.mp4`, `seg{msn}.m4s`, `index.m3u8`. Writing happens on a thread of its own;
//! when the disk is so slow that the queue fills up, refuses a write, or is so full that the database beside it is in
//! danger, segments are left out of the recording and marked as gaps, the host is told, and the show goes on.

mod shelf;

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use tokio::sync::watch;

use self::shelf::{Entry, Shelf};
use crate::hls::{Fact, MediaTime, RungName};

/// Writes that may wait: about 20 s of two rungs.
const WAITING_WRITES: usize = 24;
const INITS_KEPT: u32 = 8;
/// Gaps that are remembered while the disk takes nothing: an hour of four rungs.
const MISSED_KEPT: usize = 7_200;
/// After a failure the recording counts as whole again when this many writes went well.
const GOOD_AGAIN: u32 = 10;

/// How much of the disk a recording may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Bytes of one show, over all its rungs.
    pub show_bytes: u64,
    /// Bytes that stay free on the disk, whatever happens.
    pub free_bytes: u64,
}

/// Why nothing is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// The disk is nearly full.
    DiskFull,
    /// The show has used up what a show may use.
    BudgetUsed,
    /// The disk is too slow, or refuses writes.
    Failing,
}

impl Stopped {
    /// A sentence for the host.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::DiskFull => "The disk is nearly full: the show goes on and is not recorded.",
            Self::BudgetUsed => {
                "The recording has reached its largest size: the show goes on and is not recorded."
            }
            Self::Failing => {
                "The disk does not take the recording: the show goes on, the recording has gaps."
            }
        }
    }
}

/// Collects parts into segments and hands them to the writing thread.
pub struct Recorder {
    clock_epoch: DateTime<Utc>,
    rungs: BTreeMap<RungName, Open>,
    /// The newest initialisation segments.
    inits: BTreeMap<(RungName, u32), Bytes>,
    from_msn: Option<u64>,
    writes: SyncSender<Write>,
    /// What found the queue full, without its media: it becomes gaps. The end may be among it.
    missed: VecDeque<Write>,
    /// Writes that are still to go well before a full queue is forgotten.
    overflowed: u32,
    stopped: watch::Receiver<Option<Stopped>>,
    /// The end was written.
    done: Arc<AtomicBool>,
    told: Option<Stopped>,
    /// The journal is being read: nothing is lost by waiting for the disk.
    patient: bool,
}

#[derive(Default)]
struct Open {
    init: u32,
    msn: u64,
    start: MediaTime,
    discontinuity: bool,
    independent: bool,
    parts: Vec<Bytes>,
}

enum Write {
    Segment {
        rung: RungName,
        init: Option<Bytes>,
        entry: Entry,
    },
    Ended,
    #[cfg(test)]
    Settle,
    #[cfg(test)]
    Hold(Receiver<()>),
}

impl Recorder {
    /// A recorder that writes below `folder`. The thread ends when the recorder is dropped.
    ///
    /// # Errors
    /// The folder cannot be made, or the thread cannot be started.
    pub fn start(folder: PathBuf, clock_epoch: DateTime<Utc>, budget: Budget) -> io::Result<Self> {
        let shelf = Shelf::open(folder, budget)?;
        let (writes, receiver) = sync_channel(WAITING_WRITES);
        let (tell, stopped) = watch::channel(shelf.stopped());
        let done = Arc::new(AtomicBool::new(false));
        let ended = done.clone();
        std::thread::Builder::new()
            .name("recorder".into())
            .spawn(move || write_all(shelf, &receiver, &tell, &ended))?;
        Ok(Self {
            clock_epoch,
            rungs: BTreeMap::new(),
            inits: BTreeMap::new(),
            from_msn: None,
            writes,
            missed: VecDeque::new(),
            overflowed: 0,
            stopped,
            done,
            told: None,
            patient: true,
        })
    }

    /// Why nothing is recorded now, when that has changed since the last call. To be called now and then: what found the
    /// queue full is handed over when there is room.
    pub fn news(&mut self) -> Option<Option<Stopped>> {
        self.hand_over();
        let stopped = if self.overflowed > 0 { Some(Stopped::Failing) } else { *self.stopped.borrow() };
        (std::mem::replace(&mut self.told, stopped) != stopped).then_some(stopped)
    }

    /// Whether all of a show that has ended is written.
    pub fn is_done(&self) -> bool {
        self.done.load(Ordering::Acquire)
    }

    /// Takes a fact. Told again after a crash, what is on disk already is not written twice.
    pub fn note(&mut self, fact: &Fact) {
        match fact {
            Fact::Init { rung, version, bytes, .. } => {
                self.inits.insert((rung.clone(), *version), bytes.clone());
                self.inits.retain(|(other, old), _| other != rung || *old + INITS_KEPT > *version);
            }
            Fact::SegmentOpened { rung, msn, start, init, discontinuity, .. } => {
                let (msn, start, init, discontinuity) = (*msn, *start, *init, *discontinuity);
                let open = Open { init, msn, start, discontinuity, ..Open::default() };
                self.rungs.insert(rung.clone(), open);
            }
            Fact::Part { rung, msn, index, independent, bytes, .. } => {
                if let Some(open) = self.rungs.get_mut(rung).filter(|open| open.msn == *msn) {
                    open.independent |= *index == 0 && *independent;
                    open.parts.push(bytes.clone());
                }
            }
            Fact::SegmentClosed { rung, msn, duration, gap } => self.closed(rung, *msn, *duration, *gap),
            Fact::Ended => self.write(Write::Ended),
            Fact::WentLive { from_msn, .. } => self.from_msn = Some(*from_msn),
            Fact::RungDown { .. } | Fact::Highlight { .. } | Fact::Ladder { .. } | Fact::Anchored { .. } => {}
        }
    }

    fn closed(&mut self, rung: &RungName, msn: u64, duration: MediaTime, gap: bool) {
        let public = self.from_msn.is_some_and(|from| msn >= from);
        let Some(open) = self.rungs.remove(rung).filter(|open| open.msn == msn && public) else { return };
        let init = self.inits.get(&(rung.clone(), open.init)).cloned();
        let entry = Entry {
            msn,
            init: open.init,
            at: open.start.utc(self.clock_epoch),
            duration,
            discontinuity: open.discontinuity,
            independent: open.independent,
            parts: if gap { Vec::new() } else { open.parts },
        };
        self.write(Write::Segment { rung: rung.clone(), init, entry });
    }

    /// From here on the show must not wait for the disk.
    pub fn hurry(&mut self) {
        self.patient = false;
    }

    fn write(&mut self, write: Write) {
        if self.patient {
            return drop(self.writes.send(write)); // the thread lives as long as this sender
        }
        self.hand_over();
        self.overflowed = self.overflowed.saturating_sub(1);
        let rest =
            if self.missed.is_empty() { self.writes.try_send(write) } else { Err(TrySendError::Full(write)) };
        if let Err(TrySendError::Full(mut back) | TrySendError::Disconnected(mut back)) = rest {
            let Write::Segment { entry, .. } = &mut back else { return self.missed.push_back(back) };
            if self.overflowed < GOOD_AGAIN {
                tracing::error!("the disk is too slow: the recording has gaps");
            }
            self.overflowed = GOOD_AGAIN;
            entry.parts.clear();
            if self.missed.len() < MISSED_KEPT {
                self.missed.push_back(back);
            }
        }
    }

    /// Hands over what found the queue full, as far as there is room now.
    fn hand_over(&mut self) {
        while let Some(missed) = self.missed.pop_front() {
            if let Err(TrySendError::Full(back) | TrySendError::Disconnected(back)) =
                self.writes.try_send(missed)
            {
                return self.missed.push_front(back);
            }
        }
    }
}

fn write_all(
    mut shelf: Shelf,
    writes: &Receiver<Write>,
    tell: &watch::Sender<Option<Stopped>>,
    done: &AtomicBool,
) {
    while let Ok(write) = writes.recv() {
        let ends = matches!(write, Write::Ended);
        let outcome = match write {
            Write::Segment { rung, init, entry } => shelf.put(&rung, init, entry),
            Write::Ended => shelf.end(),
            #[cfg(test)]
            Write::Settle => Ok(()),
            #[cfg(test)]
            Write::Hold(held) => held.recv().and_then(|()| held.recv()).map_err(io::Error::other),
        };
        if let Err(error) = outcome {
            tracing::error!(%error, "the recording could not be written");
        }
        let stopped = shelf.stopped();
        tell.send_if_modified(|told| std::mem::replace(told, stopped) != stopped);
        if ends {
            done.store(true, Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests {

    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::hls::TrackInfo;

    fn facts(msn: u64) -> Vec<Fact> {
        let rung = RungName::source();
        let info = TrackInfo { codecs: "avc1.64001f".into(), width: 16, height: 16, frame_rate: None };
        let start = MediaTime::from_ms(2_000 * msn as i64);
        let part = |index, text| Fact::Part {
            rung: RungName::source(),
            msn,
            index,
            duration: MediaTime::from_ms(1_000),
            independent: index == 0,
            bytes: Bytes::from_static(text),
        };
        vec![
            Fact::Init { rung: rung.clone(), version: 1, info, bytes: Bytes::from_static(b"ftypmoov") },
            Fact::SegmentOpened {
                rung: rung.clone(),
                msn,
                start,
                init: 1,
                discontinuity: false,
                discontinuity_sequence: 0,
            },
            part(0, b"one"),
            part(1, b"two"),
            Fact::SegmentClosed { rung, msn, duration: MediaTime::from_ms(2_000), gap: false },
        ]
    }

    const ROOMY: Budget = Budget { show_bytes: u64::MAX, free_bytes: 0 };

    fn live() -> Fact {
        Fact::WentLive { from_msn: 1, at: DateTime::UNIX_EPOCH }
    }

    /// Records facts and gives the source's playlist once all is written.
    fn record(folder: &Path, budget: Budget, facts: &[Fact]) -> String {
        let mut recorder = Recorder::start(folder.into(), DateTime::UNIX_EPOCH, budget).unwrap();
        facts.iter().for_each(|fact| recorder.note(fact));
        let writes = recorder.writes.clone();
        drop(recorder);
        // When the queue has taken all its places and two more, the first of them is done.
        for _ in 0..WAITING_WRITES + 2 {
            writes.send(Write::Ended).unwrap();
        }
        fs::read_to_string(folder.join("source/index.m3u8")).unwrap_or_default()
    }

    #[test]
    fn a_closed_segment_is_on_disk_once_even_if_told_twice_and_the_end_is_said_once() {
        let folder = tempfile::tempdir().unwrap();
        record(folder.path(), ROOMY, &[facts(0), vec![live()], facts(1), vec![Fact::Ended]].concat());
        let text = record(folder.path(), ROOMY, &[vec![live()], facts(1), vec![Fact::Ended]].concat());
        let source = folder.path().join("source");
        assert_eq!(fs::read(source.join("seg1.m4s")).unwrap(), b"onetwo");
        assert!(!source.join("seg0.m4s").exists(), "that was the rehearsal");
        assert_eq!(fs::read(source.join("init1.mp4")).unwrap(), b"ftypmoov");
        assert_eq!(text.matches("seg1.m4s").count(), 1);
        assert_eq!(text.matches("ENDLIST").count(), 1, "{text}");
        assert!(
            text.contains("#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:02.000Z\n#EXTINF:2.00000,\nseg1.m4s")
        );
    }

    #[test]
    fn a_segment_whose_lines_were_lost_in_a_crash_gets_them_again() {
        let folder = tempfile::tempdir().unwrap();
        let whole = record(folder.path(), ROOMY, &[vec![live()], facts(1), facts(2)].concat());
        let playlist = folder.path().join("source/index.m3u8");
        for end in [whole.find("seg2").unwrap(), whole.find("seg2").unwrap() + 3] {
            fs::write(&playlist, &whole[..end]).unwrap();
            let again = record(folder.path(), ROOMY, &[vec![live()], facts(1), facts(2)].concat());
            assert_eq!(again.matches("#EXTINF").count(), 2, "{again}");
            assert!(again.contains("#EXTINF:2.00000,\nseg2.m4s\n"));
        }
    }

    #[test]
    fn what_is_missing_is_marked_as_a_gap() {
        let folder = tempfile::tempdir().unwrap();
        let mut gap = facts(2);
        let Some(Fact::SegmentClosed { gap: is_gap, .. }) = gap.last_mut() else { panic!() };
        *is_gap = true;
        let text = record(folder.path(), ROOMY, &[vec![live()], facts(1), gap, facts(3)].concat());
        assert!(text.contains("#EXT-X-GAP\n#EXTINF:2.00000,\nseg2.m4s\n"), "{text}");
        assert!(!folder.path().join("source/seg2.m4s").exists());
    }

    #[test]
    fn it_promises_key_frames_until_a_segment_begins_without_one() {
        let folder = tempfile::tempdir().unwrap();
        let whole = record(folder.path(), ROOMY, &[vec![live()], facts(1)].concat());
        assert_eq!(whole.lines().nth(3), Some("#EXT-X-INDEPENDENT-SEGMENTS"), "{whole}");
        let mut later = facts(2);
        let Some(Fact::Part { independent, .. }) = later.get_mut(2) else { panic!() };
        *independent = false;
        let text = record(folder.path(), ROOMY, &[vec![live()], facts(1), later, facts(3)].concat());
        assert!(!text.contains("#EXT-X-INDEPENDENT-SEGMENTS"), "{text}");
        assert_eq!((text.matches("#EXTINF").count(), text.find("seg1")), (3, whole.find("seg1")));
    }

    #[test]
    fn recording_stops_before_the_disk_is_full_and_at_the_shows_budget() {
        let tight = Budget { show_bytes: 19, free_bytes: 0 };
        let floor = Budget { show_bytes: u64::MAX, free_bytes: u64::MAX };
        for (budget, kept, why) in [(tight, 1, Stopped::BudgetUsed), (floor, 0, Stopped::DiskFull)] {
            let folder = tempfile::tempdir().unwrap();
            let mut recorder = Recorder::start(folder.path().into(), DateTime::UNIX_EPOCH, budget).unwrap();
            [vec![live()], facts(1), facts(2), facts(3)].concat().iter().for_each(|fact| recorder.note(fact));
            for _ in 0..WAITING_WRITES + 2 {
                recorder.writes.send(Write::Ended).unwrap();
            }
            assert_eq!(recorder.news(), Some(Some(why)));
            assert_eq!(recorder.news(), None, "said once");
            let text = fs::read_to_string(folder.path().join("source/index.m3u8")).unwrap();
            assert_eq!((text.matches("#EXTINF").count(), text.matches("#EXT-X-GAP").count()), (3, 3 - kept));
        }
    }

    #[test]
    fn a_recording_that_cannot_begin_is_told_and_begins_when_it_can() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("recording");
        fs::write(&folder, "no folder can be made here").unwrap();
        let mut recorder = Recorder::start(folder.clone(), DateTime::UNIX_EPOCH, ROOMY).unwrap();
        assert_eq!(recorder.news(), Some(Some(Stopped::Failing)));
        let settled = |recorder: &Recorder| {
            (0..WAITING_WRITES + 2).for_each(|_| recorder.writes.send(Write::Settle).unwrap());
        };
        [vec![live()], facts(1)].concat().iter().for_each(|fact| recorder.note(fact));
        settled(&recorder);
        fs::remove_file(&folder).unwrap();
        (2..13).flat_map(facts).for_each(|fact| recorder.note(&fact));
        settled(&recorder);
        assert_eq!(recorder.news(), Some(None));
        let text = fs::read_to_string(folder.join("source/index.m3u8")).unwrap();
        assert_eq!((text.matches("#EXTINF").count(), text.contains("seg2.m4s")), (11, true), "{text}");
    }

    #[test]
    fn what_the_disk_refuses_is_a_gap_that_is_told_and_costs_nothing_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("source");
        fs::create_dir(&source).unwrap();
        fs::create_dir(source.join("writing.tmp")).unwrap(); // no file can be written there
        let mut recorder = Recorder::start(folder.path().into(), DateTime::UNIX_EPOCH, ROOMY).unwrap();
        let settled = |recorder: &Recorder| {
            (0..WAITING_WRITES + 2).for_each(|_| recorder.writes.send(Write::Settle).unwrap());
        };
        [vec![live()], facts(1)].concat().iter().for_each(|fact| recorder.note(fact));
        settled(&recorder);
        assert_eq!(recorder.news(), Some(Some(Stopped::Failing)));
        fs::remove_dir(source.join("writing.tmp")).unwrap();
        (2..12).flat_map(facts).for_each(|fact| recorder.note(&fact));
        settled(&recorder);
        assert_eq!(recorder.news(), Some(None));
        let text = fs::read_to_string(source.join("index.m3u8")).unwrap();
        assert!(
            text.contains("#EXT-X-GAP\n#EXTINF:2.00000,\nseg1.m4s\n#EXT-X-MAP:URI=\"init1.mp4\""),
            "{text}"
        );
        assert_eq!(fs::read(source.join("init1.mp4")).unwrap(), b"ftypmoov");
    }

    #[test]
    fn what_a_slow_disk_has_no_time_for_is_listed_as_gaps_and_the_end_behind_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut recorder = Recorder::start(folder.path().into(), DateTime::UNIX_EPOCH, ROOMY).unwrap();
        recorder.hurry();
        let (hold, held) = sync_channel(0);
        recorder.writes.send(Write::Hold(held)).unwrap();
        hold.send(()).unwrap(); // it stands still from here on
        recorder.note(&live());
        (1..=60).flat_map(facts).for_each(|fact| recorder.note(&fact));
        assert_eq!(recorder.news(), Some(Some(Stopped::Failing)));
        recorder.note(&Fact::Ended);
        assert!(!recorder.is_done(), "the end waits for the disk, and nobody for the end");
        hold.send(()).unwrap();
        while !recorder.is_done() {
            recorder.news();
            std::thread::yield_now();
        }
        let text = fs::read_to_string(folder.path().join("source/index.m3u8")).unwrap();
        assert_eq!(text.matches("#EXTINF").count(), 60);
        assert_eq!(text.matches("#EXT-X-GAP").count(), 60 - WAITING_WRITES, "{text}");
        assert!(text.ends_with("#EXT-X-ENDLIST\n"), "{text}");
    }

    #[test]
    fn a_rung_that_was_away_does_not_join() {
        let folder = tempfile::tempdir().unwrap();
        let text = record(folder.path(), ROOMY, &[vec![live()], facts(1), facts(5)].concat());
        assert!(text.contains("seg1.m4s\n#EXT-X-DISCONTINUITY\n#EXT-X-MAP"), "{text}");
    }
}
