//! One plane of 8-bit samples, made smaller or larger: bilinear, the kernel as wide as the step between two results when that
//! is more than a sample. Columns first, into a row of the right height, then along that row. Pure.

/// Samples that are taken together. The kernels of a cascade's steps are not wider.
const LANE: usize = 4;
/// Weights of the first pass add up to this many bits: 255 times them fits `i16`.
const VERTICAL_BITS: u32 = 7;
/// Weights of the second pass: one of them fits `u8` unless it is alone.
const HORIZONTAL_BITS: u32 = 8;
/// Between the passes a sample is this much less: it fits `i8`, as the processor's product of bytes wants it.
const MIDDLE: i16 = 128;

/// Scales planes of one size to another.
#[derive(Debug)]
pub(super) struct Plane {
    rows: Axis,
    columns: Axis,
    /// A row of the right height, at full width.
    row: Vec<i8>,
    /// What it is made of, where it is made of many.
    sums: Vec<i16>,
}

/// Which samples each result of one direction is made of: `taps` from where it starts, with a weight each.
#[derive(Debug)]
struct Axis {
    taps: usize,
    starts: Vec<usize>,
    weights: Vec<i16>,
    #[cfg_attr(not(target_arch = "x86_64"), expect(dead_code))]
    sixteens: Vec<Sixteen>,
}

/// Sixteen results of at most four taps each, in fours whose samples lie within sixteen: in the order of `FOURS`.
#[derive(Debug, Default)]
struct Sixteen {
    /// Where the samples of each four begin.
    starts: [usize; 4],
    /// Which of those are taken, for each of the two vectors.
    picks: [[u8; 32]; 2],
    weights: [[u8; 32]; 2],
}

/// First results of the fours, so that the sums of neighbours come out in order.
const FOURS: [usize; 4] = [0, 8, 4, 12];
/// Samples that four results are picked from.
const REACH: usize = 16;

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
        let rows = Axis::new(source.1, target.1, VERTICAL_BITS);
        let columns = Axis::new(source.0, target.0, HORIZONTAL_BITS);
        let sums = if rows.taps > LANE { vec![0; source.0] } else { Vec::new() };
        Some(Self { rows, columns, row: vec![0; source.0], sums })
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
            let Some(line) = line.get_mut(..results) else { return };
            if self.down::<AVX2>(n, source).is_none() {
                return;
            }
            self.columns.along::<AVX2>(&self.row, line);
        }
    }

    /// The first pass, for row `n`. `None` where the source lacks.
    #[inline(always)]
    fn down<const AVX2: bool>(&mut self, n: usize, source: View<'_>) -> Option<()> {
        let (start, weights) = self.rows.at(n);
        let width = self.row.len();
        let samples = |tap: usize| {
            let from = (start + tap) * source.stride;
            source.data.get(from..from + width)
        };
        match *weights {
            [] => return None,
            [one] => blend::<_, AVX2>(&mut self.row, [samples(0)?], [one]),
            [one, two] => blend::<_, AVX2>(&mut self.row, [samples(0)?, samples(1)?], [one, two]),
            // a step of one and a half, as most of a cascade are
            [one, two, three] | [one, two, three, 0] => {
                blend::<_, AVX2>(&mut self.row, [samples(0)?, samples(1)?, samples(2)?], [one, two, three]);
            }
            [one, two, three, four] => {
                let rows = [samples(0)?, samples(1)?, samples(2)?, samples(3)?];
                blend::<_, AVX2>(&mut self.row, rows, [one, two, three, four]);
            }
            _ => {
                self.sums.fill(0);
                for (tap, weight) in weights.iter().enumerate() {
                    for (sum, sample) in self.sums.iter_mut().zip(samples(tap)?) {
                        *sum = sum.wrapping_add(i16::from(*sample).wrapping_mul(*weight));
                    }
                }
                self.row.iter_mut().zip(&self.sums).for_each(|(result, sum)| *result = middle(*sum));
            }
        }
        Some(())
    }
}

/// Puts weighted rows, each as long as `row`, together.
#[inline(always)]
fn blend<const N: usize, const AVX2: bool>(row: &mut [i8], rows: [&[u8]; N], weights: [i16; N]) {
    let width = row.len();
    let rows = rows.map(|samples| samples.get(..width).unwrap_or_default());
    if rows.iter().any(|samples| samples.len() != width) {
        return;
    }
    #[cfg_attr(not(target_arch = "x86_64"), expect(unused_mut))]
    let mut done = 0;
    #[cfg(target_arch = "x86_64")]
    if AVX2 && weights.iter().all(|weight| i8::try_from(*weight).is_ok()) {
        #[allow(unsafe_code)]
        // SAFETY: `Plane::scale` has asked the processor, and all rows are as long as this one.
        unsafe {
            done = blend_by_avx2(row, rows, weights);
        }
    }
    for (x, result) in row.iter_mut().enumerate().skip(done) {
        let sum = rows.iter().zip(weights).fold(0i16, |sum, (samples, weight)| {
            sum.wrapping_add(i16::from(samples[x]).wrapping_mul(weight))
        });
        *result = middle(sum);
    }
}

/// Does as much as goes by 32 samples, of rows that are as long as `row`, and says how many that were.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
#[inline]
#[allow(unsafe_code)]
unsafe fn blend_by_avx2<const N: usize>(row: &mut [i8], rows: [&[u8]; N], weights: [i16; N]) -> usize {
    use std::arch::x86_64::*;
    let weight = |n: usize| weights.get(n).map_or(0, |weight| *weight as u8);
    let two = |n: usize| _mm256_set1_epi16(i16::from_le_bytes([weight(n), weight(n + 1)]));
    let (near, far) = (two(0), two(2));
    // Half of what is cut off, and what lies between the passes.
    let bias = _mm256_set1_epi16((1 << (VERTICAL_BITS - 1)) - (MIDDLE << VERTICAL_BITS));
    let (chunks, _) = row.as_chunks_mut::<32>();
    for (n, chunk) in chunks.iter_mut().enumerate() {
        let samples = |tap: usize| match rows.get(tap) {
            // SAFETY: the caller's rows are as long as the one whose chunk this is.
            Some(row) => unsafe { _mm256_loadu_si256(row.as_ptr().add(32 * n).cast()) },
            None => _mm256_setzero_si256(),
        };
        let (a, b, c, d) = (samples(0), samples(1), samples(2), samples(3));
        let mut low = _mm256_maddubs_epi16(_mm256_unpacklo_epi8(a, b), near);
        let mut high = _mm256_maddubs_epi16(_mm256_unpackhi_epi8(a, b), near);
        if N > 2 {
            low = _mm256_add_epi16(low, _mm256_maddubs_epi16(_mm256_unpacklo_epi8(c, d), far));
            high = _mm256_add_epi16(high, _mm256_maddubs_epi16(_mm256_unpackhi_epi8(c, d), far));
        }
        let middle = |sums| _mm256_srai_epi16::<{ VERTICAL_BITS as i32 }>(_mm256_add_epi16(sums, bias));
        let samples = _mm256_packs_epi16(middle(low), middle(high));
        // SAFETY: the chunk is as long as the vector.
        unsafe { _mm256_storeu_si256(chunk.as_mut_ptr().cast(), samples) };
    }
    row.len() / 32 * 32
}

/// A sum of the first pass as a sample between the passes.
#[inline(always)]
fn middle(sum: i16) -> i8 {
    const HALF: i16 = 1 << (VERTICAL_BITS - 1);
    ((sum.wrapping_add(HALF) >> VERTICAL_BITS) - MIDDLE) as i8
}

impl Axis {
    fn new(source: usize, target: usize, bits: u32) -> Self {
        let step = source as f64 / target as f64;
        let reach = step.max(1.0);
        let kernel = (2.0 * reach).ceil() as usize;
        let taps = kernel.min(source);
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
        let mut axis = Self { taps, starts, weights, sixteens: Vec::new() };
        let sixteens =
            (0..target / REACH).map(|n| axis.sixteen(n * REACH, source)).collect::<Option<Vec<_>>>();
        axis.sixteens = sixteens.unwrap_or_default();
        axis
    }

    /// The sixteen results from `first` on; `None` if they are made of too many samples, or too unevenly.
    fn sixteen(&self, first: usize, source: usize) -> Option<Sixteen> {
        let mut sixteen = Sixteen::default();
        for (four, n) in FOURS.into_iter().enumerate() {
            let results = (0..4).map(|result| self.at(first + n + result));
            let start = results.clone().map(|(start, _)| start).min()?.min(source.checked_sub(REACH)?);
            sixteen.starts[four] = start;
            for (result, (from, weights)) in results.enumerate() {
                for (tap, weight) in weights.iter().enumerate().filter(|(_, weight)| **weight != 0) {
                    let sample =
                        u8::try_from(from + tap - start).ok().filter(|at| usize::from(*at) < REACH)?;
                    let place = four % 2 * REACH + result * LANE + tap;
                    (tap < LANE).then_some(())?;
                    sixteen.weights[four / 2][place] = u8::try_from(*weight).ok()?;
                    sixteen.picks[four / 2][place] = sample;
                }
            }
        }
        Some(sixteen)
    }

    fn at(&self, n: usize) -> (usize, &[i16]) {
        let weights = self.weights.get(n * self.taps..(n + 1) * self.taps).unwrap_or_default();
        (self.starts.get(n).copied().unwrap_or(0), weights)
    }

    /// The second pass.
    #[inline(always)]
    fn along<const AVX2: bool>(&self, row: &[i8], line: &mut [u8]) {
        #[cfg_attr(not(target_arch = "x86_64"), expect(unused_mut))]
        let mut done = 0;
        #[cfg(target_arch = "x86_64")]
        if AVX2 {
            for (results, sixteen) in line.as_chunks_mut::<REACH>().0.iter_mut().zip(&self.sixteens) {
                #[allow(unsafe_code)]
                // SAFETY: `Plane::scale` has asked the processor.
                let them = unsafe { sixteen.along(row) };
                *results = them;
                done += REACH;
            }
        }
        for (n, result) in line.iter_mut().enumerate().skip(done) {
            let (start, weights) = self.at(n);
            *result = one(row.get(start..start + self.taps).unwrap_or_default(), weights);
        }
    }
}

fn one(samples: &[i8], weights: &[i16]) -> u8 {
    let sum: i32 = samples.iter().zip(weights).map(|(sample, w)| i32::from(*sample) * i32::from(*w)).sum();
    (((sum + (1 << (HORIZONTAL_BITS - 1))) >> HORIZONTAL_BITS) + i32::from(MIDDLE)) as u8
}

#[cfg(target_arch = "x86_64")]
impl Sixteen {
    #[target_feature(enable = "avx2")]
    #[inline]
    fn along(&self, row: &[i8]) -> [u8; 16] {
        use std::arch::x86_64::*;
        #[allow(unsafe_code)]
        let samples = |four: usize| {
            let start = self.starts[four];
            debug_assert!(start + REACH <= row.len());
            // SAFETY: no four begins closer to the end of the row than this: see `Axis::sixteen`, and `Plane::new` for the row.
            unsafe { _mm_loadu_si128(row.as_ptr().add(start).cast()) }
        };
        #[allow(unsafe_code)]
        // SAFETY: these arrays are as long as the vectors.
        let (picks, weights) = unsafe {
            let vector = |bytes: &[u8; 32]| _mm256_loadu_si256(bytes.as_ptr().cast());
            (self.picks.each_ref().map(vector), self.weights.each_ref().map(vector))
        };
        // Weights add up to 256 and samples lie within a signed byte: no sum, however far it has come, exceeds a word.
        let pairs = |n: usize| {
            let both = _mm256_set_m128i(samples(2 * n + 1), samples(2 * n));
            _mm256_maddubs_epi16(weights[n], _mm256_shuffle_epi8(both, picks[n]))
        };
        let sums = _mm256_hadd_epi16(pairs(0), pairs(1));
        // The half is added as the last bit of what is cut off, in two steps: the sum may be the largest word.
        let half = _mm256_and_si256(_mm256_srli_epi16::<7>(sums), _mm256_set1_epi16(1));
        let whole = _mm256_add_epi16(_mm256_srai_epi16::<{ HORIZONTAL_BITS as i32 }>(sums), half);
        let bytes = _mm_packs_epi16(_mm256_castsi256_si128(whole), _mm256_extracti128_si256::<1>(whole));
        let bytes = _mm_xor_si128(bytes, _mm_set1_epi8(MIDDLE as i8));
        let mut results = [0; 16];
        #[allow(unsafe_code)]
        // SAFETY: the array is as long as the vector.
        unsafe {
            _mm_storeu_si128(results.as_mut_ptr().cast(), bytes);
        }
        results
    }
}

/// Shares as whole numbers that add up to `1 << bits`, none of them a whole one away from its share: what rounding down leaves
/// goes to those that lost the most.
fn whole(shares: &[f64], bits: u32) -> Vec<i16> {
    let one = f64::from(1u32 << bits);
    let sum: f64 = shares.iter().sum();
    let exact = |share: &f64| share / sum * one;
    let mut weights: Vec<i16> = shares.iter().map(|share| exact(share).floor() as i16).collect();
    let left = usize::try_from(one as i16 - weights.iter().sum::<i16>()).unwrap_or(0);
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by(|a, b| exact(&shares[*b]).fract().total_cmp(&exact(&shares[*a]).fract()));
    order.into_iter().take(left).for_each(|at| weights[at] += 1);
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

    /// The kernel in its plain form, for result `n` of one direction: samples and their shares.
    fn axis(n: usize, from: usize, to: usize) -> Vec<(usize, f64)> {
        let step = from as f64 / to as f64;
        let (centre, reach) = ((n as f64 + 0.5) * step - 0.5, step.max(1.0));
        let near = (centre - reach).floor() as i64..=(centre + reach).ceil() as i64;
        let shares = near.map(|at| {
            let share = (1.0 - (at as f64 - centre).abs() / reach).max(0.0);
            (at.clamp(0, from as i64 - 1) as usize, share)
        });
        let shares: Vec<_> = shares.collect();
        let sum: f64 = shares.iter().map(|(_, share)| share).sum();
        shares.into_iter().map(|(at, share)| (at, share / sum)).collect()
    }

    fn plainly(data: &[u8], source: (usize, usize), target: (usize, usize)) -> Vec<f64> {
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

    /// How far whole weights can be from the plain kernel's, for result `n`, in samples of 128 about the middle.
    fn slack(axis: &Axis, n: usize, plain: &[(usize, f64)], bits: u32) -> f64 {
        let (start, weights) = axis.at(n);
        let share =
            |at: usize| plain.iter().filter(|(near, _)| *near == at).map(|(_, share)| share).sum::<f64>();
        let one = f64::from(1u32 << bits);
        let weights = weights.iter().enumerate();
        weights.map(|(tap, weight)| (f64::from(*weight) / one - share(start + tap)).abs() * 128.0).sum()
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
            let mut plane = Plane::new(source, target).unwrap();
            let down: Vec<_> = (0..to_height)
                .map(|y| slack(&plane.rows, y, &axis(y, height, to_height), VERTICAL_BITS)).collect();
            let along: Vec<_> = (0..to_width)
                .map(|x| slack(&plane.columns, x, &axis(x, width, to_width), HORIZONTAL_BITS)).collect();
            for (n, (ours, plain)) in result.iter().zip(plainly(&data, source, target)).enumerate() {
                // and each pass rounds once
                let near = 1.01 + down[n / to_width] + along[n % to_width];
                prop_assert!((f64::from(*ours) - plain).abs() <= near, "{n}: {ours} for {plain}, within {near}");
            }
            let mut narrow = vec![0; to_width * to_height];
            let view = View { data: &data, stride: width };
            plane.run::<false>(view, &mut narrow, to_width);
            prop_assert_eq!(result, narrow);
        }

        #[test]
        fn weights_are_their_shares_but_for_less_than_one(source in 1usize..3000, target in 1usize..3000, at in 0.0..1.0) {
            let n = (target as f64 * at) as usize;
            for bits in [VERTICAL_BITS, HORIZONTAL_BITS] {
                let all = Axis::new(source, target, bits);
                let (start, weights) = all.at(n);
                prop_assert_eq!(weights.iter().map(|weight| i32::from(*weight)).sum::<i32>(), 1 << bits);
                let plain = axis(n, source, target);
                for (tap, weight) in weights.iter().enumerate() {
                    let share = plain.iter().filter(|(near, _)| *near == start + tap).map(|(_, share)| share).sum::<f64>();
                    let off = f64::from(*weight) - share * f64::from(1u32 << bits);
                    prop_assert!(off.abs() < 1.0001, "{weight}, {off} off, at {tap} of {}", weights.len());
                }
            }
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
