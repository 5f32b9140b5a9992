//! Parts and segments, whatever the timing.

use super::*;

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

#[test]
fn parts_are_full_when_pictures_are_uneven_or_stand_for_long() {
    // The distance (ms) of each tenth picture, and of the others.
    for (long, step) in [(33, 83), (33, 71), (450, 33), (700, 33), (60, 33), (120, 33), (250, 40), (950, 16)]
    {
        let mut show = Show::new(&["source"]);
        let mut at = 1_000;
        for n in 0..400i64 {
            show.source(at, 0, n % 60 == 0);
            at += if n % 10 == 9 { long } else { step };
        }
        check(&show, "source").unwrap();
        let parts = show.parts("source");
        for pair in parts.windows(2) {
            let last_of_segment = pair[1].0 != pair[0].0;
            let length = pair[0].2;
            let full = length <= PART_TARGET && length.seconds() >= PART_TARGET.seconds() * 0.85;
            assert!(full || last_of_segment && length <= PART_TARGET, "{long}, {step}: {:?}", pair[0]);
        }
        assert!(show.closed("source").iter().all(|(_, _, gap)| !gap), "{long}, {step}");
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
fn pictures_that_hardly_go_on_in_time_do_not_pile_up_in_one_part() {
    let mut show = Show::new(&["source"]);
    show.source(1_000, 0, true);
    for n in 1..20_000i64 {
        let mut unit = unit(1_000, 1_000, false);
        unit.dts += MediaTime::from_ticks(n);
        unit.pts = unit.dts;
        let packaged = show.packager.push_source(unit, ms(1_000 + n * 33));
        show.take(packaged.facts);
    }
    let parts = show.parts("source");
    assert!(parts.len() >= 19, "{}", parts.len());
    let of = |bytes: &Bytes| Moof::decode(&mut &bytes[..]).unwrap().traf[0].trun[0].samples.len();
    let most = show
        .facts
        .iter()
        .filter(|fact| matches!(fact, Fact::Part { .. }))
        .filter_map(Fact::bytes)
        .map(of)
        .max();
    assert!(most <= Some(1_025), "{most:?}");
}

#[test]
fn a_part_waits_for_its_audio_but_not_long() {
    let mut show = Show::new(&["source"]);
    show.source(1_000, 0, true);
    for n in 1..=6 {
        let at = 1_000 + n * 33;
        show.source_alone(at, 0, false);
    }
    assert!(show.parts("source").is_empty(), "audio is missing");
    let facts = show.packager.tick(ms(1_297));
    show.take(facts);
    assert!(show.parts("source").is_empty());
    let facts = show.packager.tick(ms(1_298));
    show.take(facts);
    assert_eq!(show.parts("source").len(), 1);
}

#[test]
fn a_publisher_whose_sound_stops_keeps_an_audio_track_without_holes() {
    let mut show = Show::new(&["source"]);
    (0..60i64).for_each(|n| show.source(5_000 + n * 33, 0, n % 60 == 0));
    for n in 60..300i64 {
        let at = 5_000 + n * 33;
        show.source_alone(at, 0, n % 60 == 0);
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
fn pictures_without_sound_have_a_silent_track_so_that_no_part_is_empty() {
    for (gap, seconds) in [(33, 6), (500, 12), (950, 12)] {
        let mut show = Show::new(&["source"]);
        let mut packager = Packager::new(&[rung("source")], 0, 0);
        packager.set_video(&rung("source"), video_config());
        show.packager = packager;
        let mut at = 1_000;
        for n in 0..seconds * 1_000 / gap {
            at = 1_000 + n * gap;
            show.source_alone(at, 0, n % (1_980 / gap) == 0);
            for tick in (0..gap).step_by(100) {
                let facts = show.packager.tick(ms(at + tick));
                show.take(facts);
            }
        }
        let facts = show.packager.end(ms(at + 50));
        show.take(facts);
        check(&show, "source").unwrap();
        let bytes = |fact: &Fact| matches!(fact, Fact::Part { .. }).then(|| fact.bytes().cloned()).flatten();
        let parts: Vec<_> = show.facts.iter().filter_map(bytes).collect();
        assert!(parts.len() > 20, "{gap}: {}", parts.len());
        for (n, part) in parts.iter().enumerate() {
            let moof = Moof::decode(&mut &part[..]).unwrap();
            assert!(!moof.traf.is_empty(), "{gap}: part {n}");
            assert!(moof.traf.iter().all(|traf| !traf.trun[0].samples.is_empty()), "{gap}: part {n}");
        }
        let said = show.facts.iter().find_map(|fact| match fact {
            Fact::Init { info, .. } => Some(info.codecs.clone()),
            _ => None,
        });
        assert_eq!(said.as_deref(), Some("avc1.64001f,mp4a.40.2"));
    }
}

#[test]
fn no_word_is_lost_when_sound_changes_far_from_a_key_frame() {
    let mut show = Show::new(&["source"]);
    let codings = [[0x11u8, 0x90], [0x11, 0x88]];
    for n in 0..600i64 {
        // Once, and later three times in a second.
        if let Some(nth) = [100, 420, 430, 440].iter().position(|at| *at == n) {
            let asc = Bytes::copy_from_slice(&codings[nth % 2]);
            show.packager.set_audio(AudioConfig::parse(asc).unwrap());
        }
        show.source(10_000 + n * 1000 / 30, 0, n % 240 == 0);
        if n == 419 {
            check(&show, "source").unwrap();
        }
    }
    let changed: Vec<_> = show.opened("source").iter().filter(|o| o.2).map(|o| o.1).collect();
    let at = |n: i64| ms(10_000 + n * 1000 / 30);
    assert_eq!(changed, [at(100), at(420), at(480)], "a storm of changes waits for the key frame");
    let heard =
        show.facts.iter().skip_while(|f| !matches!(f, Fact::Init { version: 2, .. })).find_map(|fact| {
            let Fact::Part { bytes, .. } = fact else { return None };
            let traf = Moof::decode(&mut &bytes[..]).unwrap().traf.into_iter().nth(1)?;
            Some(traf.tfdt?.base_media_decode_time)
        });
    let first = heard.unwrap() as f64 / 48_000.0 - at(100).seconds();
    assert!((0.0..0.03).contains(&first), "{first} s of sound are missing");
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
            let odd = AccessUnit { dts, pts, key: a % 5 == 0, data: data.clone().into() };
            let even = unit(a.into(), b.into(), a % 3 == 0);
            let facts = match kind {
                0 => show.packager.push_source(odd, now).facts,
                1 => show.packager.push_encoded(&rung(name), odd, now),
                2 => show.packager.push_source(even, now).facts,
                3 => show.packager.push_encoded(&rung(name), even, now),
                4 => show.packager.push_audio(dts, data.into(), now),
                5 => show.packager.tick(now),
                6 => show.packager.discontinuity(now),
                _ => show.packager.rung_down(&rung(name), "test"),
            };
            show.take(facts);
        }
    }
}

#[test]
fn sound_whose_header_changes_all_the_time_is_forgotten() {
    let mut show = steady(30.0, 4.0, 2.0, 0);
    for n in 0..5_000 {
        let config: &'static [u8] = if n % 2 == 0 { &[0x11, 0x90] } else { &[0x12, 0x10] };
        show.packager.set_audio(AudioConfig::parse(Bytes::from_static(config)).unwrap());
    }
    let kept = format!("{:?}", show.packager).matches("Coding {").count();
    assert!(kept <= 3, "{kept}");
}
