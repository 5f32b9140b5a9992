//! A packet of silence, as an AAC-LC encoder makes it.

use bytes::Bytes;

use super::codec::AudioConfig;

/// A syntactic element: its id, and whether it carries two channels.
#[derive(Clone, Copy)]
enum Element {
    Single = 0,
    Pair = 1,
    LowFrequency = 3,
}

/// Elements by channel configuration. Source: ISO/IEC 14496-3, table 1.19.
const LAYOUTS: [&[Element]; 8] = [
    &[],
    &[Element::Single],
    &[Element::Pair],
    &[Element::Single, Element::Pair],
    &[Element::Single, Element::Pair, Element::Single],
    &[Element::Single, Element::Pair, Element::Pair],
    &[Element::Single, Element::Pair, Element::Pair, Element::LowFrequency],
    &[Element::Single, Element::Pair, Element::Pair, Element::Pair, Element::LowFrequency],
];
const END: u32 = 7;
/// Any gain will do: nothing is scaled by it.
const GAIN: u32 = 140;

/// The packet for this configuration; `None` for a core coder other than AAC-LC and for channels that the packets name
/// themselves.
pub(super) fn packet(config: &AudioConfig) -> Option<Bytes> {
    let elements = LAYOUTS.get(usize::from(config.layout)).filter(|elements| !elements.is_empty())?;
    if config.core_type != 2 {
        return None;
    }
    let mut bits = Bits::default();
    let mut tags = [0u32; 4];
    for element in *elements {
        let tag = &mut tags[*element as usize];
        bits.put(*element as u32, 3);
        bits.put(*tag, 4);
        *tag += 1;
        if let Element::Pair = element {
            bits.put(0, 1); // no common window
            bits.channel();
        }
        bits.channel();
    }
    bits.put(END, 3);
    Some(bits.bytes.into())
}

/// Bits, most significant first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: usize,
}

impl Bits {
    fn put(&mut self, value: u32, count: u32) {
        for bit in (0..count).rev() {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= ((value >> bit & 1) as u8) << (7 - self.used % 8);
            }
            self.used += 1;
        }
    }

    /// `individual_channel_stream` of a long window without any band, so without a sample.
    fn channel(&mut self) {
        self.put(GAIN, 8);
        self.put(0, 1); // reserved
        self.put(0, 2); // one long window
        self.put(0, 1); // its shape
        self.put(0, 6); // no scale factor bands
        self.put(0, 1); // no prediction
        self.put(0, 3); // no pulse, no temporal noise shaping, no gain control
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(asc: &'static [u8]) -> AudioConfig {
        AudioConfig::parse(Bytes::from_static(asc)).unwrap()
    }

    #[test]
    fn each_layout_has_its_elements() {
        // 3 + 4 bits of an element, 22 of each channel, 1 of a pair, 3 of the end.
        assert_eq!(packet(&config(&[0x11, 0x88])).unwrap().len(), (7 + 22 + 3usize).div_ceil(8));
        assert_eq!(packet(&config(&[0x11, 0x90])).unwrap().len(), (7 + 1 + 44 + 3usize).div_ceil(8));
        let surround = packet(&config(&[0x11, 0xb0])).unwrap();
        assert_eq!(surround.len(), (4 * 7 + 2 + 6 * 22 + 3usize).div_ceil(8));
        assert!(packet(&config(&[0x2b, 0x92, 0x08, 0x00])).is_some(), "HE-AAC stands on AAC-LC");
        assert!(packet(&config(&[0x11, 0x80])).is_none(), "channels named in the packets");
    }
}
