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
