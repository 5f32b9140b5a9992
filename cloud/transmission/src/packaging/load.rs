//! What the encoder's load asks for: one rung less, or one more again; and what it costs viewers meanwhile. Pure.

use crate::hls::MediaTime;

/// An encoder that stays this far behind for this long, at half the frame rate, has too much to do.
const TOO_FAR_BEHIND_MS: u64 = 3_000;
const BEHIND_FOR: MediaTime = MediaTime::from_ms(5_000);
/// One that is this close behind at the full rate has room.
const CLOSE_BEHIND_MS: u64 = 1_000;
/// So long it must have had room before a rung that was given up is tried again; twice as long after each giving up.
const FIRST_WAIT: MediaTime = MediaTime::from_ms(2 * 60_000);
const LONGEST_WAIT: MediaTime = MediaTime::from_ms(60 * 60_000);
/// A change of the frame rate is worth a word when it has lasted this long.
const RATE_LASTS: MediaTime = MediaTime::from_ms(3_000);

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relief {
    /// A rung is to be given up.
    Less,
    /// The rung with this short side is to be tried again.
    More(u32),
}

/// Judges what the encoder says of itself, and remembers what was given up.
#[derive(Debug, Default)]
pub struct Load {
    /// Since when it has been too far behind, and how far then.
    behind: Option<(MediaTime, u64)>,
    /// Since when it has had room.
    room: Option<MediaTime>,
    wait: MediaTime,
    /// Short sides of the rungs that were given up, the smallest last.
    given_up: Vec<u32>,
}

impl Load {
    /// Takes the encoder's word: how far it is behind what it is fed, and whether it leaves out every second picture.
    pub fn note(&mut self, behind_ms: u64, half_rate: bool, now: MediaTime) -> Option<Relief> {
        if half_rate || behind_ms > CLOSE_BEHIND_MS {
            self.room = None;
        } else if now - *self.room.get_or_insert(now) >= self.wait {
            (self.room, self.behind) = (None, None);
            return self.given_up.pop().map(Relief::More);
        }
        if !half_rate || behind_ms < TOO_FAR_BEHIND_MS {
            self.behind = None;
            return None;
        }
        let (since, before_ms) = *self.behind.get_or_insert((now, behind_ms));
        if now - since < BEHIND_FOR {
            return None;
        }
        self.behind = None;
        // One that catches up, as each does that begins inside a group of pictures, needs time and not relief.
        (behind_ms >= before_ms).then_some(Relief::Less)
    }

    /// The rung with this short side, the largest one left, is given up.
    pub fn give_up(&mut self, short_side: u32) {
        self.given_up.push(short_side);
        let longer = self.wait + self.wait;
        self.wait = longer.clamp(FIRST_WAIT, LONGEST_WAIT);
        self.room = None;
    }

    /// Whether the rung with this short side may be encoded: it is smaller than all that were given up.
    pub fn allows(&self, short_side: u32) -> bool {
        self.given_up.last().is_none_or(|least| short_side < *least)
    }
}

/// Whether the encoded rungs have every second picture only, as far as that has lasted.
#[derive(Debug, Default)]
pub struct Rate {
    half: bool,
    /// Since when it is otherwise.
    otherwise: Option<MediaTime>,
}

impl Rate {
    /// Takes the encoder's word; gives the rate when it has changed for good.
    pub fn note(&mut self, half: bool, now: MediaTime) -> Option<bool> {
        if half == self.half {
            self.otherwise = None;
            return None;
        }
        if now - *self.otherwise.get_or_insert(now) < RATE_LASTS {
            return None;
        }
        *self = Self { half, otherwise: None };
        Some(half)
    }

    /// Nothing is encoded any more; gives the rate when it was another one.
    pub fn end(&mut self) -> Option<bool> {
        std::mem::take(self).half.then_some(false)
    }

    /// Whether it is halved.
    pub fn is_half(&self) -> bool {
        self.half
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is first to be done, and after how many seconds, while the encoder says this twice a second from `from_s` on.
    fn first(load: &mut Load, from_s: i64, said: impl Fn(i64) -> (u64, bool)) -> Option<(i64, Relief)> {
        (0..2 * 7_200).find_map(|n| {
            let (behind_ms, half_rate) = said(n);
            let relief = load.note(behind_ms, half_rate, MediaTime::from_ms(from_s * 1_000 + n * 500))?;
            Some((n / 2, relief))
        })
    }

    #[test]
    fn the_frame_rate_goes_first_and_then_a_rung() {
        let mut load = Load::default();
        assert_eq!(first(&mut load, 0, |_| (8_000, false)), None);
        assert_eq!(first(&mut load, 0, |_| (2_000, true)), None);
        assert_eq!(first(&mut load, 0, |_| (8_000, true)), Some((5, Relief::Less)));
    }

    #[test]
    fn a_change_of_the_rate_is_told_once_it_has_lasted() {
        let mut rate = Rate::default();
        let said = (0..60).map(|n| (n, n == 4 || (20..40).contains(&n)));
        let told: Vec<_> =
            said.filter_map(|(n, half)| Some((n, rate.note(half, MediaTime::from_ms(n * 500))?))).collect();
        assert_eq!(told, [(26, true), (46, false)]);
    }

    #[test]
    fn an_encoder_that_catches_up_is_left_alone() {
        let caught_up = |n: i64| (20_000u64.saturating_sub(n as u64 * 200), true);
        assert_eq!(first(&mut Load::default(), 0, caught_up), None);
    }

    #[test]
    fn what_was_given_up_comes_back_smallest_first_and_each_time_later() {
        let mut load = Load::default();
        load.give_up(720);
        assert!(!load.allows(1080) && !load.allows(720) && load.allows(480));
        assert_eq!(first(&mut load, 0, |_| (0, false)), Some((120, Relief::More(720))));
        assert!(load.allows(720));
        load.give_up(720);
        load.give_up(480);
        assert_eq!(first(&mut load, 1_000, |n| (0, n < 400)), Some((200 + 480, Relief::More(480))));
        assert_eq!(first(&mut load, 2_000, |_| (0, false)), Some((480, Relief::More(720))));
        assert_eq!(first(&mut load, 3_000, |_| (0, false)), None);
    }
}
