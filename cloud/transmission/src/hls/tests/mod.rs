//! The packager against whole shows: invariants that must hold whatever the timing.

use bytes::Bytes;
use chrono::DateTime;
use mp4_atom::{Decode, Moof};
use proptest::prelude::*;

use super::{codec::tests::avcc, *};

mod encoder;
mod keys;
mod playlists;
mod resume;
mod rungs;
mod timing;

const AUDIO_MS: f64 = 1024.0 * 1000.0 / 44_100.0;

fn ms(n: i64) -> MediaTime {
    MediaTime::from_ms(n)
}

fn video_config() -> VideoConfig {
    VideoConfig::parse(avcc()).unwrap()
}

fn audio_config() -> AudioConfig {
    AudioConfig::parse(Bytes::from_static(&[0x12, 0x10])).unwrap()
}

fn unit(dts: i64, pts: i64, idr: bool) -> AccessUnit {
    let kind = if idr { 0x65 } else { 0x41 };
    AccessUnit { dts: ms(dts), pts: ms(pts), key: idr, data: Bytes::from(vec![0, 0, 0, 3, kind, 1, 2]) }
}

fn rung(name: &str) -> RungName {
    RungName::new(name).unwrap()
}

/// A show under test: the packager, its window and everything it said.
struct Show {
    packager: Packager,
    window: Window,
    facts: Vec<Fact>,
    audio_at: f64,
    /// Where encoded rungs were asked for key frames.
    cuts: Vec<MediaTime>,
}

impl Show {
    fn new(ladder: &[&str]) -> Self {
        let ladder: Vec<_> = ladder.iter().map(|n| rung(n)).collect();
        let mut packager = Packager::new(&ladder, 0, 0);
        ladder.iter().for_each(|n| packager.set_video(n, video_config()));
        packager.set_audio(audio_config());
        let window = Window::new(1, DateTime::UNIX_EPOCH);
        let mut show = Self { packager, window, facts: Vec::new(), audio_at: 0.0, cuts: Vec::new() };
        let facts = show.packager.offer(Vec::new());
        show.take(facts);
        show
    }

    fn take(&mut self, facts: Vec<Fact>) {
        for fact in facts {
            self.window.apply(fact.clone(), None);
            self.facts.push(fact);
        }
    }

    /// Audio up to `until` milliseconds, then the picture.
    fn source(&mut self, dts: i64, shift: i64, idr: bool) {
        if self.audio_at == 0.0 {
            self.audio_at = dts as f64;
        }
        while self.audio_at <= dts as f64 {
            let facts = self.packager.push_audio(ms(self.audio_at as i64), Bytes::from_static(b"a"), ms(dts));
            self.take(facts);
            self.audio_at += AUDIO_MS;
        }
        self.source_alone(dts, shift, idr);
    }

    /// The picture without sound.
    fn source_alone(&mut self, dts: i64, shift: i64, idr: bool) {
        let packaged = self.packager.push_source(unit(dts, dts + shift, idr), ms(dts));
        self.cuts.extend(packaged.cut);
        self.take(packaged.facts);
    }

    fn encoded(&mut self, pts: i64, idr: bool, now: i64) {
        let facts = self.packager.push_encoded(&rung("480p"), unit(pts, pts, idr), ms(now));
        self.take(facts);
    }

    /// As the encoder does it: a key frame at the first picture from where one was asked for.
    fn encoded_as_asked(&mut self, pts: i64, now: i64) {
        let due = self.cuts.iter().position(|cut| *cut <= ms(pts));
        let idr = due.map(|at| self.cuts.drain(..=at)).is_some();
        self.encoded(pts, idr, now);
    }

    fn went_live(&mut self) {
        let facts = self.packager.go_live(DateTime::UNIX_EPOCH, LiveFrom::Newest);
        self.take(facts);
    }

    fn parts(&self, name: &str) -> Vec<(u64, u32, MediaTime, bool)> {
        let of = |f: &Fact| match f {
            Fact::Part { rung, msn, index, duration, independent, .. } if rung.as_str() == name => {
                Some((*msn, *index, *duration, *independent))
            }
            _ => None,
        };
        self.facts.iter().filter_map(of).collect()
    }

    fn closed(&self, name: &str) -> Vec<(u64, MediaTime, bool)> {
        let of = |f: &Fact| match f {
            Fact::SegmentClosed { rung, msn, duration, gap } if rung.as_str() == name => {
                Some((*msn, *duration, *gap))
            }
            _ => None,
        };
        self.facts.iter().filter_map(of).collect()
    }

    fn opened(&self, name: &str) -> Vec<(u64, MediaTime, bool)> {
        let of = |f: &Fact| match f {
            Fact::SegmentOpened { rung, msn, start, discontinuity, .. } if rung.as_str() == name => {
                Some((*msn, *start, *discontinuity))
            }
            _ => None,
        };
        self.facts.iter().filter_map(of).collect()
    }

    fn playlist(&self, name: &str) -> String {
        match self.window.answer(&Want::Playlist { rung: rung(name), msn: None, part: None, skip: false }) {
            Answer::Playlist(text) => text,
            other => panic!("{other:?}"),
        }
    }
}

/// What holds for every rung of every show.
fn check(show: &Show, name: &str) -> Result<(), TestCaseError> {
    let closed = show.closed(name);
    let opened = show.opened(name);
    let went_down =
        show.facts.iter().any(|f| matches!(f, Fact::RungDown { rung, .. } if rung.as_str() == name));
    for pair in opened.windows(2) {
        let follows = if went_down { pair[1].0 > pair[0].0 } else { pair[1].0 == pair[0].0 + 1 };
        prop_assert!(follows, "media sequence numbers rise by one: {pair:?}");
        prop_assert!(pair[1].1 > pair[0].1);
    }
    for (msn, duration, gap) in &closed {
        prop_assert!(duration.seconds() < 4.5, "segment {msn} lasts {duration:?}");
        let parts: Vec<_> = show.parts(name).into_iter().filter(|p| p.0 == *msn).collect();
        if *gap {
            continue;
        }
        let sum = parts.iter().fold(MediaTime::ZERO, |sum, p| sum + p.2);
        prop_assert_eq!(sum, *duration, "parts of segment {} make its length", msn);
        let start = opened.iter().find(|o| o.0 == *msn).unwrap().1;
        if let Some(next) = opened.iter().find(|o| o.0 == msn + 1).filter(|o| !o.2) {
            prop_assert_eq!(start + *duration, next.1, "EXTINF is the next start minus this one");
        }
    }
    // Boxes: decode times agree with the durations announced, without a hole or an overlap.
    let (mut end, mut sound_end) = (None, 0);
    for fact in &show.facts {
        match fact {
            Fact::SegmentOpened { rung, discontinuity: true, .. } if rung.as_str() == name => end = None,
            Fact::SegmentClosed { rung, gap: true, .. } | Fact::RungDown { rung, .. }
                if rung.as_str() == name =>
            {
                end = None;
            }
            Fact::Part { rung, bytes, independent, .. } if rung.as_str() == name => {
                let moof = Moof::decode(&mut &bytes[..]).unwrap();
                let (video, sound): (Vec<_>, Vec<_>) =
                    moof.traf.iter().partition(|traf| traf.tfhd.track_id == boxes::VIDEO_TRACK);
                prop_assert!(!video.is_empty() || !independent);
                for video in video {
                    let base = video.tfdt.as_ref().unwrap().base_media_decode_time;
                    if let Some(end) = end {
                        prop_assert_eq!(base, end);
                    }
                    let entries: Vec<_> = video.trun[0].samples.iter().collect();
                    let sync = entries[0].flags == Some(0x0200_0000);
                    prop_assert_eq!(sync, *independent, "INDEPENDENT is the truth");
                    end = Some(base + entries.iter().map(|e| u64::from(e.duration.unwrap())).sum::<u64>());
                }
                for run in sound {
                    let start = run.tfdt.as_ref().unwrap().base_media_decode_time;
                    prop_assert!(start >= sound_end, "audio never overlaps");
                    sound_end = start + 1024 * run.trun[0].samples.len() as u64;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn steady(fps: f64, seconds: f64, gop_seconds: f64, shift: i64) -> Show {
    let mut show = Show::new(&["source"]);
    let gop = (fps * gop_seconds).round() as i64;
    for n in 0..(fps * seconds) as i64 {
        let at = 10_000 + (n as f64 * 1000.0 / fps).round() as i64;
        show.source(at, if n % gop == 0 { shift } else { shift - (n % 2) * 2 * shift }, n % gop == 0);
    }
    show
}
