//! What far key frames of the source do to the ladder, with an encoder that takes its time.

use std::collections::VecDeque;

use chrono::DateTime;
use mp4_atom::{Decode, Moof};

use super::*;
use crate::hls::{Window, boxes};

/// So long an encoder takes to start.
const START_MS: i64 = 400;

/// A show with an encoder as the keeper runs it: another one goes on behind the last picture of the one before.
struct Show {
    relay: Relay,
    facts: Vec<Fact>,
    /// Second and short sides of each setup.
    setups: Vec<(i64, Vec<u32>)>,
    sides: Vec<u32>,
    /// When it is there; whether it has said what it offers, and given a picture.
    ready_ms: i64,
    offered: bool,
    begun: bool,
    fed: VecDeque<Unit>,
    lag_ms: i64,
}

impl Show {
    fn new(short_sides: &[u32], lag_ms: i64) -> Self {
        let mut relay = relay(short_sides);
        relay.begin(PublishSessionId::new(), at(0));
        let mut show = Self::of(relay, lag_ms);
        show.tag(&header(), 0);
        show
    }

    fn of(relay: Relay, lag_ms: i64) -> Self {
        let (facts, setups, sides, fed) = (Vec::new(), Vec::new(), Vec::new(), VecDeque::new());
        let (ready_ms, offered, begun) = (0, false, false);
        Self { relay, facts, setups, sides, ready_ms, offered, begun, fed, lag_ms }
    }

    fn tag(&mut self, tag: &Tag, now: i64) {
        let told = self.relay.tag(tag, at(now));
        self.facts.extend(told.facts);
        if let Some(setup) = told.setup {
            self.sides = setup.map(|setup| setup.short_sides).unwrap_or_default();
            self.setups.push((now / 1_000, self.sides.clone()));
            (self.ready_ms, self.offered, self.begun) = (now + START_MS, false, false);
        }
        self.fed.extend(told.feed);
        if now >= self.ready_ms {
            self.encode(now);
        }
        let facts = self.relay.packaging.tick(at(now));
        self.facts.extend(facts);
    }

    fn encode(&mut self, now: i64) {
        if !std::mem::replace(&mut self.offered, true) {
            let rung = |side: &u32| Rung {
                name: format!("{side}p"),
                width: side * 16 / 9,
                height: *side,
                bits_per_second: 1_000_000,
            };
            let rungs: Vec<_> = self.sides.iter().map(rung).collect();
            self.facts.extend(self.relay.packaging.offer(&rungs, &[]).facts);
            for n in 0..rungs.len() {
                self.relay.packaging.header(n as u8, header().payload[5..].to_vec());
            }
        }
        let due = at(now - self.lag_ms).nanos().max(0) as u64;
        while let Some(unit) = self.fed.pop_front_if(|unit| unit.pts_ns <= due) {
            let key = !std::mem::replace(&mut self.begun, true) || unit.cut_ns.is_some();
            let data = Bytes::from(vec![0, 0, 0, 3, if key { 0x65 } else { 0x41 }, 1, 2]);
            for n in 0..self.sides.len() {
                let unit = Unit { rung: n as u8, key, cut_ns: None, data: data.clone(), ..unit.clone() };
                self.facts.extend(self.relay.packaging.encoded(unit, at(now)));
            }
        }
    }

    /// Pictures at 60 in a second, of which these are key frames.
    fn fast(&mut self, range: std::ops::Range<u32>, is_key: impl Fn(u32) -> bool) {
        range.for_each(|n| self.tag(&picture(n * 50 / 3, is_key(n)), i64::from(n * 50 / 3)));
    }

    /// Pictures at 30 in a second, of which these are key frames.
    fn slow(&mut self, range: std::ops::Range<u32>, is_key: impl Fn(u32) -> bool) {
        range.for_each(|n| self.tag(&picture(n * 33, is_key(n)), i64::from(n) * 33));
    }

    fn downs(&self) -> Vec<String> {
        let of = |fact: &Fact| match fact {
            Fact::RungDown { rung, reason } => Some(format!("{rung}: {reason}")),
            _ => None,
        };
        self.facts.iter().filter_map(of).collect()
    }

    fn gaps(&self) -> usize {
        self.facts.iter().filter(|fact| matches!(fact, Fact::SegmentClosed { gap: true, .. })).count()
    }

    /// Pictures that were announced of a rung.
    fn pictures(&self, name: &str) -> usize {
        let of = |fact: &Fact| match fact {
            Fact::Part { rung, bytes, .. } if rung.as_str() == name && !bytes.is_empty() => {
                let trafs = Moof::decode(&mut &bytes[..]).unwrap().traf;
                let video = trafs.iter().filter(|traf| traf.tfhd.track_id == boxes::VIDEO_TRACK);
                Some(video.flat_map(|traf| &traf.trun).map(|run| run.samples.len()).sum::<usize>())
            }
            _ => None,
        };
        self.facts.iter().filter_map(of).sum()
    }

    /// Each moment, after a fact, at which nothing of the best size was there for players: neither the source nor its own
    /// size as encoded.
    fn without_the_best(&self, own: &str) -> Vec<usize> {
        let (mut shown, mut began, mut missing) = (std::collections::BTreeSet::new(), false, Vec::new());
        for (n, fact) in self.facts.iter().enumerate() {
            match fact {
                Fact::Part { rung, .. } => drop(shown.insert(rung.as_str())),
                Fact::RungDown { rung, .. } => drop(shown.remove(rung.as_str())),
                _ => {}
            }
            let there = shown.contains("source") || shown.contains(own);
            began |= there;
            if began && !there {
                missing.push(n);
            }
        }
        missing
    }
}

/// Numbers of a rung's segments, in the order in which they were opened.
fn numbers(facts: &[Fact], name: &str) -> Vec<u64> {
    let of = |fact: &Fact| match fact {
        Fact::SegmentOpened { rung, msn, .. } if rung.as_str() == name => Some(*msn),
        _ => None,
    };
    facts.iter().filter_map(of).collect()
}

#[test]
fn a_scene_cut_in_a_steady_long_group_neither_restarts_the_encoder_nor_takes_the_source_off() {
    // A key frame each 4.17 seconds, and in the second minute also where the scene changes, in each phase of the group.
    let cuts: Vec<u32> = (0..14).map(|n| 4_500 + n * (3 * 250 + 17)).collect();
    let mut key = 0;
    let mut keys = std::collections::BTreeSet::new();
    for n in 0..18_000 {
        if n == key || cuts.contains(&n) && n - (key - 250) >= 25 {
            keys.insert(n);
            key = n + 250;
        }
    }
    let mut show = Show::new(&[720, 480], 200);
    show.fast(0..18_000, |n| keys.contains(&n));
    let late: Vec<_> = show.setups.iter().filter(|setup| setup.0 > 20).collect();
    assert!(late.is_empty(), "{:?}", show.setups);
    assert_eq!(show.downs(), Vec::<String>::new());
    assert_eq!(show.gaps(), 0);
}

#[test]
fn an_encoder_that_goes_on_loses_nothing_when_key_frames_are_far_and_when_they_are_near_again() {
    // The source's own size is no step of this ladder; the encoder is more than a second behind.
    for lag_ms in [300, 1_300] {
        let mut show = Show::new(&[480], lag_ms);
        show.slow(0..3_000, |n| n % if n < 1_000 { 250 } else { 30 } == 0);
        assert_eq!(show.setups.len(), 1, "{:?}", show.setups);
        assert_eq!(show.gaps(), 0, "{lag_ms}");
        let pictures = show.pictures("480p");
        assert!(pictures > 3_000 - 60, "{lag_ms}: {pictures}");
    }
}

#[test]
fn the_sources_own_size_plays_before_the_source_goes_and_the_source_before_that_goes() {
    let mut show = Show::new(&[720, 480], 200);
    show.slow(0..3_600, |n| n % if n < 1_800 { 250 } else { 60 } == 0);
    let sides: Vec<_> = show.setups.iter().map(|setup| &setup.1[..]).collect();
    assert_eq!(sides, [&[480][..], &[720, 480], &[480]]);
    assert_eq!(show.without_the_best("720p"), Vec::<usize>::new());
    let downs = show.downs();
    assert_eq!(downs.len(), 2, "{downs:?}");
    assert_eq!(downs[0], "source: its key frames are too far apart");
    assert!(downs[1].starts_with("720p: ") && downs[1].contains("source itself"), "{downs:?}");
    assert_eq!(show.gaps(), 0);
}

#[test]
fn when_the_source_plays_again_nobody_waits_for_an_encoder_of_its_own_size() {
    let mut show = Show::new(&[720, 480], 200);
    let mut n = 0;
    while show.setups.len() < 3 {
        let gop = if n < 1_800 { 250 } else { 60 };
        show.tag(&picture(n * 33, n % gop == 0), i64::from(n) * 33);
        n += 1;
        assert!(n < 4_000, "{:?}", show.setups);
    }
    // The next encoder has said nothing yet.
    assert_eq!(show.downs()[1..], [format!("720p: {}", crate::hls::SOURCE_IS_SHOWN)]);
    assert_eq!(show.without_the_best("720p"), Vec::<usize>::new());
}

#[test]
fn a_source_whose_pictures_are_few_is_shown_at_its_own_size() {
    // A screen that is shared: after ten seconds four pictures in a second for a minute, then thirty again.
    let mut show = Show::new(&[720, 480], 200);
    let times = (0..300).map(|n| n * 33).chain((0..240).map(|n| 10_000 + n * 250));
    let times = times.chain((0..900).map(|n| 70_000 + n * 33));
    let mut key = 0;
    for now in times {
        show.tag(&picture(now, now == 0 || now / 2_000 != key), i64::from(now));
        key = now / 2_000;
    }
    let mut sides: Vec<_> = show.setups.iter().map(|setup| &setup.1[..]).collect();
    sides.dedup(); // another rate is another encoder, too
    assert_eq!(sides, [&[480][..], &[720, 480], &[480]]);
    assert_eq!(show.without_the_best("720p"), Vec::<usize>::new());
    let expected =
        ["source: its pictures come too seldom".to_owned(), format!("720p: {}", crate::hls::SOURCE_IS_SHOWN)];
    assert_eq!(show.downs(), expected);
}

#[test]
fn after_a_crash_a_show_with_far_key_frames_is_encoded_at_its_own_size_at_once_and_without_a_hole() {
    let session = PublishSessionId::new();
    let mut relay = relay(&[720, 480]);
    relay.begin(session, at(0));
    let mut show = Show::of(relay, 200);
    show.tag(&header(), 0);
    show.slow(0..1_000, |n| n % 250 == 0);
    let facts = std::mem::take(&mut show.facts).into_iter().map(|fact| (fact, None));
    let mut window = Window::new(1, DateTime::UNIX_EPOCH).restored(facts);
    let names = [RungName::source(), RungName::new("720p").unwrap(), RungName::new("480p").unwrap()];
    let (packager, closing) = Packager::resume(&names, &window);
    closing.into_iter().for_each(|fact| window.apply(fact, None));
    let head = window.head();
    let wanted = Wanted { short_sides: vec![720, 480], top: None, cores: None };
    let mut timeline = Timeline::new(head);
    let offset_ms = window.anchor_of(session).unwrap();
    timeline.begin(Feed::Publisher(session), Some((offset_ms, head)));
    let relay = Relay { timeline, packaging: Packaging::new(packager, head, wanted) };
    let next = window.clone();
    let mut show = Show::of(relay, 200);
    show.tag(&header(), 33_000);
    assert_eq!(show.setups, [(33, vec![720, 480])]);
    // The publisher kept a second for it.
    show.slow(970..1_400, |n| n % 250 == 0);
    assert_eq!(show.downs(), Vec::<String>::new());
    for name in ["720p", "480p"] {
        let numbers = numbers(&show.facts, name);
        let first = numbers[0];
        assert_eq!(numbers, (first..first + numbers.len() as u64).collect::<Vec<_>>(), "{name}");
        let want =
            crate::hls::Want::Segment { rung: RungName::new(name).unwrap(), msn: first.saturating_sub(1) };
        assert!(matches!(next.answer(&want), crate::hls::Answer::Missing), "not on air");
    }
    assert_eq!(numbers(&show.facts, "source"), Vec::<u64>::new(), "it was off, and stays so");
    assert_eq!(show.setups.len(), 1);
}

#[test]
fn after_a_crash_a_source_of_few_pictures_is_off_until_they_are_many() {
    for ladder in [&[720, 480][..], &[480]] {
        let mut show = Show::new(ladder, 200);
        (0..200u32).for_each(|n| show.tag(&picture(n * 250, n % 8 == 0), i64::from(n) * 250));
        assert_eq!(show.downs(), ["source: its pictures come too seldom"]);
        let facts = std::mem::take(&mut show.facts).into_iter().map(|fact| (fact, None));
        let window = Window::new(1, DateTime::UNIX_EPOCH).restored(facts);
        let encoded = ladder.iter().filter_map(|side| RungName::new(&format!("{side}p")));
        let names: Vec<_> = std::iter::once(RungName::source()).chain(encoded).collect();
        let (packager, _) = Packager::resume(&names, &window);
        let mut relay = relay(ladder);
        let wanted = Wanted { short_sides: ladder.to_vec(), top: None, cores: None };
        (relay.timeline, relay.packaging) =
            (Timeline::new(window.head()), Packaging::new(packager, window.head(), wanted));
        relay.begin(PublishSessionId::new(), at(50_000));
        let mut show = Show::of(relay, 200);
        show.tag(&header(), 50_000);
        let up = |show: &mut Show, n: u32| {
            show.tag(&picture(n * 33, n.is_multiple_of(30)), 50_000 + i64::from(n) * 33);
            show.relay.packaging.packager().is_up(&RungName::source())
        };
        assert!((0..30).all(|n| !up(&mut show, n)));
        assert!((30..150).any(|n| up(&mut show, n)), "thirty pictures in a second for a while");
    }
}

#[test]
fn a_restored_rung_that_the_encoder_does_not_offer_is_taken_off() {
    let mut show = Show::new(&[720, 480], 200);
    show.slow(0..400, |n| n % 250 == 0);
    let facts = std::mem::take(&mut show.facts).into_iter().map(|fact| (fact, None));
    let window = Window::new(1, DateTime::UNIX_EPOCH).restored(facts);
    let names = [RungName::source(), RungName::new("720p").unwrap(), RungName::new("480p").unwrap()];
    let restored = || {
        let (packager, _) = Packager::resume(&names, &window);
        Packaging::new(
            packager,
            window.head(),
            Wanted { short_sides: vec![720, 480], top: None, cores: None },
        )
    };
    let downs = |facts: Vec<Fact>| {
        let of = |fact: Fact| match fact {
            Fact::RungDown { rung, .. } => Some(rung.to_string()),
            _ => None,
        };
        facts.into_iter().filter_map(of).collect::<Vec<_>>()
    };
    let rung = Rung { name: "480p".into(), width: 854, height: 480, bits_per_second: 1 };
    assert_eq!(downs(restored().offer(&[rung], &[]).facts), ["720p"]);
    // The encoder does not answer.
    let mut silent = restored();
    silent
        .take(Moment::Coding(Coding::H264(VideoConfig::parse(header().payload.slice(5..)).unwrap())), at(0));
    assert_eq!(downs(silent.tick(at(4_000))), ["720p", "480p"]);
}

#[test]
fn another_publisher_is_not_blamed_for_the_one_before() {
    let mut show = Show::new(&[720, 480], 200);
    show.slow(0..1_000, |n| n % 250 == 0);
    assert!(!show.relay.packaging.packager().is_up(&RungName::source()));
    let facts = show.relay.finish(at(33_000));
    show.facts.extend(facts);
    // The same encoder again: it is as it was.
    show.relay.begin(PublishSessionId::new(), at(34_000));
    show.tag(&header(), 34_000);
    (0..100).for_each(|n| show.tag(&picture(n * 33, n % 250 == 0), 34_000 + i64::from(n) * 33));
    assert!(!show.relay.packaging.packager().is_up(&RungName::source()));
    // Another one, with a key frame each second.
    let facts = show.relay.finish(at(38_000));
    show.facts.extend(facts);
    show.relay.begin(PublishSessionId::new(), at(39_000));
    show.tag(&header_with(2), 39_000);
    (0..100).for_each(|n| show.tag(&picture(n * 33, n % 30 == 0), 39_000 + i64::from(n) * 33));
    assert!(show.relay.packaging.packager().is_up(&RungName::source()));
    assert_eq!(show.setups.last().unwrap().1, [480], "{:?}", show.setups);
}

#[test]
fn an_encoder_that_is_exchanged_and_does_not_start_is_waited_for_no_longer_than_one_that_is_lost() {
    let mut show = Show::new(&[480], 200);
    show.slow(0..1_000, |n| n % 250 == 0);
    let source = RungName::source();
    assert!(!show.relay.packaging.packager().is_up(&source));
    let outcome = show.relay.packaging.take(Moment::FrameRate(60.0), at(33_000));
    assert!(outcome.setup.is_some());
    show.ready_ms = i64::MAX;
    let back = (1_000..1_400u32).find(|n| {
        show.tag(&picture(n * 33, n % 250 == 0), i64::from(*n) * 33);
        show.relay.packaging.packager().is_up(&source)
    });
    let after = i64::from(back.unwrap()) * 33 - 33_000;
    assert!((2_900..3_300).contains(&after), "{after} ms");
}
