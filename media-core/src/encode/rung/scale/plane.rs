//! One plane of 8-bit samples, made smaller or larger: bilinear, the kernel as wide as the step between two results when that
//! is more than a sample. Columns first, into a row of the right height in 15 bits, then along that row. Pure.

/// Samples that are taken together. The kernels of a cascade's steps are not wider.
const LANE: usize = 4;
/// Weights of the first pass add up to this many bits: 255 times them fits `i16`.
const VERTICAL_BITS: u32 = 7;
/// Weights of the second pass.
const HORIZONTAL_BITS: u32 = 14;
const BITS: u32 = VERTICAL_BITS + HORIZONTAL_BITS;

/// Scales planes of one size to another.
#[derive(Debug)]
pub(super) struct Plane {
    width: usize,
    rows: Axis,
    columns: Axis,
    /// A row of the right height, at full width.
    row: Vec<i16>,
}

/// Which samples each result of one direction is made of: `taps` from where it starts, with a weight each.
#[derive(Debug)]
struct Axis {
    taps: usize,
    starts: Vec<usize>,
    weights: Vec<i16>,
    eights: Vec<Eight>,
}

/// Eight results of at most four taps each, in pairs whose samples lie within eight: in the order of `PAIRS`.
#[derive(Debug, Default)]
struct Eight {
    /// Where the samples of each pair begin.
    starts: [usize; 4],
    /// Which of those bytes are taken, for each of the two vectors.
    picks: [[u8; 32]; 2],
    weights: [[i16; 16]; 2],
}

/// First results of the pairs, so that the sums of neighbours come out in order.
const PAIRS: [usize; 4] = [0, 4, 2, 6];
/// Samples that a pair is picked from.
const REACH: usize = 2 * LANE;

/// A plane in memory: rows of `stride` bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    pub data: &'a [u8],
    pub stride: usize,
}

impl Plane {
    /// `None` for a size (width and height) that is too small to be scaled.
    pub fn new(source: (usize, usize), target: (usize, usize)) -> Option<Self> {
        if source.0 < 2 * LANE || source.1 == 0 || target.0 == 0 || target.1 == 0 {
            return None;
        }
        let rows = Axis::new(source.1, target.1, 1, VERTICAL_BITS);
        let columns = Axis::new(source.0, target.0, LANE, HORIZONTAL_BITS);
        Some(Self { width: source.0, rows, columns, row: vec![0; source.0] })
    }

    /// Scales `source` into `target`, whose rows are `stride` bytes apart. Rows that lack in either are left as they are.
    pub fn scale(&mut self, source: View<'_>, target: &mut [u8], stride: usize) {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            #[allow(unsafe_code)]
            // SAFETY: this processor has AVX2.
            return unsafe { self.scale_by_avx2(source, target, stride) };
        }
        self.run::<false>(source, target, stride);
    }

    /// The same code, in wider instructions.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn scale_by_avx2(&mut self, source: View<'_>, target: &mut [u8], stride: usize) {
        self.run::<true>(source, target, stride);
    }

    #[inline(always)]
    fn run<const AVX2: bool>(&mut self, source: View<'_>, target: &mut [u8], stride: usize) {
        let results = self.columns.starts.len();
        for (n, line) in target.chunks_mut(stride.max(1)).take(self.rows.starts.len()).enumerate() {
            let (start, weights) = self.rows.at(n);
            for (at, weights) in weights.chunks(LANE).enumerate() {
                let mut rows = [&[][..]; LANE];
                let mut own = [0; LANE];
                for (tap, (row, weight)) in rows.iter_mut().zip(&mut own).enumerate() {
                    // where fewer are left, the last one stands in, without weight
                    let from = (start + at * LANE + tap.min(weights.len() - 1)) * source.stride;
                    let Some(samples) = source.data.get(from..from + self.width) else { return };
                    (*row, *weight) = (samples, weights.get(tap).copied().unwrap_or(0));
                }
                match (rows, own) {
                    // a step of one and a half, as most of a cascade are
                    ([a, b, c, _], [wa, wb, wc, 0]) if at == 0 => {
                        blend::<3, true>(&mut self.row, [a, b, c], [wa, wb, wc]);
                    }
                    _ if at == 0 => blend::<LANE, true>(&mut self.row, rows, own),
                    _ => blend::<LANE, false>(&mut self.row, rows, own),
                }
            }
            let Some(line) = line.get_mut(..results) else { return };
            self.columns.along::<AVX2>(&self.row, line);
        }
    }
}

/// Puts weighted rows together (`FIRST`), or adds them to what is there.
#[inline(always)]
fn blend<const N: usize, const FIRST: bool>(row: &mut [i16], rows: [&[u8]; N], weights: [i16; N]) {
    let width = row.len();
    let rows = rows.map(|samples| samples.get(..width).unwrap_or_default());
    if rows.iter().any(|samples| samples.len() != width) {
        return;
    }
    for (x, result) in row.iter_mut().enumerate() {
        let mut sum = if FIRST { 0 } else { *result };
        for (samples, weight) in rows.iter().zip(weights) {
            sum = i16::from(samples[x]).wrapping_mul(weight).wrapping_add(sum);
        }
        *result = sum;
    }
}

impl Axis {
    /// `lane`: the taps are a multiple of it.
    fn new(source: usize, target: usize, lane: usize, bits: u32) -> Self {
        let step = source as f64 / target as f64;
        let reach = step.max(1.0);
        let kernel = (2.0 * reach).ceil() as usize;
        let taps = kernel.next_multiple_of(lane).min(source);
        let (mut starts, mut weights) = (Vec::with_capacity(target), Vec::with_capacity(target * taps));
        for n in 0..target {
            let centre = (n as f64 + 0.5) * step - 0.5;
            let first = (centre - reach).floor() as i64 + 1;
            let start = first.clamp(0, (source - taps) as i64);
            let mut shares = vec![0.0; taps];
            for sample in first..first + kernel as i64 {
                // what lies beyond the edge is as the edge
                let at = usize::try_from(sample.clamp(0, source as i64 - 1) - start);
                if let Some(share) = at.ok().and_then(|at| shares.get_mut(at)) {
                    *share += (1.0 - (sample as f64 - centre).abs() / reach).max(0.0);
                }
            }
            starts.push(start as usize);
            weights.extend(whole(&shares, bits));
        }
        let mut axis = Self { taps, starts, weights, eights: Vec::new() };
        let eights = (0..target / 8).map(|n| axis.eight(n * 8, source)).collect::<Option<Vec<_>>>();
        axis.eights = eights.unwrap_or_default();
        axis
    }

    /// The eight results from `first` on; `None` if they are made of too many samples.
    fn eight(&self, first: usize, source: usize) -> Option<Eight> {
        let mut eight = Eight::default();
        for (pair, n) in PAIRS.into_iter().enumerate() {
            let ((one, _), (other, _)) = (self.at(first + n), self.at(first + n + 1));
            let start = one.min(other).min(source.checked_sub(REACH)?);
            eight.starts[pair] = start;
            for result in 0..2 {
                let (from, weights) = self.at(first + n + result);
                for (tap, weight) in weights.iter().enumerate().filter(|(_, weight)| **weight != 0) {
                    let sample =
                        u8::try_from(from + tap - start).ok().filter(|at| usize::from(*at) < REACH)?;
                    let place = pair % 2 * REACH + result * LANE + tap;
                    (tap < LANE).then_some(())?;
                    eight.weights[pair / 2][place] = *weight;
                    eight.picks[pair / 2][2 * place] = 2 * sample;
                    eight.picks[pair / 2][2 * place + 1] = 2 * sample + 1;
                }
            }
        }
        Some(eight)
    }

    fn at(&self, n: usize) -> (usize, &[i16]) {
        let weights = self.weights.get(n * self.taps..(n + 1) * self.taps).unwrap_or_default();
        (self.starts.get(n).copied().unwrap_or(0), weights)
    }

    /// The second pass.
    #[inline(always)]
    fn along<const AVX2: bool>(&self, row: &[i16], line: &mut [u8]) {
        #[cfg_attr(not(target_arch = "x86_64"), expect(unused_mut))]
        let mut done = 0;
        #[cfg(target_arch = "x86_64")]
        if AVX2 {
            for (results, eight) in line.as_chunks_mut::<8>().0.iter_mut().zip(&self.eights) {
                #[allow(unsafe_code)]
                // SAFETY: `Plane::scale` has asked the processor.
                let them = unsafe { eight.along(row) };
                *results = them;
                done += 8;
            }
        }
        for (n, result) in line.iter_mut().enumerate().skip(done) {
            let (start, weights) = self.at(n);
            *result = one(row.get(start..start + self.taps).unwrap_or_default(), weights);
        }
    }
}

fn one(samples: &[i16], weights: &[i16]) -> u8 {
    let sum: i32 = samples.iter().zip(weights).map(|(sample, w)| i32::from(*sample) * i32::from(*w)).sum();
    ((sum + (1 << (BITS - 1))) >> BITS).clamp(0, 255) as u8
}

#[cfg(target_arch = "x86_64")]
impl Eight {
    #[target_feature(enable = "avx2")]
    #[inline]
    fn along(&self, row: &[i16]) -> [u8; 8] {
        use std::arch::x86_64::*;
        #[allow(unsafe_code)]
        let samples = |pair: usize| {
            let start = self.starts[pair];
            debug_assert!(start + REACH <= row.len());
            // SAFETY: no pair begins closer to the end of the row than this: see `Axis::eight`, and `Plane::new` for the row.
            unsafe { _mm_loadu_si128(row.as_ptr().add(start).cast()) }
        };
        #[allow(unsafe_code)]
        // SAFETY: these arrays are as long as the vectors.
        let (picks, weights) = unsafe {
            let picks = |n: usize| _mm256_loadu_si256(self.picks[n].as_ptr().cast());
            let weights = |n: usize| _mm256_loadu_si256(self.weights[n].as_ptr().cast());
            ([picks(0), picks(1)], [weights(0), weights(1)])
        };
        let sums = |n: usize| {
            let both = _mm256_set_m128i(samples(2 * n + 1), samples(2 * n));
            _mm256_madd_epi16(_mm256_shuffle_epi8(both, picks[n]), weights[n])
        };
        let half = _mm256_set1_epi32(1 << (BITS - 1));
        let whole =
            _mm256_srai_epi32::<{ BITS as i32 }>(_mm256_add_epi32(_mm256_hadd_epi32(sums(0), sums(1)), half));
        let words = _mm_packs_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256::<1>(whole));
        _mm_cvtsi128_si64(_mm_packus_epi16(words, words)).to_le_bytes()
    }
}

/// Shares as whole numbers that add up to `1 << bits`: what rounding leaves goes to the largest.
fn whole(shares: &[f64], bits: u32) -> Vec<i16> {
    let one = f64::from(1u32 << bits);
    let sum: f64 = shares.iter().sum();
    let mut weights: Vec<i16> = shares.iter().map(|share| (share / sum * one).round() as i16).collect();
    let left = one as i16 - weights.iter().sum::<i16>();
    if let Some(largest) = weights.iter_mut().max() {
        *largest += left;
    }
    weights
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn picture(width: usize, height: usize, sample: impl Fn(usize, usize) -> u8) -> Vec<u8> {
        (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| sample(x, y)).collect()
    }

    fn scaled(data: &[u8], source: (usize, usize), target: (usize, usize)) -> Vec<u8> {
        let mut result = vec![0; target.0 * target.1];
        let view = View { data, stride: source.0 };
        Plane::new(source, target).unwrap().scale(view, &mut result, target.0);
        result
    }

    /// The kernel in its plain form.
    fn plainly(data: &[u8], source: (usize, usize), target: (usize, usize)) -> Vec<f64> {
        let axis = |n: usize, from: usize, to: usize| {
            let step = from as f64 / to as f64;
            let (centre, reach) = ((n as f64 + 0.5) * step - 0.5, step.max(1.0));
            let near = (centre - reach).floor() as i64..=(centre + reach).ceil() as i64;
            let shares = near.map(|at| {
                let share = (1.0 - (at as f64 - centre).abs() / reach).max(0.0);
                (at.clamp(0, from as i64 - 1) as usize, share)
            });
            let shares: Vec<_> = shares.collect();
            let sum: f64 = shares.iter().map(|(_, share)| share).sum();
            shares.into_iter().map(move |(at, share)| (at, share / sum)).collect::<Vec<_>>()
        };
        let mut result = Vec::new();
        for y in 0..target.1 {
            let rows = axis(y, source.1, target.1);
            for x in 0..target.0 {
                let columns = axis(x, source.0, target.0);
                let sample = |y: usize, x: usize| f64::from(data[y * source.0 + x]);
                let row = |y: usize| columns.iter().map(|(x, share)| share * sample(y, *x)).sum::<f64>();
                result.push(rows.iter().map(|(y, share)| share * row(*y)).sum());
            }
        }
        result
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn it_is_the_plain_kernel_at_any_size_and_on_any_processor(
            (width, height) in (8usize..90, 1usize..60),
            (to_width, to_height) in (1usize..90, 1usize..60),
            seed: u64,
        ) {
            let noise = |x: usize, y: usize| (seed.wrapping_mul((x * 7919 + y * 104_729 + 1) as u64) >> 40) as u8;
            let data = picture(width, height, noise);
            let (source, target) = ((width, height), (to_width, to_height));
            let result = scaled(&data, source, target);
            for (n, (ours, plain)) in result.iter().zip(plainly(&data, source, target)).enumerate() {
                prop_assert!((f64::from(*ours) - plain).abs() < 4.0, "{n}: {ours} for {plain}");
            }
            let mut narrow = vec![0; to_width * to_height];
            let view = View { data: &data, stride: width };
            Plane::new(source, target).unwrap().run::<false>(view, &mut narrow, to_width);
            prop_assert_eq!(result, narrow);
        }
    }

    #[test]
    fn what_is_flat_stays_flat_up_to_the_edges() {
        for level in [0, 16, 128, 235, 255] {
            for target in [(1280, 720), (854, 480), (640, 360), (406, 720)] {
                let flat = scaled(&vec![level; 1920 * 1080], (1920, 1080), target);
                assert!(flat.iter().all(|sample| *sample == level), "{level} at {target:?}");
            }
        }
    }

    #[test]
    fn a_ramp_stays_where_it_is() {
        let ramp = scaled(&picture(1024, 64, |x, _| (x / 4) as u8), (1024, 64), (512, 32));
        let line = &ramp[512 * 16..512 * 17];
        for (x, sample) in line.iter().enumerate().skip(4).take(504) {
            assert!((i32::from(*sample) - (x / 2) as i32).abs() <= 1, "{x}: {sample}");
        }
    }

    #[test]
    fn what_lacks_is_left_alone() {
        let mut plane = Plane::new((64, 64), (32, 32)).unwrap();
        let mut result = vec![7; 32 * 32];
        plane.scale(View { data: &[200; 64 * 20], stride: 64 }, &mut result, 32);
        assert!(
            result[..32 * 8].iter().all(|sample| *sample == 200) && result[32 * 16..].iter().all(|s| *s == 7)
        );
        plane.scale(View { data: &[200; 64 * 64], stride: 64 }, &mut result[..40], 32);
        assert!(Plane::new((7, 64), (32, 32)).is_none() && Plane::new((64, 64), (0, 32)).is_none());
    }
}
