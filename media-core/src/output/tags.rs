//! Encoded packets as FLV tags.

use bytes::{BufMut, Bytes, BytesMut};
use vitrine_rtmp::{
    Amf0Value,
    flv::{Tag, TagKind},
};

use super::{hub::Headers, interleave::Packet};
use crate::{
    format::{AudioFormat, Bitrate, VideoFormat},
    time::Pts,
};

const AVC_KEY: u8 = 0x17;
const AVC_INTER: u8 = 0x27;
/// AAC, 44 kHz, 16 bits, stereo: constants, the truth is in the AudioSpecificConfig.
const AAC: u8 = 0xaf;

/// What a stream holds, for its metadata.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StreamInfo {
    pub video: VideoFormat,
    pub video_bitrate: Bitrate,
    pub audio_bitrate: Bitrate,
}

/// Turns packets into tags on a timeline of its own, which starts at the first key frame and goes on across connections.
pub(super) struct Tagger {
    info: StreamInfo,
    origin: Option<Pts>,
    last_picture_ms: Option<u64>,
    video_config: Option<Bytes>,
    audio_config: Option<Bytes>,
}

impl Tagger {
    pub(super) fn new(info: StreamInfo) -> Self {
        Self { info, origin: None, last_picture_ms: None, video_config: None, audio_config: None }
    }

    /// The moment that has time 0.
    pub(super) fn origin(&self) -> Option<Pts> {
        self.origin
    }

    /// A new connection or file: metadata and configurations will be written again.
    pub(super) fn reconnect(&mut self) {
        (self.video_config, self.audio_config) = (None, None);
    }

    /// The tags of one packet, configurations before it where they are due. Sound from before the first picture gives none.
    pub(super) fn tags(&mut self, packet: &Packet, headers: &Headers) -> Vec<Tag> {
        let mut tags = Vec::new();
        if self.video_config.is_none() && !packet.is_key() {
            return tags;
        }
        let origin = *self.origin.get_or_insert(packet.time());
        if packet.time() < origin {
            return tags;
        }
        let mut timestamp_ms =
            (packet.time().since(origin).as_nanos().saturating_add(500_000) / 1_000_000) as u64;
        if let Packet::Picture(_) = packet {
            // Two pictures of one millisecond, as a start may bring them, still follow each other.
            timestamp_ms = self.last_picture_ms.map_or(timestamp_ms, |last| timestamp_ms.max(last + 1));
            self.last_picture_ms = Some(timestamp_ms);
        }
        let timestamp_ms = timestamp_ms as u32; // wraps, as the wire does
        let tag = |kind, payload| Tag { kind, timestamp_ms, payload };
        match packet {
            Packet::Picture(unit) => {
                if self.video_config.is_none() {
                    tags.push(self.metadata(timestamp_ms));
                }
                if headers.avcc.is_some() && headers.avcc != self.video_config {
                    self.video_config.clone_from(&headers.avcc);
                    let config = headers.avcc.clone().unwrap_or_default();
                    tags.push(tag(TagKind::Video, body(&[AVC_KEY, 0, 0, 0, 0], &config)));
                }
                let first = if unit.key { AVC_KEY } else { AVC_INTER };
                let late = unit.pts.since(unit.dts).as_millis() as u32;
                let [_, a, b, c] = late.to_be_bytes();
                tags.push(tag(TagKind::Video, body(&[first, 1, a, b, c], &unit.data)));
            }
            Packet::Sound { data, .. } => {
                if headers.audio_config.is_some() && headers.audio_config != self.audio_config {
                    self.audio_config.clone_from(&headers.audio_config);
                    let config = headers.audio_config.clone().unwrap_or_default();
                    tags.push(tag(TagKind::Audio, body(&[AAC, 0], &config)));
                }
                tags.push(tag(TagKind::Audio, body(&[AAC, 1], data)));
            }
        }
        tags
    }

    fn metadata(&self, timestamp_ms: u32) -> Tag {
        let StreamInfo { video, video_bitrate, audio_bitrate } = self.info;
        let numbers = [
            ("width", f64::from(video.width)),
            ("height", f64::from(video.height)),
            ("framerate", video.fps.as_f64()),
            ("videocodecid", 7.0),
            ("videodatarate", f64::from(video_bitrate.as_kbps())),
            ("audiocodecid", 10.0),
            ("audiodatarate", f64::from(audio_bitrate.as_kbps())),
            ("audiosamplerate", f64::from(AudioFormat::STEREO.rate)),
            ("audiosamplesize", 16.0),
            ("audiochannels", f64::from(AudioFormat::STEREO.channels)),
        ];
        let mut properties: Vec<(String, Amf0Value)> =
            numbers.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        properties.push(("encoder".to_owned(), concat!("Vitrine ", env!("CARGO_PKG_VERSION")).into()));
        Tag::metadata(timestamp_ms, properties)
    }
}

fn body(head: &[u8], data: &Bytes) -> Bytes {
    let mut body = BytesMut::with_capacity(head.len() + data.len());
    body.put_slice(head);
    body.put_slice(data);
    body.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::AccessUnit;

    fn headers() -> Headers {
        Headers {
            avcc: Some(Bytes::from_static(&[1, 2, 3])),
            audio_config: Some(Bytes::from_static(&[0x11, 0x90])),
        }
    }

    fn tagger() -> Tagger {
        Tagger::new(StreamInfo {
            video: VideoFormat::SMALL,
            video_bitrate: Bitrate::kbps(800),
            audio_bitrate: Bitrate::kbps(128),
        })
    }

    fn picture(ms: u64, key: bool) -> Packet {
        let at = Pts::from_millis(ms);
        Packet::Picture(AccessUnit { pts: at, dts: at, key, data: Bytes::from_static(&[9]) })
    }

    fn sound(ms: u64) -> Packet {
        Packet::Sound { pts: Pts::from_millis(ms), data: Bytes::from_static(&[8]) }
    }

    #[test]
    fn two_pictures_of_one_moment_follow_each_other() {
        let mut tagger = tagger();
        let mut last = |packet| tagger.tags(&packet, &headers()).last().map(|tag| tag.timestamp_ms);
        assert_eq!(last(picture(40, true)), Some(0));
        assert_eq!(last(picture(40, false)), Some(1));
        assert_eq!(last(picture(73, false)), Some(33));
    }

    #[test]
    fn a_stream_starts_with_metadata_and_configurations_at_a_key_frame() {
        let mut tagger = tagger();
        assert!(tagger.tags(&sound(4990), &headers()).is_empty());
        assert!(tagger.tags(&picture(4980, false), &headers()).is_empty());
        let first = tagger.tags(&picture(5000, true), &headers());
        assert_eq!(
            first.iter().map(|t| t.kind).collect::<Vec<_>>(),
            [TagKind::Script, TagKind::Video, TagKind::Video]
        );
        assert!(first[1].is_sequence_header() && first[2].is_keyframe());
        let sounds = tagger.tags(&sound(5021), &headers());
        assert!(sounds[0].is_sequence_header());
        assert_eq!(sounds[1].timestamp_ms, 21);
    }

    #[test]
    fn times_go_on_across_connections() {
        let mut tagger = tagger();
        tagger.tags(&picture(5000, true), &headers());
        tagger.reconnect();
        let again = tagger.tags(&picture(9000, true), &headers());
        assert_eq!(again.len(), 3);
        assert!(again.iter().all(|tag| tag.timestamp_ms == 4000));
    }

    #[test]
    fn times_wrap_like_the_wire() {
        let mut tagger = tagger();
        tagger.tags(&picture(0, true), &headers());
        let late = tagger.tags(&picture((1 << 32) + 7, false), &headers());
        assert_eq!(late[0].timestamp_ms, 7);
    }
}
