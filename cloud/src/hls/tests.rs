//! The packager against whole shows: invariants that must hold whatever the timing.

use bytes::Bytes;
use chrono::DateTime;
use mp4_atom::{Decode, Moof};
use proptest::prelude::*;

use super::{codec::tests::avcc, *};

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
    AccessUnit { dts: ms(dts), pts: ms(pts), data: Bytes::from(vec![0, 0, 0, 3, kind, 1, 2]) }
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
}

impl Show {
    fn new(ladder: &[&str]) -> Self {
        let ladder: Vec<_> = ladder.iter().map(|n| rung(n)).collect();
        let mut packager = Packager::new(&ladder);
        ladder.iter().for_each(|n| packager.set_video(n, video_config()));
        packager.set_audio(audio_config());
        Self { packager, window: Window::new(1, DateTime::UNIX_EPOCH), facts: Vec::new(), audio_at: 0.0 }
    }

    fn take(&mut self, facts: Vec<Fact>) {
        for fact in facts {
            self.window.apply(fact.clone());
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
        let facts = self.packager.push_video(&rung("source"), unit(dts, dts + shift, idr), ms(dts));
        self.take(facts);
    }

    fn encoded(&mut self, pts: i64, idr: bool, now: i64) {
        let facts = self.packager.push_video(&rung("480p"), unit(pts, pts, idr), ms(now));
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
    for pair in opened.windows(2) {
        prop_assert!(pair[1].0 == pair[0].0 + 1, "media sequence numbers rise by one: {pair:?}");
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
            Fact::SegmentClosed { rung, gap: true, .. } if rung.as_str() == name => end = None,
            Fact::Part { rung, bytes, independent, .. } if rung.as_str() == name => {
                let moof = Moof::decode(&mut &bytes[..]).unwrap();
                let video = &moof.traf[0];
                let base = video.tfdt.as_ref().unwrap().base_media_decode_time;
                if let Some(end) = end {
                    prop_assert_eq!(base, end);
                }
                let entries: Vec<_> = video.trun[0].samples.iter().collect();
                prop_assert_eq!(
                    entries[0].flags == Some(0x0200_0000),
                    *independent,
                    "INDEPENDENT is the truth"
                );
                for run in &moof.traf[1..] {
                    let start = run.tfdt.as_ref().unwrap().base_media_decode_time;
                    prop_assert!(start >= sound_end, "audio never overlaps");
                    sound_end = start + 1024 * run.trun[0].samples.len() as u64;
                }
                end = Some(base + entries.iter().map(|e| u64::from(e.duration.unwrap())).sum::<u64>());
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

#[test]
fn common_frame_rates_make_full_parts() {
    for fps in [15.0, 24.0, 25.0, 29.97, 30.0, 50.0, 59.94, 60.0] {
        let show = steady(fps, 12.0, 2.0, 66);
        check(&show, "source").unwrap();
        let parts = show.parts("source");
        for pair in parts.windows(2) {
            prop_like(pair[0].2 <= PART_TARGET, fps, &pair[0]);
            let last_of_segment = pair[1].0 != pair[0].0;
            prop_like(last_of_segment || pair[0].2.seconds() >= PART_TARGET.seconds() * 0.85, fps, &pair[0]);
        }
        assert!(show.closed("source").len() >= 4, "{fps}");
    }
}

fn prop_like(holds: bool, fps: f64, part: &(u64, u32, MediaTime, bool)) {
    assert!(holds, "{fps} frames in a second: {part:?}");
}

#[test]
fn a_segment_closes_at_the_first_idr_after_its_least_length() {
    for (gop, expected) in [(0.5, 2.0), (1.0, 2.0), (1.5, 3.0), (2.0, 2.0), (3.0, 3.0), (4.0, 4.0)] {
        let show = steady(30.0, 13.0, gop, 0);
        let first = show.closed("source")[0].1.seconds();
        assert!((first - expected).abs() < 0.01, "a GOP of {gop} s made {first} s");
    }
}

#[test]
fn without_key_frames_segments_still_end_and_say_that_they_depend() {
    let show = steady(30.0, 20.0, 60.0, 0);
    check(&show, "source").unwrap();
    assert!(show.closed("source").len() >= 3);
    let later = show.parts("source").into_iter().find(|p| p.0 == 1).unwrap();
    assert!(!later.3);
}

#[test]
fn a_part_waits_for_its_audio_but_not_long() {
    let mut show = Show::new(&["source"]);
    show.source(1_000, 0, true);
    for n in 1..=12 {
        let at = 1_000 + n * 33;
        let facts = show.packager.push_video(&rung("source"), unit(at, at, false), ms(at));
        show.take(facts);
    }
    assert!(show.parts("source").is_empty(), "audio is missing");
    let facts = show.packager.tick(ms(1_429));
    show.take(facts);
    assert!(show.parts("source").is_empty());
    let facts = show.packager.tick(ms(1_430));
    show.take(facts);
    assert_eq!(show.parts("source").len(), 1);
}

#[test]
fn a_publisher_whose_sound_stops_keeps_an_audio_track_without_holes() {
    let mut show = Show::new(&["source"]);
    (0..60i64).for_each(|n| show.source(5_000 + n * 33, 0, n % 60 == 0));
    for n in 60..300i64 {
        let at = 5_000 + n * 33;
        let facts = show.packager.push_video(&rung("source"), unit(at, at, n % 60 == 0), ms(at));
        show.take(facts);
    }
    let mut end = None;
    let parts = show.facts.iter().filter_map(Fact::bytes).skip(1);
    let runs = parts.flat_map(|bytes| Moof::decode(&mut &bytes[..]).unwrap().traf.into_iter().skip(1));
    for run in runs {
        let start = run.tfdt.unwrap().base_media_decode_time;
        assert_eq!(start, *end.get_or_insert(start));
        end = Some(start + 1024 * run.trun[0].samples.len() as u64);
    }
    assert!(end.unwrap() > 13 * 44_100, "{end:?}");
}

#[test]
fn nothing_is_public_before_the_show_is_live_and_then_the_open_segment_is() {
    let mut show = steady(30.0, 7.0, 2.0, 0);
    assert_eq!(show.window.answer(&Want::Multivariant), Answer::Missing);
    let facts = show.packager.go_live(DateTime::UNIX_EPOCH);
    show.take(facts);
    let text = show.playlist("source");
    assert!(text.contains("#EXT-X-MEDIA-SEQUENCE:3\n"), "{text}");
    assert!(!text.contains("part2.") && text.contains("part3.0.m4s"), "{text}");
    assert!(matches!(show.window.answer(&Want::Multivariant), Answer::Playlist(_)));
    assert_eq!(show.window.answer(&Want::Segment { rung: rung("source"), msn: 2 }), Answer::Missing);
}

#[test]
fn the_hinted_part_is_waited_for_and_others_are_missing() {
    let mut show = steady(30.0, 7.0, 2.0, 0);
    let facts = show.packager.go_live(DateTime::UNIX_EPOCH);
    show.take(facts);
    let text = show.playlist("source");
    let hint = text.lines().find(|l| l.starts_with("#EXT-X-PRELOAD-HINT")).unwrap();
    let next = show.parts("source").iter().filter(|p| p.0 == 3).count() as u32;
    assert!(hint.contains(&format!("part3.{next}.m4s")), "{hint}");
    let want = |index| Want::Part { rung: rung("source"), msn: 3, index };
    assert_eq!(show.window.answer(&want(next)), Answer::NotYet);
    assert_eq!(show.window.answer(&want(next + 1)), Answer::Missing);
    let facts = show.packager.discontinuity(ms(17_100));
    show.take(facts);
    let facts = show.packager.tick(ms(17_300));
    show.take(facts);
    let count = show.parts("source").iter().filter(|p| p.0 == 3).count() as u32;
    assert!(matches!(show.window.answer(&want(next)), Answer::Media(_)), "a hint is kept");
    assert_eq!(show.window.answer(&want(count)), Answer::Missing, "the head has passed it");
}

#[test]
fn blocking_reloads_wait_refuse_and_answer() {
    let mut show = steady(30.0, 7.0, 2.0, 0);
    let facts = show.packager.go_live(DateTime::UNIX_EPOCH);
    show.take(facts);
    let ask = |msn, part| Want::Playlist { rung: rung("source"), msn, part, skip: false };
    assert!(matches!(show.window.answer(&ask(Some(3), Some(0))), Answer::Playlist(_)));
    assert_eq!(show.window.answer(&ask(Some(3), None)), Answer::NotYet);
    assert_eq!(show.window.answer(&ask(Some(3), Some(99))), Answer::NotYet);
    assert_eq!(show.window.answer(&ask(Some(5), Some(0))), Answer::NotYet);
    assert_eq!(show.window.answer(&ask(Some(6), Some(0))), Answer::Refused);
    assert_eq!(show.window.answer(&ask(None, Some(0))), Answer::Refused);
    assert!(matches!(show.window.answer(&ask(Some(2), None)), Answer::Playlist(_)));
}

#[test]
fn an_encoded_rung_shares_numbers_starts_and_audio_with_the_source() {
    let mut show = Show::new(&["source", "480p"]);
    let shift = 66;
    for n in 0..400i64 {
        let at = 5_000 + n * 1000 / 30;
        show.source(at, shift, n % 60 == 0);
        // The encoder is 200 ms behind and gives pictures in presentation order.
        if n >= 6 {
            let m = n - 6;
            show.encoded(5_000 + m * 1000 / 30 + shift, m % 60 == 0, at);
        }
    }
    check(&show, "source").unwrap();
    check(&show, "480p").unwrap();
    let (source, encoded) = (show.closed("source"), show.closed("480p"));
    assert_eq!(source[..encoded.len()], encoded[..]);
    assert_eq!(show.opened("source")[..5], show.opened("480p")[..5]);
    assert!(encoded.iter().all(|s| !s.2) && encoded.len() >= 5);
    let sound = |name: &str, msn: u64| -> Vec<u64> {
        let of = |f: &Fact| match f {
            Fact::Part { rung, msn: m, bytes, .. } if rung.as_str() == name && *m == msn => {
                let moof = Moof::decode(&mut &bytes[..]).unwrap();
                moof.traf.get(1).map(|t| t.tfdt.as_ref().unwrap().base_media_decode_time)
            }
            _ => None,
        };
        show.facts.iter().filter_map(of).collect()
    };
    assert_eq!(sound("source", 2)[0], sound("480p", 2)[0]);
}

#[test]
fn an_encoder_that_loses_pictures_leaves_one_gap_and_comes_back() {
    let mut show = Show::new(&["source", "480p"]);
    for n in 0..400i64 {
        let at = 5_000 + n * 1000 / 30;
        show.source(at, 0, n % 60 == 0);
        if !(100..150).contains(&n) {
            show.encoded(at, n % 60 == 0 || n == 150, at + 100);
        }
    }
    check(&show, "480p").unwrap();
    let gaps: Vec<_> = show.closed("480p").iter().filter(|s| s.2).map(|s| s.0).collect();
    assert_eq!(gaps, vec![1, 2], "both segments miss pictures");
    assert!(show.closed("source").iter().all(|s| !s.2), "the source never notices");
}

#[test]
fn a_late_encoder_comes_late_without_a_gap() {
    let mut show = Show::new(&["source", "480p"]);
    for n in 0..240i64 {
        show.source(5_000 + n * 1000 / 30, 0, n % 60 == 0);
        if n < 100 {
            show.encoded(5_000 + n * 1000 / 30, n % 60 == 0, 5_000 + n * 1000 / 30);
        }
        if n == 200 {
            for m in 60..200i64 {
                show.encoded(5_000 + m * 1000 / 30, m % 60 == 0 || m == 100, 5_000 + n * 1000 / 30);
            }
        }
    }
    check(&show, "480p").unwrap();
    assert!(show.closed("480p").len() >= 3 && show.closed("480p").iter().all(|s| !s.2));
}

#[test]
fn a_dead_encoder_makes_gaps_after_a_while() {
    let mut show = Show::new(&["source", "480p"]);
    for n in 0..600i64 {
        let at = 5_000 + n * 1000 / 30;
        show.source(at, 0, n % 60 == 0);
        if n < 70 {
            show.encoded(at, n % 60 == 0, at);
        }
        let facts = show.packager.tick(ms(at));
        show.take(facts);
    }
    let closed = show.closed("480p");
    assert!(!closed[0].2 && closed[1..].iter().all(|s| s.2) && closed.len() >= 6, "{closed:?}");
}

#[test]
fn a_lost_publisher_comes_back_behind_a_discontinuity_in_every_rung() {
    let mut show = Show::new(&["source", "480p"]);
    let feed = |show: &mut Show, from: i64, count: i64| {
        for n in 0..count {
            let at = from + n * 1000 / 30;
            show.source(at, 0, n % 60 == 0);
            show.encoded(at, n % 60 == 0, at);
        }
    };
    feed(&mut show, 5_000, 100);
    let facts = show.packager.discontinuity(ms(8_400));
    show.take(facts);
    let facts = show.packager.tick(ms(8_600));
    show.take(facts);
    assert_eq!(show.closed("source").len(), 2);
    assert_eq!(show.closed("480p").len(), 2, "the encoded rung is complete too");
    show.audio_at = 20_000.0;
    feed(&mut show, 20_000, 100);
    for name in ["source", "480p"] {
        check(&show, name).unwrap();
        assert_eq!(show.opened(name)[2], (2, ms(20_000), true));
    }
    let facts = show.packager.go_live(DateTime::UNIX_EPOCH);
    show.take(facts);
}

#[test]
fn a_source_with_rare_key_frames_gives_way_to_the_encoded_rung() {
    let mut show = Show::new(&["source", "480p"]);
    for n in 0..600i64 {
        let at = 5_000 + n * 1000 / 30;
        show.source(at, 0, n % 240 == 0);
        show.encoded(at, n % 60 == 0, at);
    }
    check(&show, "480p").unwrap();
    assert!(show.facts.iter().any(|f| matches!(f, Fact::RungDown { rung, .. } if rung.as_str() == "source")));
    assert!(!show.packager.source_leads());
    assert!(show.closed("480p").len() >= 7);
    assert!(show.closed("480p")[2..].iter().all(|s| !s.2 && s.1 < ms(2_100)), "{:?}", show.closed("480p"));
}

#[test]
fn a_crash_goes_on_with_identical_bytes_behind_a_discontinuity() {
    let mut show = steady(30.0, 9.0, 2.0, 0);
    let facts = show.packager.go_live(DateTime::UNIX_EPOCH);
    show.take(facts);
    let mut file = Vec::new();
    show.facts.iter().for_each(|f| journal::encode(f, &mut file));
    let mut window = Window::restore(1, DateTime::UNIX_EPOCH, journal::decode(file.into()));
    let first = show.parts("source")[0].0;
    for (msn, index, ..) in show.parts("source").iter().filter(|p| p.0 > first) {
        let want = Want::Part { rung: rung("source"), msn: *msn, index: *index };
        assert_eq!(window.answer(&want), show.window.answer(&want));
    }
    let (packager, facts) = Packager::resume(&[rung("source")], &window);
    assert!(matches!(&facts[..], [Fact::SegmentClosed { msn: 4, gap: false, .. }]), "{facts:?}");
    facts.into_iter().for_each(|f| window.apply(f));
    assert_eq!(window.head(), show.window.head());
    let mut show = Show { packager, window, facts: Vec::new(), audio_at: 30_000.0 };
    show.packager.set_video(&rung("source"), video_config());
    show.packager.set_audio(audio_config());
    (0..60).for_each(|n| show.source(30_000 + n * 33, 0, n == 0));
    assert_eq!(show.opened("source")[0], (5, ms(30_000), true));
    let text = show.playlist("source");
    assert!(text.contains("#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"init2.mp4\""), "{text}");
}

#[test]
fn a_snapshot_folds_to_the_same_window() {
    let mut show = steady(30.0, 9.0, 2.0, 0);
    let facts = show.packager.go_live(DateTime::UNIX_EPOCH);
    show.take(facts);
    let again = Window::restore(1, DateTime::UNIX_EPOCH, show.window.snapshot());
    let want = Want::Playlist { rung: rung("source"), msn: None, part: None, skip: false };
    assert_eq!(again.answer(&want), show.window.answer(&want));
    assert_eq!(again.answer(&Want::Multivariant), show.window.answer(&Want::Multivariant));
}

#[test]
fn delta_updates_skip_only_old_segments_and_an_ended_show_ends() {
    let mut show = Show::new(&["source"]);
    let facts = show.packager.go_live(DateTime::UNIX_EPOCH);
    show.take(facts);
    for n in 0..30 * 90i64 {
        show.source(1_000 + n * 1000 / 30, 0, n % 60 == 0);
    }
    let ask = |skip| Want::Playlist { rung: rung("source"), msn: None, part: None, skip };
    let Answer::Playlist(delta) = show.window.answer(&ask(true)) else { panic!() };
    let full = show.playlist("source");
    let count = |text: &str| text.matches("#EXTINF").count();
    let skipped: usize =
        delta.split("SKIPPED-SEGMENTS=").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
    assert_eq!(count(&full), count(&delta) + skipped);
    assert!(count(&full) >= 29 && count(&full) <= 31, "the window is 60 s: {}", count(&full));
    assert_eq!(count(&delta), 12, "24 s stay");
    let facts = show.packager.end(ms(91_000));
    show.take(facts);
    let text = show.playlist("source");
    assert!(text.ends_with("#EXT-X-ENDLIST\n") && !text.contains("PRELOAD-HINT"));
}

#[test]
fn a_pin_is_one_date_range_in_every_rung_and_ends_when_it_is_cleared() {
    use vitrine_protocol::{CouponCard, CouponId, Highlight, HighlightAction, HighlightCard, HighlightId};
    let mut show = Show::new(&["source", "480p"]);
    for n in 0..200i64 {
        let at = 5_000 + n * 1000 / 30;
        show.source(at, 0, n % 60 == 0);
        show.encoded(at, n % 60 == 0, at);
    }
    let facts = show.packager.go_live(DateTime::UNIX_EPOCH);
    show.take(facts);
    let coupon_id = "0193aabb-0000-7000-8000-00000000000c".parse::<CouponId>().unwrap();
    let mut highlight = Highlight {
        id: "0193aabb-0000-7000-8000-00000000000a".parse::<HighlightId>().unwrap(),
        action: HighlightAction::Show,
        media_time_ms: Some(9_000),
        at: ms(9_000).utc(DateTime::UNIX_EPOCH),
        card: HighlightCard::Coupon(CouponCard {
            coupon_id,
            code: "TEN".into(),
            title: "\"quoted\"\n".into(),
        }),
    };
    let ranges = |show: &Show, name: &str| -> Vec<String> {
        show.playlist(name).lines().filter(|l| l.contains("DATERANGE")).map(Into::into).collect()
    };
    let facts = show.packager.highlight(highlight.clone());
    show.take(facts);
    let shown = ranges(&show, "source");
    assert_eq!(shown.len(), 1);
    assert!(shown[0].contains("START-DATE=\"1970-01-01T00:00:09.000Z\"") && !shown[0].contains("END-DATE"));
    assert_eq!(shown, ranges(&show, "480p"));
    (highlight.action, highlight.at) = (HighlightAction::Clear, ms(11_500).utc(DateTime::UNIX_EPOCH));
    let facts = show.packager.highlight(highlight);
    show.take(facts);
    let cleared = ranges(&show, "480p");
    assert_eq!(cleared.len(), 1, "the same id, once");
    assert!(cleared[0].contains(",END-DATE=\"1970-01-01T00:00:11.500Z\""), "{cleared:?}");
    assert_eq!(cleared, ranges(&show, "source"));
}

#[test]
fn a_changed_audio_configuration_brings_a_new_map_behind_a_discontinuity() {
    let mut show = steady(30.0, 5.0, 2.0, 0);
    show.packager.set_audio(AudioConfig::parse(Bytes::from_static(&[0x11, 0x90])).unwrap());
    for n in 150..300i64 {
        show.source(10_000 + n * 1000 / 30, 0, n % 60 == 0);
    }
    check(&show, "source").unwrap();
    let changed: Vec<_> = show.opened("source").iter().filter(|o| o.2).map(|o| o.0).collect();
    assert_eq!(changed, vec![3]);
    assert_eq!(show.facts.iter().filter(|f| matches!(f, Fact::Init { .. })).count(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn ragged_timing_keeps_the_invariants(
        steps in proptest::collection::vec((1i64..200, 0u8..40), 60..400),
        shift in 0i64..120,
        lag in 0usize..40,
    ) {
        let mut show = Show::new(&["source", "480p"]);
        let mut at = 2_000;
        let mut sent = Vec::new();
        for (n, (step, dice)) in steps.into_iter().enumerate() {
            at += step;
            let idr = n == 0 || dice == 0;
            show.source(at, shift, idr);
            sent.push((at + shift, idr));
            if n >= lag {
                let (pts, idr) = sent[n - lag];
                show.encoded(pts, idr, at);
            }
            let facts = show.packager.tick(ms(at));
            show.take(facts);
        }
        let facts = show.packager.end(ms(at + 1_000));
        show.take(facts);
        check(&show, "source")?;
        check(&show, "480p")?;
    }

    #[test]
    fn hostile_pictures_and_packets_never_panic(
        events in proptest::collection::vec((0u8..8, any::<i32>(), any::<i32>(), proptest::collection::vec(any::<u8>(), 0..12)), 0..150)
    ) {
        let mut show = Show::new(&["source", "480p"]);
        for (kind, a, b, data) in events {
            let (dts, pts, now) = (ms(a.into()), ms(b.into()), ms(a.into()));
            let name = if kind % 2 == 0 { "source" } else { "480p" };
            let facts = match kind {
                0 | 1 => show.packager.push_video(&rung(name), AccessUnit { dts, pts, data: data.into() }, now),
                2 | 3 => show.packager.push_video(&rung(name), unit(a.into(), b.into(), a % 3 == 0), now),
                4 => show.packager.push_audio(dts, data.into(), now),
                5 => show.packager.tick(now),
                6 => show.packager.discontinuity(now),
                _ => show.packager.rung_down(&rung(name), "test"),
            };
            show.take(facts);
        }
    }
}
