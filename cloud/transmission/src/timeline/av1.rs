//! The size of AV1 pictures, from an AV1CodecConfigurationRecord.

use crate::hls::bits::Bits;

const SEQUENCE_HEADER: u32 = 1;

/// Largest width and height; `None` for a record without a readable sequence header.
///
/// Sources: AV1 in ISO BMFF, section 2.3; AV1 bitstream, sections 5.3.2 and 5.5.1.
pub(super) fn size(record: &[u8]) -> Option<(u32, u32)> {
    let mut rest = record.get(4..)?;
    while !rest.is_empty() {
        let head = u32::from(*rest.first()?);
        let (kind, extended, sized) = (head >> 3 & 15, head & 4 != 0, head & 2 != 0);
        rest = rest.get(1 + usize::from(extended)..)?;
        let length = if sized { leb128(&mut rest)? } else { rest.len() };
        let body = rest.get(..length)?;
        if kind == SEQUENCE_HEADER {
            return of_sequence(body);
        }
        rest = rest.get(length..)?;
    }
    None
}

fn leb128(rest: &mut &[u8]) -> Option<usize> {
    let mut value = 0usize;
    for n in 0..4 {
        let (byte, behind) = rest.split_first()?;
        *rest = behind;
        value |= usize::from(byte & 0x7f) << (7 * n);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn of_sequence(header: &[u8]) -> Option<(u32, u32)> {
    let mut bits = Bits::new(header);
    bits.skip(3 + 1)?; // profile, still picture
    if bits.flag()? {
        bits.skip(5)?; // reduced header: one level
    } else {
        let mut delay_bits = None;
        if bits.flag()? {
            bits.skip(64)?; // units in a display tick, time scale
            if bits.flag()? {
                bits.ue()?;
            }
            if bits.flag()? {
                delay_bits = Some(bits.take(5)? as usize + 1);
                bits.skip(32 + 5 + 5)?;
            }
        }
        let delays = bits.flag()?;
        for _ in 0..=bits.take(5)? {
            bits.skip(12)?; // operating point
            if bits.take(5)? > 7 {
                bits.skip(1)?;
            }
            if let Some(length) = delay_bits
                && bits.flag()?
            {
                bits.skip(2 * length + 1)?;
            }
            if delays && bits.flag()? {
                bits.skip(4)?;
            }
        }
    }
    let (width_bits, height_bits) = (bits.take(4)? + 1, bits.take(4)? + 1);
    let (width, height) = (bits.take(width_bits)? + 1, bits.take(height_bits)? + 1);
    let fits = |side: &u32| (16..=16_384).contains(side);
    (fits(&width) && fits(&height)).then_some((width, height))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn hostile_records_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = size(&bytes);
            let _ = of_sequence(&bytes);
        }
    }
}
