use vitrine_rtmp::flv::TagKind;

use super::*;

const AVCC: &str =
    "0164001fffe1001c6764001facd9405005bb016a02020280000003008000001e478c18cb01000668ebe3cb22c0fdf8f800";

fn ms(ms: i64) -> MediaTime {
    MediaTime::from_ms(ms)
}

fn header() -> Tag {
    let payload = [vec![0x17, 0, 0, 0, 0], hex::decode(AVCC).unwrap()].concat();
    Tag { kind: TagKind::Video, timestamp_ms: 0, payload: payload.into() }
}

fn picture(timestamp_ms: u32, key: bool) -> Tag {
    let (frame, nal) = if key { (0x17, 0x65) } else { (0x27, 0x41) };
    let payload = vec![frame, 1, 0, 0, 0, 0, 0, 0, 3, nal, 1, 2].into();
    Tag { kind: TagKind::Video, timestamp_ms, payload }
}

fn sound(timestamp_ms: u32) -> Tag {
    Tag { kind: TagKind::Audio, timestamp_ms, payload: Bytes::from_static(b"\xaf\x01aac") }
}

fn feed() -> Feed {
    Feed::Publisher(PublishSessionId::new())
}

/// A group of 60 pictures with its sound, from `from` on.
fn group(timeline: &mut Timeline, from: u32, now: i64) -> Vec<Moment> {
    let tags = (0..60).flat_map(|n| [picture(from + n * 33, n == 0), sound(from + n * 33)]);
    tags.enumerate().flat_map(|(n, tag)| timeline.tag(&tag, ms(now + n as i64 / 2 * 33))).collect()
}

fn pictures(moments: &[Moment]) -> Vec<(MediaTime, bool, u64)> {
    let of = |moment: &Moment| match moment {
        Moment::Picture(picture) => Some((picture.dts, picture.known, picture.run)),
        _ => None,
    };
    moments.iter().filter_map(of).collect()
}

#[test]
fn each_run_has_a_number_an_anchor_and_a_coding() {
    let mut timeline = Timeline::new(MediaTime::ZERO);
    assert!(timeline.tag(&header(), ms(0)).is_empty(), "nobody feeds the show");
    timeline.begin(feed(), None);
    let moments = timeline.tag(&header(), ms(0));
    assert!(matches!(moments[..], [Moment::FrameRate(30.0), Moment::Coding(Coding::H264(_))]), "{moments:?}");
    let moments = group(&mut timeline, 500, 3_000);
    assert!(matches!(moments[0], Moment::Anchored { offset_ms: 2_500, joins: false, .. }));
    assert_eq!(pictures(&moments)[0], (ms(3_000), false, 1));
    timeline.begin(feed(), None);
    assert!(group(&mut timeline, 0, 9_000).is_empty(), "the second run has not said how it codes");
    timeline.tag(&header(), ms(9_000));
    assert_eq!(pictures(&group(&mut timeline, 0, 9_000))[0], (ms(9_000), false, 2));
}

#[test]
fn a_run_that_was_known_before_a_crash_keeps_its_places_and_repeats_nothing() {
    let feed = feed();
    let mut before = Timeline::new(MediaTime::ZERO);
    before.begin(feed, None);
    before.tag(&header(), ms(0));
    let first = pictures(&group(&mut before, 500, 3_000));
    // It died after a second was announced; the group comes again.
    let mut again = Timeline::new(ms(4_000));
    again.begin(feed, Some((2_500, ms(4_000))));
    again.tag(&header(), ms(5_000));
    let moments = group(&mut again, 500, 5_000);
    let second = pictures(&moments);
    assert_eq!(second.iter().map(|p| p.0).collect::<Vec<_>>(), first.iter().map(|p| p.0).collect::<Vec<_>>());
    assert_eq!(second.iter().filter(|p| p.1).count(), 31, "known up to the head");
    let heard = moments.iter().filter_map(|moment| match moment {
        Moment::Sound(sound) => Some(sound.time),
        _ => None,
    });
    assert!(heard.min().unwrap() >= ms(4_000));
}

/// What of these pictures is taken: the decode times, and whether a decoder can start there.
fn taken(moments: &[Moment]) -> Vec<(MediaTime, bool)> {
    let of = |moment: &Moment| match moment {
        Moment::Picture(picture) => Some((picture.dts, picture.key)),
        _ => None,
    };
    moments.iter().filter_map(of).collect()
}

#[test]
fn a_publisher_without_key_frames_is_shown_from_a_recovery_point_on_or_after_a_while() {
    let refresh = |timestamp_ms| {
        let mut payload = picture(timestamp_ms, false).payload.to_vec();
        payload.splice(5..5, [0, 0, 0, 4, 6, 6, 1, 0xc4]);
        Tag { payload: payload.into(), ..picture(timestamp_ms, false) }
    };
    for (refreshes, first) in [(None, 10_032), (Some(60), 1_980)] {
        let mut timeline = Timeline::new(MediaTime::ZERO);
        timeline.begin(feed(), None);
        timeline.tag(&header(), ms(0));
        let tag = |n| if Some(n) == refreshes { refresh(n * 33) } else { picture(n * 33, false) };
        let moments: Vec<_> = (0..400u32)
            .flat_map(|n| [tag(n), sound(n * 33)])
            .flat_map(|tag| timeline.tag(&tag, ms(i64::from(tag.timestamp_ms))))
            .collect();
        let taken = taken(&moments);
        assert_eq!(taken[..2], [(ms(first), true), (ms(first + 33), false)]);
        let heard = moments.iter().filter(|moment| matches!(moment, Moment::Sound(_))).count();
        assert_eq!(heard, taken.len());
    }
}

#[test]
fn a_run_that_was_known_before_a_crash_goes_on_at_any_picture() {
    let mut timeline = Timeline::new(ms(4_000));
    timeline.begin(feed(), Some((2_500, ms(4_000))));
    timeline.tag(&header(), ms(5_000));
    let moments: Vec<_> =
        [1_490, 1_523].iter().flat_map(|stamp| timeline.tag(&picture(*stamp, false), ms(5_000))).collect();
    assert!(matches!(moments[0], Moment::Anchored { offset_ms: 2_500, joins: false, .. }), "{moments:?}");
    assert_eq!(taken(&moments), [(ms(3_990), true), (ms(4_023), false)]);
}

#[test]
fn sound_stamped_an_hour_ahead_is_dropped_and_the_next_is_heard() {
    let mut timeline = Timeline::new(MediaTime::ZERO);
    timeline.begin(feed(), None);
    timeline.tag(&header(), ms(0));
    group(&mut timeline, 0, 1_000);
    assert!(timeline.tag(&sound(3_600_000 + 1_980), ms(3_000)).is_empty());
    assert!(matches!(timeline.tag(&sound(2_000), ms(3_000))[..], [Moment::Sound(_)]));
}

#[test]
fn too_many_pictures_a_second_are_refused_by_what_is_said_and_by_what_comes() {
    // 1280x720 at more than 614 a second.
    let mut timeline = Timeline::new(MediaTime::ZERO);
    timeline.begin(feed(), None);
    timeline.tag(&header(), ms(0));
    let moments: Vec<_> =
        (0..3_000u32).flat_map(|n| timeline.tag(&picture(n, n == 0), ms(i64::from(n)))).collect();
    let refused = moments.iter().filter(|moment| matches!(moment, Moment::NoPicture(_))).count();
    assert_eq!((refused, pictures(&moments).len()), (1, 1_000));
}

#[test]
fn what_is_not_carried_is_named() {
    let mut timeline = Timeline::new(MediaTime::ZERO);
    timeline.begin(feed(), None);
    let tag = Tag { kind: TagKind::Audio, timestamp_ms: 0, payload: Bytes::from_static(b"\x2fmp3") };
    let moments = timeline.tag(&tag, ms(0));
    assert!(matches!(&moments[..], [Moment::NoSound(words)] if words.contains("send AAC")), "{moments:?}");
    let payload = Bytes::from([&[0xaf, 0, 0x12, 0x10][..], &[0; 20_000]].concat());
    let moments = timeline.tag(&Tag { payload, ..tag }, ms(0));
    assert!(
        matches!(&moments[..], [Moment::NoSound(words)] if words.contains("at most 16384")),
        "{moments:?}"
    );
}

#[test]
fn pictures_of_a_slow_quartz_are_not_late() {
    let mut timeline = Timeline::new(MediaTime::ZERO);
    timeline.begin(feed(), None);
    timeline.tag(&header(), ms(0));
    for n in 0..3_600 * 25i64 {
        let now = ms(1_000 + n * 4_004 / 100);
        let moments = timeline.tag(&picture(u32::try_from(n * 40).unwrap(), n % 50 == 0), now);
        let late = timeline.present(now) - pictures(&moments)[0].0;
        assert!(late < ms(100) && late >= ms(0), "{n}: {late:?}");
    }
}

#[test]
fn a_run_that_was_cut_short_is_remembered_over_a_second_cut() {
    let (first, other) = (feed(), feed());
    let mut timeline = Timeline::new(MediaTime::ZERO);
    assert!(timeline.goes_on(first), "of before a crash");
    timeline.begin(first, None);
    timeline.end();
    assert!(!timeline.goes_on(first), "it was away");
    timeline.begin(first, None);
    timeline.cut();
    timeline.cut();
    assert!(timeline.goes_on(first));
    timeline.begin(first, None);
    timeline.cut();
    assert!(!timeline.goes_on(other));
}

#[test]
fn a_composition_time_from_another_world_is_not_believed() {
    let mut timeline = Timeline::new(MediaTime::ZERO);
    timeline.begin(feed(), None);
    timeline.tag(&header(), ms(0));
    let mut shifts = Vec::new();
    for (n, composition_ms) in
        [66i32, 8_388_607, 0, -8_388_608, -8_000_000, 3_600_066, 133].iter().enumerate()
    {
        let mut tag = picture(n as u32 * 33, n == 0);
        let mut payload = tag.payload.to_vec();
        payload[2..5].copy_from_slice(&composition_ms.to_be_bytes()[1..]);
        tag.payload = payload.into();
        shifts.extend(timeline.tag(&tag, ms(1_000)).into_iter().filter_map(|moment| match moment {
            Moment::Picture(picture) => Some((picture.pts - picture.dts).ms()),
            _ => None,
        }));
    }
    assert_eq!(shifts, [66, 66, 0, 0, 0, 0, 133]);
}

#[test]
fn configurations_are_kept_in_memory_of_their_own() {
    let mut timeline = Timeline::new(MediaTime::ZERO);
    timeline.begin(feed(), None);
    for (kind, payload) in
        [(TagKind::Audio, vec![0xaf, 0, 0x12, 0x10]), (TagKind::Video, header().payload.into())]
    {
        let length = payload.len();
        let read = Bytes::from([payload, vec![0; 64 << 10]].concat());
        let tag = Tag { kind, timestamp_ms: 0, payload: read.slice(..length) };
        let moments = timeline.tag(&tag, ms(0));
        drop(tag);
        let told = moments.iter().any(|m| matches!(m, Moment::Coding(_) | Moment::SoundCoding(_)));
        assert!(told && read.is_unique(), "the socket's buffer is let go of");
    }
}
