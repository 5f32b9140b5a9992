//! Numbers have no hole over a crash.

use super::*;

/// The show as another process finds it: its window, and a packager that goes on.
fn crashed(show: &Show, ladder: &[&str]) -> Show {
    let ladder: Vec<_> = ladder.iter().map(|name| rung(name)).collect();
    let mut window = show.window.clone();
    let (packager, closing) = Packager::resume(&ladder, &window);
    closing.iter().for_each(|fact| window.apply(fact.clone(), None));
    let mut again = Show { packager, window, facts: closing, audio_at: 0.0, cuts: Vec::new() };
    again.packager.set_video(&rung("source"), video_config());
    again.packager.set_audio(audio_config());
    again
}

/// The numbers of a rung's playlist, by its segments' addresses: those of whole ones, and of the open one's parts.
fn listed(show: &Show, name: &str) -> Vec<u64> {
    let text = show.playlist(name);
    let number = |line: &str| line.strip_prefix("1/seg")?.strip_suffix(".m4s")?.parse().ok();
    text.lines().filter_map(number).collect()
}

fn is_without_a_hole(show: &Show, name: &str) {
    let numbers = listed(show, name);
    let first: u64 = show
        .playlist(name)
        .lines()
        .find_map(|line| line.strip_prefix("#EXT-X-MEDIA-SEQUENCE:")?.parse().ok())
        .unwrap();
    assert_eq!(numbers, (first..first + numbers.len() as u64).collect::<Vec<_>>(), "{name}");
}

/// Four groups of two seconds, with an encoded rung close behind.
fn on_air() -> Show {
    let mut show = Show::new(&["source", "480p"]);
    show.went_live();
    for n in 0..240i64 {
        let at = 5_000 + n * 1000 / 30;
        show.source(at, 0, n % 60 == 0);
        show.encoded_as_asked(at, at);
    }
    show
}

#[test]
fn a_restored_rung_whose_encoder_comes_late_says_what_it_missed() {
    let mut show = crashed(&on_air(), &["source", "480p"]);
    for n in 0..400i64 {
        let at = 15_000 + n * 1000 / 30;
        show.source(at, 0, n % 60 == 0);
        if n == 100 {
            show.packager.set_video(&rung("480p"), video_config());
        }
        if n >= 130 {
            show.encoded(at, n % 60 == 0 || n == 130, at);
        }
        let facts = show.packager.tick(ms(at));
        show.take(facts);
    }
    for name in ["source", "480p"] {
        is_without_a_hole(&show, name);
    }
    let closed = show.closed("480p");
    assert!(
        closed.iter().any(|segment| segment.2) && closed.iter().rev().take(2).all(|s| !s.2),
        "{closed:?}"
    );
}

#[test]
fn a_source_that_was_off_is_shown_when_no_encoder_comes_after_a_crash() {
    let mut show = Show::new(&["source", "480p"]);
    show.went_live();
    for n in 0..400i64 {
        let at = 5_000 + n * 1000 / 30;
        show.source(at, 0, n % 250 == 0);
        show.encoded_as_asked(at, at);
    }
    assert!(!show.packager.is_up(&rung("source")));
    let mut show = crashed(&show, &["source", "480p"]);
    for n in 0..300i64 {
        let at = 20_000 + n * 1000 / 30;
        show.source(at, 0, n % 250 == 0);
        let facts = show.packager.tick(ms(at));
        show.take(facts);
    }
    let first = show.opened("source")[0].1;
    assert!((ms(22_900)..ms(23_200)).contains(&first), "{first:?}");
    assert!(show.parts("source")[0].3, "and at once, by what leads in");
    is_without_a_hole(&show, "source");
}

#[test]
fn a_source_whose_key_frames_were_far_stays_off_over_a_crash() {
    let mut show = Show::new(&["source", "480p"]);
    show.went_live();
    for n in 0..400i64 {
        let at = 5_000 + n * 1000 / 30;
        show.source(at, 0, n % 250 == 0);
        show.encoded_as_asked(at, at);
    }
    let mut show = crashed(&show, &["source", "480p"]);
    show.packager.set_video(&rung("480p"), video_config());
    for n in 0..400i64 {
        let at = 20_000 + n * 1000 / 30;
        // Scene changes, and then as before.
        show.source(at, 0, [0, 60, 120, 370].contains(&n));
        show.encoded_as_asked(at, at);
    }
    assert!(show.opened("source").is_empty(), "{:?}", show.opened("source"));
    is_without_a_hole(&show, "480p");
}

#[test]
fn a_rung_that_went_down_with_a_segment_that_no_other_had_leaves_no_hole() {
    let mut show = on_air();
    // The source is one segment ahead when it goes.
    for n in 240..250i64 {
        show.source(5_000 + n * 1000 / 30, 0, n == 240);
    }
    let facts = show.packager.rung_down(&rung("source"), "test");
    show.take(facts);
    let mut show = crashed(&show, &["source", "480p"]);
    show.packager.set_video(&rung("480p"), video_config());
    for n in 0..200i64 {
        let at = 15_000 + n * 1000 / 30;
        show.source(at, 0, n % 60 == 0);
        show.encoded(at, n % 60 == 0, at);
    }
    is_without_a_hole(&show, "480p");
    assert!(listed(&show, "480p").len() >= 6, "{}", show.playlist("480p"));
}

#[test]
fn a_source_that_cannot_join_at_first_says_what_it_missed() {
    let mut show = Show::new(&["source"]);
    show.went_live();
    (0..240i64).for_each(|n| show.source(5_000 + n * 1000 / 30, 0, n % 60 == 0));
    let mut show = crashed(&show, &["source"]);
    // Without an IDR its pictures are shown by nobody; the grid goes on.
    for n in 0..400i64 {
        let at = 15_000 + n * 1000 / 30;
        let mut unit = unit(at, at, n == 250);
        unit.key |= n == 0;
        let packaged = show.packager.push_source(unit, ms(at));
        show.take(packaged.facts);
        let facts = show.packager.tick(ms(at));
        show.take(facts);
    }
    is_without_a_hole(&show, "source");
    assert!(listed(&show, "source").len() > 5, "{}", show.playlist("source"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn whenever_it_crashes_no_rung_has_a_hole(
        steps in proptest::collection::vec((10i64..120, 0u8..120), 100..500),
        lag in 0usize..60,
        late in 0usize..200,
        down_at in 0usize..500,
    ) {
        let mut show = Show::new(&["source", "480p"]);
        show.went_live();
        let mut at = 5_000;
        let feed = |show: &mut Show, at: &mut i64, late: usize| {
            let mut sent = Vec::new();
            for (n, (step, dice)) in steps.iter().enumerate() {
                *at += step;
                show.source(*at, 0, n == 0 || *dice == 0);
                sent.push(*at);
                if n >= lag + late {
                    show.encoded_as_asked(sent[n - lag], *at);
                }
                if n == down_at {
                    let facts = show.packager.rung_down(&rung("source"), "test");
                    show.take(facts);
                }
                let facts = show.packager.tick(ms(*at));
                show.take(facts);
            }
        };
        feed(&mut show, &mut at, 0);
        let mut show = crashed(&show, &["source", "480p"]);
        show.packager.set_video(&rung("480p"), video_config());
        at += 3_000;
        feed(&mut show, &mut at, late);
        for (name, track) in &show.window.tracks {
            for pair in track.segments.iter().zip(track.segments.iter().skip(1)) {
                prop_assert_eq!(pair.0.msn + 1, pair.1.msn, "{}", name);
                prop_assert!(pair.0.start < pair.1.start, "{}", name);
            }
        }
    }
}
