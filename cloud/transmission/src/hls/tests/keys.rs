//! What the source's key frames, its hitches and the loss of the encoder do to the source.

use super::rungs::downs;
use super::*;

#[test]
fn an_encoder_that_is_lost_is_waited_for_a_while_and_then_an_unfit_source_joins_at_once() {
    for back_at in [330, 1_000] {
        let mut show = Show::new(&["source", "480p"]);
        for n in 0..600i64 {
            let at = 5_000 + n * 1000 / 30;
            show.source(at, 0, n % 250 == 0);
            match n {
                300 => show.packager.encoder_lost(),
                _ if n < 300 || n >= back_at => {
                    let idr = n == back_at || show.cuts.pop().is_some();
                    show.encoded(at, idr, at);
                }
                _ => {}
            }
            let facts = show.packager.tick(ms(at));
            show.take(facts);
        }
        let lost = ms(5_000 + 300 * 1000 / 30);
        let joined = show.opened("source").into_iter().map(|opened| opened.1).find(|start| *start > lost);
        match back_at {
            330 => assert_eq!(joined, None),
            _ => {
                let after = (joined.unwrap() - lost).ms();
                assert!((3_000..3_100).contains(&after), "{after}");
            }
        }
    }
}

#[test]
fn a_source_that_is_known_to_have_far_key_frames_stays_off_over_scene_cuts_and_another_run() {
    let mut show = Show::new(&["source", "480p"]);
    // At 24 seconds two scene changes; at 40 seconds the publisher, or its connection, is away for a second.
    let keys = [0, 250, 500, 720, 780, 840, 1_090, 1_230, 1_480, 1_730];
    for n in 0..1_800i64 {
        if n == 1_200 {
            let facts = show.packager.discontinuity(ms(5_000 + n * 1000 / 30));
            show.take(facts);
        }
        if !(1_200..1_230).contains(&n) {
            let at = 5_000 + n * 1000 / 30;
            show.source(at, 0, keys.contains(&n));
            show.encoded_as_asked(at, at);
        }
    }
    assert_eq!(downs(&show), ["source: its key frames are too far apart"]);
    assert!(show.opened("source").iter().all(|opened| opened.1 < ms(14_000)), "{:?}", show.opened("source"));
    assert!(show.opened("480p").last().unwrap().1 > ms(62_000));
}

#[test]
fn a_hitch_in_a_long_group_costs_the_source_nothing() {
    // OBS at its defaults, 60 pictures in a second; what is missing from 2 seconds on.
    for (hitch, dependent) in [(160, 0), (217, 0), (290, 0), (500, 1), (900, 1)] {
        let mut show = Show::new(&["source", "480p"]);
        for n in 0..2_000i64 {
            let at = 5_000 + n * 1000 / 60 + if n < 620 { 0 } else { hitch };
            show.source(at, 0, n % 250 == 0);
            show.encoded_as_asked(at, at);
            assert!(!show.packager.wants_own_size(), "{hitch}");
        }
        assert_eq!(downs(&show), Vec::<String>::new(), "{hitch}");
        let firsts: Vec<_> = show.parts("source").into_iter().filter(|part| part.1 == 0).collect();
        let others = firsts.iter().filter(|part| !part.3).count();
        assert_eq!(others, dependent, "{hitch}: what cannot be held in a segment begins another one");
        assert!(show.opened("source").iter().all(|opened| !opened.2));
        check(&show, "source").unwrap();
        check(&show, "480p").unwrap();
    }
}

#[test]
fn a_scene_cut_as_early_as_encoders_make_them_begins_a_segment() {
    let mut show = Show::new(&["source"]);
    // 60 pictures in a second: x264 keeps 25 between key frames.
    for n in 0..2_000i64 {
        show.source(5_000 + n * 1000 / 60, 0, [0, 250, 500, 525, 775, 1_025, 1_275].contains(&n));
    }
    let of = |n: i64| ms(5_000 + n * 1000 / 60);
    let starts: Vec<_> = show.opened("source").into_iter().map(|opened| opened.1).collect();
    assert_eq!(starts[..6], [0, 250, 500, 525, 775, 1_025].map(of));
}

#[test]
fn a_show_goes_live_with_its_source_while_the_encoder_is_lost() {
    let mut show = Show::new(&["source", "480p"]);
    let mut from = 0;
    for n in 0..240i64 {
        let at = 5_000 + n * 1000 / 30;
        if n == 70 {
            show.packager.encoder_lost();
        }
        if n == 100 {
            let facts = show.packager.go_live(DateTime::UNIX_EPOCH, LiveFrom::Next);
            let Fact::WentLive { from_msn, .. } = facts[0] else { panic!("{facts:?}") };
            from = from_msn;
            show.take(facts);
        }
        show.source(at, 0, n == 0);
        if n < 70 {
            show.encoded_as_asked(at, at);
        }
    }
    let first = show.opened("source").into_iter().find(|opened| opened.0 >= from);
    let first = first.expect("it waits for no key frame: nothing else is shown meanwhile").1;
    assert!(first < ms(5_000 + 140 * 1000 / 30), "{first:?}");
}

#[test]
fn a_slow_source_stays_while_the_encoder_is_lost() {
    let mut show = Show::new(&["source", "480p"]);
    for n in 0..240i64 {
        let at = 5_000 + n * 1000 / 30;
        if n == 100 {
            show.packager.encoder_lost();
        }
        // Four pictures in a second from then on.
        if n < 100 || n % 8 == 0 {
            show.source(at, 0, n % 40 == 0);
        }
        if n < 100 {
            show.encoded_as_asked(at, at);
        }
    }
    assert_eq!(downs(&show), Vec::<String>::new());
}

#[test]
fn a_source_comes_back_whatever_the_phase_of_its_key_frames() {
    for phase in (0..60).step_by(6) {
        let mut show = Show::new(&["source", "480p"]);
        for n in 0..1_700i64 {
            let at = 5_000 + n * 1000 / 30;
            // Two seconds apart, as are the segments of a grid of its own.
            show.source(at, 0, if n < 500 { n % 250 == 0 } else { n % 60 == phase });
            show.encoded_as_asked(at, at);
        }
        assert!(show.packager.is_up(&rung("source")), "{phase}");
        assert!(show.closed("480p").iter().all(|closed| !closed.2), "{phase}");
        check(&show, "source").unwrap();
    }
}

#[test]
fn an_encoder_that_dies_again_and_again_leaves_nobody_in_the_dark_again_and_again() {
    // It lives for fifteen seconds, and is away for ten.
    let mut show = Show::new(&["source", "480p"]);
    for n in 0..9_000i64 {
        let at = 5_000 + n * 1000 / 30;
        show.source(at, 0, n % 250 == 0);
        match n % 750 {
            450 => show.packager.encoder_lost(),
            at_work if at_work < 450 => {
                let idr = at_work == 0 || show.cuts.pop().is_some();
                show.encoded(at, idr, at);
            }
            _ => {}
        }
        let facts = show.packager.tick(ms(at));
        show.take(facts);
    }
    // Five minutes, twelve deaths: viewers were moved to it and had to come back three times.
    let lifts =
        show.opened("source").into_iter().filter(|opened| opened.1 > ms(14_000)).map(|opened| opened.1);
    let lifts: Vec<_> = lifts.collect();
    let away = lifts.windows(2).filter(|two| two[1] - two[0] > ms(5_000)).count();
    assert!(away <= 1, "{away} times: {lifts:?}");
    assert!(lifts.last().is_some_and(|last| *last > ms(300_000)), "{lifts:?}");
}

#[test]
fn one_picture_a_second_and_fewer_make_no_holes() {
    // Stills that are sent again and again, with the jitter of timers; far key frames, and near ones.
    for (step, jitter, keys) in
        [(250, 20, 62), (500, 15, 4), (500, 15, 250), (1_000, 30, 2), (1_000, 30, 250), (2_000, 60, 1)]
    {
        let mut show = Show::new(&["source"]);
        for n in 0..60_000 / step {
            show.source(5_000 + n * step + n * 7 % 3 * jitter, 0, n % keys == 0);
        }
        check(&show, "source").unwrap();
        let opened = show.opened("source");
        let cuts = opened.iter().skip(1).filter(|opened| opened.2).count();
        assert_eq!(cuts, 0, "{step} {keys}: {} of {}", cuts, opened.len());
        let closed = show.closed("source");
        assert!(closed.iter().all(|closed| !closed.2), "{step} {keys}: {closed:?}");
    }
}
