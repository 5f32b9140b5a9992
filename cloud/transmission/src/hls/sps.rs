//! Reads the H.264 sequence parameter set: picture size, sample shape, frame rate.

use super::bits::{Bits, unescape};

/// What a sequence parameter set says about its pictures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sps {
    /// `profile_idc`.
    pub profile: u8,
    /// The constraint flags byte.
    pub constraints: u8,
    /// `level_idc`.
    pub level: u8,
    /// Bits of `frame_num` in a slice header.
    pub frame_num_bits: u32,
    /// Whether slices name their colour plane, and whether `frame_num` may skip numbers.
    pub(super) separate_planes: bool,
    pub(super) gaps_allowed: bool,
    /// Visible width in pixels.
    pub width: u32,
    /// Visible height in pixels.
    pub height: u32,
    /// Frames in a second, when the video usability information gives a sane one.
    pub frame_rate: Option<f64>,
    /// Sample aspect ratio (width, height) when given and not square.
    pub sample_aspect: Option<(u16, u16)>,
}

/// Largest side accepted: 16 384 pixels, level 6.2's own bound.
const MAX_SIDE_MBS: u32 = 1024;
/// `aspect_ratio_idc` 1 to 16. Source: ITU-T H.264, table E-1.
const ASPECTS: [(u16, u16); 16] = [
    (1, 1),
    (12, 11),
    (10, 11),
    (16, 11),
    (40, 33),
    (24, 11),
    (20, 11),
    (32, 11),
    (80, 33),
    (18, 11),
    (15, 11),
    (64, 33),
    (160, 99),
    (4, 3),
    (3, 2),
    (2, 1),
];

/// Reads a sequence parameter set NAL unit, header byte included, emulation prevention still in.
///
/// `None` for whatever is not one, ends early or asks for something absurd.
///
/// Source: ITU-T H.264, sections 7.3.2.1.1 and E.1.1.
pub fn parse(nal: &[u8]) -> Option<Sps> {
    if nal.first()? & 0x9f != 7 {
        return None;
    }
    let raw = unescape(nal.get(1..)?);
    let mut bits = Bits::new(&raw);
    let (profile, constraints, level) = (bits.take(8)? as u8, bits.take(8)? as u8, bits.take(8)? as u8);
    bits.ue()?; // seq_parameter_set_id
    let (mut chroma, mut separate_planes) = (1, false);
    if matches!(profile, 100 | 110 | 122 | 244 | 44 | 83 | 86 | 118 | 128 | 138 | 139 | 134 | 135) {
        chroma = bits.ue()?;
        if chroma > 3 {
            return None;
        }
        let separate = chroma == 3 && bits.flag()?;
        bits.ue()?; // bit_depth_luma_minus8
        bits.ue()?; // bit_depth_chroma_minus8
        bits.take(1)?; // qpprime_y_zero_transform_bypass_flag
        if bits.flag()? {
            for list in 0..if chroma == 3 { 12 } else { 8 } {
                if bits.flag()? {
                    skip_scaling_list(&mut bits, if list < 6 { 16 } else { 64 })?;
                }
            }
        }
        separate_planes = separate;
        if separate {
            chroma = 0;
        }
    }
    let frame_num_bits = bits.ue()?.checked_add(4).filter(|bits| *bits <= 16)?;
    match bits.ue()? {
        0 => {
            bits.ue()?;
        }
        1 => {
            bits.take(1)?;
            bits.se()?;
            bits.se()?;
            let cycle = bits.ue()?;
            if cycle > 255 {
                return None;
            }
            for _ in 0..cycle {
                bits.se()?;
            }
        }
        2 => {}
        _ => return None,
    }
    bits.ue()?; // max_num_ref_frames
    let gaps_allowed = bits.flag()?;
    let width_mbs = bits.ue()?.checked_add(1)?;
    let height_units = bits.ue()?.checked_add(1)?;
    let frame_only = bits.flag()?;
    let height_mbs = height_units.checked_mul(if frame_only { 1 } else { 2 })?;
    if width_mbs > MAX_SIDE_MBS || height_mbs > MAX_SIDE_MBS {
        return None;
    }
    if !frame_only {
        bits.take(1)?; // mb_adaptive_frame_field_flag
    }
    bits.take(1)?; // direct_8x8_inference_flag
    let (mut width, mut height) = (width_mbs * 16, height_mbs * 16);
    if bits.flag()? {
        let unit_x = if matches!(chroma, 1 | 2) { 2 } else { 1 };
        let unit_y = if chroma == 1 { 2 } else { 1 } * if frame_only { 1 } else { 2 };
        let crop_x = bits.ue()?.checked_add(bits.ue()?)?.checked_mul(unit_x)?;
        let crop_y = bits.ue()?.checked_add(bits.ue()?)?.checked_mul(unit_y)?;
        width = width.checked_sub(crop_x).filter(|w| *w > 0)?;
        height = height.checked_sub(crop_y).filter(|h| *h > 0)?;
    }
    let mut sps = Sps {
        profile,
        constraints,
        level,
        frame_num_bits,
        separate_planes,
        gaps_allowed,
        width,
        height,
        frame_rate: None,
        sample_aspect: None,
    };
    if bits.flag()? {
        // The picture is known by now: usability information that ends early costs only itself.
        read_usability(&mut bits, &mut sps);
    }
    Some(sps)
}

fn read_usability(bits: &mut Bits<'_>, sps: &mut Sps) -> Option<()> {
    if bits.flag()? {
        let aspect = match bits.take(8)? {
            255 => Some((bits.take(16)? as u16, bits.take(16)? as u16)),
            n => (n as usize).checked_sub(1).and_then(|i| ASPECTS.get(i).copied()),
        };
        sps.sample_aspect = aspect.filter(|(w, h)| *w > 0 && *h > 0 && w != h);
    }
    if bits.flag()? {
        bits.take(1)?; // overscan_appropriate_flag
    }
    if bits.flag()? {
        bits.take(4)?; // video_format, video_full_range_flag
        if bits.flag()? {
            bits.take(24)?; // colour description
        }
    }
    if bits.flag()? {
        bits.ue()?;
        bits.ue()?;
    }
    if bits.flag()? {
        let units = bits.take(32)?;
        let scale = bits.take(32)?;
        let rate = f64::from(scale) / (2.0 * f64::from(units));
        sps.frame_rate = (units > 0 && (1.0..=300.0).contains(&rate)).then_some(rate);
    }
    Some(())
}

fn skip_scaling_list(bits: &mut Bits<'_>, size: usize) -> Option<()> {
    let (mut last, mut next) = (8i32, 8i32);
    for _ in 0..size {
        if next != 0 {
            next = last.wrapping_add(bits.se()?).rem_euclid(256);
        }
        if next != 0 {
            last = next;
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// x264, High, 1280x720, 30 frames in a second.
    const HIGH_720P: &str = "6764001facd9405005bb016a02020280000003008000001e478c18cb";

    #[test]
    fn a_real_set_is_read() {
        let sps = parse(&hex::decode(HIGH_720P).unwrap()).unwrap();
        assert_eq!((sps.profile, sps.constraints, sps.level), (0x64, 0, 0x1f));
        assert_eq!((sps.width, sps.height), (1280, 720));
        assert_eq!(sps.frame_rate, Some(30.0));
    }

    #[test]
    fn every_shorter_set_is_refused_or_read_without_a_panic() {
        let whole = hex::decode(HIGH_720P).unwrap();
        for end in 0..whole.len() {
            let _ = parse(&whole[..end]);
        }
        assert!(parse(&whole[..8]).is_none());
    }

    #[test]
    fn other_units_are_refused() {
        assert!(parse(&[0x68, 0xce, 0x0f, 0xc8]).is_none());
        assert!(parse(&[]).is_none());
        assert!(parse(&[0x67]).is_none());
    }

    proptest! {
        #[test]
        fn hostile_bytes_never_panic(mut bytes in proptest::collection::vec(any::<u8>(), 1..120)) {
            bytes[0] = 0x67;
            if let Some(sps) = parse(&bytes) {
                prop_assert!(sps.width <= 16_384 && sps.height <= 16_384);
                prop_assert!(sps.width > 0 && sps.height > 0);
            }
        }

        #[test]
        fn flipped_bits_never_panic(at in 1usize..27, bit in 0u8..8) {
            let mut bytes = hex::decode(HIGH_720P).unwrap();
            bytes[at] ^= 1 << bit;
            let _ = parse(&bytes);
        }
    }
}
