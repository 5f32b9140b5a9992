//! Several rungs on one grid, and what they lose.

use super::*;

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
fn a_segment_that_is_moved_less_takes_no_place_of_the_next_ones_key_frame() {
    let mut show = Show::new(&["source", "480p"]);
    let at = |n: i64| 5_000 + n * 1_000 / 30 + if n < 100 { 0 } else { 3_000 };
    for n in 0..240 {
        // The picture that ends a freeze is one that others are shown before.
        show.source(at(n), if n == 100 { 33 } else { 66 }, n % 60 == 0);
        if n >= 6 {
            show.encoded_as_asked(at(n - 6) + 66, at(n));
        }
    }
    check(&show, "480p").unwrap();
    let firsts: Vec<_> = show.parts("480p").into_iter().filter(|(_, index, ..)| *index == 0).collect();
    assert!(firsts.len() >= 4 && firsts.iter().all(|(.., independent)| *independent), "{firsts:?}");
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
    assert_eq!(gaps, vec![2], "the segment before holds its last picture for less than a second");
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
    for now in [8_600, 8_700] {
        let facts = show.packager.tick(ms(now));
        show.take(facts);
    }
    assert_eq!(show.closed("source").len(), 2);
    assert_eq!(show.closed("480p").len(), 2, "the encoded rung is complete too");
    show.audio_at = 20_000.0;
    feed(&mut show, 20_000, 100);
    for name in ["source", "480p"] {
        check(&show, name).unwrap();
        assert_eq!(show.opened(name)[2], (2, ms(20_000), true));
    }
    show.went_live();
}

#[test]
fn a_source_with_rare_key_frames_gives_way_to_the_encoded_rung_without_a_hole() {
    // OBS at its defaults: a key frame each 250 pictures.
    let mut show = Show::new(&["source", "480p"]);
    for n in 0..900i64 {
        let at = 5_000 + n * 1000 / 30;
        show.source(at, 0, n % 250 == 0);
        if n >= 9 {
            show.encoded_as_asked(5_000 + (n - 9) * 1000 / 30, at);
        }
    }
    check(&show, "480p").unwrap();
    assert_eq!(downs(&show), ["source: its key frames are too far apart"]);
    let closed = show.closed("480p");
    assert!(closed.len() >= 12 && closed.iter().all(|s| !s.2), "{closed:?}");
    assert!(closed[1..].iter().all(|s| s.1 < ms(2_100)), "a grid of its own: {closed:?}");
}

#[test]
fn a_source_with_rare_key_frames_waits_for_what_the_encoder_offers_but_not_for_ever() {
    let info = TrackInfo { codecs: "avc1.4d401f".into(), width: 1280, height: 720, frame_rate: Some(30.0) };
    let offer = |name| Offer { rung: rung(name), info: info.clone(), bits_per_second: 1_360_000 };
    let mut show = Show::new(&["source", "720p", "480p"]);
    let facts = show.packager.offer(vec![offer("720p"), offer("480p")]);
    show.take(facts);
    // 720p never comes.
    for n in 0..400i64 {
        let at = 5_000 + n * 1000 / 30;
        show.source(at, 0, n % 250 == 0);
        show.encoded_as_asked(at, at);
        match at {
            ..13_400 => assert_eq!(downs(&show), Vec::<String>::new(), "{at}"),
            14_500.. => assert_eq!(downs(&show), ["source: its key frames are too far apart"], "{at}"),
            _ => {}
        }
    }
    check(&show, "480p").unwrap();
    assert!(show.closed("480p").iter().all(|s| !s.2));
}

#[test]
fn a_show_with_rare_key_frames_goes_live_at_once_and_shows_nothing_from_before() {
    let mut show = Show::new(&["source", "480p"]);
    let mut from = 0;
    for n in 0..400i64 {
        let at = 5_000 + n * 1000 / 30;
        if n == 100 {
            let facts = show.packager.go_live(DateTime::UNIX_EPOCH, LiveFrom::Next);
            let Fact::WentLive { from_msn, .. } = facts[0] else { panic!("{facts:?}") };
            from = from_msn;
            show.take(facts);
        }
        show.source(at, 0, n % 250 == 0);
        show.encoded_as_asked(at, at);
    }
    let first = |name: &str| show.opened(name).iter().find(|opened| opened.0 >= from).unwrap().1;
    assert_eq!(first("480p"), ms(5_000 + 100 * 1000 / 30), "the picture after the button");
    let source = show.parts("source").into_iter().find(|part| part.0 >= from);
    assert!(source.is_none_or(|part| part.3), "the source joins at a key frame: {source:?}");
    check(&show, "480p").unwrap();
}

#[test]
fn the_multivariant_playlist_names_the_whole_ladder_from_the_first_answer_on_best_first() {
    let mut show = Show::new(&["source", "720p", "480p"]);
    show.window = Window::new(1, DateTime::UNIX_EPOCH);
    show.went_live();
    (0..30).for_each(|n| show.source(5_000 + n * 33, 0, n == 0));
    assert_eq!(show.window.answer(&Want::Multivariant), Answer::NotYet, "the encoder has not said yet");
    let info = TrackInfo { codecs: "avc1.4d401f".into(), width: 1280, height: 720, frame_rate: Some(30.0) };
    let offer = |name| Offer { rung: rung(name), info: info.clone(), bits_per_second: 1_360_000 };
    let facts = show.packager.offer(vec![offer("720p"), offer("480p")]);
    show.take(facts);
    for n in 30..70 {
        show.source(5_000 + n * 33, 0, n == 60);
        show.encoded(5_000 + n * 33, n == 60, 5_000 + n * 33);
    }
    let Answer::Playlist(text) = show.window.answer(&Want::Multivariant) else { panic!() };
    let names: Vec<_> = text.lines().filter(|line| line.ends_with("index.m3u8")).collect();
    assert_eq!(names, ["source/index.m3u8", "720p/index.m3u8", "480p/index.m3u8"], "{text}");
    let ask = |name| Want::Playlist { rung: rung(name), msn: None, part: None, skip: false };
    assert_eq!(show.window.answer(&ask("720p")), Answer::NotYet, "it is on its way");
    let facts = show.packager.rung_down(&rung("480p"), "test");
    show.take(facts);
    assert_eq!(show.window.answer(&ask("480p")), Answer::Gone);
}

#[test]
fn a_rung_that_is_down_is_gone_whether_it_ever_played_or_not_and_comes_back_with_its_pictures() {
    let mut show = Show::new(&["source", "480p"]);
    let info = TrackInfo { codecs: "avc1.4d401f".into(), width: 854, height: 480, frame_rate: Some(30.0) };
    let offers = || vec![Offer { rung: rung("480p"), info: info.clone(), bits_per_second: 1_360_000 }];
    let wants = |msn| {
        let rung = || rung("480p");
        [
            Want::Playlist { rung: rung(), msn: None, part: None, skip: false },
            Want::PlainPlaylist { rung: rung(), skip: false },
            Want::Init { rung: rung(), version: 1 },
            Want::Segment { rung: rung(), msn },
            Want::Part { rung: rung(), msn, index: 0 },
        ]
    };
    let is_listed = |show: &Show| match show.window.answer(&Want::Multivariant) {
        Answer::Playlist(text) => text.contains("\n480p/index.m3u8\n"),
        other => panic!("{other:?}"),
    };
    let facts = show.packager.offer(offers());
    show.take(facts);
    show.went_live();
    for n in 0..700i64 {
        let at = 5_000 + n * 1000 / 30;
        show.source(at, 0, n % 60 == 0);
        match n {
            60 | 150 | 400 => {
                let facts = show.packager.rung_down(&rung("480p"), "the encoder fails");
                show.take(facts);
            }
            120 | 160 | 460 => {
                let facts = show.packager.offer(offers());
                show.take(facts);
                show.packager.set_video(&rung("480p"), video_config());
            }
            180..400 | 500.. => show.encoded_as_asked(at, at),
            _ => {}
        }
        if matches!(n, 100 | 150 | 450) {
            for want in wants(1) {
                assert_eq!(show.window.answer(&want), Answer::Gone, "{n}: {want:?}");
            }
            assert!(!is_listed(&show), "{n}");
        }
        if matches!(n, 50 | 399 | 599) {
            assert!(is_listed(&show), "{n}");
        }
    }
    assert_eq!(downs(&show).len(), 2, "an encoder that fails again is no news");
    let newest = show.closed("480p").last().unwrap().0;
    for want in &wants(newest)[3..] {
        assert!(matches!(show.window.answer(want), Answer::Media(_)), "{want:?}");
    }
}

#[test]
fn a_rung_without_pictures_lets_nobody_wait_for_what_is_far_ahead() {
    let mut show = Show::new(&["source", "480p"]);
    let info = TrackInfo { codecs: "avc1.4d401f".into(), width: 854, height: 480, frame_rate: Some(30.0) };
    let facts = show.packager.offer(vec![Offer { rung: rung("480p"), info, bits_per_second: 1_360_000 }]);
    show.take(facts);
    (0..100i64).for_each(|n| show.source(5_000 + n * 33, 0, n % 60 == 0));
    // From the next segment on: the source does not play for the public yet either.
    let facts = show.packager.go_live(DateTime::UNIX_EPOCH, LiveFrom::Next);
    show.take(facts);
    for name in ["source", "480p"] {
        let ask = |msn, part| {
            show.window.answer(&Want::Playlist { rung: rung(name), msn: Some(msn), part, skip: false })
        };
        for (msn, part) in [(1, None), (2, Some(0)), (3, Some(3))] {
            assert_eq!(ask(msn, part), Answer::NotYet, "{name} {msn} {part:?}");
        }
        for (msn, part) in [(1_000, None), (4, Some(0)), (2, Some(99))] {
            assert_eq!(ask(msn, part), Answer::Refused, "{name} {msn} {part:?}");
        }
    }
}

pub(super) fn downs(show: &Show) -> Vec<String> {
    let of = |fact: &Fact| match fact {
        Fact::RungDown { rung, reason } => Some(format!("{rung}: {reason}")),
        _ => None,
    };
    show.facts.iter().filter_map(of).collect()
}

/// Whether the rung is in the newest segment.
fn plays(show: &Show, name: &str) -> bool {
    let newest = |name: &str| show.opened(name).last().map(|opened| opened.0);
    newest(name) == newest("480p")
}

#[test]
fn a_source_whose_key_frames_come_closer_again_is_listed_again() {
    let mut show = Show::new(&["source", "480p"]);
    for n in 0..1_600i64 {
        let at = 5_000 + n * 1000 / 30;
        let gop = if n < 500 { 250 } else { 60 };
        show.source(at, 0, n % gop == 0);
        show.encoded_as_asked(at, at);
        if n == 1_400 {
            assert!(!plays(&show, "source"), "it waits until that is for good");
        }
    }
    assert!(plays(&show, "source"), "it came back");
    let closed = show.closed("480p");
    assert!(closed.iter().all(|s| !s.2), "{closed:?}");
    check(&show, "480p").unwrap();
}

#[test]
fn one_key_frame_for_the_whole_show_is_enough_for_the_encoded_rung() {
    let mut show = Show::new(&["source", "480p"]);
    for n in 0..900i64 {
        let at = 5_000 + n * 1000 / 30;
        show.source(at, 0, n == 0);
        show.encoded_as_asked(at, at);
    }
    let closed = show.closed("480p");
    assert!(closed.len() >= 12 && closed.iter().all(|s| !s.2), "{closed:?}");
}

#[test]
fn dropped_pictures_cost_the_source_nothing_but_themselves() {
    for missing in [8i64, 12, 25] {
        let mut show = Show::new(&["source", "480p"]);
        for n in 0..400i64 {
            let at = 5_000 + n * 1000 / 30;
            if !(100..100 + missing).contains(&n) {
                show.source(at, 0, n % 60 == 0);
                show.encoded_as_asked(at, at);
            }
        }
        for name in ["source", "480p"] {
            check(&show, name).unwrap();
            assert!(show.closed(name).iter().all(|s| !s.2), "{missing}: {:?}", show.closed(name));
            assert_eq!(show.opened(name).iter().filter(|o| o.2).count(), 0, "no discontinuity");
        }
        assert_eq!(downs(&show), Vec::<String>::new());
        assert!(plays(&show, "source"), "{:?} {:?}", show.opened("source"), show.opened("480p"));
        assert!(show.parts("source").iter().all(|p| p.2 <= PART_TARGET + ms(2)), "{missing}");
    }
}

#[test]
fn a_picture_that_freezes_for_long_is_a_discontinuity_and_every_length_stays_in_its_bound() {
    for ladder in [&["source"][..], &["source", "480p"]] {
        let mut show = Show::new(ladder);
        for n in 0..800i64 {
            let at = 5_000 + n * 1000 / 30;
            // Twelve seconds, and what comes then is no key frame.
            if !(100..460).contains(&n) {
                show.source(at, 66, n % 60 == 0 && n != 480);
                show.encoded_as_asked(at + 66, at);
            }
            let facts = show.packager.tick(ms(at));
            show.take(facts);
        }
        for name in ladder {
            check(&show, name).unwrap();
            assert!(show.closed(name).iter().all(|s| !s.2 && s.1 < ms(4_500)), "{:?}", show.closed(name));
            assert!(show.parts(name).iter().all(|p| p.2 <= PART_TARGET + ms(2)));
            let jump = show.opened(name).iter().filter(|o| o.2).map(|o| o.1).collect::<Vec<_>>();
            assert_eq!(jump, [ms(5_000 + 460 * 1000 / 30)], "{name} goes on at the first picture");
        }
        let first = show.parts("source").into_iter().find(|p| p.0 == 2).unwrap();
        assert!(first.3, "a decoder can start there: the pictures since the key frame lead in");
    }
}

#[test]
fn when_the_encoder_fails_an_unfit_source_is_the_last_resort() {
    let mut show = Show::new(&["source", "480p"]);
    for n in 0..900i64 {
        let at = 5_000 + n * 1000 / 30;
        show.source(at, 0, n % 250 == 0);
        if n < 300 {
            show.encoded_as_asked(at, at);
        }
        if n == 540 {
            assert!(!show.packager.is_up(&rung("source")));
            let facts = show.packager.rung_down(&rung("480p"), "the encoder is away");
            show.take(facts);
        }
    }
    assert!(show.packager.is_up(&rung("source")));
    let joined = show.opened("source").into_iter().find(|opened| opened.1 >= ms(5_000 + 540 * 1000 / 30));
    let (msn, start, _) = joined.unwrap();
    assert_eq!(start, ms(5_000 + 541 * 1000 / 30), "with the next picture, far from any key frame");
    let first = show.parts("source").into_iter().find(|part| part.0 == msn).unwrap();
    assert!(first.3, "which a decoder is led to");
    let last = show.opened("source").last().unwrap().1;
    assert!(last > ms(5_000 + 750 * 1000 / 30), "it flows: {last:?}");
    check(&show, "source").unwrap();
}

#[test]
fn a_rung_that_goes_closes_its_segment_keeps_no_bytes_and_says_the_newest_reason() {
    let mut show = Show::new(&["source", "480p"]);
    for n in 0..100i64 {
        let at = 5_000 + n * 1000 / 30;
        show.source(at, 0, n % 60 == 0);
        show.encoded_as_asked(at, at);
    }
    for reason in ["one", "one", "another", "another"] {
        let facts = show.packager.rung_down(&rung("480p"), reason);
        show.take(facts);
    }
    assert_eq!(downs(&show), ["480p: one", "480p: another"]);
    let segments = &show.window.tracks[&rung("480p")].segments;
    assert_eq!(segments.len(), 1);
    assert!(segments[0].length() > ms(500) && segments[0].size() == 0);
    assert_eq!(show.closed("480p").last(), Some(&(1, segments[0].length(), false)), "for the recording");
    check(&show, "480p").unwrap();
}

#[test]
fn another_encoder_joins_at_a_key_frame_only() {
    let mut show = Show::new(&["source", "480p"]);
    for n in 0..240i64 {
        let at = 5_000 + n * 1000 / 30;
        show.source(at, 0, n % 60 == 0);
        if n == 95 {
            show.packager.encoder_lost();
        }
        if !(90..95).contains(&n) {
            show.encoded(at, n % 60 == 0 || n == 97, at);
        }
    }
    check(&show, "480p").unwrap();
    assert!(show.closed("480p").iter().all(|s| !s.2), "seven pictures are held by the one before");
    let starts = show.parts("480p").into_iter().filter(|p| p.0 == 1 && p.3).count();
    assert_eq!(starts, 2, "the segment's first part, and the one where the new encoder joins");
}

#[test]
fn a_show_that_ends_waits_for_the_slow_rung() {
    let mut show = Show::new(&["source", "480p"]);
    for n in 0..240i64 {
        let at = 5_000 + n * 1000 / 30;
        show.source(at, 0, n % 60 == 0);
        if n >= 30 {
            show.encoded_as_asked(5_000 + (n - 30) * 1000 / 30, at);
        }
    }
    let facts = show.packager.end(ms(13_000));
    assert!(!facts.contains(&Fact::Ended), "a second of 480p is on its way");
    show.take(facts);
    for n in 210..240i64 {
        show.encoded_as_asked(5_000 + n * 1000 / 30, 13_500);
    }
    let facts = show.packager.tick(ms(13_700));
    assert_eq!(facts.last(), Some(&Fact::Ended));
    show.take(facts);
    assert_eq!(show.closed("480p"), show.closed("source"));
}

#[test]
fn a_show_that_ends_does_not_wait_for_ever() {
    let mut show = Show::new(&["source", "480p"]);
    for n in 0..240i64 {
        let at = 5_000 + n * 1000 / 30;
        show.source(at, 0, n % 60 == 0);
        if n < 100 {
            show.encoded_as_asked(at, at);
        }
    }
    let mut facts = show.packager.end(ms(13_000));
    facts.extend(show.packager.tick(ms(16_900)));
    assert!(!facts.contains(&Fact::Ended));
    facts.extend(show.packager.tick(ms(17_100)));
    assert_eq!(facts.last(), Some(&Fact::Ended));
}
