//! Which renditions a source gets: plain values, nothing of a media library.

use serde::{Deserialize, Serialize};

use crate::format::Bitrate;

/// One rung of the ladder: a size and a rate of bits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendition {
    /// Short name, unique in the ladder and fit for a path: `480p`.
    pub name: String,
    /// Pixels, even.
    pub width: u32,
    /// Pixels, even.
    pub height: u32,
    /// Video bits per second, the target and the ceiling.
    pub bitrate: Bitrate,
}

/// A step that a ladder may have, named by the picture's short side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Pixels of the short side, so that a portrait picture gets the same quality as a landscape one.
    pub short_side: u32,
    /// Video bits per second.
    pub bitrate: Bitrate,
}

/// 720p, 480p and 360p.
pub const STEPS: [Step; 3] = [
    Step { short_side: 720, bitrate: Bitrate::kbps(2500) },
    Step { short_side: 480, bitrate: Bitrate::kbps(1200) },
    Step { short_side: 360, bitrate: Bitrate::kbps(700) },
];

/// Cores that decoding one 1080p30 source takes; smaller sources cost in proportion to their pixels.
const DECODE_1080P_CORES: f64 = 0.14;

impl Rendition {
    /// The rendition of a `width` x `height` source whose short side is `step.short_side`, keeping its shape.
    pub fn of(width: u32, height: u32, step: Step) -> Self {
        let short = width.min(height).max(1);
        let scaled = |side: u32| even(u64::from(side) * u64::from(step.short_side) / u64::from(short));
        Self {
            name: format!("{}p", step.short_side),
            width: scaled(width),
            height: scaled(height),
            bitrate: step.bitrate,
        }
    }

    /// Cores that scaling and encoding it takes at 30 frames per second.
    ///
    /// Source: measured with x264 veryfast, one thread: 0.24, 0.18 and 0.11 for 720p, 480p, 360p.
    pub fn cores(&self) -> f64 {
        let megapixels = f64::from(self.width) * f64::from(self.height) / 1e6;
        0.06 + 0.18 * megapixels
    }
}

/// The renditions of a source, largest first: each of `steps` that is not larger than the source.
pub fn of(width: u32, height: u32, steps: &[Step]) -> Vec<Rendition> {
    let short = width.min(height);
    let mut steps: Vec<Step> = steps.iter().copied().filter(|s| s.short_side <= short).collect();
    steps.sort_by_key(|s| std::cmp::Reverse(s.short_side));
    steps.dedup_by_key(|s| s.short_side);
    steps.into_iter().map(|step| Rendition::of(width, height, step)).collect()
}

/// Cores that a source of this size and its renditions take, one decode feeding all. None without renditions: then at most
/// a key frame now and then may be decoded.
pub fn cores(width: u32, height: u32, rungs: &[Rendition]) -> f64 {
    if rungs.is_empty() {
        return 0.0;
    }
    let decode = DECODE_1080P_CORES * f64::from(width) * f64::from(height) / (1920.0 * 1080.0);
    decode + rungs.iter().map(Rendition::cores).sum::<f64>()
}

/// Drops renditions from the top until the rest fits into `budget` cores.
pub fn admit(width: u32, height: u32, mut rungs: Vec<Rendition>, budget: f64) -> Vec<Rendition> {
    while !rungs.is_empty() && cores(width, height, &rungs) > budget {
        rungs.remove(0);
    }
    rungs
}

fn even(n: u64) -> u32 {
    u32::try_from(n.div_ceil(2) * 2).unwrap_or(u32::MAX - 1).max(2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_1080p_source_gets_three_rungs_of_its_shape() {
        let sizes: Vec<_> = of(1920, 1080, &STEPS).into_iter().map(|r| (r.name, r.width, r.height)).collect();
        assert_eq!(sizes, [("720p".into(), 1280, 720), ("480p".into(), 854, 480), ("360p".into(), 640, 360)]);
    }

    #[test]
    fn a_portrait_source_keeps_its_shape() {
        let rungs = of(1080, 1920, &STEPS);
        assert_eq!((rungs[0].width, rungs[0].height), (720, 1280));
    }

    #[test]
    fn no_rung_exceeds_the_size_of_its_source() {
        assert_eq!(of(854, 480, &STEPS).len(), 2);
        assert_eq!(of(640, 360, &STEPS).len(), 1);
        assert!(of(320, 180, &STEPS).is_empty());
    }

    #[test]
    fn a_small_budget_loses_the_top_rung_first() {
        let rungs = admit(1920, 1080, of(1920, 1080, &STEPS), 0.45);
        assert_eq!(rungs.iter().map(|r| r.name.as_str()).collect::<Vec<_>>(), ["480p", "360p"]);
    }

    proptest! {
        #[test]
        fn sizes_are_even_and_never_above_the_source(width in 64u32..4096, height in 64u32..4096) {
            for rung in of(width, height, &STEPS) {
                prop_assert!(rung.width.is_multiple_of(2) && rung.height.is_multiple_of(2));
                prop_assert!(rung.width <= width + 1 && rung.height <= height + 1);
            }
        }
    }
}
