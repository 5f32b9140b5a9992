use bytes::Bytes;
use vitrine_rtmp::flv::{Tag, TagKind};

use super::level::likely_codec;
use super::*;
use crate::encoder::SourceCodec;
use crate::timeline::{Other, Timeline};

mod keys;

const SPS: &str = "6764001facd9405005bb016a02020280000003008000001e478c18cb";
const PPS: &str = "68ebe3cb22c0";

/// A sequence header of 1280x720 H.264.
fn header() -> Tag {
    header_with(1)
}

/// The same, with its picture parameter set so many times.
fn header_with(sets: u8) -> Tag {
    let (sps, pps) = (hex::decode(SPS).unwrap(), hex::decode(PPS).unwrap());
    let pps = if sets == 1 { pps } else { [pps, vec![0; 1_000]].concat() };
    let mut payload = vec![0x17, 0, 0, 0, 0, 1, 0x64, 0, 0x1f, 0xff, 0xe1];
    payload.extend((sps.len() as u16).to_be_bytes());
    payload.extend(&sps);
    payload.push(sets);
    for _ in 0..sets {
        payload.extend((pps.len() as u16).to_be_bytes());
        payload.extend(&pps);
    }
    payload.extend([0xfd, 0xf8, 0xf8, 0]);
    Tag { kind: TagKind::Video, timestamp_ms: 0, payload: payload.into() }
}

/// A sequence header of 1280x720 AV1.
fn av1_header() -> Tag {
    let record = [0x81, 0, 0, 0, 0x0a, 5, 0x18, 0x2a, 0xa7, 0xfa, 0xcf];
    let payload = [&b"\x90av01"[..], &record].concat();
    Tag { kind: TagKind::Video, timestamp_ms: 0, payload: payload.into() }
}

fn picture(timestamp_ms: u32, key: bool) -> Tag {
    let (frame, nal) = if key { (0x17, 0x65) } else { (0x27, 0x41) };
    let payload = Bytes::from(vec![frame, 1, 0, 0, 0, 0, 0, 0, 3, nal, 1, 2]);
    Tag { kind: TagKind::Video, timestamp_ms, payload }
}

/// A timeline and what is made of it.
struct Relay {
    timeline: Timeline,
    packaging: Packaging,
}

/// What one tag led to.
#[derive(Default)]
struct Told {
    facts: Vec<Fact>,
    setup: Option<Option<Setup>>,
    feed: Option<Unit>,
    mapped: Option<(PublishSessionId, i64)>,
    codec: Option<String>,
    refused: Option<String>,
}

impl Relay {
    fn begin(&mut self, session: PublishSessionId, now: MediaTime) -> Vec<Fact> {
        self.timeline.begin(Feed::Publisher(session), None);
        self.packaging.cut(now)
    }

    fn finish(&mut self, now: MediaTime) -> Vec<Fact> {
        self.timeline.end();
        self.packaging.cut(now)
    }

    fn tag(&mut self, tag: &Tag, now: MediaTime) -> Told {
        let mut told = Told::default();
        for moment in self.timeline.tag(tag, now) {
            let outcome = self.packaging.take(moment, now);
            told.facts.extend(outcome.facts);
            told.setup = outcome.setup.or(told.setup);
            told.feed = outcome.feed.or(told.feed);
            told.mapped = outcome.mapped.or(told.mapped);
            told.codec = outcome.codec.or(told.codec);
            told.refused = outcome.refused.or(told.refused);
        }
        told
    }
}

fn relay(short_sides: &[u32]) -> Relay {
    let encoded = short_sides.iter().filter_map(|side| RungName::new(&format!("{side}p")));
    let ladder: Vec<_> = std::iter::once(RungName::source()).chain(encoded).collect();
    let packager = Packager::new(&ladder, 0, 0);
    let packaging = Packaging::new(
        packager,
        MediaTime::ZERO,
        Wanted { short_sides: short_sides.to_vec(), top: None, cores: None },
    );
    Relay { timeline: Timeline::new(MediaTime::ZERO), packaging }
}

fn at(ms: i64) -> MediaTime {
    MediaTime::from_ms(ms)
}

fn opened(facts: &[Fact]) -> Vec<(u64, bool)> {
    let opened = facts.iter().filter_map(|fact| match fact {
        Fact::SegmentOpened { msn, discontinuity, .. } => Some((*msn, *discontinuity)),
        _ => None,
    });
    opened.collect()
}

/// A second of pictures from `from` on, at wall time `wall`.
fn second(relay: &mut Relay, from: u32, wall: i64) -> Vec<Fact> {
    let mut facts = Vec::new();
    for n in 0..30u32 {
        let tag = picture(from + n * 33, n == 0);
        facts.extend(relay.tag(&tag, at(wall + i64::from(n) * 33)).facts);
    }
    facts.extend(relay.packaging.tick(at(wall + 1_500)));
    facts
}

#[test]
fn nothing_flows_before_a_publisher_was_announced() {
    let mut relay = relay(&[480]);
    assert!(relay.tag(&header(), at(0)).setup.is_none());
    assert!(relay.tag(&picture(0, true), at(0)).feed.is_none());
}

#[test]
fn the_first_idr_fixes_the_place_of_the_session() {
    let mut relay = relay(&[480]);
    let session = PublishSessionId::new();
    relay.begin(session, at(5_000));
    let told = relay.tag(&header(), at(5_000));
    assert_eq!(told.codec.as_deref(), Some("H.264 1280x720"));
    assert_eq!(told.setup.flatten().unwrap().short_sides, [480]);
    assert!(relay.tag(&picture(900, false), at(5_010)).feed.is_none());
    let first = relay.tag(&picture(1_000, true), at(5_020));
    assert_eq!(first.mapped, Some((session, 4_020)));
    let fed = first.feed.unwrap();
    assert_eq!((fed.key, fed.pts_ns), (true, 5_020_000_000));
    assert_eq!(relay.tag(&picture(1_033, false), at(5_050)).mapped, None);
}

#[test]
fn a_source_above_the_plans_height_is_only_encoded_and_never_listed() {
    let mut limited = relay(&[720, 480, 360]);
    limited.packaging.wanted.top = Some(480);
    limited.begin(PublishSessionId::new(), at(0));
    let told = limited.tag(&header(), at(0));
    assert_eq!(told.setup.flatten().unwrap().short_sides, [480, 360], "of a source of 1280x720");
    second(&mut limited, 0, 0);
    assert!(!limited.packaging.packager().can_list_source());
    // A ladder that has nothing small enough is given one rung of the plan's height.
    let mut none = relay(&[720]);
    none.packaging.wanted.top = Some(480);
    none.begin(PublishSessionId::new(), at(0));
    assert_eq!(none.tag(&header(), at(0)).setup.flatten().unwrap().short_sides, [480]);
    // And one that is small enough is shown as it is.
    let mut fits = relay(&[720, 480]);
    fits.packaging.wanted.top = Some(720);
    fits.begin(PublishSessionId::new(), at(0));
    assert_eq!(fits.tag(&header(), at(0)).setup.flatten().unwrap().short_sides, [480]);
    second(&mut fits, 0, 0);
    assert!(fits.packaging.packager().can_list_source());
}

#[test]
fn a_source_above_the_plans_height_of_which_nothing_comes_is_refused_with_a_sentence() {
    let mut relay = relay(&[480]);
    relay.packaging.wanted.top = Some(480);
    relay.begin(PublishSessionId::new(), at(0));
    relay.tag(&header(), at(0));
    let refused =
        (0..40u32).find_map(|n| relay.tag(&picture(n * 1_000, true), at(i64::from(n) * 1_000)).refused);
    assert!(refused.unwrap().contains("480p"));
}

#[test]
fn a_source_that_is_small_already_needs_no_encoder() {
    let mut relay = relay(&[720]);
    relay.begin(PublishSessionId::new(), at(0));
    let told = relay.tag(&header(), at(0));
    assert_eq!(told.setup, Some(None));
    assert!(told.facts.contains(&Fact::Ladder { offers: vec![] }), "players wait for nothing");
}

#[test]
fn a_source_whose_key_frames_are_far_is_encoded_at_its_own_size_until_they_are_near_for_good() {
    let mut relay = relay(&[720, 480]);
    relay.begin(PublishSessionId::new(), at(0));
    let first = relay.tag(&header(), at(0)).setup.flatten().unwrap();
    let mut asked = vec![(0, first.short_sides)];
    for n in 0..3_000u32 {
        // As an encoder's defaults have it, and after a minute as it was told to.
        let gop = if n < 1_800 { 250 } else { 60 };
        let now = i64::from(n) * 33;
        let told = relay.tag(&picture(n * 33, n % gop == 0), at(now));
        asked.extend(told.setup.map(|setup| (now / 1_000, setup.unwrap().short_sides)));
    }
    assert!(
        matches!(&asked[..], [(0, a), (4, b), (86..90, c)] if a == &[480] && b == &[720, 480] && c == &[480]),
        "{asked:?}"
    );
}

#[test]
fn oblong_pixels_are_encoded_in_the_shape_that_they_are_shown_in() {
    let shape = |(width, height), aspect| {
        let mut config = VideoConfig::parse(header().payload.slice(5..)).unwrap();
        (config.sps.width, config.sps.height, config.sps.sample_aspect) = (width, height, aspect);
        let outcome = relay(&[480]).packaging.take(Moment::Coding(Coding::H264(config)), at(0));
        assert_eq!(outcome.codec, Some(format!("H.264 {width}x{height}")));
        outcome.setup.flatten().map(|setup| (setup.width, setup.height)).unwrap()
    };
    assert_eq!(shape((1_440, 1_080), None), (1_440, 1_080));
    assert_eq!(shape((1_440, 1_080), Some((4, 3))), (1_920, 1_080));
    assert_eq!(shape((720, 576), Some((16, 11))), (1_047, 576));
    assert_eq!(shape((720, 1_280), Some((3, 4))), (540, 1_280));
    assert_eq!(shape((1_440, 1_080), Some((65_535, 1))), (1_440, 1_080), "nobody has such pixels");
}

#[test]
fn rungs_without_cores_are_told_once() {
    let mut relay = relay(&[480, 360]);
    relay.begin(PublishSessionId::new(), at(0));
    relay.tag(&header(), at(0));
    let refused = ["480p".to_owned(), "360p".to_owned()];
    let down = |outcome: Outcome| {
        assert_eq!(outcome.refused, None, "the source is passed through");
        outcome.facts.into_iter().filter(|fact| matches!(fact, Fact::RungDown { .. })).count()
    };
    assert_eq!(down(relay.packaging.offer(&[], &refused)), 2);
    assert_eq!(down(relay.packaging.offer(&[], &refused)), 0);
}

#[test]
fn a_rung_that_is_off_has_the_newest_reason_that_says_something() {
    let mut relay = relay(&[720, 480]);
    relay.begin(PublishSessionId::new(), at(0));
    relay.tag(&header(), at(0));
    let rung = |name: &str| Rung { name: name.into(), width: 640, height: 360, bits_per_second: 1 };
    let reasons = |facts: Vec<Fact>| {
        let of = |fact: Fact| match fact {
            Fact::RungDown { rung, reason } => Some(format!("{rung}: {reason}")),
            _ => None,
        };
        facts.into_iter().filter_map(of).collect::<Vec<_>>()
    };
    let mut offer = |rungs: &[&str], refused: &[&str]| {
        let rungs: Vec<_> = rungs.iter().map(|name| rung(name)).collect();
        let refused: Vec<_> = refused.iter().map(|name| (*name).to_owned()).collect();
        reasons(relay.packaging.offer(&rungs, &refused).facts)
    };
    assert_eq!(offer(&["720p", "480p"], &[]), Vec::<String>::new());
    assert_eq!(offer(&["480p"], &[]), [format!("720p: {}", crate::hls::SOURCE_IS_SHOWN)]);
    let no_cores = ["720p: the server has no cores left for it"];
    assert_eq!(offer(&["480p"], &["720p"]), no_cores);
    assert_eq!(offer(&["480p"], &["720p"]), Vec::<String>::new());
    assert_eq!(offer(&["720p", "480p"], &[]), Vec::<String>::new());
    let too_slow = (0..20).flat_map(|n| relay.packaging.alive(4_000, true, at(n * 500)).facts).collect();
    assert_eq!(reasons(too_slow), ["720p: the server is too slow for it"]);
    assert_eq!(reasons(relay.packaging.offer(&[rung("480p")], &[]).facts), Vec::<String>::new());
}

#[test]
fn a_source_that_must_be_encoded_is_refused_while_there_are_no_cores_for_it() {
    let mut relay = relay(&[480]);
    relay.begin(PublishSessionId::new(), at(0));
    let told = relay.tag(&av1_header(), at(0));
    assert!(told.refused.is_none() && told.setup.is_some());
    let refused = relay.packaging.offer(&[], &["480p".to_owned()]).refused.unwrap();
    assert!(refused.contains("AV1") && refused.contains("no cores left"), "{refused}");
    relay.begin(PublishSessionId::new(), at(9_000));
    assert_eq!(relay.tag(&av1_header(), at(9_000)).refused, Some(refused));
    let rung = Rung { name: "480p".into(), width: 854, height: 480, bits_per_second: 1 };
    assert_eq!(relay.packaging.offer(&[rung], &[]).refused, None);
    relay.begin(PublishSessionId::new(), at(20_000));
    assert_eq!(relay.tag(&av1_header(), at(20_000)).refused, None);
}

#[test]
fn a_rung_that_was_too_much_comes_back_when_there_is_room() {
    let mut relay = relay(&[480, 360]);
    relay.begin(PublishSessionId::new(), at(0));
    relay.tag(&header(), at(0));
    let rung = |name: &str| Rung { name: name.into(), width: 640, height: 360, bits_per_second: 1 };
    relay.packaging.offer(&[rung("480p"), rung("360p")], &[]);
    let mut said = |range: std::ops::Range<i64>, behind_ms, half_rate| {
        let outcomes = range.map(|n| relay.packaging.alive(behind_ms, half_rate, at(n * 500)));
        let outcomes: Vec<_> = outcomes.filter(|outcome| outcome.setup.is_some()).collect();
        let sides = |outcome: &Outcome| outcome.setup.clone().flatten().unwrap().short_sides;
        outcomes.iter().map(|outcome| (sides(outcome), outcome.facts.len())).collect::<Vec<_>>()
    };
    assert_eq!(said(0..20, 4_000, true), [(vec![360], 1)]);
    assert_eq!(said(20..1_220, 0, false), [(vec![480, 360], 0)], "within ten minutes");
    relay.begin(PublishSessionId::new(), at(700_000));
    let told = relay.tag(&header(), at(700_000));
    assert_eq!(told.setup, None, "the encoder goes on as it is");
}

#[test]
fn the_only_rung_is_given_up_where_the_source_can_be_shown_and_tried_again() {
    let rung = Rung { name: "480p".into(), width: 854, height: 480, bits_per_second: 1 };
    let too_slow = |relay: &mut Relay| {
        relay.packaging.offer(std::slice::from_ref(&rung), &[]);
        let outcomes = (0..20).map(|n| relay.packaging.alive(4_000, true, at(n * 500)));
        outcomes.filter(|outcome| outcome.setup.is_some()).collect::<Vec<_>>()
    };
    let mut other = relay(&[480]);
    other.begin(PublishSessionId::new(), at(0));
    other.tag(&av1_header(), at(0));
    assert_eq!(too_slow(&mut other).len(), 0, "nothing else would be left");
    let mut relay = relay(&[480]);
    relay.begin(PublishSessionId::new(), at(0));
    relay.tag(&header(), at(0));
    let outcomes = too_slow(&mut relay);
    let [given_up] = &outcomes[..] else { panic!("{}", outcomes.len()) };
    let stills = given_up.setup.clone().flatten().expect("the show goes on, and so do its stills");
    assert!(stills.short_sides.is_empty() && given_up.half_rate == Some(false));
    assert!(
        matches!(
            &given_up.facts[..],
            [Fact::RungDown { reason, .. }, Fact::Ladder { offers }] if reason.contains("too slow") && offers.is_empty()
        ),
        "{:?}",
        given_up.facts
    );
    relay.begin(PublishSessionId::new(), at(10_000));
    let told = relay.tag(&header(), at(10_000));
    assert!(told.setup.is_none() && told.facts.is_empty(), "the encoder of stills goes on");
    let again = (0..4_000u32).find_map(|n| {
        let now = 10_000 + i64::from(n) * 33;
        Some((now, relay.tag(&picture(n * 33, n % 60 == 0), at(now)).setup??.short_sides))
    });
    assert!(matches!(&again, Some((130_000..130_100, sides)) if sides == &[480]), "{again:?}");
}

#[test]
fn what_must_be_transcoded_and_gives_no_picture_is_refused_with_words() {
    for encodes in [false, true] {
        let mut relay = relay(&[480]);
        relay.begin(PublishSessionId::new(), at(0));
        relay.tag(&av1_header(), at(0));
        let mut refused = Vec::new();
        for n in 0..900u32 {
            let payload = [if n % 60 == 0 { b"\x91" } else { b"\xa1" }, &b"av01unit"[..]].concat();
            let tag = Tag { kind: TagKind::Video, timestamp_ms: n * 33, payload: payload.into() };
            let now = i64::from(n) * 33;
            refused.extend(relay.tag(&tag, at(now)).refused.map(|words| (now / 1_000, words)));
            if encodes && n % 300 == 0 {
                let unit =
                    Unit { rung: 0, key: true, cut_ns: None, pts_ns: 0, dts_ns: 0, data: Bytes::new() };
                relay.packaging.encoded(unit, at(now));
            }
        }
        match &refused[..] {
            [] => assert!(encodes),
            [(15, words)] => assert!(!encodes && words.starts_with("AV1") && words.contains("15 seconds")),
            _ => panic!("{refused:?}"),
        }
    }
}

#[test]
fn what_was_shown_has_a_minute_for_its_next_picture_and_reads_what_is_so() {
    let mut relay = relay(&[480]);
    relay.begin(PublishSessionId::new(), at(0));
    relay.tag(&av1_header(), at(0));
    let rung = Rung { name: "480p".into(), width: 854, height: 480, bits_per_second: 1 };
    relay.packaging.offer(&[rung], &[]);
    let mut refused = Vec::new();
    for n in 0..3_000u32 {
        let payload = [if n % 600 == 0 { b"\x91" } else { b"\xa1" }, &b"av01unit"[..]].concat();
        let tag = Tag { kind: TagKind::Video, timestamp_ms: n * 33, payload: payload.into() };
        let now = i64::from(n) * 33;
        let told = relay.tag(&tag, at(now));
        refused.extend(told.refused.map(|words| (now / 1_000, words)));
        // Its encoder is lost at second 10, and what leads the next one to its first picture takes for ever.
        if let Some(fed) = told.feed.filter(|_| now < 10_000) {
            relay.packaging.encoded(Unit { cut_ns: None, ..fed }, at(now));
        }
    }
    let [(70, words)] = &refused[..] else { panic!("{refused:?}") };
    assert!(words.starts_with("AV1") && words.contains("60 seconds") && words.contains("It was"), "{words}");
    assert!(!words.contains("15 seconds"));
}

#[test]
fn a_run_without_an_idr_is_passed_through_to_nobody_and_is_asked_to_connect_again() {
    for idr_at in [None, Some(400)] {
        let mut relay = relay(&[]);
        relay.begin(PublishSessionId::new(), at(0));
        relay.tag(&header(), at(0));
        let (mut shown, mut refused) = (Vec::new(), Vec::new());
        for n in 0..900u32 {
            let now = i64::from(n) * 33;
            let told = relay.tag(&picture(n * 33, Some(n) == idr_at), at(now));
            shown.extend(
                told.facts.iter().any(|fact| matches!(fact, Fact::Part { .. })).then_some(now / 1_000),
            );
            refused.extend(told.refused.map(|words| (now / 1_000, words)));
        }
        match idr_at {
            None => {
                assert!(shown.is_empty(), "a decoder of a browser cannot begin: {shown:?}");
                assert!(
                    matches!(&refused[..], [(25, words)] if words.contains("No key frame")),
                    "{refused:?}"
                );
            }
            Some(_) => assert!(shown[0] == 13 && refused.is_empty(), "{} {refused:?}", shown[0]),
        }
    }
}

#[test]
fn pictures_of_another_coding_begin_with_a_segment() {
    let mut relay = relay(&[480]);
    let mut now = 0;
    let mut coding = |relay: &mut Relay, record: &'static [u8], pictures: u32| {
        let other = Other { codec: SourceCodec::H265, record: record.into(), size: (1_920, 1_080) };
        relay.packaging.take(Moment::Coding(Coding::Other(other)), at(now));
        let cuts = (0..pictures).filter(|n| {
            now += 33;
            let (dts, key, data) = (at(now), *n == 0, Bytes::from_static(b"unit"));
            let picture = Picture { run: 1, dts, pts: dts, key, known: false, data };
            relay.packaging.take(Moment::Picture(picture), at(now)).feed.unwrap().cut_ns.is_some()
        });
        cuts.collect::<Vec<_>>()
    };
    assert_eq!(coding(&mut relay, b"landscape", 30), [0]);
    assert_eq!(coding(&mut relay, b"landscape", 15), [0; 0], "a header that came again");
    assert_eq!(coding(&mut relay, b"portrait", 30), [0], "at the first picture");
}

#[test]
fn rungs_of_an_encoder_that_was_away_are_offered_again_with_its_first_picture() {
    let mut relay = relay(&[480]);
    relay.begin(PublishSessionId::new(), at(0));
    relay.tag(&header(), at(0));
    let rung = Rung { name: "480p".into(), width: 854, height: 480, bits_per_second: 1 };
    relay.packaging.offer(&[rung], &[]);
    let name = RungName::new("480p").unwrap();
    assert!(matches!(&relay.packaging.drop_encoded("away")[..], [Fact::RungDown { .. }]));
    assert!(!relay.packaging.packager().is_up(&name));
    let unit = Unit { rung: 0, key: true, cut_ns: None, pts_ns: 0, dts_ns: 0, data: Bytes::new() };
    let facts = relay.packaging.encoded(unit.clone(), at(12_000));
    assert!(matches!(&facts[..], [Fact::Ladder { offers }] if offers.len() == 1), "{facts:?}");
    assert!(relay.packaging.packager().is_up(&name));
    assert!(relay.packaging.encoded(unit, at(12_033)).is_empty());
}

#[test]
fn a_publisher_that_comes_back_as_it_was_keeps_the_ladder_it_had() {
    let mut relay = relay(&[480]);
    relay.begin(PublishSessionId::new(), at(0));
    relay.tag(&header(), at(0));
    let rung = Rung { name: "480p".into(), width: 854, height: 480, bits_per_second: 1 };
    relay.packaging.offer(&[rung], &[]);
    relay.begin(PublishSessionId::new(), at(9_000));
    relay.tag(&header(), at(9_000));
    let facts = relay.packaging.tick(at(20_000));
    assert!(!facts.iter().any(|fact| matches!(fact, Fact::Ladder { .. })), "{facts:?}");
}

#[test]
fn the_encoder_is_set_up_for_the_rate_at_which_pictures_come() {
    let mut relay = relay(&[480]);
    relay.begin(PublishSessionId::new(), at(0));
    relay.tag(&Tag::metadata(0, vec![("framerate".into(), 1.0.into())]), at(0));
    let rate = |told: Told| Some(told.setup??.frames_per_second);
    assert_eq!(rate(relay.tag(&header(), at(0))), Some(30), "the stream's own word");
    let setups = (0..600u32)
        .filter_map(|n| rate(relay.tag(&picture(n * 50 / 3, n % 120 == 0), at(n as i64 * 50 / 3))));
    assert_eq!(setups.collect::<Vec<_>>(), [60]);
    relay.finish(at(10_000));
    relay.begin(PublishSessionId::new(), at(10_000));
    assert_eq!(rate(relay.tag(&header(), at(10_000))), Some(30));
}

#[test]
fn a_publisher_that_comes_back_goes_on_in_the_same_playlist_behind_a_discontinuity() {
    let mut relay = relay(&[]);
    relay.begin(PublishSessionId::new(), at(0));
    relay.tag(&header(), at(0));
    let first = second(&mut relay, 0, 1_000);
    assert_eq!(opened(&first), [(0, false)]);
    let mut closing = relay.finish(at(3_000));
    closing.extend(relay.packaging.tick(at(3_200)));
    assert!(closing.iter().any(|fact| matches!(fact, Fact::SegmentClosed { msn: 0, gap: false, .. })));
    assert!(relay.begin(PublishSessionId::new(), at(9_000)).is_empty(), "nothing was open");
    relay.tag(&header(), at(9_000));
    assert_eq!(opened(&second(&mut relay, 0, 9_000)), [(1, true)]);
}

#[test]
fn after_a_coding_that_could_not_be_shown_the_source_is_shown_at_once() {
    let mut relay = relay(&[480]);
    relay.begin(PublishSessionId::new(), at(0));
    let size = (1_920, 1_080);
    let hevc = Coding::Other(Other { codec: SourceCodec::H265, record: Bytes::from_static(b"hvcC"), size });
    relay.packaging.take(Moment::Coding(hevc), at(0));
    relay.packaging.offer(&[], &[]);
    relay.finish(at(3_000));
    relay.begin(PublishSessionId::new(), at(5_000));
    relay.tag(&header(), at(5_000));
    let mut facts = Vec::new();
    for n in 0..30u32 {
        facts.extend(relay.tag(&picture(n * 33, n == 0), at(5_000 + i64::from(n) * 33)).facts);
    }
    facts.extend(relay.packaging.tick(at(6_500)));
    assert_eq!(opened(&facts).len(), 1, "{facts:?}");
}

#[test]
fn other_codecs_are_named_and_refused_once_in_a_run() {
    let mut relay = relay(&[]);
    let tag = |kind, payload: &'static [u8]| Tag { kind, timestamp_ms: 0, payload: payload.into() };
    let (vp9, mp3) = (tag(TagKind::Video, b"\x90vp09config"), tag(TagKind::Audio, b"\x2fmp3"));
    for now in [0, 5_000] {
        relay.begin(PublishSessionId::new(), at(now));
        let first = relay.tag(&vp9, at(now));
        assert!(first.codec.unwrap().contains("send H.264"));
        assert!(first.refused.unwrap().contains("send H.264"), "{now}");
        assert!(relay.tag(&mp3, at(now)).codec.unwrap().contains("send AAC"));
        for again in [&vp9, &mp3, &vp9] {
            let told = relay.tag(again, at(now));
            assert_eq!((told.codec, told.refused), (None, None));
        }
        relay.finish(at(now + 1_000));
    }
    relay.begin(PublishSessionId::new(), at(9_000));
    assert_eq!(relay.tag(&header(), at(9_000)).codec.as_deref(), Some("H.264 1280x720"));
    relay.tag(&tag(TagKind::Audio, b"\xaf\0\x12\x10"), at(9_000));
    assert_eq!(relay.packaging.codec(), Some("H.264 1280x720, AAC 44100 Hz"));
    relay.begin(PublishSessionId::new(), at(12_000));
    let codec = relay.tag(&header(), at(12_000)).codec;
    assert_eq!(codec.as_deref(), Some("H.264 1280x720"), "it has no sound");
}

#[test]
fn a_header_that_comes_again_takes_nothing_off_the_ladder() {
    let ladder = |facts: Vec<Fact>| facts.into_iter().find(|fact| matches!(fact, Fact::Ladder { .. }));
    let rung = Rung { name: "480p".into(), width: 854, height: 480, bits_per_second: 1_200_000 };
    let mut relay = relay(&[480]);
    relay.begin(PublishSessionId::new(), at(0));
    relay.tag(&header(), at(0));
    assert_eq!(ladder(relay.packaging.tick(at(2_900))), None, "the encoder has time to answer");
    relay.packaging.offer(&[rung], &[]);
    for now in [3_000, 60_000, 120_000] {
        relay.finish(at(now));
        relay.begin(PublishSessionId::new(), at(now));
        for later in [0, 10_000] {
            assert_eq!(relay.tag(&header(), at(now + later)).setup, None, "the encoder goes on");
            assert_eq!(ladder(relay.packaging.tick(at(now + later + 4_000))), None);
        }
    }
    let faster = relay.packaging.take(Moment::FrameRate(60.0), at(200_000));
    assert!(faster.setup.is_some(), "another encoder");
    assert_eq!(ladder(relay.packaging.tick(at(204_000))), None, "its rungs are the same");
}

#[test]
fn an_encoder_that_does_not_answer_keeps_nobody_waiting() {
    let mut relay = relay(&[480]);
    relay.begin(PublishSessionId::new(), at(0));
    relay.tag(&header(), at(0));
    assert!(relay.packaging.tick(at(3_100)).contains(&Fact::Ladder { offers: vec![] }));
}

#[test]
fn a_rung_is_offered_at_the_level_of_its_size_and_rate() {
    let rung = |width, height| Rung { name: String::new(), width, height, bits_per_second: 1 };
    for (width, height, rate, codec) in [
        (640, 360, 30.0, "avc1.4d401e"),
        (854, 480, 25.0, "avc1.4d401e"),
        (854, 480, 30.0, "avc1.4d401f"),
        (1280, 720, 30.0, "avc1.4d401f"),
        (1280, 720, 60.0, "avc1.4d4020"),
        (1920, 1080, 30.0, "avc1.4d4028"),
    ] {
        assert_eq!(likely_codec(&rung(width, height), rate), codec, "{width}x{height} at {rate}");
    }
}
