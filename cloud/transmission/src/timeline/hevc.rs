//! The size of H.265 pictures, from an HEVCDecoderConfigurationRecord.

use crate::hls::bits::{Bits, unescape};

const SEQUENCE_SET: u8 = 33;
const LARGEST_SIDE: u32 = 16_384;

/// Visible width and height; `None` for a record without a readable sequence parameter set.
///
/// Sources: ISO/IEC 14496-15, section 8.3.3.1; ITU-T H.265, section 7.3.2.2.
pub(super) fn size(record: &[u8]) -> Option<(u32, u32)> {
    let mut rest = record.get(23..)?;
    for _ in 0..*record.get(22)? {
        let (kind, count) = (rest.first()? & 0x3f, u16::from_be_bytes([*rest.get(1)?, *rest.get(2)?]));
        rest = rest.get(3..)?;
        for _ in 0..count {
            let length = usize::from(u16::from_be_bytes([*rest.first()?, *rest.get(1)?]));
            let unit = rest.get(2..2 + length)?;
            if kind == SEQUENCE_SET {
                return of_sequence(&unescape(unit.get(2..)?));
            }
            rest = rest.get(2 + length..)?;
        }
    }
    None
}

fn of_sequence(set: &[u8]) -> Option<(u32, u32)> {
    let mut bits = Bits::new(set);
    bits.skip(4)?;
    let sub_layers = bits.take(3)?;
    bits.skip(1 + 88 + 8)?; // temporal nesting; the general profile, tier and level
    let present: Vec<_> =
        (0..sub_layers).map(|_| Some((bits.flag()?, bits.flag()?))).collect::<Option<_>>()?;
    if sub_layers > 0 {
        bits.skip(2 * (8 - sub_layers as usize))?;
    }
    for (profile, level) in present {
        bits.skip(if profile { 88 } else { 0 } + if level { 8 } else { 0 })?;
    }
    bits.ue()?;
    let chroma = bits.ue()?;
    if chroma == 3 {
        bits.skip(1)?;
    }
    let (mut width, mut height) = (bits.ue()?, bits.ue()?);
    if bits.flag()? {
        let (across, down) = match chroma {
            1 => (2, 2),
            2 => (2, 1),
            _ => (1, 1),
        };
        let mut window = || bits.ue().filter(|edge| *edge < LARGEST_SIDE);
        let (left, right, top, bottom) = (window()?, window()?, window()?, window()?);
        width = width.checked_sub(across * (left + right))?;
        height = height.checked_sub(down * (top + bottom))?;
    }
    let fits = |side: &u32| (16..=LARGEST_SIDE).contains(side);
    (fits(&width) && fits(&height)).then_some((width, height))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn hostile_records_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            let _ = size(&bytes);
            let _ = of_sequence(&bytes);
        }
    }
}
