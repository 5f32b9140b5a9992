//! Which stamps of sound are believed. Sound has no key frames: one wrong stamp must not move what follows.

use crate::hls::MediaTime;

/// Packets of sound follow each other closely: a larger step must be confirmed by the next packet, unless packets are
/// that long.
const STEP: MediaTime = MediaTime::from_ms(100);
/// Sound this far before the pictures, or behind them, belongs to another time.
const BEFORE: MediaTime = MediaTime::from_ms(5_000);
const BEHIND: MediaTime = MediaTime::from_ms(2_000);
/// Sound goes back by no more than brings it this far behind the pictures. Where it goes further, its stamps are wrong.
const LATE: MediaTime = MediaTime::from_ms(1_000);
/// After this many packets that agree with each other and not with the pictures, their clock is another one.
const LASTING: u32 = 50;

/// The sound's own place beside the pictures.
#[derive(Debug, Clone, Default)]
pub struct SoundClock {
    last: Option<MediaTime>,
    suspect: Option<(MediaTime, u32)>,
    /// How long one packet is heard.
    packet: MediaTime,
    /// What this publisher's stamps of sound are wrong by.
    shift: MediaTime,
}

impl SoundClock {
    /// Packets are of this length from now on.
    pub fn packets_last(&mut self, packet: MediaTime) {
        self.packet = packet;
    }

    /// Places a packet that the pictures' offset maps to `time`. `picture` is the newest picture's time, `now` the show's
    /// clock. `None`: its stamp is not believed.
    pub fn place(&mut self, time: MediaTime, picture: MediaTime, now: MediaTime) -> Option<MediaTime> {
        let step = STEP.max(self.packet + self.packet);
        let is_near = |placed: MediaTime, other: MediaTime| placed > other - step && placed < other + step;
        let mut placed = time + self.shift;
        let goes_on = self.last.is_none_or(|last| is_near(placed, last));
        // What was wrong may be mended.
        let is_right_again = !goes_on && distance(time, picture) < distance(placed, picture);
        if is_right_again {
            placed = time;
        }
        // Pictures may stand still while sound goes on.
        let fits = placed > picture - BEFORE && placed < picture.max(now) + BEHIND;
        let follows = self.suspect.is_some_and(|(other, _)| is_near(placed, other));
        if fits && (goes_on || follows) {
            if is_right_again {
                self.shift = MediaTime::ZERO;
            }
            if let Some(last) = self.last.filter(|last| placed + step < *last && placed + LATE < picture) {
                // Sound cannot be heard twice: what comes follows what came.
                self.shift = self.shift + last + self.packet - placed;
                placed = last + self.packet;
            }
            self.suspect = None;
            self.last = Some(placed);
            return Some(placed);
        }
        let count = self.suspect.filter(|_| follows).map_or(1, |(_, count)| count + 1);
        self.suspect = Some((placed, count));
        if count < LASTING || fits {
            return None;
        }
        self.shift = self.shift + picture.max(self.last.unwrap_or_default()) - placed;
        self.suspect = None;
        self.last = Some(time + self.shift);
        self.last
    }

    /// The pictures' offset changed: the next packet stands by itself.
    pub fn restart(&mut self) {
        (self.last, self.suspect) = (None, None);
    }
}

fn distance(a: MediaTime, b: MediaTime) -> MediaTime {
    (a - b).max(b - a)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: i64) -> MediaTime {
        MediaTime::from_ms(ms)
    }

    /// Sound and pictures in step from 10 s on.
    fn running() -> SoundClock {
        let mut sound = SoundClock::default();
        for n in 0..10 {
            assert!(sound.place(ms(10_000 + n * 21), ms(10_000 + n * 21), ms(10_100)).is_some());
        }
        sound
    }

    #[test]
    fn one_stray_packet_is_dropped_and_the_next_one_heard() {
        for stray in [3_600_000, 800, -900, -3_600_000] {
            let mut sound = running();
            assert_eq!(sound.place(ms(10_210 + stray), ms(10_210), ms(10_300)), None);
            assert_eq!(sound.place(ms(10_231), ms(10_230), ms(10_300)), Some(ms(10_231)));
        }
    }

    #[test]
    fn long_packets_are_heard() {
        for packet in [93, 128, 139] {
            let mut sound = SoundClock::default();
            sound.packets_last(ms(packet));
            for n in 0..100 {
                let at = ms(10_000 + n * packet + n % 3 * 9);
                assert_eq!(sound.place(at, at, at), Some(at), "{packet} {n}");
            }
        }
    }

    #[test]
    fn sound_that_comes_back_after_a_pause_is_heard_from_its_second_packet() {
        let mut sound = running();
        assert_eq!(sound.place(ms(14_000), ms(14_000), ms(14_100)), None);
        assert_eq!(sound.place(ms(14_021), ms(14_020), ms(14_120)), Some(ms(14_021)));
    }

    #[test]
    fn sound_that_steps_back_for_good_goes_on_where_it_was_until_its_stamps_are_right_again() {
        let mut sound = running();
        sound.packets_last(ms(21));
        let heard = |sound: &mut SoundClock, from: i64, stamps: i64| {
            let at = |n: i64| from + n * 21;
            let placed = (0..10).map(|n| sound.place(ms(at(n) + stamps), ms(at(n)), ms(at(n) + 100)));
            placed.collect::<Vec<_>>()
        };
        for _ in 0..2 {
            let mut at = sound.last.unwrap().ms() + 21;
            for back in [-1_500, -3_000, -4_500] {
                let placed = heard(&mut sound, at, back);
                assert_eq!(placed[0], None, "it may be a stray one");
                let behind = ms(at + 189) - placed[9].unwrap();
                assert!(placed[1..].iter().all(Option::is_some) && behind < ms(100), "{placed:?}");
                at += 210;
            }
            let right = heard(&mut sound, at, 0);
            assert_eq!(right[9], Some(ms(at + 189)));
        }
    }

    #[test]
    fn late_sound_is_late_and_not_wrong() {
        let mut sound = SoundClock::default();
        assert_eq!(sound.place(ms(10_000), ms(11_500), ms(11_600)), Some(ms(10_000)));
    }

    #[test]
    fn sound_on_a_clock_of_its_own_is_brought_to_the_pictures_after_a_second() {
        let mut sound = SoundClock::default();
        let mut heard = Vec::new();
        for n in 0..100 {
            heard.extend(sound.place(ms(500_000 + n * 21), ms(10_000 + n * 21), ms(10_000 + n * 21)));
        }
        assert_eq!(heard.len(), 51);
        assert_eq!(heard[0], ms(10_000 + 49 * 21));
        assert_eq!(heard[1] - heard[0], ms(21));
    }
}
