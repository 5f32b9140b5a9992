//! How much is sent: the law that follows the line. Falls fast, climbs carefully. No I/O; time comes in.

use std::{collections::VecDeque, time::Duration};

use crate::{encode::live::Pace, format::Bitrate};

/// What stays waiting for so long, beyond the round trip, is a line that takes less than it is given.
const LATE: Duration = Duration::from_millis(400);
/// Under this the backlog is gone.
const EASY: Duration = Duration::from_millis(200);
/// A key frame is late for a moment on any line; only what is late for so long counts.
const STANDING: Duration = Duration::from_millis(300);
/// What the line takes is measured over so long.
const WINDOW: Duration = Duration::from_millis(700);
/// No server is farther away; an answer that took longer waited for something else.
const FARTHEST: Duration = Duration::from_secs(1);
/// A shorter measurement says nothing.
const ENOUGH: Duration = Duration::from_millis(300);
/// A backlog is to be gone within about so long.
const DRAIN: f64 = 4.0;
/// Shares of what the line takes that are sent on: with a long backlog, with a short one, and after it.
const LEAST_SHARE: f64 = 0.5;
const MOST_SHARE: f64 = 0.9;
const REST_SHARE: f64 = 0.85;
/// From the floor to the top in so many steps, one every `STEP`: 25 seconds.
const STEPS: u64 = 50;
const STEP: Duration = Duration::from_millis(500);
/// A climb waits so long after a backlog; twice as long each time when the line did not bear the last one.
const FIRST_PATIENCE: Duration = Duration::from_secs(4);
const MOST_PATIENCE: Duration = Duration::from_secs(32);
/// Never less, however small the chosen rate: below it there is no picture.
const LEAST_FLOOR: u64 = 120_000;

/// The uplink at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Look {
    /// Since any fixed moment; never goes back.
    pub at: Duration,
    /// Media time between the newest thing encoded and the oldest that the other side has not got.
    pub behind: Duration,
    /// Bytes that the other side has not got.
    pub waiting: u64,
    /// Bytes that the other side has got over this connection.
    pub delivered: u64,
}

/// The law's state.
#[derive(Debug)]
pub(super) struct Adapt {
    /// Bits per second of the picture: chosen, least, and wanted now.
    top: u64,
    floor: u64,
    aim: u64,
    /// Bits per second of the sound, which is never cut.
    sound: u64,
    half: bool,
    round_trip: Duration,
    /// The last `WINDOW`, oldest first.
    seen: VecDeque<Look>,
    /// The backlog that lasts: when it was noticed.
    backlog: Option<Look>,
    /// What was aimed at when it came.
    failed_at: u64,
    climb_from: Duration,
    patience: Duration,
    climbed: bool,
}

impl Adapt {
    /// Starts at the chosen rates.
    pub(super) fn new(video: Bitrate, sound: Bitrate) -> Self {
        let top = u64::from(video.as_bps());
        Self {
            top,
            floor: (top / 15).max(LEAST_FLOOR).min(top),
            aim: top,
            sound: u64::from(sound.as_bps()),
            half: false,
            round_trip: Duration::ZERO,
            seen: VecDeque::new(),
            backlog: None,
            failed_at: top,
            climb_from: Duration::ZERO,
            patience: FIRST_PATIENCE,
            climbed: false,
        }
    }

    /// A new connection, `round_trip` away: what was measured on the last one is forgotten, what was learned is kept.
    pub(super) fn connected(&mut self, at: Duration, round_trip: Duration) {
        self.seen.clear();
        self.backlog = None;
        self.round_trip = round_trip.min(FARTHEST);
        self.climb_from = at + self.patience;
    }

    /// What the encoder is to do, after one more look.
    pub(super) fn look(&mut self, look: Look) -> Pace {
        self.seen.push_back(look);
        while self.seen.get(1).is_some_and(|second| look.at.saturating_sub(second.at) >= WINDOW) {
            self.seen.pop_front();
        }
        let standing = self.standing(look.at).saturating_sub(self.round_trip);
        if standing > LATE {
            self.fall(look);
        } else if standing < EASY {
            self.rest(look);
            self.climb(look.at);
        }
        self.half = self.aim == self.floor && self.floor < self.top || self.half && self.aim < self.floor * 2;
        self.pace()
    }

    pub(super) fn pace(&self) -> Pace {
        Pace { bitrate: Bitrate::bps(u32::try_from(self.aim).unwrap_or(u32::MAX)), half_rate: self.half }
    }

    /// The least lateness of the last moments.
    fn standing(&self, now: Duration) -> Duration {
        let recent = self.seen.iter().rev().take_while(|seen| now.saturating_sub(seen.at) <= STANDING);
        recent.map(|seen| seen.behind).min().unwrap_or_default()
    }

    /// Too much waits: send a share of what the line takes, less the more there is.
    fn fall(&mut self, look: Look) {
        if self.backlog.is_none() {
            self.backlog = Some(look);
            self.failed_at = self.aim;
            self.patience =
                if self.climbed { (self.patience * 2).min(MOST_PATIENCE) } else { FIRST_PATIENCE };
            self.climbed = false;
        }
        let Some(line) = self.seen.front().and_then(|first| rate(*first, look)) else { return };
        let drain = look.waiting as f64 * 8.0 / line.max(1.0);
        let share = (1.0 - drain / DRAIN).clamp(LEAST_SHARE, MOST_SHARE);
        self.aim = self.aim.min(self.fitting(line * share));
    }

    /// The backlog is gone: what the line took meanwhile is what it takes.
    fn rest(&mut self, look: Look) {
        let Some(since) = self.backlog.take() else { return };
        if let Some(line) = rate(since, look) {
            self.aim = self.fitting(line * REST_SHARE).clamp(self.aim, self.failed_at.max(self.aim));
        }
        self.climb_from = look.at + self.patience;
    }

    fn climb(&mut self, now: Duration) {
        if now < self.climb_from || self.aim == self.top {
            return;
        }
        self.climb_from = now + STEP;
        self.climbed = true;
        self.aim = (self.aim + (self.top - self.floor).div_ceil(STEPS)).min(self.top);
        if self.aim > self.failed_at + self.failed_at / 4 || self.aim == self.top {
            // well past what failed: the line is another one now
            self.patience = FIRST_PATIENCE;
        }
    }

    /// The picture's rate that goes with the sound through a line of `line` bits per second.
    fn fitting(&self, line: f64) -> u64 {
        (line as u64).saturating_sub(self.sound).clamp(self.floor, self.top)
    }
}

/// Bits per second that were delivered between two looks.
fn rate(from: Look, to: Look) -> Option<f64> {
    let time = to.at.saturating_sub(from.at);
    (time >= ENOUGH).then(|| to.delivered.saturating_sub(from.delivered) as f64 * 8.0 / time.as_secs_f64())
}

#[cfg(test)]
mod tests;
