//! The first bytes of a video tag, plain and enhanced.

use super::{Error, FourCc, four_cc, multitrack, skip_mod_ex};

/// What the first bytes of a video tag say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoHeader {
    /// How the picture was coded.
    pub codec: VideoCodec,
    /// Key frame, inter frame, or something else.
    pub frame: FrameType,
    /// What the body holds.
    pub packet: VideoPacket,
    /// Presentation time minus decode time in milliseconds, -8388608 to 8388607.
    pub composition_time_ms: i32,
    /// Where in the tag's payload the body starts: an AVCDecoderConfigurationRecord (or that of another
    /// codec) when [`Self::is_sequence_header`], NAL units with length prefixes when H.264 or H.265 frames.
    pub body_offset: usize,
    /// True for the header form of Enhanced RTMP.
    pub enhanced: bool,
}

/// How the picture was coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VideoCodec {
    /// H.264: codec id 7, or `avc1`.
    Avc,
    /// H.265: `hvc1`, or codec id 12 of encoders that did not wait for Enhanced RTMP.
    Hevc,
    /// AV1: `av01`.
    Av1,
    /// VP9: `vp09`.
    Vp9,
    /// A codec id we have no name for.
    OtherId(u8),
    /// A four-character name we have no variant for.
    OtherFourCc(FourCc),
    /// A multitrack tag whose tracks each name their own codec, or a command that names none.
    Unnamed,
}

/// Frame type, the high nibble of a plain header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FrameType {
    /// 1: a decoder can start here.
    Key,
    /// 2: leans on earlier frames.
    Inter,
    /// 3: nothing leans on it.
    DisposableInter,
    /// 4: made by a server.
    GeneratedKey,
    /// 5: a command, no picture.
    Command,
    /// Anything else.
    Reserved(u8),
}

/// What the body of a video tag holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VideoPacket {
    /// The decoder configuration.
    SequenceHeader,
    /// Coded pictures.
    Frames,
    /// The end of the sequence, no body.
    SequenceEnd,
    /// AMF0 metadata such as `colorInfo`.
    Metadata,
    /// Several tracks; the body starts with the first track's id.
    Multitrack,
    /// Seek start or end, one byte.
    Command,
    /// A packet type we have no use for.
    Other(u8),
}

impl VideoHeader {
    /// Reads the header of a video tag's payload.
    ///
    /// # Errors
    /// [`Error::Truncated`] when the payload ends inside the header.
    ///
    /// Sources: FLV 10.1, E.4.3.1; Enhanced RTMP v2, "ExVideoTagHeader".
    pub fn parse(payload: &[u8]) -> Result<Self, Error> {
        let (&first, rest) = payload.split_first().ok_or(Error::Truncated)?;
        if first & 0x80 != 0 {
            return Self::parse_enhanced(first, rest, payload.len());
        }
        let frame = FrameType::from_bits(first >> 4);
        let codec = match first & 0x0F {
            7 => VideoCodec::Avc,
            12 => VideoCodec::Hevc,
            other => VideoCodec::OtherId(other),
        };
        if frame == FrameType::Command || matches!(codec, VideoCodec::OtherId(_)) {
            let packet = match frame {
                FrameType::Command => VideoPacket::Command,
                _ => VideoPacket::Frames,
            };
            return Ok(Self {
                codec,
                frame,
                packet,
                composition_time_ms: 0,
                body_offset: 1,
                enhanced: false,
            });
        }
        let (&packet, rest) = rest.split_first().ok_or(Error::Truncated)?;
        let packet = match packet {
            0 => VideoPacket::SequenceHeader,
            1 => VideoPacket::Frames,
            2 => VideoPacket::SequenceEnd,
            other => VideoPacket::Other(other),
        };
        let time = composition_time(rest)?;
        let composition_time_ms = if packet == VideoPacket::Frames { time } else { 0 };
        Ok(Self { codec, frame, packet, composition_time_ms, body_offset: 5, enhanced: false })
    }

    fn parse_enhanced(first: u8, rest: &[u8], length: usize) -> Result<Self, Error> {
        const METADATA: u8 = 4;
        const MULTITRACK: u8 = 6;
        const MOD_EX: u8 = 7;

        let frame = FrameType::from_bits(first >> 4 & 0x07);
        let (packet, rest) = skip_mod_ex(first & 0x0F, MOD_EX, rest)?;
        let header = |codec, packet, composition_time_ms, rest: &[u8]| Self {
            codec,
            frame,
            packet,
            composition_time_ms,
            body_offset: length - rest.len(),
            enhanced: true,
        };
        if packet != METADATA && frame == FrameType::Command {
            return Ok(header(VideoCodec::Unnamed, VideoPacket::Command, 0, rest));
        }
        if packet == MULTITRACK {
            let (_, name, rest) = multitrack(rest)?;
            let codec = name.map_or(VideoCodec::Unnamed, VideoCodec::from_four_cc);
            return Ok(header(codec, VideoPacket::Multitrack, 0, rest));
        }
        let (name, rest) = four_cc(rest)?;
        let codec = VideoCodec::from_four_cc(name);
        Ok(match packet {
            0 => header(codec, VideoPacket::SequenceHeader, 0, rest),
            1 if matches!(name, FourCc::AVC | FourCc::HEVC | FourCc::VVC) => {
                header(codec, VideoPacket::Frames, composition_time(rest)?, &rest[3..])
            }
            1 | 3 => header(codec, VideoPacket::Frames, 0, rest),
            2 => header(codec, VideoPacket::SequenceEnd, 0, rest),
            METADATA => header(codec, VideoPacket::Metadata, 0, rest),
            other => header(codec, VideoPacket::Other(other), 0, rest),
        })
    }

    /// True for a decoder configuration.
    pub fn is_sequence_header(&self) -> bool {
        self.packet == VideoPacket::SequenceHeader
    }

    /// True for coded pictures that a decoder can start with.
    pub fn is_keyframe(&self) -> bool {
        self.packet == VideoPacket::Frames && matches!(self.frame, FrameType::Key | FrameType::GeneratedKey)
    }
}

impl VideoCodec {
    fn from_four_cc(name: FourCc) -> Self {
        match name {
            FourCc::AVC => Self::Avc,
            FourCc::HEVC => Self::Hevc,
            FourCc::AV1 => Self::Av1,
            FourCc::VP9 => Self::Vp9,
            other => Self::OtherFourCc(other),
        }
    }
}

impl FrameType {
    fn from_bits(bits: u8) -> Self {
        match bits {
            1 => Self::Key,
            2 => Self::Inter,
            3 => Self::DisposableInter,
            4 => Self::GeneratedKey,
            5 => Self::Command,
            other => Self::Reserved(other),
        }
    }
}

/// A signed 24-bit number.
fn composition_time(rest: &[u8]) -> Result<i32, Error> {
    match rest {
        [a, b, c, ..] => Ok(i32::from_be_bytes([*a, *b, *c, 0]) >> 8),
        _ => Err(Error::Truncated),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_h264_tags_are_told_apart() {
        let header = VideoHeader::parse(&[0x17, 0, 0, 0, 0, 1, 0x64]).unwrap();
        assert!(header.is_sequence_header() && !header.is_keyframe());
        assert_eq!((header.codec, header.body_offset), (VideoCodec::Avc, 5));

        let header = VideoHeader::parse(&[0x17, 1, 0, 0, 66, 0]).unwrap();
        assert!(header.is_keyframe());
        assert_eq!(header.composition_time_ms, 66);

        let header = VideoHeader::parse(&[0x27, 1, 0xFF, 0xFF, 0xDF, 0]).unwrap();
        assert!(!header.is_keyframe());
        assert_eq!(header.composition_time_ms, -33);
    }

    #[test]
    fn enhanced_hevc_has_a_composition_time_only_in_packet_type_1() {
        let frames = VideoHeader::parse(b"\x91hvc1\x00\x00\x21body").unwrap();
        assert_eq!((frames.codec, frames.composition_time_ms), (VideoCodec::Hevc, 33));
        assert!(frames.is_keyframe());
        assert_eq!(frames.body_offset, 8);
        let without = VideoHeader::parse(b"\xA3hvc1body").unwrap();
        assert_eq!((without.composition_time_ms, without.body_offset), (0, 5));
        let av1 = VideoHeader::parse(b"\x91av01body").unwrap();
        assert_eq!((av1.codec, av1.body_offset), (VideoCodec::Av1, 5));
        assert!(VideoHeader::parse(b"\x90av01conf").unwrap().is_sequence_header());
    }

    #[test]
    fn mod_ex_prefixes_are_skipped() {
        // ModEx with 3 bytes of nanosecond offset, then coded frames without composition time.
        let header = VideoHeader::parse(b"\x97\x02\x00\x00\x01\x03avc1body").unwrap();
        assert_eq!(
            (header.packet, header.codec, header.body_offset),
            (VideoPacket::Frames, VideoCodec::Avc, 10)
        );
        assert_eq!(VideoHeader::parse(b"\x97\xFF\x00"), Err(Error::Truncated));
        assert_eq!(VideoHeader::parse(b"\x97\x02\x00\x00\x01\x07"), Err(Error::Truncated));
    }

    #[test]
    fn multitrack_and_commands_are_named() {
        let one = VideoHeader::parse(b"\x96\x00avc1\x00body").unwrap();
        assert_eq!((one.packet, one.codec), (VideoPacket::Multitrack, VideoCodec::Avc));
        let many = VideoHeader::parse(b"\x96\x20avc1\x00body").unwrap();
        assert_eq!((many.codec, many.body_offset), (VideoCodec::Unnamed, 2));
        assert_eq!(VideoHeader::parse(b"\xD0\x00").unwrap().packet, VideoPacket::Command);
        assert_eq!(VideoHeader::parse(b"\xD4vp09").unwrap().packet, VideoPacket::Metadata);
    }

    #[test]
    fn short_payloads_are_errors() {
        for payload in
            [&b""[..], b"\x17", b"\x17\x01", b"\x17\x01\x00\x00", b"\x91hvc", b"\x91hvc1\x00\x00", b"\x96"]
        {
            assert_eq!(VideoHeader::parse(payload), Err(Error::Truncated), "{payload:?}");
        }
    }
}
