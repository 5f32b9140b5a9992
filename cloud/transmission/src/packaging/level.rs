//! What an encoded rung is called before its first picture. Pure.

use crate::encoder::Rung;

/// Levels of H.264: `level_idc`, macroblocks in a frame, macroblocks in a second. Source: ITU-T H.264, table A-1.
const LEVELS: [(u8, u32, u32); 10] = [
    (13, 396, 11_880),
    (21, 792, 19_800),
    (22, 1_620, 20_250),
    (30, 1_620, 40_500),
    (31, 3_600, 108_000),
    (32, 5_120, 216_000),
    (40, 8_192, 245_760),
    (42, 8_704, 522_240),
    (50, 22_080, 589_824),
    (51, 36_864, 983_040),
];

/// The `CODECS` name that our encoder will most likely give: Main profile, and the least level of this size and rate.
pub fn likely_codec(rung: &Rung, rate: f64) -> String {
    let frame = rung.width.div_ceil(16) * rung.height.div_ceil(16);
    let second = f64::from(frame) * rate;
    let fits = |level: &&(u8, u32, u32)| frame <= level.1 && second <= f64::from(level.2);
    let level = LEVELS.iter().find(fits).map_or(52, |level| level.0);
    format!("avc1.4d40{level:02x}")
}
