//! Says what a rung has cut, in order: each part once its sound has come, each segment behind its initialisation segment.

use std::collections::VecDeque;

use bytes::Bytes;

use super::{
    audio::AudioTimeline,
    boxes::{self, VideoSample},
    codec::{AudioConfig, VideoConfig},
    fact::{Fact, RungName, TrackInfo},
    grid::{AudioChoice, Grid},
    rung::Frame,
    time::MediaTime,
};

/// How long a part waits for its audio.
const AUDIO_WAIT: MediaTime = MediaTime::from_ms(100);
/// How long the first part of a session waits to learn whether there is audio at all.
const AUDIO_UNKNOWN: MediaTime = MediaTime::from_ms(500);

/// What is to be said.
#[derive(Debug)]
pub(super) enum Step {
    /// `until` is where its last picture ends, which may be behind the part's own end.
    Part {
        msn: u64,
        start: MediaTime,
        end: MediaTime,
        until: MediaTime,
        frames: Vec<Frame>,
        since: MediaTime,
    },
    Close {
        msn: u64,
        end: MediaTime,
        gap: bool,
    },
}

/// What a rung has yet to say, and what it has said.
#[derive(Debug)]
pub(super) struct Announcer {
    name: RungName,
    queue: VecDeque<Step>,
    /// The open segment, and how many parts of it were said.
    announced: Option<(u64, u32)>,
    /// Where the last part that was said ends.
    said_to: MediaTime,
    init: Option<(Bytes, Option<Bytes>)>,
    init_version: u32,
    audio_cursor: u64,
    /// The segment before is a gap: its sound, too, is heard by nobody.
    after_gap: bool,
    /// Why the rung does not play, as it was said last; it has not played since.
    said_down: Option<String>,
}

impl Announcer {
    /// Nothing was said of the rung since its initialisation segment `init_version`.
    pub fn new(name: RungName, init_version: u32) -> Self {
        Self {
            name,
            queue: VecDeque::new(),
            announced: None,
            said_to: MediaTime::ZERO,
            init: None,
            init_version,
            audio_cursor: 0,
            after_gap: false,
            said_down: None,
        }
    }

    /// The rung does not play any more: what was not said is not said. False when that was said already, for this reason.
    pub fn take_down(&mut self, reason: &str) -> bool {
        let news = self.said_down.as_deref() != Some(reason);
        *self = Self::new(self.name.clone(), self.init_version);
        self.said_down = Some(reason.to_owned());
        news
    }

    /// Closes the segment that was said to be open, where it stands: the rung goes, and what was said is whole.
    pub fn close_here(&mut self, grid: &Grid) -> Option<Fact> {
        let (msn, parts) = self.announced.take()?;
        let duration = self.said_to - grid.get(msn)?.start;
        let rung = self.name.clone();
        (parts > 0).then_some(Fact::SegmentClosed { rung, msn, duration, gap: false })
    }

    /// Whether anything was said of it since it came up.
    pub fn has_begun(&self) -> bool {
        self.init.is_some()
    }

    /// Takes what is to be said next.
    pub fn push(&mut self, step: Step) {
        self.queue.push_back(step);
    }

    /// Says what is ready to be said, in order.
    pub fn drain(
        &mut self,
        video: Option<&VideoConfig>,
        grid: &mut Grid,
        audio: &mut AudioTimeline,
        now: MediaTime,
        out: &mut Vec<Fact>,
    ) {
        while let Some(step) = self.queue.front() {
            if let Step::Part { msn, end, since, frames, .. } = step
                && !self.audio_is_ready(*msn, *end, (*since, frames.is_empty()), now, grid, audio)
            {
                return;
            }
            match self.queue.pop_front() {
                Some(Step::Part { msn, start, end, until, frames, .. }) => {
                    self.announce_part(msn, (start, end, until), frames, video, grid, audio, out);
                }
                Some(Step::Close { msn, end, gap }) => {
                    let opened = self.announced.is_some_and(|(open, _)| open == msn);
                    if !opened && !self.announce_segment(msn, video, grid, audio, out) {
                        continue;
                    }
                    self.announced = None;
                    let start = grid.get(msn).map_or(end, |s| s.start);
                    let (rung, duration) = (self.name.clone(), end - start);
                    let gap = gap || !opened;
                    self.after_gap = gap;
                    out.push(Fact::SegmentClosed { rung, msn, duration, gap });
                }
                None => return,
            }
        }
    }

    fn audio_is_ready(
        &self,
        msn: u64,
        end: MediaTime,
        (since, pictureless): (MediaTime, bool),
        now: MediaTime,
        grid: &mut Grid,
        audio: &mut AudioTimeline,
    ) -> bool {
        let waited = now - since;
        let Some(segment) = grid.get_mut(msn) else { return true };
        if segment.audio == AudioChoice::Undecided {
            if audio.current().is_none() && waited >= AUDIO_UNKNOWN {
                audio.configure(AudioConfig::silence());
            }
            match audio.current() {
                Some(number) => segment.audio = AudioChoice::With(number),
                None => return false,
            }
        }
        let AudioChoice::With(number) = segment.audio else { return false };
        if audio.head() >= end {
            return true;
        }
        let due = waited >= AUDIO_WAIT + audio.lag() || audio.has_stopped();
        if due && audio.current() == Some(number) {
            let from = if segment.discontinuity { segment.start } else { MediaTime::ZERO };
            audio.stand_in_until(from, end, pictureless);
        }
        due
    }

    #[allow(clippy::too_many_arguments, reason = "the fields of one step, taken apart")]
    fn announce_part(
        &mut self,
        msn: u64,
        (start, end, until): (MediaTime, MediaTime, MediaTime),
        frames: Vec<Frame>,
        video: Option<&VideoConfig>,
        grid: &Grid,
        audio: &AudioTimeline,
        out: &mut Vec<Fact>,
    ) {
        let opened = self.announced.is_some_and(|(open, _)| open == msn);
        if !opened && !self.announce_segment(msn, video, grid, audio, out) {
            return;
        }
        let Some((_, index)) = self.announced else { return };
        let Some(segment) = grid.get(msn) else { return };
        let runs = match segment.audio {
            AudioChoice::With(number) => {
                let from = if index == 0 && segment.discontinuity { segment.start } else { MediaTime::ZERO };
                audio.take(&mut self.audio_cursor, number, from, start..end)
            }
            _ => Vec::new(),
        };
        let independent = frames.first().is_some_and(|f| f.idr);
        let ends: Vec<_> = frames.iter().skip(1).map(|f| f.dts).chain([until]).collect();
        let samples: Vec<_> = frames
            .into_iter()
            .zip(ends)
            .map(|(f, end)| VideoSample {
                dts: f.dts,
                duration: end - f.dts,
                composition: f.pts - f.dts,
                sync: f.idr,
                data: f.data,
            })
            .collect();
        let sequence = (msn as u32) << 8 | index.min(255);
        // Where sound has long packets, a part may be left with nothing: a gap.
        let empty = samples.is_empty() && runs.is_empty();
        let bytes = if empty { Some(Bytes::new()) } else { boxes::part(sequence, &samples, &runs) };
        let Some(bytes) = bytes else { return };
        (self.announced, self.said_to) = (Some((msn, index + 1)), end);
        let rung = self.name.clone();
        out.push(Fact::Part { rung, msn, index, duration: end - start, independent, bytes });
    }

    /// Says that segment `msn` begins, after the initialisation segment if that is new.
    fn announce_segment(
        &mut self,
        msn: u64,
        video: Option<&VideoConfig>,
        grid: &Grid,
        audio: &AudioTimeline,
        out: &mut Vec<Fact>,
    ) -> bool {
        let (Some(segment), Some(video)) = (grid.get(msn), video) else { return false };
        let sound = match segment.audio {
            AudioChoice::With(number) => audio.config(number),
            _ => None,
        };
        let key = (video.avcc.clone(), sound.map(|s| s.asc.clone()));
        let undecided = segment.audio == AudioChoice::Undecided;
        if self.init.is_none() || std::mem::take(&mut self.after_gap) {
            // Who begins here takes no audio from before.
            audio.skip(&mut self.audio_cursor, segment.start);
        }
        if self.init.is_none() || self.init.as_ref() != Some(&key) && !undecided {
            let Some(bytes) = boxes::init(video, sound.map(|s| &**s)) else { return false };
            let codecs = sound.map_or_else(|| video.codec(), |s| format!("{},{}", video.codec(), s.codec()));
            let sps = &video.sps;
            let info = TrackInfo { codecs, width: sps.width, height: sps.height, frame_rate: sps.frame_rate };
            self.init = Some(key);
            self.init_version += 1;
            out.push(Fact::Init { rung: self.name.clone(), version: self.init_version, info, bytes });
        }
        self.announced = Some((msn, 0));
        self.said_down = None;
        out.push(Fact::SegmentOpened {
            rung: self.name.clone(),
            msn,
            start: segment.start,
            init: self.init_version,
            discontinuity: segment.discontinuity,
            discontinuity_sequence: segment.discontinuity_sequence,
        });
        true
    }
}
