//! The uplink in one word, which stays until it is no longer true. Pure; time comes in.

use std::time::{Duration, Instant};

use vitrine_media::output::BroadcastStats;

use super::view::{UplinkView, Verdict};

/// Later than this is late; a key frame alone is not.
const LATE_MS: u64 = 700;
/// No longer late.
const IN_TIME_MS: u64 = 450;
/// Viewers notice.
const VERY_LATE_MS: u64 = 2500;
/// A verdict is taken back only after so long without its reason: words that come and go cannot be read.
const STAYS: Duration = Duration::from_secs(4);
/// A picture left out is remembered for so long.
const REMEMBERED: Duration = Duration::from_secs(10);

/// What is known of the line since going live.
#[derive(Debug, Clone)]
pub struct Uplink {
    view: UplinkView,
    dropped_at: Option<Instant>,
    /// Since when there is less reason for the verdict.
    better_since: Option<Instant>,
}

impl Uplink {
    /// Nothing was sent yet.
    pub fn new() -> Self {
        let view = UplinkView {
            bitrate_kbps: 0,
            aim_kbps: 0,
            chosen_kbps: 0,
            half_rate: false,
            dropped_frames: 0,
            queue_ms: 0,
            verdict: Verdict::Good,
        };
        Self { view, dropped_at: None, better_since: None }
    }

    /// As the window sees it.
    pub fn view(&self) -> &UplinkView {
        &self.view
    }

    /// Takes the figures of this moment.
    pub fn take(&mut self, stats: &BroadcastStats, now: Instant) -> &UplinkView {
        let dropped = number(stats.dropped_frames);
        if dropped > self.view.dropped_frames {
            self.dropped_at = Some(now);
        }
        let reason = self.reason(stats, now);
        let better = rank(reason) < rank(self.view.verdict);
        let stays = better && now.duration_since(*self.better_since.get_or_insert(now)) < STAYS;
        if !stays {
            self.better_since = None;
        }
        let verdict = if stays { self.view.verdict } else { reason };
        self.view = UplinkView {
            bitrate_kbps: number(stats.bitrate_bps / 1000),
            aim_kbps: number(stats.aim_bps / 1000),
            chosen_kbps: number(stats.chosen_bps / 1000),
            half_rate: stats.half_rate,
            dropped_frames: dropped,
            queue_ms: number(stats.queue_ms),
            verdict,
        };
        &self.view
    }

    /// What this moment alone deserves.
    fn reason(&self, stats: &BroadcastStats, now: Instant) -> Verdict {
        let dropped = self.dropped_at.is_some_and(|at| now.duration_since(at) < REMEMBERED);
        let late = if self.view.verdict == Verdict::Good { LATE_MS } else { IN_TIME_MS };
        if dropped || stats.half_rate || stats.queue_ms > VERY_LATE_MS {
            Verdict::Poor
        } else if stats.queue_ms > late || stats.aim_bps < stats.chosen_bps {
            Verdict::Fair
        } else {
            Verdict::Good
        }
    }
}

fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Good => 0,
        Verdict::Fair => 1,
        Verdict::Poor => 2,
    }
}

fn number(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINE: BroadcastStats = BroadcastStats {
        bitrate_bps: 3_100_000,
        sent_bytes: 0,
        dropped_frames: 0,
        queue_bytes: 0,
        queue_ms: 40,
        chosen_bps: 3_128_000,
        aim_bps: 3_128_000,
        half_rate: false,
        rtt_ms: 20,
        connections: 1,
    };

    /// The verdicts of seconds in a row.
    fn verdicts(seconds: &[BroadcastStats]) -> Vec<Verdict> {
        let (mut uplink, start) = (Uplink::new(), Instant::now());
        let at = |n: usize| start + Duration::from_secs(n as u64);
        seconds.iter().enumerate().map(|(n, stats)| uplink.take(stats, at(n)).verdict).collect()
    }

    #[test]
    fn it_stays_uneven_as_long_as_we_are_late() {
        let late = BroadcastStats { queue_ms: 1200, ..FINE };
        let less = BroadcastStats { queue_ms: 500, ..FINE };
        let mut seconds = vec![FINE, late];
        seconds.extend([less; 20]);
        seconds.extend([FINE; 6]);
        let seen = verdicts(&seconds);
        assert_eq!(seen[0], Verdict::Good);
        assert!(seen[1..22].iter().all(|v| *v == Verdict::Fair), "{seen:?}");
        assert_eq!(seen.last(), Some(&Verdict::Good));
    }

    #[test]
    fn a_slow_line_is_uneven_until_all_is_sent_again() {
        let slow = BroadcastStats { aim_bps: 780_000, ..FINE };
        let mut seconds = vec![slow; 30];
        assert!(verdicts(&seconds).iter().all(|v| *v == Verdict::Fair));
        seconds.extend([FINE; 5]);
        assert_eq!(verdicts(&seconds).last(), Some(&Verdict::Good));
    }

    #[test]
    fn pictures_left_out_are_remembered_for_a_while() {
        let dropped = BroadcastStats { dropped_frames: 30, ..FINE };
        let mut seconds = vec![FINE];
        seconds.extend([dropped; 16]);
        let seen = verdicts(&seconds);
        assert!(seen[1..12].iter().all(|v| *v == Verdict::Poor), "{seen:?}");
        assert_eq!(seen.last(), Some(&Verdict::Good));
    }

    #[test]
    fn half_the_pictures_is_poor() {
        assert_eq!(verdicts(&[BroadcastStats { half_rate: true, ..FINE }]), [Verdict::Poor]);
    }

    #[test]
    fn the_figures_explain_the_word() {
        let mut uplink = Uplink::new();
        let stats = BroadcastStats { bitrate_bps: 790_000, aim_bps: 780_000, ..FINE };
        let view = uplink.take(&stats, Instant::now());
        assert_eq!((view.aim_kbps, view.chosen_kbps, view.bitrate_kbps), (780, 3128, 790));
    }
}
