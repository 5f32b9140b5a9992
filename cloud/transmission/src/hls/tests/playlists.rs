//! What players are told, before, during and after a show.

use super::rungs::downs;
use super::*;

#[test]
fn nothing_is_public_before_the_show_is_live_and_then_the_open_segment_is() {
    let mut show = steady(30.0, 7.0, 2.0, 0);
    assert_eq!(show.window.answer(&Want::Multivariant), Answer::Missing);
    show.went_live();
    let text = show.playlist("source");
    assert!(text.contains("#EXT-X-MEDIA-SEQUENCE:3\n"), "{text}");
    assert!(!text.contains("part2.") && text.contains("part3.0.m4s"), "{text}");
    assert!(matches!(show.window.answer(&Want::Multivariant), Answer::Playlist(_)));
    assert_eq!(show.window.answer(&Want::Segment { rung: rung("source"), msn: 2 }), Answer::Missing);
}

#[test]
fn the_hinted_part_is_waited_for_and_others_are_missing() {
    let mut show = steady(30.0, 7.0, 2.0, 0);
    show.went_live();
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
    show.went_live();
    let ask = |msn, part| Want::Playlist { rung: rung("source"), msn, part, skip: false };
    assert!(matches!(show.window.answer(&ask(Some(3), Some(0))), Answer::Playlist(_)));
    assert_eq!(show.window.answer(&ask(Some(3), None)), Answer::NotYet);
    assert_eq!(show.window.answer(&ask(Some(3), Some(8))), Answer::NotYet);
    assert_eq!(show.window.answer(&ask(Some(3), Some(99))), Answer::Refused, "past the Advance Part Limit");
    assert!(
        matches!(show.window.answer(&ask(Some(2), Some(99))), Answer::Playlist(_)),
        "past a segment's last part means the next segment's first"
    );
    assert_eq!(show.window.answer(&ask(Some(5), Some(0))), Answer::NotYet);
    assert_eq!(show.window.answer(&ask(Some(6), Some(0))), Answer::Refused);
    assert_eq!(show.window.answer(&ask(None, Some(0))), Answer::Refused);
    assert!(matches!(show.window.answer(&ask(Some(2), None)), Answer::Playlist(_)));
}

#[test]
fn a_crash_goes_on_with_identical_bytes_behind_a_discontinuity() {
    let mut show = steady(30.0, 9.0, 2.0, 0);
    show.went_live();
    let mut file = Vec::new();
    show.facts.iter().for_each(|f| journal::encode(f, &mut file));
    let mut window =
        Window::new(1, DateTime::UNIX_EPOCH).restored(journal::decode(file.into()).map(|fact| (fact, None)));
    let first = show.parts("source")[0].0;
    for (msn, index, ..) in show.parts("source").iter().filter(|p| p.0 > first) {
        let want = Want::Part { rung: rung("source"), msn: *msn, index: *index };
        assert_eq!(window.answer(&want), show.window.answer(&want));
    }
    let (packager, facts) = Packager::resume(&[rung("source")], &window);
    assert!(matches!(&facts[..], [Fact::SegmentClosed { msn: 4, gap: false, .. }]), "{facts:?}");
    facts.into_iter().for_each(|f| window.apply(f, None));
    assert_eq!(window.head(), show.window.head());
    let mut show = Show { packager, window, facts: Vec::new(), audio_at: 30_000.0, cuts: Vec::new() };
    show.packager.set_video(&rung("source"), video_config());
    show.packager.set_audio(audio_config());
    (0..60).for_each(|n| show.source(30_000 + n * 33, 0, n == 0));
    assert_eq!(show.opened("source")[0], (5, ms(30_000), true));
    let text = show.playlist("source");
    assert!(text.contains("#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"1/init2.mp4\""), "{text}");
}

#[test]
fn numbers_go_on_behind_segments_of_a_rung_that_is_not_known_or_was_torn_off() {
    let opened = |discontinuity_sequence| Fact::SegmentOpened {
        rung: RungName::source(),
        msn: 41,
        start: ms(80_000),
        init: 3,
        discontinuity: false,
        discontinuity_sequence,
    };
    let window = Window::new(1, DateTime::UNIX_EPOCH).restored([(opened(7), None)]);
    assert_eq!((window.next_msn(), window.discontinuity_sequence()), (42, 7));
    // It comes back, and the crash is in front of its first segment.
    let show = steady(25.0, 20.0, 2.0, 0);
    let (next, init) = (show.window.next_msn(), show.facts.iter().find(|f| matches!(f, Fact::Init { .. })));
    let down = Fact::RungDown { rung: RungName::source(), reason: String::new() };
    let window = show.window.clone().restored([(down, None), (init.unwrap().clone(), None)]);
    assert_eq!(window.next_msn(), next);
}

#[test]
fn delta_updates_skip_only_old_segments_and_an_ended_show_ends() {
    let mut show = Show::new(&["source"]);
    show.went_live();
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
fn pins_of_before_the_playlist_are_forgotten_also_when_a_rung_has_gone() {
    use vitrine_protocol::{CouponCard, CouponId, Highlight, HighlightAction, HighlightCard, HighlightId};
    let mut show = Show::new(&["source", "480p"]);
    show.went_live();
    let card = CouponCard { coupon_id: CouponId::new(), code: "TEN".into(), title: "ten".into() };
    let mut pinned = None;
    for n in 0..30 * 300i64 {
        let at = 5_000 + n * 1000 / 30;
        show.source(at, 0, n == 0); // down after 4.5 s
        show.encoded_as_asked(at, at);
        if n % 150 == 0 {
            let (id, action) = match pinned.take() {
                Some(id) => (id, HighlightAction::Clear),
                None => (*pinned.insert(HighlightId::new()), HighlightAction::Show),
            };
            let (at, card) = (ms(at).utc(DateTime::UNIX_EPOCH), HighlightCard::Coupon(card.clone()));
            let facts = show.packager.highlight(Highlight { id, action, media_time_ms: None, at, card });
            show.take(facts);
        }
    }
    assert_eq!(downs(&show), ["source: its key frames are too far apart"]);
    assert_eq!(show.window.tracks[&rung("source")].segments.len(), 1, "nor is its media kept");
    let ranges = show.playlist("480p").matches("EXT-X-DATERANGE").count();
    assert!((6..=8).contains(&ranges), "{ranges}");
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
    show.went_live();
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
fn the_first_answer_says_a_rate_from_what_there_is() {
    let rates = |show: &Show| {
        let Answer::Playlist(text) = show.window.answer(&Want::Multivariant) else { panic!() };
        let of =
            |name: &str| text.split(name).nth(1).unwrap().split(',').next().unwrap().parse::<u64>().unwrap();
        (of(":BANDWIDTH="), of("AVERAGE-BANDWIDTH="))
    };
    let mut show = Show::new(&["source"]);
    show.went_live();
    let mut n = 0;
    while show.parts("source").is_empty() {
        show.source(1_000 + n * 1000 / 30, 0, n == 0);
        n += 1;
    }
    let (peak, average) = rates(&show);
    assert!(peak > 1_000 && peak == average, "one part is all that is known: {peak} {average}");
    // What was made before the button says more than the first part behind it.
    let mut show = steady(30.0, 8.0, 2.0, 0);
    let facts = show.packager.go_live(DateTime::UNIX_EPOCH, LiveFrom::Next);
    show.take(facts);
    (0..12).for_each(|n| show.source(18_000 + n * 33, 0, n == 0));
    let (_, average) = rates(&show);
    let whole: usize = show.facts.iter().filter_map(Fact::bytes).map(Bytes::len).sum();
    let expected = whole as f64 * 8.0 / 8.4;
    assert!((average as f64 - expected).abs() < expected * 0.25, "{average}, not {expected}");
}

#[test]
fn a_part_that_no_closed_segment_has_is_refused_and_the_one_past_its_last_is_the_next_ones_first() {
    const TOO_MANY: u32 = 129;
    let mut show = steady(30.0, 20.0, 2.0, 0);
    show.went_live();
    (0..90).for_each(|n| show.source(30_000 + n * 33, 0, n % 60 == 0));
    let answer = |show: &Show, msn, part| {
        let (msn, part) = (Some(msn), Some(part));
        show.window.answer(&Want::Playlist { rung: rung("source"), msn, part, skip: false })
    };
    let closed = show.closed("source").last().unwrap().0;
    let parts = show.parts("source").iter().filter(|part| part.0 == closed).count() as u32;
    let refused = |show: &Show, msn| {
        [TOO_MANY, 4_000_000_000, u32::MAX].iter().all(|part| answer(show, msn, *part) == Answer::Refused)
    };
    for part in [0, parts - 1, parts, parts + 3] {
        assert!(matches!(answer(&show, closed, part), Answer::Playlist(_)), "{part}");
    }
    assert!(refused(&show, closed) && refused(&show, closed - 1) && refused(&show, 1_000_000));
    let facts = show.packager.end(ms(34_000));
    show.take(facts);
    let facts = show.packager.tick(ms(39_000));
    show.take(facts);
    assert!(show.window.has_ended() && refused(&show, closed) && refused(&show, 0));
    assert!(matches!(answer(&show, closed, parts), Answer::Playlist(_)));
}

#[test]
fn a_plain_playlist_lists_whole_segments_and_the_same_media() {
    let mut show = steady(30.0, 7.0, 2.0, 0);
    show.went_live();
    let want = Want::PlainPlaylist { rung: rung("source"), skip: false };
    assert_eq!(show.window.answer(&want), Answer::NotYet, "nothing is whole yet");
    for n in 0..30 * 90i64 {
        show.source(8_000 + n * 1000 / 30, 0, n % 60 == 0);
    }
    let Answer::Playlist(plain) = show.window.answer(&want) else { panic!() };
    let low_latency = show.playlist("source");
    let uris = |text: &str| -> Vec<String> {
        text.lines().filter(|l| !l.starts_with('#')).map(Into::into).collect()
    };
    assert_eq!(uris(&plain), uris(&low_latency), "the same segments at the same addresses");
    for word in ["EXT-X-PART", "BLOCK-RELOAD", "PRELOAD-HINT", "RENDITION-REPORT", "PART-HOLD-BACK"] {
        assert!(!plain.contains(word) && low_latency.contains("EXT-X-PART"), "{word}: {plain}");
    }
    assert!(plain.contains("#EXT-X-SERVER-CONTROL:HOLD-BACK=12.0,"), "three target durations: {plain}");
    assert!(plain.trim_end().ends_with(".m4s"), "no open segment is dated: {plain}");

    let delta = Want::PlainPlaylist { rung: rung("source"), skip: true };
    let Answer::Playlist(delta) = show.window.answer(&delta) else { panic!() };
    assert!(delta.contains("#EXT-X-SKIP:") && delta.len() < plain.len());

    let facts = show.packager.end(ms(99_000));
    show.take(facts);
    let Answer::Playlist(ended) = show.window.answer(&want) else { panic!() };
    assert!(ended.ends_with("#EXT-X-ENDLIST\n"));
}

#[test]
fn each_multivariant_leads_to_its_own_kind() {
    let mut show = steady(30.0, 7.0, 2.0, 0);
    show.went_live();
    let Answer::Playlist(low_latency) = show.window.answer(&Want::Multivariant) else { panic!() };
    let Answer::Playlist(plain) = show.window.answer(&Want::PlainMultivariant) else { panic!() };
    assert!(low_latency.contains("\nsource/index.m3u8\n") && !low_latency.contains("plain"));
    assert_eq!(plain, low_latency.replace("index.m3u8", "plain.m3u8"));
}

#[test]
fn parts_are_listed_up_to_three_target_durations_before_the_end() {
    let mut show = Show::new(&["source"]);
    show.went_live();
    for n in 0..30 * 24i64 {
        show.source(1_000 + n * 1000 / 30, 0, n % 120 == 0);
        let text = if n % 7 == 0 && n > 60 { show.playlist("source") } else { continue };
        let parts = text.split("#EXTINF").flat_map(|segment| segment.lines());
        let listed: f64 = parts
            .filter_map(|line| {
                line.strip_prefix("#EXT-X-PART:DURATION=")?.split(',').next()?.parse::<f64>().ok()
            })
            .sum();
        assert!(listed < 12.25, "{listed} s of parts:\n{text}");
        assert!(n < 400 || listed > 7.5, "{listed} s of parts:\n{text}");
    }
}

#[test]
fn a_part_without_anything_in_it_is_a_gap_in_a_segment_that_is_none() {
    let mut show = steady(30.0, 7.0, 2.0, 0);
    show.went_live();
    let index = show.parts("source").iter().filter(|part| part.0 == 3).count() as u32;
    let part = Fact::Part {
        rung: rung("source"),
        msn: 3,
        index,
        duration: ms(40),
        independent: false,
        bytes: Bytes::new(),
    };
    show.take(vec![part]);
    let text = show.playlist("source");
    assert!(text.contains(&format!("DURATION=0.04000,URI=\"1/part3.{index}.m4s\",GAP=YES\n")), "{text}");
    let want = Want::Part { rung: rung("source"), msn: 3, index };
    assert_eq!(show.window.answer(&want), Answer::Missing);
}

#[test]
fn independence_is_promised_for_the_segments_that_are_listed_and_for_no_others() {
    let mut show = Show::new(&["source"]);
    show.went_live();
    let promised = |text: &str| text.contains("#EXT-X-INDEPENDENT-SEGMENTS\n");
    for n in 0..300i64 {
        show.source(1_000 + n * 33, 0, n == 0);
        if n == 60 {
            assert!(promised(&show.playlist("source")), "one segment, from a key frame on");
        }
    }
    assert!(!promised(&show.playlist("source")), "there is no other key frame");
    let Answer::Playlist(text) = show.window.answer(&Want::Multivariant) else { panic!() };
    assert!(!promised(&text), "{text}");
}

#[test]
fn all_rungs_are_listed_with_one_frame_rate() {
    let ntsc = 30_000.0 / 1_001.0;
    let rates = |show: &Show| -> Vec<String> {
        let Answer::Playlist(text) = show.window.answer(&Want::Multivariant) else { panic!() };
        let of = |line: &str| Some(line.split("FRAME-RATE=").nth(1)?.split(',').next()?.to_owned());
        text.lines()
            .filter(|line| line.starts_with("#EXT-X-STREAM"))
            .map(|line| of(line).unwrap_or_default())
            .collect()
    };
    // By what is offered, what the source says, and what can be counted after two seconds.
    for (offered, said, early, late) in [
        (Some(ntsc), Some(30.0), "29.970", "29.970"),
        (None, Some(ntsc), "29.970", "29.970"),
        (None, None, "", "29.970"),
    ] {
        let mut show = Show::new(&["source", "480p"]);
        let mut config = video_config();
        config.sps.frame_rate = said;
        show.packager = Packager::new(&[rung("source"), rung("480p")], 0, 0);
        show.packager.set_video(&rung("source"), config);
        show.packager.set_video(&rung("480p"), video_config());
        show.packager.set_audio(audio_config());
        let info = TrackInfo { codecs: "avc1.4d401f".into(), width: 854, height: 480, frame_rate: offered };
        let facts = show.packager.offer(vec![Offer { rung: rung("480p"), info, bits_per_second: 1_360_000 }]);
        show.take(facts);
        show.went_live();
        for n in 0..300i64 {
            let at = 5_000 + n * 1_001 / 30;
            show.source(at, 0, n % 60 == 0);
            if n > 20 {
                show.encoded_as_asked(at, at);
            }
            if n == 15 {
                assert_eq!(rates(&show), [early, early], "480p is on its way");
            }
        }
        assert_eq!(rates(&show), [late, late]);
    }
}
