//! Which stamps of sound are believed. Sound has no key frames: one wrong stamp must not move what follows.

use crate::hls::{LONGEST_LAG, MediaTime};

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
/// A pause of the sound that is longer than what lines do to packets.
const STOPPED: MediaTime = MediaTime::from_ms(150);
/// Sound that for so long comes later than it is waited for has another clock, too: it would never be heard.
const LATE_FOR: MediaTime = MediaTime::from_ms(3_000);

/// The sound's own place beside the pictures.
#[derive(Debug, Clone, Default)]
pub struct SoundClock {
    last: Option<MediaTime>,
    suspect: Option<(MediaTime, u32)>,
    /// How long one packet is heard.
    packet: MediaTime,
    /// What this publisher's stamps of sound are wrong by.
    shift: MediaTime,
    /// How far its first packet was behind the pictures.
    usual: Option<MediaTime>,
    /// Where the pictures were when it began to be too late, and its packets since.
    too_late: Option<(MediaTime, u32)>,
    came: Option<Came>,
    pause: Option<Pause>,
}

/// When the last packet came, where the pictures were then, and how far it was behind them.
#[derive(Debug, Clone, Copy)]
struct Came {
    now: MediaTime,
    picture: MediaTime,
    behind: MediaTime,
}

/// Nothing came for a moment, and then what numbers itself as if no time had passed.
#[derive(Debug, Clone, Copy)]
struct Pause {
    /// How far sound was behind the pictures before.
    before: MediaTime,
    /// How long nothing came.
    silent: MediaTime,
    /// Where the pictures were after it; the least that sound was behind them since.
    since: MediaTime,
    least: MediaTime,
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
        let stands_alone = !goes_on || self.last.is_none();
        let is_right_again = stands_alone && distance(time, picture) < distance(placed, picture);
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
            let late_by = if self.is_too_late_for_good(placed, picture) {
                picture - self.usual.unwrap_or_default() - placed
            } else {
                self.was_cut_short(goes_on, placed, picture, now)
            };
            self.shift += late_by;
            placed += late_by;
            self.came = Some(Came { now, picture, behind: picture - placed });
            self.usual = self.usual.or(Some(usual(picture - placed)));
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

    /// Whether sound has come too late to be waited for, and not in a burst that catches up.
    fn is_too_late_for_good(&mut self, placed: MediaTime, picture: MediaTime) -> bool {
        if picture - placed <= LONGEST_LAG {
            self.too_late = None;
            return false;
        }
        let (since, count) = self.too_late.get_or_insert((picture, 0));
        *count += 1;
        let lasts = *count >= LASTING && picture - *since >= LATE_FOR;
        if lasts {
            self.too_late = None;
        }
        lasts
    }

    /// What is missing from the numbering of sound that stopped for a moment while the pictures went on, and has not caught
    /// up with them since. A connection that stood delivers what it kept.
    fn was_cut_short(
        &mut self,
        goes_on: bool,
        placed: MediaTime,
        picture: MediaTime,
        now: MediaTime,
    ) -> MediaTime {
        let behind = picture - placed;
        if !goes_on {
            self.pause = None;
        } else if let Some(came) = self.came.filter(|_| self.pause.is_none()) {
            let silent = now - came.now;
            let stopped = silent > self.packet + self.packet + STOPPED && behind - came.behind > STOPPED;
            // Pictures that jump had stood, and sound had not.
            let pictures_went_on = distance(picture - came.picture, silent) <= STOPPED;
            if stopped && pictures_went_on {
                let before = came.behind.max(self.usual.unwrap_or_default());
                self.pause = Some(Pause { before, silent, since: picture, least: behind });
            }
        }
        let Some(pause) = &mut self.pause else { return MediaTime::ZERO };
        pause.least = pause.least.min(behind);
        let lost = (pause.least - pause.before).min(pause.silent);
        let caught_up = lost <= STOPPED;
        if !caught_up && picture - pause.since < LATE_FOR {
            return MediaTime::ZERO;
        }
        self.pause = None;
        if caught_up { MediaTime::ZERO } else { lost }
    }

    /// The pictures' offset changed: the next packet stands by itself.
    pub fn restart(&mut self) {
        (self.last, self.suspect, self.too_late) = (None, None, None);
        (self.came, self.pause) = (None, None);
    }
}

/// What of a first packet's way behind the pictures is how they are sent, and not a wrong clock.
fn usual(behind: MediaTime) -> MediaTime {
    Some(behind).filter(|behind| (MediaTime::ZERO..=LATE).contains(behind)).unwrap_or_default()
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

    /// Sound that runs by the stamps of `stamp(n)` beside pictures at 10 s and on: how far each packet is heard behind them.
    fn behind(sound: &mut SoundClock, packets: std::ops::Range<i64>, stamp: impl Fn(i64) -> i64) -> Vec<i64> {
        let heard = packets.filter_map(|n| {
            let picture = ms(10_000 + n * 21);
            Some((picture - sound.place(picture - ms(stamp(n)), picture, picture)?).ms())
        });
        heard.collect()
    }

    #[test]
    fn sound_that_is_too_late_for_good_is_brought_back_to_the_pictures() {
        // From its first packet on; behind a break over which its numbers did not go on; by a clock that is slow.
        type Late = fn(i64) -> i64;
        let cases: [(&str, i64, Late); 3] = [
            ("from the start", 0, |_| 4_000),
            ("behind a break", 190, |n| if n < 500 { 60 } else { 4_060 }),
            ("a slow clock", 0, |n| 60 + n),
        ];
        for (name, pause, late) in cases {
            let mut sound = SoundClock::default();
            sound.packets_last(ms(21));
            let mut heard = behind(&mut sound, 0..500, late);
            heard.extend(behind(&mut sound, 500 + pause..5_000, late));
            assert!(heard.len() > 4_700, "{name}: {}", heard.len());
            let longest = heard.split(|behind| *behind <= 3_000).map(<[i64]>::len).max().unwrap();
            assert!((100..300).contains(&longest), "{name}: {longest} packets in vain");
            if name != "a slow clock" {
                assert!((0..=60).contains(heard.last().unwrap()), "{name}: {:?}", heard.last());
            }
        }
    }

    #[test]
    fn a_break_of_the_sound_and_a_burst_behind_it_shift_nothing() {
        let mut sound = SoundClock::default();
        sound.packets_last(ms(21));
        behind(&mut sound, 0..100, |_| 40);
        let heard = behind(&mut sound, 300..400, |_| 40);
        assert!(heard.len() >= 99 && heard.iter().all(|behind| *behind == 40), "{heard:?}");
        // Four seconds of it come at once.
        let picture = ms(10_000 + 600 * 21);
        for n in 400..600 {
            sound.place(ms(9_960 + n * 21), picture, picture);
        }
        let heard = behind(&mut sound, 600..800, |_| 40);
        assert!(heard.len() >= 199 && heard.iter().all(|behind| *behind == 40), "{heard:?}");
    }

    #[test]
    fn sound_that_stops_for_a_moment_and_counts_on_is_brought_back_to_the_pictures() {
        for packets in [10, 24, 95, 140] {
            let mut sound = SoundClock::default();
            sound.packets_last(ms(21));
            behind(&mut sound, 0..500, |_| 60);
            let heard = behind(&mut sound, 500 + packets..5_000, |_| 60 + packets * 21);
            let late = heard.iter().filter(|behind| **behind > 70).count();
            assert!((140..160).contains(&late), "{packets}: {late} packets late");
            assert_eq!(heard.last(), Some(&60), "{packets}");
        }
    }

    #[test]
    fn pictures_that_stand_while_sound_goes_on_shift_no_sound() {
        for (hole, held_up) in [(300, 250), (1_500, 250), (1_500, 650), (2_500, 400), (8_000, 650)] {
            let mut sound = SoundClock::default();
            sound.packets_last(ms(21));
            let (from, to) = (10_000, 10_000 + hole);
            let mut heard = Vec::new();
            for n in 0..1_500i64 {
                let at = 9_000 + n * 21;
                let picture = if (from..to).contains(&at) { from } else { at + 60 };
                // The key frame behind the hole holds the sound up.
                let now = if (to..to + held_up).contains(&at) { to + held_up } else { at };
                heard.push((at, sound.place(ms(at), ms(picture), ms(now))));
            }
            assert_eq!(sound.shift, MediaTime::ZERO, "{hole} {held_up}");
            assert_eq!(heard.last().unwrap().1, Some(ms(9_000 + 1_499 * 21)));
        }
    }

    #[test]
    fn a_line_that_stands_for_a_moment_shifts_no_sound() {
        let mut sound = SoundClock::default();
        sound.packets_last(ms(21));
        behind(&mut sound, 0..500, |_| 60);
        // For two seconds nothing comes; then first the pictures of that time, and sound at twice its speed.
        let mut shown = Vec::new();
        for n in 500..2_000i64 {
            let now = ms(10_000 + (n + 95 - (n - 500).min(190) / 2) * 21);
            shown.push((now, sound.place(ms(10_000 + n * 21 - 60), now, now)));
        }
        let last = shown.last().unwrap();
        assert_eq!(last.1, Some(ms(10_000 + 1_999 * 21 - 60)));
        assert_eq!(sound.shift, MediaTime::ZERO);
    }

    #[test]
    fn what_was_wrong_before_the_clock_was_set_anew_is_not_wrong_for_ever() {
        let mut sound = running();
        sound.packets_last(ms(21));
        // A step back for good is mended by a shift; then both clocks are set anew, and rightly.
        behind(&mut sound, 11..60, |_| 1_500);
        assert!(sound.shift > ms(1_000), "{:?}", sound.shift);
        sound.restart();
        let heard = behind(&mut sound, 60..100, |_| 40);
        assert_eq!(heard, [40; 40]);
        // A shift that is still right goes on.
        behind(&mut sound, 100..160, |_| 1_500);
        sound.restart();
        assert!(behind(&mut sound, 160..200, |_| 1_500).iter().all(|behind| *behind < 200));
    }
}
