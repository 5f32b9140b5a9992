//! Whether a picture's references arrived: an encoder that drops pictures on a thin uplink leaves a stream that some
//! decoders give up on for good.

use super::{
    bits::{Bits, unescape},
    codec::VideoConfig,
    time::MediaTime,
};

/// Without a picture that can stand alone for this long, what comes is taken as it is.
const PATIENCE: MediaTime = MediaTime::from_ms(10_000);
/// A slice header is read in this many bytes.
const HEAD_BYTES: usize = 24;

/// Follows `frame_num`. Source: ITU-T H.264, section 7.4.3.
#[derive(Debug, Clone, Default)]
pub(super) struct References {
    /// `frame_num` of the newest picture that others may lean on.
    newest: Option<u32>,
    broken_since: Option<MediaTime>,
}

impl References {
    /// Takes the next picture; false when it leans on one that never came.
    pub fn note(&mut self, config: &VideoConfig, unit: &[u8], dts: MediaTime) -> bool {
        let Some(slice) = Slice::of(config, unit) else { return self.broken_since.is_none() };
        let most = 1u32 << config.sps.frame_num_bits;
        let follows = self.newest.is_none_or(|newest| {
            slice.frame_num == newest || slice.frame_num == (newest + 1) % most || config.sps.gaps_allowed
        });
        if slice.stands_alone || self.broken_since.is_some_and(|since| dts - since > PATIENCE) {
            self.broken_since = None;
        } else if !follows {
            self.broken_since.get_or_insert(dts);
        }
        if slice.is_reference {
            self.newest = Some(slice.frame_num);
        }
        self.broken_since.is_none()
    }

    /// What comes next does not lean on what came.
    pub fn restart(&mut self) {
        *self = Self::default();
    }
}

struct Slice {
    frame_num: u32,
    is_reference: bool,
    stands_alone: bool,
}

impl Slice {
    /// The first slice of a picture; `None` when it cannot be read.
    fn of(config: &VideoConfig, unit: &[u8]) -> Option<Self> {
        let nal = config.slice(unit)?;
        let head = unescape(nal.get(1..nal.len().min(HEAD_BYTES))?);
        let mut bits = Bits::new(&head);
        bits.ue()?; // first_mb_in_slice
        let kind = bits.ue()? % 5;
        bits.ue()?; // pic_parameter_set_id
        if config.sps.separate_planes {
            bits.take(2)?;
        }
        let frame_num = bits.take(config.sps.frame_num_bits)?;
        let idr = nal[0] & 0x1f == 5;
        // I and SI slices lean on nothing.
        Some(Self { frame_num, is_reference: nal[0] & 0x60 != 0, stands_alone: idr || matches!(kind, 2 | 4) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate_tests::*;

    mod crate_tests {
        use super::super::super::codec::tests::avcc;
        use super::VideoConfig;

        pub fn config() -> VideoConfig {
            VideoConfig::parse(avcc()).unwrap()
        }

        /// A slice of this kind (0 P, 2 I) and number; `frame_num` has 4 bits in the set that tests use.
        pub fn slice(config: &VideoConfig, nal: u8, kind: u32, frame_num: u32) -> Vec<u8> {
            let mut bits = String::from("1");
            bits += ["1", "010", "011"][kind as usize];
            bits += "1";
            bits += &format!("{frame_num:0width$b}", width = config.sps.frame_num_bits as usize);
            bits += "1";
            while bits.len() % 8 != 0 {
                bits.push('0');
            }
            let body = bits
                .as_bytes()
                .chunks(8)
                .map(|byte| byte.iter().fold(0u8, |value, bit| value << 1 | (bit - b'0')));
            let nal: Vec<u8> = std::iter::once(nal).chain(body).collect();
            [vec![0, 0, 0, nal.len() as u8], nal].concat()
        }
    }

    const IDR: u8 = 0x65;
    const REFERENCE: u8 = 0x41;
    const DISPOSABLE: u8 = 0x01;

    #[test]
    fn numbers_that_follow_are_sound_and_a_missing_reference_is_noticed_up_to_the_next_key_frame() {
        let config = config();
        let mut references = References::default();
        let mut at = 0;
        let mut note = |nal, kind, number| {
            at += 33;
            references.note(&config, &slice(&config, nal, kind, number), MediaTime::from_ms(at))
        };
        assert!(note(IDR, 2, 0) && note(REFERENCE, 0, 1) && note(DISPOSABLE, 1, 2) && note(DISPOSABLE, 1, 2));
        assert!(note(REFERENCE, 0, 2) && note(REFERENCE, 0, 3), "what nothing leans on may be missing");
        assert!(!note(REFERENCE, 0, 5), "4 never came");
        assert!(!note(REFERENCE, 0, 6) && !note(DISPOSABLE, 1, 7));
        assert!(note(IDR, 2, 0) && note(REFERENCE, 0, 1));
        assert!(
            !note(REFERENCE, 0, 9) && note(REFERENCE, 2, 10),
            "a picture of intra slices stands alone too"
        );
    }

    #[test]
    fn numbers_wrap_and_a_stream_without_key_frames_is_taken_as_it_is_after_a_while() {
        let config = config();
        let mut references = References::default();
        let most = 1u32 << config.sps.frame_num_bits;
        for n in 0..3 * most {
            let unit = slice(&config, if n == 0 { IDR } else { REFERENCE }, 0, n % most);
            assert!(references.note(&config, &unit, MediaTime::from_ms(i64::from(n) * 33)), "{n}");
        }
        let far = slice(&config, REFERENCE, 0, 7);
        assert!(!references.note(&config, &far, MediaTime::from_ms(60_000)));
        assert!(references.note(&config, &far, MediaTime::from_ms(70_100)));
    }
}
