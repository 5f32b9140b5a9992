//! Whether the publisher's own pictures can be listed as they are.

use std::collections::VecDeque;

use super::{
    grid::{MAX_SEGMENT, PART_TARGET},
    rung::LONGEST_HOLD,
    time::MediaTime,
};

/// So many pictures in a row, each longer than a part, are a rate and no accident.
const SLOW_PICTURES: u32 = 12;
/// So long without such a row, and the rate is a good one again; twice as long each time that it was not.
const CALM_FOR: MediaTime = MediaTime::from_ms(3_000);
const MOST_CALM: MediaTime = MediaTime::from_ms(240_000);
/// So many distances between key frames in a row must fit before the source is listed again.
const GOOD_DISTANCES: u32 = 2;
/// So many, and they will go on to fit; twice as many each time that they did not.
const STEADY_DISTANCES: u32 = 15;
const MOST_STEADY_DISTANCES: u32 = 240;
/// Distances that are remembered: what is usual.
const RECENT: usize = 15;
/// Pictures whose lengths are remembered, and how many of them may be longer than what is usual.
const RECENT_STEPS: usize = 60;
const HITCHES: usize = 2;

/// What is known of the source's key frames and rate.
///
/// All is judged by the distance between key frames, never by the age of a segment: a key frame that comes early, where the
/// scene changes, makes a segment long and no key frame far. Nor does a hitch in one group of pictures.
#[derive(Debug, Clone)]
pub(super) struct Fitness {
    last: Option<MediaTime>,
    /// Where the running distance begins: at a key frame (`whole`), or later, at the first picture that is known.
    from: Option<MediaTime>,
    whole: bool,
    recent: VecDeque<MediaTime>,
    steps: VecDeque<MediaTime>,
    /// What a picture lasts, hitches aside.
    usual_step: MediaTime,
    /// By so much hitches have made the running distance longer.
    hitched: MediaTime,
    /// The distance before was too long for its hitches alone.
    spared: bool,
    good_distances: u32,
    /// A key frame was far, and [`GOOD_DISTANCES`] have not fitted since.
    unfit: bool,
    /// The same for `steady` distances, which outlasts a run.
    far: bool,
    steady: u32,
    /// Pictures in a row that were longer than a part.
    long: u32,
    /// When the last of such a row came, while that is not `calm_for` ago.
    last_slow: Option<MediaTime>,
    calm_for: MediaTime,
}

impl Default for Fitness {
    fn default() -> Self {
        Self {
            last: None,
            from: None,
            whole: false,
            recent: VecDeque::new(),
            steps: VecDeque::new(),
            usual_step: MediaTime::ZERO,
            hitched: MediaTime::ZERO,
            spared: false,
            good_distances: 0,
            unfit: false,
            far: false,
            steady: STEADY_DISTANCES,
            long: 0,
            last_slow: None,
            calm_for: CALM_FOR,
        }
    }
}

impl Fitness {
    /// Of a source whose key frames were far before a crash.
    pub fn of_far_keys() -> Self {
        Self { far: true, ..Self::default() }
    }

    /// Of a source whose pictures came too seldom before a crash, up to `dts`.
    pub fn of_few_pictures(dts: MediaTime) -> Self {
        Self { last_slow: Some(dts), ..Self::default() }
    }

    /// Takes the next picture.
    pub fn note(&mut self, dts: MediaTime, key: bool) {
        let step = self.last.replace(dts).map(|last| dts - last);
        self.long = if step.is_some_and(|step| step > PART_TARGET) { self.long + 1 } else { 0 };
        if self.long >= SLOW_PICTURES {
            self.last_slow = Some(dts);
        } else if self.last_slow.take_if(|last| dts - *last > self.calm_for).is_some() {
            self.calm_for = (self.calm_for + self.calm_for).min(MOST_CALM);
        }
        match step {
            // A key frame may be among what is missing.
            Some(step) if step > LONGEST_HOLD => self.begin_distance(None),
            Some(step) => self.note_step(step),
            None => {}
        }
        let distance = dts - *self.from.get_or_insert(dts);
        // Where the next picture is, which may be a key frame.
        let reach = distance + if key { MediaTime::ZERO } else { self.usual_step() };
        if reach < MAX_SEGMENT {
            if key && self.whole {
                self.note_fitting(distance);
            }
        } else if self.spared || reach - self.hitched >= MAX_SEGMENT {
            (self.good_distances, self.unfit, self.far) = (0, true, true);
        } else {
            self.spared = key;
        }
        if key {
            self.begin_distance(Some(dts));
        }
    }

    /// A distance begins with a key frame at `from`, or with the next picture.
    fn begin_distance(&mut self, from: Option<MediaTime>) {
        (self.from, self.whole, self.hitched) = (from, from.is_some(), MediaTime::ZERO);
    }

    fn note_step(&mut self, step: MediaTime) {
        self.steps.push_back(step);
        if self.steps.len() > RECENT_STEPS {
            self.steps.pop_front();
        }
        let mut steps: Vec<_> = self.steps.iter().copied().collect();
        steps.sort_unstable();
        self.usual_step = steps[steps.len().saturating_sub(1 + HITCHES)];
        self.hitched += (step - self.usual_step).max(MediaTime::ZERO);
    }

    fn note_fitting(&mut self, distance: MediaTime) {
        self.spared = false;
        self.recent.push_back(distance);
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
        self.good_distances += 1;
        self.unfit &= self.good_distances < GOOD_DISTANCES;
        if self.far && self.good_distances >= self.steady {
            self.far = false;
            self.steady = (2 * self.steady).min(MOST_STEADY_DISTANCES);
        }
    }

    /// The longest distance between key frames of late that fitted: the next one may come that late.
    pub fn usual_distance(&self) -> MediaTime {
        self.recent.iter().max().copied().unwrap_or_default()
    }

    /// What a picture lasts, hitches aside.
    pub fn usual_step(&self) -> MediaTime {
        self.usual_step
    }

    /// Its key frames are too far apart now.
    pub fn is_unfit(&self) -> bool {
        self.unfit
    }

    /// Its key frames were too far apart, and have not been near for so long that they are so on purpose.
    pub fn is_far(&self) -> bool {
        self.far
    }

    /// Its pictures come so seldom that parts cannot be filled with them, or did so a while ago.
    pub fn is_slow(&self) -> bool {
        self.last_slow.is_some()
    }

    /// Key frames and rate have been good for a while.
    pub fn has_recovered(&self) -> bool {
        self.good_distances >= GOOD_DISTANCES && !self.is_slow()
    }

    /// Another publisher begins, or the same one again.
    pub fn restart(&mut self) {
        let Self { far, steady, last_slow, calm_for, .. } = *self;
        *self = Self { far, steady, last_slow, calm_for, ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(times: impl IntoIterator<Item = (i64, bool)>) -> Fitness {
        let mut fitness = Fitness::default();
        for (ms, key) in times {
            fitness.note(MediaTime::from_ms(ms), key);
        }
        fitness
    }

    #[test]
    fn a_few_long_pictures_are_no_rate() {
        let fitness = after([(0, true), (400, false), (800, false), (833, false), (2_000, true)]);
        assert!(!fitness.is_slow());
        let fitness = after((0..13).map(|n| (n * 250, n == 0)));
        assert!(fitness.is_slow());
    }

    #[test]
    fn it_recovers_when_key_frames_and_rate_have_been_good_for_a_while() {
        let has_recovered = |times: Vec<(i64, bool)>| after(times).has_recovered();
        assert!(has_recovered((0..=120).map(|n| (n * 33, n % 60 == 0)).collect()));
        assert!(!has_recovered((0..=250).map(|n| (n * 33, n % 250 == 0)).collect()));
        let hitch = |n: i64| n * 33 + n / 70 * 240;
        assert!(has_recovered((0..=250).map(|n| (hitch(n), n % 60 == 0)).collect()), "hitches are no rate");
    }

    #[test]
    fn a_slow_source_is_believed_to_be_fast_again_later_each_time() {
        let mut fitness = Fitness::default();
        let mut at = 0;
        for calm in [3_000, 6_000, 12_000, 24_000] {
            for _ in 0..14 {
                at += 250;
                fitness.note(MediaTime::from_ms(at), true);
            }
            assert!(fitness.is_slow());
            fitness.restart();
            let slow = at;
            while fitness.is_slow() {
                at += 33;
                fitness.note(MediaTime::from_ms(at), true);
            }
            assert!((calm..calm + 100).contains(&(at - slow)), "{calm}: {}", at - slow);
        }
    }

    #[test]
    fn key_frames_are_far_by_their_distance_and_near_again_for_good_later_each_time() {
        let mut fitness = Fitness::default();
        let mut at = 0;
        let mut keys = |fitness: &mut Fitness, distance: i64, count: u32| {
            for _ in 0..count {
                for n in 0..distance / 40 {
                    fitness.note(MediaTime::from_ms(at + n * 40), n == 0);
                }
                at += distance;
            }
        };
        keys(&mut fitness, 4_160, 20);
        keys(&mut fitness, 1_000, 1);
        keys(&mut fitness, 4_160, 3);
        assert!(!fitness.is_far() && !fitness.is_unfit(), "a scene cut is no far key frame");
        assert_eq!(fitness.usual_distance(), MediaTime::from_ms(4_160));
        for steady in [15, 30, 60] {
            keys(&mut fitness, 8_320, 1);
            assert!(fitness.is_far() && fitness.is_unfit());
            keys(&mut fitness, 2_000, steady);
            assert!(fitness.is_far() && !fitness.is_unfit(), "{steady}");
            keys(&mut fitness, 2_000, 1);
            assert!(!fitness.is_far(), "{steady}");
        }
    }

    #[test]
    fn a_hitch_in_one_group_makes_no_key_frame_far_and_one_in_each_does() {
        // 60 pictures in a second, and a key frame with each 250th.
        for hitch in [160, 217, 290, 500, 900] {
            let at = |n: i64| n * 1_000 / 60 + if n > 370 { hitch } else { 0 };
            let mut fitness = Fitness::default();
            for n in 0..1_500 {
                fitness.note(MediaTime::from_ms(at(n)), n % 250 == 0);
                assert!(!fitness.is_far() && !fitness.is_unfit(), "{hitch} {n}");
            }
        }
        let fitness = after((0..1_000).map(|n| (n * 1_000 / 60 + (n + 130) / 250 * 500, n % 250 == 0)));
        assert!(fitness.is_far() && fitness.is_unfit());
    }

    #[test]
    fn a_pause_of_the_pictures_says_nothing_of_the_key_frames() {
        let fitness = after((0..200).map(|n| (n * 33 + if n > 100 { 3_000 } else { 0 }, n % 60 == 0)));
        assert!(!fitness.is_far());
    }
}
