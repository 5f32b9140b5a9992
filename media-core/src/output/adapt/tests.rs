use proptest::prelude::*;

use super::*;

const TOP: Bitrate = Bitrate::kbps(3000);
const SOUND: Bitrate = Bitrate::kbps(128);
const TICK: Duration = Duration::from_millis(100);
/// What RTMP, TCP and IP add.
const WIRE: f64 = 1.045;

/// A line of a given rate, an encoder that does what it is asked, and the queue between them.
struct Line {
    adapt: Adapt,
    now: Duration,
    /// Media time of what waits, and its bits.
    queue: VecDeque<(f64, f64)>,
    delivered: f64,
    picture: u64,
}

#[derive(Debug, Clone, Copy)]
struct Sample {
    at: f64,
    behind: f64,
    kbps: u32,
    half: bool,
}

impl Line {
    fn new() -> Self {
        let adapt = Adapt::new(TOP, SOUND);
        Self { adapt, now: Duration::ZERO, queue: VecDeque::new(), delivered: 0.0, picture: 0 }
    }

    /// Lets `seconds` pass on a line of `kbps(second of this run)`.
    fn run(&mut self, seconds: u64, kbps: impl Fn(f64) -> f64) -> Vec<Sample> {
        let start = self.now;
        (0..seconds * 10).map(|_| self.tick(kbps((self.now - start).as_secs_f64()))).collect()
    }

    fn tick(&mut self, kbps: f64) -> Sample {
        let pace = self.adapt.pace();
        let bits = f64::from(pace.bitrate.as_bps());
        let mut room = kbps * 1000.0 * TICK.as_secs_f64();
        for n in 0..3 {
            // a key frame every two seconds is five times a picture
            let share = if self.picture.is_multiple_of(60) { 5.0 } else { 55.0 / 59.0 };
            let at = self.now.as_secs_f64() + f64::from(n) / 30.0;
            self.queue.push_back((at, (bits * share + f64::from(SOUND.as_bps())) / 30.0 * WIRE));
            self.picture += 1;
        }
        while let Some((_, bits)) = self.queue.front_mut() {
            let sent = bits.min(room);
            (*bits, room) = (*bits - sent, room - sent);
            self.delivered += sent / 8.0;
            if *bits > 0.0 {
                break;
            }
            self.queue.pop_front();
        }
        self.now += TICK;
        let behind = self.queue.front().map_or(0.0, |(at, _)| self.now.as_secs_f64() - at);
        let waiting: f64 = self.queue.iter().map(|(_, bits)| bits / 8.0).sum();
        let pace = self.adapt.look(Look {
            at: self.now,
            behind: Duration::from_secs_f64(behind),
            waiting: waiting as u64,
            delivered: self.delivered as u64,
        });
        let kbps = pace.bitrate.as_kbps();
        Sample { at: self.now.as_secs_f64(), behind, kbps, half: pace.half_rate }
    }
}

fn worst(samples: &[Sample]) -> f64 {
    samples.iter().map(|s| s.behind).fold(0.0, f64::max)
}

fn last(samples: &[Sample]) -> Sample {
    *samples.last().unwrap()
}

#[test]
fn a_line_that_takes_all_is_given_all() {
    let seen = Line::new().run(600, |_| 3500.0);
    assert!(seen.iter().all(|s| s.kbps == 3000 && !s.half));
}

#[test]
fn a_step_down_is_followed_within_a_second_and_the_backlog_goes() {
    let mut line = Line::new();
    line.run(20, |_| 3500.0);
    let seen = line.run(30, |_| 800.0);
    let fell = seen.iter().find(|s| s.kbps < 3000).unwrap();
    assert!(fell.at - 20.0 <= 1.0, "{fell:?}");
    let fits = seen.iter().find(|s| s.kbps < 640).unwrap();
    assert!(fits.at - 20.0 <= 1.5, "{fits:?}");
    // even with a key frame at the very moment of the step
    assert!(worst(&seen) < 3.0, "{}", worst(&seen));
    assert!(worst(&seen[80..]) < 1.2, "8 s later: {}", worst(&seen[80..]));
    assert!(seen[80..].iter().all(|s| s.kbps >= 300 && !s.half), "sends what the line takes");
}

#[test]
fn a_line_that_is_good_again_is_climbed_step_by_step_to_the_top() {
    let mut line = Line::new();
    line.run(5, |_| 3500.0);
    line.run(20, |_| 800.0);
    let seen = line.run(60, |_| 3500.0);
    assert_eq!(last(&seen).kbps, 3000);
    assert!(seen.windows(2).all(|w| w[1].kbps <= w[0].kbps + 60), "additive");
    let half_way = seen.iter().find(|s| s.kbps > 1500).unwrap();
    assert!(half_way.at - 25.0 < 30.0, "{half_way:?}");
}

#[test]
fn a_line_just_too_small_is_not_tried_all_the_time() {
    let mut line = Line::new();
    let seen = line.run(600, |_| 1500.0);
    let moves = seen.windows(2).filter(|w| w[0].kbps != w[1].kbps).map(|w| w[1].kbps > w[0].kbps);
    let tries = moves.collect::<Vec<_>>().windows(2).filter(|w| w[0] && !w[1]).count();
    assert!((5..30).contains(&tries), "{tries} tries in ten minutes");
    let late = seen.iter().filter(|s| s.behind > 1.0).count();
    assert!(late < seen.len() / 10, "{late} of {} looks are late", seen.len());
    let mean: u32 = seen[300..].iter().map(|s| s.kbps).sum::<u32>() / (seen.len() as u32 - 300);
    assert!((800..1400).contains(&mean), "{mean} kb/s of 1500");
}

#[test]
fn a_sawtooth_is_lived_with() {
    let mut line = Line::new();
    let seen = line.run(300, |t| 900.0 + (t % 30.0) / 30.0 * 3000.0);
    assert!(worst(&seen) < 3.0, "{}", worst(&seen));
    let late = seen.iter().filter(|s| s.behind > 1.5).count();
    assert!(late < seen.len() / 10, "{late} of {}", seen.len());
}

#[test]
fn bursts_of_loss_do_not_ruin_the_picture() {
    // nothing gets through for a third of a second, every five seconds
    let seen = Line::new().run(300, |t| if t % 5.0 < 0.3 { 0.0 } else { 4000.0 });
    let mean = seen.iter().map(|s| u64::from(s.kbps)).sum::<u64>() / seen.len() as u64;
    assert!(mean > 2400, "{mean} kb/s");
}

#[test]
fn a_dead_line_brings_it_to_the_floor_with_half_the_pictures() {
    let mut line = Line::new();
    line.run(10, |_| 3500.0);
    let seen = line.run(5, |_| 0.0);
    assert_eq!((last(&seen).kbps, last(&seen).half), (200, true));
    let seen = line.run(90, |_| 3500.0);
    assert_eq!((last(&seen).kbps, last(&seen).half), (3000, false));
}

#[test]
fn three_hours_of_a_line_that_changes_slowly() {
    let mut line = Line::new();
    let rate = |t: f64| 2200.0 + 1600.0 * (t / 190.0).sin() + 150.0 * (t / 7.0).sin();
    let seen = line.run(3 * 3600, rate);
    let late = seen.iter().filter(|s| s.behind > 1.5).count();
    assert!(late < seen.len() / 50, "{late} of {} looks are late", seen.len());
    assert!(worst(&seen) < 4.0, "{}", worst(&seen));
    let could: f64 = seen.iter().map(|s| (rate(s.at) / WIRE - 128.0).clamp(200.0, 3000.0)).sum();
    let did: f64 = seen.iter().map(|s| f64::from(s.kbps)).sum();
    assert!(did / could > 0.6, "{:.2} of what the line could take", did / could);
}

#[test]
fn a_far_server_is_not_a_slow_line() {
    let mut adapt = Adapt::new(TOP, SOUND);
    adapt.connected(Duration::ZERO, Duration::from_millis(350));
    for n in 1..100 {
        let pace = adapt.look(Look {
            at: TICK * n,
            behind: Duration::from_millis(500),
            waiting: 40_000,
            delivered: u64::from(n) * 39_000,
        });
        assert_eq!(pace.bitrate, TOP);
    }
}

#[test]
fn a_new_connection_goes_on_with_what_was_learned() {
    let mut line = Line::new();
    line.run(20, |_| 800.0);
    let before = line.adapt.pace();
    line.adapt.connected(line.now, Duration::from_millis(20));
    (line.delivered, line.queue) = (0.0, VecDeque::new());
    assert_eq!(line.adapt.pace(), before);
    let seen = line.run(3, |_| 800.0);
    assert!(seen.iter().all(|s| s.kbps <= before.bitrate.as_kbps()));
}

proptest! {
    #[test]
    fn never_above_what_was_chosen_and_never_below_the_floor(
        top in 1u32..20_000,
        looks in proptest::collection::vec((0u64..2000, 0u64..20_000, 0u64..10_000_000, 0u64..2_000_000, any::<bool>()), 1..200),
    ) {
        let top = Bitrate::kbps(top);
        let mut adapt = Adapt::new(top, SOUND);
        let floor = adapt.floor;
        let (mut at, mut delivered) = (0, 0);
        for (ms, behind, waiting, bytes, connects) in looks {
            (at, delivered) = (at + ms, delivered + bytes);
            if connects {
                adapt.connected(Duration::from_millis(at), Duration::from_millis(behind));
                delivered = 0;
            }
            let pace = adapt.look(Look {
                at: Duration::from_millis(at),
                behind: Duration::from_millis(behind),
                waiting,
                delivered,
            });
            let bps = u64::from(pace.bitrate.as_bps());
            prop_assert!(bps <= u64::from(top.as_bps()) && bps >= floor);
            prop_assert!(!pace.half_rate || bps < floor * 2, "half the pictures at {bps} bits");
        }
    }

    #[test]
    fn whatever_the_line_does_it_is_at_the_top_again_a_while_after(
        rates in proptest::collection::vec(0u32..5000, 1..30)
    ) {
        let mut line = Line::new();
        for kbps in rates {
            line.run(2, |_| f64::from(kbps));
            // what the queue and a new connection would do with a backlog of seconds
            if line.queue.len() > 150 {
                line.queue.clear();
            }
        }
        line.run(40 + 32 + 30, |_| 4000.0);
        prop_assert_eq!(line.adapt.pace(), Pace { bitrate: TOP, half_rate: false });
    }
}
