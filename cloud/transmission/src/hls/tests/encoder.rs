//! What an encoder that changes, lags or fails does to the rungs.

use super::rungs::downs;
use super::*;

/// Pictures of each segment.
fn pictures(show: &Show, name: &str) -> Vec<(u64, usize)> {
    samples(show, name, boxes::VIDEO_TRACK)
}

/// Samples of each segment in a track.
fn samples(show: &Show, name: &str, track: u32) -> Vec<(u64, usize)> {
    let mut counts: Vec<(u64, usize)> = Vec::new();
    for fact in &show.facts {
        let Fact::Part { rung, msn, bytes, .. } = fact else { continue };
        if rung.as_str() != name || bytes.is_empty() {
            continue;
        }
        let trafs = Moof::decode(&mut &bytes[..]).unwrap().traf;
        let of_it = trafs.iter().filter(|traf| traf.tfhd.track_id == track);
        let count = of_it.flat_map(|traf| &traf.trun).map(|run| run.samples.len()).sum::<usize>();
        match counts.last_mut().filter(|last| last.0 == *msn) {
            Some(last) => last.1 += count,
            None => counts.push((*msn, count)),
        }
    }
    counts
}

/// As the encoder says it after it was set up anew.
fn other_config() -> VideoConfig {
    let mut record = avcc().to_vec();
    record[3] += 1;
    VideoConfig::parse(record.into()).unwrap()
}

#[test]
fn an_encoded_rung_keeps_the_last_pictures_of_a_segment_when_the_rate_varies() {
    let mut show = Show::new(&["source", "480p"]);
    // A picture that comes late, shortly before the segment ends.
    let group = || (0..=50).map(|n| n * 33).chain([1_850, 1_883, 1_916, 1_949, 1_982]);
    let times: Vec<i64> = (0..6).flat_map(|n| group().map(move |at| 5_000 + n * 2_000 + at)).collect();
    for (n, at) in times.iter().enumerate() {
        show.source(*at, 0, (at - 5_000) % 2_000 == 0);
        if n >= 6 {
            show.encoded_as_asked(times[n - 6], *at);
        }
        let facts = show.packager.tick(ms(*at));
        show.take(facts);
    }
    check(&show, "480p").unwrap();
    assert_eq!(pictures(&show, "480p")[..5], [0, 1, 2, 3, 4].map(|msn| (msn, 56)));
}

#[test]
fn segments_of_an_encoded_rung_begin_with_their_key_frame_although_stamps_are_rounded() {
    let mut show = Show::new(&["source", "480p"]);
    let facts = show.packager.rung_down(&rung("source"), "it is not passed through");
    show.take(facts);
    let at = |n: i64| 5_000 + (n + 1) * 1000 / 30;
    for n in 0..900i64 {
        show.source(at(n), at(n + 2) - at(n), n % 300 == 0);
        if n == 70 {
            let facts = show.packager.go_live(DateTime::UNIX_EPOCH, LiveFrom::Next);
            show.take(facts);
        }
        if n >= 6 {
            show.encoded_as_asked(at(n - 4), at(n));
        }
    }
    check(&show, "480p").unwrap();
    let parts = show.parts("480p");
    let first = parts.iter().filter(|part| part.1 == 0);
    assert!(
        first.clone().count() > 10 && first.clone().all(|part| part.3),
        "{:?}",
        first.collect::<Vec<_>>()
    );
}

#[test]
fn a_rung_that_misses_the_segment_of_its_new_configuration_gets_another() {
    let mut show = Show::new(&["source", "480p"]);
    for n in 0..700i64 {
        let at = 5_000 + n * 1000 / 30;
        show.source(at, 0, n % 60 == 0);
        if n == 150 {
            show.packager.set_video(&rung("480p"), other_config());
        }
        // It is away for as long as it takes to lose the segment.
        if !(150..400).contains(&n) {
            show.encoded(at, n % 60 == 0, at);
        }
        let facts = show.packager.tick(ms(at));
        show.take(facts);
    }
    check(&show, "480p").unwrap();
    let closed = show.closed("480p");
    assert!(closed.iter().filter(|s| s.0 >= 7).all(|s| !s.2) && closed.len() > 9, "{closed:?}");
    let marks: Vec<_> = show.opened("480p").iter().filter(|o| o.2).map(|o| o.0).collect();
    assert_eq!(marks, [3, 7], "and no more than that");
}

#[test]
fn pictures_of_another_coding_begin_with_a_segment_of_their_own() {
    let mut show = Show::new(&["source", "480p"]);
    let facts = show.packager.rung_down(&rung("source"), "it is not passed through");
    show.take(facts);
    let at = |n: i64| 5_000 + n * 1000 / 30;
    for n in 0..300i64 {
        if n == 100 {
            show.packager.picture_changes();
        }
        show.source(at(n), 0, n == 0 || n == 100);
        match n {
            0..97 => show.encoded_as_asked(at(n), at(n)),
            97..130 => {}
            // The new encoder is set up a second later, and catches up.
            130 => {
                show.packager.set_video(&rung("480p"), other_config());
                (100..=130).for_each(|m| show.encoded_as_asked(at(m), at(n)));
            }
            _ => show.encoded_as_asked(at(n), at(n)),
        }
    }
    check(&show, "480p").unwrap();
    let marked: Vec<_> = show.opened("480p").into_iter().filter(|o| o.2).collect();
    assert_eq!(marked.iter().map(|o| o.1).collect::<Vec<_>>(), [ms(at(100))], "one, at the first picture");
    let of = |fact: &Fact| match fact {
        Fact::SegmentOpened { rung, msn, init, .. } if rung.as_str() == "480p" => Some((*msn, *init)),
        _ => None,
    };
    for (msn, init) in show.facts.iter().filter_map(of) {
        assert_eq!(init, if msn < marked[0].0 { 1 } else { 2 }, "{msn}");
    }
    assert!(show.closed("480p").iter().all(|s| !s.2));
}

#[test]
fn pictures_of_a_new_configuration_wait_for_their_segment() {
    let mut show = Show::new(&["source", "480p"]);
    for n in 0..240i64 {
        let at = 5_000 + n * 1000 / 30;
        show.source(at, 0, n % 60 == 0);
        if n == 100 {
            show.packager.set_video(&rung("480p"), other_config());
        }
        show.encoded(at, n % 60 == 0 || n == 100, at);
    }
    check(&show, "480p").unwrap();
    assert_eq!(pictures(&show, "480p")[..3], [(0, 60), (1, 40), (2, 60)]);
}

#[test]
fn a_rung_that_only_makes_gaps_does_not_keep_the_source_away() {
    // OBS at its defaults, and an encoder that is seven seconds behind.
    let mut show = Show::new(&["source", "480p"]);
    for n in 0..1_500i64 {
        let at = 5_000 + n * 1000 / 30;
        show.source(at, 0, n % 250 == 0);
        if n >= 210 {
            show.encoded_as_asked(5_000 + (n - 210) * 1000 / 30, at);
        }
        let facts = show.packager.tick(ms(at));
        show.take(facts);
    }
    assert!(show.closed("480p").iter().rev().take(5).all(|s| s.2), "{:?}", show.closed("480p"));
    assert!(show.packager.is_up(&rung("source")));
    let last = show.opened("source").last().unwrap().1;
    assert!(last > ms(48_000), "it flows: {last:?}");
    assert!(downs(&show).len() <= 1, "{:?}", downs(&show));
    check(&show, "source").unwrap();
}

#[test]
fn a_segment_behind_gaps_holds_its_own_sound_alone() {
    let mut show = Show::new(&["source", "480p"]);
    for n in 0..900i64 {
        let at = 5_000 + n * 1000 / 30;
        show.source(at, 0, n % 60 == 0);
        // It hangs for longer than a segment is waited for.
        if !(250..400).contains(&n) {
            show.encoded_as_asked(at, at);
        }
        let facts = show.packager.tick(ms(at));
        show.take(facts);
    }
    check(&show, "480p").unwrap();
    assert!(show.closed("480p").iter().filter(|segment| segment.2).count() >= 2, "{:?}", show.closed("480p"));
    for (msn, packets) in samples(&show, "480p", boxes::AUDIO_TRACK) {
        assert!(packets <= 88, "two seconds of sound are 86 packets: {packets} in {msn}");
    }
}

#[test]
fn a_source_alone_with_one_key_frame_goes_on_behind_a_freeze() {
    let mut show = Show::new(&["source"]);
    for n in 0..1_500i64 {
        // A freeze of two seconds, after more pictures than lead in.
        if !(900..960).contains(&n) {
            show.source(5_000 + n * 1000 / 30, 0, n == 0);
        }
    }
    check(&show, "source").unwrap();
    let marked: Vec<_> = show.opened("source").into_iter().filter(|o| o.2).collect();
    assert_eq!(marked.iter().map(|o| o.1).collect::<Vec<_>>(), [ms(5_000 + 960 * 1000 / 30)]);
    assert!(show.closed("source").last().unwrap().0 > marked[0].0, "it flows");
}
