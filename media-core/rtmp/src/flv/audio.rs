//! The first bytes of an audio tag, plain and enhanced.

use super::{Error, FourCc, four_cc, multitrack, skip_mod_ex};

/// What the first bytes of an audio tag say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AudioHeader {
    /// How the sound was coded.
    pub codec: AudioCodec,
    /// What the body holds.
    pub packet: AudioPacket,
    /// Where in the tag's payload the body starts: an AudioSpecificConfig when this is an AAC sequence
    /// header, one raw AAC access unit when AAC frames.
    pub body_offset: usize,
    /// True for the header form of Enhanced RTMP.
    pub enhanced: bool,
}

/// How the sound was coded.
///
/// Rate and channels of the plain header are not given: for AAC they are constants, the truth is in the
/// AudioSpecificConfig.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AudioCodec {
    /// AAC: sound format 10, or `mp4a`.
    Aac,
    /// MP3: sound formats 2 and 14, or `.mp3`.
    Mp3,
    /// Opus: `Opus`.
    Opus,
    /// A sound format we have no name for.
    OtherId(u8),
    /// A four-character name we have no variant for.
    OtherFourCc(FourCc),
    /// A multitrack tag whose tracks each name their own codec.
    Unnamed,
}

/// What the body of an audio tag holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AudioPacket {
    /// The decoder configuration.
    SequenceHeader,
    /// Coded sound.
    Frames,
    /// The end of the sequence, no body.
    SequenceEnd,
    /// Channel order and mapping.
    MultichannelConfig,
    /// Several tracks; the body starts with the first track's id.
    Multitrack,
    /// A packet type we have no use for.
    Other(u8),
}

impl AudioHeader {
    /// Reads the header of an audio tag's payload.
    ///
    /// # Errors
    /// [`Error::Truncated`] when the payload ends inside the header.
    ///
    /// Sources: FLV 10.1, E.4.2.1; Enhanced RTMP v2, "ExAudioTagHeader".
    pub fn parse(payload: &[u8]) -> Result<Self, Error> {
        let (&first, rest) = payload.split_first().ok_or(Error::Truncated)?;
        let plain = |codec, packet, body_offset| Self { codec, packet, body_offset, enhanced: false };
        Ok(match first >> 4 {
            9 => return Self::parse_enhanced(first & 0x0F, rest, payload.len()),
            10 => match rest.first().ok_or(Error::Truncated)? {
                0 => plain(AudioCodec::Aac, AudioPacket::SequenceHeader, 2),
                1 => plain(AudioCodec::Aac, AudioPacket::Frames, 2),
                other => plain(AudioCodec::Aac, AudioPacket::Other(*other), 2),
            },
            2 | 14 => plain(AudioCodec::Mp3, AudioPacket::Frames, 1),
            other => plain(AudioCodec::OtherId(other), AudioPacket::Frames, 1),
        })
    }

    fn parse_enhanced(packet: u8, rest: &[u8], length: usize) -> Result<Self, Error> {
        const MULTITRACK: u8 = 5;
        const MOD_EX: u8 = 7;

        let (packet, rest) = skip_mod_ex(packet, MOD_EX, rest)?;
        if packet == MULTITRACK {
            let (_, name, rest) = multitrack(rest)?;
            let codec = name.map_or(AudioCodec::Unnamed, AudioCodec::from_four_cc);
            let body_offset = length - rest.len();
            return Ok(Self { codec, packet: AudioPacket::Multitrack, body_offset, enhanced: true });
        }
        let (name, rest) = four_cc(rest)?;
        let packet = match packet {
            0 => AudioPacket::SequenceHeader,
            1 => AudioPacket::Frames,
            2 => AudioPacket::SequenceEnd,
            4 => AudioPacket::MultichannelConfig,
            other => AudioPacket::Other(other),
        };
        let codec = AudioCodec::from_four_cc(name);
        Ok(Self { codec, packet, body_offset: length - rest.len(), enhanced: true })
    }

    /// True for a decoder configuration.
    pub fn is_sequence_header(&self) -> bool {
        self.packet == AudioPacket::SequenceHeader
    }
}

impl AudioCodec {
    fn from_four_cc(name: FourCc) -> Self {
        match name {
            FourCc::AAC => Self::Aac,
            FourCc::MP3 => Self::Mp3,
            FourCc::OPUS => Self::Opus,
            other => Self::OtherFourCc(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_aac_tags_are_told_apart() {
        let config = AudioHeader::parse(&[0xAF, 0, 0x12, 0x10]).unwrap();
        assert!(config.is_sequence_header());
        assert_eq!((config.codec, config.body_offset), (AudioCodec::Aac, 2));
        let frames = AudioHeader::parse(&[0xAF, 1, 0x21]).unwrap();
        assert_eq!(frames.packet, AudioPacket::Frames);
    }

    #[test]
    fn enhanced_audio_is_named_by_its_four_characters() {
        let opus = AudioHeader::parse(b"\x91Opusbody").unwrap();
        assert_eq!((opus.codec, opus.packet, opus.body_offset), (AudioCodec::Opus, AudioPacket::Frames, 5));
        assert!(AudioHeader::parse(b"\x90mp4aconf").unwrap().is_sequence_header());
        let tracks = AudioHeader::parse(b"\x95\x01mp4a\x00body").unwrap();
        assert_eq!((tracks.codec, tracks.packet), (AudioCodec::Aac, AudioPacket::Multitrack));
        let flac = AudioHeader::parse(b"\x91fLaCbody").unwrap();
        assert_eq!(flac.codec, AudioCodec::OtherFourCc(FourCc::FLAC));
    }

    #[test]
    fn short_payloads_are_errors() {
        for payload in [&b""[..], b"\xAF", b"\x91mp4", b"\x95", b"\x97\x00"] {
            assert_eq!(AudioHeader::parse(payload), Err(Error::Truncated), "{payload:?}");
        }
    }
}
