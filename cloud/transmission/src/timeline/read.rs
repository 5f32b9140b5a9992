//! Reads the publisher's tags: what codec, what configuration, which pictures and sounds. Pure.

use bytes::Bytes;
use vitrine_rtmp::Amf0Value;
use vitrine_rtmp::AmfLimits;
use vitrine_rtmp::amf0;
use vitrine_rtmp::flv::{AudioCodec, AudioPacket, FrameType, Tag, TagKind, VideoCodec, VideoPacket};

use super::coding::Record;

/// What a tag brings.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A decoder configuration of pictures.
    Coding(Record),
    /// An AudioSpecificConfig.
    AudioConfig(Bytes),
    /// A picture: NAL units behind their lengths, presentation minus decode time in milliseconds.
    /// `key` is the publisher's word.
    Picture { key: bool, data: Bytes, composition_ms: i32 },
    /// A raw AAC packet.
    Sound(Bytes),
    /// The encoder's own word on its frame rate. A hint.
    FrameRate(f64),
    /// Pictures that cannot be passed on, and what they are.
    OtherVideo(String),
    /// Sound that cannot be passed on, and what it is.
    OtherAudio(String),
    /// Nothing of use.
    Nothing,
}

/// Reads a tag. What cannot be read is [`Item::Nothing`]: one broken tag must not end a show.
pub fn read(tag: &Tag) -> Item {
    match tag.kind {
        TagKind::Video => video(tag),
        TagKind::Audio => audio(tag),
        TagKind::Script => frame_rate(tag).map_or(Item::Nothing, Item::FrameRate),
    }
}

fn video(tag: &Tag) -> Item {
    let Some(header) = tag.video_header() else { return Item::Nothing };
    if header.codec == VideoCodec::Unnamed {
        return Item::Nothing;
    }
    if !matches!(header.codec, VideoCodec::Avc | VideoCodec::Hevc | VideoCodec::Av1) {
        return Item::OtherVideo(video_name(header.codec));
    }
    let Some(body) = body(&tag.payload, header.body_offset) else { return Item::Nothing };
    match header.packet {
        VideoPacket::SequenceHeader => Item::Coding(Record { codec: header.codec, record: body }),
        VideoPacket::Frames => {
            let key = matches!(header.frame, FrameType::Key | FrameType::GeneratedKey);
            Item::Picture { key, data: body, composition_ms: header.composition_time_ms }
        }
        _ => Item::Nothing,
    }
}

/// What people call it. Source of the numbers: Adobe's FLV specification 10.1, sections E.4.2.1 and E.4.3.1.
pub(super) fn video_name(codec: VideoCodec) -> String {
    match codec {
        VideoCodec::Avc => "H.264".into(),
        VideoCodec::Hevc => "H.265".into(),
        VideoCodec::Av1 => "AV1".into(),
        VideoCodec::Vp9 => "VP9".into(),
        VideoCodec::OtherId(2) => "Sorenson H.263 (FLV1)".into(),
        VideoCodec::OtherId(3 | 6) => "Screen".into(),
        VideoCodec::OtherId(4 | 5) => "VP6".into(),
        VideoCodec::OtherId(number) => format!("FLV codec {number}"),
        VideoCodec::OtherFourCc(name) => name.text(),
        VideoCodec::Unnamed => "unnamed".into(),
    }
}

fn audio_name(codec: AudioCodec) -> String {
    match codec {
        AudioCodec::Aac => "AAC".into(),
        AudioCodec::Mp3 => "MP3".into(),
        AudioCodec::Opus => "Opus".into(),
        AudioCodec::OtherId(0 | 3) => "uncompressed (PCM)".into(),
        AudioCodec::OtherId(1) => "ADPCM".into(),
        AudioCodec::OtherId(4..=6) => "Nellymoser".into(),
        AudioCodec::OtherId(7 | 8) => "G.711".into(),
        AudioCodec::OtherId(11) => "Speex".into(),
        AudioCodec::OtherId(number) => format!("FLV codec {number}"),
        AudioCodec::OtherFourCc(name) => name.text(),
        AudioCodec::Unnamed => "unnamed".into(),
    }
}

fn audio(tag: &Tag) -> Item {
    let Some(header) = tag.audio_header() else { return Item::Nothing };
    if header.codec != AudioCodec::Aac {
        return Item::OtherAudio(audio_name(header.codec));
    }
    let Some(body) = body(&tag.payload, header.body_offset) else { return Item::Nothing };
    match header.packet {
        AudioPacket::SequenceHeader => Item::AudioConfig(body),
        AudioPacket::Frames => Item::Sound(body),
        _ => Item::Nothing,
    }
}

fn body(payload: &Bytes, offset: usize) -> Option<Bytes> {
    (offset < payload.len()).then(|| payload.slice(offset..))
}

fn frame_rate(tag: &Tag) -> Option<f64> {
    let values = amf0::decode(&tag.payload, &AmfLimits::default()).ok()?;
    if values.first()?.as_str() != Some("onMetaData") {
        return None;
    }
    let rate = values.get(1)?.get("framerate").and_then(Amf0Value::as_number)?;
    (1.0..=240.0).contains(&rate).then_some(rate)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tag(kind: TagKind, payload: &'static [u8]) -> Tag {
        Tag { kind, timestamp_ms: 0, payload: Bytes::from_static(payload) }
    }

    #[test]
    fn pictures_carry_their_composition_time() {
        let read = read(&tag(TagKind::Video, b"\x27\x01\x00\x00\x42pic"));
        assert_eq!(read, Item::Picture { key: false, data: Bytes::from_static(b"pic"), composition_ms: 66 });
    }

    #[test]
    fn configurations_and_sound_are_told_apart() {
        assert_eq!(
            read(&tag(TagKind::Video, b"\x17\0\0\0\0avcC")),
            Item::Coding(Record { codec: VideoCodec::Avc, record: Bytes::from_static(b"avcC") })
        );
        assert_eq!(
            read(&tag(TagKind::Audio, b"\xaf\0\x12\x10")),
            Item::AudioConfig(Bytes::from_static(b"\x12\x10"))
        );
        assert_eq!(read(&tag(TagKind::Audio, b"\xaf\x01aac")), Item::Sound(Bytes::from_static(b"aac")));
        assert!(matches!(read(&tag(TagKind::Video, b"\x90vp09conf")), Item::OtherVideo(_)));
    }

    #[test]
    fn the_frame_rate_is_read_from_metadata() {
        let metadata = Tag::metadata(0, vec![("framerate".into(), 25.0.into())]);
        assert_eq!(read(&metadata), Item::FrameRate(25.0));
        let absurd = Tag::metadata(0, vec![("framerate".into(), 1e9.into())]);
        assert_eq!(read(&absurd), Item::Nothing);
    }

    proptest! {
        #[test]
        fn hostile_tags_never_panic(kind in 0usize..3, payload in proptest::collection::vec(any::<u8>(), 0..60)) {
            let kind = [TagKind::Audio, TagKind::Video, TagKind::Script][kind];
            let _ = read(&Tag { kind, timestamp_ms: 0, payload: payload.into() });
        }
    }
}
