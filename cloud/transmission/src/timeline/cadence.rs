//! How many pictures a run has in a second: what it says of itself, until its pictures say something else.

use crate::hls::{MediaTime, usual_rate};

/// Pictures are counted over windows of this length.
const WINDOW: MediaTime = MediaTime::from_ms(2_000);
/// What differs by more than this share is another rate.
const NEAR: f64 = 0.25;
/// Windows in a row that must agree on another rate, once a first one was counted.
const LASTING: u32 = 5;
/// A window has no more distances than this.
const MOST: usize = 1_000;

/// The frame rate of a run.
#[derive(Debug, Default)]
pub(super) struct Cadence {
    /// By the stream's parameter sets, and by the encoder's metadata.
    stream: Option<f64>,
    metadata: Option<f64>,
    believed: Option<f64>,
    /// A whole window has been counted.
    counted: bool,
    /// Windows in a row that differed from what is believed.
    differing: u32,
    last: Option<MediaTime>,
    /// Of the window, in ticks.
    distances: Vec<i64>,
    length: MediaTime,
}

impl Cadence {
    /// What is believed, in pictures a second.
    pub fn rate(&self) -> Option<f64> {
        self.believed
    }

    /// The stream's own word, if it has one. True when that is news.
    pub fn stream_says(&mut self, rate: Option<f64>) -> bool {
        let rate = rate.filter(|rate| *rate > 0.0 && rate.is_finite());
        let news = rate.is_some() && self.stream != rate;
        self.stream = rate;
        news && self.hear()
    }

    /// The word of the encoder's metadata, which counts less. True when that is news.
    pub fn metadata_says(&mut self, rate: f64) -> bool {
        let news = self.metadata.replace(rate) != Some(rate);
        news && self.stream.is_none() && self.hear()
    }

    /// What was said anew stands until the next window.
    fn hear(&mut self) -> bool {
        (self.counted, self.differing) = (false, 0);
        let said = self.stream.or(self.metadata);
        std::mem::replace(&mut self.believed, said) != said
    }

    /// A picture at `dts`. True when another rate is believed from now on.
    pub fn picture(&mut self, dts: MediaTime) -> bool {
        let Some(last) = self.last.replace(dts) else { return false };
        self.distances.push((dts - last).ticks());
        self.length += dts - last;
        if self.length < WINDOW && self.distances.len() < MOST {
            return false;
        }
        self.length = MediaTime::ZERO;
        let Some(rate) = counted(&mut std::mem::take(&mut self.distances)) else { return false };
        let first = !std::mem::replace(&mut self.counted, true);
        if self.believed.is_some_and(|believed| (rate / believed - 1.0).abs() <= NEAR) {
            self.differing = 0;
            return false;
        }
        self.differing += 1;
        if self.believed.is_some() && !first && self.differing < LASTING {
            return false;
        }
        (self.believed, self.differing) = (Some(usual_rate(rate)), 0);
        true
    }
}

/// The rate of these distances. Pictures that are missing make some of them longer and say nothing.
fn counted(distances: &mut [i64]) -> Option<f64> {
    distances.sort_unstable();
    let middle = *distances.get(distances.len() / 2)?;
    let usual: Vec<i64> =
        distances.iter().copied().filter(|ticks| (middle / 2..=middle * 3 / 2).contains(ticks)).collect();
    let sum: i64 = usual.iter().sum();
    (sum > 0).then(|| MediaTime::from_ms(1_000).ticks() as f64 * usual.len() as f64 / sum as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `seconds` of pictures at `rate`, stamped in whole milliseconds; gives the rates that were believed anew.
    fn run(cadence: &mut Cadence, from_ms: i64, rate: f64, seconds: f64) -> Vec<f64> {
        let at = |n: i32| from_ms + (f64::from(n) * 1000.0 / rate).round() as i64;
        let count = (rate * seconds) as i32;
        let mut news = Vec::new();
        for n in 0..count {
            if cadence.picture(MediaTime::from_ms(at(n))) {
                news.extend(cadence.rate());
            }
        }
        news
    }

    #[test]
    fn pictures_decide_when_nobody_says_or_what_is_said_is_far_off() {
        for said in [None, Some(1.0), Some(240.0)] {
            for rate in [15.0, 24.0, 25.0, 30.0, 50.0, 60.0] {
                let mut cadence = Cadence::default();
                if let Some(said) = said {
                    cadence.metadata_says(said);
                }
                assert_eq!(run(&mut cadence, 0, rate, 5.0), [rate], "{said:?}");
            }
        }
        let mut cadence = Cadence::default();
        assert!(cadence.metadata_says(60.0) && cadence.stream_says(Some(30_000.0 / 1_001.0)));
        assert!(!cadence.metadata_says(50.0) && !cadence.stream_says(Some(30_000.0 / 1_001.0)));
        assert!(run(&mut cadence, 0, 30.0, 60.0).is_empty(), "near enough");
        assert_eq!(cadence.rate(), Some(30_000.0 / 1_001.0));
    }

    #[test]
    fn another_rate_must_last_and_missing_pictures_are_none() {
        let mut cadence = Cadence::default();
        cadence.metadata_says(60.0);
        assert!(run(&mut cadence, 0, 60.0, 10.0).is_empty());
        assert!(run(&mut cadence, 10_000, 24.0, 6.0).is_empty());
        assert!(run(&mut cadence, 16_000, 60.0, 10.0).is_empty());
        for n in 0..1_200i64 {
            let at = MediaTime::from_ms(26_000 + n * 1_000 / 60);
            assert!(n % 30 < 12 || !cadence.picture(at), "{n}");
        }
        assert_eq!(run(&mut cadence, 46_000, 24.0, 14.0), [24.0], "evening");
    }
}
